/* asks.c: see inner.h. */
#include "module/clock.h"
#include "module/inquiry/expect.h"
#include "module/inquiry/inner.h"
#include "module/inquiry/marks.h"
#include "module/inquiry/turn.h"
#include "validator/name.h"

#include <stdlib.h>

enum { TYPE_A = 1, TYPE_AAAA = 28 };

static bool is_second(const inquiry_t *inquiry, const need_t *need)
{
	return need->kind == NEED_TARGET
		       ? turn_is_second(inquiry->home.cache, &need->name, need->type, clock_of_cache())
		       : inquiry->second;
}

static resolver_transport_t transport_of(const inquiry_t *inquiry, const need_t *need)
{
	if (inquiry->fresh || need->fresh)
		return need->tcp ? RESOLVER_TCP_FRESH : RESOLVER_UDP_FRESH;
	if (is_second(inquiry, need))
		return need->tcp ? RESOLVER_TCP_SECOND : RESOLVER_UDP_SECOND;
	return need->tcp ? RESOLVER_TCP : RESOLVER_UDP;
}

/* Takes it out of the list; it is the caller's. */
static void unlink_ask(ask_t *ask)
{
	ask_t **link = &ask->inquiry->asks;

	while (*link != ask)
		link = &(*link)->next;
	*link = ask->next;
}

static void on_answer(void *arg, const pool_outcome_t *outcome)
{
	ask_t *ask = arg;
	inquiry_t *inquiry = ask->inquiry;
	const need_t need = ask->need;

	unlink_ask(ask);
	free(ask);
	if (outcome->result == POOL_CANCELLED) {
		if (inquiry->asks == NULL) /* the last of them */
			inquiry_finish(inquiry, NULL, NULL);
	} else if (inquiry->assessment != NULL) {
		assess_hear(inquiry, &need, outcome);
	} else {
		plain_hear(inquiry, &need, outcome);
	}
}

bool asks_begin(inquiry_t *inquiry, const need_t *need)
{
	const unsigned most = inquiry->home.asks_most;
	ask_t *ask = most == 0 || inquiry->asked < most ? malloc(sizeof(*ask)) : NULL;

	if (ask == NULL)
		return false;
	*ask = (ask_t){ .inquiry = inquiry, .need = *need };
	ask->number = pool_ask(inquiry->home.pool, need->name.octets, need->name.size, need->type,
			       transport_of(inquiry, need), on_answer, ask);
	if (ask->number == 0) {
		free(ask);
		return false;
	}
	ask->next = inquiry->asks;
	inquiry->asks = ask;
	inquiry->asked++;
	return true;
}

void asks_cancel(ask_t *ask)
{
	pool_cancel(ask->inquiry->home.pool, ask->number);
	unlink_ask(ask);
	free(ask);
}

void asks_cancel_all(inquiry_t *inquiry)
{
	for (ask_t *ask = inquiry->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		pool_cancel(inquiry->home.pool, ask->number);
		free(ask);
	}
	inquiry->asks = NULL;
}

ask_t *asks_find(const inquiry_t *inquiry, const name_t *name, uint16_t type, bool tcp)
{
	for (ask_t *ask = inquiry->asks; ask != NULL; ask = ask->next)
		if (ask->need.type == type && ask->need.tcp == tcp && name_equal(&ask->need.name, name))
			return ask;
	return NULL;
}

void asks_judge(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome, resolution_t *resolution)
{
	if (outcome->result == POOL_LOST)
		resolution_give_up(resolution, RESOLUTION_LOST, 0);
	else
		resolution_judge(resolution, &need->name, need->type, outcome, &inquiry->judging->limits,
				 clock_of_wall());
}

bool asks_answered(const pool_outcome_t *outcome)
{
	enum { FLAGS_AT = 3, RCODE_MASK = 15, RCODE_NOERROR = 0, RCODE_NXDOMAIN = 3, RCODE_YXDOMAIN = 6 };
	unsigned rcode = outcome->size > FLAGS_AT ? outcome->packet[FLAGS_AT] & RCODE_MASK : outcome->rcode;

	if (outcome->result != POOL_ANSWERED || outcome->size == 0)
		return false;
	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN || rcode == RCODE_YXDOMAIN;
}

bool asks_for_address(uint16_t type)
{
	return type == TYPE_A || type == TYPE_AAAA;
}

bool asks_is_refused(const inquiry_t *inquiry, const need_t *need)
{
	return need->tcp && marks_has(inquiry->home.cache, &need->name, MARK_NO_TCP, clock_of_cache());
}

bool asks_expects_secure(const inquiry_t *inquiry, const need_t *need)
{
	return expect_secure(inquiry->home.cache, &need->name, clock_of_cache());
}

void asks_note_no_tcp(const inquiry_t *inquiry, const name_t *name)
{
	marks_set(inquiry->home.cache, name, MARK_NO_TCP, MARK_NO_TCP_SECONDS, clock_of_cache());
}

void asks_learn(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	const bool tells = need->kind != NEED_TARGET || asks_for_address(need->type);

	if (tells && asks_answered(outcome) && outcome->security != SECURITY_BOGUS &&
	    policy_corroborates(inquiry->judging->policy))
		expect_learn(inquiry->home.cache, &need->name, outcome->security == SECURITY_SECURE, clock_of_cache());
}
