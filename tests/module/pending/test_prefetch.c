/* test_prefetch.c: renewals, from an answer that is ending to what came of it: with a resolver pool that the test plays itself. How
 * old an answer is the test says when it puts it into the cache; nothing waits for time. */
#include "module/pending/pending.h"
#include "module/pending/prefetch.h"

#include "module/clock.h"

#include "tests/support.h"
#include "validator/name.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TYPE_A = 1, TTL = 300, LEFT = 20, MOST = 32, MAX_QUESTIONS = 32, CLIENT = 7 };

/* ---- the pool ---- */

typedef struct asked {
	resolver_transport_t transport;
	pool_answer_fn *answer;
	void *arg;
	bool open;
} asked_t;

struct pool {
	struct event *wake;
};

static struct fake {
	asked_t asked[MOST];
	unsigned count;
	int wake_fd;
	unsigned answer_which;
	pool_outcome_t answer_what;
	sem_t was_asked;
	sem_t was_answered;
} fake;

static void on_wake(evutil_socket_t fd, short events, void *arg)
{
	asked_t *asked = NULL;
	uint64_t count;

	(void)events;
	(void)arg;
	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	asked = &fake.asked[fake.answer_which];
	assert_true(asked->open);
	asked->open = false;
	asked->answer(asked->arg, &fake.answer_what);
	sem_post(&fake.was_answered);
}

pool_t *pool_new(struct event_base *base, const pool_settings_t *settings, log_t *log)
{
	pool_t *pool = calloc(1, sizeof(*pool));

	(void)settings;
	(void)log;
	assert_non_null(pool);
	pool->wake = event_new(base, fake.wake_fd, EV_READ | EV_PERSIST, on_wake, NULL);
	event_add(pool->wake, NULL);
	return pool;
}

bool pool_settings_copy(pool_settings_t *to, const pool_settings_t *from)
{
	*to = *from;
	return true;
}

void pool_settings_clear(pool_settings_t *settings)
{
	(void)settings;
}

void pool_free(pool_t *pool)
{
	const pool_outcome_t cancelled = { .result = POOL_CANCELLED, .why = "" };

	for (unsigned i = 0; i < fake.count; i++) {
		if (!fake.asked[i].open)
			continue;
		fake.asked[i].open = false;
		fake.asked[i].answer(fake.asked[i].arg, &cancelled);
	}
	event_free(pool->wake);
	free(pool);
}

uint64_t pool_ask(pool_t *pool, const uint8_t *name, size_t name_size, uint16_t type, resolver_transport_t transport,
		  pool_answer_fn *answer, void *arg)
{
	(void)pool;
	(void)name;
	(void)name_size;
	(void)type;
	assert_true(fake.count < MOST);
	fake.asked[fake.count++] = (asked_t){ .transport = transport, .answer = answer, .arg = arg, .open = true };
	sem_post(&fake.was_asked);
	return fake.count;
}

void pool_cancel(pool_t *pool, uint64_t number)
{
	(void)pool;
	fake.asked[number - 1].open = false;
}

bool pool_replace(pool_t *pool, const pool_settings_t *settings, unsigned grace)
{
	(void)pool;
	(void)settings;
	(void)grace;
	return true;
}

void pool_stats(const pool_t *pool, pool_stats_t *stats)
{
	(void)pool;
	*stats = (pool_stats_t){ .ready = 1 };
}

void pool_on_take_over(pool_t *pool, void (*took_over)(void *arg), void *arg)
{
	(void)pool;
	(void)took_over;
	(void)arg;
}

void pool_on_linger(pool_t *pool, pool_linger_fn *linger, void *arg)
{
	(void)pool;
	(void)linger;
	(void)arg;
}

size_t pool_processes(const pool_t *pool, pool_process_t *processes, size_t room)
{
	(void)pool;
	(void)processes;
	(void)room;
	return 0;
}

static void answer_with(unsigned which, const pool_outcome_t *outcome)
{
	const uint64_t one = 1;

	fake.answer_which = which;
	fake.answer_what = *outcome;
	assert_int_equal(write(fake.wake_fd, &one, sizeof(one)), sizeof(one));
	sem_wait(&fake.was_answered);
}

