/* stats.h: `mxward log stats`. */
#ifndef MODULE_LOGSHOW_STATS_H
#define MODULE_LOGSHOW_STATS_H

#include "module/logshow/logasked.h"

/* Sums up what is asked for, and prints it. Returns the exit status. */
MUST_USE int stats(const logasked_t *asked, const logfiles_t *files);

#endif
