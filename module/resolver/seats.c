/* seats.c: see seats.h. */
#include "module/resolver/seats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	STABLE_SECONDS = 10,   /* a process that was ready for so long begins a new row of failures when it ends */
	ABANDONED_SHARE = 2,   /* a full process with less than one part in so many still wanted is replaced */
	FALLBACK_FAILURES = 2, /* in a row, after which the fallback configuration is used */
	HOPELESS_FAILURES = 3, /* in a row in every seat, after which questions no longer wait */
	BACKOFF_MS = 100,      /* before the second restart in a row, twice as long before each further one */
	BACKOFF_MAX_MS = 5000,
};

typedef struct generation generation_t;

typedef struct seat {
	generation_t *generation;
	child_t *child;       /* NULL: empty */
	struct event *filler; /* starts a process */
	unsigned failures;    /* in a row */
	time_t ready_since;   /* 0: not yet */
} seat_t;

struct generation {
	TAILQ_ENTRY(generation) link; /* in seats->retired */
	seats_t *seats;
	pool_settings_t settings;
	bool retired;
	time_t retired_until;
	unsigned children; /* that are not reaped yet, and know their seat */
	unsigned count;
	seat_t seat[];
};

struct seats {
	struct event_base *base;
	const seats_hooks_t *hooks;
	void *arg;
	log_t *log;
	struct event *tick;
	generation_t *current;
	generation_t *next;  /* NULL: none is being started */
	unsigned next_grace; /* seconds that the current one will have when next takes over */
	TAILQ_HEAD(generations, generation) retired;
	TAILQ_HEAD(children, child) children; /* all, until they are reaped */
	uint64_t restarts;
};

/* ---- generations ---- */

static void generation_free(generation_t *generation)
{
	for (unsigned i = 0; i < generation->count; i++)
		if (generation->seat[i].filler != NULL)
			event_free(generation->seat[i].filler);
	pool_settings_clear(&generation->settings);
	free(generation);
}

static void free_if_over(generation_t *generation)
{
	if (!generation->retired || generation->children > 0)
		return;
	TAILQ_REMOVE(&generation->seats->retired, generation, link);
	generation_free(generation);
}

/* Its processes get no new questions; those that have none end at the next tick. */
static void retire(generation_t *generation, unsigned grace)
{
	seats_t *seats = generation->seats;

	generation->retired = true;
	generation->retired_until = child_now() + (time_t)grace;
	TAILQ_INSERT_TAIL(&seats->retired, generation, link);
	for (unsigned i = 0; i < generation->count; i++)
		event_del(generation->seat[i].filler);
	free_if_over(generation);
}

static void take_over(seats_t *seats)
{
	log_write(seats->log, LOG_LEVEL_DEBUG, "new resolver processes take over");
	retire(seats->current, seats->next_grace);
	seats->current = seats->next;
	seats->next = NULL;
	seats->hooks->took_over(seats->arg);
}

/* ---- empty seats ---- */

static void fill_after(seat_t *seat, unsigned ms)
{
	const struct timeval delay = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	event_add(seat->filler, &delay);
}

