/* types.h: the record types that questions are counted by. */
#ifndef MODULE_FRONT_TYPES_H
#define MODULE_FRONT_TYPES_H

#include "config.h"

#include <stdint.h>

enum { TYPES_COUNTED = 16 }; /* the last one is all others */

/* Which of them a type is. */
unsigned types_slot(uint16_t type);

/* "MX"; "other" for the last one. */
const char *types_name(unsigned slot);

#endif
