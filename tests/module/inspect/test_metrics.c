/* test_metrics.c: the server's numbers become Prometheus' text, and what is none becomes nothing. */
#include "module/inspect/metrics.h"

#include "tests/module/inspect/prometheus.h"
#include "tests/support.h"

static const char whole[] =
	"{\"ok\": true, \"time\": 1700000100, \"started\": 1700000000, \"version\": \"0.1.0\", \"pid\": 7,"
	"\"queries\": {\"udp\": {\"MX\": 5, \"A\": 2, \"other\": 1}, \"tcp\": {\"MX\": 3}}, \"tcp_connections\": 2,"
	"\"answers\": {\"hits\": 4, \"misses\": 6, \"servfail\": 1},"
	"\"latency_seconds\": {\"hit\": {\"buckets\": [[0.0001, 1], [0.001, 3]], \"sum\": 0.25, \"count\": 4},"
	"  \"miss\": {\"buckets\": [], \"sum\": 0, \"count\": 0}},"
	"\"verdicts\": {\"accept\": 9007199254740993, \"reject\": 0},"
	"\"findings\": {\"target-is-alias\": {\"ignore\": 0, \"log\": 2}},"
	"\"bogus\": {\"DNSSEC \\\"Bogus\\\"\": 1}, \"corroboration\": {\"agreed\": 8},"
	"\"prefetch\": {\"asked\": 7, \"dropped\": 1},"
	"\"snapshot\": {\"enabled\": true, \"written\": 1700000000, \"entries\": 9, \"octets\": 1024, \"loaded\": 8, "
	"\"failures\": 2, \"error\": \"\"},"
	"\"cache\": {\"entries\": 10, \"octets\": 2048, \"limit\": 4096, \"evictions\": 3},"
	"\"queues\": {\"pending_questions\": 1, \"log\": 0}, \"lost\": {\"log\": 2},"
	"\"turned_away\": {\"zone\": 5, \"client\": 0},"
	"\"resolvers\": [{\"pid\": 8, \"state\": \"ready\", \"open\": 3}, {\"pid\": 9, \"state\": \"leaving\", "
	"\"open\": 1}],"
	"\"history\": {\"rows\": 100, \"octets\": 8192}, \"alerts\": {\"open\": 1}}";

static const char *const lines[] = {
	"# TYPE mxward_up gauge",
	"mxward_up 1",
	"mxward_build_info{version=\"0.1.0\"} 1",
	"mxward_start_time_seconds 1700000000",
	"# TYPE mxward_queries_total counter",
	"mxward_queries_total{transport=\"udp\",type=\"MX\"} 5",
	"mxward_queries_total{transport=\"udp\",type=\"other\"} 1",
	"mxward_queries_total{transport=\"tcp\",type=\"MX\"} 3",
	"mxward_tcp_connections 2",
	"mxward_answers_total{result=\"hits\"} 4",
	"mxward_answer_latency_seconds_bucket{source=\"hit\",le=\"0.0001\"} 1",
	"mxward_answer_latency_seconds_bucket{source=\"hit\",le=\"0.001\"} 3",
	"mxward_answer_latency_seconds_bucket{source=\"hit\",le=\"+Inf\"} 4",
	"mxward_answer_latency_seconds_sum{source=\"hit\"} 0.25",
	"mxward_answer_latency_seconds_count{source=\"hit\"} 4",
	"mxward_answer_latency_seconds_count{source=\"miss\"} 0",
	"mxward_verdicts_total{verdict=\"accept\"} 9007199254740993",
	"mxward_findings_total{check=\"target-is-alias\",action=\"log\"} 2",
	"mxward_bogus_total{reason=\"DNSSEC \\\"Bogus\\\"\"} 1",
	"mxward_corroboration_total{result=\"agreed\"} 8",
	"mxward_prefetch_total{event=\"asked\"} 7",
	"mxward_prefetch_total{event=\"dropped\"} 1",
	"mxward_cache_entries 10",
	"mxward_cache_bytes 2048",
	"mxward_cache_limit_bytes 4096",
	"mxward_cache_evictions_total 3",
	"mxward_snapshot_written_timestamp_seconds 1700000000",
	"mxward_snapshot_failures_total 2",
	"mxward_queue_length{queue=\"pending_questions\"} 1",
	"mxward_turned_away_total{share=\"zone\"} 5",
	"mxward_lost_total{queue=\"log\"} 2",
	"mxward_resolver_processes{state=\"ready\"} 1",
	"mxward_resolver_processes{state=\"starting\"} 0",
	"mxward_resolver_open_questions 4",
	"mxward_history_rows 100",
	"mxward_history_bytes 8192",
	"mxward_alerts_open 1",
};

static char *text_of(const char *stats)
{
	json_t *json = stats != NULL ? json_loads(stats, 0, NULL) : NULL;
	size_t size = 0;
	char *text;

	assert_true(stats == NULL || json != NULL);
	text = metrics_text(json, &size);
	assert_non_null(text);
	assert_int_equal(strlen(text), size);
	if (prometheus_problem(text) != NULL)
		fail_msg("%s in:\n%s", prometheus_problem(text), text);
	json_decref(json);
	return text;
}

