/* test_pending.c: the pending thread with a resolver pool and clients that the test plays itself.
 *
 * The pool below answers when the test says so: fake_answer() hands an outcome to the pending thread through the pool's
 * event. Replies are collected in the order in which they were sent. Nothing waits for time but the budget test. */
#include "module/front/cookie.h"
#include "module/pending/pending.h"

#include "module/clock.h"

#include "tests/support.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TYPE_A = 1, TYPE_MX = 15, MOST = 64, RCODE_SERVFAIL = 2, FLAG_RD = 0x0100 };

/* ---- the pool ---- */

typedef struct asked {
	name_t name;
	uint16_t type;
	resolver_transport_t transport;
	pool_answer_fn *answer;
	void *arg;
	bool open;
	bool cancelled;
} asked_t;

struct pool {
	struct event *wake;
	char config[32];
};

static struct fake {
	pthread_mutex_t lock;
	asked_t asked[MOST];
	unsigned count;
	int wake_fd;
	unsigned answer_which;
	pool_outcome_t answer_what;
	sem_t was_asked;
	sem_t was_answered;
	sem_t was_replaced;
	void (*took_over)(void *arg);
	void *took_over_arg;
	pool_linger_fn *linger;
	void *linger_arg;
	bool take_over; /* on_wake() tells of that, and not of an answer; or of what lingers: */
	const name_t *lingering;
	bool linger_over;
	bool refuse;
	bool refuse_replace;
	char replaced_config[32];
} fake;

static void on_wake(evutil_socket_t fd, short events, void *arg)
{
	uint64_t count;
	asked_t asked;

	(void)events;
	(void)arg;
	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	if (fake.take_over) {
		fake.take_over = false;
		fake.took_over(fake.took_over_arg);
		sem_post(&fake.was_answered);
		return;
	}
	if (fake.lingering != NULL) {
		fake.linger(fake.linger_arg, fake.lingering, fake.linger_over);
		fake.lingering = NULL;
		sem_post(&fake.was_answered);
		return;
	}
	pthread_mutex_lock(&fake.lock);
	asked = fake.asked[fake.answer_which];
	fake.asked[fake.answer_which].open = false;
	pthread_mutex_unlock(&fake.lock);
	assert_true(asked.open);
	asked.answer(asked.arg, &fake.answer_what);
	sem_post(&fake.was_answered);
}

pool_t *pool_new(struct event_base *base, const pool_settings_t *settings, log_t *log)
{
	pool_t *pool = calloc(1, sizeof(*pool));

	(void)log;
	snprintf(pool->config, sizeof(pool->config), "%s", settings->config);
	pool->wake = event_new(base, fake.wake_fd, EV_READ | EV_PERSIST, on_wake, NULL);
	event_add(pool->wake, NULL);
	return pool;
}

bool pool_settings_copy(pool_settings_t *to, const pool_settings_t *from)
{
	*to = *from;
	to->config = strdup(from->config);
	return to->config != NULL;
}

void pool_settings_clear(pool_settings_t *settings)
{
	free((char *)(uintptr_t)settings->config);
}

void pool_free(pool_t *pool)
{
	const pool_outcome_t cancelled = { .result = POOL_CANCELLED, .why = "" };

	for (unsigned i = 0; i < fake.count; i++)
		if (fake.asked[i].open) {
			fake.asked[i].open = false;
			fake.asked[i].answer(fake.asked[i].arg, &cancelled);
		}
	event_free(pool->wake);
	free(pool);
}

uint64_t pool_ask(pool_t *pool, const uint8_t *name, size_t name_size, uint16_t type, resolver_transport_t transport,
		  pool_answer_fn *answer, void *arg)
{
	asked_t *asked = &fake.asked[fake.count];
	uint64_t number = 0;

	(void)pool;
	pthread_mutex_lock(&fake.lock);
	if (!fake.refuse) {
		*asked = (asked_t){ .type = type, .transport = transport, .answer = answer, .arg = arg, .open = true };
		asked->name.size = (uint8_t)name_size;
		memcpy(asked->name.octets, name, name_size);
		number = ++fake.count;
	}
	pthread_mutex_unlock(&fake.lock);
	sem_post(&fake.was_asked);
	return number;
}

void pool_cancel(pool_t *pool, uint64_t number)
{
	(void)pool;
	pthread_mutex_lock(&fake.lock);
	fake.asked[number - 1].open = false;
	fake.asked[number - 1].cancelled = true;
	pthread_mutex_unlock(&fake.lock);
}

bool pool_replace(pool_t *pool, const pool_settings_t *settings, unsigned grace)
{
	bool refuse = fake.refuse_replace; /* the test changes it once it has been told below */

	(void)pool;
	assert_true(grace > 0);
	snprintf(fake.replaced_config, sizeof(fake.replaced_config), "%s", settings->config);
	sem_post(&fake.was_replaced);
	return !refuse;
}

void pool_stats(const pool_t *pool, pool_stats_t *stats)
{
	(void)pool;
	*stats = (pool_stats_t){ .ready = 1 };
}

