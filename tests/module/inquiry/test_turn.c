/* test_turn.c: which of two contexts is asked. */
#include "module/inquiry/turn.h"

#include "tests/support.h"
#include "validator/name.h"

enum { MX = 15, TTL = 300, NOW = 100000 };

struct row {
	const char *name;
	bool there;
	bool turn;
	bool failure;
	uint32_t left;
	bool want;
};

static const struct row rows[] = {
	{ "nothing is known", false, false, false, 0, false },
	{ "young, by the first", true, false, false, TTL, false },
	{ "young, by the second", true, true, false, TTL, true },
	{ "ending, by the first", true, false, false, 30, true },
	{ "ending, by the second", true, true, false, 30, false },
	{ "nearly ended, by the first", true, false, false, 1, true },
	{ "ended, by the first", true, false, false, 0, false },
	{ "ended, by the second", true, true, false, 0, true },
	{ "a failure after the first", true, false, true, 3, false },
	{ "a failure after the second", true, true, true, 3, true },
};

static void asks(void **state)
{
	const struct row *row = *state;
	const cache_answer_t answer = { .failure = row->failure, .turn = row->turn, .ede = CACHE_NO_EDE };
	cache_t *cache;
	name_t name;

	assert_true(name_from_text("example.org", &name));

	const cache_key_t key = { .name = name.octets, .name_size = name.size, .type = MX };

	cache_thread_begin();
	cache = cache_new(1 << 20);
	if (row->there && row->failure)
		assert_true(cache_put_failure(cache, &key, &answer, NOW - (5 - row->left)));
	else if (row->there)
		assert_true(cache_put(cache, &key, &answer, TTL, NOW - (TTL - row->left)));
	assert_int_equal(turn_is_second(cache, &name, MX, NOW), row->want);
	assert_false(turn_is_second(cache, &name, MX + 1, NOW));
	cache_free(cache);
	cache_thread_end();
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, asks, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return _cmocka_run_group_tests("turn", tests, ROWS, NULL, NULL);
}