/* example.org A 25.25.0.1, TTL 300 */
static const uint8_t address[] = "\0\0\201\200\0\1\0\1\0\0\0\0\7example\3org\0\0\1\0\1"
				 "\300\14\0\1\0\1\0\0\1\54\0\4\31\31\0\1";

static pool_outcome_t outcome_of(bool second, bool cached)
{
	return (pool_outcome_t){ .result = POOL_ANSWERED,
				 .security = SECURITY_SECURE,
				 .cached = cached,
				 .second = second,
				 .why = "",
				 .packet = address,
				 .size = sizeof(address) - 1 };
}

static const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };
static const pool_outcome_t bogus = { .result = POOL_ANSWERED,
				      .security = SECURITY_BOGUS,
				      .second = true,
				      .why = "signature expired",
				      .packet = address,
				      .size = sizeof(address) - 1 };

/* ---- the client ---- */

static struct {
	unsigned count;
	uint8_t rcode;
	sem_t came;
} sent;

void client_send(const client_t *client, const uint8_t *message, size_t size)
{
	assert_int_equal(client->slot, CLIENT);
	assert_true(size > 3);
	sent.count++;
	sent.rcode = message[3] & 0xf;
	sem_post(&sent.came);
}

/* ---- set-up ---- */

typedef struct fixture {
	cache_t *cache;
	pending_t *pending;
	name_t name;
} fixture_t;

static fixture_t *begin(bool prefetch)
{
	const policy_settings_t policy = { .max_targets = 16 };
	const pending_settings_t settings = { .limits = { .max_ttl = 86400, .negative_max_ttl = 3600 },
					      .policy = policy_new(&policy),
					      .budget = 3600,
					      .prefetch = prefetch,
					      .max_questions = MAX_QUESTIONS,
					      .zone_percent = 100,
					      .client_percent = 100,
					      .max_udp_size = 1232 };
	const witnesses_t nobody = { .log = NULL };
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	memset(&fake, 0, sizeof(fake));
	memset(&sent, 0, sizeof(sent));
	sem_init(&fake.was_asked, 0, 0);
	sem_init(&fake.was_answered, 0, 0);
	sem_init(&sent.came, 0, 0);
	fake.wake_fd = eventfd(0, EFD_CLOEXEC);
	cache_thread_begin();
	f->cache = cache_new(1 << 20);
	f->pending = pending_start(&settings, f->cache, NULL, &nobody);
	assert_non_null(f->pending);
	assert_true(name_from_text("example.org", &f->name));
	return f;
}

static void finish(fixture_t *f)
{
	pending_stop(f->pending);
	cache_free(f->cache);
	cache_thread_end();
	close(fake.wake_fd);
	free(f);
}

static int set_up(void **state)
{
	*state = begin(true);
	return 0;
}

static int tear_down(void **state)
{
	finish(*state);
	return 0;
}

static cache_key_t key_of(const name_t *name)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = TYPE_A };
}

/* An answer of TTL 300, of which so much is left: 25.25.0.9. As this sets the cache's clock back, it comes before renewals. */
static void put(const fixture_t *f, const name_t *name, bool turn, uint32_t left)
{
	static const uint8_t octets[] = "\300\14\0\1\0\1\0\0\1\54\0\4\31\31\0\11";
	static const uint16_t offsets[] = { 6 };
	const cache_key_t key = key_of(name);
	const cache_answer_t answer = { .ede = CACHE_NO_EDE,
					.turn = turn,
					.parts = { { .size = 16, .records = 1 } },
					.octets = octets,
					.ttl_count = 1,
					.ttl_offsets = offsets };

	cache_flush(f->cache, &key);
	assert_true(cache_put(f->cache, &key, &answer, TTL, clock_of_cache() - (TTL - left)));
}

static cache_look_t look(const fixture_t *f)
{
	const cache_key_t key = key_of(&f->name);
	cache_look_t look = { 0 };

	assert_true(cache_look(f->cache, &key, clock_of_cache(), &look));
	return look;
}

static void renew(const fixture_t *f)
{
	pending_renew(f->pending, &f->name, TYPE_A, clock_of_cache());
}

static void submit(const fixture_t *f)
{
	const client_t client = { .slot = CLIENT, .tcp = true };
	query_t query = { .flags = 0x0100, .type = TYPE_A, .class = 1, .has_question = true, .name = f->name };

	memcpy(query.raw, f->name.octets, f->name.size);
	assert_true(pending_submit(f->pending, &query, &client));
	pending_wake(f->pending);
}