void pool_on_take_over(pool_t *pool, void (*took_over)(void *arg), void *arg)
{
	(void)pool;
	fake.took_over = took_over;
	fake.took_over_arg = arg;
}

void pool_on_linger(pool_t *pool, pool_linger_fn *linger, void *arg)
{
	(void)pool;
	fake.linger = linger;
	fake.linger_arg = arg;
}

size_t pool_processes(const pool_t *pool, pool_process_t *processes, size_t room)
{
	(void)pool;
	assert_true(room > 0);
	processes[0] = (pool_process_t){ .pid = 4711, .state = POOL_READY, .open = fake.count };
	return 1;
}

static void fake_answer(unsigned which, const pool_outcome_t *outcome)
{
	const uint64_t one = 1;

	fake.answer_which = which;
	fake.answer_what = *outcome;
	assert_int_equal(write(fake.wake_fd, &one, sizeof(one)), sizeof(one));
	sem_wait(&fake.was_answered);
}

static void fake_take_over(void)
{
	const uint64_t one = 1;

	fake.take_over = true;
	assert_int_equal(write(fake.wake_fd, &one, sizeof(one)), sizeof(one));
	sem_wait(&fake.was_answered);
}

static void fake_linger(const name_t *name, bool over)
{
	const uint64_t one = 1;

	fake.lingering = name;
	fake.linger_over = over;
	assert_int_equal(write(fake.wake_fd, &one, sizeof(one)), sizeof(one));
	sem_wait(&fake.was_answered);
}

static void fake_answer_address(unsigned which)
{
	/* example.org A 25.25.0.1, TTL 300 */
	static const uint8_t packet[] = "\0\0\201\200\0\1\0\1\0\0\0\0\7example\3org\0\0\1\0\1"
					"\300\14\0\1\0\1\0\0\1\54\0\4\31\31\0\1";
	const pool_outcome_t outcome = { .result = POOL_ANSWERED,
					 .security = SECURITY_SECURE,
					 .why = "",
					 .packet = packet,
					 .size = sizeof(packet) - 1 };

	fake_answer(which, &outcome);
}

static void fake_answer_mx(unsigned which)
{
	/* example.org MX 10 mx1.example.org, TTL 300 */
	static const uint8_t packet[] = "\0\0\201\200\0\1\0\1\0\0\0\0\7example\3org\0\0\17\0\1"
					"\300\14\0\17\0\1\0\0\1\54\0\10\0\12\3mx1\300\14";
	const pool_outcome_t outcome = { .result = POOL_ANSWERED,
					 .security = SECURITY_SECURE,
					 .why = "",
					 .packet = packet,
					 .size = sizeof(packet) - 1 };

	fake_answer(which, &outcome);
}

/* ---- the clients ---- */

typedef struct sent {
	uint32_t client;
	uint16_t id;
	uint8_t rcode;
	bool ad;
	uint16_t answers;
	uint8_t last_octet;
} sent_t;

static struct {
	pthread_mutex_t lock;
	sent_t items[MOST];
	unsigned count;
	sem_t came;
} sent;

void client_send(const client_t *client, const uint8_t *message, size_t size)
{
	pthread_mutex_lock(&sent.lock);
	assert_true(size >= QUERY_HEADER_SIZE);
	assert_true(sent.count < MOST);
	sent.items[sent.count++] = (sent_t){
		.client = client->slot,
		.id = (uint16_t)(message[0] << 8 | message[1]),
		.rcode = message[3] & 0x0f,
		.ad = (message[3] & 0x20) != 0,
		.answers = (uint16_t)(message[6] << 8 | message[7]),
		.last_octet = message[size - 1],
	};
	pthread_mutex_unlock(&sent.lock);
	sem_post(&sent.came);
}

static query_t query(const char *name, uint16_t type, uint16_t id)
{
	query_t query = {
		.id = id,
		.flags = FLAG_RD | QUERY_FLAG_AD,
		.type = type,
		.class = 1,
		.has_question = true,
		.udp_size = 512,
	};

	assert_true(name_from_text(name, &query.name));
	memcpy(query.raw, query.name.octets, query.name.size);
	return query;
}

static bool submit_type(pending_t *pending, const char *name, uint16_t type, uint16_t id)
{
	const query_t asked = query(name, type, id);
	const client_t client = { .slot = id, .tcp = true };

	const bool taken = pending_submit(pending, &asked, &client);

	pending_wake(pending);
	return taken;
}

static bool submit(pending_t *pending, const char *name, uint16_t id)
{
	return submit_type(pending, name, TYPE_A, id);
}

/* ---- set-up ---- */

static const pending_settings_t usual = {
	.pool = { .config = "first", .anchor_dir = "/nowhere", .processes = 1 },
	.limits = { .max_ttl = 86400, .negative_max_ttl = 3600 },
	.budget = 3600, /* no test but one waits for it */
	.max_questions = 4,
	.zone_percent = 100,
	.client_percent = 100,
	.max_udp_size = 1232,
	.keepalive = 100,
	.corroborate_ms = 3600000, /* no test waits for these either */
	.target_ms = 3600000,
};

