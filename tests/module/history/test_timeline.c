/* test_timeline.c: times and spans as people read them. (Whole timelines are in tests/system/history_test.py.) */
#include "module/history/timeline.h"
#include "tests/support.h"

#include <time.h>

static void shows_spans(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} spans[] = {
		{ 0, "0 seconds" },
		{ 119, "119 seconds" },
		{ 120, "2 minutes" },
		{ 7199, "119 minutes" },
		{ 7200, "2 hours" },
		{ 172800, "2 days" },
		{ 30 * 86400, "30 days" },
		{ 61 * 86400, "2 months" },
		{ 700 * 86400, "22 months" },
		{ 731 * 86400, "2 years" },
		{ UINT64_MAX / 2, "292277024626 years" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		char text[TIMELINE_SPAN_MAX];

		assert_string_equal(timeline_span(spans[i].seconds, text), spans[i].text);
	}
}

static void shows_times(void **state)
{
	char text[TIMELINE_TIME_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(timeline_time(1700000000, text), "2023-11-14 22:13");
	assert_string_equal(timeline_time(0, text), "1970-01-01 00:00");
	assert_string_equal(timeline_time(UINT64_MAX / 2, text), "9223372036854775807"); /* out of a damaged file */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_spans),
		cmocka_unit_test(shows_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
