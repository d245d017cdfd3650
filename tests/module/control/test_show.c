/* test_show.c: a server's answers for people: numbers and times as they are read, and answers that are none of ours, which must
 * neither crash nor reach a terminal as they are. */
#include "module/control/show.h"

#include "tests/support.h"

static void writes_numbers(void **state)
{
	char room[SHOW_NUMBER_MAX];

	(void)state;
	assert_string_equal(show_count(0, room), "0");
	assert_string_equal(show_count(999, room), "999");
	assert_string_equal(show_count(1234567, room), "1,234,567");
	assert_string_equal(show_count(UINT64_MAX, room), "18,446,744,073,709,551,615");
	assert_string_equal(show_octets(1023, room), "1023 octets");
	assert_string_equal(show_octets(1536, room), "1.5 kB");
	assert_string_equal(show_octets(UINT64_MAX, room), "16777216.0 TB");
	assert_string_equal(show_span(0, room), "0 s");
	assert_string_equal(show_span(59, room), "59 s");
	assert_string_equal(show_span(3600, room), "1 h");
	assert_string_equal(show_span(3725, room), "1 h 2 min");
	assert_string_equal(show_span(100 * 86400 + 7200, room), "100 d 2 h");
	assert_string_equal(show_share(1, 0, room), "-");
	assert_string_equal(show_share(1, 3, room), "33.3 %");
	assert_string_equal(show_latency(0.000025, room), "25 us");
	assert_string_equal(show_latency(0.0025, room), "2.5 ms");
	assert_string_equal(show_latency(12.5, room), "12.5 s");
}

typedef struct row {
	const char *name;
	show_fn *show;
	show_enrich_fn *enrich;
	const char *reply;
	const char *part; /* of what is shown; NULL: whatever */
} row_t;

#define EVIL "\"\\u001b[2J\\u202e\""

