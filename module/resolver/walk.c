/* walk.c: see walk.h. What libunbound was asked for cannot be taken back. So a stop is an object of its own, which its callback
 * frees, however late it comes; the walk that waits for it may be gone by then. */
#include "module/resolver/walk.h"

#include "module/resolver/routes.h"
#include "validator/name.h"

#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	CLASS_IN = 1,
	TYPE_MX = 15,
	RCODE_NOERROR = 0,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	BOGUS = 1,
	HEADER_SIZE = 12,
};

typedef struct walk_stop {
	walks_t *walks;
	walk_t *walk; /* NULL: nobody waits for it any more */
	bool asking;  /* inside ub_resolve_event() */
	bool answered;
	bool good;
	struct event late;
} walk_stop_t;

struct walks {
	struct event_base *base;
	walk_answer_fn *answer;
	bool minimises;
	routes_t routes;
	minimise_known_t known[2][2]; /* UDP, TCP; the first, the second */
	const struct timeval *patience;
	struct event *stepping;
	const walk_t *asking; /* inside ub_resolve_event(): an answer that comes now comes from a cache */
	unsigned stop_count;  /* that libunbound has been asked for */
	TAILQ_HEAD(, walk) scheduled;
};

static uint32_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec;
}

/* NOERROR or NXDOMAIN, else SERVFAIL. With an rcode there is no packet to look at. */
static unsigned rcode_of(int rcode, const void *packet, int size, int security)
{
	if (rcode != RCODE_NOERROR || packet == NULL || size < HEADER_SIZE || security == BOGUS)
		return rcode == RCODE_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_SERVFAIL;
	return ((const uint8_t *)packet)[3] & 0xf;
}

/* ---- the question ---- */

/* Servers have answered: the way to all that is above is known. */
static void learn(const walk_t *walk)
{
	const uint32_t now = seconds_now();

	for (unsigned i = 0; i < walk->stops.count; i++) {
		name_t stop;

		minimise_stop(&walk->name, walk->stops.at[i], &stop);
		minimise_know(walk->known, &stop, now);
	}
}

/* Called by libunbound, perhaps from inside ub_resolve_event(). */
static void on_answer(void *arg, int rcode, void *packet, int size, int security, char *why, int limited)
{
	walk_t *walk = arg;
	const bool cached = walk->walks->asking == walk;
	const walk_answer_t answer = {
		.rcode = rcode,
		.packet = packet,
		.size = size,
		.security = security,
		.why = why,
		.rate_limited = limited != 0,
		.cached = cached,
	};

	if (!cached && rcode_of(rcode, packet, size, security) != RCODE_SERVFAIL)
		learn(walk);
	walk->walks->answer(walk, &answer);
}

static void ask_question(walk_t *walk)
{
	walks_t *walks = walk->walks;
	char text[NAME_TEXT_MAX];
	int err;

	walks->asking = walk;
	err = ub_resolve_event(walk->ctx, name_to_text(&walk->name, text), walk->type, CLASS_IN, walk, on_answer, NULL);
	walks->asking = NULL;
	if (err != 0) { /* else on_answer() has it, and the walk may be gone already */
		fprintf(stderr, "warning: libunbound takes no question: %s\n", ub_strerror(err));
		walks->answer(walk, &(walk_answer_t){ .rcode = RCODE_SERVFAIL });
	}
}

/* ---- stops ---- */

static void schedule(walk_t *walk)
{
	walk->scheduled = true;
	TAILQ_INSERT_TAIL(&walk->walks->scheduled, walk, link);
	event_active(walk->walks->stepping, 0, 0);
}

static void free_stop(walk_stop_t *stop)
{
	stop->walks->stop_count--;
	free(stop);
}

static void pass_over(walk_t *walk)
{
	walk->next = walk->stops.count;
}

/* It is over, for good or bad; it is not asked for again soon. */
static void pass(walk_t *walk, bool good)
{
	name_t name;

	minimise_stop(&walk->name, walk->stops.at[walk->next], &name);
	minimise_know(walk->known, &name, seconds_now());
	walk->stop = NULL;
	walk->next++;
	if (!good)
		pass_over(walk);
}

/* Called by libunbound, perhaps from inside ub_resolve_event(). */
static void on_stop(void *arg, int rcode, void *packet, int size, int security, char *why, int limited)
{
	walk_stop_t *stop = arg;

	(void)why;
	(void)limited;
	stop->answered = true;
	stop->good = rcode_of(rcode, packet, size, security) == RCODE_NOERROR;
	if (stop->asking)
		return;
	if (stop->walk != NULL) {
		event_del(&stop->late);
		pass(stop->walk, stop->good);
		schedule(stop->walk);
	}
	free_stop(stop);
}

static void advance(walk_t *walk);

