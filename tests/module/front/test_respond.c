/* test_respond.c: what each kind of message gets, in which order that is decided, and that nothing sent makes us fail. */
#include "module/front/respond.h"

#include "tests/module/front/message.h"
#include "validator/answer.h"

enum { MAX_UDP = 1232, NOW = 1000, NEVER = 1000, LATER = 1001 };

#define COOKIE "\0\12\0\10abcdefgh"

typedef struct row {
	const char *name;
	asking_t asking;
	bool stranger;   /* 192.0.2.1, who may not ask */
	bool too_many;   /* miss() says no */
	uint16_t opcode; /* in place of QUERY */
	unsigned want;   /* an RCODE, NEVER or LATER */
	const char *errors;
	count_t count;
} row_t;

#define CACHED(type_, ...)                                                                        \
	{                                                                                         \
		.id = 1, .name = "cached.example", .type = (type_), .udp_size = 1232, __VA_ARGS__ \
	}
#define OTHER(type_, ...)                                                                        \
	{                                                                                        \
		.id = 1, .name = "other.example", .type = (type_), .udp_size = 1232, __VA_ARGS__ \
	}

static row_t rows[] = {
	{ "a hit", CACHED(TYPE_A, .flags = FLAG_RD), false, false, 0, 0, "", COUNT_HIT },
	{ "a hit without RD", CACHED(TYPE_A, .flags = 0), false, false, 0, 0, "", COUNT_HIT },
	{ "a hit needs no place to wait", CACHED(TYPE_A, .flags = FLAG_RD), false, true, 0, 0, "", COUNT_HIT },
	{ "a miss", OTHER(TYPE_A, .flags = FLAG_RD), false, false, 0, LATER, "", COUNT_MISS },
	{ "a miss without RD", OTHER(TYPE_A, .flags = 0), false, false, 0, 5, "20=not in the cache: ask with RD",
	  COUNT_REFUSED },
	{ "too many wait", OTHER(TYPE_A, .flags = FLAG_RD), false, true, 0, 2, "0=too many questions are waiting",
	  COUNT_MISS },
	{ "a stranger's hit", CACHED(TYPE_A, .flags = FLAG_RD), true, false, 0, 5, "18=your address is not in allow",
	  COUNT_REFUSED },
	{ "a stranger's miss", OTHER(TYPE_A, .flags = FLAG_RD), true, false, 0, 5, "18=your address is not in allow",
	  COUNT_REFUSED },
	{ "a stranger's miss without RD", OTHER(TYPE_A, .flags = 0), true, false, 0, 5,
	  "18=your address is not in allow", COUNT_REFUSED },
	{ "a cookie alone",
	  { .udp_size = 512, .options = (const uint8_t *)COOKIE, .options_size = 12 },
	  false,
	  false,
	  0,
	  0,
	  "",
	  COUNT_HIT },
	{ "a stranger's cookie alone",
	  { .udp_size = 512, .options = (const uint8_t *)COOKIE, .options_size = 12 },
	  true,
	  false,
	  0,
	  5,
	  "18=your address is not in allow",
	  COUNT_REFUSED },
	{ "no question, no cookie", { .udp_size = 512 }, false, false, 0, 1, "", COUNT_MALFORMED },
	{ "ANY", OTHER(TYPE_ANY, .flags = FLAG_RD), false, false, 0, 0, "", COUNT_HIT },
	{ "a stranger's ANY", OTHER(TYPE_ANY, .flags = FLAG_RD), true, false, 0, 5, "18=your address is not in allow",
	  COUNT_REFUSED },
	{ "a response", CACHED(TYPE_A, .flags = FLAG_RD | FLAG_QR), false, false, 0, NEVER, "", COUNT_DROPPED },
	{ "a zone transfer", CACHED(252, .flags = FLAG_RD), false, false, 0, 5,
	  "21=class IN only, and no zone transfer", COUNT_REFUSED },
	{ "an opcode that is not ours", CACHED(TYPE_A, .flags = FLAG_RD), false, false, 5, 4, "", COUNT_REFUSED },
	{ "a malformed option", CACHED(TYPE_A, .options = (const uint8_t *)"\0\12\0\1a", .options_size = 5), false,
	  false, 0, 1, "", COUNT_MALFORMED },
};

typedef struct fixture {
	responder_t responder;
	bool full;
	unsigned missed;
	unsigned ending;
	unsigned hits;
	unsigned hit_rcode;
	security_t hit_security; /* what the cache told of the last one */
	bool hit_from_cache;
} fixture_t;

static bool miss(void *arg, const query_t *query, const client_t *client)
{
	fixture_t *f = arg;

	(void)client;
	f->missed++;
	(void)query;
	return !f->full;
}

