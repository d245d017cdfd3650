/* test_settings.c: what the inspection process is told loads to what the administrator wrote. */
#include "module/inspect/settings.h"

#include "tests/support.h"

static conf_t *loaded(const char *text)
{
	char *error = NULL;
	conf_t *conf = conf_parse(text, strlen(text), "test", &error);

	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

static void same_strings(const conf_strings_t *one, const conf_strings_t *other)
{
	assert_int_equal(one->count, other->count);
	for (size_t i = 0; i < one->count; i++)
		assert_string_equal(one->items[i], other->items[i]);
}

static void loads_to_the_same(void **state)
{
	static const char *const texts[] = {
		"",
		"inspection: {listen: [192.0.2.1@80, \"fe80::1%1@81\", \"2001:db8::1@82\"], token-file: /etc/token, "
		"allowed-hosts: [mail.example.org, a.example], log-index: /i/x.db}\n"
		"validation-log: {file: ''}",
		"listen: [127.0.0.1@5353]\ninspection: {listen: [127.0.0.1@53], token-file: \"/a b #d\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		conf_t *one = loaded(texts[i]);
		char *told = settings_for_inspection(one);
		conf_t *other = loaded(told);

		assert_int_equal(one->inspection.listen.count, other->inspection.listen.count);
		assert_memory_equal(one->inspection.listen.items, other->inspection.listen.items,
				    one->inspection.listen.count * sizeof(one->inspection.listen.items[0]));
		assert_string_equal(one->inspection.token_file, other->inspection.token_file);
		same_strings(&one->inspection.allowed_hosts, &other->inspection.allowed_hosts);
		assert_string_equal(one->inspection.log_index, other->inspection.log_index);
		assert_int_equal(one->inspection.log_index_size, other->inspection.log_index_size);
		assert_int_equal(one->inspection.log_index_age, other->inspection.log_index_age);
		assert_string_equal(one->validation_log.file, other->validation_log.file);
		conf_free(one);
		conf_free(other);
		free(told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(loads_to_the_same) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
