/* test_explain.c: from a verdict to the tree that people read, and to the object that programs do. */
#include "module/lookup/explain.h"

#include "module/lookup/compare.h"
#include "tests/support.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <jansson.h>
#include <sys/socket.h>

enum { NXDOMAIN = 3, SERVFAIL = 2, TARGETS = 4 };

typedef struct scene {
	request_t request;
	result_t ours;
	result_t servers;
	verdict_t verdict;
	target_t targets[TARGETS];
	target_t other[TARGETS];
	bool with_server;
} scene_t;

static void name(name_t *to, const char *text)
{
	assert_true(name_from_text(text, to));
}

static target_t *add_target(scene_t *scene, unsigned preference, const char *exchange)
{
	target_t *target = &scene->targets[scene->verdict.target_count++];

	target->preference = (uint16_t)preference;
	name(&target->exchange, exchange);
	return target;
}

static void add_address(target_t *target, int family, const char *octets, const char *special)
{
	target_address_t *address = &target->addresses[target->address_count++];

	target->state = TARGET_RESOLVED;
	address->family = family;
	memcpy(address->address, octets, family == AF_INET ? 4 : 16);
	address->special = special;
}

static void find_fault(scene_t *scene, check_id_t check, action_t action, const char *with, const char *detail)
{
	finding_t *finding = &scene->verdict.findings[scene->verdict.finding_count++];

	finding->check = check;
	finding->action = action;
	finding->has_name = with != NULL;
	if (with != NULL)
		name(&finding->name, with);
	snprintf(finding->detail, sizeof(finding->detail), "%s", detail);
	if (scene->verdict.action < action)
		scene->verdict.action = action;
}

static void say_error(result_t *result, ede_t code, const char *text)
{
	result->errors[0].code = (uint16_t)code;
	snprintf(result->errors[0].text, sizeof(result->errors[0].text), "%s", text);
	result->error_count = 1;
}

/* ---- scenes ---- */

static void secure(scene_t *scene)
{
	target_t *target = add_target(scene, 10, "mx1.example.org");

	strcpy(target->owner, "Example Mail");
	scene->verdict.received = scene->verdict.security = SECURITY_SECURE;
	scene->ours.trust = TRUST_SECURE;
	target->secure = true;
	target->tlsa = TLSA_PRESENT;
	add_address(target, AF_INET, "\31\31\0\1", NULL);
	add_address(target, AF_INET6, "\77\376\0\45\0\0\0\0\0\0\0\0\0\0\0\1", NULL);
}

static void stripped(scene_t *scene)
{
	target_t *target = add_target(scene, 10, "mx1.example.org");

	scene->verdict.corroboration = CORROBORATION_AGREED;
	scene->verdict.chain_count = 2;
	name(&scene->verdict.chain[0], "a.example.net");
	name(&scene->verdict.chain[1], "b.example.net");
	add_address(target, AF_INET, "\31\31\0\1", NULL);
	target = add_target(scene, 20, "in.example.org");
	add_address(target, AF_INET, "\12\0\0\1", "Private-Use");
	target->stripped = true;
	target->is_alias = true;
	name(&target->alias_of, "real.example.org");
	find_fault(scene, CHECK_TARGET_INTERNAL, ACTION_STRIP, "in.example.org", "10.0.0.1 (Private-Use)");
	find_fault(scene, CHECK_TARGET_MISSING, ACTION_LOG, "gone.example.org", "");
	scene->verdict.findings_left_out = 3;
	scene->verdict.ede = EDE_FORGED_ANSWER;
	strcpy(scene->verdict.text, "mx: target-internal in.example.org");
	say_error(&scene->ours, EDE_FORGED_ANSWER, scene->verdict.text);
}

static void malformed(scene_t *scene)
{
	add_target(scene, 10, "mx1.example.org")->state = TARGET_FAILED;
	find_fault(scene, CHECK_RDATA_MALFORMED, ACTION_STRIP, NULL, "");
	strcpy(scene->verdict.text, "mx: rdata-malformed example.org");
}

