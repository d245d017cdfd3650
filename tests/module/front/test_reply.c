/* test_reply.c: every reply is written by reply.c and read back with ldns. A row is one behaviour. */
#include "module/front/reply.h"

#include "tests/module/front/message.h"
#include "validator/answer.h"
#include "validator/ede.h"

enum {
	MAX_UDP = 1232,
	KEEPALIVE = 100,
	NOW = 1000,
	NXDOMAIN = 3,
	SERVFAIL = 2,
	REPLY_FLAGS = FLAG_QR | FLAG_RD | FLAG_RA,
	LARGE = 100, /* A records: 1600 octets */
};

#define CLIENT_COOKIE    "\0\12\0\10abcdefgh"
#define KEEPALIVE_OPTION "\0\13\0\0"
#define LONG_TEXT                                                                                              \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

/* ---- answers ---- */

typedef struct given {
	unsigned records;
	uint8_t security;
	uint8_t rcode;
	bool failure;
	bool no_octets;
	uint16_t ede;
	const char *text;
} given_t;

static const given_t insecure = { 1, SECURITY_INSECURE, 0, false, false, CACHE_NO_EDE, NULL };
static const given_t secure = { 1, SECURITY_SECURE, 0, false, false, CACHE_NO_EDE, NULL };
static const given_t nxdomain = { 0, SECURITY_SECURE, NXDOMAIN, false, false, CACHE_NO_EDE, NULL };
static const given_t large = { LARGE, SECURITY_SECURE, 0, false, false, CACHE_NO_EDE, NULL };
static const given_t bogus = { 1, SECURITY_BOGUS, 0, true, false, EDE_SIGNATURE_EXPIRED, "expired" };
static const given_t large_bogus = { LARGE, SECURITY_BOGUS, 0, true, false, EDE_SIGNATURE_EXPIRED, "expired" };
static const given_t lame = { 0, SECURITY_INSECURE, SERVFAIL, true, true, EDE_NO_REACHABLE_AUTHORITY, "no server" };
static const given_t failure = { 0, SECURITY_INSECURE, SERVFAIL, true, true, CACHE_NO_EDE, NULL };
static const given_t stripped = { 1, SECURITY_INSECURE, 0, false, false, EDE_FORGED_ANSWER, "mx: no-host-name x" };
static const given_t wordy = { 72, SECURITY_INSECURE, 0, false, false, EDE_FORGED_ANSWER, LONG_TEXT };

static cache_answer_t *answer_of(const given_t *given)
{
	cache_answer_t *answer = message_answer(given->records, given->security);

	answer->rcode = given->rcode;
	answer->failure = given->failure;
	answer->ede = given->ede;
	answer->ede_text = given->text;
	answer->ede_text_size = given->text != NULL ? (uint8_t)strlen(given->text) : 0;
	if (given->no_octets) {
		memset(answer->parts, 0, sizeof(answer->parts));
		answer->ttl_count = 0;
	}
	return answer;
}

/* ---- rows ---- */

typedef enum { FRESH, CACHED, BOTH } source_t;

typedef struct row {
	const char *name;
	source_t source;
	unsigned tcp;
	const given_t *given;
	asking_t asking;
	unsigned flags;
	unsigned rcode;
	unsigned answers;
	const char *errors;
} row_t;

#define ASK(flags_, size_, do_)                                                                                  \
	{                                                                                                        \
		.id = 0x1234, .flags = (flags_), .name = "WwW.ExAmple.org", .type = TYPE_A, .udp_size = (size_), \
		.dnssec_ok = (do_)                                                                               \
	}

