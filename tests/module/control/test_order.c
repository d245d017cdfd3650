/* test_order.c: lines of the control socket that are orders, and lines that are none. */
#include "module/control/order.h"

#include "tests/support.h"
#include "validator/name.h"

enum { WEEK = 604800 };

typedef struct good {
	const char *line;
	order_t want; /* without its name */
	const char *name;
} good_t;

static const good_t good[] = {
	{ "{\"command\": \"status\"}", { .command = ORDER_STATUS }, NULL },
	{ "{\"command\": \"stats\"}", { .command = ORDER_STATS }, NULL },
	{ " {\"command\":\"reload\"} ", { .command = ORDER_RELOAD }, NULL },
	{ "{\"command\": \"stop\"}\r", { .command = ORDER_STOP }, NULL },
	{ "{\"command\": \"trust-anchors\"}", { .command = ORDER_TRUST_ANCHORS }, NULL },
	{ "{\"command\": \"flush\", \"all\": true}", { .command = ORDER_FLUSH, .all = true }, NULL },
	{ "{\"command\": \"flush\", \"name\": \"Example.ORG\"}", { .command = ORDER_FLUSH }, "example.org." },
	{ "{\"name\": \"a.example.\", \"type\": \"MX\", \"command\": \"flush\", \"all\": false}",
	  { .command = ORDER_FLUSH, .has_type = true, .type = 15 },
	  "a.example." },
	{ "{\"command\": \"flush\", \"name\": \".\", \"type\": \"TYPE65535\"}",
	  { .command = ORDER_FLUSH, .has_type = true, .type = 65535 },
	  "." },
	{ "{\"command\": \"cache\", \"name\": \"\\\\000.example\"}", { .command = ORDER_CACHE }, "\\000.example." },
	{ "{\"command\": \"explain\", \"name\": \"example.org\"}", { .command = ORDER_EXPLAIN }, "example.org." },
	{ "{\"command\": \"nta\", \"action\": \"list\"}", { .command = ORDER_NTA, .nta = ORDER_NTA_LIST }, NULL },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"b.example\"}",
	  { .command = ORDER_NTA, .nta = ORDER_NTA_ADD, .lifetime = 3600 },
	  "b.example." },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"b.example\", \"lifetime\": 604800}",
	  { .command = ORDER_NTA, .nta = ORDER_NTA_ADD, .lifetime = WEEK },
	  "b.example." },
	{ "{\"command\": \"nta\", \"action\": \"del\", \"name\": \"b.example\"}",
	  { .command = ORDER_NTA, .nta = ORDER_NTA_DELETE },
	  "b.example." },
	{ "{\"command\": \"log-level\", \"level\": \"debug\"}",
	  { .command = ORDER_LOG_LEVEL, .level = LOG_LEVEL_DEBUG },
	  NULL },
};

static void reads(void **state)
{
	const good_t *row = *state;
	uint8_t *line = test_copy((const uint8_t *)row->line, strlen(row->line));
	char error[ORDER_ERROR_MAX] = "";
	char name[NAME_TEXT_MAX];
	order_t order;

	if (!order_read((const char *)line, strlen(row->line), &order, error))
		fail_msg("%s", error);
	assert_int_equal(order.command, row->want.command);
	assert_int_equal(order.all, row->want.all);
	assert_int_equal(order.has_type, row->want.has_type);
	assert_int_equal(order.type, row->want.type);
	assert_int_equal(order.nta, row->want.nta);
	assert_int_equal(order.lifetime, row->want.lifetime);
	assert_int_equal(order.level, row->want.level);
	if (row->name == NULL)
		assert_int_equal(order.name.size, 0);
	else
		assert_string_equal(name_to_text(&order.name, name), row->name);
	free(line);
}

typedef struct bad {
	const char *line;
	const char *error;
} bad_t;

