/* test_questions.c: the table of open questions against a list that is searched one by one. */
#include "module/pending/questions.h"

#include "tests/support.h"
#include "validator/name.h"

static name_t name(const char *text)
{
	name_t result;

	assert_true(name_from_text(text, &result));
	return result;
}

static void finds_what_was_added(void **state)
{
	questions_t questions = { 0 };
	const name_t example = name("example.org");
	const name_t other = name("example.net");
	question_t *mx = questions_add(&questions, &example, 15, false);
	question_t *a = questions_add(&questions, &example, 1, false);

	(void)state;
	assert_non_null(mx);
	assert_non_null(a);
	assert_int_equal(questions.count, 2);
	assert_ptr_equal(questions_find(&questions, &example, 15, false), mx);
	assert_ptr_equal(questions_find(&questions, &example, 1, false), a);
	assert_null(questions_find(&questions, &example, 28, false));
	assert_null(questions_find(&questions, &other, 15, false));
	questions_remove(&questions, mx);
	assert_null(questions_find(&questions, &example, 15, false));
	assert_ptr_equal(questions_find(&questions, &example, 1, false), a);
	questions_remove(&questions, a);
	assert_int_equal(questions.count, 0);
	assert_null(questions.first);
	assert_null(questions.tree);
}

enum { MANY = 2000, STEPS = 20000 };

/* Random additions and removals; an array says what must be there. */
static void agrees_with_a_plain_array(void **state)
{
	questions_t questions = { 0 };
	question_t *model[MANY] = { NULL };
	unsigned seed = 20261122;
	unsigned count = 0;

	(void)state;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = (unsigned)rand_r(&seed) % MANY;
		char text[32];
		name_t key;

		snprintf(text, sizeof(text), "host%u.example", i / 4);
		key = name(text);
		assert_ptr_equal(questions_find(&questions, &key, (uint16_t)(i % 2), i % 4 > 1), model[i]);
		if (model[i] == NULL) {
			model[i] = questions_add(&questions, &key, (uint16_t)(i % 2), i % 4 > 1);
			assert_non_null(model[i]);
			count++;
		} else {
			questions_remove(&questions, model[i]);
			model[i] = NULL;
			count--;
		}
		assert_int_equal(questions.count, count);
	}
	while (questions.first != NULL)
		questions_remove(&questions, questions.first);
	assert_int_equal(questions.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
