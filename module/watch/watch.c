/* watch.c: see watch.h. */
#include "module/watch/watch.h"

#include "module/clock.h"
#include "module/mailbox.h"
#include "module/watch/judge.h"

#include <stdlib.h>
#include <string.h>

typedef struct domain {
	watch_t *watch;
	name_t name; /* lower case */
	char text[NAME_TEXT_MAX];
	judge_wish_t wish;
	judge_pattern_t *patterns; /* of the wish */
	uint32_t every;
	judge_memory_t memory;
	struct event *due;
	bool asked; /* an answer is on its way */
} domain_t;

/* A question on its way to the pending thread and back. It is about a name, not about a domain_t: a reload may have taken
 * that away when the answer comes. */
typedef struct ask {
	mail_t mail;
	watch_t *watch;
	name_t name;
	seen_t *seen; /* NULL: memory was out */
} ask_t;

struct watch {
	struct event_base *base;
	watch_calls_t calls;
	alerts_t *alerts;
	mailbox_t inbox;
	struct event *inbox_event;
	size_t count;
	domain_t **domains;
	judgement_t judgement; /* too large for a stack */
};

uint32_t watch_pause(uint32_t every, uint32_t ttl, bool failed)
{
	uint32_t pause = failed ? WATCH_RETRY : ttl;

	pause = pause < every ? pause : every;
	return pause > WATCH_LEAST ? pause : WATCH_LEAST;
}

/* ---- domains ---- */

static void free_domain(domain_t *domain)
{
	if (domain == NULL)
		return;
	if (domain->due != NULL)
		event_free(domain->due);
	free(domain->patterns);
	free(domain);
}

static void free_domains(domain_t **domains, size_t count)
{
	for (size_t i = 0; domains != NULL && i < count; i++)
		free_domain(domains[i]);
	free(domains);
}

static domain_t *find(const watch_t *watch, const name_t *name)
{
	for (size_t i = 0; i < watch->count; i++)
		if (name_equal(&watch->domains[i]->name, name))
			return watch->domains[i];
	return NULL;
}

static void wait_for(domain_t *domain, uint64_t milliseconds)
{
	const struct timeval pause = { .tv_sec = (time_t)(milliseconds / 1000),
				       .tv_usec = (suseconds_t)(milliseconds % 1000 * 1000) };

	event_add(domain->due, &pause);
}

/* ---- asking, and being told ---- */

/* In the pending thread. */
static void on_told(void *arg, const resolution_t *resolution, const verdict_t *verdict, uint32_t took)
{
	ask_t *ask = arg;

	(void)took;
	if (resolution != NULL)
		ask->seen = seen_of(verdict, resolution->ttl, clock_of_wall());
	mailbox_put(&ask->watch->inbox, &ask->mail);
}

static void on_due(evutil_socket_t fd, short events, void *arg)
{
	domain_t *domain = arg;
	watch_t *watch = domain->watch;
	ask_t *ask = calloc(1, sizeof(*ask));

	(void)fd;
	(void)events;
	if (ask != NULL) {
		ask->watch = watch;
		ask->name = domain->name;
		if (watch->calls.ask(watch->calls.arg, &domain->name, on_told, ask)) {
			domain->asked = true;
			return; /* cppcheck-suppress memleak ; it comes back by on_told() */
		}
		free(ask);
	}
	wait_for(domain, (uint64_t)WATCH_LEAST * 1000);
}

static void settle(watch_t *watch, const domain_t *domain, judge_kind_t kind, uint64_t wall)
{
	const judgement_t *judgement = &watch->judgement;
	const char *hosts[JUDGE_FINDINGS_MAX];
	const char *details[JUDGE_FINDINGS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < judgement->count; i++)
		if (judgement->findings[i].kind == kind) {
			hosts[count] = judgement->findings[i].host;
			details[count++] = judgement->findings[i].detail;
		}
	if (judgement->settled[kind] || count > 0)
		alerts_settle(watch->alerts, judge_kind_name(kind), domain->text, hosts, details, count, wall);
}

