/* test_nta.c: negative trust anchors: their time, which the test sets, and their file. */
#include "module/serve/nta.h"

#include "tests/support.h"
#include "validator/name.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, BEGIN = 1800000000, WEEK = 604800 };

static time_t wall;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){ .tv_sec = wall };
	return 0;
}

typedef struct fixture {
	struct event_base *base;
	char path[64];
	ntas_t *ntas;
	unsigned ended;
	name_t last;
} fixture_t;

static void on_ended(void *arg, const nta_t *nta)
{
	fixture_t *fixture = arg;

	fixture->ended++;
	fixture->last = nta->name;
}

static void begin_again(fixture_t *fixture)
{
	ntas_free(fixture->ntas);
	fixture->ntas = ntas_new(fixture->base, fixture->path, on_ended, fixture, NULL);
	assert_non_null(fixture->ntas);
}

static int set_up(void **state)
{
	fixture_t *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	wall = BEGIN;
	fixture->base = event_base_new();
	snprintf(fixture->path, sizeof(fixture->path), "./nta-%ld.json", (long)getpid());
	begin_again(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *fixture = *state;

	ntas_free(fixture->ntas);
	event_base_free(fixture->base);
	unlink(fixture->path);
	free(fixture);
	return 0;
}

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

static bool add(fixture_t *fixture, const char *text, uint32_t lifetime)
{
	const name_t name = name_of(text);

	return ntas_add(fixture->ntas, &name, lifetime);
}

static void write_file(const fixture_t *fixture, const char *text)
{
	FILE *out = fopen(fixture->path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void keeps_one_of_a_name(void **state)
{
	fixture_t *fixture = *state;

	assert_true(add(fixture, "a.example", HOUR));
	assert_true(add(fixture, "b.example", HOUR));
	wall += 60;
	assert_true(add(fixture, "A.example", 2 * HOUR));
	assert_int_equal(ntas_count(fixture->ntas), 2);
	assert_int_equal(ntas_get(fixture->ntas, 0)->until, BEGIN + 60 + 2 * HOUR);
	assert_null(ntas_get(fixture->ntas, 2));
}

static void removes(void **state)
{
	fixture_t *fixture = *state;
	const name_t a = name_of("a.example"), b = name_of("b.example");

	assert_true(add(fixture, "a.example", HOUR));
	assert_true(add(fixture, "b.example", HOUR));
	assert_true(ntas_remove(fixture->ntas, &a));
	assert_false(ntas_remove(fixture->ntas, &a));
	assert_true(name_equal(&ntas_get(fixture->ntas, 0)->name, &b));
	begin_again(fixture);
	assert_int_equal(ntas_count(fixture->ntas), 1);
	assert_int_equal(fixture->ended, 0); /* nobody is told of what he did himself */
}

static void ends_by_itself(void **state)
{
	fixture_t *fixture = *state;
	const name_t a = name_of("a.example");

	assert_true(add(fixture, "a.example", HOUR));
	assert_true(add(fixture, "b.example", 2 * HOUR));
	wall += HOUR - 1;
	ntas_look(fixture->ntas);
	assert_int_equal(fixture->ended, 0);
	wall += 1;
	ntas_look(fixture->ntas);
	assert_int_equal(fixture->ended, 1);
	assert_true(name_equal(&fixture->last, &a));
	assert_int_equal(ntas_count(fixture->ntas), 1);
	begin_again(fixture);
	assert_int_equal(ntas_count(fixture->ntas), 1);
}

/* The timer is due at once where the time is over already. */
static void ends_from_the_loop(void **state)
{
	fixture_t *fixture = *state;

	assert_true(add(fixture, "a.example", HOUR));
	wall += HOUR;
	assert_true(add(fixture, "b.example", HOUR)); /* sets the timer anew */
	event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_int_equal(fixture->ended, 1);
}

static void survives_a_restart(void **state)
{
	fixture_t *fixture = *state;
	struct stat status;

	assert_true(add(fixture, "a.example", HOUR));
	assert_true(add(fixture, "b.example", 2 * HOUR));
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	wall += HOUR;
	begin_again(fixture);
	assert_int_equal(ntas_count(fixture->ntas), 1); /* the other one is over */
	assert_int_equal(ntas_get(fixture->ntas, 0)->since, BEGIN);
	assert_int_equal(ntas_get(fixture->ntas, 0)->until, BEGIN + 2 * HOUR);
}

static void is_bounded(void **state)
{
	fixture_t *fixture = *state;
	char text[32];

	for (unsigned i = 0; i < NTAS_MAX; i++) {
		snprintf(text, sizeof(text), "n%u.example", i);
		assert_true(add(fixture, text, HOUR));
	}
	assert_false(add(fixture, "more.example", HOUR));
	assert_true(add(fixture, "n7.example", HOUR)); /* it is there */
}

typedef struct row {
	const char *name;
	const char *text;
	size_t count;
} row_t;

static const row_t rows[] = {
	{ "a file that is empty", "", 0 },
	{ "a file that is no JSON", "{\"ntas\": [", 0 },
	{ "a file of something else", "[1, 2]", 0 },
	{ "a good one among bad ones",
	  "{\"ntas\": [1, {\"name\": \"a..b\", \"since\": 1, \"until\": 1800000060}, {\"name\": \"a.example\"},"
	  " {\"name\": \"good.example.\", \"since\": 1, \"until\": 1800000060}]}",
	  1 },
	{ "one that is over", "{\"ntas\": [{\"name\": \"a.example.\", \"since\": 1, \"until\": 1800000000}]}", 0 },
	{ "one that would last longer than any may",
	  "{\"ntas\": [{\"name\": \"a.example.\", \"since\": 1, \"until\": 1800604801}]}", 0 },
	{ "one of a week", "{\"ntas\": [{\"name\": \"a.example.\", \"since\": 1, \"until\": 1800604800}]}", 1 },
};

static void reads_files(void **state)
{
	fixture_t *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file(fixture, rows[i].text);
		begin_again(fixture);
		if (ntas_count(fixture->ntas) != rows[i].count)
			fail_msg("%s: %zu", rows[i].name, ntas_count(fixture->ntas));
	}
}

static void does_without_a_file(void **state)
{
	fixture_t *fixture = *state;

	fixture->path[0] = '\0';
	begin_again(fixture);
	assert_true(add(fixture, "a.example", HOUR));
	snprintf(fixture->path, sizeof(fixture->path), "./no/such/folder/nta.json");
	begin_again(fixture);
	assert_true(add(fixture, "a.example", WEEK));
	assert_int_equal(ntas_count(fixture->ntas), 1);
}

int main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(keeps_one_of_a_name), CASE(removes),    CASE(ends_by_itself), CASE(ends_from_the_loop),
		CASE(survives_a_restart),  CASE(is_bounded), CASE(reads_files),    CASE(does_without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
