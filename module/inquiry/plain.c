/* plain.c: see inner.h. UDP's answer is the one that counts, but an exchange's address that is insecure: there TCP's does, when it
 * has one.
 *
 *	UDP, and TCP if the name is an exchange -+-> UDP's is secure, or failed: that is it
 *	 and not expected to be secure           +-> insecure: TCP's, once it is there -> without an answer UDP's */
#include "module/clock.h"
#include "module/inquiry/inner.h"
#include "module/inquiry/marks.h"

static need_t need_of(const inquiry_t *inquiry, bool tcp)
{
	return (need_t){ .kind = NEED_ANSWER, .name = inquiry->name, .type = inquiry->type, .tcp = tcp };
}

static bool is_worth_tcp(const inquiry_t *inquiry)
{
	const need_t need = need_of(inquiry, true);

	return policy_corroborates(inquiry->judging->policy) && !policy_monitors(inquiry->judging->policy) &&
	       asks_for_address(inquiry->type) &&
	       marks_has(inquiry->home.cache, &inquiry->name, MARK_EXCHANGE, clock_of_cache()) &&
	       !asks_is_refused(inquiry, &need);
}

static bool ask(inquiry_t *inquiry, bool tcp)
{
	const need_t need = need_of(inquiry, tcp);

	return asks_begin(inquiry, &need);
}

static bool is_ahead(const inquiry_t *inquiry)
{
	const need_t tcp = need_of(inquiry, true);

	return is_worth_tcp(inquiry) && !asks_expects_secure(inquiry, &tcp);
}

/* What the pool does not take of TCP now, it is asked once more when UDP's answer is there. */
bool plain_begin(inquiry_t *inquiry)
{
	const bool begun = ask(inquiry, false);

	inquiry->tcp_is_out = begun && is_ahead(inquiry) && ask(inquiry, true);
	return begun;
}

static void finish(inquiry_t *inquiry, const heard_t *heard)
{
	inquiry_finish(inquiry, &heard->resolution, NULL);
}

static bool is_insecure(const heard_t *udp)
{
	return !udp->resolution.answer.failure && udp->resolution.answer.security == SECURITY_INSECURE;
}

static bool waits_for_tcp(inquiry_t *inquiry)
{
	if (!inquiry->tcp_is_out && !inquiry->tcp.has)
		inquiry->tcp_is_out = is_worth_tcp(inquiry) && ask(inquiry, true);
	return inquiry->tcp_is_out;
}

static void settle(inquiry_t *inquiry)
{
	const heard_t *udp = &inquiry->udp;
	const heard_t *tcp = &inquiry->tcp;

	if (!udp->has)
		return;
	if (!is_insecure(udp)) {
		finish(inquiry, udp);
	} else if (!waits_for_tcp(inquiry)) {
		if (tcp->has && !tcp->usable)
			asks_note_no_tcp(inquiry, &inquiry->name);
		finish(inquiry, tcp->has && tcp->usable ? tcp : udp);
	}
}

void plain_hear(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	heard_t *heard = need->tcp ? &inquiry->tcp : &inquiry->udp;

	asks_judge(inquiry, need, outcome, &heard->resolution);
	heard->has = true;
	heard->usable = asks_answered(outcome);
	inquiry->tcp_is_out &= !need->tcp;
	if (is_worth_tcp(inquiry))
		asks_learn(inquiry, need, outcome);
	settle(inquiry);
}

bool plain_end(inquiry_t *inquiry)
{
	if (!inquiry->udp.has)
		return false;
	finish(inquiry, &inquiry->udp);
	return true;
}

void plain_clear(inquiry_t *inquiry)
{
	if (inquiry->udp.has)
		resolution_free(&inquiry->udp.resolution);
	if (inquiry->tcp.has)
		resolution_free(&inquiry->tcp.resolution);
}