static void ending(void *arg, const query_t *query, uint64_t now)
{
	fixture_t *f = arg;

	assert_int_equal(query->type, TYPE_A);
	assert_int_equal(now, f->responder.now);
	f->ending++;
}

static void hit(void *arg, const query_t *query, const client_t *client, unsigned rcode, const cache_found_t *found)
{
	fixture_t *f = arg;

	(void)query;
	assert_false(client->tcp);
	f->hits++;
	f->hit_rcode = rcode;
	f->hit_from_cache = found != NULL;
	f->hit_security = found != NULL ? (security_t)found->security : SECURITY_INSECURE;
}

static void keep_cached_example(cache_t *cache)
{
	static const uint8_t name[] = "\6cached\7example";
	const cache_key_t key = { .name = name, .name_size = sizeof(name), .type = TYPE_A };
	cache_answer_t *answer = message_answer(1, SECURITY_SECURE);

	assert_true(cache_put(cache, &key, answer, 300, NOW));
	free(answer);
}

static fixture_t *begin(void)
{
	conf_prefix_t loopback = { .family = AF_INET, .bits = 8, .address = { 127 } };
	const conf_prefixes_t allow = { .count = 1, .items = &loopback };
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	cache_thread_begin();
	f->responder.acl = acl_new(&allow);
	f->responder.cache = cache_new(16 << 20);
	f->responder.calls.miss = miss;
	f->responder.calls.arg = f;
	f->responder.now = NOW;
	f->responder.reply = (reply_context_t){ .cookies = cookies_new(), .max_udp_size = MAX_UDP };
	assert_non_null(f->responder.acl);
	assert_non_null(f->responder.cache);
	assert_non_null(f->responder.reply.cookies);
	keep_cached_example(f->responder.cache);
	return f;
}

static void finish(fixture_t *f)
{
	free(f->responder.acl);
	cache_free(f->responder.cache);
	cookies_free(f->responder.reply.cookies);
	cache_thread_end();
	free(f);
}

static client_t client_at(in_addr_t address)
{
	client_t client = { .peer.v4 = { .sin_family = AF_INET } };

	client.peer.v4.sin_addr.s_addr = htonl(address);
	return client;
}

static void decides(void **state)
{
	const row_t *row = *state;
	const client_t client = client_at(row->stranger ? 0xc0000201 : INADDR_LOOPBACK);
	uint8_t octets[MESSAGE_QUERY_MAX];
	size_t size = message_write(&row->asking, octets);
	uint8_t *out = malloc(MAX_UDP);
	fixture_t *f = begin();
	size_t reply_size = 0;
	told_t told;

	f->full = row->too_many;
	octets[2] |= (uint8_t)(row->opcode << 3);
	switch (respond(&f->responder, octets, size, &client, out, &reply_size)) {
	case RESPOND_NEVER: assert_int_equal(row->want, NEVER); break;
	case RESPOND_LATER: assert_int_equal(row->want, LATER); break;
	case RESPOND_NOW:
		message_read(out, reply_size, &told);
		assert_int_equal(told.rcode, row->want);
		if (row->opcode == 0) /* of another opcode nothing but the header is read */
			assert_string_equal(told.errors, row->errors);
		break;
	}
	assert_int_equal(f->missed, row->want == LATER || row->want == 2);
	for (count_t what = COUNT_HIT; what < COUNTS; what++)
		assert_int_equal(f->responder.counts[what], what == row->count);
	assert_int_equal(f->responder.counts[COUNT_UDP], 1);
	finish(f);
	free(out);
}

/* A hit on what has little time left is told of until somebody has claimed it; not for who only looks (RD=0), nor of a miss. */
static void tells_what_is_ending(void **state)
{
	static const struct {
		const char *name;
		uint16_t flags;
		uint64_t age;
		unsigned told;
	} cases[] = {
		{ "cached.example", FLAG_RD, 0, 0 },   { "cached.example", FLAG_RD, 269, 0 },
		{ "cached.example", FLAG_RD, 270, 1 }, { "cached.example", 0, 270, 0 },
		{ "cached.example", FLAG_RD, 271, 1 }, { "other.example", FLAG_RD, 271, 0 },
		{ "cached.example", FLAG_RD, 300, 0 },
	};
	static const uint8_t name[] = "\6cached\7example";
	const cache_key_t key = { .name = name, .name_size = sizeof(name), .type = TYPE_A };
	const client_t client = client_at(INADDR_LOOPBACK);
	fixture_t *f = begin();
	uint8_t out[MAX_UDP];

	(void)state;
	for (unsigned pass = 0; pass < 3; pass++) {
		f->responder.calls.ending = pass == 0 ? NULL : ending;
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const asking_t asking = { .id = 1,
						  .name = cases[i].name,
						  .type = TYPE_A,
						  .udp_size = 1232,
						  .flags = cases[i].flags };
			uint8_t octets[MESSAGE_QUERY_MAX];
			const size_t size = message_write(&asking, octets);
			size_t reply_size;

			f->ending = 0;
			f->responder.now = NOW + cases[i].age;
			assert_int_not_equal(respond(&f->responder, octets, size, &client, out, &reply_size),
					     RESPOND_NEVER);
			assert_int_equal(f->ending, pass == 1 ? cases[i].told : 0);
		}
		cache_flush_all(f->responder.cache);
		keep_cached_example(f->responder.cache);
		if (pass == 1)
			assert_true(cache_claim(f->responder.cache, &key, NOW + 270));
	}
	finish(f);
}

