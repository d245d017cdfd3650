/* timeline.c: see timeline.h. Names and owners are printable ASCII. */
#include "module/history/timeline.h"

#include "module/history/json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define GREEN "32"
#define RED   "31"
#define BOLD  "1"

/* ---- times ---- */

const char *timeline_time(uint64_t seconds, char text[TIMELINE_TIME_MAX])
{
	const time_t time = (time_t)seconds;
	struct tm local;

	if (localtime_r(&time, &local) == NULL || strftime(text, TIMELINE_TIME_MAX, "%Y-%m-%d %H:%M", &local) == 0)
		snprintf(text, TIMELINE_TIME_MAX, "%" PRIu64, seconds);
	return text;
}

const char *timeline_span(uint64_t seconds, char text[TIMELINE_SPAN_MAX])
{
	static const struct {
		uint64_t size;
		const char *name;
	} units[] = {
		{ 31556952, "years" }, { 2629746, "months" }, { 86400, "days" }, { 3600, "hours" }, { 60, "minutes" },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds >= 2 * units[i].size) {
			snprintf(text, TIMELINE_SPAN_MAX, "%" PRIu64 " %s", seconds / units[i].size, units[i].name);
			return text;
		}
	snprintf(text, TIMELINE_SPAN_MAX, "%" PRIu64 " seconds", seconds);
	return text;
}

/* ---- exchanges ---- */

static bool has(const history_set_t *set, const history_seen_exchange_t *exchange)
{
	for (size_t i = 0; set != NULL && i < set->count; i++)
		if (set->exchanges[i].preference == exchange->preference &&
		    strcmp(set->exchanges[i].name, exchange->name) == 0)
			return true;
	return false;
}

static tree_t *add_exchange(tree_t *below, const history_seen_exchange_t *exchange, const char *colour,
			    const char *word, const owner_table_t *owners)
{
	char owner[OWNER_TEXT_MAX];

	return tree_add(below, colour, "%s%u %s (%s)", word, exchange->preference, exchange->name,
			owner_text_of(owners, exchange->name, owner));
}

/* Those that were seen while the set lasted; an exchange may be other domains', too. */
static void add_addresses(tree_t *below, const history_seen_exchange_t *exchange, const history_set_t *set)
{
	for (size_t i = 0; i < exchange->address_count; i++) {
		const history_seen_address_t *seen = &exchange->addresses[i];
		char address[HISTORY_ADDRESS_TEXT_MAX];
		char first[TIMELINE_TIME_MAX];
		char last[TIMELINE_TIME_MAX];

		if (seen->last_seen >= set->from && seen->first_seen <= set->last_seen)
			tree_add(below, NULL, "%s, %s to %s", history_address_text(&seen->address, address),
				 timeline_time(seen->first_seen, first), timeline_time(seen->last_seen, last));
	}
}

static void add_exchanges(tree_t *below, const history_set_t *set, const history_set_t *before,
			  const owner_table_t *owners)
{
	for (size_t i = 0; i < set->count; i++) {
		const bool is_new = before != NULL && !has(before, &set->exchanges[i]);

		add_addresses(
			add_exchange(below, &set->exchanges[i], is_new ? GREEN : NULL, is_new ? "new: " : "", owners),
			&set->exchanges[i], set);
	}
	for (size_t i = 0; before != NULL && i < before->count; i++)
		if (!has(set, &before->exchanges[i]))
			add_exchange(below, &before->exchanges[i], RED, "gone: ", owners);
}

/* ---- sets ---- */

static const char *what_is(const history_set_t *set, char text[TIMELINE_SPAN_MAX])
{
	switch (set->kind) {
	case HISTORY_NULL_MX: return "takes no mail (null MX)";
	case HISTORY_NONE: return "no MX record";
	case HISTORY_MX: break;
	}
	snprintf(text, TIMELINE_SPAN_MAX, "%zu exchange%s", set->count, set->count == 1 ? "" : "s");
	return text;
}

static tree_t *set_tree(const history_set_t *set)
{
	char kind[TIMELINE_SPAN_MAX];
	char from[TIMELINE_TIME_MAX];
	char until[TIMELINE_TIME_MAX];
	char span[TIMELINE_SPAN_MAX];

	if (set->to == 0)
		return tree_new(GREEN, "now: %s, %s, since %s, last seen %s", what_is(set, kind),
				history_security_word(set->security), timeline_time(set->from, from),
				timeline_time(set->last_seen, until));
	return tree_new(BOLD, "before: %s, %s, from %s to %s, %s", what_is(set, kind),
			history_security_word(set->security), timeline_time(set->from, from),
			timeline_time(set->to, until), timeline_span(set->to - set->from, span));
}

bool timeline_show(FILE *out, const char *domain, const history_sets_t *sets, const owner_table_t *owners,
		   const tree_style_t *style)
{
	char from[TIMELINE_TIME_MAX];
	bool shown = true;

	fprintf(out, "%s %zu set%s since %s\n", domain, sets->count, sets->count == 1 ? "" : "s",
		timeline_time(sets->sets[sets->count - 1].from, from));
	for (size_t i = 0; i < sets->count && shown; i++) {
		const history_set_t *before = i + 1 < sets->count ? &sets->sets[i + 1] : NULL;
		tree_t *tree = set_tree(&sets->sets[i]);

		fputc('\n', out);
		add_exchanges(tree, &sets->sets[i], before, owners);
		shown = tree != NULL && tree_print(out, tree, style);
		tree_free(tree);
	}
	return shown && !ferror(out);
}
