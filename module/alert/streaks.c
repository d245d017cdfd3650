/* streaks.c: see streaks.h. */
#include "module/alert/streaks.h"

#include "module/alert/alert.h"

#include <stdlib.h>
#include <string.h>

/* The place of a domain, or where it would be. */
static size_t place_of(const streaks_t *streaks, const char *domain)
{
	size_t low = 0;
	size_t high = streaks->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(streaks->items[middle]->domain, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const streaks_t *streaks, size_t place, const char *domain)
{
	return place < streaks->count && strcmp(streaks->items[place]->domain, domain) == 0;
}

static void take_out(streaks_t *streaks, size_t place)
{
	free(streaks->items[place]);
	streaks->count--;
	memmove(streaks->items + place, streaks->items + place + 1,
		(streaks->count - place) * sizeof(streaks->items[0]));
}

/* Of two, the one that is missed less: which failed less often, and then which failed longer ago. */
static bool is_lesser(const streak_t *one, const streak_t *other)
{
	return one->count != other->count ? one->count < other->count : one->last < other->last;
}

/* The least of all, or of one site; streaks->count when there is none. */
static size_t least(const streaks_t *streaks, const char *site, size_t *found)
{
	size_t least = streaks->count;

	*found = 0;
	for (size_t i = 0; i < streaks->count; i++) {
		if (site != NULL && strcmp(streaks->items[i]->site, site) != 0)
			continue;
		(*found)++;
		if (least == streaks->count || is_lesser(streaks->items[i], streaks->items[least]))
			least = i;
	}
	return least;
}

/* A new one needs a place; what fails again and again is not pushed out by what failed once. */
static void make_room(streaks_t *streaks, const char *site)
{
	size_t found;
	size_t place = least(streaks, site, &found);

	if (found < STREAKS_PER_SITE && streaks->count < STREAKS_MAX)
		return;
	if (found < STREAKS_PER_SITE)
		place = least(streaks, NULL, &found);
	take_out(streaks, place);
}

static streak_t *add(streaks_t *streaks, const char *domain)
{
	size_t size = strlen(domain) + 1;
	streak_t *streak = malloc(sizeof(*streak) + size);
	size_t place;

	if (streak == NULL)
		return NULL;
	memcpy(streak->domain, domain, size);
	streak->site = alert_site(streak->domain);
	make_room(streaks, streak->site);
	place = place_of(streaks, domain);
	memmove(streaks->items + place + 1, streaks->items + place,
		(streaks->count - place) * sizeof(streaks->items[0]));
	streaks->items[place] = streak;
	streaks->count++;
	return streak;
}

static bool is_forgotten(const streak_t *streak, uint64_t now)
{
	return streak->last + STREAKS_FORGET < now;
}

const streak_t *streaks_fail(streaks_t *streaks, const char *domain, uint64_t now)
{
	size_t place = place_of(streaks, domain);
	streak_t *streak = is_at(streaks, place, domain) ? streaks->items[place] : NULL;

	if (streak == NULL) {
		streak = add(streaks, domain);
		if (streak == NULL)
			return NULL;
		streak->count = 0;
		streak->first = now;
	} else if (is_forgotten(streak, now) || streak->first > now) { /* the clock may have been set back */
		streak->first = now;
	}
	streak->last = now;
	if (streak->count < UINT32_MAX)
		streak->count++;
	return streak;
}

bool streaks_end(streaks_t *streaks, const char *domain)
{
	size_t place = place_of(streaks, domain);

	if (!is_at(streaks, place, domain))
		return false;
	take_out(streaks, place);
	return true;
}

const streak_t *streaks_find(const streaks_t *streaks, const char *domain)
{
	size_t place = place_of(streaks, domain);

	return is_at(streaks, place, domain) ? streaks->items[place] : NULL;
}

bool streaks_tick(streaks_t *streaks, uint64_t now)
{
	size_t kept = 0;
	size_t before = streaks->count;

	for (size_t i = 0; i < before; i++)
		if (is_forgotten(streaks->items[i], now))
			free(streaks->items[i]);
		else
			streaks->items[kept++] = streaks->items[i];
	streaks->count = kept;
	return kept < before;
}

bool streaks_restore(streaks_t *streaks, const char *domain, uint64_t first, uint64_t last, uint32_t count)
{
	streak_t *streak;

	if (streaks->count >= STREAKS_MAX || streaks_find(streaks, domain) != NULL)
		return false;
	streak = add(streaks, domain);
	if (streak == NULL)
		return false;
	streak->first = first;
	streak->last = last;
	streak->count = count;
	return true;
}

void streaks_clear(streaks_t *streaks)
{
	for (size_t i = 0; i < streaks->count; i++)
		free(streaks->items[i]);
	streaks->count = 0;
}
