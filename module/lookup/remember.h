/* remember.h: a history's file, read for one lookup, as the memory of its inquiry. */
#ifndef MODULE_LOOKUP_REMEMBER_H
#define MODULE_LOOKUP_REMEMBER_H

#include "conf/conf.h"
#include "module/inquiry/memory.h"

/* What the configuration's history has, when it is switched on and we may read it; else nothing is remembered. Close with
 * remember_close(). */
memory_t remember_open(const conf_t *conf);
void remember_close(memory_t *memory);

#endif
