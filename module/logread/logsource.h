/* logsource.h: the octets of a log file, whether it was compressed or not: plain, gzip (RFC 1952, also several members one behind
 * the other) or Zstandard (RFC 8878, also several frames). Which one it is, the first octets tell, not the name, so that
 * standard input can be any of them. Memory is bounded whatever a file claims: LOGSOURCE_WINDOW_LOG. */
#ifndef MODULE_LOGREAD_LOGSOURCE_H
#define MODULE_LOGREAD_LOGSOURCE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	LOGSOURCE_WINDOW_LOG = 27, /* 128 MB: what zstd(1) itself takes, and the most that a frame may ask for */
};

typedef struct logsource logsource_t;

/* Reads fd from where it is, and leaves it open. NULL when memory is out. Free with logsource_free(). */
MUST_USE logsource_t *logsource_new(int fd);
void logsource_free(logsource_t *source);

/* The next octets, at most `room` (not 0). 0 at the end; a plain file that has grown since may be read on from there. -1 when
 * there is an error: see logsource_error(). */
MUST_USE ssize_t logsource_read(logsource_t *source, void *octets, size_t room);

/* Goes on so many octets further without reading them. False, and nothing happens, where that cannot be done: in what is
 * compressed, in a pipe, and while octets that were read are not handed out. */
MUST_USE bool logsource_jump(logsource_t *source, uint64_t octets);

/* What is wrong: "it ends in the middle: the compressed file is damaged". Static. */
const char *logsource_error(const logsource_t *source);

/* Whether it is compressed, which is known once something was read. */
MUST_USE bool logsource_is_compressed(const logsource_t *source);

#endif
