/* metrics.c: see metrics.h. A metric is a row: where its numbers are, and what the keys on the way to them are called. */
#include "module/inspect/metrics.h"

#include "module/escape.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LABELS_MAX = 2,
	KEY_MAX = 60,         /* octets of a key that becomes a label's value; longer ones are none of the server's */
	LABEL_TEXT_MAX = 256, /* octets of a label's value, escaped */
	BUCKETS_MAX = 200,
};

typedef enum { COUNTER, GAUGE, HISTOGRAM } kind_t;

typedef struct metric {
	const char *name;
	kind_t kind;
	const char *section;            /* the key in the object; NULL: the object itself */
	const char *key;                /* the key in the section; NULL: the section itself */
	const char *labels[LABELS_MAX]; /* what the keys below are */
	const char *help;
} metric_t;

static const metric_t metrics[] = {
	{ "mxward_start_time_seconds", GAUGE, NULL, "started", { NULL }, "When the server was started, since 1970." },
	{ "mxward_queries_total", COUNTER, "queries", NULL, { "transport", "type" }, "Questions of clients." },
	{ "mxward_tcp_connections", GAUGE, NULL, "tcp_connections", { NULL }, "Connections that clients have open." },
	{ "mxward_answers_total",
	  COUNTER,
	  "answers",
	  NULL,
	  { "result" },
	  "Questions by what came of them: hits and misses of the cache, stale answers, and those refused, malformed, "
	  "dropped or answered with SERVFAIL." },
	{ "mxward_answer_latency_seconds",
	  HISTOGRAM,
	  "latency_seconds",
	  NULL,
	  { "source" },
	  "Time from a question to its answer: from the cache (hit), resolved (miss), or resolved and judged "
	  "(assessment)." },
	{ "mxward_verdicts_total", COUNTER, "verdicts", NULL, { "verdict" }, "Judged MX answers by what was done." },
	{ "mxward_findings_total",
	  COUNTER,
	  "findings",
	  NULL,
	  { "check", "action" },
	  "Findings in MX answers by check and by what came of them." },
	{ "mxward_bogus_total",
	  COUNTER,
	  "bogus",
	  NULL,
	  { "reason" },
	  "Answers that failed DNSSEC validation, by extended error (RFC 8914)." },
	{ "mxward_corroboration_total",
	  COUNTER,
	  "corroboration",
	  NULL,
	  { "result" },
	  "Insecure MX answers by what the same question over TCP said." },
	{ "mxward_prefetch_total",
	  COUNTER,
	  "prefetch",
	  NULL,
	  { "event" },
	  "Renewals of answers in use before their end: asked, afresh (of these), renewed, failed, dropped." },
	{ "mxward_cache_entries", GAUGE, "cache", "entries", { NULL }, "Answers in the cache." },
	{ "mxward_cache_bytes", GAUGE, "cache", "octets", { NULL }, "Memory that the cache uses." },
	{ "mxward_cache_limit_bytes", GAUGE, "cache", "limit", { NULL }, "Memory that the cache may use." },
	{ "mxward_cache_evictions_total",
	  COUNTER,
	  "cache",
	  "evictions",
	  { NULL },
	  "Answers that made room for others before their time." },
	{ "mxward_snapshot_written_timestamp_seconds",
	  GAUGE,
	  "snapshot",
	  "written",
	  { NULL },
	  "When the file that a restart would read was written, since 1970; 0: there is none." },
	{ "mxward_snapshot_entries", GAUGE, "snapshot", "entries", { NULL }, "Answers in that file." },
	{ "mxward_snapshot_bytes", GAUGE, "snapshot", "octets", { NULL }, "Size of that file." },
	{ "mxward_snapshot_loaded_entries", GAUGE, "snapshot", "loaded", { NULL }, "Answers read at the start." },
	{ "mxward_snapshot_failures_total",
	  COUNTER,
	  "snapshot",
	  "failures",
	  { NULL },
	  "Times that it could not be written." },
	{ "mxward_queue_length", GAUGE, "queues", NULL, { "queue" }, "What waits to be done." },
	{ "mxward_turned_away_total",
	  COUNTER,
	  "turned_away",
	  NULL,
	  { "share" },
	  "Questions refused because a zone, the zones below a suffix, a client, or all together had as many underway "
	  "as "
	  "they may." },
	{ "mxward_lost_total",
	  COUNTER,
	  "lost",
	  NULL,
	  { "queue" },
	  "Lines and records that could not be written, and were given up." },
	{ "mxward_history_rows", GAUGE, "history", "rows", { NULL }, "Rows of the MX history." },
	{ "mxward_history_bytes", GAUGE, "history", "octets", { NULL }, "Size of the MX history's file." },
	{ "mxward_alerts_open", GAUGE, "alerts", "open", { NULL }, "Alerts that have begun and not ended." },
};

