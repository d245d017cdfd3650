/* settings.c: see settings.h. */
#include "module/serve/settings.h"

#include "module/owners.h"
#include "module/policy_of.h"
#include "module/resolver/settings.h"

#include <sched.h>
#include <stdlib.h>

unsigned settings_workers(const conf_t *conf)
{
	cpu_set_t cores;

	if (conf->threads > 0)
		return conf->threads;
	return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (unsigned)CPU_COUNT(&cores) : 1;
}

front_settings_t settings_of_front(const conf_t *conf)
{
	return (front_settings_t){ .allow = &conf->allow, .max_udp_size = conf->max_udp_size, .tcp = conf->tcp };
}

vlog_settings_t settings_of_vlog(const conf_t *conf)
{
	return (vlog_settings_t){ .file = conf->validation_log.file,
				  .journal = conf->validation_log.journal,
				  .key_file = conf->validation_log.key,
				  .checkpoint_lines = conf->validation_log.checkpoint,
				  .hits = conf->validation_log.hits };
}

/* A loaded configuration has been tried already: only memory can be out. That a file of providers is bad is no reason not to start:
 * without it hosts are shown by their domains. */
static policy_t *policy_of(const server_t *server, const conf_t *conf)
{
	char *complaint = NULL;
	char *error = NULL;
	policy_t *policy = policy_of_conf(conf, server->path, &error);
	owner_table_t *owners = policy != NULL ? owners_load(conf, &complaint) : NULL;

	if (complaint != NULL)
		log_write(server->log, LOG_LEVEL_WARNING, "%s; the file is left out", complaint);
	if (policy != NULL && owners != NULL) {
		policy_set_owners(policy, owners);
	} else {
		policy_free(policy);
		policy = NULL;
	}
	free(complaint);
	free(error);
	return policy;
}

bool settings_with_pending(server_t *server, const conf_t *conf, bool (*use)(server_t *, const pending_settings_t *))
{
	pending_settings_t settings = {
		.limits = { .min_ttl = conf->cache.min_ttl,
			    .max_ttl = conf->cache.max_ttl,
			    .negative_max_ttl = conf->cache.negative_max_ttl },
		.budget = conf->resolver.budget,
		.max_questions = conf->resolver.max_questions,
		.max_udp_size = (uint16_t)conf->max_udp_size,
		.keepalive = reply_keepalive(conf->tcp.idle_timeout),
		.corroborate_ms = conf->mx.corroborate_timeout,
		.target_ms = conf->mx.target_timeout,
	};
	bool done = false;

	if (!settings_for_pool(conf, &settings.pool, server->log))
		return false;
	settings.policy = policy_of(server, conf);
	if (settings.policy != NULL)
		done = use(server, &settings);
	pool_settings_clear(&settings.pool);
	return done;
}