typedef struct fixture {
	cache_t *cache;
	cookies_t *cookies;
	pending_t *pending;
} fixture_t;

static policy_t *policy(void)
{
	const policy_settings_t settings = { .corroborate = true, .max_targets = 16 };

	return policy_new(&settings);
}

static fixture_t *fixture_new(const pending_settings_t *settings)
{
	fixture_t *fixture = calloc(1, sizeof(*fixture));
	const witnesses_t nobody = { .log = NULL };
	pending_settings_t with_policy = *settings;

	memset(&fake, 0, sizeof(fake));
	memset(&sent, 0, sizeof(sent));
	pthread_mutex_init(&fake.lock, NULL);
	pthread_mutex_init(&sent.lock, NULL);
	sem_init(&fake.was_asked, 0, 0);
	sem_init(&fake.was_answered, 0, 0);
	sem_init(&fake.was_replaced, 0, 0);
	sem_init(&sent.came, 0, 0);
	fake.wake_fd = eventfd(0, EFD_CLOEXEC);
	fixture->cache = cache_new(1 << 20);
	fixture->cookies = cookies_new();
	with_policy.policy = policy();
	fixture->pending = pending_start(&with_policy, fixture->cache, fixture->cookies, &nobody);
	assert_non_null(fixture->pending);
	return fixture;
}

static int set_up(void **state)
{
	*state = fixture_new(&usual);
	return 0;
}

static void fixture_free(fixture_t *fixture)
{
	if (fixture->pending != NULL)
		pending_stop(fixture->pending);
	cache_free(fixture->cache);
	cookies_free(fixture->cookies);
	close(fake.wake_fd);
	free(fixture);
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

/* ---- tests ---- */

static void is_ready_with_its_pool(void **state)
{
	const fixture_t *fixture = *state;

	assert_true(pending_wait_ready(fixture->pending, 60000));
	assert_true(pending_wait_ready(fixture->pending, 60000)); /* and stays so */
}

static void answers_and_caches(void **state)
{
	const fixture_t *fixture = *state;
	pending_stats_t stats;

	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	fake_answer_address(0);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].client, 1);
	assert_int_equal(sent.items[0].id, 1);
	assert_int_equal(sent.items[0].answers, 1);
	assert_true(sent.items[0].ad);
	/* The second one meets the answer in the cache: nobody is asked again. */
	assert_true(submit(fixture->pending, "example.org", 2));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[1].id, 2);
	assert_int_equal(sent.items[1].answers, 1);
	assert_int_equal(fake.count, 1);
	pending_stats(fixture->pending, &stats);
	assert_int_equal(stats.resolved, 1);
}

static void joins_identical_questions(void **state)
{
	const fixture_t *fixture = *state;

	for (uint16_t id = 1; id <= 5; id++)
		assert_true(submit(fixture->pending, "example.org", id));
	assert_true(submit(fixture->pending, "example.net", 6));
	sem_wait(&fake.was_asked);
	sem_wait(&fake.was_asked); /* the sixth was taken, so the five before it are in */
	assert_int_equal(fake.count, 2);
	fake_answer_address(0);
	for (unsigned i = 0; i < 5; i++) {
		sem_wait(&sent.came);
		assert_int_equal(sent.items[i].id, i + 1); /* first come, first served */
		assert_int_equal(sent.items[i].answers, 1);
	}
}

/* TTL 0: everybody who waits gets it, and nobody after them (RFC 1035, 3.2.1; RFC 2181, 8). */
static void uses_an_answer_of_no_time_once(void **state)
{
	/* example.org A 25.25.0.1, TTL 0 */
	static const uint8_t packet[] = "\0\0\201\200\0\1\0\1\0\0\0\0\7example\3org\0\0\1\0\1"
					"\300\14\0\1\0\1\0\0\0\0\0\4\31\31\0\1";
	const pool_outcome_t outcome = {
		.result = POOL_ANSWERED, .why = "", .packet = packet, .size = sizeof(packet) - 1
	};
	const fixture_t *fixture = *state;

	for (uint16_t id = 1; id <= 3; id++)
		assert_true(submit(fixture->pending, "example.org", id));
	assert_true(submit(fixture->pending, "example.net", 4));
	sem_wait(&fake.was_asked);
	sem_wait(&fake.was_asked); /* all were taken */
	fake_answer(0, &outcome);
	for (unsigned i = 0; i < 3; i++) {
		sem_wait(&sent.came);
		assert_int_equal(sent.items[i].id, i + 1);
		assert_int_equal(sent.items[i].answers, 1);
	}
	assert_int_equal(fake.count, 2);
	assert_true(submit(fixture->pending, "example.org", 5));
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.count, 3);
}

