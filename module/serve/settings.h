/* settings.h: what each room wants to know, out of the configuration. What is returned borrows from `conf`. */
#ifndef MODULE_SERVE_SETTINGS_H
#define MODULE_SERVE_SETTINGS_H

#include "module/serve/server.h"

/* Worker threads to start. */
unsigned settings_workers(const conf_t *conf);

front_settings_t settings_of_front(const conf_t *conf);
vlog_settings_t settings_of_vlog(const conf_t *conf);
history_settings_t settings_of_history(const conf_t *conf);

/* False when memory is out. The strings are the configuration's. */
MUST_USE bool settings_of_snapshot(const server_t *server, const conf_t *conf, snapshot_settings_t *settings);

/* Calls `use` with the pending thread's settings, whose strings end with the call and whose policy becomes that of `use`.
 * False when memory is out or `use` says so. */
bool settings_with_pending(server_t *server, const conf_t *conf, bool (*use)(server_t *, const pending_settings_t *));

/* The same for alerts: all of the settings end with the call. */
bool settings_with_alerts(server_t *server, const conf_t *conf, bool (*use)(server_t *, const alerts_settings_t *));
bool settings_with_watch(server_t *server, const conf_t *conf, bool (*use)(server_t *, const watch_wish_t *, size_t));

#endif
