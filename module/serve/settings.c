/* settings.c: see settings.h. */
#include "module/serve/settings.h"

#include "module/owners.h"
#include "module/policy_of.h"
#include "module/resolver/settings.h"
#include "module/serve/depends.h"
#include "validator/name.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

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

history_settings_t settings_of_history(const conf_t *conf)
{
	return (history_settings_t){ .enable = conf->history.enable,
				     .file = conf->history.file,
				     .limits = { .max_rows = conf->history.max_rows,
						 .max_age = conf->history.max_age } };
}

bool settings_of_snapshot(const server_t *server, const conf_t *conf, snapshot_settings_t *settings)
{
	*settings = (snapshot_settings_t){ .file = conf->cache.snapshot.file,
					   .key = conf->cache.snapshot.key,
					   .every = conf->cache.snapshot.every,
					   .linger = conf->resolver.budget };
	return depends_of(conf, server->ntas, &settings->depends);
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

/* The configuration's negative trust anchors and those that were set since, as one list, which is to be freed; its strings are
 * borrowed from `texts` and the configuration. NULL when memory is out. */
static char **all_ntas(const server_t *server, const conf_t *conf, char (*texts)[NAME_TEXT_MAX], conf_strings_t *all)
{
	const conf_strings_t *lasting = &conf->resolver.domain_insecure;

	*all = (conf_strings_t){ .items = calloc(lasting->count + NTAS_MAX, sizeof(*all->items)) };
	if (all->items == NULL)
		return NULL;
	for (; all->count < lasting->count; all->count++)
		all->items[all->count] = lasting->items[all->count];
	for (size_t i = 0; i < ntas_count(server->ntas); i++) {
		name_to_text(&ntas_get(server->ntas, i)->name, texts[i]);
		texts[i][strlen(texts[i]) - 1] = '\0'; /* as in the configuration: without the final dot */
		all->items[all->count++] = texts[i];
	}
	return all->items;
}

static bool pool_settings(const server_t *server, const conf_t *conf, pool_settings_t *settings)
{
	char(*texts)[NAME_TEXT_MAX] = calloc(NTAS_MAX, sizeof(*texts));
	conf_t with = *conf;
	conf_strings_t all = { 0 };
	bool made = texts != NULL && all_ntas(server, conf, texts, &all) != NULL;

	with.resolver.domain_insecure = all;
	made = made && settings_for_pool(&with, settings, server->log);
	free(all.items);
	free(texts);
	return made;
}

/* The same as names: *count of them. NULL when memory is out. */
static name_t *insecure_names(const server_t *server, const conf_t *conf, size_t *count)
{
	const conf_strings_t *lasting = &conf->resolver.domain_insecure;
	name_t *names = calloc(lasting->count + NTAS_MAX, sizeof(*names));

	*count = 0;
	for (size_t i = 0; names != NULL && i < lasting->count; i++) {
		if (!name_from_text(lasting->items[i], &names[*count]))
			continue; /* conf has read it as a name already */
		name_lower(&names[*count]);
		(*count)++;
	}
	for (size_t i = 0; names != NULL && i < ntas_count(server->ntas); i++)
		names[(*count)++] = ntas_get(server->ntas, i)->name;
	return names;
}

bool settings_with_pending(server_t *server, const conf_t *conf, bool (*use)(server_t *, const pending_settings_t *))
{
	pending_settings_t settings = {
		.limits = { .min_ttl = conf->cache.min_ttl,
			    .max_ttl = conf->cache.max_ttl,
			    .negative_max_ttl = conf->cache.negative_max_ttl },
		.budget = conf->resolver.budget,
		.stale = conf->cache.stale,
		.prefetch = conf->cache.prefetch,
		.max_questions = conf->resolver.max_questions,
		.zone_percent = conf->resolver.zone_share,
		.client_percent = conf->resolver.client_share,
		.max_lookups = conf->resolver.max_lookups,
		.max_udp_size = (uint16_t)conf->max_udp_size,
		.keepalive = reply_keepalive(conf->tcp.idle_timeout),
		.corroborate_ms = conf->mx.corroborate_timeout,
		.target_ms = conf->mx.target_timeout,
	};
	bool done = false;

	name_t *insecure = insecure_names(server, conf, &settings.insecure_count);

	settings.insecure = insecure;
	if (insecure == NULL || !pool_settings(server, conf, &settings.pool))
		goto done;
	settings.policy = policy_of(server, conf);
	if (settings.policy != NULL)
		done = use(server, &settings);
	pool_settings_clear(&settings.pool);
done:
	free(insecure);
	return done;
}

/* As names are kept: in lower case with the final dot. NULL when memory is out; conf has read it as a name already. */
static char *plain_name(const char *text)
{
	char plain[NAME_TEXT_MAX];
	name_t name;

	if (!name_from_text(text, &name))
		return NULL;
	name_lower(&name);
	return strdup(name_to_text(&name, plain));
}

static void free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The domains that somebody cares for by name: *count of them. NULL when memory is out. */
static char **named_domains(const conf_t *conf, size_t *count)
{
	const size_t pins = conf->mx.pins.count;
	char **names = calloc(pins + conf->watch.count + 1, sizeof(*names));

	*count = 0;
	for (size_t i = 0; names != NULL && i < pins + conf->watch.count; i++) {
		names[i] = plain_name(i < pins ? conf->mx.pins.items[i].domain : conf->watch.items[i - pins].domain);
		if (names[i] == NULL) {
			free_names(names, i);
			return NULL;
		}
		(*count)++;
	}
	return names;
}

bool settings_with_alerts(server_t *server, const conf_t *conf, bool (*use)(server_t *, const alerts_settings_t *))
{
	const conf_alerts_t *wanted = &conf->alerts;
	const char **exec = calloc(wanted->exec.count + 1, sizeof(*exec)); /* ends with NULL */
	size_t count;
	char **names = named_domains(conf, &count);
	bool done = false;

	if (exec != NULL && names != NULL) {
		const alerts_settings_t settings = { .log = wanted->log,
						     .journal = wanted->journal,
						     .exec = exec,
						     .exec_timeout_s = wanted->exec_timeout,
						     .webhook_url = wanted->webhook.url,
						     .webhook_token_file = wanted->webhook.token_file,
						     .webhook_ca_file = wanted->webhook.ca_file,
						     .webhook_timeout_s = wanted->webhook.timeout,
						     .webhook_retry_ms = wanted->webhook.retry,
						     .failing_after = wanted->failing_after,
						     .per_hour = wanted->max_per_hour,
						     .file = wanted->file,
						     .domains = (const char *const *)names,
						     .domain_count = count };

		for (size_t i = 0; i < wanted->exec.count; i++)
			exec[i] = wanted->exec.items[i];
		done = use(server, &settings);
	}
	free(exec);
	if (names != NULL)
		free_names(names, count);
	return done;
}

bool settings_with_watch(server_t *server, const conf_t *conf, bool (*use)(server_t *, const watch_wish_t *, size_t))
{
	watch_wish_t *wishes = calloc(conf->watch.count + 1, sizeof(*wishes));
	bool done = false;

	for (size_t i = 0; wishes != NULL && i < conf->watch.count; i++) {
		const conf_watch_t *wanted = &conf->watch.items[i];

		wishes[i] = (watch_wish_t){ .domain = wanted->domain,
					    .expect_count = wanted->expect.count,
					    .expect = (const char *const *)wanted->expect.items,
					    .every = wanted->every,
					    .signatures_within = wanted->signatures_within };
	}
	if (wishes != NULL)
		done = use(server, wishes, conf->watch.count);
	free(wishes);
	return done;
}
