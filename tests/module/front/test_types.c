/* test_types.c: every type has one slot, and every slot one name. */
#include "module/front/types.h"

#include "tests/support.h"

static void knows_types(void **state)
{
	static const struct {
		uint16_t type;
		const char *name;
	} rows[] = { { 1, "A" },     { 28, "AAAA" },   { 15, "MX" },     { 52, "TLSA" },   { 16, "TXT" },
		     { 12, "PTR" },  { 2, "NS" },      { 6, "SOA" },     { 5, "CNAME" },   { 33, "SRV" },
		     { 43, "DS" },   { 48, "DNSKEY" }, { 65, "HTTPS" },  { 257, "CAA" },   { 255, "ANY" },
		     { 0, "other" }, { 3, "other" },   { 256, "other" }, { 258, "other" }, { 65535, "other" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(types_name(types_slot(rows[i].type)), rows[i].name);
}

static void slots_are_in_range(void **state)
{
	unsigned used[TYPES_COUNTED] = { 0 };

	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const unsigned slot = types_slot((uint16_t)type);

		assert_true(slot < TYPES_COUNTED);
		used[slot]++;
	}
	for (unsigned slot = 0; slot < TYPES_COUNTED - 1; slot++)
		assert_int_equal(used[slot], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(knows_types), cmocka_unit_test(slots_are_in_range) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