static void turns_away_what_is_too_much(void **state)
{
	const fixture_t *fixture = *state;
	const char *names[] = { "a.example", "b.example", "c.example", "d.example" };
	pending_stats_t stats;

	for (uint16_t i = 0; i < 4; i++) {
		assert_true(submit(fixture->pending, names[i], i));
		sem_wait(&fake.was_asked);
	}
	assert_true(submit(fixture->pending, "e.example", 5));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].id, 5);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	do { /* its place is free a moment after its reply */
		sched_yield();
		pending_stats(fixture->pending, &stats);
	} while (stats.clients != 4);
	/* The four known questions still take clients, up to four each in all. */
	for (uint16_t i = 0; i < 12; i++)
		assert_true(submit(fixture->pending, "a.example", (uint16_t)(10 + i)));
	assert_false(submit(fixture->pending, "a.example", 99));
	pending_stats(fixture->pending, &stats);
	assert_int_equal(stats.turned_away, 2);
	assert_int_equal(stats.clients, 16);
}

static void bogus_is_servfail_and_stays_so(void **state)
{
	const fixture_t *fixture = *state;
	const pool_outcome_t bogus = { .result = POOL_ANSWERED,
				       .security = SECURITY_BOGUS,
				       .why = "signature expired" };

	assert_true(submit(fixture->pending, "bad.example", 1));
	sem_wait(&fake.was_asked);
	fake_answer(0, &bogus);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	assert_true(submit(fixture->pending, "bad.example", 2));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[1].rcode, RCODE_SERVFAIL);
	assert_int_equal(fake.count, 1); /* RFC 9520 */
}

static void lost_is_servfail(void **state)
{
	const fixture_t *fixture = *state;
	const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };

	assert_true(submit(fixture->pending, "deadly.example", 1));
	sem_wait(&fake.was_asked);
	fake_answer(0, &lost);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
}

static void refused_by_the_pool_is_servfail(void **state)
{
	const fixture_t *fixture = *state;

	fake.refuse = true;
	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
}

static void stops_with_questions_open(void **state)
{
	fixture_t *fixture = *state;

	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	pending_stop(fixture->pending);
	fixture->pending = NULL;
	assert_int_equal(sent.count, 0);
}

static void reload_replaces_the_processes(void **state)
{
	const fixture_t *fixture = *state;
	pending_settings_t second = usual;

	second.pool.config = "second";
	second.pool.anchor_dir = NULL;
	second.policy = policy();
	assert_true(pending_reload(fixture->pending, &second));
	sem_wait(&fake.was_replaced);
	assert_string_equal(fake.replaced_config, "second");
	fake.refuse_replace = true;
	second.policy = policy();
	assert_true(pending_reload(fixture->pending, &second));
	sem_wait(&fake.was_replaced);
	assert_true(submit(fixture->pending, "example.org", 1)); /* goes on */
	sem_wait(&fake.was_asked);
}

/* A secure MX answer is sent once its exchange was looked up, whatever comes of that. */
static void judges_mx(void **state)
{
	const fixture_t *fixture = *state;
	const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };

	assert_true(submit_type(fixture->pending, "example.org", TYPE_MX, 1));
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.asked[0].type, TYPE_MX);
	sem_wait(&fake.was_asked); /* over TCP, in vain: it is secure */
	fake_answer_mx(0);
	for (unsigned i = 0; i < 3; i++)
		sem_wait(&fake.was_asked); /* A, AAAA and TLSA of mx1.example.org */
	assert_int_equal(sent.count, 0);
	fake_answer(2, &lost);
	fake_answer(3, &lost);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].answers, 1);
	assert_true(sent.items[0].ad);
}

/* ---- parts of the server ask ---- */

typedef struct told {
	sem_t came;
	unsigned times;
	bool stopped;
	bool failure;
	bool judged;
	uint16_t records;
	uint16_t ede;
} told_t;

static void on_told(void *arg, const resolution_t *resolution, const verdict_t *verdict, uint32_t took)
{
	told_t *told = arg;

	assert_true(took < usual.budget * 1000);
	told->times++;
	told->stopped = resolution == NULL;
	told->judged = verdict != NULL;
	if (resolution != NULL) {
		told->failure = resolution->answer.failure;
		told->records = resolution->answer.parts[0].records;
		told->ede = resolution->answer.ede;
	}
	sem_post(&told->came);
}

static bool ask(pending_t *pending, const char *text, uint16_t type, bool fresh, told_t *told)
{
	name_t name;

	*told = (told_t){ 0 };
	sem_init(&told->came, 0, 0);
	assert_true(name_from_text(text, &name));
	return pending_ask(pending, &name, type, fresh, on_told, told);
}

