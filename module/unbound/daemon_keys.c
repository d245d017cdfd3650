/* daemon_keys.c: see daemon_keys.h. */
#include "module/unbound/daemon_keys.h"

/* Whoever wrote one of these waits for something that does not happen. */
static const struct row {
	const char *key;
	const char *why;
} rows[] = {
	{ "alerts.exec", "no command is run for an alert: it is in Unbound's log" },
	{ "alerts.webhook.url", "no alert is sent anywhere: it is in Unbound's log" },
	{ "alerts.failing-after", "domains that fail for long raise no alert" },
	{ "watch", "no domain is asked for but by clients" },
	{ "cache.stale", "what has ended is given as Unbound's serve-expired says" },
	{ "resolver.forward", "give Unbound a forward-zone" },
	{ "resolver.stub", "give Unbound a stub-zone" },
	{ "resolver.domain-insecure", "give Unbound's server clause domain-insecure" },
	{ "resolver.libunbound", "write these options into unbound.conf" },
	{ "validation-log.hits", "answers from Unbound's cache are not written down" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

void daemon_keys_say(const conf_t *conf, const char *path, log_t *log)
{
	for (size_t i = 0; i < ROWS; i++) {
		const unsigned number = conf_place(conf, rows[i].key).line;

		if (number > 0)
			log_write(log, LOG_LEVEL_WARNING, "%s:%u: %s is for the daemon alone: %s", path, number,
				  rows[i].key, rows[i].why);
	}
}