static row_t rows[] = {
	/* flags (RFC 1035, 4.1.1; RFC 4035, 3.2; RFC 6840, 5.7 to 5.9) */
	{ "plain", BOTH, false, &insecure, ASK(FLAG_RD, 0, false), REPLY_FLAGS, 0, 1, "" },
	{ "RD is not set by us", BOTH, false, &insecure, ASK(0, 0, false), FLAG_QR | FLAG_RA, 0, 1, "" },
	{ "AA, TC, RA and Z are not copied", BOTH, false, &insecure,
	  ASK(FLAG_RD | FLAG_AA | FLAG_TC | FLAG_RA | 0x40, 0, false), REPLY_FLAGS, 0, 1, "" },
	{ "secure, asked with neither AD nor DO", BOTH, false, &secure, ASK(FLAG_RD, 1232, false), REPLY_FLAGS, 0, 1,
	  "" },
	{ "secure, asked with AD", BOTH, false, &secure, ASK(FLAG_RD | FLAG_AD, 0, false), REPLY_FLAGS | FLAG_AD, 0, 1,
	  "" },
	{ "secure, asked with DO", BOTH, false, &secure, ASK(FLAG_RD, 1232, true), REPLY_FLAGS | FLAG_AD, 0, 2, "" },
	{ "secure, asked with AD and CD", BOTH, false, &secure, ASK(FLAG_RD | FLAG_AD | FLAG_CD, 0, false),
	  REPLY_FLAGS | FLAG_CD, 0, 1, "" },
	{ "insecure, asked with AD and DO", BOTH, false, &insecure, ASK(FLAG_RD | FLAG_AD, 1232, true), REPLY_FLAGS, 0,
	  2, "" },
	{ "NXDOMAIN keeps its RCODE and AD", BOTH, false, &nxdomain, ASK(FLAG_RD | FLAG_AD, 1232, false),
	  REPLY_FLAGS | FLAG_AD, NXDOMAIN, 0, "" },

	/* bogus and failed (RFC 4035, 5.5; RFC 8914; RFC 9520) */
	{ "bogus is SERVFAIL and says why", FRESH, false, &bogus, ASK(FLAG_RD | FLAG_AD, 1232, true), REPLY_FLAGS,
	  SERVFAIL, 0, "7=expired" },
	{ "bogus from the cache also says that", CACHED, false, &bogus, ASK(FLAG_RD, 1232, false), REPLY_FLAGS,
	  SERVFAIL, 0, "7=expired 13" },
	{ "bogus without EDNS", BOTH, false, &bogus, ASK(FLAG_RD, 0, false), REPLY_FLAGS, SERVFAIL, 0, "" },
	{ "bogus with CD is the data without AD", BOTH, false, &bogus, ASK(FLAG_RD | FLAG_CD | FLAG_AD, 1232, true),
	  REPLY_FLAGS | FLAG_CD, 0, 2, "7=expired" },
	{ "bogus and large is no reason for TC", BOTH, false, &large_bogus, ASK(FLAG_RD, 0, false), REPLY_FLAGS,
	  SERVFAIL, 0, "" },
	{ "bogus and large with CD is", BOTH, false, &large_bogus, ASK(FLAG_RD | FLAG_CD, 0, false),
	  REPLY_FLAGS | FLAG_CD | FLAG_TC, 0, 0, "" },
	{ "failed", FRESH, false, &lame, ASK(FLAG_RD, 1232, false), REPLY_FLAGS, SERVFAIL, 0, "22=no server" },
	{ "failed, from the cache", CACHED, false, &lame, ASK(FLAG_RD, 1232, false), REPLY_FLAGS, SERVFAIL, 0,
	  "22=no server 13" },
	{ "failed with CD is SERVFAIL all the same", FRESH, false, &lame, ASK(FLAG_RD | FLAG_CD, 1232, false),
	  REPLY_FLAGS | FLAG_CD, SERVFAIL, 0, "22=no server" },
	{ "failed without a reason", FRESH, false, &failure, ASK(FLAG_RD, 1232, false), REPLY_FLAGS, SERVFAIL, 0, "" },
	{ "failed without a reason, from the cache", CACHED, false, &failure, ASK(FLAG_RD, 1232, false), REPLY_FLAGS,
	  SERVFAIL, 0, "13" },
	{ "an answer may tell something too", BOTH, false, &stripped, ASK(FLAG_RD, 1232, false), REPLY_FLAGS, 0, 1,
	  "4=mx: no-host-name x" },

	/* size (RFC 1035, 4.2.1; RFC 2181, 9; RFC 6891, 6.2) */
	{ "too large without EDNS", BOTH, false, &large, ASK(FLAG_RD | FLAG_AD, 0, false), REPLY_FLAGS | FLAG_TC, 0, 0,
	  "" },
	{ "too large for the client", BOTH, false, &large, ASK(FLAG_RD, 1220, false), REPLY_FLAGS | FLAG_TC, 0, 0, "" },
	{ "too large for our limit", BOTH, false, &large, ASK(FLAG_RD, 4096, false), REPLY_FLAGS | FLAG_TC, 0, 0, "" },
	{ "not over TCP", BOTH, true, &large, ASK(FLAG_RD, 0, false), REPLY_FLAGS, 0, LARGE, "" },
	{ "TC rather than DO without signatures", BOTH, false, &wordy, ASK(FLAG_RD, 1205, true), REPLY_FLAGS | FLAG_TC,
	  0, 0, "4=" LONG_TEXT },
	{ "text that does not fit is left out", BOTH, false, &wordy, ASK(FLAG_RD, 1205, false), REPLY_FLAGS, 0, 72,
	  "4" },
	{ "the extended error, too", BOTH, false, &wordy, ASK(FLAG_RD, 1199, false), REPLY_FLAGS, 0, 72, "" },
	{ "one octet less, and it is truncated", BOTH, false, &wordy, ASK(FLAG_RD, 1194, false), REPLY_FLAGS | FLAG_TC,
	  0, 0, "4=" LONG_TEXT },
};

