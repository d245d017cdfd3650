/* pool.c: see pool.h. child.h is one process; seats.h are the places that processes have, with restarts and generations;
 * lookups.h are the questions that are open, by number; here is what becomes of them.
 *
 *	pool_ask ─→ WAITING ─ a process has room → ASKED ─ ANSWER → callback
 *	               ↑                            │  └─ pool_cancel → CANCELLED ─ ANSWER or GONE → freed
 *	               └─ lost for the first time ──┤
 *	                                            └─ lost again → LOST → callback
 *
 * Callbacks may ask, cancel and replace. So a list is never walked over a callback: its first member is taken until none is
 * left. */
#include "module/resolver/pool.h"

#include "module/resolver/child.h"
#include "module/resolver/lookups.h"
#include "module/resolver/seats.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	ATTEMPTS = 2,        /* processes that a question may be lost with */
	LABELS_TOGETHER = 2, /* names that end in the same labels go to the same process */
	BUSY_FACTOR = 2,     /* unless it has so many times the least busy one's questions, */
	BUSY_SLACK = 64,     /*   and this many more */
	DISMISS_MS = 500,    /* that a process has to leave by itself when the pool is freed */
};

TAILQ_HEAD(lookup_list, lookup);

struct pool {
	struct event_base *base;
	log_t *log;
	seats_t *seats;
	struct event *losing; /* active while pool->lost has members */
	struct lookup_list waiting;
	struct lookup_list lost;
	lookups_t open;

	void (*took_over)(void *arg); /* NULL: nobody wants to know */
	void *took_over_arg;
	pool_linger_fn *linger; /* NULL: nobody wants to know */
	void *linger_arg;
	pool_stats_t stats;
};

/* ---- the end of a question ---- */

static void tell_linger(const pool_t *pool, const lookup_t *lookup, bool over)
{
	name_t name = { .size = lookup->name_size };

	if (pool->linger == NULL)
		return;
	memcpy(name.octets, lookup->name, lookup->name_size);
	pool->linger(pool->linger_arg, &name, over);
}

/* It is in no list any more. */
static void lookup_free(pool_t *pool, lookup_t *lookup)
{
	if (lookup->state == LOOKUP_CANCELLED)
		tell_linger(pool, lookup, true);
	lookups_remove(&pool->open, lookup);
}

/* Calls back last: the callback may ask again. */
static void lookup_finish(pool_t *pool, lookup_t *lookup, const pool_outcome_t *outcome)
{
	pool_answer_fn *answer = lookup->answer;
	void *arg = lookup->arg;

	pool->stats.in_flight--;
	lookup_free(pool, lookup);
	answer(arg, outcome);
}

/* ---- questions and processes ---- */

static void detach(lookup_t *lookup)
{
	TAILQ_REMOVE(&lookup->child->questions, lookup, link);
	lookup->child->open--;
	if (lookup->state != LOOKUP_CANCELLED)
		lookup->child->live--;
	lookup->child = NULL;
}

/* FNV-1a over the last labels, in which names of one zone agree. */
static uint32_t name_hash(const uint8_t *name, size_t size)
{
	uint8_t starts[128];
	size_t labels = 0;
	uint32_t hash = 2166136261U;

	for (size_t at = 0; at < size && name[at] != 0 && labels < sizeof(starts); at += name[at] + 1U)
		starts[labels++] = (uint8_t)at;
	for (size_t at = labels > LABELS_TOGETHER ? starts[labels - LABELS_TOGETHER] : 0; at < size; at++)
		hash = (hash ^ name[at]) * 16777619U;
	return hash;
}

/* A zone's names go to one process, so that its delegation, its keys and its servers' manners are learned once and not by
 * every process; unless that one is much busier than the least busy one. */
static child_t *choose(const pool_t *pool, const lookup_t *lookup)
{
	child_t *least = seats_least_busy(pool->seats);
	child_t *home = seats_by_hash(pool->seats, name_hash(lookup->name, lookup->name_size));

	if (least == NULL || least->open >= PROTO_OPEN_MAX)
		return NULL;
	return home->open <= least->open * BUSY_FACTOR + BUSY_SLACK && home->open < PROTO_OPEN_MAX ? home : least;
}

