/* flushes.c: see flushes.h. */
#include "module/pending/flushes.h"

#include "module/clock.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

typedef enum { WAITING, BEGUN, LINGERING } state_t;

typedef struct flush {
	TAILQ_ENTRY(flush) link;
	flushes_t *flushes;
	state_t state;
	flush_what_t what;
	size_t dropped;
	flushed_fn *flushed;
	void *arg;
	struct event *over;
} flush_t;

struct flushes {
	struct event_base *base;
	cache_t *cache;
	unsigned linger;
	bool (*replace)(void *arg);
	void *arg;
	unsigned count;
	TAILQ_HEAD(flush_list, flush) list;
};

/* ---- our cache ---- */

static bool is_meant(void *arg, const cache_seen_t *seen)
{
	const flush_what_t *what = arg;
	name_t name = { .size = seen->key.name_size };

	if (what->scope == FLUSH_BELOW) {
		memcpy(name.octets, seen->key.name, name.size);
		return name_is_under(&name, &what->name);
	}
	return seen->key.name_size == what->name.size &&
	       memcmp(seen->key.name, what->name.octets, what->name.size) == 0;
}

static size_t drop_all(cache_t *cache)
{
	cache_stats_t stats;

	cache_stats(cache, &stats);
	cache_flush_all(cache);
	return stats.entries;
}

static void drop_answers(flush_t *flush)
{
	cache_t *cache = flush->flushes->cache;
	flush_what_t *what = &flush->what;
	const cache_key_t key = { .name = what->name.octets, .name_size = what->name.size, .type = what->type };

	switch (what->scope) {
	case FLUSH_ALL: flush->dropped += drop_all(cache); break;
	case FLUSH_TYPE: flush->dropped += cache_flush(cache, &key); break;
	case FLUSH_NAME:
	case FLUSH_BELOW: flush->dropped += cache_walk(cache, clock_of_cache(), is_meant, what); break;
	}
	cache_retract(cache); /* a snapshot may have what had left the cache already */
}

/* ---- the list ---- */

static void flush_free(flush_t *flush)
{
	flushes_t *flushes = flush->flushes;

	TAILQ_REMOVE(&flushes->list, flush, link);
	flushes->count--;
	event_free(flush->over);
	free(flush);
}

static void on_over(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	drop_answers(arg);
	flush_free(arg);
}

static flush_t *flush_new(flushes_t *flushes, const flush_what_t *what, flushed_fn *flushed, void *arg)
{
	flush_t *flush = flushes->count < FLUSHES_MAX ? calloc(1, sizeof(*flush)) : NULL;

	if (flush == NULL)
		return NULL;
	*flush = (flush_t){ .flushes = flushes, .what = *what, .flushed = flushed, .arg = arg };
	flush->over = evtimer_new(flushes->base, on_over, flush);
	if (flush->over == NULL) {
		free(flush);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&flushes->list, flush, link);
	flushes->count++;
	return flush;
}

static bool has(const flushes_t *flushes, state_t state)
{
	const flush_t *flush;

	TAILQ_FOREACH(flush, &flushes->list, link)
	if (flush->state == state)
		return true;
	return false;
}

/* One replacement for all that wait; where none can be started they wait for the next that anybody starts. */
static void begin_waiting(flushes_t *flushes)
{
	flush_t *flush;

	if (!has(flushes, WAITING) || !flushes->replace(flushes->arg))
		return;
	TAILQ_FOREACH(flush, &flushes->list, link)
	if (flush->state == WAITING)
		flush->state = BEGUN;
}

static void finish(flush_t *flush)
{
	const struct timeval linger = { .tv_sec = flush->flushes->linger };

	drop_answers(flush);
	flush->flushed(flush->arg, true, flush->dropped);
	flush->state = LINGERING;
	event_add(flush->over, &linger);
}

void flushes_took_over(flushes_t *flushes)
{
	flush_t *flush;

	TAILQ_FOREACH(flush, &flushes->list, link)
	if (flush->state == BEGUN)
		finish(flush);
	begin_waiting(flushes);
}

void flushes_add(flushes_t *flushes, const flush_what_t *what, flushed_fn *flushed, void *arg)
{
	flush_t *flush = flush_new(flushes, what, flushed, arg);

	if (flush == NULL) {
		flushed(arg, false, 0);
		return;
	}
	drop_answers(flush);
	flush->state = what->replaced ? BEGUN : WAITING;
	if (!what->replaced && !has(flushes, BEGUN))
		begin_waiting(flushes);
}

/* ---- begin and end ---- */

flushes_t *flushes_new(struct event_base *base, cache_t *cache, unsigned linger, bool (*replace)(void *arg), void *arg)
{
	flushes_t *flushes = calloc(1, sizeof(*flushes));

	if (flushes == NULL)
		return NULL;
	*flushes = (flushes_t){ .base = base, .cache = cache, .linger = linger, .replace = replace, .arg = arg };
	TAILQ_INIT(&flushes->list);
	return flushes;
}

void flushes_free(flushes_t *flushes)
{
	if (flushes == NULL)
		return;
	for (flush_t *flush = TAILQ_FIRST(&flushes->list), *next; flush != NULL; flush = next) {
		next = TAILQ_NEXT(flush, link);
		if (flush->state != LINGERING)
			flush->flushed(flush->arg, false, flush->dropped);
		flush_free(flush);
	}
	free(flushes);
}
