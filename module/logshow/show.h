/* show.h: `mxward log show`. */
#ifndef MODULE_LOGSHOW_SHOW_H
#define MODULE_LOGSHOW_SHOW_H

#include "module/logshow/logasked.h"

/* Shows what is asked for. Returns the exit status. */
MUST_USE int show(const logasked_t *asked, const logfiles_t *files);

#endif
