/* test_marks.c: marks are kept beside answers, where no client can reach them. */
#include "module/inquiry/marks.h"

#include "tests/support.h"
#include "validator/name.h"
#include "validator/query.h"

static const mark_t all_marks[] = { MARK_EXCHANGE, MARK_SECURE_BELOW, MARK_SECURE, MARK_NO_TCP };

enum { MARKS = sizeof(all_marks) / sizeof(all_marks[0]), NOW = 1000 };

/* A mark whose type reads as a question would be served to whoever asks for it. */
static void no_client_can_ask_for_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < MARKS; i++) {
		uint8_t octets[] = "\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\0\0\1";
		const size_t type_at = sizeof(octets) - 5;
		query_t query;

		octets[type_at] = (uint8_t)(all_marks[i] >> 8);
		octets[type_at + 1] = (uint8_t)all_marks[i];
		assert_int_equal(query_read(octets, sizeof(octets) - 1, &query), QUERY_FORMERR);
	}
}

static void lasts_as_long_as_it_should(void **state)
{
	cache_t *cache = cache_new(1 << 20);
	name_t name;
	name_t other;

	(void)state;
	cache_thread_begin();
	assert_true(name_from_text("mx.example.org", &name));
	assert_true(name_from_text("example.org", &other));
	marks_set(cache, &name, MARK_NO_TCP, 10, NOW);
	assert_true(marks_has(cache, &name, MARK_NO_TCP, NOW));
	assert_true(marks_has(cache, &name, MARK_NO_TCP, NOW + 9));
	assert_false(marks_has(cache, &name, MARK_EXCHANGE, NOW));
	assert_false(marks_has(cache, &other, MARK_NO_TCP, NOW));
	assert_false(marks_has(cache, &name, MARK_NO_TCP, NOW + 10));
	cache_thread_end();
	cache_free(cache);
}

static void has_a_value(void **state)
{
	cache_t *cache = cache_new(1 << 20);
	unsigned value = 0;
	name_t name;

	(void)state;
	cache_thread_begin();
	assert_true(name_from_text("example.org", &name));
	assert_false(marks_value(cache, &name, MARK_SECURE_BELOW, NOW, &value));
	for (unsigned put = 0; put <= MARK_VALUE_MAX; put++) {
		marks_put(cache, &name, MARK_SECURE_BELOW, put, 10, NOW);
		assert_true(marks_value(cache, &name, MARK_SECURE_BELOW, NOW, &value));
		assert_int_equal(value, put);
	}
	assert_false(marks_value(cache, &name, MARK_SECURE, NOW, &value));
	assert_false(marks_value(cache, &name, MARK_SECURE_BELOW, NOW + 10, &value));
	cache_thread_end();
	cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_client_can_ask_for_one),
		cmocka_unit_test(lasts_as_long_as_it_should),
		cmocka_unit_test(has_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
