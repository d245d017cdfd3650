/* crowd.c: see crowd.h. Counters are added to first and looked at then: threads that meet may both be turned away where one of
 * them had fitted in, but never exceed a limit together. */
#include "module/pending/crowd.h"

typedef struct limit {
	unsigned most;
	unsigned percent;
} limit_t;

static struct crowd_group *group_of(crowd_t *crowd, uint64_t client_hash)
{
	return &crowd->groups[client_hash % CROWD_GROUPS];
}

/* Room in all, and of a group's share. Nothing is counted unless it is CROWD_IN. */
static crowd_verdict_t count(atomic_uint *all, atomic_uint *of_group, limit_t limit)
{
	const uint64_t before = atomic_fetch_add_explicit(all, 1, memory_order_relaxed);
	const uint64_t own = atomic_fetch_add_explicit(of_group, 1, memory_order_relaxed);
	crowd_verdict_t verdict = CROWD_IN;

	if (before >= limit.most)
		verdict = CROWD_TOO_MANY;
	else if (own * (100 - limit.percent) >= limit.percent * (limit.most - before))
		verdict = CROWD_CLIENT_TOO_MANY;
	if (verdict == CROWD_IN)
		return verdict;
	atomic_fetch_sub_explicit(all, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(of_group, 1, memory_order_relaxed);
	return verdict;
}

static void discount(atomic_uint *all, atomic_uint *of_group)
{
	atomic_fetch_sub_explicit(all, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(of_group, 1, memory_order_relaxed);
}

void crowd_set_limits(crowd_t *crowd, unsigned most, unsigned percent)
{
	atomic_store(&crowd->most, most);
	atomic_store(&crowd->percent, percent);
}

crowd_verdict_t crowd_enter(crowd_t *crowd, uint64_t client_hash)
{
	struct crowd_group *group = group_of(crowd, client_hash);
	const limit_t waiting = { .most = atomic_load_explicit(&crowd->most, memory_order_relaxed),
				  .percent = atomic_load_explicit(&crowd->percent, memory_order_relaxed) };
	const limit_t unread = { .most = CROWD_UNREAD_MOST, .percent = CROWD_UNREAD_PERCENT };
	crowd_verdict_t verdict = count(&crowd->waiting, &group->waiting, waiting);

	if (verdict != CROWD_IN)
		return verdict;
	verdict = count(&crowd->unread, &group->unread, unread);
	if (verdict != CROWD_IN)
		crowd_leave(crowd, client_hash);
	return verdict;
}

void crowd_read(crowd_t *crowd, uint64_t client_hash)
{
	discount(&crowd->unread, &group_of(crowd, client_hash)->unread);
}

void crowd_leave(crowd_t *crowd, uint64_t client_hash)
{
	discount(&crowd->waiting, &group_of(crowd, client_hash)->waiting);
}

void crowd_forget(crowd_t *crowd, uint64_t client_hash)
{
	crowd_read(crowd, client_hash);
	crowd_leave(crowd, client_hash);
}