static void on_late(evutil_socket_t fd, short events, void *arg)
{
	walk_stop_t *stop = arg;
	walk_t *walk = stop->walk;

	(void)fd;
	(void)events;
	stop->walk = NULL;
	pass(walk, false);
	advance(walk);
}

static walk_stop_t *new_stop(walk_t *walk)
{
	walks_t *walks = walk->walks;
	walk_stop_t *stop = walks->stop_count < WALK_STOPS_MAX ? malloc(sizeof(*stop)) : NULL;

	if (stop == NULL)
		return NULL;
	*stop = (walk_stop_t){ .walks = walks, .walk = walk, .asking = true };
	if (evtimer_assign(&stop->late, walks->base, on_late, stop) != 0) {
		free(stop);
		return NULL;
	}
	walks->stop_count++;
	return stop;
}

/* Asks for the next stop; false when there is nothing to wait for. */
static bool ask_stop(walk_t *walk, const name_t *name)
{
	walk_stop_t *stop = new_stop(walk);
	char text[NAME_TEXT_MAX];
	int err;

	if (stop == NULL) {
		pass_over(walk);
		return false;
	}
	err = ub_resolve_event(walk->ctx, name_to_text(name, text), minimise_type(walk->known, name), CLASS_IN, stop,
			       on_stop, NULL);
	stop->answered = stop->answered || err != 0;
	stop->asking = false;
	if (!stop->answered && event_add(&stop->late, walk->walks->patience) == 0) {
		walk->stop = stop;
		return true;
	}
	pass(walk, stop->good);
	stop->walk = NULL;
	if (stop->answered)
		free_stop(stop);
	return false;
}

static void advance(walk_t *walk)
{
	while (walk->next < walk->stops.count && walk->stops.at[walk->next] > 0) {
		name_t name;

		minimise_stop(&walk->name, walk->stops.at[walk->next], &name);
		if (minimise_is_known(walk->known, &name, seconds_now()))
			walk->next++;
		else if (ask_stop(walk, &name))
			return;
	}
	ask_question(walk);
}

static void on_stepping(evutil_socket_t fd, short events, void *arg)
{
	walks_t *walks = arg;
	walk_t *walk;

	(void)fd;
	(void)events;
	while ((walk = TAILQ_FIRST(&walks->scheduled)) != NULL) {
		TAILQ_REMOVE(&walks->scheduled, walk, link);
		walk->scheduled = false;
		advance(walk);
	}
}

/* ---- walks ---- */

walks_t *walks_new(struct event_base *base, const char *config, walk_answer_fn *answer)
{
	const struct timeval patience = { .tv_sec = WALK_PATIENCE_MS / 1000,
					  .tv_usec = WALK_PATIENCE_MS % 1000 * 1000 };
	walks_t *walks = calloc(1, sizeof(*walks));

	if (walks == NULL)
		return NULL;
	walks->base = base;
	walks->answer = answer;
	walks->minimises = config != NULL;
	TAILQ_INIT(&walks->scheduled);
	walks->patience = event_base_init_common_timeout(base, &patience);
	walks->stepping = event_new(base, -1, 0, on_stepping, walks);
	if (walks->patience != NULL && walks->stepping != NULL &&
	    (config == NULL || routes_read(config, &walks->routes)))
		return walks;
	if (walks->stepping != NULL)
		event_free(walks->stepping);
	free(walks);
	return NULL;
}

minimise_known_t *walks_known(walks_t *walks, bool tcp, bool second)
{
	return walks->minimises ? &walks->known[tcp][second] : NULL;
}

/* Its own name is a stop for others. */
static bool is_at_stop(const walk_t *walk)
{
	return walk->stops.count > 0 && walk->stops.at[walk->stops.count - 1] == 0;
}

/* Those that come while it is on its way to the question will wait for it. */
static void find_stops(walk_t *walk)
{
	minimise_stops(&walk->name, walk->type, &walk->stops);
	routes_cut(&walk->walks->routes, &walk->name, &walk->stops);
	if (walk->type == TYPE_MX && is_at_stop(walk))
		minimise_asked_mx(walk->known, &walk->name);
}

void walk_begin(walks_t *walks, walk_t *walk, const walk_request_t *request)
{
	*walk = (walk_t){
		.walks = walks,
		.ctx = request->ctx,
		.known = request->known,
		.type = request->type,
		.name = *request->name,
	};
	name_lower(&walk->name);
	if (walk->known != NULL)
		find_stops(walk);
	advance(walk);
}

bool walk_leave(walk_t *walk)
{
	const bool left = walk->stop != NULL || walk->scheduled;

	if (walk->stop != NULL) {
		event_del(&walk->stop->late);
		walk->stop->walk = NULL;
		walk->stop = NULL;
	}
	if (walk->scheduled)
		TAILQ_REMOVE(&walk->walks->scheduled, walk, link);
	walk->scheduled = false;
	return left;
}
