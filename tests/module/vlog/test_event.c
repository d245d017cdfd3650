/* What a line says, and that it cannot be made to say anything else. */
#include "module/vlog/event.h"
#include "tests/support.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

static void assert_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_in_range(text[i], ' ', '~');
}

/* The event's line as a reader of JSON sees it. Free with json_decref(). */
static json_t *read_back(const vlog_event_t *event)
{
	char *text = event_json(event);
	json_t *json;

	assert_non_null(text);
	assert_printable(text, strlen(text));
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

static const char *string_at(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	assert_non_null(text);
	return text;
}

/* --- Hostile text ------------------------------------------------------------------------------------------------ */

typedef struct hostile {
	const char *name;
	const char *text;
	const char *shown;
} hostile_t;

static const hostile_t hostile_rows[] = {
	{ "a quotation mark", "a\"b", "a\"b" },
	{ "an end of the object", "\"},{\"verdict\":\"accept\"", "\"},{\"verdict\":\"accept\"" },
	{ "a line break", "a\nb\r\n{\"v\":1}", "a\\010b\\013\\010{\"v\":1}" },
	{ "a dot within a label", "a\\.b.example.org.", "a\\.b.example.org." },
	{ "an escape sequence", "\033[2J\033]0;x\007", "\\027[2J\\027]0;x\\007" },
	{ "C1 controls", "\302\233m", "\\194\\155m" },
	{ "DEL", "\177", "\\127" },
	{ "octets that are not UTF-8", "\377\376\200", "\\255\\254\\128" },
	{ "a change of direction", "\342\200\256abc\342\200\254", "\\226\\128\\174abc\\226\\128\\172" },
	{ "a line separator", "\342\200\250", "\\226\\128\\168" },
};

static void shows_reasons(void **state)
{
	const hostile_t *row = *state;
	name_t name = name_of("example.org");
	const vlog_event_t event = { .kind = VLOG_REJECTED,
				     .name = &name,
				     .type = 1,
				     .security = SECURITY_BOGUS,
				     .ede = EDE_NONE,
				     .reason = row->text };
	json_t *json = read_back(&event);

	assert_string_equal(string_at(json, "reason"), row->shown);
	json_decref(json);
}

static void shows_names(void **state)
{
	const hostile_t *row = *state;
	size_t size = strlen(row->text);
	name_t name = { .size = (uint8_t)(size + 2) };
	const vlog_event_t event = { .kind = VLOG_HIT, .name = &name, .type = 15, .ede = EDE_NONE };
	char shown[NAME_TEXT_MAX];
	json_t *json;

	name.octets[0] = (uint8_t)size;
	memcpy(name.octets + 1, row->text, size);
	name.octets[size + 1] = 0;
	json = read_back(&event);
	assert_string_equal(string_at(json_object_get(json, "question"), "name"), name_to_text(&name, shown));
	json_decref(json);
}

/* The journal sees each field apart, and no field within another. */
static void shows_fields(void **state)
{
	const hostile_t *row = *state;
	name_t name = name_of("example.org");
	const vlog_event_t event = { .kind = VLOG_REJECTED,
				     .name = &name,
				     .type = 1,
				     .security = SECURITY_BOGUS,
				     .ede = 6,
				     .reason = row->text };
	size_t size;
	char *fields = event_fields(&event, &size);
	char reason[256];
	bool found = false;

	assert_non_null(fields);
	snprintf(reason, sizeof(reason), "MXWARD_REASON=%s", row->shown);
	for (size_t at = 0; at < size; at += strlen(fields + at) + 1) {
		assert_printable(fields + at, strlen(fields + at));
		found = found || strcmp(fields + at, reason) == 0;
	}
	assert_true(found);
	free(fields);
}

/* --- A verdict --------------------------------------------------------------------------------------------------- */

/* Two exchanges, one of them stripped because it is internal; UDP said something else. */
static verdict_t verdict_of(target_t *targets, target_t *other)
{
	verdict_t verdict = { .action = ACTION_STRIP,
			      .ede = EDE_FORGED_ANSWER,
			      .text = "mx: target-internal mx2.example.org.",
			      .security = SECURITY_INSECURE,
			      .received = SECURITY_INSECURE,
			      .corroboration = CORROBORATION_DIFFERED,
			      .finding_count = 2,
			      .target_count = 2,
			      .targets = targets,
			      .other = other,
			      .other_count = 1,
			      .chain_count = 1 };

	verdict.chain[0] = name_of("alias.example.org");
	verdict.findings[0] = (finding_t){ .check = CHECK_TARGET_INTERNAL,
					   .action = ACTION_STRIP,
					   .has_name = true,
					   .name = name_of("mx2.example.org"),
					   .detail = "192.168.1.1 (Private-Use)" };
	verdict.findings[1] = (finding_t){ .check = CHECK_TRANSPORT_MISMATCH, .action = ACTION_LOG };
	targets[0] = (target_t){ .preference = 10,
				 .exchange = name_of("mx1.example.org"),
				 .owner = "Example \"Mail\"",
				 .secure = true,
				 .state = TARGET_RESOLVED,
				 .tlsa = TLSA_PRESENT,
				 .is_alias = true,
				 .alias_of = name_of("host.example.net"),
				 .address_count = 2,
				 .addresses = { { .family = AF_INET, .address = { 192, 0, 2, 1 } },
						{ .family = AF_INET6, .address = { 0x20, 1, 0xd, 0xb8, [15] = 1 } } } };
	targets[1] = (target_t){
		.preference = 20,
		.exchange = name_of("mx2.example.org"),
		.stripped = true,
		.state = TARGET_RESOLVED,
		.address_count = 1,
		.addresses = { { .family = AF_INET, .address = { 192, 168, 1, 1 }, .special = "Private-Use" } }
	};
	other[0] = (target_t){ .preference = 5, .exchange = name_of("liar.example.com") };
	return verdict;
}

static vlog_event_t event_of(const name_t *name, const verdict_t *verdict, const struct sockaddr_in *client)
{
	return (vlog_event_t){ .kind = VLOG_ASSESSMENT,
			       .time = 1795374781042,
			       .name = name,
			       .type = 15,
			       .client = (const struct sockaddr *)client,
			       .tcp = true,
			       .clients = 3,
			       .took = 77,
			       .verdict = verdict,
			       .security = SECURITY_SECURE,
			       .ede = EDE_OTHER };
}

/* What clients got counts, and not what failed. */
static void tells_a_stale_answer(void **state)
{
	const name_t name = name_of("example.org");
	const verdict_t failed = { .failed = true, .ede = EDE_NO_REACHABLE_AUTHORITY, .text = "no server answers" };
	vlog_event_t event = event_of(&name, &failed, NULL);
	json_t *json;
	size_t size;
	char *fields;

	(void)state;
	event.stale = true;
	json = read_back(&event);
	assert_string_equal(string_at(json, "verdict"), "failed");
	assert_string_equal(string_at(json, "security"), "secure");
	assert_string_equal(string_at(json, "rcode"), "NOERROR");
	assert_string_equal(string_at(json, "reason"), "no server answers");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "ede"), "code")), EDE_STALE_ANSWER);
	assert_true(json_is_true(json_object_get(json, "stale")));
	json_decref(json);
	event.rcode = 3;
	json = read_back(&event);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "ede"), "code")), EDE_STALE_NXDOMAIN);
	json_decref(json);
	fields = event_fields(&event, &size);
	assert_non_null(fields);
	assert_non_null(memmem(fields, size, "\0MXWARD_STALE=1", sizeof("\0MXWARD_STALE=1")));
	free(fields);
}

