/* Asking again and again: when, what becomes of answers, of a reload and of a stop. The test plays the pending thread. */
#include "module/watch/watch.h"
#include "tests/support.h"
#include "validator/name.h"

enum { ASKS_MAX = 16 };

typedef struct bench {
	struct event_base *base;
	alerts_t *alerts;
	watch_t *watch;
	bool full; /* pending takes no more */
	size_t count;
	struct {
		name_t name;
		pending_told_fn *told;
		void *arg;
	} asks[ASKS_MAX];
} bench_t;

static bool on_ask(void *arg, const name_t *name, pending_told_fn *told, void *told_arg)
{
	bench_t *bench = arg;

	if (bench->full) {
		event_base_loopbreak(bench->base);
		return false;
	}
	assert_true(bench->count < ASKS_MAX);
	bench->asks[bench->count].name = *name;
	bench->asks[bench->count].told = told;
	bench->asks[bench->count++].arg = told_arg;
	event_base_loopbreak(bench->base);
	return true;
}

static void begin(bench_t *bench)
{
	const watch_calls_t calls = { .ask = on_ask, .arg = bench };
	const alerts_settings_t settings = {
		.webhook_url = "", .webhook_token_file = "", .webhook_ca_file = "", .file = "", .per_hour = 60
	};

	*bench = (bench_t){ .base = event_base_new() };
	assert_non_null(bench->base);
	bench->alerts = alerts_new(&settings, NULL);
	bench->watch = watch_new(bench->base, &calls, bench->alerts);
	assert_non_null(bench->watch);
}

static void end(bench_t *bench)
{
	watch_stop(bench->watch);
	watch_free(bench->watch);
	alerts_free(bench->alerts);
	event_base_free(bench->base);
}

static void configure(bench_t *bench, const char *const *domains, size_t count)
{
	static const char *const expect[] = { "mx.example", "*.mail.example" };
	watch_wish_t wishes[4];

	for (size_t i = 0; i < count; i++)
		wishes[i] = (watch_wish_t){ .domain = domains[i], .expect = expect, .expect_count = 2, .every = 900 };
	assert_true(watch_configure(bench->watch, wishes, count));
}

static void run_until(bench_t *bench, size_t asks)
{
	while (bench->count < asks)
		event_base_dispatch(bench->base);
}

static void tell(bench_t *bench, size_t ask, const char *exchange)
{
	verdict_t *verdict = calloc(1, sizeof(*verdict));
	target_t *target = calloc(1, sizeof(*target));
	const resolution_t resolution = { .ttl = 300 };

	assert_non_null(verdict);
	assert_non_null(target);
	target->state = TARGET_RESOLVED;
	assert_true(name_from_text(exchange, &target->exchange));
	verdict->targets = target;
	verdict->target_count = 1;
	bench->asks[ask].told(bench->asks[ask].arg, &resolution, verdict, 1);
	event_base_loop(bench->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	free(target);
	free(verdict);
}

static size_t open_alerts(const bench_t *bench)
{
	alerts_stats_t stats;

	alerts_stats(bench->alerts, &stats);
	return stats.open;
}

static void knows_when_to_ask_again(void **state)
{
	(void)state;
	assert_int_equal(watch_pause(900, 300, false), 300);
	assert_int_equal(watch_pause(900, 3600, false), 900);
	assert_int_equal(watch_pause(900, 0, false), WATCH_LEAST);
	assert_int_equal(watch_pause(900, 3600, true), WATCH_RETRY);
	assert_int_equal(watch_pause(30, 3600, true), 30);
}

static void raises_and_ends(void **state)
{
	static const char *const domains[] = { "Example.org" };
	bench_t bench;

	(void)state;
	begin(&bench);
	configure(&bench, domains, 1);
	run_until(&bench, 1);
	tell(&bench, 0, "mx.evil.example");
	assert_int_equal(open_alerts(&bench), 1);
	configure(&bench, domains, 1); /* asks at once */
	run_until(&bench, 2);
	tell(&bench, 1, "a.mail.example");
	assert_int_equal(open_alerts(&bench), 0);
	end(&bench);
}

static void a_reload_keeps_what_is_underway(void **state)
{
	static const char *const both[] = { "a.example", "b.example" };
	static const char *const second[] = { "b.example", "c.example" };
	bench_t bench;

	(void)state;
	begin(&bench);
	configure(&bench, both, 2);
	run_until(&bench, 2);
	configure(&bench, second, 2);
	run_until(&bench, 3);
	tell(&bench, 0, "mx.evil.example"); /* a.example is not watched any more */
	assert_int_equal(open_alerts(&bench), 0);
	tell(&bench, 1, "mx.evil.example");
	assert_int_equal(open_alerts(&bench), 1);
	tell(&bench, 2, "mx.evil.example");
	assert_int_equal(open_alerts(&bench), 2);
	assert_int_equal(bench.count, 3);
	end(&bench);
}

/* What is told at the server's stop, behind watch_stop(), is let go. */
static void stops_in_the_middle(void **state)
{
	static const char *const domains[] = { "a.example", "b.example" };
	bench_t bench;

	(void)state;
	begin(&bench);
	configure(&bench, domains, 2);
	run_until(&bench, 2);
	watch_stop(bench.watch);
	bench.asks[0].told(bench.asks[0].arg, NULL, NULL, 0);
	tell(&bench, 1, "mx.evil.example");
	assert_int_equal(open_alerts(&bench), 0);
	end(&bench);
}

static void pending_may_be_full(void **state)
{
	static const char *const domains[] = { "a.example" };
	bench_t bench;

	(void)state;
	begin(&bench);
	bench.full = true;
	configure(&bench, domains, 1);
	event_base_dispatch(bench.base);
	assert_int_equal(bench.count, 0);
	end(&bench);
	watch_stop(NULL);
	watch_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_when_to_ask_again),
		cmocka_unit_test(raises_and_ends),
		cmocka_unit_test(a_reload_keeps_what_is_underway),
		cmocka_unit_test(stops_in_the_middle),
		cmocka_unit_test(pending_may_be_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
