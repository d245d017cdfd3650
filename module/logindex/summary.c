/* summary.c: what happened over time, and what was refused most. */
#include "module/logindex/logindex_state.h"
#include "module/logread/logspread.h"

#include <stdlib.h>

typedef struct bucket {
	uint64_t verdicts[LOGENTRY_VERDICTS];
	logspread_t took;
} bucket_t;

typedef struct period {
	uint64_t from;
	uint64_t to; /* not included; at least from + count */
	unsigned count;
	bucket_t *buckets;
	uint64_t totals[LOGENTRY_VERDICTS];
} period_t;

/* --- Over time ----------------------------------------------------------------------------------------------------- */

static json_t *verdicts_json(const uint64_t *verdicts)
{
	json_t *object = json_object();

	for (unsigned i = 0; object != NULL && i < LOGENTRY_VERDICTS; i++)
		if (json_object_set_new(object, logentry_verdict_name((logentry_verdict_t)i),
					json_integer((json_int_t)verdicts[i])) != 0) {
			json_decref(object);
			object = NULL;
		}
	return object;
}

/* Where bucket i begins. */
static uint64_t edge(const period_t *period, unsigned i)
{
	const uint64_t width = period->to - period->from;

	return period->from + width / period->count * i + width % period->count * i / period->count;
}

static bucket_t *bucket_of(const period_t *period, uint64_t time)
{
	unsigned i = (unsigned)((double)(time - period->from) / (double)(period->to - period->from) * period->count);

	i = i < period->count ? i : period->count - 1;
	while (i > 0 && edge(period, i) > time) /* what rounding got wrong */
		i--;
	while (i + 1 < period->count && edge(period, i + 1) <= time)
		i++;
	return &period->buckets[i];
}

static json_t *bucket_json(const period_t *period, unsigned i)
{
	const bucket_t *bucket = &period->buckets[i];

	return json_pack("{s:I, s:I, s:o, s:{s:I, s:I, s:I, s:I}}", "from", (json_int_t)edge(period, i), "to",
			 (json_int_t)edge(period, i + 1), "verdicts", verdicts_json(bucket->verdicts), "took_ms", "p50",
			 (json_int_t)logspread_percentile(&bucket->took, 50), "p90",
			 (json_int_t)logspread_percentile(&bucket->took, 90), "p99",
			 (json_int_t)logspread_percentile(&bucket->took, 99), "max", (json_int_t)bucket->took.max);
}

