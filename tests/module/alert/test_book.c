/* The book of alerts: what is told for which course of events, in rows; floods; time. */
#include "module/alert/book.h"
#include "tests/support.h"

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	START = 1700000000,
	STEPS = 12,
	TOLD_MAX = 4096,
};

static const book_settings_t settings = { .failing_after = 4 * HOUR, .per_hour = 60 };

typedef enum { DONE, NOTE, FAIL, RAISE, END, TICK, WATCH } op_t;

typedef struct step {
	op_t op;
	uint64_t at; /* seconds after START */
	const char *domain;
	const char *kind; /* NOTE, FAIL: of the cause; NULL: none */
	const char *host;
	const char *told; /* what is told then: "begin KIND DOMAIN", "end KIND DOMAIN OUTCOME", with "; " between */
} step_t;

typedef struct row {
	const char *name;
	step_t steps[STEPS];
} row_t;

static const row_t rows[] = {
	{ "a cause begins and ends an alert",
	  { { NOTE, 0, "a.example.", "pin-mismatch", "mx.b.example.", "begin pin-mismatch a.example." },
	    { NOTE, 9, "a.example.", NULL, NULL, "end pin-mismatch a.example. cured" },
	    { NOTE, 10, "a.example.", NULL, NULL, "" } } },
	{ "the same cause again is no news, whichever host",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { NOTE, 10, "a.example.", "bogus", "", "" },
	    { NOTE, 20, "a.example.", "bogus", "mx.a.example.", "" },
	    { FAIL, 30, "a.example.", "bogus", "", "" },
	    { NOTE, 40, "a.example.", NULL, NULL, "end bogus a.example. cured" } } },
	{ "another domain's answer cures nothing",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { NOTE, 1, "b.example.", NULL, NULL, "" },
	    { NOTE, 2, "a.exampl.", NULL, NULL, "" } } },
	{ "a failure does not cure",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { FAIL, 9, "a.example.", NULL, NULL, "" },
	    { NOTE, 10, "a.example.", NULL, NULL, "end bogus a.example. cured" } } },
	{ "one cause of two goes",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { NOTE, 1, "a.example.", "pin-mismatch", "", "end bogus a.example. cured; begin pin-mismatch a.example." },
	    { NOTE, 2, "a.example.", NULL, NULL, "end pin-mismatch a.example. cured" } } },
	{ "what comes back is a new alert",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { NOTE, 1, "a.example.", NULL, NULL, "end bogus a.example. cured" },
	    { NOTE, 2, "a.example.", "bogus", "", "begin bogus a.example." } } },
	{ "four hours of failure (R6)",
	  { { FAIL, 0, "a.example.", NULL, NULL, "" },
	    { FAIL, 4 * HOUR - 1, "a.example.", NULL, NULL, "" },
	    { FAIL, 4 * HOUR, "a.example.", NULL, NULL, "begin mx-failing a.example." },
	    { FAIL, 5 * HOUR, "a.example.", NULL, NULL, "" },
	    { NOTE, 6 * HOUR, "a.example.", NULL, NULL, "end mx-failing a.example. cured" },
	    { FAIL, 7 * HOUR, "a.example.", NULL, NULL, "" } } },
	{ "a success in between begins the four hours anew",
	  { { FAIL, 0, "a.example.", NULL, NULL, "" },
	    { NOTE, 3 * HOUR, "a.example.", NULL, NULL, "" },
	    { FAIL, 4 * HOUR, "a.example.", NULL, NULL, "" },
	    { FAIL, 7 * HOUR, "a.example.", NULL, NULL, "" },
	    { FAIL, 8 * HOUR, "a.example.", NULL, NULL, "begin mx-failing a.example." } } },
	{ "two failures that are days apart are no streak",
	  { { FAIL, 0, "a.example.", NULL, NULL, "" },
	    { FAIL, 2 * DAY, "a.example.", NULL, NULL, "" },
	    { FAIL, 2 * DAY + 4 * HOUR, "a.example.", NULL, NULL, "begin mx-failing a.example." } } },
	{ "a clock that is set back begins the four hours anew",
	  { { FAIL, 9 * HOUR, "a.example.", NULL, NULL, "" },
	    { FAIL, 0, "a.example.", NULL, NULL, "" },
	    { FAIL, 3 * HOUR, "a.example.", NULL, NULL, "" },
	    { FAIL, 4 * HOUR, "a.example.", NULL, NULL, "begin mx-failing a.example." } } },
	{ "a failing domain that nobody asks for any more is forgotten",
	  { { FAIL, 0, "a.example.", NULL, NULL, "" },
	    { FAIL, 4 * HOUR, "a.example.", NULL, NULL, "begin mx-failing a.example." },
	    { TICK, 28 * HOUR, "", NULL, NULL, "" },
	    { TICK, 29 * HOUR, "", NULL, NULL, "end mx-failing a.example. forgotten" } } },
	{ "a cause that is not heard of for a week is forgotten",
	  { { NOTE, 0, "a.example.", "bogus", "", "begin bogus a.example." },
	    { NOTE, DAY, "a.example.", "bogus", "", "" },
	    { TICK, 8 * DAY, "", NULL, NULL, "" },
	    { TICK, 8 * DAY + 1, "", NULL, NULL, "end bogus a.example. forgotten" } } },
	{ "others than verdicts raise and end by themselves",
	  { { WATCH, 0, "a.example.", NULL, NULL, "" },
	    { RAISE, 1, "a.example.", "watch-exchange-gone", "mx1.", "begin watch-exchange-gone a.example." },
	    { RAISE, 2, "a.example.", "watch-exchange-gone", "mx2.", "begin watch-exchange-gone a.example." },
	    { RAISE, 3, "a.example.", "watch-exchange-gone", "mx2.", "" },
	    { NOTE, 4, "a.example.", NULL, NULL, "" },
	    { END, 5, "a.example.", "watch-exchange-gone", "mx1.", "end watch-exchange-gone a.example. cured" },
	    { END, 6, "a.example.", "watch-exchange-gone", "mx1.", "" },
	    { END, 7, "a.example.", "watch-exchange-gone", NULL, "end watch-exchange-gone a.example. cured" } } },
	{ "what is not watched any more is withdrawn, and a verdict's alert is not",
	  { { WATCH, 0, "a.example.", NULL, NULL, "" },
	    { RAISE, 1, "a.example.", "watch-rejected", "", "begin watch-rejected a.example." },
	    { FAIL, 1, "a.example.", "bogus", "", "begin bogus a.example." },
	    { WATCH, 2, "a.example.", NULL, NULL, "" },
	    { WATCH, 3, "b.example.", NULL, NULL, "end watch-rejected a.example. withdrawn" } } },
};