/* ---- how ---- */

typedef struct fixture {
	cookies_t *cookies;
	cache_t *cache;
	reply_context_t context;
} fixture_t;

static fixture_t begin(void)
{
	fixture_t f = { .cookies = cookies_new(), .cache = cache_new(16 << 20) };

	assert_non_null(f.cookies);
	assert_non_null(f.cache);
	f.context = (reply_context_t){
		.cookies = f.cookies, .max_udp_size = MAX_UDP, .keepalive = KEEPALIVE, .wall = 1559731985
	};
	return f;
}

static void finish(fixture_t *f)
{
	cookies_free(f->cookies);
	cache_free(f->cache);
}

static const client_t udp_client = { .peer.v4 = { .sin_family = AF_INET } };
static const client_t tcp_client = { .tcp = true, .peer.v4 = { .sin_family = AF_INET } };

static query_t query_of(const asking_t *asking)
{
	uint8_t octets[MESSAGE_QUERY_MAX];
	query_t query;

	assert_int_equal(query_read(octets, message_write(asking, octets), &query), QUERY_OK);
	return query;
}

/* What every reply has in common with its query, and no reply exceeds. */
static void check_frame(const asking_t *asking, bool tcp, size_t size, const told_t *told)
{
	const size_t room = asking->udp_size == 0 ? 512 : asking->udp_size < MAX_UDP ? asking->udp_size : MAX_UDP;
	const query_t query = query_of(asking);

	assert_int_equal(told->id, asking->id);
	assert_int_equal(told->edns, asking->udp_size > 0);
	assert_int_equal(told->questions, asking->name != NULL);
	if (asking->name != NULL) {
		assert_int_equal(told->question_size, query.name.size);
		assert_memory_equal(told->question, query.raw, query.name.size);
	}
	if (told->edns) {
		assert_int_equal(told->udp_size, MAX_UDP);
		assert_int_equal(told->version, 0);
		assert_int_equal(told->dnssec_ok, asking->dnssec_ok);
	}
	if (!tcp)
		assert_true(size <= room);
}

static void check(const row_t *row, const uint8_t *octets, size_t size)
{
	told_t told;

	message_read(octets, size, &told);
	check_frame(&row->asking, row->tcp, size, &told);
	assert_int_equal(told.flags, row->flags);
	assert_int_equal(told.rcode, row->rcode);
	assert_int_equal(told.answers, row->answers);
	assert_int_equal(told.authorities, 0);
	assert_string_equal(told.errors, row->errors);
}

static size_t reply_cached(fixture_t *f, const query_t *query, const client_t *client, const cache_answer_t *answer,
			   uint8_t *out)
{
	const cache_key_t key = { .name = query->name.octets, .name_size = query->name.size, .type = query->type };
	cache_found_t found;
	size_t size = 0;

	cache_thread_begin();
	assert_int_equal(reply_from_cache(&f->context, query, client, f->cache, NOW, out, &found), 0);
	assert_true(answer->failure ? cache_put_failure(f->cache, &key, answer, NOW)
				    : cache_put(f->cache, &key, answer, 300, NOW));
	size = reply_from_cache(&f->context, query, client, f->cache, NOW, out, &found);
	assert_int_equal(found.failure, answer->failure);
	assert_int_equal(found.security, answer->security);
	cache_thread_end();
	return size;
}