static void differing(scene_t *scene)
{
	static const target_state_t states[] = { TARGET_UNKNOWN, TARGET_NO_NAME, TARGET_BOGUS, TARGET_NO_ADDRESS };
	static const tlsa_state_t tlsa[] = { TLSA_UNKNOWN, TLSA_NONE, TLSA_BOGUS, TLSA_INSECURE };
	static const char *const names[] = { "a.example.org", "b.example.org", "c.example.org", "d.example.org" };

	for (size_t i = 0; i < TARGETS; i++) {
		target_t *target = add_target(scene, 1, names[i]);

		target->state = states[i];
		target->tlsa = tlsa[i];
		target->secure = tlsa[i] == TLSA_INSECURE;
	}
	scene->verdict.corroboration = CORROBORATION_DIFFERED;
	scene->verdict.other_count = 1;
	scene->other[0].preference = 1;
	name(&scene->other[0].exchange, "mx.forger\\033.example");
	find_fault(scene, CHECK_TRANSPORT_MISMATCH, ACTION_LOG, NULL, "UDP: 1 mx.forger\033[31m");
}

static void rejected(scene_t *scene)
{
	add_target(scene, 10, "25.25.20.3");
	scene->verdict.corroboration = CORROBORATION_UNAVAILABLE;
	find_fault(scene, CHECK_TARGET_IS_ADDRESS, ACTION_REJECT, "25.25.20.3", "");
	scene->verdict.rejected = true;
	scene->verdict.ede = EDE_BLOCKED;
	strcpy(scene->verdict.text, "mx: target-is-address 25.25.20.3");
	say_error(&scene->ours, EDE_BLOCKED, scene->verdict.text);
	scene->ours.status = RESULT_REJECTED;
	scene->ours.rcode = SERVFAIL;
}

static void bogus(scene_t *scene)
{
	scene->verdict.received = scene->verdict.security = SECURITY_BOGUS;
	scene->verdict.rejected = scene->verdict.negative = true;
	scene->verdict.ede = EDE_SIGNATURE_EXPIRED;
	strcpy(scene->verdict.text, "signature expired");
	find_fault(scene, CHECK_BOGUS, ACTION_REJECT, NULL, "signature expired");
	say_error(&scene->ours, EDE_SIGNATURE_EXPIRED, scene->verdict.text);
	scene->ours.status = RESULT_BOGUS;
	scene->ours.trust = TRUST_BOGUS;
	scene->ours.rcode = SERVFAIL;
}

static void monitored(scene_t *scene)
{
	rejected(scene);
	scene->verdict.rejected = false;
	scene->verdict.monitored = true;
	scene->verdict.ede = EDE_NONE;
	scene->ours.status = RESULT_ANSWER;
	scene->ours.rcode = 0;
	scene->ours.error_count = 0;
}

static void monitored_strip(scene_t *scene)
{
	monitored(scene);
	scene->verdict.action = scene->verdict.findings[0].action = ACTION_STRIP;
}

/* What the history has of the domain: from 2023-06-01, last seen 2023-11-01. */
static void remember(scene_t *scene, drift_t drift, uint64_t ended)
{
	static past_exchange_t exchange = { .preference = 10 };
	static past_set_t past;

	name(&exchange.exchange, "mx.example.com");
	past = (past_set_t){
		.since = 1685577600, .last = 1698796800, .ended = ended, .count = 1, .exchanges = &exchange
	};
	scene->verdict.drift = drift;
	scene->verdict.past = &past;
}

static void as_ever(scene_t *scene)
{
	remember(scene, DRIFT_NONE, 0);
}

static void moved(scene_t *scene)
{
	remember(scene, DRIFT_MOVED, 0);
	find_fault(scene, CHECK_MX_DRIFT, ACTION_LOG, NULL, "from a to b");
}

static void came_back_otherwise(scene_t *scene)
{
	remember(scene, DRIFT_CHANGED, 1698883200);
}

static void null_mx(scene_t *scene)
{
	add_target(scene, 0, ".");
	scene->verdict.null_mx = true;
}

static void no_name(scene_t *scene)
{
	scene->verdict.negative = true;
	scene->ours.status = RESULT_NO_RECORD;
	scene->ours.rcode = NXDOMAIN;
}

static void none_as_ever(scene_t *scene)
{
	no_name(scene);
	remember(scene, DRIFT_NONE, 1698883200);
}