/* Waits until the pending thread has read all that was sent to it by now. */
static void on_looked(void *arg, const pending_state_t *state)
{
	(void)state;
	sem_post(arg);
}

static void wait_read(const fixture_t *f)
{
	sem_t read;

	sem_init(&read, 0, 0);
	assert_true(pending_look(f->pending, on_looked, &read));
	sem_wait(&read);
	sem_destroy(&read);
}

static void expect_counts(const fixture_t *f, unsigned asked, unsigned afresh, unsigned renewed, unsigned failed,
			  unsigned dropped)
{
	pending_stats_t stats;

	pending_stats(f->pending, &stats);
	assert_int_equal(stats.prefetch.counts[PREFETCH_ASKED], asked);
	assert_int_equal(stats.prefetch.counts[PREFETCH_AFRESH], afresh);
	assert_int_equal(stats.prefetch.counts[PREFETCH_RENEWED], renewed);
	assert_int_equal(stats.prefetch.counts[PREFETCH_FAILED], failed);
	assert_int_equal(stats.prefetch.counts[PREFETCH_DROPPED], dropped);
}

/* ---- what is asked ---- */

static void asks_the_other_context(void **state)
{
	const fixture_t *f = *state;

	for (unsigned turn = 0; turn < 2; turn++) {
		const pool_outcome_t outcome = outcome_of(turn == 0, false);

		put(f, &f->name, turn == 1, LEFT);
		renew(f);
		sem_wait(&fake.was_asked);
		assert_int_equal(fake.asked[turn].transport, turn == 0 ? RESOLVER_UDP_SECOND : RESOLVER_UDP);
		answer_with(turn, &outcome);
		assert_int_equal(look(f).turn, turn == 0);
		assert_true(look(f).left > TTL - LEFT);
	}
	expect_counts(f, 2, 0, 2, 0, 0);
	assert_int_equal(sent.count, 0);
}

static void asks_once(void **state)
{
	const pool_outcome_t outcome = outcome_of(true, false);
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	for (unsigned i = 0; i < 10; i++)
		renew(f);
	sem_wait(&fake.was_asked);
	for (unsigned i = 0; i < 10; i++)
		renew(f);
	wait_read(f);
	assert_int_equal(fake.count, 1);
	answer_with(0, &outcome);
	renew(f); /* it is young */
	wait_read(f);
	assert_int_equal(fake.count, 1);
	expect_counts(f, 1, 0, 1, 0, 0);
}

static void asks_nothing_that_is_not_ending(void **state)
{
	const fixture_t *f = *state;

	renew(f); /* nothing is there */
	put(f, &f->name, false, TTL / 2);
	renew(f);
	wait_read(f);
	assert_int_equal(fake.count, 0);
	expect_counts(f, 0, 0, 0, 0, 0);
}

static void asks_nothing_when_it_is_off(void **state)
{
	fixture_t *f = begin(false);

	(void)state;
	put(f, &f->name, false, LEFT);
	renew(f);
	wait_read(f);
	assert_int_equal(fake.count, 0);
	expect_counts(f, 0, 0, 0, 0, 0);
	finish(f);
}

static name_t numbered(unsigned number)
{
	char text[32];
	name_t name;

	snprintf(text, sizeof(text), "n%u.example.org", number);
	assert_true(name_from_text(text, &name));
	return name;
}

/* What finds no room is not claimed, and so it is asked for when there is. */
static void takes_its_share_alone(void **state)
{
	const pool_outcome_t outcome = outcome_of(true, false);
	const fixture_t *f = *state;

	for (unsigned i = 0; i < 2 * MAX_QUESTIONS / PREFETCH_SHARE; i++) {
		const name_t name = numbered(i);

		put(f, &name, false, LEFT);
	}
	for (unsigned i = 0; i < 2 * MAX_QUESTIONS / PREFETCH_SHARE; i++) {
		const name_t name = numbered(i);

		pending_renew(f->pending, &name, TYPE_A, clock_of_cache());
	}
	wait_read(f);
	expect_counts(f, MAX_QUESTIONS / PREFETCH_SHARE, 0, 0, 0, 0);
	assert_int_equal(fake.count, MAX_QUESTIONS / PREFETCH_SHARE);
	answer_with(0, &outcome);
	for (unsigned i = 0; i < 2 * MAX_QUESTIONS / PREFETCH_SHARE; i++) {
		const name_t name = numbered(i);

		pending_renew(f->pending, &name, TYPE_A, clock_of_cache());
	}
	wait_read(f);
	assert_int_equal(fake.count, MAX_QUESTIONS / PREFETCH_SHARE + 1);
}

