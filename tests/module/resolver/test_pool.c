/* test_pool.c: the pool against processes that answer, die, hang and talk nonsense (fake_resolver.c, whose path is the first
 * argument). Nothing here waits for a time to pass: each test runs the loop until what it waits for has happened. */
#include "module/resolver/pool.h"
#include "module/resolver/proto.h"
#include "tests/support.h"

#include <dirent.h>
#include <event2/event.h>
#include <signal.h>
#include <unistd.h>

enum { PATIENCE = 120, OUTCOMES = 16 }; /* seconds until a test that waits in vain is ended */

static const char *g_program;

typedef struct told {
	unsigned times;
	pool_result_t result;
	int process;
	int security;
	char config[64];
	char why[16];
} told_t;

typedef struct fixture fixture_t;

/* Which of the fixture's outcomes a question fills in. */
typedef struct asked {
	fixture_t *fixture;
	unsigned index;
} asked_t;

struct fixture {
	struct event_base *base;
	pool_t *pool;
	char scratch[32];
	unsigned outcomes;
	told_t told[OUTCOMES];
	asked_t asked[OUTCOMES];
};

static pool_settings_t settings_for(fixture_t *f, const char *config, unsigned processes)
{
	return (pool_settings_t){
		.config = config, .anchor_dir = f->scratch, .program = g_program, .processes = processes
	};
}

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	f->base = event_base_new();
	assert_non_null(f->base);
	for (unsigned i = 0; i < OUTCOMES; i++)
		f->asked[i] = (asked_t){ f, i };
	strcpy(f->scratch, "test-pool-XXXXXX");
	assert_non_null(mkdtemp(f->scratch));
	alarm(PATIENCE);
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *f = *state;
	char path[64];

	if (f->pool != NULL)
		pool_free(f->pool);
	event_base_free(f->base);
	snprintf(path, sizeof(path), "%s/died", f->scratch);
	unlink(path);
	rmdir(f->scratch);
	free(f);
	alarm(0);
	return 0;
}

static void start(fixture_t *f, const char *config, unsigned processes)
{
	const pool_settings_t settings = settings_for(f, config, processes);

	f->pool = pool_new(f->base, &settings, NULL);
	assert_non_null(f->pool);
}

static void on_outcome(void *arg, const pool_outcome_t *outcome)
{
	asked_t *asked = arg;
	fixture_t *f = asked->fixture;
	told_t *told = &f->told[asked->index];

	told->times++;
	told->result = outcome->result;
	told->security = outcome->security;
	snprintf(told->why, sizeof(told->why), "%s", outcome->why);
	if (outcome->size > 0) {
		char packet[100];

		snprintf(packet, sizeof(packet), "%.*s", (int)outcome->size, (const char *)outcome->packet);
		told->process = (int)strtol(packet, NULL, 10);
		snprintf(told->config, sizeof(told->config), "%s", strchr(packet, ' ') + 1);
	}
	f->outcomes++;
}

static size_t make_name(const char *first, const char *zone, uint8_t *name)
{
	size_t size = 0;

	name[size++] = (uint8_t)strlen(first);
	memcpy(name + size, first, strlen(first));
	size += strlen(first);
	name[size++] = (uint8_t)strlen(zone);
	memcpy(name + size, zone, strlen(zone));
	size += strlen(zone);
	memcpy(name + size, "\3org", 5);
	return size + 5;
}

static uint64_t ask_in(fixture_t *f, unsigned index, const char *first, const char *zone)
{
	uint8_t name[255];
	size_t size = make_name(first, zone, name);
	uint64_t number = pool_ask(f->pool, name, size, 15, RESOLVER_UDP, on_outcome, &f->asked[index]);

	assert_int_not_equal(number, 0);
	return number;
}

static uint64_t ask(fixture_t *f, unsigned index, const char *first)
{
	return ask_in(f, index, first, "example");
}

static void run_until_outcomes(fixture_t *f, unsigned outcomes)
{
	while (f->outcomes < outcomes)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(f->outcomes, outcomes);
}

static void run_until_ready(fixture_t *f, unsigned processes)
{
	pool_stats_t stats;

	for (pool_stats(f->pool, &stats); stats.ready < processes; pool_stats(f->pool, &stats))
		event_base_loop(f->base, EVLOOP_ONCE);
}

