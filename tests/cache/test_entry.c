/* test_entry.c: an answer as it lies in memory. */
#include "cache/entry.h"

#include "tests/cache/sample.h"

struct row {
	const char *name;
	uint16_t records[CACHE_PARTS];
	const char *text; /* NULL: no extended error */
};

static const struct row rows[] = {
	{ "nothing but a key", { 0, 0, 0, 0 }, NULL },
	{ "one part", { 3, 0, 0, 0 }, NULL },
	{ "the last part alone", { 0, 0, 0, 2 }, NULL },
	{ "all parts", { 1, 2, 3, 4 }, NULL },
	{ "an extended error without a text", { 0, 0, 0, 0 }, "" },
	{ "an extended error with a text", { 1, 1, 0, 0 }, "signature expired" },
	{ "many records", { 100, 100, 100, 100 }, "x" },
};

static void keeps_everything(void **state)
{
	const struct row *row = *state;
	uint8_t out[SAMPLE_ROOM];
	cache_answer_t answer;
	cache_found_t found;
	sample_key_t key;
	sample_t sample;
	entry_t *entry;

	sample_make(&sample, 0x77, 300, row->records);
	sample.answer.rcode = 3;
	sample.answer.security = 2;
	sample.answer.ede = row->text != NULL ? 6 : CACHE_NO_EDE;
	sample.answer.ede_text = row->text;
	sample.answer.ede_text_size = row->text != NULL ? (uint8_t)strlen(row->text) : 0;
	entry = entry_new(sample_key(&key, 1, 15), &sample.answer, 1000, 300);
	assert_non_null(entry);
	assert_true(entry_matches(entry, &key.key));
	entry_view(entry, &answer);
	assert_int_equal(cache_write(&answer, CACHE_FORM_DNSSEC, 9, out, sizeof(out), &found), CACHE_HIT);
	sample_check(&sample, CACHE_FORM_DNSSEC, 9, out, &found);
	assert_int_equal(cache_write(&answer, CACHE_FORM_PLAIN, 9, out, sizeof(out), &found), CACHE_HIT);
	sample_check(&sample, CACHE_FORM_PLAIN, 9, out, &found);
	free(entry);
}

static void matches_the_whole_key(void **state)
{
	static const uint8_t longer[] = { 4, 0, 0, 0, 1, 0, 0 };
	static const uint8_t root[] = { 0 };
	static const cache_key_t others[] = {
		{ .name = longer, .name_size = 7, .type = 15 },
		{ .name = longer, .name_size = 5, .type = 15 },
		{ .name = root, .name_size = 1, .type = 15 },
	};
	sample_key_t key;
	sample_t sample;
	entry_t *entry;

	(void)state;
	sample_plain(&sample, 1, 60);
	entry = entry_new(sample_key(&key, 1, 15), &sample.answer, 0, 60);
	assert_non_null(entry);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(entry_matches(entry, &others[i]));
	assert_false(entry_matches(entry, sample_key(&key, 1, 16)));
	assert_false(entry_matches(entry, sample_key(&key, 2, 15)));
	assert_true(entry_matches(entry, sample_key(&key, 1, 15)));
	free(entry);
}

struct life {
	const char *name;
	uint64_t born;
	uint32_t ttl;
	uint64_t now;
	uint32_t age;
	bool alive;
};

static const struct life lives[] = {
	{ "new", 1000, 60, 1000, 0, true },
	{ "in its last second", 1000, 60, 1059, 59, true },
	{ "at its end", 1000, 60, 1060, 60, false },
	{ "from a moment that we have not seen yet", 1000, 60, 999, 0, true },
	{ "of one second", 0, 1, 0, 0, true },
	{ "of one second, over", 0, 1, 1, 1, false },
	{ "the longest", 0, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 1, true },
	{ "the longest, over", 0, UINT32_MAX, UINT32_MAX, UINT32_MAX, false },
	{ "the longest, long over", 0, UINT32_MAX, UINT64_MAX, UINT32_MAX, false },
	{ "at the end of time", UINT64_MAX - 1, 60, UINT64_MAX, 1, true },
};

static void lives_as_long_as_its_ttl(void **state)
{
	const struct life *life = *state;
	sample_key_t key;
	sample_t sample;
	entry_t *entry;

	sample_plain(&sample, 1, life->ttl);
	entry = entry_new(sample_key(&key, 1, 15), &sample.answer, life->born, life->ttl);
	assert_non_null(entry);
	assert_int_equal(entry_age(entry, life->now), life->age);
	assert_int_equal(entry_is_alive(entry, life->now), life->alive);
	free(entry);
}

static void failures_last_longer_and_longer(void **state)
{
	static const uint32_t wanted[] = { 5, 10, 20, 40, 80, 160, 300, 300, 300 }; /* RFC 9520, 3.2 */
	sample_key_t key;
	sample_t sample;
	entry_t *old;

	(void)state;
	sample_plain(&sample, 1, 60);
	old = entry_new(sample_key(&key, 1, 15), &sample.answer, 0, 60); /* a success: it begins a new row */
	assert_non_null(old);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		entry_t *next = entry_new(&key.key, &sample.answer, 0, 0);

		assert_non_null(next);
		entry_fail(next, old);
		assert_true(next->failure);
		assert_int_equal(next->ttl, wanted[i]);
		free(old);
		old = next;
	}
	free(old);
}

static void costs_little_more_than_its_octets(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 10, 15, 0, 0 }; /* 175 octets, as much as a signed MX of two */
	sample_key_t key;
	sample_t sample;
	entry_t *entry;

	(void)state;
	sample_make(&sample, 1, 60, records);
	sample.answer.ttl_count = 3;
	entry = entry_new(sample_key(&key, 1, 15), &sample.answer, 0, 60);
	assert_non_null(entry);
	assert_in_range(entry_cost(entry), 175, 280);
	free(entry);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]), LIVES = sizeof(lives) / sizeof(lives[0]) };
	struct CMUnitTest kept[ROWS];
	struct CMUnitTest lived[LIVES];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(matches_the_whole_key),
		cmocka_unit_test(failures_last_longer_and_longer),
		cmocka_unit_test(costs_little_more_than_its_octets),
	};

	for (size_t i = 0; i < ROWS; i++)
		kept[i] =
			(struct CMUnitTest){ rows[i].name, keeps_everything, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < LIVES; i++)
		lived[i] = (struct CMUnitTest){ lives[i].name, lives_as_long_as_its_ttl, NULL, NULL,
						(void *)(uintptr_t)&lives[i] };
	return cmocka_run_group_tests_name("kept", kept, NULL, NULL) +
	       cmocka_run_group_tests_name("lives", lived, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
