/* settings.h: what pool_new() needs, out of the configuration. */
#ifndef MODULE_RESOLVER_SETTINGS_H
#define MODULE_RESOLVER_SETTINGS_H

#include "conf/conf.h"
#include "module/log/log.h"
#include "module/resolver/pool.h"

/* Fills in *settings, whose strings it owns: free them with pool_settings_clear(). Makes the RFC 5011 state from the first
 * static trust anchor where it is missing; where it cannot be kept the log says so, and the static anchors are used. False
 * when memory is out, or the configuration is one that options_check() refuses. */
MUST_USE bool settings_for_pool(const conf_t *conf, pool_settings_t *settings, log_t *log);

#endif