static const proto_t transports[RESOLVER_TRANSPORTS] = {
	[RESOLVER_UDP] = { .kind = PROTO_ASK },
	[RESOLVER_TCP] = { .kind = PROTO_ASK, .tcp = true },
	[RESOLVER_UDP_FRESH] = { .kind = PROTO_ASK, .fresh = true },
	[RESOLVER_TCP_FRESH] = { .kind = PROTO_ASK, .tcp = true, .fresh = true },
	[RESOLVER_UDP_SECOND] = { .kind = PROTO_ASK, .second = true },
	[RESOLVER_TCP_SECOND] = { .kind = PROTO_ASK, .tcp = true, .second = true },
};

static void ask(lookup_t *lookup, child_t *child)
{
	proto_t message = transports[lookup->transport];

	message.id = lookup->number;
	message.type = lookup->type;
	message.name.size = lookup->name_size;
	memcpy(message.name.octets, lookup->name, lookup->name_size);
	lookup->state = LOOKUP_ASKED;
	lookup->child = child;
	TAILQ_INSERT_TAIL(&child->questions, lookup, link);
	child->open++;
	child->live++;
	child_send(child, &message);
}

static void ask_waiting(pool_t *pool)
{
	lookup_t *lookup;
	child_t *child;

	while ((lookup = TAILQ_FIRST(&pool->waiting)) != NULL && (child = choose(pool, lookup)) != NULL) {
		TAILQ_REMOVE(&pool->waiting, lookup, link);
		ask(lookup, child);
	}
}

static void wait_for_process(pool_t *pool, lookup_t *lookup)
{
	lookup->state = LOOKUP_WAITING;
	TAILQ_INSERT_TAIL(&pool->waiting, lookup, link);
}

static void lose(pool_t *pool, lookup_t *lookup)
{
	lookup->state = LOOKUP_LOST;
	TAILQ_INSERT_TAIL(&pool->lost, lookup, link);
	event_active(pool->losing, 0, 0);
}

static void on_losing(evutil_socket_t fd, short events, void *arg)
{
	pool_t *pool = arg;
	lookup_t *lookup;

	(void)fd;
	(void)events;
	while ((lookup = TAILQ_FIRST(&pool->lost)) != NULL) {
		TAILQ_REMOVE(&pool->lost, lookup, link);
		lookup_finish(pool, lookup, &(pool_outcome_t){ .result = POOL_LOST, .why = "" });
	}
}

/* ---- what the seats tell ---- */

static void on_capacity(void *arg)
{
	ask_waiting(arg);
}

static void on_take_over(void *arg)
{
	pool_t *pool = arg;

	if (pool->took_over != NULL)
		pool->took_over(pool->took_over_arg);
}

static void on_answer(pool_t *pool, lookup_t *lookup, const proto_t *message)
{
	char why[PROTO_WHY_MAX + 1];

	const bool second = transports[lookup->transport].second;

	memcpy(why, message->why, message->why_size);
	why[message->why_size] = '\0';
	pool->stats.answered++;
	lookup_finish(pool, lookup,
		      &(pool_outcome_t){
			      .result = POOL_ANSWERED,
			      .rcode = message->rcode,
			      .security = message->security,
			      .rate_limited = message->rate_limited,
			      .cached = message->cached,
			      .second = second,
			      .why = why,
			      .packet = message->packet,
			      .size = message->packet_size,
		      });
}

/* Only what this process was asked, and GONE only for what was cancelled. */
static const char *on_message(void *arg, child_t *child, const proto_t *message)
{
	pool_t *pool = arg;
	lookup_t *lookup = lookups_find(&pool->open, message->id);

	if (lookup == NULL || lookup->child != child)
		return "it answered a question that it was not asked";
	if (message->kind == PROTO_GONE && lookup->state != LOOKUP_CANCELLED)
		return "it gave up a question that was not cancelled";
	detach(lookup);
	if (lookup->state == LOOKUP_CANCELLED)
		lookup_free(pool, lookup);
	else
		on_answer(pool, lookup, message);
	ask_waiting(pool);
	return NULL;
}

static void on_lost(void *arg, child_t *child)
{
	pool_t *pool = arg;

	for (lookup_t *lookup = TAILQ_FIRST(&child->questions), *next; lookup != NULL; lookup = next) {
		next = TAILQ_NEXT(lookup, link);
		detach(lookup);
		if (lookup->state == LOOKUP_CANCELLED)
			lookup_free(pool, lookup);
		else if (++lookup->attempts < ATTEMPTS)
			wait_for_process(pool, lookup);
		else
			lose(pool, lookup);
	}
	ask_waiting(pool);
}