/* Tells all that is to be told, as a row has it. Each is told by every way at once. */
static const char *tell(book_t *book, uint64_t now, char told[TOLD_MAX])
{
	telling_t telling;
	size_t used = 0;

	told[0] = '\0';
	while (book_next(book, now, &telling)) {
		const alert_t *alert = telling.alert;
		const char *between = used > 0 ? "; " : "";

		if (alert == NULL) {
			used += (size_t)snprintf(told + used, TOLD_MAX - used, "%s%llu left out, %llu wait", between,
						 (unsigned long long)telling.left_out,
						 (unsigned long long)telling.waiting);
			continue;
		}
		assert_int_equal(telling.by, ALERT_BY_ALL);
		used += (size_t)snprintf(told + used, TOLD_MAX - used, "%s%s %s %s", between,
					 alert_event_name(telling.event), alert->kind, alert->domain);
		if (telling.event == ALERT_END)
			used += (size_t)snprintf(told + used, TOLD_MAX - used, " %s",
						 alert_outcome_name(alert->outcome));
		assert_true(used < TOLD_MAX);
		book_told(book, alert->id, telling.event, ALERT_BY_ALL);
		free(telling.alert);
	}
	return told;
}

static void note(book_t *book, const char *domain, const char *kind, const char *host, bool failing, uint64_t now)
{
	book_note_t note = { .domain = domain, .failing = failing, .count = kind != NULL };

	note.causes[0].kind = kind;
	note.causes[0].host = host;
	note.causes[0].detail = "why";
	book_note(book, &note, now);
}