static void replies(void **state)
{
	const row_t *row = *state;
	const client_t *client = row->tcp ? &tcp_client : &udp_client;
	const query_t query = query_of(&row->asking);
	uint8_t *out = malloc(row->tcp ? REPLY_MAX : MAX_UDP); /* not one octet more than promised */
	cache_answer_t *answer = answer_of(row->given);
	fixture_t f = begin();

	if (row->source != CACHED)
		check(row, out, reply_from_answer(&f.context, &query, client, answer, out));
	if (row->source != FRESH)
		check(row, out, reply_cached(&f, &query, client, answer, out));
	finish(&f);
	free(answer);
	free(out);
}

static void ttl_counts_down_and_ends(void **state)
{
	const asking_t asking = ASK(FLAG_RD, 0, false);
	const query_t query = query_of(&asking);
	cache_answer_t *answer = answer_of(&insecure);
	fixture_t f = begin();
	uint8_t out[MAX_UDP];
	cache_found_t found;
	told_t told;

	(void)state;
	message_read(out, reply_cached(&f, &query, &udp_client, answer, out), &told);
	assert_int_equal(told.ttl, 300);
	cache_thread_begin();
	message_read(out, reply_from_cache(&f.context, &query, &udp_client, f.cache, NOW + 299, out, &found), &told);
	assert_int_equal(told.ttl, 1);
	assert_int_equal(reply_from_cache(&f.context, &query, &udp_client, f.cache, NOW + 300, out, &found), 0);
	cache_thread_end();
	finish(&f);
	free(answer);
}

/* A stale answer says so, beside what it said before, and is as authentic as it was (RFC 8767, 4; RFC 8914, 4.4, 4.20). */
static void stale_answers_say_so(void **state)
{
	static const struct {
		uint8_t rcode;
		uint16_t ede;
		uint8_t security;
		const char *errors;
	} stale_rows[] = {
		{ 0, CACHE_NO_EDE, SECURITY_INSECURE, "3" },
		{ 0, CACHE_NO_EDE, SECURITY_SECURE, "3" },
		{ 3, CACHE_NO_EDE, SECURITY_INSECURE, "19" },
		{ 0, EDE_FORGED_ANSWER, SECURITY_INSECURE, "4=mx 3" },
	};
	static const cache_stale_t failed = { .most = 3600, .longest = UINT32_MAX, .failed = true };
	const asking_t asking = ASK(FLAG_RD | FLAG_AD, 1232, false);
	const query_t query = query_of(&asking);
	const cache_key_t key = { .name = query.name.octets, .name_size = query.name.size, .type = query.type };

	(void)state;
	for (size_t i = 0; i < sizeof(stale_rows) / sizeof(stale_rows[0]); i++) {
		cache_answer_t *answer = answer_of(&insecure);
		fixture_t f = begin();
		uint8_t out[MAX_UDP];
		cache_found_t found;
		told_t told;

		answer->rcode = stale_rows[i].rcode;
		answer->ede = stale_rows[i].ede;
		answer->ede_text = "mx";
		answer->ede_text_size = stale_rows[i].ede != CACHE_NO_EDE ? 2 : 0;
		answer->security = stale_rows[i].security;
		(void)reply_cached(&f, &query, &udp_client, answer, out);
		cache_thread_begin();
		assert_true(cache_put_stale(f.cache, &key, &failed, NOW + 400));
		message_read(out, reply_from_cache(&f.context, &query, &udp_client, f.cache, NOW + 402, out, &found),
			     &told);
		cache_thread_end();
		assert_true(found.stale);
		assert_string_equal(told.errors, stale_rows[i].errors);
		assert_int_equal(told.rcode, stale_rows[i].rcode);
		assert_int_equal(told.ttl, CACHE_STALE_TTL);
		assert_int_equal((told.flags & FLAG_AD) != 0, stale_rows[i].security == SECURITY_SECURE);
		finish(&f);
		free(answer);
	}
}

/* ---- errors ---- */

typedef struct error_row {
	const char *name;
	asking_t asking;
	unsigned tcp;
	unsigned rcode;
	unsigned ede;
	const char *text;
	unsigned flags;
	unsigned want_rcode;
	const char *errors;
} error_row_t;