static unsigned restarts(const fixture_t *f)
{
	pool_stats_t stats;

	pool_stats(f->pool, &stats);
	return (unsigned)stats.restarts;
}

/* ---- questions ---- */

static void answers(void **state)
{
	fixture_t *f = *state;
	pool_stats_t stats;

	start(f, "ok", 1);
	ask(f, 0, "answer");
	assert_int_equal(f->outcomes, 0); /* never from inside pool_ask() */
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_ANSWERED);
	assert_int_equal(f->told[0].security, 2);
	assert_string_equal(f->told[0].why, "why");
	assert_string_equal(f->told[0].config, "ok");
	ask(f, 1, "answer"); /* at once now, and still not from inside */
	assert_int_equal(f->outcomes, 1);
	run_until_outcomes(f, 2);
	pool_stats(f->pool, &stats);
	assert_int_equal(stats.asked, 2);
	assert_int_equal(stats.answered, 2);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(stats.ready, 1);
	assert_int_equal(stats.restarts, 0);
}

static void a_zone_stays_with_a_process(void **state)
{
	fixture_t *f = *state;
	bool others = false;

	start(f, "ok", 4);
	run_until_ready(f, 4);
	for (unsigned i = 0; i < 8; i++) {
		char zone[16];

		snprintf(zone, sizeof(zone), "zone%u", i);
		ask_in(f, 2 * i, "answer", zone);
		ask_in(f, 2 * i + 1, "answer", zone);
	}
	run_until_outcomes(f, 16);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(f->told[2 * i].process, f->told[2 * i + 1].process);
		others = others || f->told[2 * i].process != f->told[0].process;
	}
	assert_true(others);
}

static void a_busy_process_is_relieved(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 2);
	run_until_ready(f, 2);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	for (unsigned i = 0; i < 65; i++) /* BUSY_SLACK, and one */
		ask(f, 2, "silent");
	ask(f, 1, "answer");
	run_until_outcomes(f, 2);
	assert_int_not_equal(f->told[0].process, f->told[1].process);
	pool_free(f->pool);
	f->pool = NULL;
	assert_int_equal(f->told[2].times, 65);
	assert_int_equal(f->told[2].result, POOL_CANCELLED);
}

static void the_root_and_long_names_are_asked(void **state)
{
	fixture_t *f = *state;
	uint8_t name[255] = { 0 };

	start(f, "ok", 2);
	assert_int_not_equal(pool_ask(f->pool, name, 1, 2, RESOLVER_TCP, on_outcome, &f->asked[0]), 0);
	for (size_t at = 0; at < 254; at += 2) { /* 127 labels of one octet */
		name[at] = 1;
		name[at + 1] = 'a';
	}
	assert_int_not_equal(pool_ask(f->pool, name, 255, 2, RESOLVER_UDP, on_outcome, &f->asked[1]), 0);
	ask(f, 2, "answer");
	run_until_outcomes(f, 1); /* the fake answers neither of the others, but understands both: it is still there */
	assert_int_equal(restarts(f), 0);
}

static void waits_for_a_process(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 1);
	for (unsigned i = 0; i < 10; i++)
		ask(f, i, "answer");
	run_until_outcomes(f, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(f->told[i].result, POOL_ANSWERED);
}

static void too_many_are_turned_away(void **state)
{
	fixture_t *f = *state;
	uint8_t name[255];
	size_t size = make_name("silent", "example", name);
	unsigned count = 0;

	start(f, "silent", 1); /* no process gets ready */
	for (; count < POOL_OPEN_MAX; count++)
		ask(f, 0, "silent");
	assert_int_equal(pool_ask(f->pool, name, size, 1, RESOLVER_UDP, on_outcome, NULL), 0);
	pool_free(f->pool);
	f->pool = NULL;
	assert_int_equal(f->told[0].times, POOL_OPEN_MAX);
}

static void a_full_process_gets_no_more(void **state)
{
	fixture_t *f = *state;
	uint64_t number;

	start(f, "ok", 1);
	run_until_ready(f, 1);
	number = ask(f, 0, "silent");
	for (unsigned i = 1; i < PROTO_OPEN_MAX; i++)
		ask(f, 0, "silent");
	ask(f, 1, "answer");
	ask(f, 2, "answer");
	event_base_loop(f->base, EVLOOP_NONBLOCK);
	assert_int_equal(f->outcomes, 0);
	pool_cancel(f->pool, number); /* GONE makes room for one, and its answer for the next */
	run_until_outcomes(f, 2);
	assert_int_equal(f->told[1].times, 1);
	assert_int_equal(f->told[2].times, 1);
	assert_int_equal(restarts(f), 0);
}

