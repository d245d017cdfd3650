/* order.c: see order.h. */
#include "module/control/order.h"

#include "module/escape.h"
#include "validator/name.h"

#include <jansson.h>
#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 128 };

/* What an order may have, and must have. */
typedef enum {
	HAS_NAME = 1,
	HAS_TYPE = 2,
	HAS_ALL = 4,
	HAS_ACTION = 8,
	HAS_LIFETIME = 16,
	HAS_LEVEL = 32,
} fields_t;

typedef struct row {
	const char *name;
	unsigned may;
	unsigned must;
} row_t;

static const row_t rows[ORDERS] = {
	[ORDER_STATUS] = { "status", 0, 0 },
	[ORDER_STATS] = { "stats", 0, 0 },
	[ORDER_RELOAD] = { "reload", 0, 0 },
	[ORDER_FLUSH] = { "flush", HAS_NAME | HAS_TYPE | HAS_ALL, 0 },
	[ORDER_CACHE] = { "cache", HAS_NAME, HAS_NAME },
	[ORDER_NTA] = { "nta", HAS_ACTION | HAS_NAME | HAS_LIFETIME, HAS_ACTION },
	[ORDER_TRUST_ANCHORS] = { "trust-anchors", 0, 0 },
	[ORDER_LOG_LEVEL] = { "log-level", HAS_LEVEL, HAS_LEVEL },
	[ORDER_STOP] = { "stop", 0, 0 },
	[ORDER_ALERTS] = { "alerts", 0, 0 },
	[ORDER_EXPLAIN] = { "explain", HAS_NAME, HAS_NAME },
};

PRINTF_LIKE(2, 3) static bool refuse(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, ORDER_ERROR_MAX, format, args);
	va_end(args);
	return false;
}

const char *order_name(order_command_t command)
{
	return rows[command].name;
}

/* ---- fields: each takes the value that the object has, and says what would be right ---- */

/* A word of a list; -1 when it is none. */
static int find_word(const json_t *value, const char *const *words, int count)
{
	const char *text = json_string_value(value);

	for (int i = 0; text != NULL && i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

static bool read_name(const json_t *value, order_t *order, char *error)
{
	const char *text = json_string_value(value);
	char shown[SHOWN_MAX];

	if (text == NULL)
		return refuse(error, "name is not a string");
	if (!name_from_text(text, &order->name))
		return refuse(error, "%s is no domain name: labels have 1 to 63 octets, a name at most 255",
			      escape_string(text, shown, sizeof(shown)));
	name_lower(&order->name);
	return true;
}

static bool read_type(const json_t *value, order_t *order, char *error)
{
	const char *text = json_string_value(value);
	long number = text != NULL ? (long)ldns_get_rr_type_by_name(text) : 0;

	if (number < 1 || number > UINT16_MAX)
		return refuse(error, "type is no record type: MX, A, TXT, or TYPE and a number from 1 to 65535");
	order->type = (uint16_t)number;
	order->has_type = true;
	return true;
}

static bool read_all(const json_t *value, order_t *order, char *error)
{
	order->all = json_is_true(value);
	return json_is_boolean(value) || refuse(error, "all is neither true nor false");
}

static bool read_action(const json_t *value, order_t *order, char *error)
{
	static const char *const words[] = { "list", "add", "del" };
	int word = find_word(value, words, 3);

	if (word < 0)
		return refuse(error, "action is not list, add or del");
	order->nta = (order_nta_t)word;
	return true;
}

static bool read_lifetime(const json_t *value, order_t *order, char *error)
{
	json_int_t seconds = json_integer_value(value);

	if (seconds < 1 || seconds > ORDER_LIFETIME_MAX)
		return refuse(error, "lifetime is not a number of seconds from 1 to %d (a week)", ORDER_LIFETIME_MAX);
	order->lifetime = (uint32_t)seconds;
	return true;
}

static bool read_level(const json_t *value, order_t *order, char *error)
{
	static const char *const words[] = { "error", "warning", "info", "debug" };
	int word = find_word(value, words, 4);

	if (word < 0)
		return refuse(error, "level is not error, warning, info or debug");
	order->level = (log_level_t)word;
	return true;
}

typedef struct field {
	const char *name;
	fields_t bit;
	bool (*read)(const json_t *value, order_t *order, char *error);
} field_t;

static const field_t fields[] = {
	{ "name", HAS_NAME, read_name },
	{ "type", HAS_TYPE, read_type },
	{ "all", HAS_ALL, read_all },
	{ "action", HAS_ACTION, read_action },
	{ "lifetime", HAS_LIFETIME, read_lifetime },
	{ "level", HAS_LEVEL, read_level },
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* ---- the object ---- */

static const row_t *find_row(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "command"));

	for (size_t i = 0; name != NULL && i < ORDERS; i++)
		if (strcmp(name, rows[i].name) == 0)
			return &rows[i];
	return NULL;
}

static const field_t *find_field(const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(name, fields[i].name) == 0)
			return &fields[i];
	return NULL;
}