static void take_step(book_t *book, const step_t *step)
{
	const uint64_t now = START + step->at;
	const alert_words_t words = { step->kind, step->domain, step->host, "", NULL };

	switch (step->op) {
	case NOTE: note(book, step->domain, step->kind, step->host, false, now); return;
	case FAIL: note(book, step->domain, step->kind, step->host, true, now); return;
	case RAISE: book_raise(book, &words, now); return;
	case END: book_end(book, step->kind, step->domain, step->host, now); return;
	case TICK: book_tick(book, now); return;
	case WATCH: assert_true(book_watch(book, &step->domain, 1, now)); return;
	case DONE: return;
	}
}

static book_t *new_book(const book_settings_t *wanted)
{
	book_t *book = book_new(wanted);

	assert_non_null(book);
	return book;
}

static void tells_each_thing_once(void **state)
{
	const row_t *row = *state;
	book_t *book = new_book(&settings);
	char told[TOLD_MAX];

	for (const step_t *step = row->steps; step->op != DONE; step++) {
		take_step(book, step);
		assert_string_equal(tell(book, START + step->at, told), step->told);
		assert_string_equal(tell(book, START + step->at, told), "");
		assert_true(book_wait(book, START + step->at) == UINT64_MAX);
	}
	book_free(book);
}

/* About PREFIX0SUFFIX, PREFIX1SUFFIX, … */
static void raise_many(book_t *book, const char *prefix, const char *suffix, unsigned count, uint64_t now)
{
	for (unsigned i = 0; i < count; i++) {
		char domain[64];

		snprintf(domain, sizeof(domain), "%s%u%s", prefix, i, suffix);
		note(book, domain, "bogus", "", true, now);
	}
}

static unsigned count_tellings(book_t *book, uint64_t now)
{
	telling_t telling;
	unsigned count = 0;

	while (book_next(book, now, &telling)) {
		count += telling.alert != NULL;
		if (telling.alert != NULL)
			book_told(book, telling.alert->id, telling.event, ALERT_BY_ALL);
		free(telling.alert);
	}
	return count;
}

/* An attacker has as many domains as he likes. */
static void a_flood_is_bounded(void **state)
{
	const char *const ours[] = { "ours.example." };
	book_t *book = new_book(&settings);
	char told[TOLD_MAX];

	(void)state;
	assert_true(book_watch(book, ours, 1, START));
	raise_many(book, "flood", ".org.", 5000, START);
	assert_int_equal(book_counts(book).open, BOOK_OPEN_MAX);
	assert_int_equal(book_counts(book).left_out, 5000 - BOOK_OPEN_MAX);
	assert_true(book_counts(book).failing <= STREAKS_MAX);
	assert_int_equal(count_tellings(book, START), settings.per_hour);
	assert_int_equal(count_tellings(book, START + HOUR - 1), 0);
	assert_int_equal(book_wait(book, START + HOUR - 1), 1);
	note(book, "ours.example.", "pin-mismatch", "", true, START + 10);
	assert_string_equal(tell(book, START + 10, told), "begin pin-mismatch ours.example.");
	assert_int_equal(count_tellings(book, START + HOUR), settings.per_hour);
	book_free(book);
}

static void a_flood_is_summed_up_once_an_hour(void **state)
{
	const book_settings_t few = { .failing_after = HOUR, .per_hour = 1 };
	book_t *book = new_book(&few);
	char told[TOLD_MAX];

	(void)state;
	raise_many(book, "a", ".org.", 3, START);
	assert_string_equal(tell(book, START, told), "begin bogus a0.org.; 0 left out, 2 wait");
	note(book, "a1.org.", NULL, NULL, false, START + 1);
	assert_string_equal(tell(book, START + 1, told), "");
	assert_string_equal(tell(book, START + HOUR, told), "begin bogus a2.org.; 1 left out, 0 wait");
	note(book, "a0.org.", NULL, NULL, false, START + HOUR);
	note(book, "a2.org.", NULL, NULL, false, START + HOUR);
	assert_string_equal(tell(book, START + 2 * HOUR, told), "end bogus a0.org. cured; 0 left out, 1 wait");
	assert_string_equal(tell(book, START + 3 * HOUR, told), "end bogus a2.org. cured");
	book_free(book);
}