static void no_record(scene_t *scene)
{
	no_name(scene);
	scene->ours.rcode = 0;
	scene->verdict.corroboration = CORROBORATION_DIFFERED;
}

static void failed(scene_t *scene)
{
	scene->ours.verdict = NULL;
	scene->ours.status = RESULT_FAILED;
	scene->ours.trust = TRUST_UNKNOWN;
	scene->ours.rcode = SERVFAIL;
	strcpy(scene->ours.why, "no answer within 1 s");
	say_error(&scene->ours, EDE_NO_REACHABLE_AUTHORITY, "no answer within 1 s");
}

static void not_started(scene_t *scene)
{
	failed(scene);
	scene->ours.error_count = 0;
}

static void server_agrees(scene_t *scene)
{
	secure(scene);
	scene->with_server = scene->servers.replied = true;
	scene->servers.trust = TRUST_SECURE;
	scene->servers.status = scene->ours.status = RESULT_NO_RECORD; /* neither shows a set */
	scene->ours.verdict->negative = true;
}

static void server_differs(scene_t *scene)
{
	rejected(scene);
	scene->with_server = scene->servers.replied = true;
	say_error(&scene->servers, EDE_STALE_ANSWER, "");
}

static void server_silent(scene_t *scene)
{
	no_name(scene);
	scene->with_server = true;
	strcpy(scene->servers.why, "no reply in time");
}

struct row {
	const char *name;
	void (*set)(scene_t *scene);
	const char *text; /* between the first two lines and the end */
	const char *json; /* members of the object */
};

#define INSECURE "|- DNSSEC insecure: not signed, nothing proves that its owner published this\n"