static bool read_fields(json_t *object, const row_t *row, order_t *order, unsigned *seen, char *error)
{
	const char *key;
	json_t *value;
	char shown[SHOWN_MAX];

	json_object_foreach(object, key, value)
	{
		const field_t *field = find_field(key);

		if (strcmp(key, "command") == 0)
			continue;
		if (field == NULL || !(row->may & field->bit))
			return refuse(error, "%s does not know the field %s", row->name,
				      escape_string(key, shown, sizeof(shown)));
		if (!field->read(value, order, error))
			return false;
		*seen |= field->bit;
	}
	return true;
}

static bool lacks_field(const row_t *row, unsigned missing, char *error)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (missing & fields[i].bit)
			return refuse(error, "%s needs the field %s", row->name, fields[i].name);
	return true;
}

/* What the table cannot say: fields that depend on each other. */
static bool check_flush(const order_t *order, unsigned seen, char *error)
{
	const bool named = seen & HAS_NAME;

	if (order->all == named)
		return refuse(error, "flush needs a name, or all: true, and not both");
	return named || !order->has_type || refuse(error, "flush of all takes no type");
}

static bool check_nta(order_t *order, unsigned seen, char *error)
{
	const bool listing = order->nta == ORDER_NTA_LIST;

	if (listing == ((seen & HAS_NAME) != 0))
		return refuse(error, listing ? "nta list takes no name" : "nta add and nta del need a name");
	if (seen & HAS_LIFETIME && order->nta != ORDER_NTA_ADD)
		return refuse(error, "only nta add takes a lifetime");
	if (order->nta == ORDER_NTA_ADD && order->lifetime == 0)
		order->lifetime = ORDER_LIFETIME;
	return true;
}

static bool read_object(json_t *object, order_t *order, char *error)
{
	const row_t *row = find_row(object);
	unsigned seen = 0;

	if (row == NULL)
		return refuse(error, "there is no such command");
	order->command = (order_command_t)(row - rows);
	if (!read_fields(object, row, order, &seen, error) || !lacks_field(row, row->must & ~seen, error))
		return false;
	if (order->command == ORDER_FLUSH)
		return check_flush(order, seen, error);
	return order->command != ORDER_NTA || check_nta(order, seen, error);
}

bool order_read(const char *line, size_t size, order_t *order, char *error)
{
	json_t *object = size <= ORDER_SIZE_MAX ? json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
	bool read = false;

	*order = (order_t){ 0 };
	if (size > ORDER_SIZE_MAX)
		refuse(error, "the line has more than %d octets", ORDER_SIZE_MAX);
	else if (!json_is_object(object))
		refuse(error, "the line is no JSON object such as {\"command\": \"status\"}");
	else
		read = read_object(object, order, error);
	json_decref(object);
	return read;
}