typedef struct lingering {
	unsigned begun;
	unsigned over;
} lingering_t;

static void on_linger(void *arg, const name_t *name, bool over)
{
	lingering_t *lingering = arg;

	assert_int_equal(name->octets[0], 6);
	assert_memory_equal(name->octets + 1, "silent", 6);
	*(over ? &lingering->over : &lingering->begun) += 1;
}

/* What a process goes on with is told, and its end, whether the process tells that or ends itself. */
static void tells_what_lingers(void **state)
{
	fixture_t *f = *state;
	lingering_t lingering = { 0 };
	uint64_t numbers[2];

	start(f, "ok", 1);
	pool_on_linger(f->pool, on_linger, &lingering);
	pool_cancel(f->pool, ask(f, 0, "silent")); /* no process has it yet */
	assert_int_equal(lingering.begun, 0);
	run_until_ready(f, 1);
	numbers[0] = ask(f, 0, "silent");
	numbers[1] = ask(f, 0, "silent");
	pool_cancel(f->pool, numbers[0]);
	assert_int_equal(lingering.begun, 1);
	assert_int_equal(lingering.over, 0);
	while (lingering.over == 0)
		event_base_loop(f->base, EVLOOP_ONCE);
	pool_cancel(f->pool, numbers[1]);
	assert_int_equal(lingering.begun, 2);
	pool_free(f->pool);
	f->pool = NULL;
	assert_int_equal(lingering.over, 2);
}

/* A process that never tells the end of what was cancelled is replaced before it keeps others waiting for ever. */
static void a_clogged_process_is_replaced(void **state)
{
	fixture_t *f = *state;

	start(f, "ok deaf", 1);
	run_until_ready(f, 1);
	for (unsigned i = 0; i < PROTO_OPEN_MAX; i++)
		pool_cancel(f->pool, ask(f, 0, "silent"));
	ask(f, 1, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].times, 0);
	assert_int_equal(f->told[1].result, POOL_ANSWERED);
	assert_int_equal(restarts(f), 1);
}

/* ---- cancelling ---- */

static void a_cancelled_question_says_nothing(void **state)
{
	fixture_t *f = *state;
	uint64_t numbers[2];
	pool_stats_t stats;

	start(f, "ok", 1);
	for (unsigned i = 0; i < 2; i++) {
		numbers[i] = ask(f, 0, "silent");
	}
	pool_cancel(f->pool, numbers[0]); /* while it waits for a process */
	run_until_ready(f, 1);
	pool_cancel(f->pool, numbers[1]); /* while a process has it */
	pool_cancel(f->pool, numbers[1]);
	pool_cancel(f->pool, 12345);
	pool_stats(f->pool, &stats);
	assert_int_equal(stats.in_flight, 0);
	ask(f, 1, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].times, 0);
	assert_int_equal(restarts(f), 0);
}

static void a_cancel_may_come_too_late(void **state)
{
	fixture_t *f = *state;
	uint64_t number;

	start(f, "ok late", 1);
	run_until_ready(f, 1);
	number = ask(f, 0, "late");
	pool_cancel(f->pool, number);
	ask(f, 1, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].times, 0);
	assert_int_equal(f->told[1].times, 1);
	assert_int_equal(restarts(f), 0);
}

static void a_cancelled_question_is_not_asked_again(void **state)
{
	fixture_t *f = *state;

	start(f, "ok deaf", 1);
	run_until_ready(f, 1);
	pool_cancel(f->pool, ask(f, 0, "silent"));
	ask(f, 1, "dieonce");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[1].result, POOL_ANSWERED);
	assert_int_equal(f->told[0].times, 0);
}

/* ---- lost processes ---- */

static void asks_again_after_a_loss(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 1);
	ask(f, 0, "silent");
	ask(f, 1, "dieonce");
	ask(f, 2, "answer");
	run_until_outcomes(f, 2);
	assert_int_equal(f->told[1].result, POOL_ANSWERED);
	assert_int_equal(f->told[2].result, POOL_ANSWERED);
	assert_int_equal(f->told[0].times, 0);
	assert_int_equal(restarts(f), 1);
}