static const struct row rows[] = {
	{ "secure, with DANE", secure,
	  "|- DNSSEC secure: signed, and validated\n"
	  "|- 10 mx1.example.org. (Example Mail)\n"
	  "|  |- 25.25.0.1 secure\n"
	  "|  |- 3ffe:25::1 secure\n"
	  "|  `- TLSA secure: DANE protects it (RFC 7672)\n"
	  "`- accepted\n",
	  "{'verdict': 'accept', 'security': 'secure', 'exit': 0, 'server': null, 'policy': 'mx.yaml', 'findings': "
	  "[]}" },
	{ "a record is left out", stripped,
	  "|- alias of a.example.net.\n"
	  "|- which is an alias of b.example.net.\n" INSECURE "|- TCP agrees: the same answer came over TCP\n"
	  "|- 10 mx1.example.org.\n"
	  "|  `- 25.25.0.1 insecure\n"
	  "|- 20 in.example.org. stripped: left out of the answer\n"
	  "|  |- alias of real.example.org.\n"
	  "|  |- 10.0.0.1 insecure, special: Private-Use\n"
	  "|  `- warning, strip: target-internal: The exchange has only addresses that are not on the public\n"
	  "|        Internet. 10.0.0.1 (Private-Use) (RFC 6890)\n"
	  "|- warning, log: target-missing gone.example.org.: There is no such name as the exchange. (RFC 5321,\n"
	  "|     5.1)\n"
	  "|- and 3 findings more, none of them weightier\n"
	  "`- accepted without 1 record: mx: target-internal in.example.org\n",
	  "{'verdict': 'strip', 'security': 'insecure', 'corroboration': 'agreed', 'exit': 0, 'findings_left_out': 3,"
	  " 'ede': {'code': 4, 'name': 'Forged Answer'}, 'reason': 'mx: target-internal in.example.org',"
	  " 'chain': ['a.example.net.', 'b.example.net.']}" },
	{ "a record that does not read is left out", malformed,
	  INSECURE "|- 10 mx1.example.org.\n"
		   "|  `- no address: the servers of its zone gave no usable answer\n"
		   "|- warning, strip: rdata-malformed: The record is not a preference and a name. (RFC 1035, 3.3.9)\n"
		   "`- accepted without some records: mx: rdata-malformed example.org\n",
	  "{'verdict': 'strip'}" },
	{ "UDP and TCP differ", differing,
	  INSECURE
	  "|- TCP differs: what came over TCP is judged; this, over UDP, is dropped\n"
	  "|  `- 1 mx.forger!.example.\n"
	  "|- 1 a.example.org.\n"
	  "|  `- address not known: not asked for, or no answer in time\n"
	  "|- 1 b.example.org.\n"
	  "|  |- no such name (NXDOMAIN)\n"
	  "|  `- TLSA none\n"
	  "|- 1 c.example.org.\n"
	  "|  |- bogus: DNSSEC rejects its addresses\n"
	  "|  `- TLSA bogus: senders with DANE do not deliver to it (RFC 7672, 2.1)\n"
	  "|- 1 d.example.org.\n"
	  "|  |- no address\n"
	  "|  `- TLSA insecure: of no use\n"
	  "|- alert, log: transport-mismatch: UDP and TCP gave different answers; TCP's is used, because it is\n"
	  "|     far harder to forge. UDP: 1 mx.forger\\027[31m (RFC 5452, 9)\n"
	  "`- accepted\n",
	  "{'verdict': 'log', 'corroboration': 'differed', 'other': [{'preference': 1, 'exchange': "
	  "'mx.forger!.example.'}]}" },
	{ "rejected by policy", rejected,
	  INSECURE
	  "|- TCP fails: no answer over TCP, so the one over UDP stands alone\n"
	  "|- 10 25.25.20.3.\n"
	  "|  |- address not known: not asked for, or no answer in time\n"
	  "|  `- warning, reject: target-is-address: The exchange looks like an IP address instead of a host's\n"
	  "|        name. (RFC 5321, 5.1)\n"
	  "`- rejected: SERVFAIL, extended error 15 (Blocked): mx: target-is-address 25.25.20.3\n",
	  "{'verdict': 'reject', 'exit': 4, 'rcode': 'SERVFAIL', 'corroboration': 'unavailable',"
	  " 'ede': {'code': 15, 'name': 'Blocked'}}" },
	{ "the same exchanges as ever", as_ever,
	  INSECURE "|- history: the same exchanges since 2023-06-01\n"
		   "`- accepted\n",
	  "{'past': {'drift': 'none', 'since': '2023-06-01T00:00:00.000Z', 'last_seen': '2023-11-01T00:00:00.000Z', "
	  "'ended': null, 'security': 'insecure', 'mx': []}}" },
	{ "other exchanges", moved,
	  INSECURE "|- history: before, 2023-06-01 to 2023-11-01, there was\n"
		   "|  `- 10 mx.example.com.\n"
		   "|- alert, log: mx-drift: Nothing is signed, and the mail of the domain goes to nobody who had it\n"
		   "|     before: another provider or another registrable domain has all of it at once. from a to b\n"
		   "|     (history, mx.pin)\n"
		   "`- accepted\n",
	  "{'past': {'drift': 'moved', 'since': '2023-06-01T00:00:00.000Z', 'last_seen': '2023-11-01T00:00:00.000Z', "
	  "'ended': null, 'security': 'insecure', 'mx': [{'preference': 10, 'exchange': 'mx.example.com.'}]}}" },
	{ "exchanges after there was none", came_back_otherwise,
	  INSECURE "|- history: before, 2023-06-01 to 2023-11-02, there was\n"
		   "|  `- 10 mx.example.com.\n"
		   "`- accepted\n",
	  "{'past': {'drift': 'changed', 'since': '2023-06-01T00:00:00.000Z', 'last_seen': '2023-11-01T00:00:00.000Z', "
	  "'ended': '2023-11-02T00:00:00.000Z', 'security': 'insecure', 'mx': [{'preference': 10, 'exchange': "
	  "'mx.example.com.'}]}}" },
	{ "no exchange as ever", none_as_ever,
	  INSECURE "|- history: no exchange since 2023-11-02\n"
		   "|- no such name (NXDOMAIN)\n"
		   "`- accepted\n",
	  "{'past': {'drift': 'none', 'since': '2023-06-01T00:00:00.000Z', 'last_seen': '2023-11-01T00:00:00.000Z', "
	  "'ended': '2023-11-02T00:00:00.000Z', 'security': 'insecure', 'mx': []}}" },
	{ "bogus", bogus,
	  "|- DNSSEC bogus: signature expired\n"
	  "|- alert, reject: bogus: DNSSEC proves that this is not what the domain's owner signed. (RFC 4035,\n"
	  "|     5.5)\n"
	  "`- rejected: SERVFAIL, extended error 7 (Signature Expired): signature expired\n",
	  "{'verdict': 'reject', 'exit': 2, 'security': 'bogus', 'received': 'bogus'}" },
	{ "monitor mode, rejected", monitored,
	  INSECURE
	  "|- TCP fails: no answer over TCP, so the one over UDP stands alone\n"
	  "|- 10 25.25.20.3.\n"
	  "|  |- address not known: not asked for, or no answer in time\n"
	  "|  `- warning, reject: target-is-address: The exchange looks like an IP address instead of a host's\n"
	  "|        name. (RFC 5321, 5.1)\n"
	  "`- monitored: would have been rejected: mx: target-is-address 25.25.20.3; the answer passes as it\n"
	  "      came\n",
	  "{'verdict': 'log', 'would': 'reject', 'exit': 0, 'ede': null}" },
	{ "monitor mode, stripped", monitored_strip,
	  INSECURE
	  "|- TCP fails: no answer over TCP, so the one over UDP stands alone\n"
	  "|- 10 25.25.20.3.\n"
	  "|  |- address not known: not asked for, or no answer in time\n"
	  "|  `- warning, strip: target-is-address: The exchange looks like an IP address instead of a host's\n"
	  "|        name. (RFC 5321, 5.1)\n"
	  "`- monitored: records would have been left out: mx: target-is-address 25.25.20.3; the answer passes\n"
	  "      as it came\n",
	  "{'would': 'strip'}" },
	{ "null MX", null_mx, INSECURE "|- null MX: the domain takes no mail (RFC 7505)\n|- 0 .\n`- accepted\n",
	  "{'null_mx': true, 'verdict': 'accept'}" },
	{ "no such name", no_name, INSECURE "|- no such name (NXDOMAIN)\n`- accepted\n",
	  "{'negative': true, 'rcode': 'NXDOMAIN', 'exit': 1}" },
	{ "no MX record, over UDP neither", no_record,
	  INSECURE "|- TCP differs: what came over TCP is judged; this, over UDP, is dropped\n"
		   "|  `- no MX record\n|- no MX record\n`- accepted\n",
	  "{'negative': true, 'rcode': 'NOERROR', 'exit': 1, 'other': []}" },
	{ "no answer", failed,
	  "`- failed: SERVFAIL, extended error 22 (No Reachable Authority): no answer within 1 s\n",
	  "{'verdict': 'failed', 'exit': 3, 'reason': 'no answer within 1 s', 'rcode': 'SERVFAIL',"
	  " 'ede': {'code': 22, 'name': 'No Reachable Authority'}}" },
	{ "not started", not_started, "`- failed: SERVFAIL: no answer within 1 s\n",
	  "{'verdict': 'failed', 'ede': null}" },
	{ "a server that agrees", server_agrees,
	  "|- DNSSEC secure: signed, and validated\n"
	  "|- no MX record\n"
	  "|- 10 mx1.example.org. (Example Mail)\n"
	  "|  |- 25.25.0.1 secure\n"
	  "|  |- 3ffe:25::1 secure\n"
	  "|  `- TLSA secure: DANE protects it (RFC 7672)\n"
	  "|- server 127.0.0.1@53 agrees: NOERROR, AD\n"
	  "`- accepted\n",
	  "{'exit': 1}" },
	{ "a server that differs", server_differs,
	  INSECURE
	  "|- TCP fails: no answer over TCP, so the one over UDP stands alone\n"
	  "|- 10 25.25.20.3.\n"
	  "|  |- address not known: not asked for, or no answer in time\n"
	  "|  `- warning, reject: target-is-address: The exchange looks like an IP address instead of a host's\n"
	  "|        name. (RFC 5321, 5.1)\n"
	  "|- server 127.0.0.1@53 differs: NOERROR\n"
	  "|  |- its RCODE is another one\n"
	  "|  |- its extended error for what policy did is another one, or only one has it\n"
	  "|  `- extended error 3 (Stale Answer)\n"
	  "`- rejected: SERVFAIL, extended error 15 (Blocked): mx: target-is-address 25.25.20.3\n",
	  "{'exit': 4}" },
	{ "a server that does not reply", server_silent,
	  INSECURE "|- no such name (NXDOMAIN)\n|- server 127.0.0.1@53: no reply: no reply in time\n`- accepted\n",
	  "{'exit': 1}" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static scene_t *scene_of(const struct row *row)
{
	scene_t *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	name(&scene->request.name, "example.org");
	scene->request.type = LDNS_RR_TYPE_MX;
	scene->verdict.ede = EDE_NONE;
	scene->verdict.targets = scene->targets;
	scene->verdict.other = scene->other;
	scene->ours.trust = TRUST_INSECURE;
	scene->ours.verdict = &scene->verdict;
	scene->ours.took_ms = 7;
	strcpy(scene->servers.source, "127.0.0.1@53");
	row->set(scene);
	return scene;
}

static explanation_t explanation_of(const scene_t *scene)
{
	return (explanation_t){ .request = &scene->request,
				.ours = &scene->ours,
				.servers = scene->with_server ? &scene->servers : NULL,
				.policy = "mx.yaml" };
}

static void shows_people(void **state)
{
	static const tree_style_t plain = { .colour = false };
	const struct row *row = *state;
	scene_t *scene = scene_of(row);
	const explanation_t explanation = explanation_of(scene);
	char *text = NULL;
	char *want = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_true(explain_print(out, &explanation, &plain));
	fclose(out);
	assert_true(asprintf(&want, "example.org. MX\n|- assessed here in 7 ms, with the policy of mx.yaml%s\n%s",
			     scene->with_server ? "; the server's own answer stands beside it" : "", row->text) > 0);
	assert_string_equal(text, want);
	free(want);
	free(text);
	free(scene);
}

static json_t *object_of(const scene_t *scene)
{
	const explanation_t explanation = explanation_of(scene);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *object;

	assert_true(explain_print_json(out, &explanation));
	fclose(out);
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	free(text);
	return object;
}

static void shows_programs(void **state)
{
	const struct row *row = *state;
	scene_t *scene = scene_of(row);
	json_t *object = object_of(scene);
	char *wanted = strdup(row->json);
	json_t *want;
	json_t *value;
	const char *key;

	for (char *c = wanted; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	want = json_loads(wanted, 0, NULL);
	assert_non_null(want);
	json_object_foreach(want, key, value) if (!json_equal(json_object_get(object, key), value))
		fail_msg("%s is not as wanted", key);
	free(wanted);
	json_decref(want);
	json_decref(object);
	free(scene);
}

static void tells_programs_of_the_server(void **state)
{
	static const struct row row = { .set = server_differs };
	scene_t *scene = scene_of(&row);
	json_t *object = object_of(scene);
	json_t *server = json_object_get(object, "server");
	json_t *differences = json_object_get(server, "differences");

	(void)state;
	assert_true(json_is_true(json_object_get(server, "replied")));
	assert_true(json_is_false(json_object_get(server, "agrees")));
	assert_int_equal(json_array_size(differences), 2);
	assert_string_equal(json_string_value(json_array_get(differences, 0)), "rcode");
	assert_string_equal(json_string_value(json_array_get(differences, 1)), "extended-error");
	assert_non_null(json_object_get(json_object_get(server, "lookup"), "extended_errors"));
	json_decref(object);
	free(scene);
}

static void tells_programs_what_checks_mean(void **state)
{
	static const struct row row = { .set = stripped };
	scene_t *scene = scene_of(&row);
	json_t *object = object_of(scene);
	json_t *finding = json_array_get(json_object_get(object, "findings"), 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(finding, "check")), "target-internal");
	assert_string_equal(json_string_value(json_object_get(finding, "sentence")),
			    check_row(CHECK_TARGET_INTERNAL)->sentence);
	json_decref(object);
	free(scene);
}

int main(void)
{
	struct CMUnitTest tests[2 * ROWS + 2];

	for (size_t i = 0; i < ROWS; i++) {
		void *row = (void *)(uintptr_t)&rows[i];

		tests[2 * i] = (struct CMUnitTest){ rows[i].name, shows_people, NULL, NULL, row };
		tests[2 * i + 1] = (struct CMUnitTest){ rows[i].name, shows_programs, NULL, NULL, row };
	}
	tests[2 * ROWS] = (struct CMUnitTest)cmocka_unit_test(tells_programs_of_the_server);
	tests[2 * ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(tells_programs_what_checks_mean);
	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
