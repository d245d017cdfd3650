/* acl.h: who may ask. */
#ifndef MODULE_FRONT_ACL_H
#define MODULE_FRONT_ACL_H

#include "conf/conf.h"
#include "module/front/client.h"

typedef struct acl {
	size_t count;
	conf_prefix_t prefixes[];
} acl_t;

/* A copy of the prefixes. NULL when memory is out. Free with free(). */
MUST_USE acl_t *acl_new(const conf_prefixes_t *prefixes);

/* Whether `peer` is in one of the prefixes. */
MUST_USE bool acl_allows(const acl_t *acl, const client_address_t *peer);

#endif
