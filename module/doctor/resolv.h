/* resolv.h: resolv.conf(5) as glibc reads it, as far as it matters here. */
#ifndef MODULE_DOCTOR_RESOLV_H
#define MODULE_DOCTOR_RESOLV_H

#include "conf/conf.h"

enum {
	RESOLV_NAMESERVERS_MAX = 3, /* glibc reads no more (MAXNS) */
	RESOLV_SIZE_MAX = 65536,    /* octets; a larger file is not read */
};

typedef struct resolv {
	size_t count;
	conf_address_t nameservers[RESOLV_NAMESERVERS_MAX];
	bool edns0;
	bool trust_ad;
	size_t size;
	char text[RESOLV_SIZE_MAX]; /* the file as it is */
} resolv_t;

/* Reads the file at path. False with errno when it cannot be read, or is too large (EFBIG). */
MUST_USE bool resolv_read(const char *path, resolv_t *resolv);

#endif