static json_t *buckets_json(const period_t *period)
{
	json_t *array = json_array();

	for (unsigned i = 0; array != NULL && i < period->count; i++)
		if (json_array_append_new(array, bucket_json(period, i)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

/* Without an end of its own the period reaches from the oldest entry to now. */
static bool find_period(logindex_t *index, const logfilter_t *filter, uint64_t now, period_t *period)
{
	sqlite3_stmt *times = logindex_statement(index, SQL_TIMES);
	const bool good = times != NULL && sqlite3_step(times) == SQLITE_ROW;

	if (good) {
		const uint64_t oldest = (uint64_t)sqlite3_column_int64(times, 0);
		const uint64_t newest = (uint64_t)sqlite3_column_int64(times, 1);

		period->from = filter->since > 0 ? filter->since : oldest;
		period->to = filter->until;
		if (period->to == 0)
			period->to = newest >= now ? newest + 1 : now;
		if (period->to < period->from + period->count)
			period->to = period->from + period->count;
	}
	sqlite3_reset(times);
	return good || logindex_failed(index, "cannot be read");
}

static bool count_entries(logindex_t *index, const logfilter_t *filter, period_t *period)
{
	sqlite3_stmt *select = logindex_select(index, filter, "e.time, e.verdict, e.took", "", "");
	int got = SQLITE_ERROR;

	while (select != NULL && (got = sqlite3_step(select)) == SQLITE_ROW) {
		const uint64_t time = (uint64_t)sqlite3_column_int64(select, 0);
		const unsigned verdict = (unsigned)sqlite3_column_int(select, 1) % LOGENTRY_VERDICTS;

		if (time >= period->from && time < period->to) {
			bucket_t *bucket = bucket_of(period, time);

			bucket->verdicts[verdict]++;
			logspread_add(&bucket->took, (uint32_t)sqlite3_column_int64(select, 2));
			period->totals[verdict]++;
		}
	}
	if (select != NULL && got != SQLITE_DONE)
		logindex_failed(index, "there is too much to search: give a shorter time");
	sqlite3_finalize(select);
	return got == SQLITE_DONE;
}

/* --- What was refused most ----------------------------------------------------------------------------------------- */

typedef struct top {
	const char *key;
	const char *column;
	const char *joins;
	const char *tail;
} top_t;

#define MOST " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"

static const top_t tops[] = {
	{ "checks", "t.name, count(*)", "JOIN chk t ON t.entry = e.id", "AND e.refused = 1 AND t.acted = 1" MOST },
	{ "domains", "e.domain, count(*)", "", "AND e.refused = 1" MOST },
	{ "hosts", "t.name, count(*)", "JOIN host t ON t.entry = e.id", "AND e.refused = 1 AND t.acted = 1" MOST },
	{ "clients", "e.client, count(*)", "", "AND e.refused = 1 AND e.client IS NOT NULL" MOST },
};

enum { TOPS = sizeof(tops) / sizeof(tops[0]), TOP_DOMAINS = 1, TOP_CLIENTS = 3 };

/* The name of a row: a domain's key, or an address, made readable. `text` holds LOGINDEX_KEY_MAX octets. */
static const char *name_of(sqlite3_stmt *row, size_t top, char *text)
{
	const char *found = (const char *)sqlite3_column_text(row, 0);

	if (top == TOP_DOMAINS && found != NULL)
		return logindex_name_of_key(found, text);
	if (top == TOP_CLIENTS && sqlite3_column_bytes(row, 0) == LOGENTRY_ADDRESS_SIZE)
		return logentry_address_text(sqlite3_column_blob(row, 0), text, LOGINDEX_KEY_MAX);
	return found;
}

static json_t *top_json(logindex_t *index, const logfilter_t *filter, size_t top)
{
	sqlite3_stmt *select = logindex_select(index, filter, tops[top].column, tops[top].joins, tops[top].tail);
	json_t *array = select != NULL ? json_array() : NULL;
	char text[LOGINDEX_KEY_MAX];
	int got = SQLITE_ERROR;

	while (array != NULL && (got = sqlite3_step(select)) == SQLITE_ROW)
		json_array_append_new(array, json_pack("{s:s, s:I}", "name", name_of(select, top, text), "count",
						       (json_int_t)sqlite3_column_int64(select, 1)));
	if (array != NULL && got != SQLITE_DONE) {
		logindex_failed(index, "there is too much to search: give a shorter time");
		json_decref(array);
		array = NULL;
	}
	sqlite3_finalize(select);
	return array;
}

static json_t *tops_json(logindex_t *index, const logfilter_t *filter)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < TOPS; i++)
		if (json_object_set_new(object, tops[i].key, top_json(index, filter, i)) != 0) {
			json_decref(object);
			object = NULL;
		}
	return object;
}

/* --- All of it ----------------------------------------------------------------------------------------------------- */

static json_t *summary_of(logindex_t *index, const logfilter_t *filter, period_t *period, uint64_t now)
{
	json_t *top = NULL;

	if (!find_period(index, filter, now, period) || !count_entries(index, filter, period) ||
	    (top = tops_json(index, filter)) == NULL)
		return NULL;
	return json_pack("{s:o, s:{s:o}, s:o}", "buckets", buckets_json(period), "totals", "verdicts",
			 verdicts_json(period->totals), "top", top);
}

json_t *logindex_summary(logindex_t *index, const logfilter_t *filter, unsigned buckets, uint64_t now,
			 const char **error)
{
	period_t period = { .count = buckets < LOGINDEX_BUCKETS_MAX ? buckets : LOGINDEX_BUCKETS_MAX };
	json_t *summary = NULL;

	index->error[0] = '\0';
	*error = index->error;
	period.count += period.count == 0;
	period.buckets = calloc(period.count, sizeof(*period.buckets));
	if (period.buckets == NULL)
		logindex_say(index, "memory is out");
	else if (logindex_open_file(index))
		summary = summary_of(index, filter, &period, now);
	if (summary == NULL && index->error[0] == '\0')
		logindex_say(index, "memory is out");
	free(period.buckets);
	return summary;
}