static void another_process_takes_over(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 2);
	run_until_ready(f, 2);
	ask(f, 0, "dieonce");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_ANSWERED);
	run_until_ready(f, 2);
}

/* ---- processes that misbehave: the first label makes the fake do it ---- */

struct misdeed {
	const char *label;
	pool_result_t want; /* what the question itself comes to */
};

static const struct misdeed misdeeds[] = {
	{ "die", POOL_LOST },    { "crash", POOL_LOST },   { "short", POOL_LOST },     { "long", POOL_LOST },
	{ "badsec", POOL_LOST }, { "unknown", POOL_LOST }, { "gone", POOL_LOST },      { "ask", POOL_LOST },
	{ "hello", POOL_LOST },  { "pong", POOL_LOST },    { "twice", POOL_ANSWERED }, { "close", POOL_ANSWERED },
};

enum { MISDEEDS = sizeof(misdeeds) / sizeof(misdeeds[0]) };

static fixture_t *fixture_with_pool(void **state, const char *config)
{
	fixture_t *f;

	assert_int_equal(set_up(state), 0);
	f = *state;
	assert_non_null(f);
	start(f, config, 1);
	return f;
}

static void survives(void **state)
{
	const struct misdeed *misdeed = *state;
	void *own = NULL;
	fixture_t *f = fixture_with_pool(&own, "ok");
	const unsigned losses = misdeed->want == POOL_LOST ? 2 : 1;

	ask(f, 0, misdeed->label);
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, misdeed->want);
	while (restarts(f) < losses)
		event_base_loop(f->base, EVLOOP_ONCE);
	ask(f, 1, "answer");
	run_until_outcomes(f, 2);
	assert_int_equal(f->told[1].result, POOL_ANSWERED);
	assert_int_equal(restarts(f), losses);
	tear_down(&own);
}

struct beginning {
	const char *config;
};

static const struct beginning beginnings[] = { { "die" }, { "version" }, { "early" }, { "garbage" } };

enum { BEGINNINGS = sizeof(beginnings) / sizeof(beginnings[0]) };

/* Processes that never get ready are started again and again; questions do not wait for ever. */
static void is_hopeless(void **state)
{
	const struct beginning *beginning = *state;
	void *own = NULL;
	fixture_t *f = fixture_with_pool(&own, beginning->config);

	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_LOST);
	assert_true(restarts(f) >= 3);
	tear_down(&own);
}

static void falls_back(void **state)
{
	fixture_t *f = *state;
	pool_settings_t settings = settings_for(f, "die", 1);

	settings.fallback = "ok without RFC 5011";
	f->pool = pool_new(f->base, &settings, NULL);
	assert_non_null(f->pool);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_ANSWERED);
	assert_string_equal(f->told[0].config, "ok without RFC 5011");
	assert_int_equal(restarts(f), 2);
}

static void a_missing_program_is_hopeless(void **state)
{
	fixture_t *f = *state;
	pool_settings_t settings = settings_for(f, "ok", 1);

	settings.program = "./there-is-no-such-program";
	f->pool = pool_new(f->base, &settings, NULL);
	assert_non_null(f->pool);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_LOST);
}

/* A process that the pool ends is one that the system has to end: it may be stopped. */
static void a_stopped_process_is_replaced(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 1);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_int_equal(kill(f->told[0].process, SIGSTOP), 0);
	ask(f, 1, "answer");
	run_until_outcomes(f, 2);
	assert_int_equal(f->told[1].result, POOL_ANSWERED);
	assert_int_not_equal(f->told[1].process, f->told[0].process);
}

/* ---- new settings ---- */

static void a_new_generation_takes_over(void **state)
{
	fixture_t *f = *state;
	const pool_settings_t second = settings_for(f, "ok two", 2);

	start(f, "ok one", 1);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_string_equal(f->told[0].config, "ok one");
	assert_true(pool_replace(f->pool, &second, 10));
	ask(f, 1, "answer"); /* the old one answers as long as the new ones are not ready */
	run_until_outcomes(f, 2);
	assert_string_equal(f->told[1].config, "ok one");
	run_until_ready(f, 2);
	ask(f, 2, "answer");
	run_until_outcomes(f, 3);
	assert_string_equal(f->told[2].config, "ok two");
	while (kill(f->told[0].process, 0) == 0) /* the old one ends by itself, and is reaped */
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(restarts(f), 0);
}

