/* test_child.c: the ticks of a child, which here pass at once (fake_resolver.c, whose path is the first argument). */
#include "module/resolver/child.h"
#include "tests/support.h"

#include <signal.h>
#include <unistd.h>

enum { PATIENCE = 60 };

static const char *g_program;

/* What the hooks have told. */
typedef struct told {
	unsigned ready;
	unsigned ended;
	unsigned reaped;
} told_t;

static void on_ready(child_t *child)
{
	((told_t *)child->owner)->ready++;
}

static void on_message(child_t *child, const proto_t *message)
{
	(void)child;
	(void)message;
}

static void on_ended(child_t *child)
{
	((told_t *)child->owner)->ended++;
}

static void on_reaped(child_t *child)
{
	((told_t *)child->owner)->reaped++;
}

static const child_hooks_t hooks = { on_ready, on_message, on_ended, on_reaped };

typedef struct fixture {
	struct event_base *base;
	told_t told;
	child_t *child;
} fixture_t;

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	f->base = event_base_new();
	assert_non_null(f->base);
	alarm(PATIENCE);
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *f = *state;

	event_base_free(f->base);
	free(f);
	alarm(0);
	return 0;
}

static void start(fixture_t *f, const char *config)
{
	f->child = child_start(f->base, &(launch_request_t){ .program = g_program, .config = config }, &hooks, &f->told,
			       NULL);
	assert_non_null(f->child);
}

static void run_until(fixture_t *f, const unsigned *count)
{
	while (*count == 0)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(*count, 1);
}

static void one_that_never_gets_ready_is_ended(void **state)
{
	fixture_t *f = *state;

	start(f, "silent");
	for (unsigned i = 0; i < CHILD_START_TICKS; i++)
		child_tick(f->child);
	assert_int_equal(f->told.ended, 0);
	child_tick(f->child);
	assert_int_equal(f->told.ended, 1);
	assert_string_equal(f->child->reason, "it did not get ready in time");
	run_until(f, &f->told.reaped);
	assert_int_equal(f->told.ready, 0);
	assert_int_equal(f->told.ended, 1);
}

static void one_that_hangs_is_ended(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	for (unsigned i = 0; i < CHILD_PONG_TICKS; i++) /* its answers are not read in between */
		child_tick(f->child);
	assert_int_equal(f->told.ended, 0);
	child_tick(f->child);
	assert_int_equal(f->told.ended, 1);
	assert_string_equal(f->child->reason, "it hangs");
	run_until(f, &f->told.reaped);
}

static void one_that_answers_lives(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	for (unsigned i = 0; i < 3 * CHILD_PONG_TICKS; i++) {
		child_tick(f->child);
		while (f->child->ticks != 0)
			event_base_loop(f->base, EVLOOP_ONCE);
	}
	assert_int_equal(f->told.ended, 0);
	child_end(f->child, NULL); /* no longer needed: it leaves by itself */
	assert_int_equal(f->told.ended, 1);
	child_end(f->child, NULL);
	assert_int_equal(f->told.ended, 1);
	run_until(f, &f->told.reaped);
}

static void one_that_does_not_leave_is_killed(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	assert_int_equal(kill(f->child->process.pid, SIGSTOP), 0);
	child_end(f->child, NULL);
	for (unsigned i = 0; i < CHILD_PONG_TICKS; i++)
		child_tick(f->child);
	assert_int_equal(f->told.reaped, 0);
	child_tick(f->child); /* this one kills; it may be this one that reaps, or the loop */
	run_until(f, &f->told.reaped);
}

static void nothing_is_sent_to_one_that_has_ended(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	child_dismiss(f->child);
	child_send(f->child, &(proto_t){ .kind = PROTO_PING, .id = 1 });
	(void)child_free(f->child, PATIENCE * 1000);
	assert_int_equal(f->told.ended, 0);
	assert_int_equal(f->told.reaped, 0);
}

/* A send that fails ends the child, but not from inside child_send(). */
static void a_closed_socket_is_seen_by_sending(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	assert_int_equal(kill(f->child->process.pid, SIGKILL), 0);
	while (!f->child->doomed)
		child_send(f->child, &(proto_t){ .kind = PROTO_CANCEL, .id = 1 });
	assert_int_equal(f->told.ended, 0);
	run_until(f, &f->told.reaped);
	assert_int_equal(f->told.ended, 1);
}

/* What its socket does not take at once waits, and nothing is lost. */
static void a_slow_child_gets_everything(void **state)
{
	fixture_t *f = *state;
	proto_t ask = { .kind = PROTO_ASK, .type = 1, .name.size = 255 };

	for (size_t at = 0; at < 254; at += 2)
		ask.name.octets[at] = 1;
	start(f, "ok");
	run_until(f, &f->told.ready);
	assert_int_equal(kill(f->child->process.pid, SIGSTOP), 0);
	while (f->child->outbox.waiting == 0 || ask.id < PROTO_OPEN_MAX) {
		ask.id++;
		child_send(f->child, &ask);
	}
	assert_int_equal(kill(f->child->process.pid, SIGCONT), 0);
	while (f->child->outbox.waiting > 0)
		event_base_loop(f->base, EVLOOP_ONCE);
	child_tick(f->child);
	while (f->child->ticks != 0) /* the PONG comes behind all of them */
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(f->told.ended, 0);
	child_dismiss(f->child);
	(void)child_free(f->child, PATIENCE * 1000);
}

static void an_endless_wait_is_refused(void **state)
{
	fixture_t *f = *state;

	start(f, "ok");
	run_until(f, &f->told.ready);
	assert_int_equal(kill(f->child->process.pid, SIGSTOP), 0);
	while (!f->child->doomed)
		child_send(f->child, &(proto_t){ .kind = PROTO_CANCEL, .id = 1 });
	assert_string_equal(f->child->reason, "it takes no questions");
	run_until(f, &f->told.reaped);
	assert_int_equal(f->told.ended, 1);
}

#define IN_FIXTURE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_FIXTURE(one_that_never_gets_ready_is_ended),
		IN_FIXTURE(one_that_hangs_is_ended),
		IN_FIXTURE(one_that_answers_lives),
		IN_FIXTURE(one_that_does_not_leave_is_killed),
		IN_FIXTURE(nothing_is_sent_to_one_that_has_ended),
		IN_FIXTURE(a_closed_socket_is_seen_by_sending),
		IN_FIXTURE(a_slow_child_gets_everything),
		IN_FIXTURE(an_endless_wait_is_refused),
	};

	if (argc != 2) {
		fputs("usage: test_child FAKE_RESOLVER\n", stderr);
		return 64;
	}
	g_program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