static void told_nothing(void *arg, const resolution_t *resolution, const verdict_t *verdict, uint32_t took)
{
	(void)arg;
	(void)resolution;
	(void)verdict;
	(void)took;
}

static void stands_back_when_there_is_much_to_do(void **state)
{
	const fixture_t *f = *state;

	for (unsigned i = 0; i < MAX_QUESTIONS / PREFETCH_BUSY_SHARE; i++) {
		const name_t name = numbered(i);

		assert_true(pending_ask(f->pending, &name, TYPE_A, false, told_nothing, NULL));
	}
	wait_read(f);
	put(f, &f->name, false, LEFT);
	renew(f);
	wait_read(f);
	assert_int_equal(fake.count, MAX_QUESTIONS / PREFETCH_BUSY_SHARE);
	expect_counts(f, 0, 0, 0, 0, 1);
}

/* Somebody else asks the same already. */
static void does_not_ask_twice(void **state)
{
	const fixture_t *f = *state;

	assert_true(pending_ask(f->pending, &f->name, TYPE_A, false, told_nothing, NULL));
	wait_read(f);
	put(f, &f->name, false, LEFT);
	renew(f);
	wait_read(f);
	assert_int_equal(fake.count, 1);
	expect_counts(f, 0, 0, 0, 0, 1);
}

/* ---- what comes of it ---- */

static void nobody_answers(void **state)
{
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	renew(f);
	sem_wait(&fake.was_asked);
	answer_with(0, &lost);
	assert_false(look(f).failure || look(f).stale || look(f).turn);
	assert_true(look(f).left > 0 && look(f).left <= LEFT);
	expect_counts(f, 1, 0, 0, 1, 0);
}

static void what_is_bogus_takes_effect(void **state)
{
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	renew(f);
	sem_wait(&fake.was_asked);
	answer_with(0, &bogus);
	assert_true(look(f).failure);
	expect_counts(f, 1, 0, 1, 0, 0);
}

/* The other context had it: a fresh one is asked. Both lasting ones have older copies then, and the turn stays. */
static void goes_past_what_is_cached(void **state)
{
	const pool_outcome_t cached = outcome_of(true, true);
	const pool_outcome_t fresh = outcome_of(false, false);
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	renew(f);
	sem_wait(&fake.was_asked);
	answer_with(0, &cached);
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.asked[1].transport, RESOLVER_UDP_FRESH);
	assert_true(look(f).left <= LEFT); /* it was not used */
	answer_with(1, &fresh);
	assert_true(look(f).left > LEFT);
	assert_false(look(f).turn);
	expect_counts(f, 1, 1, 1, 0, 0);
}

static void gives_up_what_is_always_cached(void **state)
{
	const pool_outcome_t cached = outcome_of(true, true);
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	renew(f);
	sem_wait(&fake.was_asked);
	answer_with(0, &cached);
	sem_wait(&fake.was_asked);
	answer_with(1, &cached);
	assert_true(look(f).left <= LEFT);
	assert_int_equal(fake.count, 2);
	expect_counts(f, 1, 1, 0, 1, 0);
}

/* Who comes while it is asked, because it has ended or was flushed, waits for it, and gets what comes of it. */
static void clients_join_it(void **state)
{
	static const struct {
		const pool_outcome_t *outcome;
		uint8_t rcode;
	} cases[] = { { &lost, 2 }, { &bogus, 2 }, { NULL, 0 } };
	const pool_outcome_t cached = outcome_of(true, true); /* is good enough for somebody who waits */
	const fixture_t *f = *state;
	const cache_key_t key = key_of(&f->name);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(f, &f->name, false, LEFT);
		renew(f);
		sem_wait(&fake.was_asked);
		cache_flush(f->cache, &key);
		submit(f);
		wait_read(f);
		assert_int_equal(fake.count, i + 1);
		answer_with(i, cases[i].outcome != NULL ? cases[i].outcome : &cached);
		sem_wait(&sent.came);
		assert_int_equal(sent.rcode, cases[i].rcode);
		assert_int_equal(look(f).failure, cases[i].rcode != 0);
	}
	expect_counts(f, 3, 0, 2, 1, 0);
}