/* Rows that are no plain walk through the object. */
static const metric_t up = { "mxward_up", GAUGE,    NULL,
			     NULL,        { NULL }, "1 when the server answers its control socket, else 0." };
static const metric_t build = { "mxward_build_info", GAUGE, NULL, NULL, { NULL }, "1, with the server's version." };
static const metric_t processes = { "mxward_resolver_processes",   GAUGE, NULL, NULL, { NULL },
				    "Resolver processes by state." };
static const metric_t open_questions = { "mxward_resolver_open_questions",
					 GAUGE,
					 NULL,
					 NULL,
					 { NULL },
					 "Questions that resolver processes are working on." };
static const metric_t *const special[] = { &up, &build, &processes, &open_questions };

enum { METRICS = sizeof(metrics) / sizeof(metrics[0]), SPECIAL = sizeof(special) / sizeof(special[0]) };

static const char *const kind_names[] = { [COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram" };

int metrics_describe(size_t index, const char **name, const char **type, const char **help)
{
	const metric_t *metric;

	if (index >= SPECIAL + METRICS)
		return 0;
	metric = index < SPECIAL ? special[index] : &metrics[index - SPECIAL];
	*name = metric->name;
	*type = kind_names[metric->kind];
	*help = metric->help;
	return 1;
}

/* ---- writing ---- */

typedef struct writer {
	FILE *out;
	const metric_t *metric;
	unsigned samples; /* of this metric */
	const char *values[LABELS_MAX];
} writer_t;

/* Whether one more sample may be written; the first is preceded by what the metric is. */
static bool begin_sample(writer_t *writer)
{
	const metric_t *metric = writer->metric;

	if (writer->samples++ == 0)
		fprintf(writer->out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
			kind_names[metric->kind]);
	return writer->samples <= METRICS_SAMPLES_MAX;
}

/* What is no printable ASCII becomes \DDD first, and of that the backslash is escaped as the format wants it. */
static void write_label(FILE *out, const char *name, const char *value)
{
	char text[LABEL_TEXT_MAX];

	fprintf(out, "%s=\"", name);
	for (const char *c = escape_string(value, text, sizeof(text)); *c != '\0'; c++) {
		if (*c == '\\' || *c == '"')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
}

/* The labels of a sample; `last` and its value are one more, of a histogram's bucket. */
static void write_labels(const writer_t *writer, const char *last, const char *value)
{
	const char *separator = "{";

	for (unsigned i = 0; i < LABELS_MAX && writer->metric->labels[i] != NULL; i++) {
		fputs(separator, writer->out);
		write_label(writer->out, writer->metric->labels[i], writer->values[i]);
		separator = ",";
	}
	if (last != NULL) {
		fputs(separator, writer->out);
		write_label(writer->out, last, value);
		separator = ",";
	}
	if (separator[0] == ',')
		fputc('}', writer->out);
}

static bool is_count(const json_t *value)
{
	return json_is_number(value) && json_number_value(value) >= 0;
}

/* A number of the object's; integers keep all their digits. */
static void write_number(FILE *out, const json_t *value)
{
	if (json_is_integer(value))
		fprintf(out, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
	else
		fprintf(out, " %.17g\n", json_real_value(value));
}

static void write_value(writer_t *writer, const json_t *value)
{
	if (!is_count(value) || !begin_sample(writer))
		return;
	fputs(writer->metric->name, writer->out);
	write_labels(writer, NULL, NULL);
	write_number(writer->out, value);
}

/* ---- histograms ---- */

/* [[le, count], …]: bounds ascend, counts do not fall, and none is above that of all. */
static bool is_histogram(const json_t *histogram)
{
	const json_t *buckets = json_object_get(histogram, "buckets");
	const json_t *count = json_object_get(histogram, "count");
	double bound = -HUGE_VAL;
	json_int_t below = 0;

	if (!json_is_array(buckets) || json_array_size(buckets) > BUCKETS_MAX || !json_is_integer(count) ||
	    !is_count(json_object_get(histogram, "sum")))
		return false;
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *bucket = json_array_get(buckets, i);
		const json_t *le = json_array_get(bucket, 0);
		const json_t *number = json_array_get(bucket, 1);

		if (!json_is_number(le) || !json_is_integer(number) || json_number_value(le) <= bound ||
		    json_integer_value(number) < below)
			return false;
		bound = json_number_value(le);
		below = json_integer_value(number);
	}
	return json_integer_value(count) >= below;
}

static void write_bucket(writer_t *writer, const char *le, const json_t *count)
{
	fprintf(writer->out, "%s_bucket", writer->metric->name);
	write_labels(writer, "le", le);
	write_number(writer->out, count);
}

static void write_part(writer_t *writer, const char *part, const json_t *value)
{
	fprintf(writer->out, "%s_%s", writer->metric->name, part);
	write_labels(writer, NULL, NULL);
	write_number(writer->out, value);
}

static void write_histogram(writer_t *writer, const json_t *histogram)
{
	const json_t *buckets = json_object_get(histogram, "buckets");
	const json_t *count = json_object_get(histogram, "count");
	char le[32];

	if (!is_histogram(histogram) || !begin_sample(writer))
		return;
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *bucket = json_array_get(buckets, i);

		snprintf(le, sizeof(le), "%.10g", json_number_value(json_array_get(bucket, 0)));
		write_bucket(writer, le, json_array_get(bucket, 1));
	}
	write_bucket(writer, "+Inf", count);
	write_part(writer, "sum", json_object_get(histogram, "sum"));
	write_part(writer, "count", count);
}

/* ---- walking ---- */

static void write_leaf(writer_t *writer, const json_t *value)
{
	if (writer->metric->kind == HISTOGRAM)
		write_histogram(writer, value);
	else
		write_value(writer, value);
}

static void walk(writer_t *writer, json_t *value, unsigned depth)
{
	const char *key;
	json_t *below;

	if (depth == LABELS_MAX || writer->metric->labels[depth] == NULL) {
		write_leaf(writer, value);
		return;
	}
	json_object_foreach(value, key, below)
	{
		if (strlen(key) > KEY_MAX)
			continue;
		writer->values[depth] = key;
		walk(writer, below, depth + 1);
	}
}

static void write_metric(FILE *out, const metric_t *metric, const json_t *stats)
{
	writer_t writer = { .out = out, .metric = metric };
	const json_t *section = metric->section != NULL ? json_object_get(stats, metric->section) : stats;
	json_t *value = json_object_get(metric->key != NULL ? section : stats,
					metric->key != NULL ? metric->key : metric->section);

	if (value != NULL)
		walk(&writer, value, 0);
}

/* ---- the others ---- */

static void write_build(FILE *out, const json_t *stats)
{
	writer_t writer = { .out = out, .metric = &build };
	const char *version = json_string_value(json_object_get(stats, "version"));

	if (version == NULL || strlen(version) > KEY_MAX || !begin_sample(&writer))
		return;
	fprintf(out, "%s{", build.name);
	write_label(out, "version", version);
	fputs("} 1\n", out);
}

static void write_resolvers(FILE *out, const json_t *stats)
{
	static const char *const states[] = { "starting", "ready", "leaving", "ended" };
	writer_t writer = { .out = out, .metric = &processes };
	const json_t *all = json_object_get(stats, "resolvers");
	unsigned counts[sizeof(states) / sizeof(states[0])] = { 0 };
	json_int_t questions = 0;

	if (!json_is_array(all) || !begin_sample(&writer))
		return;
	for (size_t i = 0; i < json_array_size(all) && i < METRICS_SAMPLES_MAX; i++) {
		const json_t *one = json_array_get(all, i);
		const char *state = json_string_value(json_object_get(one, "state"));
		const json_int_t open = json_integer_value(json_object_get(one, "open"));

		questions += open > 0 && open < INT32_MAX ? open : 0;
		for (size_t s = 0; state != NULL && s < sizeof(states) / sizeof(states[0]); s++)
			counts[s] += strcmp(state, states[s]) == 0;
	}
	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++)
		fprintf(out, "%s{state=\"%s\"} %u\n", processes.name, states[s], counts[s]);
	writer = (writer_t){ .out = out, .metric = &open_questions };
	if (begin_sample(&writer))
		fprintf(out, "%s %" JSON_INTEGER_FORMAT "\n", open_questions.name, questions);
}

char *metrics_text(const json_t *stats, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	writer_t writer = { .out = out, .metric = &up };

	if (out == NULL)
		return NULL;
	if (begin_sample(&writer))
		fprintf(out, "%s %d\n", up.name, stats != NULL);
	write_build(out, stats);
	write_resolvers(out, stats);
	for (size_t i = 0; i < METRICS; i++)
		write_metric(out, &metrics[i], stats);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
