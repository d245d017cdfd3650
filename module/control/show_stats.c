/* show_stats.c: `mxward stats`. */
#include "module/control/show.h"

#include "module/escape.h"

#include <string.h>

static void show_title(const show_t *show, const char *title, const char *columns)
{
	fprintf(show->out, "%s%-*s%s%s\n", show_tone(show, SHOW_STRONG), columns[0] != '\0' ? 26 : 0, title, columns,
		show_end(show));
}

/* The sum of an object's numbers. */
static uint64_t sum_of(const json_t *object)
{
	uint64_t sum = 0;
	const char *key;
	const json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		sum += json_is_integer(value) ? show_integer(object, key) : 0;
	}
	return sum;
}

static void show_row(const show_t *show, const char *name, uint64_t count, uint64_t whole)
{
	char shown[SHOW_TEXT_MAX], number[SHOW_NUMBER_MAX], share[SHOW_NUMBER_MAX];

	fprintf(show->out, "  %-24s%12s%10s\n", escape_string(name, shown, 64), show_count(count, number),
		show_share(count, whole, share));
}

/* Every number of an object, with its share in all of them; nothing when there is none but zeros. */
static void show_shares(const show_t *show, const char *title, const json_t *object)
{
	const uint64_t whole = sum_of(object);
	const char *key;
	const json_t *value;

	if (whole == 0)
		return;
	show_title(show, title, "");
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_integer(value))
			show_row(show, key, show_integer(object, key), whole);
	}
}

/* ---- queries ---- */

static void show_type(const show_t *show, const char *name, uint64_t udp, uint64_t tcp)
{
	char shown[SHOW_TEXT_MAX], all[SHOW_NUMBER_MAX], by_udp[SHOW_NUMBER_MAX], by_tcp[SHOW_NUMBER_MAX];

	fprintf(show->out, "  %-24s%12s%12s%12s\n", escape_string(name, shown, 64), show_count(udp + tcp, all),
		show_count(udp, by_udp), show_count(tcp, by_tcp));
}

static void show_queries(const show_t *show, const json_t *queries)
{
	const json_t *udp = json_object_get(queries, "udp");
	const json_t *tcp = json_object_get(queries, "tcp");
	const char *key;
	const json_t *value;

	show_title(show, "Queries", "         all         UDP         TCP");
	json_object_foreach((json_t *)(uintptr_t)udp, key, value)
	{
		show_type(show, key, show_integer(udp, key), show_integer(tcp, key));
	}
	json_object_foreach((json_t *)(uintptr_t)tcp, key, value)
	{
		if (json_object_get(udp, key) == NULL)
			show_type(show, key, 0, show_integer(tcp, key));
	}
	show_type(show, "together", sum_of(udp), sum_of(tcp));
}