static void tells_a_part_of_the_server(void **state)
{
	const fixture_t *fixture = *state;
	const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };
	told_t told;

	assert_true(ask(fixture->pending, "example.org", TYPE_MX, false, &told));
	sem_wait(&fake.was_asked);
	sem_wait(&fake.was_asked); /* over TCP */
	fake_answer_mx(0);
	for (unsigned i = 0; i < 3; i++)
		sem_wait(&fake.was_asked);
	fake_answer(2, &lost);
	fake_answer(3, &lost);
	sem_wait(&told.came);
	assert_true(told.judged);
	assert_false(told.failure);
	assert_int_equal(told.records, 1);
	/* What it learned is in the cache: a client has it at once. */
	assert_true(submit_type(fixture->pending, "example.org", TYPE_MX, 1));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].answers, 1);
	assert_int_equal(fake.count, 5);
	assert_int_equal(told.times, 1);
}

/* Whoever asks from inside wants to know what is so now. */
static void asks_anew_what_is_cached(void **state)
{
	const fixture_t *fixture = *state;
	told_t told;

	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	fake_answer_address(0);
	sem_wait(&sent.came);
	assert_true(ask(fixture->pending, "example.org", TYPE_A, false, &told));
	sem_wait(&fake.was_asked);
	fake_answer_address(1);
	sem_wait(&told.came);
	assert_int_equal(told.records, 1);
	assert_false(told.judged);
}

static void joins_what_is_fresh_enough(void **state)
{
	const fixture_t *fixture = *state;
	told_t fresh, usual_one;

	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	assert_true(ask(fixture->pending, "example.org", TYPE_A, false, &usual_one)); /* joins the client's */
	assert_true(ask(fixture->pending, "example.org", TYPE_A, true, &fresh));      /* does not */
	sem_wait(&fake.was_asked);
	assert_true(submit(fixture->pending, "example.org", 2)); /* joins the fresh one */
	assert_true(submit(fixture->pending, "example.net", 3));
	sem_wait(&fake.was_asked); /* all before it were taken */
	fake_answer_address(0);
	sem_wait(&sent.came);
	sem_wait(&usual_one.came);
	assert_int_equal(sent.items[0].id, 1);
	assert_int_equal(fresh.times, 0);
	fake_answer_address(1);
	sem_wait(&fresh.came);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[1].id, 2);
	assert_int_equal(fake.count, 3);
	assert_int_equal(fake.asked[0].transport, RESOLVER_UDP);
	assert_int_equal(fake.asked[1].transport, RESOLVER_UDP_FRESH);
}

static void tells_who_was_turned_away(void **state)
{
	const fixture_t *fixture = *state;
	const char *names[] = { "a.example", "b.example", "c.example", "d.example" };
	told_t told;

	for (uint16_t i = 0; i < 4; i++) {
		assert_true(submit(fixture->pending, names[i], i));
		sem_wait(&fake.was_asked);
	}
	assert_true(ask(fixture->pending, "e.example", TYPE_MX, true, &told));
	sem_wait(&told.came);
	assert_true(told.failure);
	assert_int_equal(told.ede, EDE_OTHER);
}

static void tells_that_it_stops(void **state)
{
	fixture_t *fixture = *state;
	told_t told;

	assert_true(ask(fixture->pending, "example.org", TYPE_A, true, &told));
	sem_wait(&fake.was_asked);
	pending_stop(fixture->pending);
	fixture->pending = NULL;
	assert_int_equal(told.times, 1);
	assert_true(told.stopped);
}

static void budget_ends_a_question(void **state)
{
	pending_settings_t hasty = usual;
	fixture_t *fixture = NULL;
	pending_stats_t stats;

	(void)state;
	hasty.budget = 0;
	fixture = fixture_new(&hasty);
	assert_true(submit(fixture->pending, "slow.example", 1));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	pending_stats(fixture->pending, &stats);
	assert_int_equal(stats.timed_out, 1);
	fixture_free(fixture);
	assert_true(fake.asked[0].cancelled); /* the reply goes first */
}

/* ---- negative trust anchors ---- */

/* An answer that is not validated because an administrator says so, says so itself. */
static void notes_negative_trust_anchors(void **state)
{
	static const uint8_t packet[] = "\0\0\201\200\0\1\0\1\0\0\0\0\7example\3org\0\0\1\0\1"
					"\300\14\0\1\0\1\0\0\1\54\0\4\31\31\0\1";
	const pool_outcome_t insecure = { .result = POOL_ANSWERED,
					  .security = SECURITY_INSECURE,
					  .why = "",
					  .packet = packet,
					  .size = sizeof(packet) - 1 };
	pending_settings_t settings = usual;
	const cache_key_t key = { .name = (const uint8_t *)"\7example\3org", .name_size = 13, .type = TYPE_A };
	fixture_t *fixture = NULL;
	cache_found_t found;
	uint8_t out[512];
	name_t org;

	(void)state;
	assert_true(name_from_text("org", &org));
	settings.insecure = &org;
	settings.insecure_count = 1;
	fixture = fixture_new(&settings);
	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	fake_answer(0, &insecure);
	sem_wait(&sent.came);
	cache_thread_begin();
	assert_int_equal(cache_find(fixture->cache, &key, CACHE_FORM_PLAIN, clock_of_cache(), out, sizeof(out), &found),
			 CACHE_HIT);
	cache_thread_end();
	assert_int_equal(found.ede, EDE_NEGATIVE_TRUST_ANCHOR);
	assert_int_equal(found.ede_text_size, 4);
	assert_memory_equal(found.ede_text, "org.", 4);
	fixture_free(fixture);
}

