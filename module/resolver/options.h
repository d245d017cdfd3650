/* options.h: turns our configuration into libunbound's, as text in unbound.conf(5) syntax for ub_ctx_config(). */
#ifndef MODULE_RESOLVER_OPTIONS_H
#define MODULE_RESOLVER_OPTIONS_H

#include "conf/conf.h"

/* The text, to be freed by the caller; NULL when memory is out. `writable_anchor`: the RFC 5011 state file can be written;
 * without it the static anchors are used. Our own listening addresses are never asked (do-not-query-address). */
MUST_USE char *options_text(const conf_t *conf, bool writable_anchor);

/* Tries the text on a libunbound context of its own. NULL when it is fine; else a sentence that names the line of
 * resolver.libunbound, or of ours, that libunbound refuses; to be freed by the caller. */
MUST_USE char *options_check(const conf_t *conf);

#endif