#define LONG_LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const bad_t bad[] = {
	{ "", "no JSON object" },
	{ "status", "no JSON object" },
	{ "[]", "no JSON object" },
	{ "{\"command\": \"status\"", "no JSON object" },
	{ "{\"command\": \"status\"} x", "no JSON object" },
	{ "{\"command\": \"status\", \"command\": \"stop\"}", "no JSON object" },
	{ "{\"command\": \"\xff\"}", "no JSON object" },
	{ "{}", "there is no such command" },
	{ "{\"command\": 1}", "there is no such command" },
	{ "{\"command\": \"statu\"}", "there is no such command" },
	{ "{\"command\": \"status\", \"name\": \"a\"}", "status does not know the field name" },
	{ "{\"command\": \"status\", \"x\\u001b[2J\": 1}", "status does not know the field x\\027[2J" },
	{ "{\"command\": \"cache\"}", "cache needs the field name" },
	{ "{\"command\": \"cache\", \"name\": 1}", "name is not a string" },
	{ "{\"command\": \"cache\", \"name\": \"a..b\"}", "a..b is no domain name" },
	{ "{\"command\": \"cache\", \"name\": \"" LONG_LABEL "\"}", "is no domain name" },
	{ "{\"command\": \"flush\"}", "flush needs a name, or all: true" },
	{ "{\"command\": \"flush\", \"all\": false}", "flush needs a name, or all: true" },
	{ "{\"command\": \"flush\", \"all\": 1}", "all is neither true nor false" },
	{ "{\"command\": \"flush\", \"all\": true, \"name\": \"a\"}", "and not both" },
	{ "{\"command\": \"flush\", \"all\": true, \"type\": \"MX\"}", "flush of all takes no type" },
	{ "{\"command\": \"flush\", \"name\": \"a\", \"type\": \"XM\"}", "type is no record type" },
	{ "{\"command\": \"flush\", \"name\": \"a\", \"type\": 15}", "type is no record type" },
	{ "{\"command\": \"flush\", \"name\": \"a\", \"type\": \"TYPE0\"}", "type is no record type" },
	{ "{\"command\": \"nta\"}", "nta needs the field action" },
	{ "{\"command\": \"nta\", \"action\": \"remove\"}", "action is not list, add or del" },
	{ "{\"command\": \"nta\", \"action\": null}", "action is not list, add or del" },
	{ "{\"command\": \"nta\", \"action\": \"add\"}", "nta add and nta del need a name" },
	{ "{\"command\": \"nta\", \"action\": \"list\", \"name\": \"a\"}", "nta list takes no name" },
	{ "{\"command\": \"nta\", \"action\": \"del\", \"name\": \"a\", \"lifetime\": 1}",
	  "only nta add takes a lifetime" },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"a\", \"lifetime\": 0}", "lifetime is not a number" },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"a\", \"lifetime\": 604801}",
	  "lifetime is not a number" },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"a\", \"lifetime\": 4294967297}",
	  "lifetime is not a number" },
	{ "{\"command\": \"nta\", \"action\": \"add\", \"name\": \"a\", \"lifetime\": 1.5}",
	  "lifetime is not a number" },
	{ "{\"command\": \"log-level\"}", "log-level needs the field level" },
	{ "{\"command\": \"log-level\", \"level\": \"loud\"}", "level is not error, warning, info or debug" },
};

static void refuses(void **state)
{
	const bad_t *row = *state;
	uint8_t *line = test_copy((const uint8_t *)row->line, strlen(row->line));
	char error[ORDER_ERROR_MAX] = "";
	order_t order;

	assert_false(order_read((const char *)line, strlen(row->line), &order, error));
	if (strstr(error, row->error) == NULL)
		fail_msg("said: %s", error);
	free(line);
}

static void refuses_long_line(void **state)
{
	static const char order[] = "{\"command\": \"status\"}";
	char line[ORDER_SIZE_MAX + 1];
	char error[ORDER_ERROR_MAX];
	order_t read;

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, order, sizeof(order) - 1);
	assert_true(order_read(line, ORDER_SIZE_MAX, &read, error));
	assert_false(order_read(line, ORDER_SIZE_MAX + 1, &read, error));
	assert_non_null(strstr(error, "more than 16384 octets"));
}

/* Names and lines belong together: each command's name is its order. */
static void knows_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ORDERS; i++) {
		char line[64];
		char error[ORDER_ERROR_MAX] = "";
		order_t order;

		snprintf(line, sizeof(line), "{\"command\": \"%s\"}", order_name((order_command_t)i));
		if (order_read(line, strlen(line), &order, error))
			assert_int_equal(order.command, i);
		else
			assert_ptr_equal(strstr(error, order_name((order_command_t)i)), error);
	}
}

int main(void)
{
	enum { GOOD = sizeof(good) / sizeof(good[0]), BAD = sizeof(bad) / sizeof(bad[0]) };
	struct CMUnitTest tests[GOOD + BAD + 2];
	size_t count = 0;

	for (size_t i = 0; i < GOOD; i++)
		tests[count++] = (struct CMUnitTest){ good[i].line, reads, NULL, NULL, (void *)(uintptr_t)&good[i] };
	for (size_t i = 0; i < BAD; i++)
		tests[count++] = (struct CMUnitTest){ bad[i].line, refuses, NULL, NULL, (void *)(uintptr_t)&bad[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(refuses_long_line);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(knows_names);
	return _cmocka_run_group_tests("order", tests, count, NULL, NULL);
}