/* ---- flushes ---- */

typedef struct flushed {
	sem_t came;
	unsigned times;
	bool done;
	size_t dropped;
} flushed_t;

static void on_flushed(void *arg, bool done, size_t dropped)
{
	flushed_t *flushed = arg;

	flushed->times++;
	flushed->done = done;
	flushed->dropped = dropped;
	sem_post(&flushed->came);
}

static flush_what_t flush_of(flush_scope_t scope, const char *text)
{
	flush_what_t what = { .scope = scope, .type = TYPE_A };

	assert_true(name_from_text(text, &what.name));
	return what;
}

/* The answer is gone at once; that it is gone from libunbound, too, is told when new processes have taken over. */
static void flushes_a_name(void **state)
{
	const fixture_t *fixture = *state;
	const flush_what_t what = flush_of(FLUSH_NAME, "example.org");
	flushed_t flushed = { .times = 0 };
	cache_stats_t stats;

	sem_init(&flushed.came, 0, 0);
	assert_true(submit(fixture->pending, "example.org", 1));
	sem_wait(&fake.was_asked);
	fake_answer_address(0);
	sem_wait(&sent.came);
	assert_true(pending_flush(fixture->pending, &what, on_flushed, &flushed));
	sem_wait(&fake.was_replaced);
	cache_stats(fixture->cache, &stats);
	assert_int_equal(stats.entries, 0);
	assert_int_equal(flushed.times, 0);
	fake_take_over();
	sem_wait(&flushed.came);
	assert_true(flushed.done);
	assert_int_equal(flushed.dropped, 1);
	assert_true(submit(fixture->pending, "example.org", 2)); /* has to be asked again */
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.count, 2);
}

/* The second comes while processes start that may have begun before it: those do not count for it. */
static void later_flushes_wait_together(void **state)
{
	const fixture_t *fixture = *state;
	const flush_what_t first = flush_of(FLUSH_ALL, "."), second = flush_of(FLUSH_TYPE, "example.org");
	flushed_t flushed[3] = { { .times = 0 } };

	for (unsigned i = 0; i < 3; i++) {
		sem_init(&flushed[i].came, 0, 0);
		assert_true(pending_flush(fixture->pending, i == 0 ? &first : &second, on_flushed, &flushed[i]));
	}
	sem_wait(&fake.was_replaced);
	fake_take_over();
	sem_wait(&flushed[0].came);
	sem_wait(&fake.was_replaced);
	assert_int_equal(flushed[1].times + flushed[2].times, 0);
	fake_take_over();
	sem_wait(&flushed[1].came);
	sem_wait(&flushed[2].came);
	assert_true(flushed[1].done && flushed[2].done);
	assert_int_equal(sem_trywait(&fake.was_replaced), -1); /* one for both */
}

static void tells_flushes_that_it_stops(void **state)
{
	fixture_t *fixture = *state;
	const flush_what_t what = flush_of(FLUSH_BELOW, "org");
	flushed_t flushed = { .times = 0 };

	sem_init(&flushed.came, 0, 0);
	assert_true(pending_flush(fixture->pending, &what, on_flushed, &flushed));
	sem_wait(&fake.was_replaced);
	pending_stop(fixture->pending);
	fixture->pending = NULL;
	assert_int_equal(flushed.times, 1);
	assert_false(flushed.done);
}

/* ---- a look at the thread ---- */

typedef struct looked {
	sem_t came;
	unsigned questions;
	size_t processes;
	pid_t pid;
	bool stopped;
} looked_t;

static void on_looked(void *arg, const pending_state_t *state)
{
	looked_t *looked = arg;

	looked->stopped = state == NULL;
	if (state != NULL) {
		looked->questions = state->questions;
		looked->processes = state->process_count;
		looked->pid = state->processes[0].pid;
	}
	sem_post(&looked->came);
}

static void shows_how_it_is(void **state)
{
	const fixture_t *fixture = *state;
	looked_t looked = { .questions = 77 };

	sem_init(&looked.came, 0, 0);
	assert_true(submit(fixture->pending, "open.example", 1));
	sem_wait(&fake.was_asked);
	assert_true(pending_look(fixture->pending, on_looked, &looked));
	sem_wait(&looked.came);
	assert_false(looked.stopped);
	assert_int_equal(looked.questions, 1);
	assert_int_equal(looked.processes, 1);
	assert_int_equal(looked.pid, 4711);
}

/* ---- stale answers ---- */

