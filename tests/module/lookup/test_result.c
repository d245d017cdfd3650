/* test_result.c: from a packet to what people and programs read. */
#include "tests/support.h"

#include "module/lookup/result.h"
#include "validator/name.h"

#include <jansson.h>

enum { RECORDS_MAX = 4, NXDOMAIN = 3, REFUSED = 5 };

#define SOA "example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 300"

struct row {
	const char *name;
	const char *question;
	ldns_rr_type type;
	uint8_t rcode;
	const char *answer[RECORDS_MAX];
	const char *authority;
	trust_t trust;
	result_status_t want;
	const char *text; /* of result_print(), without the last line */
	const char *json; /* an object whose members result_print_json() must have */
};

static const struct row rows[] = {
	{ "MX in preference order",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  0,
	  { "example.org. 3600 IN MX 300 c.example.org.", "example.org. 3600 IN MX 20 b.example.org.",
	    "example.org. 60 IN MX 20 a.example.org." },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "example.org. MX\n     20  a.example.org.\n     20  b.example.org.\n    300  c.example.org.\n"
	  "secure: signed, and validated by DNSSEC\n",
	  "{'status': 'answer', 'security': 'secure', 'ttl': 60, 'exit': 0, 'null_mx': false, 'name': 'example.org.',"
	  " 'type': 'MX', 'chain': [], 'rcode': 'NOERROR', 'why': '', 'source': 'resolver', 'transport': null}" },
	{ "null MX",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  0,
	  { "example.org. 3600 IN MX 0 ." },
	  NULL,
	  TRUST_INSECURE,
	  RESULT_ANSWER,
	  "example.org. MX\n      0  .\n  null MX: the domain takes no mail (RFC 7505)\n"
	  "insecure: not signed: nothing proves that its owner published this\n",
	  "{'null_mx': true, 'security': 'insecure', 'exit': 0}" },
	{ "null MX among others is none",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  0,
	  { "example.org. 3600 IN MX 0 .", "example.org. 3600 IN MX 10 a.example.org." },
	  NULL,
	  TRUST_INSECURE,
	  RESULT_ANSWER,
	  "example.org. MX\n      0  .\n     10  a.example.org.\n"
	  "insecure: not signed: nothing proves that its owner published this\n",
	  "{'null_mx': false}" },
	{ "no MX record",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  0,
	  { NULL },
	  SOA,
	  TRUST_SECURE,
	  RESULT_NO_RECORD,
	  "example.org. MX\n  no MX record: mail goes to the name's own address, if it has one (RFC 5321, 5.1)\n"
	  "secure: signed, and validated by DNSSEC\n",
	  "{'status': 'no-record', 'implicit_mx': true, 'exit': 1, 'ttl': 300, 'records': []}" },
	{ "no TXT record",
	  "example.org",
	  LDNS_RR_TYPE_TXT,
	  0,
	  { NULL },
	  SOA,
	  TRUST_UNCHECKED,
	  RESULT_NO_RECORD,
	  "example.org. TXT\n  no TXT record\n"
	  "unchecked: the server does not validate (no AD on . NS): anything is possible\n",
	  "{'status': 'no-record', 'implicit_mx': false, 'security': 'unchecked'}" },
	{ "no such name",
	  "nowhere.example.org",
	  LDNS_RR_TYPE_MX,
	  NXDOMAIN,
	  { NULL },
	  SOA,
	  TRUST_SECURE,
	  RESULT_NO_RECORD,
	  "nowhere.example.org. MX\n  no such name (NXDOMAIN)\nsecure: signed, and validated by DNSSEC\n",
	  "{'status': 'no-name', 'implicit_mx': false, 'rcode': 'NXDOMAIN', 'exit': 1}" },
	{ "a chain of aliases",
	  "www.example.org",
	  LDNS_RR_TYPE_A,
	  0,
	  { "www.example.org. 60 IN CNAME web.example.net.", "web.example.net. 30 IN A 192.0.2.1",
	    "web.example.net. 30 IN A 192.0.2.2" },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "www.example.org. A\n  www.example.org. is an alias of web.example.net.\n  192.0.2.1\n  192.0.2.2\n"
	  "secure: signed, and validated by DNSSEC\n",
	  "{'ttl': 30, 'chain': [{'owner': 'www.example.org.', 'type': 'CNAME', 'ttl': 60,"
	  " 'data': 'web.example.net.'}]}" },
	{ "an alias that was asked for",
	  "www.example.org",
	  LDNS_RR_TYPE_CNAME,
	  0,
	  { "www.example.org. 60 IN CNAME web.example.net." },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "www.example.org. CNAME\n  web.example.net.\nsecure: signed, and validated by DNSSEC\n",
	  "{'chain': [], 'records': [{'owner': 'www.example.org.', 'type': 'CNAME', 'ttl': 60,"
	  " 'data': 'web.example.net.'}]}" },
	{ "escape sequences from the network",
	  "example.org",
	  LDNS_RR_TYPE_TXT,
	  0,
	  { "example.org. 60 IN TXT \"\\027[31mred\\007\" \"\\255\"" },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "example.org. TXT\n  \"\\027[31mred\\007\" \"\\255\"\nsecure: signed, and validated by DNSSEC\n",
	  "{'status': 'answer'}" },
	{ "escape sequences in an exchange",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  0,
	  { "example.org. 60 IN MX 1 \\027]0x\\007.example.org." },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "example.org. MX\n      1  \\027]0x\\007.example.org.\nsecure: signed, and validated by DNSSEC\n",
	  "{'status': 'answer'}" },
	{ "records of strangers are not shown",
	  "example.org",
	  LDNS_RR_TYPE_A,
	  0,
	  { "example.com. 60 IN A 192.0.2.66", "example.org. 60 IN A 192.0.2.1" },
	  NULL,
	  TRUST_SECURE,
	  RESULT_ANSWER,
	  "example.org. A\n  192.0.2.1\nsecure: signed, and validated by DNSSEC\n",
	  "{'status': 'answer'}" },
	{ "refused",
	  "example.org",
	  LDNS_RR_TYPE_MX,
	  REFUSED,
	  { NULL },
	  NULL,
	  TRUST_UNKNOWN,
	  RESULT_FAILED,
	  "example.org. MX\nunresolved: nothing is known about it\nwhy: the answer is REFUSED\n",
	  "{'status': 'failed', 'ttl': null, 'exit': 3, 'rcode': 'REFUSED', 'why': 'the answer is REFUSED',"
	  " 'security': 'unknown', 'records': []}" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void push(ldns_pkt *packet, ldns_pkt_section section, const char *text)
{
	ldns_rr *record;

	assert_int_equal(ldns_rr_new_frm_str(&record, text, 0, NULL, NULL), LDNS_STATUS_OK);
	assert_true(ldns_pkt_push_rr(packet, section, record));
}

static uint8_t *make_packet(const struct row *row, size_t *size)
{
	ldns_rdf *name = ldns_dname_new_frm_str(row->question);
	ldns_pkt *packet = ldns_pkt_query_new(name, row->type, LDNS_RR_CLASS_IN, LDNS_RD);
	uint8_t *octets;

	assert_non_null(packet);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_rcode(packet, row->rcode);
	for (size_t i = 0; i < RECORDS_MAX && row->answer[i] != NULL; i++)
		push(packet, LDNS_SECTION_ANSWER, row->answer[i]);
	if (row->authority != NULL)
		push(packet, LDNS_SECTION_AUTHORITY, row->authority);
	assert_int_equal(ldns_pkt2wire(&octets, packet, size), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	return octets;
}

static void take(const struct row *row, request_t *request, result_t *result)
{
	size_t size;
	uint8_t *octets = make_packet(row, &size);
	uint8_t *copy = test_copy(octets, size);

	*request = (request_t){ .type = (uint16_t)row->type };
	assert_true(name_from_text(row->question, &request->name));
	*result = (result_t){ .rcode = row->rcode };
	result_take_packet(result, request, copy, size);
	result->trust = row->trust;
	free(copy);
	LDNS_FREE(octets);
}

static char *printed(bool print(FILE *, const request_t *, const result_t *), const request_t *request,
		     const result_t *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(print(out, request, result));
	fclose(out);
	return text;
}

static bool print_plainly(FILE *out, const request_t *request, const result_t *result)
{
	return result_print(out, request, result, false);
}

static void shows_people(void **state)
{
	const struct row *row = *state;
	request_t request;
	result_t result;
	char *text;
	const char *rest;

	take(row, &request, &result);
	assert_int_equal(result.status, row->want);
	text = printed(print_plainly, &request, &result);
	assert_int_equal(strncmp(text, row->text, strlen(row->text)), 0);
	rest = text + strlen(row->text); /* one line, which tells how long it took */
	assert_int_equal(strcspn(rest, "\n") + 1, strlen(rest));
	free(text);
	result_free(&result);
}

static void shows_programs(void **state)
{
	const struct row *row = *state;
	request_t request;
	result_t result;
	char *text;
	char *wanted = strdup(row->json);
	json_t *object;
	json_t *want;
	json_t *value;
	const char *key;

	take(row, &request, &result);
	text = printed(result_print_json, &request, &result);
	object = json_loads(text, 0, NULL);
	for (char *c = wanted; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	want = json_loads(wanted, 0, NULL);
	assert_non_null(object);
	assert_non_null(want);
	json_object_foreach(want, key, value) if (!json_equal(json_object_get(object, key), value))
		fail_msg("%s is not as wanted in %s", key, text);
	json_decref(object);
	json_decref(want);
	free(wanted);
	free(text);
	result_free(&result);
}

/* A bogus answer from a server over TCP, with an extended error, in colour. */
static void shows_bogus(void **state)
{
	request_t request = { .type = LDNS_RR_TYPE_MX };
	result_t result = {
		.trust = TRUST_BOGUS,
		.rcode = 2,
		.error_count = 1,
		.errors = { { .code = 7, .text = "since 2020" } },
		.source = "127.0.0.1@53",
		.over_tcp = true,
		.took_ms = 5,
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_true(name_from_text("example.org", &request.name));
	result_fail(&result, RESULT_BOGUS, "expired");
	assert_true(result_print(out, &request, &result, true));
	fclose(out);
	assert_string_equal(text,
			    "example.org. MX\n"
			    "\033[31mbogus\033[0m: rejected: DNSSEC proves that this is not what its owner signed\n"
			    "why: expired\n"
			    "extended error 7 (Signature Expired): since 2020\n"
			    "asked 127.0.0.1@53 over TCP, 5 ms\n");
	free(text);
	text = printed(result_print_json, &request, &result);
	assert_non_null(strstr(text, "\"status\": \"bogus\""));
	assert_non_null(strstr(text, "\"name\": \"Signature Expired\""));
	assert_non_null(strstr(text, "\"transport\": \"tcp\""));
	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	strcpy(result.errors[0].text, "expired");
	assert_true(result_print(out, &request, &result, false));
	fclose(out);
	assert_null(strstr(text, "why:")); /* said once, with the extended error */
	assert_non_null(strstr(text, "(Signature Expired): expired\n"));
	free(text);
}

static void says_what_is_malformed(void **state)
{
	const uint8_t header_alone[] = { 0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0 };
	uint8_t *copy = test_copy(header_alone, sizeof(header_alone));
	request_t request = { .type = LDNS_RR_TYPE_MX };
	result_t result = { 0 };

	(void)state;
	assert_true(name_from_text("example.org", &request.name));
	result_take_packet(&result, &request, copy, sizeof(header_alone));
	assert_int_equal(result.status, RESULT_FAILED);
	assert_memory_equal(result.why, "the answer cannot be used: ", 27);
	assert_null(result.records);
	free(copy);
}

int main(void)
{
	struct CMUnitTest tests[2 * ROWS + 2];

	for (size_t i = 0; i < ROWS; i++) {
		void *row = (void *)(uintptr_t)&rows[i];

		tests[2 * i] = (struct CMUnitTest){ rows[i].name, shows_people, NULL, NULL, row };
		tests[2 * i + 1] = (struct CMUnitTest){ rows[i].name, shows_programs, NULL, NULL, row };
	}
	tests[2 * ROWS] = (struct CMUnitTest)cmocka_unit_test(shows_bogus);
	tests[2 * ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(says_what_is_malformed);
	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