static error_row_t error_rows[] = {
	{ "REFUSED with a reason", ASK(FLAG_RD | FLAG_AD, 1232, true), false, 5, EDE_PROHIBITED, "no", REPLY_FLAGS, 5,
	  "18=no" },
	{ "without a text", ASK(FLAG_RD, 1232, true), false, 5, EDE_NOT_SUPPORTED, NULL, REPLY_FLAGS, 5, "21" },
	{ "without an extended error", ASK(FLAG_RD, 1232, true), false, 1, EDE_NONE, NULL, REPLY_FLAGS, 1, "" },
	{ "BADVERS needs both parts of the RCODE", ASK(FLAG_RD, 1232, false), false, 16, EDE_NONE, NULL, REPLY_FLAGS,
	  16, "" },
	{ "an RCODE of 12 bits", ASK(FLAG_RD, 1232, false), false, 0xabc, EDE_NONE, NULL, REPLY_FLAGS, 0xabc, "" },
	{ "which has no form without EDNS", ASK(FLAG_RD, 0, false), false, 16, EDE_NONE, NULL, REPLY_FLAGS, SERVFAIL,
	  "" },
	{ "no extended error without EDNS", ASK(FLAG_RD, 0, false), false, 5, EDE_PROHIBITED, "no", REPLY_FLAGS, 5,
	  "" },
	{ "CD comes back", ASK(FLAG_CD, 1232, false), false, 5, EDE_NONE, NULL, FLAG_QR | FLAG_RA | FLAG_CD, 5, "" },
};

static void reports(void **state)
{
	const error_row_t *row = *state;
	const query_t query = query_of(&row->asking);
	fixture_t f = begin();
	uint8_t out[MAX_UDP];
	told_t told;
	size_t size = reply_error(&f.context, &query, row->tcp ? &tcp_client : &udp_client, row->rcode, row->ede,
				  row->text, out);

	message_read(out, size, &told);
	check_frame(&row->asking, row->tcp, size, &told);
	assert_int_equal(told.flags, row->flags);
	assert_int_equal(told.rcode, row->want_rcode);
	assert_int_equal(told.answers, 0);
	assert_string_equal(told.errors, row->errors);
	finish(&f);
}

static void copies_the_opcode(void **state)
{
	static const uint8_t notify[QUERY_HEADER_SIZE] = { 0x12, 0x34, 0x24, 0x20 }; /* opcode 4, AA, AD */
	query_t query;
	fixture_t f = begin();
	uint8_t out[MAX_UDP];
	told_t told;

	(void)state;
	assert_int_equal(query_read(notify, sizeof(notify), &query), QUERY_NOTIMP);
	message_read(out, reply_error(&f.context, &query, &udp_client, 4, EDE_NONE, NULL, out), &told);
	assert_int_equal(told.flags, FLAG_QR | FLAG_RA | 4 << 11);
	assert_int_equal(told.rcode, 4);
	assert_int_equal(told.questions, 0);
	finish(&f);
}

/* ---- options ---- */

typedef struct option_row {
	const char *name;
	const uint8_t *options;
	size_t options_size;
	int keepalive;
	unsigned cookie_size;
	bool tcp;
} option_row_t;

static option_row_t option_rows[] = {
	{ "no option, none back", NULL, 0, -1, 0, false },
	{ "unknown ones are ignored", OCTETS("\xfd\xe9\0\3abc"), -1, 0, false },
	{ "a cookie", OCTETS(CLIENT_COOKIE), -1, COOKIE_SIZE, false },
	{ "a cookie over TCP", OCTETS(CLIENT_COOKIE), -1, COOKIE_SIZE, true },
	{ "keepalive over TCP", OCTETS(KEEPALIVE_OPTION), KEEPALIVE, 0, true },
	{ "keepalive over UDP is ignored", OCTETS(KEEPALIVE_OPTION), -1, 0, false },
	{ "both", OCTETS(KEEPALIVE_OPTION CLIENT_COOKIE), KEEPALIVE, COOKIE_SIZE, true },
};

static void grants(void **state)
{
	const option_row_t *row = *state;
	const client_t *client = row->tcp ? &tcp_client : &udp_client;
	asking_t asking = ASK(FLAG_RD, 1232, false);
	cache_answer_t *answer = answer_of(&insecure);
	fixture_t f = begin();
	uint8_t *out = malloc(REPLY_MAX);
	query_t query;
	told_t told;

	asking.options = row->options;
	asking.options_size = row->options_size;
	query = query_of(&asking);
	message_read(out, reply_from_answer(&f.context, &query, client, answer, out), &told);
	assert_int_equal(told.answers, 1);
	assert_int_equal(told.keepalive, row->keepalive);
	assert_int_equal(told.cookie_size, row->cookie_size);
	if (row->cookie_size > 0)
		assert_true(cookies_valid(f.cookies, &client->peer, told.cookie, told.cookie_size, f.context.wall));
	f.context.cookies = NULL;
	message_read(out, reply_from_answer(&f.context, &query, client, answer, out), &told);
	assert_int_equal(told.cookie_size, 0);
	finish(&f);
	free(answer);
	free(out);
}

