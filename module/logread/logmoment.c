/* logmoment.c: see logmoment.h. */
#include "module/logread/logmoment.h"

#include <string.h>
#include <time.h>

enum {
	MILLISECONDS_LEAST = 12, /* digits: from March 1973 on */
	DIGITS_MAX = 15,
	STAMP_SIZE = sizeof("2026-11-22T18:53:01.042Z") - 1,
};

static const uint64_t TIME_MAX = 253402300799999; /* the end of the year 9999: a stamp has four digits for it */

/* Goes on as long as what is there is what it should be. */
typedef struct cursor {
	const char *at;
	const char *end;
	bool fits;
} cursor_t;

typedef struct unit {
	char letter;
	uint64_t milliseconds;
} unit_t;

static const unit_t units[] = {
	{ 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 3600 * 1000 }, { 'd', 86400000 }, { 'w', (uint64_t)604800000 },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool sees(const cursor_t *cursor, char c)
{
	return cursor->fits && cursor->at < cursor->end && *cursor->at == c;
}

static bool skips(cursor_t *cursor, char c)
{
	bool there = sees(cursor, c);

	cursor->at += there;
	return there;
}

static void expect(cursor_t *cursor, char c)
{
	cursor->fits = skips(cursor, c);
}

/* A number of so many digits. */
static unsigned number(cursor_t *cursor, unsigned digits, unsigned least, unsigned most)
{
	unsigned value = 0;

	for (unsigned i = 0; i < digits && cursor->fits; i++) {
		cursor->fits = cursor->at < cursor->end && is_digit(*cursor->at);
		if (cursor->fits)
			value = value * 10 + (unsigned)(*cursor->at++ - '0');
	}
	cursor->fits = cursor->fits && value >= least && value <= most;
	return value;
}

static int64_t days_and_time(cursor_t *cursor, const struct tm *given)
{
	struct tm day = { .tm_year = given->tm_year, .tm_mon = given->tm_mon, .tm_mday = given->tm_mday };
	struct tm tm = *given;

	(void)timegm(&day);
	cursor->fits = cursor->fits && day.tm_mday == given->tm_mday; /* there is no 30 February */
	return (int64_t)timegm(&tm) * 1000; /* a leap second is the first one of the day that follows */
}

static void read_date(cursor_t *cursor, struct tm *tm)
{
	tm->tm_year = (int)number(cursor, 4, 1970, 9999) - 1900;
	expect(cursor, '-');
	tm->tm_mon = (int)number(cursor, 2, 1, 12) - 1;
	expect(cursor, '-');
	tm->tm_mday = (int)number(cursor, 2, 1, 31);
}

static void read_clock(cursor_t *cursor, struct tm *tm)
{
	tm->tm_hour = (int)number(cursor, 2, 0, 23);
	expect(cursor, ':');
	tm->tm_min = (int)number(cursor, 2, 0, 59);
	if (skips(cursor, ':'))
		tm->tm_sec = (int)number(cursor, 2, 0, 60); /* RFC 3339, 5.7: leap seconds */
}

/* Milliseconds; further digits are left out. */
static int64_t read_fraction(cursor_t *cursor)
{
	int64_t milliseconds = 0;
	int64_t unit = 100;

	if (!skips(cursor, '.'))
		return 0;
	cursor->fits = cursor->at < cursor->end && is_digit(*cursor->at);
	for (; cursor->fits && cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
		milliseconds += unit * (*cursor->at - '0');
		unit /= 10;
	}
	return milliseconds;
}

static int64_t read_offset(cursor_t *cursor)
{
	const bool east = sees(cursor, '+');
	int64_t minutes;

	if (!cursor->fits || cursor->at == cursor->end || skips(cursor, 'Z') || skips(cursor, 'z'))
		return 0;
	if (!skips(cursor, '+'))
		expect(cursor, '-');
	minutes = (int64_t)number(cursor, 2, 0, 23) * 60;
	expect(cursor, ':');
	minutes += number(cursor, 2, 0, 59);
	return (east ? minutes : -minutes) * 60 * 1000;
}

static uint64_t within_stamps(int64_t time)
{
	if (time < 0)
		return 0;
	return (uint64_t)time < TIME_MAX ? (uint64_t)time : TIME_MAX;
}

static bool read_calendar(const char *text, size_t size, uint64_t *time)
{
	cursor_t cursor = { text, text + size, true };
	struct tm tm = { 0 };
	bool has_clock;
	int64_t rest = 0;

	read_date(&cursor, &tm);
	has_clock = skips(&cursor, 'T') || skips(&cursor, 't') || skips(&cursor, ' ');
	if (has_clock) {
		read_clock(&cursor, &tm);
		rest = read_fraction(&cursor);
	}
	rest += days_and_time(&cursor, &tm);
	if (has_clock)
		rest -= read_offset(&cursor);
	*time = within_stamps(rest);
	return cursor.fits && cursor.at == cursor.end;
}

bool logmoment_read_stamp(const char *text, size_t size, uint64_t *time)
{
	/* chain_stamp() has no leap seconds, and stamps in the order of their letters are in that of time. */
	return size == STAMP_SIZE && text[10] == 'T' && text[17] < '6' && text[19] == '.' &&
	       text[STAMP_SIZE - 1] == 'Z' && read_calendar(text, size, time);
}

static bool read_ago(const char *digits_end, uint64_t value, uint64_t now, uint64_t *time)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (digits_end[0] == units[i].letter && digits_end[1] == '\0') {
			const uint64_t ago =
				value > UINT64_MAX / units[i].milliseconds ? UINT64_MAX : value * units[i].milliseconds;

			*time = ago < now ? now - ago : 0;
			return true;
		}
	return false;
}

bool logmoment_read(const char *text, uint64_t now, uint64_t *time)
{
	const size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	for (size_t i = 0; i < digits && digits <= DIGITS_MAX; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (digits >= 1 && digits <= DIGITS_MAX && read_ago(text + digits, value, now, time))
		return true;
	if (digits >= MILLISECONDS_LEAST && digits <= DIGITS_MAX && text[digits] == '\0') {
		*time = within_stamps((int64_t)value);
		return true;
	}
	return read_calendar(text, strlen(text), time);
}
