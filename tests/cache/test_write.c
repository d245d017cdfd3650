/* test_write.c: the octets of an answer in the form asked for. */
#include "tests/cache/sample.h"

struct row {
	const char *name;
	uint16_t records[CACHE_PARTS];
	cache_form_t form;
	uint32_t ttl;
	uint32_t age;
};

static const struct row rows[] = {
	{ "no records at all", { 0, 0, 0, 0 }, CACHE_FORM_DNSSEC, 60, 0 },
	{ "an answer", { 3, 0, 0, 0 }, CACHE_FORM_PLAIN, 60, 0 },
	{ "an answer and its signatures", { 3, 1, 0, 0 }, CACHE_FORM_DNSSEC, 60, 0 },
	{ "an answer without its signatures", { 3, 1, 0, 0 }, CACHE_FORM_PLAIN, 60, 0 },
	{ "a negative answer with proofs", { 0, 0, 1, 4 }, CACHE_FORM_DNSSEC, 60, 7 },
	{ "a negative answer without proofs", { 0, 0, 1, 4 }, CACHE_FORM_PLAIN, 60, 7 },
	{ "an alias to nothing, whole", { 2, 2, 1, 3 }, CACHE_FORM_DNSSEC, 60, 7 },
	{ "an alias to nothing, plain", { 2, 2, 1, 3 }, CACHE_FORM_PLAIN, 60, 7 },
	{ "proofs only, plain: nothing is left", { 0, 2, 0, 3 }, CACHE_FORM_PLAIN, 60, 7 },
	{ "a second old", { 1, 1, 1, 1 }, CACHE_FORM_DNSSEC, 60, 1 },
	{ "borrows from all four octets", { 1, 1, 1, 1 }, CACHE_FORM_DNSSEC, 0x01000000, 1 },
	{ "a second left", { 1, 1, 1, 1 }, CACHE_FORM_DNSSEC, 60, 59 },
	{ "nothing left", { 1, 1, 1, 1 }, CACHE_FORM_DNSSEC, 60, 60 },
	{ "never below zero", { 1, 1, 1, 1 }, CACHE_FORM_DNSSEC, 60, 61 },
	{ "never below zero, as old as can be", { 1, 1, 1, 1 }, CACHE_FORM_PLAIN, 60, UINT32_MAX },
	{ "the largest TTL", { 1, 1, 1, 1 }, CACHE_FORM_PLAIN, UINT32_MAX, 1 },
};

static void writes_form(void **state)
{
	const struct row *row = *state;
	cache_found_t found;
	sample_t sample;
	uint8_t *out;

	sample_make(&sample, 0xa5, row->ttl, row->records);
	sample.answer.rcode = 3;
	sample.answer.security = 2;
	out = malloc(SAMPLE_ROOM);
	assert_non_null(out);
	assert_int_equal(cache_write(&sample.answer, row->form, row->age, out, SAMPLE_ROOM, &found), CACHE_HIT);
	sample_check(&sample, row->form, row->age, out, &found);
	assert_int_equal(found.left, 0);
	assert_false(found.failure);
	free(out);
}

static void needs_exactly_its_size(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 2, 1, 0, 3 };
	static const struct {
		cache_form_t form;
		size_t size;
	} forms[] = { { CACHE_FORM_PLAIN, 2 * SAMPLE_RECORD }, { CACHE_FORM_DNSSEC, 6 * SAMPLE_RECORD } };
	cache_found_t found;
	sample_t sample;

	(void)state;
	sample_make(&sample, 0x5a, 60, records);
	sample.answer.ede = 7;
	sample.answer.ede_text = "expired";
	sample.answer.ede_text_size = 7;
	for (size_t i = 0; i < 2; i++) {
		uint8_t *exact = malloc(forms[i].size); /* ASan watches its end */
		uint8_t *less = malloc(forms[i].size - 1);

		assert_int_equal(cache_write(&sample.answer, forms[i].form, 0, exact, forms[i].size, &found),
				 CACHE_HIT);
		sample_check(&sample, forms[i].form, 0, exact, &found);
		memset(&found, 0xff, sizeof(found));
		assert_int_equal(cache_write(&sample.answer, forms[i].form, 0, less, forms[i].size - 1, &found),
				 CACHE_NO_ROOM);
		assert_int_equal(found.size, 0);
		assert_int_equal(found.answer_records, 0);
		assert_int_equal(found.authority_records, 0);
		assert_int_equal(found.ede, 7);
		assert_int_equal(found.ede_text_size, 7);
		assert_memory_equal(found.ede_text, "expired", 7);
		free(exact);
		free(less);
	}
}

static void needs_no_room_for_nothing(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 0, 0, 0, 0 };
	cache_found_t found;
	sample_t sample;

	(void)state;
	sample_make(&sample, 1, 60, records);
	assert_int_equal(cache_write(&sample.answer, CACHE_FORM_DNSSEC, 0, NULL, 0, &found), CACHE_HIT);
	assert_int_equal(found.size, 0);
}

static void keeps_the_longest_text(void **state)
{
	char text[CACHE_EDE_TEXT_MAX];
	cache_found_t found;
	sample_t sample;
	uint8_t out[SAMPLE_ROOM];

	(void)state;
	memset(text, 'x', sizeof(text));
	sample_plain(&sample, 1, 60);
	sample.answer.failure = true;
	sample.answer.ede = 0;
	sample.answer.ede_text = text;
	sample.answer.ede_text_size = sizeof(text);
	assert_int_equal(cache_write(&sample.answer, CACHE_FORM_PLAIN, 0, out, sizeof(out), &found), CACHE_HIT);
	sample_check(&sample, CACHE_FORM_PLAIN, 0, out, &found);
	assert_true(found.failure);
}

/* Offsets that no reader would hand in must not lead outside of what is written. */
static void survives_absurd_offsets(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 1, 1, 1, 1 };
	static const uint16_t absurd[][4] = {
		{ 4, 8, 12, 16 }, /* fields that reach into the next part */
		{ 4 * SAMPLE_RECORD - 3, 4 * SAMPLE_RECORD - 2, 4 * SAMPLE_RECORD, 0xffff }, /* or past the end */
		{ 22, 15, 8, 1 },                                                            /* descending */
		{ 0xffff, 0, 0, 0 },
	};
	sample_t sample;

	(void)state;
	for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++)
		for (int form = CACHE_FORM_PLAIN; form <= CACHE_FORM_DNSSEC; form++) {
			size_t size = (form == CACHE_FORM_PLAIN ? 2 : 4) * SAMPLE_RECORD;
			uint8_t *out = malloc(size);
			cache_found_t found;

			sample_make(&sample, 9, 60, records);
			sample.answer.ttl_offsets = absurd[i];
			assert_int_equal(cache_write(&sample.answer, (cache_form_t)form, 5, out, size, &found),
					 CACHE_HIT);
			assert_int_equal(found.size, size);
			assert_int_equal(out[0], 9);
			free(out);
		}
}

int main(void)
{
	struct CMUnitTest forms[sizeof(rows) / sizeof(rows[0])];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(needs_exactly_its_size),
		cmocka_unit_test(needs_no_room_for_nothing),
		cmocka_unit_test(keeps_the_longest_text),
		cmocka_unit_test(survives_absurd_offsets),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		forms[i] = (struct CMUnitTest){ rows[i].name, writes_form, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("forms", forms, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