static void writes_all(void **state)
{
	char *text = text_of(whole);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!prometheus_has(text, lines[i]))
			fail_msg("no line %s in:\n%s", lines[i], text);
	free(text);
}

/* Every metric that is described is there, and described so. */
static void describes_all(void **state)
{
	char *text = text_of(whole);
	const char *name;
	const char *type;
	const char *help;
	size_t count = 0;

	(void)state;
	for (; metrics_describe(count, &name, &type, &help); count++) {
		char line[400];

		snprintf(line, sizeof(line), "# HELP %s %s", name, help);
		assert_true(prometheus_has(text, line));
		snprintf(line, sizeof(line), "# TYPE %s %s", name, type);
		assert_true(prometheus_has(text, line));
		assert_int_equal(strstr(name, "_total") != NULL, strcmp(type, "counter") == 0);
	}
	assert_true(count > 20);
	free(text);
}

static void says_that_the_server_is_down(void **state)
{
	char *text = text_of(NULL);

	(void)state;
	assert_string_equal(text, "# HELP mxward_up 1 when the server answers its control socket, else 0.\n"
				  "# TYPE mxward_up gauge\nmxward_up 0\n");
	free(text);
}

/* What is no number of the kind that is wanted yields nothing but mxward_up. */
static void leaves_out_nonsense(void **state)
{
	static const char *const nonsense[] = {
		"{}",
		"{\"queries\": 7, \"answers\": [1, 2], \"cache\": {\"entries\": \"many\", \"octets\": -1}}",
		"{\"queries\": {\"udp\": 7}, \"verdicts\": {\"accept\": {\"x\": 1}, \"log\": null, \"strip\": true}}",
		"{\"version\": 7, \"resolvers\": {\"a\": 1}, \"started\": \"yesterday\"}",
		("{\"latency_seconds\": {\"hit\": 1, \"miss\": {\"buckets\": [[1, 2], [1, 3]], \"sum\": 1, \"count\": "
		 "4}}}"),
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [[1, 3], [2, 2]], \"sum\": 1, \"count\": 4}}}",
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [[1, 3]], \"sum\": 1, \"count\": 2}}}",
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [[1, 3]], \"sum\": -1, \"count\": 3}}}",
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [[\"1\", 3]], \"sum\": 1, \"count\": 3}}}",
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [3], \"sum\": 1, \"count\": 3}}}",
		"{\"latency_seconds\": {\"hit\": {\"buckets\": [[1, 0.5]], \"sum\": 1, \"count\": 3}}}",
		"{\"bogus\": {\"0123456789012345678901234567890123456789012345678901234567890\": 1}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		char *text = text_of(nonsense[i]);

		if (strstr(text, "mxward_up 1\n") == NULL || strstr(text, "mxward_up 1\n")[12] != '\0')
			fail_msg("%s gives\n%s", nonsense[i], text);
		free(text);
	}
}

static void escapes_labels(void **state)
{
	char *text = text_of("{\"bogus\": {\"a\\nb\\\\c\\\"d\\u001b\\u00e4\": 1}}");

	(void)state;
	assert_true(
		prometheus_has(text, "mxward_bogus_total{reason=\"a\\\\010b\\\\\\\\c\\\"d\\\\027\\\\195\\\\164\"} 1"));
	free(text);
}

static void bounds_samples(void **state)
{
	json_t *bogus = json_object();
	json_t *stats = json_pack("{s:o}", "bogus", bogus);
	size_t size;
	size_t samples = 0;
	char *text;

	(void)state;
	for (int i = 0; i < METRICS_SAMPLES_MAX + 100; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(json_object_set_new(bogus, key, json_integer(i)), 0);
	}
	text = metrics_text(stats, &size);
	assert_non_null(text);
	assert_null(prometheus_problem(text));
	for (const char *c = text; (c = strstr(c, "\nmxward_bogus_total{")) != NULL; c++)
		samples++;
	assert_int_equal(samples, METRICS_SAMPLES_MAX);
	free(text);
	json_decref(stats);
}

/* The reader of these tests sees what is wrong. */
static void the_reader_refuses(void **state)
{
	static const char *const wrong[] = {
		"a 1\n",
		"# HELP a x\n# TYPE a gauge\na 1",
		"# HELP a x\n# TYPE a gauge\na\n",
		"# HELP a x\n# TYPE a gauge\na one\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"c\"d} 1\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"c\\d\"} 1\n",
		"# HELP a x\n# TYPE a gauge\na 1\na 2\n",
		"# HELP a x\n# TYPE a gauge\nb 1\n",
		"# HELP a x\n# TYPE b gauge\na 1\n",
		"# HELP a x\n# TYPE a numbers\na 1\n",
		"# HELP a x\n# TYPE a gauge\na 1\n# HELP a x\n# TYPE a gauge\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (prometheus_problem(wrong[i]) == NULL)
			fail_msg("%s", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_all),
		cmocka_unit_test(describes_all),
		cmocka_unit_test(says_that_the_server_is_down),
		cmocka_unit_test(leaves_out_nonsense),
		cmocka_unit_test(escapes_labels),
		cmocka_unit_test(bounds_samples),
		cmocka_unit_test(the_reader_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