static void a_hit_tells_what_it_was(void **state)
{
	const name_t name = name_of("example.org");
	vlog_event_t event = {
		.kind = VLOG_HIT, .name = &name, .type = 15, .security = SECURITY_SECURE, .ede = EDE_NONE
	};
	json_t *json = read_back(&event);

	(void)state;
	assert_string_equal(string_at(json, "security"), "secure");
	assert_true(json_is_null(json_object_get(json, "ede")));
	assert_true(json_is_false(json_object_get(json, "stale")));
	json_decref(json);
	event.stale = true;
	json = read_back(&event);
	assert_string_equal(string_at(json, "verdict"), "accept");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "ede"), "code")), EDE_STALE_ANSWER);
	assert_true(json_is_true(json_object_get(json, "stale")));
	json_decref(json);
}

static void tells_a_verdict(void **state)
{
	static const char want[] =
		"{\"time\":\"2026-11-22T19:13:01.042Z\",\"question\":{\"name\":\"example.org.\",\"type\":\"MX\"},"
		"\"client\":{\"address\":\"127.0.0.9\",\"port\":5353,\"transport\":\"tcp\",\"count\":3},\"took_ms\":77,"
		"\"verdict\":\"strip\",\"security\":\"insecure\",\"rcode\":\"NOERROR\","
		"\"ede\":{\"code\":4,\"name\":\"Forged Answer\"},\"reason\":\"mx: target-internal mx2.example.org.\","
		"\"would\":null,\"received\":\"insecure\",\"corroboration\":\"differed\",\"negative\":false,"
		"\"null_mx\":false,\"chain\":[\"alias.example.org.\"],\"findings\":["
		"{\"check\":\"target-internal\",\"severity\":\"%s\",\"action\":\"strip\",\"source\":\"%s\","
		"\"host\":\"mx2.example.org.\",\"detail\":\"192.168.1.1 (Private-Use)\"},"
		"{\"check\":\"transport-mismatch\",\"severity\":\"%s\",\"action\":\"log\",\"source\":\"%s\","
		"\"host\":null,\"detail\":\"\"}],\"findings_left_out\":0,\"mx\":["
		"{\"preference\":10,\"exchange\":\"mx1.example.org.\",\"owner\":\"Example "
		"\\\"Mail\\\"\",\"stripped\":false,\"state\":\"resolved\","
		"\"security\":\"secure\",\"tlsa\":\"present\",\"alias_of\":\"host.example.net.\",\"addresses\":["
		"{\"address\":\"192.0.2.1\",\"special\":null},{\"address\":\"2001:db8::1\",\"special\":null}]},"
		"{\"preference\":20,\"exchange\":\"mx2.example.org.\",\"owner\":null,\"stripped\":true,\"state\":"
		"\"resolved\","
		"\"security\":\"insecure\",\"tlsa\":\"unknown\",\"alias_of\":null,\"addresses\":["
		"{\"address\":\"192.168.1.1\",\"special\":\"Private-Use\"}]}],"
		"\"other\":[{\"preference\":5,\"exchange\":\"liar.example.com.\"}],"
		"\"past\":{\"drift\":\"moved\",\"since\":\"2023-06-01T00:00:00.000Z\","
		"\"last_seen\":\"2023-11-01T00:00:00.000Z\",\"ended\":null,\"security\":\"secure\",\"mx\":["
		"{\"preference\":10,\"exchange\":\"mx.example.com.\"}]},\"stale\":false}";
	const check_t *internal = check_row(CHECK_TARGET_INTERNAL);
	const check_t *mismatch = check_row(CHECK_TRANSPORT_MISMATCH);
	name_t name = name_of("example.org");
	const struct sockaddr_in client = { .sin_family = AF_INET,
					    .sin_port = htons(5353),
					    .sin_addr = { htonl(0x7f000009) } };
	target_t targets[2];
	target_t other[1];
	const past_exchange_t exchange = { .preference = 10, .exchange = name_of("mx.example.com") };
	const past_set_t past = {
		.security = SECURITY_SECURE, .since = 1685577600, .last = 1698796800, .count = 1, .exchanges = &exchange
	};
	verdict_t verdict = verdict_of(targets, other);
	const vlog_event_t event = event_of(&name, &verdict, &client);
	char wanted[sizeof(want) + 256];
	char *text;

	(void)state;
	verdict.drift = DRIFT_MOVED;
	verdict.past = &past;
	text = event_json(&event);
	snprintf(wanted, sizeof(wanted), want, severity_name(internal->severity), internal->source,
		 severity_name(mismatch->severity), mismatch->source);
	assert_string_equal(text, wanted);
	free(text);
}