static unsigned backoff_ms(unsigned failures)
{
	unsigned ms = failures > 1 ? BACKOFF_MS : 0;

	for (unsigned i = 2; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

static bool takes_questions(const child_t *child)
{
	return child != NULL && child->state == CHILD_READY && !child->doomed;
}

static bool is_hopeless(const generation_t *generation)
{
	for (unsigned i = 0; i < generation->count; i++)
		if (generation->seat[i].failures < HOPELESS_FAILURES || takes_questions(generation->seat[i].child))
			return false;
	return true;
}

static void refill(seat_t *seat)
{
	seats_t *seats = seat->generation->seats;

	seat->failures++;
	seats->restarts++;
	fill_after(seat, backoff_ms(seat->failures));
	if (is_hopeless(seats->current))
		seats->hooks->hopeless(seats->arg);
}

/* ---- what a child tells ---- */

static void on_ready(child_t *child)
{
	seat_t *seat = child->owner;
	seats_t *seats = seat->generation->seats;

	seat->ready_since = child_now();
	log_write(seats->log, LOG_LEVEL_DEBUG, "resolver process %d is ready", (int)child->process.pid);
	if (seat->generation == seats->next)
		take_over(seats);
	seats->hooks->capacity(seats->arg);
}

static void on_message(child_t *child, const proto_t *message)
{
	const seat_t *seat = child->owner;
	const seats_t *seats = seat->generation->seats;
	const char *nonsense = seats->hooks->message(seats->arg, child, message);

	if (nonsense != NULL)
		child_end(child, nonsense);
}

static void on_ended(child_t *child)
{
	seat_t *seat = child->owner;
	seats_t *seats = seat->generation->seats;

	seat->child = NULL;
	seats->hooks->lost(seats->arg, child);
	if (seat->generation->retired)
		return;
	if (seat->ready_since != 0 && child_now() - seat->ready_since >= STABLE_SECONDS)
		seat->failures = 0;
	refill(seat);
}

static void on_reaped(child_t *child)
{
	seat_t *seat = child->owner;

	TAILQ_REMOVE(&seat->generation->seats->children, child, link);
	seat->generation->children--;
	free_if_over(seat->generation);
}

/* ---- starting ---- */

static launch_request_t request_for(const seat_t *seat)
{
	const pool_settings_t *settings = &seat->generation->settings;
	launch_request_t request = {
		.program = settings->program,
		.config = settings->config,
		.anchor_dir = settings->anchor_dir,
		.labels = settings->labels,
		.memory = settings->memory,
	};

	if (settings->fallback == NULL || seat->failures < FALLBACK_FAILURES)
		return request;
	log_write(seat->generation->seats->log, LOG_LEVEL_WARNING,
		  "resolver processes keep ending: the next one is started with the static trust anchor, without the "
		  "state in "
		  "%s (RFC 5011); is there room on the disk?",
		  settings->anchor_dir != NULL ? settings->anchor_dir : "the file");
	request.config = settings->fallback;
	request.anchor_dir = NULL;
	return request;
}

static void on_fill(evutil_socket_t fd, short events, void *arg)
{
	static const child_hooks_t hooks = { on_ready, on_message, on_ended, on_reaped };
	seat_t *seat = arg;
	seats_t *seats = seat->generation->seats;
	const launch_request_t request = request_for(seat);

	(void)fd;
	(void)events;
	seat->ready_since = 0;
	seat->child = child_start(seats->base, &request, &hooks, seat, seats->log);
	if (seat->child == NULL) {
		log_write(seats->log, LOG_LEVEL_ERROR, "cannot start a resolver process: %s", strerror(errno));
		refill(seat);
		return;
	}
	seat->generation->children++;
	TAILQ_INSERT_TAIL(&seats->children, seat->child, link);
}

/* The processes are started from the loop, so that they belong to its thread. */
static generation_t *generation_new(seats_t *seats, const pool_settings_t *settings)
{
	generation_t *generation = calloc(1, sizeof(*generation) + settings->processes * sizeof(generation->seat[0]));

	if (generation == NULL)
		return NULL;
	generation->seats = seats;
	if (!pool_settings_copy(&generation->settings, settings))
		goto failed;
	for (; generation->count < settings->processes; generation->count++) {
		seat_t *seat = &generation->seat[generation->count];

		seat->generation = generation;
		seat->filler = event_new(seats->base, -1, 0, on_fill, seat);
		if (seat->filler == NULL)
			goto failed;
		fill_after(seat, 0);
	}
	return generation;
failed:
	generation_free(generation);
	return NULL;
}

/* ---- time ---- */

static void end_if_retired(child_t *child, time_t now)
{
	const seat_t *seat = child->owner;

	if (!seat->generation->retired || child->state == CHILD_ENDED)
		return;
	if (child->live == 0)
		child_end(child, NULL);
	else if (now >= seat->generation->retired_until)
		child_end(child, "its successor has taken over, and it did not finish in time");
}

/* libunbound cannot stop what it has begun, and a question to silent servers keeps it busy for a minute and more, long after
 * its client's budget. Enough of these fill a process; then starting anew is cheaper than waiting. */
static void end_if_clogged(child_t *child)
{
	if (child->state == CHILD_READY && child->open >= PROTO_OPEN_MAX && child->live < child->open / ABANDONED_SHARE)
		child_end(child, "it is full of questions that nobody waits for any more");
}

/* A tick may end the child it is for, and free it and its generation, but no other. */
static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	seats_t *seats = arg;
	const time_t now = child_now();

	(void)fd;
	(void)events;
	for (child_t *child = TAILQ_FIRST(&seats->children), *following; child != NULL; child = following) {
		following = TAILQ_NEXT(child, link);
		end_if_retired(child, now);
		end_if_clogged(child);
		child_tick(child);
	}
}

/* ---- for the pool ---- */

seats_t *seats_new(struct event_base *base, const pool_settings_t *settings, const seats_hooks_t *hooks, void *arg,
		   log_t *log)
{
	const struct timeval second = { .tv_sec = 1 };
	seats_t *seats = calloc(1, sizeof(*seats));

	if (seats == NULL)
		return NULL;
	seats->base = base;
	seats->hooks = hooks;
	seats->arg = arg;
	seats->log = log;
	TAILQ_INIT(&seats->retired);
	TAILQ_INIT(&seats->children);
	seats->tick = event_new(base, -1, EV_PERSIST, on_tick, seats);
	seats->current = generation_new(seats, settings);
	if (seats->tick != NULL && seats->current != NULL && event_add(seats->tick, &second) == 0)
		return seats;
	seats_free(seats, 0);
	return NULL;
}

static void end_children(seats_t *seats, unsigned wait_ms)
{
	child_t *child;

	TAILQ_FOREACH(child, &seats->children, link)
	child_dismiss(child);
	while ((child = TAILQ_FIRST(&seats->children)) != NULL) {
		TAILQ_REMOVE(&seats->children, child, link);
		wait_ms = child_free(child, wait_ms);
	}
}

void seats_free(seats_t *seats, unsigned wait_ms)
{
	generation_t *generation;

	end_children(seats, wait_ms);
	while ((generation = TAILQ_FIRST(&seats->retired)) != NULL) {
		TAILQ_REMOVE(&seats->retired, generation, link);
		generation_free(generation);
	}
	if (seats->next != NULL)
		generation_free(seats->next);
	if (seats->current != NULL)
		generation_free(seats->current);
	if (seats->tick != NULL)
		event_free(seats->tick);
	free(seats);
}

bool seats_replace(seats_t *seats, const pool_settings_t *settings, unsigned grace)
{
	generation_t *next = generation_new(seats, settings);

	if (next == NULL)
		return false;
	if (seats->next != NULL)
		retire(seats->next, 0);
	seats->next = next;
	seats->next_grace = grace;
	return true;
}

child_t *seats_least_busy(const seats_t *seats)
{
	const generation_t *generation = seats->current;
	child_t *least = NULL;

	for (unsigned i = 0; i < generation->count; i++) {
		child_t *child = generation->seat[i].child;

		if (takes_questions(child) && (least == NULL || child->open < least->open))
			least = child;
	}
	return least;
}

child_t *seats_by_hash(const seats_t *seats, uint32_t hash)
{
	const generation_t *generation = seats->current;

	for (unsigned i = 0; i < generation->count; i++) {
		child_t *child = generation->seat[(hash + i) % generation->count].child;

		if (takes_questions(child))
			return child;
	}
	return NULL;
}

static pool_state_t state_of(const child_t *child)
{
	const seat_t *seat = child->owner;

	if (child->state == CHILD_ENDED || child->doomed)
		return POOL_ENDED;
	if (seat->generation->retired)
		return POOL_LEAVING;
	return child->state == CHILD_READY ? POOL_READY : POOL_STARTING;
}

size_t seats_processes(const seats_t *seats, pool_process_t *processes, size_t room)
{
	const child_t *child;
	size_t count = 0;

	TAILQ_FOREACH(child, &seats->children, link)
	if (count < room)
		processes[count++] =
			(pool_process_t){ .pid = child->process.pid, .state = state_of(child), .open = child->open };
	return count;
}

unsigned seats_ready(const seats_t *seats)
{
	unsigned ready = 0;

	for (unsigned i = 0; i < seats->current->count; i++)
		ready += takes_questions(seats->current->seat[i].child);
	return ready;
}

uint64_t seats_restarts(const seats_t *seats)
{
	return seats->restarts;
}