static void what_is_late_moves_on(void **state)
{
	fixture_t *f = *state;
	const pool_settings_t second = settings_for(f, "ok two", 1);

	start(f, "ok one", 1);
	run_until_ready(f, 1);
	ask(f, 0, "patient");
	assert_true(pool_replace(f->pool, &second, 0));
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_ANSWERED);
	assert_string_equal(f->told[0].config, "ok two");
}

static void only_the_last_replacement_counts(void **state)
{
	fixture_t *f = *state;
	const pool_settings_t second = settings_for(f, "silent two", 1);
	const pool_settings_t third = settings_for(f, "ok three", 2);

	start(f, "ok one", 1);
	run_until_ready(f, 1);
	assert_true(pool_replace(f->pool, &second, 10));
	event_base_loop(f->base, EVLOOP_ONCE);
	assert_true(pool_replace(f->pool, &third, 10));
	run_until_ready(f, 2);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_string_equal(f->told[0].config, "ok three");
}

static void a_generation_that_never_gets_ready_changes_nothing(void **state)
{
	fixture_t *f = *state;
	const pool_settings_t second = settings_for(f, "die", 1);

	start(f, "ok one", 1);
	run_until_ready(f, 1);
	assert_true(pool_replace(f->pool, &second, 10));
	while (restarts(f) < 4)
		event_base_loop(f->base, EVLOOP_ONCE);
	ask(f, 0, "answer");
	run_until_outcomes(f, 1);
	assert_string_equal(f->told[0].config, "ok one");
}

/* ---- callbacks that call back ---- */

typedef struct chain {
	fixture_t *fixture;
	unsigned left;
	uint64_t victim;
} chain_t;

static void ask_once_more(void *arg, const pool_outcome_t *outcome)
{
	static const uint8_t answer[] = "\6answer\7example\3org";
	chain_t *chain = arg;

	assert_int_equal(outcome->result, POOL_ANSWERED);
	if (chain->victim != 0)
		pool_cancel(chain->fixture->pool, chain->victim);
	chain->victim = 0;
	if (--chain->left == 0) {
		chain->fixture->outcomes++;
		return;
	}
	assert_int_not_equal(
		pool_ask(chain->fixture->pool, answer, sizeof(answer), 1, RESOLVER_UDP, ask_once_more, chain), 0);
}

static void callbacks_may_ask_and_cancel(void **state)
{
	static const uint8_t answer[] = "\6answer\7example\3org";
	fixture_t *f = *state;
	chain_t chain = { .fixture = f, .left = 300 };

	start(f, "ok", 1);
	chain.victim = ask(f, 0, "silent");
	assert_int_not_equal(pool_ask(f->pool, answer, sizeof(answer), 1, RESOLVER_UDP, ask_once_more, &chain), 0);
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].times, 0);
}

static void ask_when_lost(void *arg, const pool_outcome_t *outcome)
{
	fixture_t *f = arg;

	if (outcome->result == POOL_LOST)
		ask(f, 0, "answer");
	else
		assert_int_equal(pool_ask(f->pool, (const uint8_t *)"", 1, 1, RESOLVER_UDP, ask_when_lost, f), 0);
}

static void a_lost_question_may_ask_another(void **state)
{
	static const uint8_t die[] = "\3die\7example\3org";
	fixture_t *f = *state;

	start(f, "ok", 1);
	assert_int_not_equal(pool_ask(f->pool, die, sizeof(die), 1, RESOLVER_UDP, ask_when_lost, f), 0);
	run_until_outcomes(f, 1);
	assert_int_equal(f->told[0].result, POOL_ANSWERED);
}

static void nothing_can_be_asked_at_the_end(void **state)
{
	static const uint8_t silent[] = "\6silent\7example\3org";
	fixture_t *f = *state;

	start(f, "ok", 1);
	run_until_ready(f, 1);
	assert_int_not_equal(pool_ask(f->pool, silent, sizeof(silent), 1, RESOLVER_UDP, ask_when_lost, f), 0);
}

/* ---- the end ---- */

