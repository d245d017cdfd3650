/* logmoment.h: points of time as the log writes them and as people and programs name them, in milliseconds since 1970, UTC. */
#ifndef MODULE_LOGREAD_LOGMOMENT_H
#define MODULE_LOGREAD_LOGMOMENT_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a line's time, "2026-11-22T18:53:01.042Z", exactly so (chain_stamp()). False when it is not. */
MUST_USE bool logmoment_read_stamp(const char *text, size_t size, uint64_t *time);

/* Reads what a person or a program writes, in UTC where no offset is given:
 *
 *	90s 15m 2h 7d 2w                so long before `now`
 *	2026-11-22                      the beginning of that day
 *	2026-11-22T18:53, 18:53:01      T or a blank between them; as RFC 3339 with a fraction, with Z or ±hh:mm
 *	1795373581042                   milliseconds since 1970: twelve digits or more
 *
 * False when it is none of them. */
MUST_USE bool logmoment_read(const char *text, uint64_t now, uint64_t *time);

#endif