/* Of the past, what does not follow from the rest. */
static void tells_the_past(void **state)
{
	const past_exchange_t exchange = { .preference = 10, .exchange = name_of("mx.example.com") };
	const past_set_t past = { .since = 1, .last = 2, .ended = 3, .count = 1, .exchanges = &exchange };
	verdict_t verdict = { .ede = EDE_NONE, .drift = DRIFT_NONE, .past = &past };
	name_t name = name_of("example.org");
	const vlog_event_t event = { .kind = VLOG_ASSESSMENT, .name = &name, .type = 15, .verdict = &verdict };
	char *text = event_json(&event);

	(void)state;
	assert_non_null(strstr(text, "\"past\":{\"drift\":\"none\",\"since\":\"1970-01-01T00:00:01.000Z\","
				     "\"last_seen\":\"1970-01-01T00:00:02.000Z\",\"ended\":"
				     "\"1970-01-01T00:00:03.000Z\",\"security\":\"insecure\",\"mx\":[]}"));
	free(text);
	verdict.drift = DRIFT_UNKNOWN;
	verdict.past = NULL;
	text = event_json(&event);
	assert_non_null(strstr(text, "\"past\":null"));
	free(text);
}

static void tells_the_journal(void **state)
{
	static const char *const want[] = {
		"MESSAGE=MX example.org.: strip (insecure): mx: target-internal mx2.example.org.",
		"MXWARD_REASON=mx: target-internal mx2.example.org.",
		"PRIORITY=6",
		"SYSLOG_IDENTIFIER=mxward",
		"MXWARD_EVENT=assessment",
		"MXWARD_DOMAIN=example.org.",
		"MXWARD_TYPE=MX",
		"MXWARD_VERDICT=strip",
		"MXWARD_SECURITY=insecure",
		"MXWARD_TOOK_MS=77",
		"MXWARD_EDE=4",
		"MXWARD_CORROBORATION=differed",
		"MXWARD_CHECK=target-internal",
		"MXWARD_CHECK=transport-mismatch",
		"MXWARD_EXCHANGE=mx1.example.org.",
		"MXWARD_EXCHANGE=mx2.example.org.",
	};
	name_t name = name_of("example.org");
	target_t targets[2];
	target_t other[1];
	const verdict_t verdict = verdict_of(targets, other);
	const vlog_event_t event = event_of(&name, &verdict, NULL);
	size_t size;
	size_t at = 0;
	char *fields = event_fields(&event, &size);

	(void)state;
	assert_non_null(fields);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(at < size);
		assert_string_equal(fields + at, want[i]);
		at += strlen(fields + at) + 1;
	}
	assert_int_equal(at, size);
	free(fields);
}

