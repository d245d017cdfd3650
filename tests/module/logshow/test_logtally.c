/* test_logtally.c: sums over entries: counts, names, and bars that grow wider as time does. */
#include "module/logshow/logtally.h"

#include "tests/module/logread/lines.h"

#define START  UINT64_C(1795369980000) /* a full minute */
#define MINUTE UINT64_C(60000)
#define DAY    (1440 * MINUTE)

static int set_up(void **state)
{
	logtally_t *tally = malloc(sizeof(*tally));

	assert_non_null(tally);
	assert_true(logtally_begin(tally));
	*state = tally;
	return 0;
}

static int tear_down(void **state)
{
	logtally_clear(*state);
	free(*state);
	return 0;
}

static void add(logtally_t *tally, line_t line)
{
	char text[LINES_TEXT_MAX];
	logentry_t entry;

	line_text(&line, 1, text);
	assert_int_equal(logentry_read(text, strlen(text), &entry, NULL), LOGENTRY_READ);
	assert_true(logtally_add(tally, &entry));
	logentry_clear(&entry);
}

static void counts(void **state)
{
	logtally_t *tally = *state;

	add(tally, (line_t){ .time = START + 5, .took = 10 });
	add(tally, (line_t){ .time = START, .verdict = "reject", .took = 30 });
	add(tally, (line_t){ .time = START + 9, .verdict = "log", .would = "strip", .took = 20 });
	assert_int_equal(tally->count, 3);
	assert_int_equal(tally->refused, 2); /* in monitor mode what would have been counts */
	assert_int_equal(tally->first, START);
	assert_int_equal(tally->last, START + 9);
	assert_int_equal(tally->verdicts[LOGENTRY_ACCEPT], 1);
	assert_int_equal(tally->verdicts[LOGENTRY_LOG], 1);
	assert_int_equal(tally->verdicts[LOGENTRY_REJECT], 1);
	assert_int_equal(logspread_percentile(&tally->took, 50), 20);
	assert_int_equal(tally->took.max, 30);
}

/* What was refused, and what led to it, alone: most often first, then by name. */
static void names_what_was_refused(void **state)
{
	logtally_t *tally = *state;
	logtally_name_t top[LOGTALLY_TOP];

	add(tally, (line_t){ .time = START, .domain = "fine.example." });
	for (unsigned i = 0; i < 3; i++)
		add(tally, (line_t){ .time = START,
				     .domain = i == 0 ? "b.example." : "a.example.",
				     .client = "192.0.2.1",
				     .verdict = "reject",
				     .check = "target-is-alias",
				     .action = "reject",
				     .blamed = "mx1.example.org." });
	add(tally, (line_t){ .time = START, .domain = "c.example.", .verdict = "failed", .check = "uncorroborated" });
	assert_int_equal(logtally_top(tally, LOGTALLY_DOMAINS, top), 3);
	assert_string_equal(top[0].name, "a.example.");
	assert_int_equal(top[0].count, 2);
	assert_string_equal(top[1].name, "b.example.");
	assert_string_equal(top[2].name, "c.example.");
	assert_int_equal(logtally_top(tally, LOGTALLY_CHECKS, top), 1);
	assert_string_equal(top[0].name, "target-is-alias");
	assert_int_equal(top[0].count, 3);
	assert_int_equal(logtally_top(tally, LOGTALLY_HOSTS, top), 1);
	assert_string_equal(top[0].name, "mx1.example.org.");
	assert_int_equal(logtally_top(tally, LOGTALLY_CLIENTS, top), 1);
	assert_string_equal(top[0].name, "192.0.2.1");
	assert_int_equal(top[0].count, 3);
}

static void shows_ten_names(void **state)
{
	logtally_t *tally = *state;
	logtally_name_t top[LOGTALLY_TOP];
	char domain[32];

	for (unsigned i = 0; i < 3 * LOGTALLY_TOP; i++)
		for (unsigned times = 0; times <= i; times++) {
			snprintf(domain, sizeof(domain), "d%u.example.", i);
			add(tally, (line_t){ .time = START, .domain = domain, .verdict = "reject" });
		}
	assert_int_equal(logtally_top(tally, LOGTALLY_DOMAINS, top), LOGTALLY_TOP);
	for (unsigned i = 0; i < LOGTALLY_TOP; i++)
		assert_int_equal(top[i].count, 3 * LOGTALLY_TOP - i);
}

/* Every entry is in the bar of its time, whatever the order in which they come. */
static void check_bars(const logtally_t *tally)
{
	uint64_t sum = 0;

	assert_in_range(tally->bar_count, 1, LOGTALLY_BARS);
	assert_in_range(tally->start, 0, tally->first / tally->width);
	assert_true((tally->start + tally->bar_count) * tally->width > tally->last);
	for (unsigned i = 0; i < tally->bar_count; i++)
		sum += tally->bars[i].verdicts[LOGENTRY_ACCEPT];
	assert_int_equal(sum, tally->count);
}

static void puts_entries_into_bars(void **state)
{
	logtally_t *tally = *state;

	add(tally, (line_t){ .time = START });
	add(tally, (line_t){ .time = START + MINUTE });
	add(tally, (line_t){ .time = START + MINUTE + 1 });
	assert_int_equal(tally->width, MINUTE);
	assert_int_equal(tally->bar_count, 2);
	assert_int_equal(tally->bars[0].verdicts[LOGENTRY_ACCEPT], 1);
	assert_int_equal(tally->bars[1].verdicts[LOGENTRY_ACCEPT], 2);
	check_bars(tally);
}

static void widens_bars(void **state)
{
	static const uint64_t times[] = {
		START,           START + 29 * MINUTE, START + 30 * MINUTE, START - 10 * MINUTE, START + 2 * DAY,
		START - 3 * DAY, START + 90 * DAY,    START + 5,           START + 900 * DAY,   START - 2000 * DAY
	};
	logtally_t *tally = *state;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		add(tally, (line_t){ .time = times[i] });
		assert_int_equal(tally->count, i + 1);
		check_bars(tally);
	}
	assert_true(tally->width > DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_what_was_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(shows_ten_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(puts_entries_into_bars, set_up, tear_down),
		cmocka_unit_test_setup_teardown(widens_bars, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