static void no_process_is_left(void **state)
{
	fixture_t *f = *state;

	start(f, "ok", 3);
	run_until_ready(f, 3);
	ask_in(f, 0, "answer", "a");
	run_until_outcomes(f, 1);
	ask_in(f, 1, "hang", "a");
	pool_free(f->pool);
	f->pool = NULL;
	assert_int_equal(kill(f->told[0].process, 0), -1);
	assert_int_equal(f->told[1].result, POOL_CANCELLED);
}

static unsigned open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void no_file_is_left(void **state)
{
	fixture_t *f = *state;
	const unsigned before = open_files();

	start(f, "ok", 2);
	ask(f, 0, "die");
	run_until_outcomes(f, 1);
	pool_free(f->pool);
	f->pool = NULL;
	assert_int_equal(open_files(), before);
}

static void what_a_process_writes_is_logged(void **state)
{
	fixture_t *f = *state;
	pool_settings_t settings = settings_for(f, "ok", 1);
	char path[64];
	char text[2048] = "";
	log_t *log;
	FILE *in;

	snprintf(path, sizeof(path), "%s/log", f->scratch);
	log = log_new(path, LOG_LEVEL_DEBUG);
	assert_non_null(log);
	f->pool = pool_new(f->base, &settings, log);
	assert_non_null(f->pool);
	ask(f, 0, "talk");
	run_until_outcomes(f, 1);
	pool_free(f->pool);
	f->pool = NULL;
	log_free(log);
	in = fopen(path, "re");
	assert_non_null(in);
	assert_true(fread(text, 1, sizeof(text) - 1, in) > 0);
	fclose(in);
	unlink(path);
	assert_non_null(strstr(text, ": warning: it says\n"));
	assert_non_null(strstr(text, ": warning: "));
	assert_non_null(strstr(text, "it warns\n"));
	assert_non_null(strstr(text, ": plain\n"));
	assert_null(strchr(text, '\033'));
}

#define IN_FIXTURE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
	static const struct CMUnitTest plain[] = {
		IN_FIXTURE(answers),
		IN_FIXTURE(a_zone_stays_with_a_process),
		IN_FIXTURE(a_busy_process_is_relieved),
		IN_FIXTURE(the_root_and_long_names_are_asked),
		IN_FIXTURE(waits_for_a_process),
		IN_FIXTURE(too_many_are_turned_away),
		IN_FIXTURE(a_full_process_gets_no_more),
		IN_FIXTURE(tells_what_lingers),
		IN_FIXTURE(a_clogged_process_is_replaced),
		IN_FIXTURE(a_cancelled_question_says_nothing),
		IN_FIXTURE(a_cancel_may_come_too_late),
		IN_FIXTURE(a_cancelled_question_is_not_asked_again),
		IN_FIXTURE(asks_again_after_a_loss),
		IN_FIXTURE(another_process_takes_over),
		IN_FIXTURE(falls_back),
		IN_FIXTURE(a_missing_program_is_hopeless),
		IN_FIXTURE(a_stopped_process_is_replaced),
		IN_FIXTURE(a_new_generation_takes_over),
		IN_FIXTURE(what_is_late_moves_on),
		IN_FIXTURE(only_the_last_replacement_counts),
		IN_FIXTURE(a_generation_that_never_gets_ready_changes_nothing),
		IN_FIXTURE(callbacks_may_ask_and_cancel),
		IN_FIXTURE(a_lost_question_may_ask_another),
		IN_FIXTURE(nothing_can_be_asked_at_the_end),
		IN_FIXTURE(no_process_is_left),
		IN_FIXTURE(no_file_is_left),
		IN_FIXTURE(what_a_process_writes_is_logged),
	};
	enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };
	struct CMUnitTest tests[PLAIN + MISDEEDS + BEGINNINGS];
	size_t count = 0;

	if (argc != 2) {
		fputs("usage: test_pool FAKE_RESOLVER\n", stderr);
		return 64;
	}
	g_program = argv[1];
	for (size_t i = 0; i < PLAIN; i++)
		tests[count++] = plain[i];
	for (size_t i = 0; i < MISDEEDS; i++)
		tests[count++] =
			(struct CMUnitTest){ misdeeds[i].label, survives, NULL, NULL, (void *)(uintptr_t)&misdeeds[i] };
	for (size_t i = 0; i < BEGINNINGS; i++)
		tests[count++] = (struct CMUnitTest){ beginnings[i].config, is_hopeless, NULL, NULL,
						      (void *)(uintptr_t)&beginnings[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
