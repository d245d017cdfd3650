/* reload.c: see reload.h. */
#include "module/serve/reload.h"

#include "module/load.h"
#include "module/owners.h"
#include "module/serve/settings.h"

#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

static bool use_pending_settings(server_t *server, const pending_settings_t *settings)
{
	return pending_reload(server->pending, settings);
}

static bool use_alerts_settings(server_t *server, const alerts_settings_t *settings)
{
	return alerts_reload(server->alerts, settings);
}

static bool use_wishes(server_t *server, const watch_wish_t *wishes, size_t count)
{
	return watch_configure(server->watch, wishes, count);
}

static bool same_addresses(const conf_addresses_t *a, const conf_addresses_t *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].size != b->items[i].size ||
		    memcmp(&a->items[i].sa, &b->items[i].sa, a->items[i].size) != 0)
			return false;
	return true;
}

static void warn_of_what_stays(const server_t *server, const conf_t *fresh)
{
	const conf_t *old = server->conf;

	if (!same_addresses(&old->listen, &fresh->listen))
		log_write(server->log, LOG_LEVEL_WARNING, "listen has changed: that needs a restart");
	if (settings_workers(old) != settings_workers(fresh))
		log_write(server->log, LOG_LEVEL_WARNING, "threads has changed: that needs a restart");
	if (strcmp(old->alerts.file, fresh->alerts.file) != 0)
		log_write(server->log, LOG_LEVEL_WARNING, "alerts.file has changed: that needs a restart");
	if (strcmp(old->control.socket, fresh->control.socket) != 0)
		log_write(server->log, LOG_LEVEL_WARNING, "control.socket has changed: that needs a restart");
	if (strcmp(old->control.nta_file, fresh->control.nta_file) != 0)
		log_write(server->log, LOG_LEVEL_WARNING, "control.nta-file has changed: that needs a restart");
	if (strcmp(old->user, fresh->user) != 0)
		log_write(server->log, LOG_LEVEL_WARNING, "user has changed: that needs a restart");
}

/* The rooms that can refuse have taken it already; these cannot. */
static void use_fresh_conf(server_t *server, conf_t *fresh)
{
	const front_settings_t settings = settings_of_front(fresh);
	const vlog_settings_t validation = settings_of_vlog(fresh);
	const history_settings_t history = settings_of_history(fresh);
	snapshot_settings_t snapshot;

	vlog_reopen(server->vlog, &validation);
	history_reopen(server->history, &history);
	log_reopen(server->log, fresh->log.to, (log_level_t)fresh->log.level);
	warn_of_what_stays(server, fresh);
	front_reload(server->front, &settings);
	cache_set_limit(server->cache, fresh->cache.size);
	if (settings_of_snapshot(server, fresh, &snapshot))
		snapshot_reload(server->snapshot, &snapshot);
	else
		log_write(server->log, LOG_LEVEL_ERROR, "memory is out; the cache's snapshot goes on as before");
	if (server->inspection != NULL && !keeper_reload(server->inspection, fresh))
		log_write(server->log, LOG_LEVEL_ERROR,
			  "memory is out; the inspection process keeps its configuration");
	conf_free(server->conf);
	server->conf = fresh;
	log_write(server->log, LOG_LEVEL_INFO, "reloaded %s", server->path);
}

static bool take_file(server_t *server, char **error)
{
	conf_t *fresh = load_conf(server->path, error);

	if (fresh == NULL)
		return false;
	/* With a bad file of providers nothing is taken: what is known of them stays. */
	if (owners_check(fresh, error) && settings_with_alerts(server, fresh, use_alerts_settings) &&
	    settings_with_watch(server, fresh, use_wishes) &&
	    settings_with_pending(server, fresh, use_pending_settings)) {
		use_fresh_conf(server, fresh);
		return true;
	}
	conf_free(fresh);
	return false;
}

bool reload(server_t *server, char **error)
{
	struct timespec now;
	bool done = false;

	*error = NULL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	done = take_file(server, error);
	if (!done)
		log_write(server->log, LOG_LEVEL_ERROR, "%s; the running configuration stays",
			  *error != NULL ? *error : "memory is out");
	sd_notify(0, "READY=1");
	return done;
}