/* Who wants to know of hits hears what the cache knew of them; of ANY, which comes from nowhere, it knows nothing. */
static void tells_what_a_hit_was(void **state)
{
	static const struct {
		asking_t asking;
		unsigned hits;
		bool from_cache;
	} cases[] = {
		{ CACHED(TYPE_A, .flags = FLAG_RD), 1, true },
		{ OTHER(TYPE_A, .flags = FLAG_RD), 0, false },
		{ OTHER(TYPE_ANY, .flags = FLAG_RD), 1, false },
	};
	const client_t client = client_at(INADDR_LOOPBACK);
	fixture_t *f = begin();
	uint8_t out[MAX_UDP];

	(void)state;
	f->responder.calls.hit = hit;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t octets[MESSAGE_QUERY_MAX];
		const size_t size = message_write(&cases[i].asking, octets);
		size_t reply_size;

		f->hits = 0;
		f->hit_from_cache = false;
		f->hit_security = SECURITY_INSECURE;
		assert_int_not_equal(respond(&f->responder, octets, size, &client, out, &reply_size), RESPOND_NEVER);
		assert_int_equal(f->hits, cases[i].hits);
		assert_int_equal(f->hit_rcode, 0);
		assert_int_equal(f->hit_from_cache, cases[i].from_cache);
		assert_int_equal(f->hit_security, cases[i].from_cache ? SECURITY_SECURE : SECURITY_INSECURE);
	}
	finish(f);
}

static uint64_t next_random(uint64_t *seed) /* xorshift64 */
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Either random octets, or a good query with a few octets changed, or one cut short. */
static size_t make_garbage(uint64_t *seed, uint8_t octets[MESSAGE_QUERY_MAX])
{
	static const asking_t good =
		CACHED(TYPE_A, .flags = FLAG_RD, .options = (const uint8_t *)COOKIE, .options_size = 12);
	const uint64_t kind = next_random(seed) % 3;
	size_t size = message_write(&good, octets);

	if (kind == 0)
		size = next_random(seed) % 200;
	for (uint64_t i = 0; kind == 0 && i < size; i++)
		octets[i] = (uint8_t)next_random(seed);
	for (uint64_t i = 0; kind == 1 && i < 3; i++)
		octets[next_random(seed) % size] = (uint8_t)next_random(seed);
	return kind == 2 ? next_random(seed) % size : size;
}

static void survives_garbage(void **state)
{
	enum { ROUNDS = 20000 };
	const client_t client = client_at(INADDR_LOOPBACK);
	uint8_t octets[MESSAGE_QUERY_MAX];
	uint8_t *out = malloc(MAX_UDP);
	fixture_t *f = begin();
	uint64_t seed = 0x6d78776172640001;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t size = make_garbage(&seed, octets);
		uint8_t *copy = test_copy(octets, size);
		size_t reply_size = 0;
		told_t told;

		switch (respond(&f->responder, copy, size, &client, out, &reply_size)) {
		case RESPOND_NOW:
			message_read(out, reply_size, &told);
			assert_true(size >= 12 && !(copy[2] & 0x80));
			assert_true(told.flags & FLAG_QR);
			break;
		case RESPOND_LATER: break;
		case RESPOND_NEVER: assert_true(size < 12 || (copy[2] & 0x80)); break;
		}
		free(copy);
	}
	finish(f);
	free(out);
}

static void tick_reads_the_clocks(void **state)
{
	responder_t responder = { .now = 0 };

	(void)state;
	responder_tick(&responder);
	assert_true(responder.now > 0);
	assert_true(responder.reply.wall > 1700000000);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 4];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, decides, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(survives_garbage);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(tick_reads_the_clocks);
	tests[ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(tells_what_is_ending);
	tests[ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(tells_what_a_hit_was);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