static void cookie_alone_needs_no_question(void **state) /* RFC 7873, 5.4 */
{
	const asking_t asking = { .id = 7,
				  .udp_size = 512,
				  .options = (const uint8_t *)CLIENT_COOKIE,
				  .options_size = sizeof(CLIENT_COOKIE) - 1 };
	const query_t query = query_of(&asking);
	fixture_t f = begin();
	uint8_t out[MAX_UDP];
	told_t told;
	size_t size = reply_error(&f.context, &query, &udp_client, 0, EDE_NONE, NULL, out);

	(void)state;
	message_read(out, size, &told);
	check_frame(&asking, false, size, &told);
	assert_int_equal(told.rcode, 0);
	assert_int_equal(told.cookie_size, COOKIE_SIZE);
	finish(&f);
}

static void any_is_one_hinfo(void **state) /* RFC 8482, 4.2 */
{
	static const uint8_t record[] = "\xc0\14\0\15\0\1\0\0\16\20\0\11\7RFC8482";
	const asking_t asking = {
		.id = 9, .flags = FLAG_RD | FLAG_AD, .name = "eXample", .type = TYPE_ANY, .udp_size = 512
	};
	const query_t query = query_of(&asking);
	fixture_t f = begin();
	uint8_t out[MAX_UDP];
	told_t told;
	size_t size = reply_to_any(&f.context, &query, &udp_client, out);

	(void)state;
	message_read(out, size, &told);
	check_frame(&asking, false, size, &told);
	assert_int_equal(told.flags, REPLY_FLAGS);
	assert_int_equal(told.rcode, 0);
	assert_int_equal(told.answers, 1);
	assert_memory_equal(out + QUERY_HEADER_SIZE + query.name.size + 4, record, sizeof(record));
	finish(&f);
}

#define TIMES_10(text) text text text text text text text text text text

static void longest_name_leaves_room(void **state)
{
	static const char name[] = TIMES_10(TIMES_10("a.")) TIMES_10("a.") TIMES_10("a.") "a.a.a.a.a.a.a";
	asking_t asking = { .id = 9, .flags = FLAG_RD, .name = name, .type = TYPE_A, .udp_size = 512 };
	cache_answer_t *answer = answer_of(&bogus);
	fixture_t f = begin();
	uint8_t *out = malloc(512);
	query_t query;
	told_t told;

	(void)state;
	asking.options = (const uint8_t *)CLIENT_COOKIE;
	asking.options_size = sizeof(CLIENT_COOKIE) - 1;
	query = query_of(&asking);
	assert_int_equal(query.name.size, 255);
	message_read(out, reply_from_answer(&f.context, &query, &udp_client, answer, out), &told);
	assert_int_equal(told.rcode, SERVFAIL);
	assert_int_equal(told.cookie_size, COOKIE_SIZE);
	assert_string_equal(told.errors, "7=expired");
	finish(&f);
	free(answer);
	free(out);
}

#define ADD_ROWS(table, run)                                            \
	for (size_t i = 0; i < sizeof(table) / sizeof((table)[0]); i++) \
		tests[count++] = (struct CMUnitTest){ (table)[i].name, run, NULL, NULL, &(table)[i] };

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(ttl_counts_down_and_ends), cmocka_unit_test(copies_the_opcode),
		cmocka_unit_test(stale_answers_say_so),     cmocka_unit_test(cookie_alone_needs_no_question),
		cmocka_unit_test(any_is_one_hinfo),         cmocka_unit_test(longest_name_leaves_room),
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]), MOST = 100 };
	struct CMUnitTest tests[MOST];
	size_t count = 0;

	ADD_ROWS(rows, replies)
	ADD_ROWS(error_rows, reports)
	ADD_ROWS(option_rows, grants)
	for (size_t i = 0; i < OTHERS; i++)
		tests[count++] = others[i];
	return _cmocka_run_group_tests("reply", tests, count, NULL, NULL);
}