static void on_hopeless(void *arg)
{
	pool_t *pool = arg;
	lookup_t *lookup;

	while ((lookup = TAILQ_FIRST(&pool->waiting)) != NULL) {
		TAILQ_REMOVE(&pool->waiting, lookup, link);
		lose(pool, lookup);
	}
}

/* ---- for the caller ---- */

pool_t *pool_new(struct event_base *base, const pool_settings_t *settings, log_t *log)
{
	static const seats_hooks_t hooks = { on_capacity, on_message, on_lost, on_hopeless, on_take_over };
	pool_t *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->base = base;
	pool->log = log;
	TAILQ_INIT(&pool->waiting);
	TAILQ_INIT(&pool->lost);
	pool->losing = event_new(base, -1, 0, on_losing, pool);
	pool->seats = seats_new(base, settings, &hooks, pool, log);
	if (pool->losing != NULL && pool->seats != NULL)
		return pool;
	pool_free(pool);
	return NULL;
}

/* Takes the open questions back from the processes, which are about to go. */
static void take_back(pool_t *pool)
{
	for (size_t i = 0; i < pool->open.slot_count; i++) {
		lookup_t *lookup = pool->open.slots[i];

		if (lookup == NULL || lookup->child == NULL)
			continue;
		detach(lookup);
		if (lookup->state == LOOKUP_CANCELLED)
			lookup_free(pool, lookup);
		else
			wait_for_process(pool, lookup);
	}
}

static void cancel_all(pool_t *pool, struct lookup_list *lookups)
{
	lookup_t *lookup;

	while ((lookup = TAILQ_FIRST(lookups)) != NULL) {
		TAILQ_REMOVE(lookups, lookup, link);
		lookup_finish(pool, lookup, &(pool_outcome_t){ .result = POOL_CANCELLED, .why = "" });
	}
}

void pool_free(pool_t *pool)
{
	take_back(pool);
	if (pool->seats != NULL)
		seats_free(pool->seats, DISMISS_MS);
	pool->seats = NULL;
	cancel_all(pool, &pool->waiting);
	cancel_all(pool, &pool->lost);
	if (pool->losing != NULL)
		event_free(pool->losing);
	lookups_clear(&pool->open);
	free(pool);
}

uint64_t pool_ask(pool_t *pool, const uint8_t *name, size_t name_size, uint16_t type, resolver_transport_t transport,
		  pool_answer_fn *answer, void *arg)
{
	lookup_t *lookup;

	assert(name_size >= 1 && name_size <= WIRE_NAME_MAX);
	/* Without seats pool_free() is at work. */
	lookup = pool->seats != NULL ? lookups_add(&pool->open, name, name_size) : NULL;
	if (lookup == NULL)
		return 0;
	lookup->type = type;
	lookup->transport = transport;
	lookup->answer = answer;
	lookup->arg = arg;
	pool->stats.asked++;
	pool->stats.in_flight++;
	wait_for_process(pool, lookup);
	ask_waiting(pool);
	return lookup->number;
}

void pool_cancel(pool_t *pool, uint64_t number)
{
	lookup_t *lookup = lookups_find(&pool->open, number);

	if (lookup == NULL || lookup->state == LOOKUP_CANCELLED)
		return;
	pool->stats.in_flight--;
	if (lookup->state == LOOKUP_ASKED) {
		lookup->state = LOOKUP_CANCELLED;
		lookup->child->live--;
		tell_linger(pool, lookup, false);
		child_send(lookup->child, &(proto_t){ .kind = PROTO_CANCEL, .id = number });
		return;
	}
	TAILQ_REMOVE(lookup->state == LOOKUP_WAITING ? &pool->waiting : &pool->lost, lookup, link);
	lookup_free(pool, lookup);
}

bool pool_replace(pool_t *pool, const pool_settings_t *settings, unsigned grace)
{
	return seats_replace(pool->seats, settings, grace);
}

void pool_stats(const pool_t *pool, pool_stats_t *stats)
{
	*stats = pool->stats;
	stats->ready = seats_ready(pool->seats);
	stats->restarts = seats_restarts(pool->seats);
}

size_t pool_processes(const pool_t *pool, pool_process_t *processes, size_t room)
{
	return seats_processes(pool->seats, processes, room);
}

void pool_on_take_over(pool_t *pool, void (*took_over)(void *arg), void *arg)
{
	pool->took_over = took_over;
	pool->took_over_arg = arg;
}

void pool_on_linger(pool_t *pool, pool_linger_fn *linger, void *arg)
{
	pool->linger = linger;
	pool->linger_arg = arg;
}
