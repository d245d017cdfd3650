/* nta.c: see nta.h. */
#include "module/serve/nta.h"

#include "module/clock.h"
#include "module/control/order.h"
#include "module/newfile.h"
#include "validator/name.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FILE_MAX = 1 << 20,
	MODE = 0600,
	LOOK_SECONDS = 60, /* the wall clock may be set: never sleep longer */
};

struct ntas {
	log_t *log;
	char *file;
	void (*ended)(void *arg, const nta_t *nta);
	void *arg;
	struct event *timer;
	size_t count;
	nta_t items[NTAS_MAX];
};

/* ---- the file: {"ntas": [{"name", "since", "until"}…]} ---- */

static json_t *to_json(const ntas_t *ntas)
{
	json_t *array = json_array();
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < ntas->count; i++)
		json_array_append_new(
			array, json_pack("{s:s, s:I, s:I}", "name", name_to_text(&ntas->items[i].name, name), "since",
					 (json_int_t)ntas->items[i].since, "until", (json_int_t)ntas->items[i].until));
	return json_pack("{s:o}", "ntas", array);
}

static void save(const ntas_t *ntas)
{
	json_t *object = ntas->file[0] != '\0' ? to_json(ntas) : NULL;
	char *text = object != NULL ? json_dumps(object, JSON_INDENT(1) | JSON_ENSURE_ASCII) : NULL;

	if (text != NULL && !newfile_write(ntas->file, MODE, NEWFILE_REPLACE, text, strlen(text)))
		log_write(ntas->log, LOG_LEVEL_WARNING,
			  "cannot write %s (%s): a restart will forget the negative trust anchors that were set by "
			  "command",
			  ntas->file, strerror(errno));
	free(text);
	json_decref(object);
}

/* One that is not over and not longer than any may be; a clock that was wrong must not keep one for ever. */
static bool take(ntas_t *ntas, const json_t *item, uint64_t now)
{
	const char *name = json_string_value(json_object_get(item, "name"));
	const json_int_t since = json_integer_value(json_object_get(item, "since"));
	const json_int_t until = json_integer_value(json_object_get(item, "until"));
	nta_t *nta = &ntas->items[ntas->count];

	if (name == NULL || since < 0 || until <= (json_int_t)now || until > (json_int_t)now + ORDER_LIFETIME_MAX ||
	    ntas->count == NTAS_MAX || !name_from_text(name, &nta->name))
		return false;
	name_lower(&nta->name);
	nta->since = (uint64_t)since;
	nta->until = (uint64_t)until;
	ntas->count++;
	return true;
}

static json_t *read_file(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = in != NULL ? malloc(FILE_MAX) : NULL;
	const size_t size = text != NULL ? fread(text, 1, FILE_MAX, in) : 0;
	json_t *object = size > 0 ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;

	free(text);
	if (in != NULL)
		fclose(in);
	return object;
}

static void load(ntas_t *ntas)
{
	json_t *object = NULL;
	json_t *item;
	size_t i;

	if (ntas->file[0] == '\0' || access(ntas->file, F_OK) != 0)
		return;
	object = read_file(ntas->file);
	if (!json_is_array(json_object_get(object, "ntas")))
		log_write(ntas->log, LOG_LEVEL_WARNING,
			  "%s cannot be read: the negative trust anchors in it are forgotten", ntas->file);
	json_array_foreach(json_object_get(object, "ntas"), i, item)
	{
		(void)!take(ntas, item, clock_of_wall());
	}
	json_decref(object);
}

/* ---- time ---- */

static void watch(const ntas_t *ntas)
{
	const uint64_t now = clock_of_wall();
	struct timeval delay = { .tv_sec = LOOK_SECONDS };

	for (size_t i = 0; i < ntas->count; i++) {
		const uint64_t until = ntas->items[i].until;

		if (until <= now)
			delay.tv_sec = 0;
		else if (until - now < (uint64_t)delay.tv_sec)
			delay.tv_sec = (time_t)(until - now);
	}
	if (ntas->count > 0)
		event_add(ntas->timer, &delay);
	else
		event_del(ntas->timer);
}

static void remove_at(ntas_t *ntas, size_t at)
{
	ntas->count--;
	memmove(&ntas->items[at], &ntas->items[at + 1], (ntas->count - at) * sizeof(ntas->items[0]));
}

void ntas_look(ntas_t *ntas)
{
	const uint64_t now = clock_of_wall();
	char name[NAME_TEXT_MAX];

	for (size_t i = ntas->count; i > 0; i--) {
		const nta_t nta = ntas->items[i - 1];

		if (nta.until > now)
			continue;
		remove_at(ntas, i - 1);
		save(ntas);
		log_write(ntas->log, LOG_LEVEL_INFO, "the negative trust anchor has ended name=%s",
			  name_to_text(&nta.name, name));
		ntas->ended(ntas->arg, &nta);
	}
	watch(ntas);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	ntas_look(arg);
}

/* ---- for the caller ---- */

static nta_t *find(ntas_t *ntas, const name_t *name)
{
	for (size_t i = 0; i < ntas->count; i++)
		if (name_equal(&ntas->items[i].name, name))
			return &ntas->items[i];
	return NULL;
}

ntas_t *ntas_new(struct event_base *base, const char *file, void (*ended)(void *arg, const nta_t *nta), void *arg,
		 log_t *log)
{
	ntas_t *ntas = calloc(1, sizeof(*ntas));

	if (ntas == NULL)
		return NULL;
	ntas->log = log;
	ntas->ended = ended;
	ntas->arg = arg;
	ntas->file = strdup(file);
	ntas->timer = evtimer_new(base, on_timer, ntas);
	if (ntas->file == NULL || ntas->timer == NULL) {
		ntas_free(ntas);
		return NULL;
	}
	load(ntas);
	watch(ntas);
	return ntas;
}

void ntas_free(ntas_t *ntas)
{
	if (ntas == NULL)
		return;
	if (ntas->timer != NULL)
		event_free(ntas->timer);
	free(ntas->file);
	free(ntas);
}

bool ntas_add(ntas_t *ntas, const name_t *name, uint32_t lifetime)
{
	nta_t *nta = find(ntas, name);

	if (nta == NULL && ntas->count == NTAS_MAX)
		return false;
	if (nta == NULL)
		nta = &ntas->items[ntas->count++];
	nta->name = *name;
	nta->since = clock_of_wall();
	nta->until = nta->since + lifetime;
	save(ntas);
	watch(ntas);
	return true;
}

bool ntas_remove(ntas_t *ntas, const name_t *name)
{
	const nta_t *nta = find(ntas, name);

	if (nta == NULL)
		return false;
	remove_at(ntas, (size_t)(nta - ntas->items));
	save(ntas);
	watch(ntas);
	return true;
}

size_t ntas_count(const ntas_t *ntas)
{
	return ntas->count;
}

const nta_t *ntas_get(const ntas_t *ntas, size_t index)
{
	return index < ntas->count ? &ntas->items[index] : NULL;
}
