/* late.h: libraries that are loaded when they are needed. What a program is linked with, and all that this is linked with, each of its
 * processes loads before it begins: with libcurl and libmicrohttpd that were 51 libraries instead of 30, half of the time until a
 * process runs. Most servers and all resolver processes need neither. */
#ifndef MODULE_LATE_H
#define MODULE_LATE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>

enum { LATE_PROBLEM_MAX = 256 };

/* A function, and where in the caller's table the pointer to it is: offsetof(). */
typedef struct late_call {
	const char *name;
	size_t at;
} late_call_t;

/* Loads a library by the name that the dynamic linker knows ("libcurl.so.4") and fills in `table`. It stays loaded. False, with what the
 * dynamic linker says, when the library or one of the functions is not there. */
MUST_USE bool late_load(const char *library, const late_call_t *calls, size_t count, void *table,
			char problem[LATE_PROBLEM_MAX]);

#endif