static void stops_while_it_is_asked(void **state)
{
	const fixture_t *f = *state;

	put(f, &f->name, false, LEFT);
	renew(f);
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.count, 1);
}

/* ---- judging alone ---- */

struct row {
	const char *name;
	/* what is there: */
	bool negative;
	uint8_t rcode;
	uint32_t left;
	/* what came: */
	bool fresh;
	bool cached;
	bool nothing;
	uint8_t came_rcode;
	uint32_t ttl;
	prefetch_outcome_t want;
};

static const struct row rows[] = {
	{ "an answer", false, 0, LEFT, false, false, false, 0, 300, PREFETCH_RENEWED },
	{ "an answer of no time", false, 0, LEFT, false, false, false, 0, 0, PREFETCH_RENEWED },
	{ "a cached answer", false, 0, LEFT, false, true, false, 0, 300, PREFETCH_AFRESH },
	{ "a cached answer from a fresh context", false, 0, LEFT, true, true, false, 0, 300, PREFETCH_FAILED },
	{ "cached, though there are none any more", false, 0, LEFT, false, true, true, 0, 300, PREFETCH_AFRESH },
	{ "the same denial for longer", true, 3, LEFT, false, true, true, 3, 300, PREFETCH_RENEWED },
	{ "the same denial for shorter", true, 3, LEFT, false, true, true, 3, 5, PREFETCH_AFRESH },
	{ "another denial", true, 0, LEFT, false, true, true, 3, 300, PREFETCH_AFRESH },
	{ "cached data in place of a denial", true, 0, LEFT, false, true, false, 0, 300, PREFETCH_AFRESH },
	{ "cached, and renewed meanwhile", false, 0, 290, false, true, false, 0, 300, PREFETCH_DROPPED },
	{ "cached, and ended meanwhile", false, 0, 0, false, true, false, 0, 300, PREFETCH_DROPPED },
};

static void judges(void **state)
{
	const struct row *row = *state;
	const uint64_t born = clock_of_cache() - (TTL - row->left);
	const cache_answer_t there = { .rcode = row->rcode,
				       .ede = CACHE_NO_EDE,
				       .parts = { { .size = row->negative ? 0 : 1, .records = !row->negative } },
				       .octets = (const uint8_t *)"x" };
	const resolution_t came = { .answer = { .rcode = row->came_rcode, .parts = { { .records = !row->nothing } } },
				    .cached = row->cached,
				    .ttl = row->ttl };
	question_t question = { .type = TYPE_A, .fresh = row->fresh };
	cache_t *cache;

	cache_thread_begin();
	cache = cache_new(1 << 20);
	assert_true(name_from_text("example.org", &question.name));

	const cache_key_t key = key_of(&question.name);

	assert_true(cache_put(cache, &key, &there, TTL, born));
	assert_string_equal(prefetch_name(prefetch_judge(cache, &question, &came, NULL)), prefetch_name(row->want));
	cache_free(cache);
	cache_thread_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest others[] = {
		TEST(asks_the_other_context),
		TEST(asks_once),
		TEST(asks_nothing_that_is_not_ending),
		cmocka_unit_test(asks_nothing_when_it_is_off),
		TEST(takes_its_share_alone),
		TEST(stands_back_when_there_is_much_to_do),
		TEST(does_not_ask_twice),
		TEST(nobody_answers),
		TEST(what_is_bogus_takes_effect),
		TEST(goes_past_what_is_cached),
		TEST(gives_up_what_is_always_cached),
		TEST(clients_join_it),
		TEST(stops_while_it_is_asked),
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]), OTHERS = sizeof(others) / sizeof(others[0]) };
	struct CMUnitTest tests[ROWS + OTHERS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	memcpy(tests + ROWS, others, sizeof(others));
	return _cmocka_run_group_tests("prefetch", tests, ROWS + OTHERS, NULL, NULL);
}