/* An address that ended `age` seconds ago, 25.25.0.9, signed until 1970 if so wished. */
static void put_ended(const fixture_t *fixture, const char *text, uint16_t type, uint64_t age, bool signed_long_ago)
{
	static const uint8_t octets[] = "\300\14\0\1\0\1\0\0\0\1\0\4\31\31\0\11"
					"\300\14\0\56\0\1\0\0\0\1\0\24\0\1\15\2\0\0\0\1"
					"\0\0\0\1\0\0\0\1\0\7\0"; /* RRSIG */
	static const uint16_t offsets[] = { 6, 22 };
	cache_answer_t answer = { .ede = CACHE_NO_EDE,
				  .parts = { { .size = 16, .records = 1 } },
				  .octets = octets,
				  .ttl_count = signed_long_ago ? 2 : 1,
				  .ttl_offsets = offsets };
	name_t name;

	if (signed_long_ago)
		answer.parts[1] = (cache_part_t){ .size = sizeof(octets) - 16, .records = 1 };
	assert_true(name_from_text(text, &name));
	cache_thread_begin();
	assert_true(cache_put(fixture->cache,
			      &(cache_key_t){ .name = name.octets, .name_size = name.size, .type = type }, &answer, 1,
			      clock_of_cache() - age - 1));
	cache_thread_end();
}

static int set_up_stale(void **state)
{
	pending_settings_t settings = usual;

	settings.stale = 86400;
	*state = fixture_new(&settings);
	return 0;
}

static void expect_stale(unsigned item, uint16_t id)
{
	assert_int_equal(sent.items[item].id, id);
	assert_int_equal(sent.items[item].rcode, 0);
	assert_int_equal(sent.items[item].answers, 1);
	assert_int_equal(sent.items[item].last_octet, 9);
}

/* The refresh failed: everybody gets what had ended, without asking again for a while; a part of the server gets the truth. */
static void gives_what_has_ended(void **state)
{
	const fixture_t *fixture = *state;
	const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };
	told_t told;

	put_ended(fixture, "example.org", TYPE_A, 3600, false);
	assert_true(submit(fixture->pending, "example.org", 1));
	assert_true(ask(fixture->pending, "example.org", TYPE_A, false, &told));
	assert_true(submit(fixture->pending, "example.net", 2));
	sem_wait(&fake.was_asked);
	sem_wait(&fake.was_asked); /* all three were taken */
	fake_answer(0, &lost);
	sem_wait(&sent.came);
	sem_wait(&told.came);
	expect_stale(0, 1);
	assert_int_equal(told.records, 0);
	assert_true(submit(fixture->pending, "example.org", 3));
	sem_wait(&sent.came);
	expect_stale(1, 3);
	assert_int_equal(fake.count, 2);
}

struct stale_row {
	const char *name;
	uint16_t type;
	uint64_t age;
	bool signed_long_ago;
	security_t security;
};

static const struct stale_row stale_rows[] = {
	{ "no TLSA", 52, 60, false, SECURITY_INSECURE },
	{ "no TXT", 16, 60, false, SECURITY_INSECURE },
	{ "nothing older than a day", TYPE_A, 86401, false, SECURITY_INSECURE },
	{ "nothing past its signature", TYPE_A, 60, true, SECURITY_INSECURE },
	{ "nothing in place of what is bogus", TYPE_A, 60, false, SECURITY_BOGUS },
};

static void gives_nothing_that_has_ended(void **state)
{
	const struct stale_row *row = *state;
	pending_settings_t settings = usual;
	const pool_outcome_t failed = {
		.result = POOL_ANSWERED, .rcode = RCODE_SERVFAIL, .security = (uint8_t)row->security, .why = "why"
	};
	fixture_t *fixture;

	settings.stale = 86400;
	fixture = fixture_new(&settings);
	put_ended(fixture, "example.org", row->type, row->age, row->signed_long_ago);
	assert_true(submit_type(fixture->pending, "example.org", row->type, 1));
	sem_wait(&fake.was_asked);
	fake_answer(0, &failed);
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	assert_int_equal(sent.items[0].answers, 0);
	fixture_free(fixture);
}

/* The servers take too long: who waits gets what had ended, as does who comes then; what they say in the end counts. */
static void does_not_wait_for_long(void **state)
{
	const fixture_t *fixture = *state;
	told_t told;

	put_ended(fixture, "example.org", TYPE_A, 60, false);
	assert_true(submit(fixture->pending, "example.org", 1));
	assert_true(ask(fixture->pending, "example.org", TYPE_A, false, &told));
	sem_wait(&fake.was_asked);
	sem_wait(&sent.came); /* after STALE_LATE_MS */
	expect_stale(0, 1);
	assert_true(submit(fixture->pending, "example.org", 2));
	sem_wait(&sent.came);
	expect_stale(1, 2);
	assert_int_equal(fake.count, 1);
	assert_int_equal(told.times, 0); /* waits on */
	fake_answer_address(0);
	sem_wait(&told.came);
	assert_int_equal(told.records, 1);
	assert_true(submit(fixture->pending, "example.org", 3));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[2].last_octet, 1);
	assert_int_equal(fake.count, 1);
}

