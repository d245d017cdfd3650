/* daemon_keys.h: what a configuration asks for that the module does not do: the daemon does it. */
#ifndef MODULE_UNBOUND_DAEMON_KEYS_H
#define MODULE_UNBOUND_DAEMON_KEYS_H

#include "conf/conf.h"
#include "module/log/log.h"

/* A warning for each such key that the file at `path`, from which `conf` was loaded, has. What a daemon on the same machine needs
 * as well (addresses, sockets, sizes, the page) is no reason for one. */
void daemon_keys_say(const conf_t *conf, const char *path, log_t *log);

#endif