static void take_answer(watch_t *watch, const ask_t *ask)
{
	const uint64_t wall = clock_of_wall();
	domain_t *domain = find(watch, &ask->name);
	bool failed = ask->seen == NULL || ask->seen->failed || ask->seen->rejected;

	if (domain == NULL)
		return;
	domain->asked = false;
	wait_for(domain, (uint64_t)watch_pause(domain->every, ask->seen != NULL ? ask->seen->ttl : 0, failed) * 1000);
	if (ask->seen == NULL)
		return;
	judge(&watch->judgement, &domain->wish, &domain->memory, ask->seen, wall);
	for (unsigned kind = 0; kind < JUDGE_KINDS; kind++)
		settle(watch, domain, (judge_kind_t)kind, wall);
}

static void on_inbox(evutil_socket_t fd, short events, void *arg)
{
	watch_t *watch = arg;

	(void)fd;
	(void)events;
	for (mail_t *mail = mailbox_take(&watch->inbox), *next; mail != NULL; mail = next) {
		ask_t *ask = (ask_t *)mail;

		next = mail->next;
		take_answer(watch, ask);
		free(ask->seen);
		free(ask);
	}
}

/* ---- configuration ---- */

static bool read_patterns(domain_t *domain, const watch_wish_t *wish)
{
	domain->patterns = calloc(wish->expect_count + 1, sizeof(*domain->patterns));
	if (domain->patterns == NULL)
		return false;
	for (size_t i = 0; i < wish->expect_count; i++) {
		judge_pattern_t *pattern = &domain->patterns[i];
		const char *text = wish->expect[i];

		pattern->below = strncmp(text, "*.", 2) == 0;
		if (!name_from_text(text + (pattern->below ? 2 : 0), &pattern->name))
			return false;
		name_lower(&pattern->name);
	}
	domain->wish = (judge_wish_t){ .count = wish->expect_count,
				       .expect = domain->patterns,
				       .signatures_within = wish->signatures_within };
	return true;
}

static domain_t *new_domain(watch_t *watch, const watch_wish_t *wish)
{
	domain_t *domain = calloc(1, sizeof(*domain));

	if (domain == NULL)
		return NULL;
	domain->watch = watch;
	domain->every = wish->every;
	domain->due = evtimer_new(watch->base, on_due, domain);
	if (domain->due != NULL && name_from_text(wish->domain, &domain->name) && read_patterns(domain, wish)) {
		name_lower(&domain->name);
		name_to_text(&domain->name, domain->text);
		return domain;
	}
	free_domain(domain);
	return NULL;
}

static domain_t **new_domains(watch_t *watch, const watch_wish_t *wishes, size_t count)
{
	domain_t **domains = calloc(count + 1, sizeof(*domains));

	for (size_t i = 0; domains != NULL && i < count; i++) {
		domains[i] = new_domain(watch, &wishes[i]);
		if (domains[i] == NULL) {
			free_domains(domains, i);
			domains = NULL;
		}
	}
	return domains;
}

bool watch_configure(watch_t *watch, const watch_wish_t *wishes, size_t count)
{
	domain_t **fresh = new_domains(watch, wishes, count);

	if (fresh == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const domain_t *old = find(watch, &fresh[i]->name);

		if (old != NULL) {
			fresh[i]->memory = old->memory;
			fresh[i]->asked = old->asked;
		}
		if (!fresh[i]->asked) /* else the answer sets the next time */
			wait_for(fresh[i], i * WATCH_SPREAD_MS);
	}
	free_domains(watch->domains, watch->count);
	watch->domains = fresh;
	watch->count = count;
	return true;
}

/* ---- start and end ---- */

watch_t *watch_new(struct event_base *base, const watch_calls_t *calls, alerts_t *alerts)
{
	watch_t *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->base = base;
	watch->calls = *calls;
	watch->alerts = alerts;
	if (mailbox_open(&watch->inbox))
		watch->inbox_event = event_new(base, watch->inbox.fd, EV_READ | EV_PERSIST, on_inbox, watch);
	if (watch->inbox_event != NULL && event_add(watch->inbox_event, NULL) == 0)
		return watch;
	watch_free(watch);
	return NULL;
}

void watch_stop(watch_t *watch)
{
	if (watch == NULL)
		return;
	free_domains(watch->domains, watch->count);
	watch->domains = NULL;
	watch->count = 0;
}

void watch_free(watch_t *watch)
{
	if (watch == NULL)
		return;
	watch_stop(watch);
	if (watch->inbox.fd >= 0)
		on_inbox(watch->inbox.fd, 0, watch); /* what was told is forgotten */
	if (watch->inbox_event != NULL)
		event_free(watch->inbox_event);
	mailbox_close(&watch->inbox);
	free(watch);
}
