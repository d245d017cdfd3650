/* options.h: turns our configuration into libunbound's, as text in unbound.conf(5) syntax for ub_ctx_config(). */
#ifndef MODULE_RESOLVER_OPTIONS_H
#define MODULE_RESOLVER_OPTIONS_H

#include "conf/conf.h"

/* The text, to be freed by the caller; NULL when memory is out, or when a path or a name holds a quotation mark or a control
 * character, which options_check() tells. `writable_anchor`: the RFC 5011 state file can be written; without it the static
 * anchors are used. Our own listening addresses are never asked (do-not-query-address). */
MUST_USE char *options_text(const conf_t *conf, bool writable_anchor);

/* Has a resolver process of its own read the text, the root hints and the static trust anchors. NULL when all is fine; else a
 * sentence that names the line of resolver.libunbound, or of ours, that libunbound refuses; to be freed by the caller. */
MUST_USE char *options_check(const conf_t *conf);

/* The same with another program as the resolver process (see pool_settings_t). */
MUST_USE char *options_check_with(const conf_t *conf, const char *program);

#endif
