/* logtally.c: see logtally.h. */
#include "module/logshow/logtally.h"

#include <string.h>

/* Widths of a bar, in minutes. Each divides the next, so that narrow bars can be put together to wide ones. */
static const uint64_t widths[] = {
	1, 5, 15, 60, 180, 360, 720, 1440, 10080, 40320, 524160, 5241600, 52416000, 524160000
};

enum { WIDTHS = sizeof(widths) / sizeof(widths[0]), MINUTE = 60000 };

static const char *const kind_names[] = { "checks", "domains", "hosts", "clients" };

const char *logtally_kind_name(logtally_kind_t kind)
{
	return kind_names[kind];
}

bool logtally_begin(logtally_t *tally)
{
	bool good = true;

	memset(tally, 0, sizeof(*tally));
	tally->width = widths[0] * MINUTE;
	for (unsigned i = 0; i < LOGTALLY_KINDS; i++) {
		tally->names[i] = json_object();
		good = good && tally->names[i] != NULL;
	}
	return good;
}

void logtally_clear(logtally_t *tally)
{
	for (unsigned i = 0; i < LOGTALLY_KINDS; i++)
		json_decref(tally->names[i]);
}

/* --- Names --------------------------------------------------------------------------------------------------------- */

/* Takes one from each count, and drops what is left with nothing: what is frequent stays (Misra and Gries, 1982). */
static void forget_rare(logtally_t *tally, logtally_kind_t kind)
{
	const char *name;
	json_t *count;
	void *next;

	tally->forgot[kind] = true;
	json_object_foreach_safe(tally->names[kind], next, name, count)
	{
		json_integer_set(count, json_integer_value(count) - 1);
		if (json_integer_value(count) == 0)
			json_object_del(tally->names[kind], name);
	}
}

static bool count_name(logtally_t *tally, logtally_kind_t kind, const char *name)
{
	json_t *count = json_object_get(tally->names[kind], name);

	if (count != NULL)
		return json_integer_set(count, json_integer_value(count) + 1) == 0;
	if (json_object_size(tally->names[kind]) >= LOGTALLY_NAMES_MAX)
		forget_rare(tally, kind);
	return json_object_set_new_nocheck(tally->names[kind], name, json_integer(1)) == 0;
}

static bool count_names(logtally_t *tally, const logentry_t *entry)
{
	bool good = count_name(tally, LOGTALLY_DOMAINS, entry->domain) &&
		    (entry->client.address == NULL || count_name(tally, LOGTALLY_CLIENTS, entry->client.address));

	for (size_t i = 0; good && i < entry->check_count; i++)
		good = !entry->checks[i].acted || count_name(tally, LOGTALLY_CHECKS, entry->checks[i].name);
	for (size_t i = 0; good && i < entry->host_count; i++)
		good = !entry->hosts[i].blamed || count_name(tally, LOGTALLY_HOSTS, entry->hosts[i].name);
	return good;
}

/* More often first, then by name. */
static bool comes_before(const logtally_name_t *a, const logtally_name_t *b)
{
	return a->count != b->count ? a->count > b->count : strcmp(a->name, b->name) < 0;
}

size_t logtally_top(const logtally_t *tally, logtally_kind_t kind, logtally_name_t *top)
{
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach(tally->names[kind], name, value)
	{
		const logtally_name_t here = { name, (uint64_t)json_integer_value(value) };
		size_t place = count < LOGTALLY_TOP ? count++ : LOGTALLY_TOP;

		for (; place > 0 && comes_before(&here, &top[place - 1]); place--)
			if (place < LOGTALLY_TOP)
				top[place] = top[place - 1];
		if (place < LOGTALLY_TOP)
			top[place] = here;
	}
	return count;
}

/* --- Time ---------------------------------------------------------------------------------------------------------- */

static void add_bar(logtally_bar_t *to, const logtally_bar_t *bar)
{
	for (unsigned i = 0; i < LOGENTRY_VERDICTS; i++)
		to->verdicts[i] += bar->verdicts[i];
	to->refused += bar->refused;
}

static uint64_t wider(uint64_t width)
{
	unsigned i = 0;

	while (i + 1 < WIDTHS && widths[i] * MINUTE <= width)
		i++;
	return widths[i] * MINUTE;
}

/* Puts bars together. */
static void widen(logtally_t *tally)
{
	const uint64_t factor = wider(tally->width) / tally->width;
	const uint64_t start = tally->start / factor;
	logtally_bar_t bars[LOGTALLY_BARS] = { 0 };

	for (unsigned i = 0; i < tally->bar_count; i++)
		add_bar(&bars[(tally->start + i) / factor - start], &tally->bars[i]);
	if (tally->bar_count > 0)
		tally->bar_count = (unsigned)((tally->start + tally->bar_count - 1) / factor - start) + 1;
	memcpy(tally->bars, bars, sizeof(bars));
	tally->start = start;
	tally->width *= factor;
}

static bool fits(const logtally_t *tally, uint64_t slot)
{
	const uint64_t end = tally->start + tally->bar_count;

	return tally->bar_count == 0 || (slot >= tally->start && slot < tally->start + LOGTALLY_BARS) ||
	       (slot < tally->start && end - slot <= LOGTALLY_BARS);
}

/* The bar of a time; there are bars up to it then. */
static logtally_bar_t *bar_of(logtally_t *tally, uint64_t time)
{
	uint64_t slot;

	while (!fits(tally, time / tally->width))
		widen(tally);
	slot = time / tally->width;
	if (tally->bar_count == 0)
		tally->start = slot;
	if (slot < tally->start) {
		const size_t ahead = (size_t)(tally->start - slot);

		memmove(&tally->bars[ahead], tally->bars, tally->bar_count * sizeof(tally->bars[0]));
		memset(tally->bars, 0, ahead * sizeof(tally->bars[0]));
		tally->start = slot;
		tally->bar_count += (unsigned)ahead;
	}
	if (slot - tally->start >= tally->bar_count)
		tally->bar_count = (unsigned)(slot - tally->start) + 1;
	return &tally->bars[slot - tally->start];
}

bool logtally_add(logtally_t *tally, const logentry_t *entry)
{
	const bool refused = logentry_is_refused(entry);
	logtally_bar_t *bar = bar_of(tally, entry->time);

	tally->first = tally->count == 0 || entry->time < tally->first ? entry->time : tally->first;
	tally->last = entry->time > tally->last ? entry->time : tally->last;
	tally->count++;
	tally->verdicts[entry->verdict]++;
	tally->refused += refused;
	logspread_add(&tally->took, entry->took_ms);
	bar->verdicts[entry->verdict]++;
	bar->refused += refused;
	return !refused || count_names(tally, entry);
}
