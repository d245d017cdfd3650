/* test_thread.c: what a thread that is started sees, and what stays as it was for who starts it. */
#include "module/thread.h"
#include "tests/support.h"

enum { NAME_SIZE = 16 };

typedef struct seen {
	sigset_t blocked;
	char name[NAME_SIZE];
	pthread_barrier_t named; /* it is named from outside */
} seen_t;

static void *look(void *arg)
{
	seen_t *seen = arg;

	pthread_barrier_wait(&seen->named);
	pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
	pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
	return NULL;
}

static void start_and_look(const char *name, seen_t *seen)
{
	pthread_t thread;

	assert_int_equal(pthread_barrier_init(&seen->named, NULL, 2), 0);
	assert_true(thread_start(&thread, look, seen, name));
	pthread_barrier_wait(&seen->named);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_barrier_destroy(&seen->named);
}

static void no_signal_is_delivered_to_it(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1 };
	sigset_t before;
	sigset_t after;
	seen_t seen;

	(void)state;
	sigemptyset(&before);
	sigaddset(&before, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	start_and_look(NULL, &seen);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(sigismember(&seen.blocked, signals[i]), 1);
		assert_int_equal(sigismember(&after, signals[i]), 0);
	}
	assert_int_equal(sigismember(&after, SIGUSR2), 1);
}

static void it_has_its_name(void **state)
{
	char ours[NAME_SIZE];
	seen_t seen;

	(void)state;
	start_and_look("a-thread", &seen);
	assert_string_equal(seen.name, "a-thread");
	start_and_look(NULL, &seen);
	pthread_getname_np(pthread_self(), ours, sizeof(ours));
	assert_string_equal(seen.name, ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_signal_is_delivered_to_it),
		cmocka_unit_test(it_has_its_name),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
