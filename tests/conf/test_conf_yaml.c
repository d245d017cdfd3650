/* test_conf_yaml.c: what YAML can do and a configuration does not need. */
#include "conf/conf_yaml.h"

#include "tests/conf/rows.h"

static const refused_t refused[] = {
	{ "an anchor", "user: &a x", "1:7: an anchor (a) is not used here: write the value out" },
	{ "an anchor at a list", "allow: &a [x]", "1:8: an anchor (a) is not used here: write the value out" },
	{ "an anchor at a section", "cache: &a {size: 1M}",
	  "1:8: an anchor (a) is not used here: write the value out" },
	{ "an alias", "user: *a", "1:7: an alias (a) is not used here: write the value out" },
	{ "a billion laughs", "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]",
	  "1:4: an anchor (a) is not used here: write the value out" },
	{ "merge key", "cache:\n  <<: *x", "2:7: an alias (x) is not used here: write the value out" },
	{ "a tag", "user: !!str x", "1:7: a tag (tag:yaml.org,2002:str) is not used here: leave it out" },
	{ "terminal escapes in a tag", "threads: !%1b%c2%9b2J 4",
	  "1:10: a tag (!\\x1b\\xc2\\x9b2J) is not used here: leave it out" },
	{ "a tag of one's own", "threads: !x 4", "1:10: a tag (!x) is not used here: leave it out" },
	{ "a tag at a list", "allow: !!set [x]", "1:8: a tag (tag:yaml.org,2002:set) is not used here: leave it out" },
	{ "two documents", "user: a\n---\nuser: b",
	  "2:1: a second document begins here: a configuration is one document" },
	{ "a document behind the end", "user: a\n...\nuser: b",
	  "3:1: this is no YAML: did not find expected <document start>; check quotes and indentation" },
	{ "deep lists", "[[[[[[[[[", "1:9: nested more than 8 deep: a configuration is flatter" },
	{ "deep sections", "{a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}",
	  "1:33: nested more than 8 deep: a configuration is flatter" },
	{ "a tab", "cache:\n\tsize: 1M", "2:1: a tab cannot indent YAML: indent with spaces" },
	{ "a tab behind other letters", "# \303\244\303\266\303\274\ncache:\n\tsize: 1M",
	  "3:1: a tab cannot indent YAML: indent with spaces" },
	{ "an unquoted IPv6 address", "listen: [::1@53]",
	  "1:10: a value cannot begin with a colon here: quote it, for example \"::1\"" },
	{ "an unquoted @", "listen: [@53]", "1:10: a value cannot begin with @: quote it" },
	{ "an open list", "listen: [127.0.0.1\nuser: x",
	  "2:5: this is no YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1; "
	  "check quotes, brackets and indentation" },
	{ "an open quote", "user: \"x",
	  "1:9: this is no YAML: found unexpected end of stream while scanning a quoted scalar that begins in line 1; "
	  "check quotes, brackets and indentation" },
	{ "wrong indentation", "cache:\n  size: 1M\n max-ttl: 1d",
	  "3:2: this is no YAML: did not find expected key while parsing a block mapping that begins in line 1; check "
	  "quotes, brackets and indentation" },
	{ "two colons", "user: a: b",
	  "1:8: this is no YAML: mapping values are not allowed in this context; check quotes and indentation" },
	{ "Latin 1", "user: m\344x", "1:8: incomplete UTF-8 octet sequence: a configuration is UTF-8 text" },
	{ "Latin 1 in a later line", "# \303\244\nuser: \303\244\377",
	  "2:8: invalid leading UTF-8 octet: a configuration is UTF-8 text" },
	{ "a character cut by another", "user: m\344xyz",
	  "1:9: invalid trailing UTF-8 octet: a configuration is UTF-8 text" },
	{ "cut UTF-8", "user: \303", "1:7: incomplete UTF-8 octet sequence: a configuration is UTF-8 text" },
	{ "UTF-16", "\377\376u\1s\1", "1:1: invalid leading UTF-8 octet: a configuration is UTF-8 text" },
	{ "a control character", "user: \7", "1:7: control characters are not allowed: a configuration is UTF-8 text" },
};

static void reads(const char *text, size_t size, bool want, const char *error)
{
	conf_report_t report = { .file = "f" };
	yaml_document_t document;
	bool good = conf_yaml_read(text, size, &document, &report);

	if (good)
		yaml_document_delete(&document);
	assert_int_equal(good, want);
	assert_int_equal(report.failed, !want);
	if (!want)
		assert_string_equal(report.error, error);
	free(report.error);
}

static void refuses_too_many_octets(void **state)
{
	char *text = malloc(CONF_YAML_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '#', CONF_YAML_MAX + 1);
	reads(text, CONF_YAML_MAX, true, NULL);
	reads(text, CONF_YAML_MAX + 1, false, "f: the file has more than 1048576 octets: a configuration is smaller");
	free(text);
}

static void refuses_too_many_values(void **state)
{
	size_t size = 1 + 2 * (CONF_YAML_MAX_NODES - 1);
	char *text = malloc(size + 3);

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 1; i < size; i += 2)
		memcpy(text + i, "1,", 2);
	memcpy(text + size, "]", 1);
	reads(text, size + 1, true, NULL); /* the list is one of them */
	memcpy(text + size, "1]", 2);
	reads(text, size + 2, false, "f:1:32768: more than 16384 values: a configuration is smaller");
	free(text);
}

/* Brackets that are never closed cost nothing beyond the ninth. */
static void refuses_brackets_early(void **state)
{
	char *text = malloc(CONF_YAML_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, '[', CONF_YAML_MAX);
	reads(text, CONF_YAML_MAX, false, "f:1:9: nested more than 8 deep: a configuration is flatter");
	free(text);
}

static void reads_nothing_as_no_root(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "# comment", "# comment\n", "\357\273\277", "%YAML 1.1\n---\n"
	};
	conf_report_t report = { .file = "f" };
	yaml_document_t document;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const yaml_node_t *root;

		assert_true(conf_yaml_read(texts[i], strlen(texts[i]), &document, &report));
		root = yaml_document_get_root_node(&document);
		assert_true(root == NULL || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0));
		yaml_document_delete(&document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_too_many_octets),
		cmocka_unit_test(refuses_too_many_values),
		cmocka_unit_test(refuses_brackets_early),
		cmocka_unit_test(reads_nothing_as_no_root),
	};

	return RUN_ROWS("refused", refused, is_refused) + cmocka_run_group_tests(tests, NULL, NULL);
}
