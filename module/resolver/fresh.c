/* fresh.c: see fresh.h. */
#include "module/resolver/fresh.h"

#include <stdlib.h>
#include <unbound-event.h>

/* One of libunbound's contexts, in fresh->current or retired. */
typedef struct fresh_context {
	LIST_ENTRY(fresh_context) link;
	struct fresh *fresh;
	struct ub_ctx *ctx;
	struct event *timer;
	bool retired;
	LIST_HEAD(, fresh_use) uses;
	size_t asked_count;
	uint64_t asked[FRESH_QUESTIONS_MAX]; /* hashes: when two agree by chance, a context is made too early */
} fresh_context_t;

struct fresh {
	struct event_base *base;
	struct ub_event_base *tcpbase;
	const char *config;
	fresh_gone_fn *gone;
	struct event *deleting;
	fresh_context_t *current[2]; /* UDP, TCP */
	LIST_HEAD(, fresh_context) contexts;
	unsigned count;
};

/* FNV-1a. */
static uint64_t hash_of(const name_t *name, uint16_t type)
{
	uint64_t hash = (14695981039346656037U ^ type) * 1099511628211U;

	for (size_t i = 0; i < name->size; i++)
		hash = (hash ^ name->octets[i]) * 1099511628211U;
	return hash;
}

/* ---- the end of a context ---- */

static bool is_wanted(const fresh_context_t *context)
{
	const fresh_use_t *use;

	LIST_FOREACH(use, &context->uses, link)
	{
		if (!use->unwanted)
			return true;
	}
	return false;
}

static void delete_later_if_done(const fresh_context_t *context)
{
	if (context->retired && !is_wanted(context))
		event_active(context->fresh->deleting, 0, 0);
}

static void retire(fresh_context_t *context)
{
	fresh_t *fresh = context->fresh;

	for (int tcp = 0; tcp < 2; tcp++)
		if (fresh->current[tcp] == context)
			fresh->current[tcp] = NULL;
	event_del(context->timer);
	context->retired = true;
	delete_later_if_done(context);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	retire(arg);
}

/* libunbound forgets what it was still asked, without a word. */
static void context_delete(fresh_context_t *context)
{
	fresh_use_t *use;

	LIST_REMOVE(context, link);
	context->fresh->count--;
	if (context->ctx != NULL)
		ub_ctx_delete(context->ctx);
	if (context->timer != NULL)
		event_free(context->timer);
	while ((use = LIST_FIRST(&context->uses)) != NULL) {
		LIST_REMOVE(use, link);
		use->context = NULL;
		context->fresh->gone(use);
	}
	free(context);
}

static void on_deleting(evutil_socket_t fd, short events, void *arg)
{
	fresh_t *fresh = arg;

	(void)fd;
	(void)events;
	for (fresh_context_t *context = LIST_FIRST(&fresh->contexts), *next; context != NULL; context = next) {
		next = LIST_NEXT(context, link);
		if (context->retired && !is_wanted(context))
			context_delete(context);
	}
}

/* ---- its beginning ---- */

static fresh_context_t *make(fresh_t *fresh, bool tcp)
{
	const struct timeval life = { .tv_sec = FRESH_SECONDS };
	fresh_context_t *context = fresh->count < FRESH_CONTEXTS_MAX ? calloc(1, sizeof(*context)) : NULL;

	if (context == NULL)
		return NULL;
	context->fresh = fresh;
	LIST_INIT(&context->uses);
	LIST_INSERT_HEAD(&fresh->contexts, context, link);
	fresh->count++;
	context->timer = evtimer_new(fresh->base, on_timer, context);
	context->ctx = context_new(fresh->base, fresh->config, tcp ? fresh->tcpbase : NULL);
	if (context->ctx != NULL)
		context_shrink(context->ctx);
	if (context->ctx == NULL || context->timer == NULL || !context_start(context->ctx)) {
		context_delete(context);
		return NULL;
	}
	event_add(context->timer, &life);
	fresh->current[tcp] = context;
	return context;
}

static bool may_take(const fresh_context_t *context, uint64_t hash)
{
	for (size_t i = 0; i < context->asked_count; i++)
		if (context->asked[i] == hash)
			return false;
	return context->asked_count < FRESH_QUESTIONS_MAX;
}

fresh_t *fresh_new(struct event_base *base, struct ub_event_base *tcpbase, const char *config, fresh_gone_fn *gone)
{
	fresh_t *fresh = calloc(1, sizeof(*fresh));

	if (fresh == NULL)
		return NULL;
	fresh->base = base;
	fresh->tcpbase = tcpbase;
	fresh->config = config;
	fresh->gone = gone;
	fresh->deleting = event_new(base, -1, 0, on_deleting, fresh);
	if (fresh->deleting != NULL)
		return fresh;
	free(fresh);
	return NULL;
}

struct ub_ctx *fresh_begin(fresh_t *fresh, bool tcp, const name_t *name, uint16_t type, fresh_use_t *use)
{
	const uint64_t hash = hash_of(name, type);
	fresh_context_t *context = fresh->current[tcp];

	if (context != NULL && !may_take(context, hash)) {
		retire(context);
		context = NULL;
	}
	if (context == NULL)
		context = make(fresh, tcp);
	if (context == NULL)
		return NULL;
	context->asked[context->asked_count++] = hash;
	*use = (fresh_use_t){ .context = context };
	LIST_INSERT_HEAD(&context->uses, use, link);
	return context->ctx;
}

void fresh_end(fresh_use_t *use)
{
	fresh_context_t *context = use->context;

	if (context == NULL)
		return;
	LIST_REMOVE(use, link);
	use->context = NULL;
	delete_later_if_done(context);
}

void fresh_cancel(fresh_use_t *use)
{
	use->unwanted = true;
	if (use->context != NULL)
		delete_later_if_done(use->context);
}