static void show_answers(const show_t *show, const json_t *answers)
{
	static const struct {
		const char *key;
		const char *name;
	} rows[] = {
		{ "hits", "from the cache" },  { "misses", "had to be resolved" }, { "stale", "stale" },
		{ "servfail", "SERVFAIL" },    { "refused", "refused" },           { "malformed", "malformed" },
		{ "dropped", "not answered" },
	};
	const uint64_t whole = show_integer(answers, "hits") + show_integer(answers, "misses");

	show_title(show, "Answers", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (json_object_get(answers, rows[i].key) != NULL)
			show_row(show, rows[i].name, show_integer(answers, rows[i].key), whole);
}

/* ---- latency ---- */

/* The bound of the bucket in which this share of all is reached; 0: beyond the last. */
static double bound_of(const json_t *histogram, uint64_t count, double share)
{
	const json_t *bucket;
	size_t i;

	json_array_foreach(json_object_get(histogram, "buckets"), i, bucket)
	{
		if ((double)json_integer_value(json_array_get(bucket, 1)) >= share * (double)count)
			return json_number_value(json_array_get(bucket, 0));
	}
	return 0;
}

static void show_bound(const show_t *show, const json_t *histogram, uint64_t count, double share)
{
	const double bound = bound_of(histogram, count, share);
	char number[SHOW_NUMBER_MAX], text[SHOW_NUMBER_MAX + 4];

	snprintf(text, sizeof(text), bound > 0 ? "<= %s" : "more", show_latency(bound, number));
	fprintf(show->out, "%12s", text);
}

static void show_histogram(const show_t *show, const char *name, const json_t *histogram)
{
	const uint64_t count = show_integer(histogram, "count");
	const double sum = json_number_value(json_object_get(histogram, "sum"));
	char number[SHOW_NUMBER_MAX], mean[SHOW_NUMBER_MAX];

	if (count == 0)
		return;
	fprintf(show->out, "  %-24s%12s%12s", name, show_count(count, number), show_latency(sum / (double)count, mean));
	show_bound(show, histogram, count, 0.5);
	show_bound(show, histogram, count, 0.9);
	show_bound(show, histogram, count, 0.99);
	fputc('\n', show->out);
}

static void show_latencies(const show_t *show, const json_t *latency)
{
	show_title(show, "Latency", "       count        mean      median        90 %        99 %");
	show_histogram(show, "from the cache", json_object_get(latency, "hit"));
	show_histogram(show, "resolved", json_object_get(latency, "miss"));
	show_histogram(show, "MX, judged", json_object_get(latency, "assessment"));
}

/* ---- findings ---- */

static void show_findings(const show_t *show, const json_t *findings)
{
	static const char *const actions[] = { "ignore", "log", "strip", "reject" };
	const char *check;
	const json_t *value;

	if (json_object_size(findings) == 0)
		return;
	show_title(show, "Findings", "      ignore         log       strip      reject");
	json_object_foreach((json_t *)(uintptr_t)findings, check, value)
	{
		char shown[SHOW_TEXT_MAX], number[SHOW_NUMBER_MAX];

		fprintf(show->out, "  %-24s", escape_string(check, shown, 64));
		for (size_t i = 0; i < 4; i++)
			fprintf(show->out, "%12s", show_count(show_integer(value, actions[i]), number));
		fputc('\n', show->out);
	}
}

/* ---- what is full ---- */

static void show_room(const show_t *show, const json_t *cache)
{
	const uint64_t used = show_integer(cache, "octets");
	const uint64_t limit = show_integer(cache, "limit");
	char number[SHOW_NUMBER_MAX], share[SHOW_NUMBER_MAX];

	show_title(show, "Cache", "");
	fprintf(show->out, "  %-24s%12s\n", "answers", show_count(show_integer(cache, "entries"), number));
	fprintf(show->out, "  %-24s%12s%10s\n", "memory", show_octets(used, number), show_share(used, limit, share));
	fprintf(show->out, "  %-24s%12s\n", "limit", show_octets(limit, number));
	fprintf(show->out, "  %-24s%12s\n", "evicted", show_count(show_integer(cache, "evictions"), number));
}

static void show_numbers(const show_t *show, const char *title, const json_t *object, show_tone_t tone)
{
	const char *key;
	const json_t *value;

	show_title(show, title, "");
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const uint64_t number = show_integer(object, key);
		char shown[SHOW_TEXT_MAX], text[SHOW_NUMBER_MAX];

		fprintf(show->out, "  %s%-24s%12s%s\n", number > 0 ? show_tone(show, tone) : "",
			escape_string(key, shown, 64), show_count(number, text), number > 0 ? show_end(show) : "");
	}
}

void show_stats(const show_t *show, const json_t *order, const json_t *reply)
{
	(void)order;
	show_queries(show, json_object_get(reply, "queries"));
	show_answers(show, json_object_get(reply, "answers"));
	show_latencies(show, json_object_get(reply, "latency_seconds"));
	show_shares(show, "MX verdicts", json_object_get(reply, "verdicts"));
	show_findings(show, json_object_get(reply, "findings"));
	show_shares(show, "Bogus, by reason", json_object_get(reply, "bogus"));
	show_shares(show, "Asked again over TCP", json_object_get(reply, "corroboration"));
	show_numbers(show, "Renewed before their end", json_object_get(reply, "prefetch"), SHOW_PLAIN);
	show_room(show, json_object_get(reply, "cache"));
	show_numbers(show, "Waiting", json_object_get(reply, "queues"), SHOW_PLAIN);
	show_numbers(show, "Turned away", json_object_get(reply, "turned_away"), SHOW_BAD);
	show_numbers(show, "Lost", json_object_get(reply, "lost"), SHOW_BAD);
}