/* Without anything better they wait on. */
static void waits_when_there_is_nothing(void **state)
{
	const fixture_t *fixture = *state;

	put_ended(fixture, "example.org", TYPE_A, 60, false);
	assert_true(submit(fixture->pending, "other.example", 1));
	assert_true(submit(fixture->pending, "example.org", 2));
	sem_wait(&fake.was_asked);
	sem_wait(&fake.was_asked);
	sem_wait(&sent.came); /* the timer of the first went off before this one's */
	expect_stale(0, 2);
	fake_answer(0, &(pool_outcome_t){ .result = POOL_LOST, .why = "" });
	sem_wait(&sent.came);
	assert_int_equal(sent.items[1].id, 1);
	assert_int_equal(sent.items[1].rcode, RCODE_SERVFAIL);
}

/* ---- shares ---- */

/* A zone that has its share does not keep another one from being asked; what it has once had is better than nothing. */
static void a_zone_has_its_share(void **state)
{
	pending_settings_t settings = usual;
	const char *names[] = { "a.slow.example", "b.slow.example" };
	fixture_t *fixture = NULL;
	pending_stats_t stats;
	told_t told;

	(void)state;
	settings.zone_percent = 25;
	settings.stale = 86400;
	fixture = fixture_new(&settings);
	put_ended(fixture, "old.slow.example", TYPE_A, 3600, false);
	assert_true(submit(fixture->pending, names[0], 1));
	sem_wait(&fake.was_asked);
	assert_true(submit(fixture->pending, names[1], 2));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].id, 2);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	assert_true(submit(fixture->pending, "old.slow.example", 3));
	sem_wait(&sent.came);
	expect_stale(1, 3);
	assert_true(ask(fixture->pending, names[1], TYPE_A, false, &told));
	sem_wait(&told.came);
	assert_true(told.failure);
	assert_true(submit(fixture->pending, "quick.example", 4));
	sem_wait(&fake.was_asked);
	assert_int_equal(fake.count, 2);
	pending_stats(fixture->pending, &stats);
	assert_int_equal(stats.turned_away, 3);
	assert_int_equal(stats.turned_away_of[SHARES_ZONE], 3);
	fixture_free(fixture);
}

/* libunbound is still at it: nobody else may ask that zone. */
static void what_lingers_counts(void **state)
{
	pending_settings_t settings = usual;
	fixture_t *fixture = NULL;
	name_t name;

	(void)state;
	settings.max_questions = 16;
	settings.zone_percent = 50;
	fixture = fixture_new(&settings);
	assert_true(name_from_text("gone.slow.example", &name));
	for (unsigned i = 0; i < 8; i++)
		fake_linger(&name, false);
	for (unsigned i = 0; i < SHARES_PROBES; i++) { /* perhaps the servers are back */
		char text[32];

		snprintf(text, sizeof(text), "probe%u.slow.example", i);
		assert_true(submit(fixture->pending, text, (uint16_t)i));
		sem_wait(&fake.was_asked);
	}
	assert_true(submit(fixture->pending, "a.slow.example", 100));
	sem_wait(&sent.came);
	assert_int_equal(sent.items[0].id, 100);
	assert_int_equal(sent.items[0].rcode, RCODE_SERVFAIL);
	for (unsigned i = 0; i < 8; i++)
		fake_linger(&name, true);
	assert_true(submit(fixture->pending, "a.slow.example", 101));
	sem_wait(&fake.was_asked);
	fixture_free(fixture);
}

#define STALE(row)                                                                                                  \
	{                                                                                                           \
		stale_rows[row].name, gives_nothing_that_has_ended, NULL, NULL, (void *)(uintptr_t)&stale_rows[row] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_ready_with_its_pool, set_up, tear_down),
		cmocka_unit_test_setup_teardown(answers_and_caches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(joins_identical_questions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(uses_an_answer_of_no_time_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(turns_away_what_is_too_much, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bogus_is_servfail_and_stays_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lost_is_servfail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_by_the_pool_is_servfail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stops_with_questions_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reload_replaces_the_processes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(judges_mx, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_a_part_of_the_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asks_anew_what_is_cached, set_up, tear_down),
		cmocka_unit_test_setup_teardown(joins_what_is_fresh_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_who_was_turned_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_that_it_stops, set_up, tear_down),
		cmocka_unit_test(notes_negative_trust_anchors),
		cmocka_unit_test_setup_teardown(flushes_a_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(later_flushes_wait_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_flushes_that_it_stops, set_up, tear_down),
		cmocka_unit_test_setup_teardown(shows_how_it_is, set_up, tear_down),
		cmocka_unit_test(budget_ends_a_question),
		cmocka_unit_test(a_zone_has_its_share),
		cmocka_unit_test(what_lingers_counts),
		cmocka_unit_test_setup_teardown(gives_what_has_ended, set_up_stale, tear_down),
		cmocka_unit_test_setup_teardown(does_not_wait_for_long, set_up_stale, tear_down),
		cmocka_unit_test_setup_teardown(waits_when_there_is_nothing, set_up_stale, tear_down),
		STALE(0),
		STALE(1),
		STALE(2),
		STALE(3),
		STALE(4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