/* Random names below one domain take its own places only. */
static void one_site_takes_few_places(void **state)
{
	book_t *book = new_book(&settings);

	(void)state;
	raise_many(book, "r", ".flood.co.uk.", 500, START);
	assert_int_equal(book_counts(book).open, BOOK_PER_SITE);
	assert_int_equal(book_counts(book).failing, STREAKS_PER_SITE);
	note(book, "other.co.uk.", "bogus", "", false, START);
	assert_int_equal(book_counts(book).open, BOOK_PER_SITE + 1);
	book_free(book);
}

static void a_full_book_gives_up_what_is_stale(void **state)
{
	book_t *book = new_book(&settings);

	(void)state;
	note(book, "stale.example.", "bogus", "", false, START);
	raise_many(book, "flood", ".org.", BOOK_OPEN_MAX, START + 1);
	assert_int_equal(book_counts(book).left_out, 1);
	(void)count_tellings(book, START + 1);
	note(book, "new.example.", "bogus", "", false, START + 2 + HOUR - 1);
	assert_int_equal(book_counts(book).open, BOOK_OPEN_MAX);
	assert_int_equal(book_counts(book).left_out, 1);
	book_free(book);
}

/* Streaks are pushed out by what fails as often; who failed longest and most stays. */
static void streaks_survive_a_flood(void **state)
{
	book_t *book = new_book(&settings);
	char told[TOLD_MAX];

	(void)state;
	note(book, "mail.example.", NULL, NULL, true, START);
	note(book, "mail.example.", NULL, NULL, true, START + 300);
	for (unsigned i = 0; i < 3 * STREAKS_MAX; i++) {
		char domain[64];

		snprintf(domain, sizeof(domain), "x%u.org.", i);
		note(book, domain, NULL, NULL, true, START + 400);
	}
	assert_int_equal(book_counts(book).failing, STREAKS_MAX);
	note(book, "mail.example.", NULL, NULL, true, START + 4 * HOUR);
	assert_string_equal(tell(book, START + 4 * HOUR, told), "begin mx-failing mail.example.");
	book_free(book);
}

/* Many end in one hour: only the last ones are kept. */
static void ended_ones_are_bounded(void **state)
{
	book_t *book = new_book(&settings);
	json_t *json;

	(void)state;
	raise_many(book, "e", ".org.", BOOK_ENDED_MAX + 50, START);
	for (unsigned i = 0; i < BOOK_ENDED_MAX + 50; i++) {
		char domain[64];

		snprintf(domain, sizeof(domain), "e%u.org.", i);
		note(book, domain, NULL, NULL, false, START + 1 + i);
	}
	json = book_json(book);
	assert_int_equal(json_array_size(json_object_get(json, "open")), 0);
	assert_int_equal(json_array_size(json_object_get(json, "ended")), BOOK_ENDED_MAX);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(json_object_get(json, "ended"), 0), "domain")),
		"e249.org.");
	assert_int_equal(json_integer_value(json_object_get(json, "left_out")), BOOK_ENDED_MAX + 50);
	assert_int_equal(json_integer_value(json_object_get(json, "waiting")), 0);
	json_decref(json);
	book_free(book);
}

/* One way has told it, another has not yet: an end waits for nothing, and nothing is told twice. */
static void ways_come_to_their_end_one_by_one(void **state)
{
	book_t *book = new_book(&settings);
	telling_t begin;
	telling_t end;
	telling_t more;

	(void)state;
	note(book, "a.example.", "bogus", "", false, START);
	assert_true(book_next(book, START, &begin));
	book_told(book, begin.alert->id, ALERT_BEGIN, ALERT_BY_LOG | ALERT_BY_EXEC);
	assert_false(book_next(book, START, &more));
	note(book, "a.example.", NULL, NULL, false, START + 1);
	assert_true(book_next(book, START + 1, &end));
	assert_int_equal(end.event, ALERT_END);
	book_told(book, begin.alert->id, ALERT_BEGIN, ALERT_BY_WEBHOOK);
	assert_false(book_next(book, START + 1, &more));
	book_told(book, end.alert->id, ALERT_END, ALERT_BY_ALL);
	assert_false(book_next(book, START + 1, &more));
	free(begin.alert);
	free(end.alert);
	book_free(book);
}

