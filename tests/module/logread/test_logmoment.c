/* test_logmoment.c: points of time, as people, programs and the log write them. */
#include "module/logread/logmoment.h"

#include "tests/support.h"

#define NOW  UINT64_C(1795373581042) /* 2026-11-22T18:53:01.042Z */
#define NONE UINT64_MAX
#define LAST UINT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

typedef struct row {
	const char *name;
	const char *text;
	uint64_t want; /* NONE: it is no time */
} row_t;

static const row_t rows[] = {
	{ "seconds ago", "90s", NOW - 90000 },
	{ "minutes ago", "15m", NOW - 900000 },
	{ "hours ago", "2h", NOW - 7200000 },
	{ "days ago", "7d", NOW - 604800000 },
	{ "weeks ago", "2w", NOW - 1209600000 },
	{ "now", "0s", NOW },
	{ "longer ago than 1970", "99999w", 0 },
	{ "so long ago that it overflows", "999999999999999w", 0 },
	{ "too many digits", "9999999999999999h", NONE },
	{ "an unknown unit", "2y", NONE },
	{ "a unit in capitals", "2H", NONE },
	{ "a unit alone", "h", NONE },
	{ "two units", "2h30m", NONE },
	{ "a sign", "-2h", NONE },
	{ "a blank before", " 2h", NONE },
	{ "a day", "2026-11-22", 1795305600000 },
	{ "the first day", "1970-01-01", 0 },
	{ "a leap day", "2024-02-29", 1709164800000 },
	{ "no leap day", "2026-02-29", NONE },
	{ "30 February", "2024-02-30", NONE },
	{ "31 April", "2026-04-31", NONE },
	{ "month 13", "2026-13-01", NONE },
	{ "day 0", "2026-11-00", NONE },
	{ "before 1970", "1969-12-31", NONE },
	{ "a month of one digit", "2026-1-22", NONE },
	{ "a month alone", "2026-11", NONE },
	{ "a day with Z", "2026-11-22Z", NONE },
	{ "something behind a day", "2026-11-22x", NONE },
	{ "a minute", "2026-11-22T18:53", 1795373580000 },
	{ "a second", "2026-11-22T18:53:01", 1795373581000 },
	{ "a blank for the T", "2026-11-22 18:53:01", 1795373581000 },
	{ "RFC 3339 in small letters", "2026-11-22t18:53:01z", 1795373581000 },
	{ "a fraction", "2026-11-22T18:53:01.042Z", NOW },
	{ "a fraction of one digit", "2026-11-22T18:53:01.5Z", 1795373581500 },
	{ "a fraction of nanoseconds", "2026-11-22T18:53:01.042999999Z", NOW },
	{ "a fraction without digits", "2026-11-22T18:53:01.Z", NONE },
	{ "east of Greenwich", "2026-11-22T19:53:01.042+01:00", NOW },
	{ "west of Greenwich", "2026-11-22T15:23:01.042-03:30", NOW },
	{ "before 1970 by its offset", "1970-01-01T00:30:00+01:00", 0 },
	{ "an offset without a colon", "2026-11-22T19:53:01+0100", NONE },
	{ "an offset of 24 hours", "2026-11-22T19:53:01+24:00", NONE },
	{ "half an offset", "2026-11-22T19:53:01+01:", NONE },
	{ "24 o'clock", "2026-11-22T24:00", NONE },
	{ "minute 60", "2026-11-22T18:60", NONE },
	{ "second 61", "2026-11-22T18:53:61", NONE },
	{ "a leap second", "2016-12-31T23:59:60Z", 1483228800000 },
	{ "a leap second elsewhere", "2017-01-01T00:59:60+01:00", 1483228800000 },
	{ "a clock without a minute", "2026-11-22T18", NONE },
	{ "the last moment", "9999-12-31T23:59:59.999Z", LAST },
	{ "behind the last moment by a leap second", "9999-12-31T23:59:60Z", LAST },
	{ "behind the last moment by an offset", "9999-12-31T23:59:59-01:00", LAST },
	{ "the year 10000", "10000-01-01", NONE },
	{ "milliseconds", "1795373581042", NOW },
	{ "milliseconds of twelve digits", "999999999999", 999999999999 },
	{ "milliseconds behind the last moment", "999999999999999", LAST },
	{ "seconds since 1970", "1795373581", NONE },
	{ "milliseconds of too many digits", "1795373581042000", NONE },
	{ "milliseconds with a fraction", "1795373581042.5", NONE },
	{ "nothing", "", NONE },
	{ "a word", "yesterday", NONE },
};

/* As a line of the log has it. */
static const row_t stamps[] = {
	{ "as it is written", "2026-11-22T18:53:01.042Z", NOW },
	{ "the first", "1970-01-01T00:00:00.000Z", 0 },
	{ "the last", "9999-12-31T23:59:59.999Z", LAST },
	{ "without a fraction", "2026-11-22T18:53:01Z", NONE },
	{ "two digits of fraction", "2026-11-22T18:53:01.42Z", NONE },
	{ "four digits of fraction", "2026-11-22T18:53:01.0421Z", NONE },
	{ "a blank for the T", "2026-11-22 18:53:01.042Z", NONE },
	{ "small letters", "2026-11-22t18:53:01.042z", NONE },
	{ "no zone", "2026-11-22T18:53:01.0420", NONE },
	{ "an offset", "2026-11-22T18:53.1+01:00", NONE },
	{ "a leap second, which is never written", "2016-12-31T23:59:60.042Z", NONE },
	{ "a leap second at noon", "2016-12-31T12:00:60.042Z", NONE },
	{ "a day that is none", "2026-02-30T18:53:01.042Z", NONE },
	{ "milliseconds", "1795373581042", NONE },
	{ "nothing", "", NONE },
};

static void reads(void **state)
{
	const row_t *row = *state;
	uint64_t time = 0;
	const bool good = logmoment_read(row->text, NOW, &time);

	assert_int_equal(good, row->want != NONE);
	assert_true(!good || time == row->want);
}

static void reads_stamp(void **state)
{
	const row_t *row = *state;
	const size_t size = strlen(row->text);
	uint8_t *text = test_copy((const uint8_t *)row->text, size);
	uint64_t time = 0;
	const bool good = logmoment_read_stamp((const char *)text, size, &time);

	assert_int_equal(good, row->want != NONE);
	assert_true(!good || time == row->want);
	free(text);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]), STAMPS = sizeof(stamps) / sizeof(stamps[0]) };
	struct CMUnitTest tests[ROWS + STAMPS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < STAMPS; i++)
		tests[ROWS + i] =
			(struct CMUnitTest){ stamps[i].name, reads_stamp, NULL, NULL, (void *)(uintptr_t)&stamps[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