/* The longest assessment that there can be, with names of which every octet is escaped. */
static void fits_a_line(void **state)
{
	verdict_t verdict = { .finding_count = ASSESSMENT_FINDINGS_MAX,
			      .target_count = ASSESSMENT_TARGETS_MAX,
			      .other_count = ASSESSMENT_TARGETS_MAX,
			      .chain_count = ANSWER_CHAIN_MAX,
			      .ede = EDE_NONE };
	target_t *targets = calloc(ASSESSMENT_TARGETS_MAX, sizeof(*targets));
	past_exchange_t exchanges[ASSESSMENT_TARGETS_MAX] = { { .preference = 10 } };
	const past_set_t past = { .count = ASSESSMENT_TARGETS_MAX, .exchanges = exchanges };
	name_t longest = { .size = 255 };
	vlog_event_t event = { .kind = VLOG_ASSESSMENT, .name = &longest, .type = 65280, .verdict = &verdict };
	char *text;

	(void)state;
	assert_non_null(targets);
	for (size_t at = 0; at < 254; at += 64) {
		longest.octets[at] = (uint8_t)(at + 64 < 254 ? 63 : 253 - at);
		memset(longest.octets + at + 1, 0xff, longest.octets[at]);
	}
	longest.octets[254] = 0;
	for (size_t i = 0; i < ASSESSMENT_TARGETS_MAX; i++) {
		targets[i] = (target_t){ .exchange = longest,
					 .is_alias = true,
					 .alias_of = longest,
					 .address_count = ASSESSMENT_ADDRESSES_MAX };
		memset(targets[i].owner, '\\', OWNER_TEXT_MAX - 1);
		for (size_t j = 0; j < ASSESSMENT_ADDRESSES_MAX; j++) {
			targets[i].addresses[j].family = AF_INET6;
			memset(targets[i].addresses[j].address, 0xff, 16);
			targets[i].addresses[j].special = "IPv4-IPv6 Translation of a Private-Use address";
		}
	}
	for (size_t i = 0; i < ASSESSMENT_FINDINGS_MAX; i++) {
		verdict.findings[i] = (finding_t){ .has_name = true, .name = longest };
		memset(verdict.findings[i].detail, 0xff, ASSESSMENT_DETAIL_MAX - 1);
	}
	for (size_t i = 0; i < ANSWER_CHAIN_MAX; i++)
		verdict.chain[i] = longest;
	for (size_t i = 0; i < ASSESSMENT_TARGETS_MAX; i++)
		exchanges[i].exchange = longest;
	verdict.targets = targets;
	verdict.other = targets;
	verdict.drift = DRIFT_MOVED;
	verdict.past = &past;
	text = event_json(&event);
	assert_non_null(text);
	assert_true(strlen(text) < (1 << 20) - 256);
	free(text);
	free(targets);
}

/* --- Words ------------------------------------------------------------------------------------------------------- */

typedef struct words {
	const char *name;
	vlog_kind_t kind;
	bool judged;
	verdict_t verdict;
	security_t security;
	uint8_t rcode;
	const char *want;  /* "verdict" */
	const char *would; /* NULL: null */
} words_t;