/* It is found once, since what is accepted is remembered from then on. */
static void a_drift_lasts_until_the_former_set_is_back(void **state)
{
	book_note_t moved = { .domain = "a.example.", .set = "b", .former = "a", .count = 1 };
	book_note_t stays = { .domain = "a.example.", .set = "b", .former = "b" };
	book_note_t back = { .domain = "a.example.", .set = "a", .former = "b", .count = 1 };
	book_t *book = new_book(&settings);
	char told[TOLD_MAX];

	(void)state;
	moved.causes[0].kind = back.causes[0].kind = "mx-drift";
	moved.causes[0].host = back.causes[0].host = "";
	moved.causes[0].detail = back.causes[0].detail = "";
	book_note(book, &moved, START);
	assert_string_equal(tell(book, START, told), "begin mx-drift a.example.");
	book_note(book, &stays, START + HOUR);
	assert_string_equal(tell(book, START + HOUR, told), "");
	book_note(book, &back, START + 2 * HOUR);
	assert_string_equal(tell(book, START + 2 * HOUR, told), "end mx-drift a.example. cured");
	book_note(book, &moved, START + 3 * HOUR);
	assert_string_equal(tell(book, START + 3 * HOUR, told), "begin mx-drift a.example.");
	book_note(book, &stays, START + 6 * DAY);
	book_tick(book, START + 7 * DAY);
	assert_string_equal(tell(book, START + 7 * DAY, told), "");
	book_tick(book, START + 7 * DAY + 4 * HOUR);
	assert_string_equal(tell(book, START + 7 * DAY + 4 * HOUR, told), "end mx-drift a.example. forgotten");
	book_free(book);
}

static void texts_are_printable_and_bounded(void **state)
{
	char longest[3 * ALERT_NAME_MAX];
	const alert_words_t words = { "watch-rejected\n", longest, longest, "\033[2J\x7f\xc3\xa4", NULL };
	char text[ALERT_TEXT_MAX];
	alert_t *alert;

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	alert = alert_new(&words);
	assert_non_null(alert);
	assert_string_equal(alert->kind, "watch-rejected?");
	assert_string_equal(alert->detail, "?[2J???");
	assert_int_equal(strlen(alert->domain), ALERT_NAME_MAX - 1);
	assert_int_equal(strlen(alert->host), ALERT_NAME_MAX - 1);
	assert_true(strlen(alert_text(alert, ALERT_END, text)) < ALERT_TEXT_MAX);
	free(alert);
}

static void knows_sites(void **state)
{
	static const struct {
		const char *domain;
		const char *site;
	} sites[] = {
		{ "a.b.example.org.", "example.org." },
		{ "example.co.uk.", "example.co.uk." },
		{ "co.uk.", "co.uk." },
		{ "org.", "org." },
		{ ".", "." },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		assert_string_equal(alert_site(sites[i].domain), sites[i].site);
}

static void says_what_kinds_mean(void **state)
{
	(void)state;
	assert_non_null(strstr(alert_sentence("mx-failing"), "queue"));
	assert_non_null(strstr(alert_sentence("bogus"), "DNSSEC"));
	assert_non_null(strstr(alert_sentence("no-such-kind"), "administrator"));
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 16] = { 0 };
	size_t count = 0;

	for (; count < ROWS; count++)
		tests[count] = (struct CMUnitTest){ rows[count].name, tells_each_thing_once, NULL, NULL,
						    (void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_flood_is_bounded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_flood_is_summed_up_once_an_hour);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(one_site_takes_few_places);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_full_book_gives_up_what_is_stale);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(streaks_survive_a_flood);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(ended_ones_are_bounded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(ways_come_to_their_end_one_by_one);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(texts_are_printable_and_bounded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_drift_lasts_until_the_former_set_is_back);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(knows_sites);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(says_what_kinds_mean);
	return _cmocka_run_group_tests("book", tests, count, NULL, NULL);
}
