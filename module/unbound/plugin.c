/* plugin.c: what Unbound's dynlib module looks up by name and calls (dynlibmod/dynlibmod.h). */
#include "module/unbound/question.h"
#include "module/unbound/release.h"
#include "module/unbound/reply.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unbound calls these; nothing declares them. */
int init(struct module_env *env, int id);
void deinit(struct module_env *env, int id);
void operate(struct module_qstate *query, enum module_ev event, int id, struct outbound_entry *entry);
void inform_super(struct module_qstate *query, int id, struct module_qstate *super);
void clear(struct module_qstate *query, int id);
size_t get_mem(struct module_env *env, int id);

/* The library stays in memory (-z nodelete) when Unbound reloads, and what was right before serves on when the file is not
 * right any more: a reload must not take the resolver down. Only the thread that loads modules touches it. */
static state_t *last_good;

/* Unbound has ended: what is still to be written is written, and the validation log gets its last checkpoint. Called while OpenSSL
 * is still there, which was used, and asked to be called at the end, before. */
static void at_exit(void)
{
	state_free(last_good);
	last_good = NULL;
}

static void end_with_program(void)
{
	static bool asked;

	if (!asked && atexit(at_exit) == 0)
		asked = true;
}

static place_t *place_at(const struct module_env *env, int id)
{
	return ((const struct dynlibmod_env *)env->modinfo[id])->dyn_env;
}

/* The folder that this library lies in. */
static void own_folder(char *room, size_t size)
{
	Dl_info info = { .dli_fname = NULL };
	const char *slash = dladdr(&last_good, &info) != 0 ? strrchr(info.dli_fname, '/') : NULL;

	if (slash != NULL)
		snprintf(room, size, "%.*s", (int)(slash - info.dli_fname), info.dli_fname);
	else
		snprintf(room, size, ".");
}

/* mxward's own log is elsewhere, by default at a stderr that a daemon has closed. Threads that are not Unbound's may say this. */
static void hear(log_level_t level, const char *text)
{
	if (level == LOG_LEVEL_ERROR)
		log_err("mxward: %s", text);
	else
		log_warn("mxward: %s", text);
}

static state_t *load_state(void)
{
	char folder[PATH_MAX];
	char room[PATH_MAX];
	char *error = NULL;
	const char *path = NULL;
	state_t *state = NULL;

	own_folder(folder, sizeof(folder));
	path = state_path(folder, room, sizeof(room));
	state = state_new(path, last_good, hear, &error);
	if (state != NULL)
		log_info("mxward %s: judges MX answers by %s", MXWARD_VERSION, path);
	else
		log_err("mxward: %s%s", error != NULL ? error : "memory or threads are out",
			error != NULL && last_good != NULL ? "; the configuration that was loaded before stays" : "");
	if (state != NULL || error == NULL)
		last_good = state;
	if (state != NULL)
		end_with_program();
	free(error);
	return last_good;
}

static void place_free(place_t *place)
{
	if (place == NULL)
		return;
	tcp_free(place->tcp);
	free(place);
}

static place_t *place_new(const struct module_env *env, int id)
{
	place_t *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return NULL;
	place->id = id;
	place->tcp = tcp_new(env);
	place->state = load_state();
	if (place->tcp != NULL && place->state != NULL)
		return place;
	place_free(place);
	return NULL;
}

int init(struct module_env *env, int id)
{
	const char *wrong = release_wrong();
	place_t *place = NULL;

	if (wrong != NULL) {
		log_err("mxward: %s", wrong);
		return 0;
	}
	place = place_new(env, id);
	if (place == NULL)
		return 0;
	if (!reply_attach(env, id, place->state)) {
		log_err("mxward: memory is out");
		place_free(place);
		return 0;
	}
	((struct dynlibmod_env *)env->modinfo[id])->dyn_env = place;
	return 1;
}

void deinit(struct module_env *env, int id)
{
	reply_detach(env, id);
	place_free(place_at(env, id));
	((struct dynlibmod_env *)env->modinfo[id])->dyn_env = NULL;
}

void operate(struct module_qstate *query, enum module_ev event, int id, struct outbound_entry *entry)
{
	(void)entry;
	question_operate(place_at(query->env, id), query, event);
}

void inform_super(struct module_qstate *query, int id, struct module_qstate *super)
{
	question_told(place_at(query->env, id), query, super);
}

void clear(struct module_qstate *query, int id)
{
	const place_t *place = place_at(query->env, id);

	if (place != NULL)
		question_clear(place, query);
}

size_t get_mem(struct module_env *env, int id)
{
	const place_t *place = place_at(env, id);
	cache_stats_t stats;

	if (place == NULL)
		return 0;
	cache_stats(place->state->verdicts, &stats);
	return sizeof(*place) + tcp_memory(place->tcp) + stats.octets;
}
