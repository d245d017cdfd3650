/* depends.h: what cached answers depend on beside what servers say, as hashes: an answer that was made with others is not what
 * would be answered now. */
#ifndef MODULE_SERVE_DEPENDS_H
#define MODULE_SERVE_DEPENDS_H

#include "conf/conf.h"
#include "module/serve/nta.h"
#include "module/snapshot/layout.h"

/* False when memory is out. */
MUST_USE bool depends_of(const conf_t *conf, const ntas_t *ntas, layout_settings_t *depends);

#endif