static const row_t rows[] = {
	{ "status of nothing", show_status, NULL, "{}", "not ready" },
	{ "status", show_status, NULL,
	  "{\"version\": " EVIL
	  ", \"ready\": true, \"alerts\": 2, \"ntas\": 1, \"uptime\": 90, \"resolvers\": [{\"pid\": 7, "
	  "\"state\": \"ready\", \"open\": 3}, 5, null]}",
	  "2 open" },
	{ "status of another kind", show_status, NULL,
	  "{\"pid\": -5, \"cache\": [], \"resolvers\": {\"a\": 1}, \"listen\": 7}", NULL },
	{ "stats of nothing", show_stats, NULL, "{}", "together" },
	{ "stats", show_stats, NULL,
	  "{\"queries\": {\"udp\": {\"MX\": 3, " EVIL
	  ": 1}, \"tcp\": {\"A\": 1}}, \"answers\": {\"hits\": 3, \"misses\": 1},"
	  " \"latency_seconds\": {\"hit\": {\"buckets\": [[0.001, 1], [0.01, 3]], \"sum\": 0.01, \"count\": 3}},"
	  " \"verdicts\": {\"accept\": 1, \"reject\": 3}, \"findings\": {\"bogus\": {\"reject\": 2}}, \"lost\": "
	  "{\"log\": 9}}",
	  "75.0 %" },
	{ "stats of who was turned away", show_stats, NULL, "{\"turned_away\": {\"zone\": 0, \"client\": 12}}",
	  "Turned away\n  zone                               0\n  client                            12\n" },
	{ "stats of another kind", show_stats, NULL,
	  "{\"queries\": [], \"answers\": 1, \"latency_seconds\": {\"hit\": {\"buckets\": [1, [], [\"a\"]], \"count\": "
	  "5}},"
	  " \"verdicts\": {\"a\": {}}, \"findings\": {\"x\": 1}, \"cache\": null, \"queues\": 3}",
	  NULL },
	{ "cache", show_cache, show_enrich_cache,
	  "{\"name\": \"example.org.\", \"entries\": [{\"type\": \"MX\", \"kind\": \"answer\", \"security\": "
	  "\"secure\", "
	  "\"left\": 60, \"message\": "
	  "\"AACBgAABAAEAAAAAB2V4YW1wbGUDb3JnAAAPAAHADAAPAAEAAAEsAAgACgNteDHADA==\"}]}",
	  "MX 10 mx1.example.org." },
	{ "cache of octets that are no message", show_cache, show_enrich_cache,
	  "{\"name\": " EVIL
	  ", \"entries\": [{\"message\": \"!!!\"}, {\"message\": \"AAAA\"}, {\"message\": \"AA=A\"}, "
	  "{\"message\": \"\"}, {\"message\": 5}, {\"type\": " EVIL ", \"ede\": {\"text\": " EVIL "}}, 7]}",
	  NULL },
	{ "cache of nothing", show_cache, show_enrich_cache, "{}", "nothing is cached" },
	{ "nta", show_nta, NULL,
	  "{\"ntas\": [{\"name\": \"a.example.\", \"until\": null}, {\"name\": " EVIL ", \"until\": 5}, 3]}",
	  "for ever" },
	{ "no nta", show_nta, NULL, "{}", "every domain is validated" },
	{ "trust anchors", show_trust_anchors, show_enrich_trust_anchors,
	  "{\"anchors\": [{\"file\": \"/a\", \"kind\": \"automatic\", \"used\": true, \"text\": \"; a comment\\n. "
	  "172800 IN "
	  "DNSKEY 257 3 8 AwEAAQ== ;{id = 1} ;;state=2 [  VALID  ] ;;count=0\\n\"}, {\"file\": " EVIL
	  ", \"kind\": \"static\","
	  " \"text\": \". IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\"}]}",
	  "key tag 20326" },
	{ "trust anchors of another kind", show_trust_anchors, show_enrich_trust_anchors,
	  "{\"anchors\": [{\"text\": \"nonsense\\n\\n. IN A 1.2.3.4\\n. IN DS\"}, {\"error\": " EVIL "}, 5]}", NULL },
	{ "no alerts", show_alerts, NULL, "{\"open\": [], \"ended\": []}", "no alert is open" },
	{ "alerts", show_alerts, NULL,
	  "{\"open\": [{\"kind\": \"bogus\", \"domain\": \"a.example.\", \"host\": null, \"began\": 1800000000000, "
	  "\"sentence\": "
	  "\"S.\", \"detail\": " EVIL "}], \"ended\": [{\"ended\": 1800000000001}, 5]}",
	  "bogus  a.example." },
	{ "explain", show_explain, NULL,
	  "{\"question\": {\"name\": \"a.example.\"}, \"verdict\": \"reject\", \"security\": \"bogus\", "
	  "\"reason\": " EVIL ", "
	  "\"mx\": [{\"preference\": 10, \"exchange\": \"mx.a.example.\", \"stripped\": true, \"addresses\": "
	  "[{\"address\": "
	  "\"192.0.2.1\"}]}], \"findings\": [{\"check\": \"bogus\", \"action\": \"reject\", \"detail\": " EVIL "}]}",
	  "(left out)" },
	{ "explain nothing", show_explain, NULL, "{\"mx\": 1, \"findings\": {}}", NULL },
	{ "flush", show_flush, NULL, "{\"dropped\": 1234}", "1,234 answers were forgotten" },
	{ "flush of one", show_flush, NULL, "{\"dropped\": 1}", "1 answer was forgotten" },
	{ "reload", show_reload, NULL, "{\"config\": " EVIL "}", "reloaded" },
	{ "log level", show_log_level, NULL, "{\"level\": \"debug\"}", "debug" },
	{ "stop", show_stop, NULL, "{}", "stops" },
};

/* Nothing but printable ASCII and line ends; with colour, our own sequences. */
static void check_harmless(const char *text, bool colour)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (colour && c[0] == '\033' && c[1] == '[') {
			c += strcspn(c, "m");
			continue;
		}
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			fail_msg("octet %d in: %s", (unsigned char)*c, text);
	}
}

static void shows(void **state)
{
	const row_t *row = *state;

	for (int colour = 0; colour < 2; colour++) {
		json_t *reply = json_loads(row->reply, 0, NULL);
		char *text = NULL;
		size_t size = 0;
		show_t show = { .out = open_memstream(&text, &size), .colour = colour };

		assert_non_null(reply);
		if (row->enrich != NULL)
			row->enrich(reply);
		row->show(&show, reply, reply);
		fclose(show.out);
		check_harmless(text, colour);
		if (!colour && row->part != NULL && strstr(text, row->part) == NULL)
			fail_msg("shows: %s", text);
		free(text);
		json_decref(reply);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, shows, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(writes_numbers);
	return _cmocka_run_group_tests("show", tests, ROWS + 1, NULL, NULL);
}
