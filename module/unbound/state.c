/* state.c: see state.h. */
#include "module/unbound/state.h"

#include "conf/conf.h"
#include "module/owners.h"
#include "module/policy_of.h"
#include "module/unbound/daemon_keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { VERDICTS_SIZE = 16 << 20 }; /* octets: some 100,000 rejections and marks */

static vlog_settings_t vlog_settings(const conf_t *conf)
{
	return (vlog_settings_t){ .file = conf->validation_log.file,
				  .journal = conf->validation_log.journal,
				  .key_file = conf->validation_log.key,
				  .checkpoint_lines = conf->validation_log.checkpoint,
				  .hits = false };
}

/* What needs a thread or a file, once the policy is there. */
static bool open_rooms(state_t *state, const conf_t *conf, log_heard_fn *heard)
{
	const vlog_settings_t validation = vlog_settings(conf);
	const history_settings_t history = { .enable = conf->history.enable,
					     .file = conf->history.file,
					     .limits = { .max_rows = conf->history.max_rows,
							 .max_age = conf->history.max_age } };

	state->verdicts = cache_new(VERDICTS_SIZE);
	state->witnesses.log = log_new(conf->log.to, (log_level_t)conf->log.level);
	if (state->verdicts == NULL || state->witnesses.log == NULL)
		return false;
	log_overhear(state->witnesses.log, heard);
	state->witnesses.vlog = vlog_new(&validation, state->witnesses.log);
	state->witnesses.history = history_new(&history, state->witnesses.log);
	return state->witnesses.vlog != NULL && state->witnesses.history != NULL;
}

/* A bad file of providers is left out: hosts are shown by their domains then. */
static bool know_owners(state_t *state, const conf_t *conf)
{
	char *complaint = NULL;
	owner_table_t *owners = owners_load(conf, &complaint);

	if (complaint != NULL)
		log_write(state->witnesses.log, LOG_LEVEL_WARNING, "%s; the file is left out", complaint);
	free(complaint);
	if (owners == NULL)
		return false;
	policy_set_owners(state->policy, owners);
	return true;
}

static state_t *state_of_conf(const conf_t *conf, const char *path, state_t *old, log_heard_fn *heard, char **error)
{
	state_t *state = calloc(1, sizeof(*state));

	if (state == NULL) {
		state_free(old);
		return NULL;
	}
	state->limits = (answer_limits_t){ .min_ttl = conf->cache.min_ttl,
					   .max_ttl = conf->cache.max_ttl,
					   .negative_max_ttl = conf->cache.negative_max_ttl };
	state->corroborate_ms = conf->mx.corroborate_timeout;
	state->target_ms = conf->mx.target_timeout;
	state->policy = policy_of_conf(conf, path, error);
	if (state->policy != NULL || *error == NULL)
		state_free(old);
	if (state->policy != NULL && open_rooms(state, conf, heard) && know_owners(state, conf))
		return state;
	state_free(state);
	return NULL;
}

state_t *state_new(const char *path, state_t *old, log_heard_fn *heard, char **error)
{
	conf_t *conf = NULL;
	state_t *state = NULL;

	*error = NULL;
	conf = conf_load(path, error);
	if (conf == NULL) {
		if (*error == NULL)
			state_free(old);
		return NULL;
	}
	state = state_of_conf(conf, path, old, heard, error);
	if (state != NULL)
		daemon_keys_say(conf, path, state->witnesses.log);
	conf_free(conf);
	return state;
}

void state_free(state_t *state)
{
	if (state == NULL)
		return;
	history_free(state->witnesses.history);
	vlog_free(state->witnesses.vlog);
	if (state->witnesses.log != NULL)
		log_free(state->witnesses.log);
	if (state->verdicts != NULL)
		cache_free(state->verdicts);
	policy_free(state->policy);
	free(state);
}

const char *state_path(const char *folder, char *room, size_t size)
{
	const char *named = getenv("MXWARD_CONFIG");
	int length = snprintf(room, size, "%s/mxward.yaml", folder);

	if (named != NULL && named[0] != '\0')
		return named;
	if (length > 0 && (size_t)length < size && access(room, F_OK) == 0)
		return room;
	return MXWARD_CONFIG_FILE;
}

/* ---- threads ---- */

/* Unbound tells nobody when one of its threads ends; pthreads does. The value is of no meaning. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t registered;

static void forget_thread(void *value)
{
	(void)value;
	cache_thread_end();
}

static void make_key(void)
{
	if (pthread_key_create(&registered, forget_thread) != 0)
		abort();
}

void state_thread(void)
{
	pthread_once(&once, make_key);
	if (pthread_getspecific(registered) != NULL)
		return;
	cache_thread_begin();
	pthread_setspecific(registered, &registered);
}