static const words_t words_rows[] = {
	{ "nothing was found", VLOG_ASSESSMENT, true, { .action = ACTION_IGNORE }, 0, 0, "accept", NULL },
	{ "something was noted", VLOG_ASSESSMENT, true, { .action = ACTION_LOG }, 0, 0, "log", NULL },
	{ "rejected", VLOG_ASSESSMENT, true, { .action = ACTION_REJECT, .rejected = true }, 0, 2, "reject", NULL },
	{ "no answer", VLOG_ASSESSMENT, true, { .rejected = true, .failed = true }, 0, 2, "failed", NULL },
	{ "only watched",
	  VLOG_ASSESSMENT,
	  true,
	  { .action = ACTION_REJECT, .monitored = true },
	  0,
	  0,
	  "log",
	  "reject" },
	{ "bogus address", VLOG_REJECTED, false, { 0 }, SECURITY_BOGUS, 2, "reject", NULL },
	{ "no address", VLOG_REJECTED, false, { 0 }, SECURITY_INSECURE, 2, "failed", NULL },
	{ "hit", VLOG_HIT, false, { 0 }, SECURITY_SECURE, 0, "accept", NULL },
	{ "hit of a failure", VLOG_HIT, false, { 0 }, SECURITY_INSECURE, 2, "failed", NULL },
	{ "hit of what is bogus", VLOG_HIT, false, { 0 }, SECURITY_BOGUS, 2, "reject", NULL },
};

static void names_verdicts(void **state)
{
	const words_t *row = *state;
	name_t name = name_of("example.org");
	const vlog_event_t event = { .kind = row->kind,
				     .name = &name,
				     .type = 15,
				     .verdict = row->judged ? &row->verdict : NULL,
				     .security = row->security,
				     .rcode = row->rcode,
				     .ede = EDE_NONE };
	json_t *json = read_back(&event);

	assert_string_equal(string_at(json, "verdict"), row->want);
	if (row->would != NULL)
		assert_string_equal(string_at(json, "would"), row->would);
	else
		assert_null(json_string_value(json_object_get(json, "would")));
	json_decref(json);
}

static void names_clients(void **state)
{
	const struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
					 .sin6_port = htons(65535),
					 .sin6_addr = { { { [15] = 1 } } } };
	const struct sockaddr unknown = { .sa_family = AF_UNIX };
	name_t name = name_of("example.org");
	vlog_event_t event = { .kind = VLOG_HIT, .name = &name, .type = 65534, .ede = EDE_NONE, .clients = 1 };
	json_t *json;

	(void)state;
	event.client = (const struct sockaddr *)&v6;
	json = read_back(&event);
	assert_string_equal(string_at(json_object_get(json, "client"), "address"), "::1");
	assert_string_equal(string_at(json_object_get(json, "client"), "transport"), "udp");
	assert_string_equal(string_at(json_object_get(json, "question"), "type"), "TYPE65534");
	assert_true(json_is_null(json_object_get(json, "ede")));
	json_decref(json);
	event.client = &unknown;
	json = read_back(&event);
	assert_true(json_is_null(json_object_get(json, "client")));
	json_decref(json);
}

enum {
	HOSTILE = sizeof(hostile_rows) / sizeof(hostile_rows[0]),
	WORDS = sizeof(words_rows) / sizeof(words_rows[0]),
};

int main(void)
{
	static const struct CMUnitTest whole[] = {
		cmocka_unit_test(tells_a_verdict),         cmocka_unit_test(tells_the_past),
		cmocka_unit_test(tells_the_journal),       cmocka_unit_test(fits_a_line),
		cmocka_unit_test(names_clients),           cmocka_unit_test(tells_a_stale_answer),
		cmocka_unit_test(a_hit_tells_what_it_was),
	};
	static const CMUnitTestFunction hostile[] = { shows_reasons, shows_names, shows_fields };
	enum { WHOLE = sizeof(whole) / sizeof(whole[0]) };
	struct CMUnitTest tests[3 * HOSTILE + WORDS + WHOLE];
	size_t count = 0;

	for (size_t i = 0; i < 3 * HOSTILE; i++)
		tests[count++] = (struct CMUnitTest){ hostile_rows[i / 3].name, hostile[i % 3], NULL, NULL,
						      (void *)(uintptr_t)&hostile_rows[i / 3] };
	for (size_t i = 0; i < WORDS; i++)
		tests[count++] = (struct CMUnitTest){ words_rows[i].name, names_verdicts, NULL, NULL,
						      (void *)(uintptr_t)&words_rows[i] };
	for (size_t i = 0; i < WHOLE; i++)
		tests[count++] = whole[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
