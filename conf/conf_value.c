/* conf_value.c: one function for each kind of value, found by a table. */
#include "conf/conf_value.h"

#include "conf/conf_shown.h"
#include "conf/conf_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a reader works on. */
typedef struct value {
	const conf_key_t *key;
	void *place;
	conf_t *conf;
	yaml_document_t *document;
	conf_report_t *report;
	const char *wanted; /* how errors call the scalar that is read, with its article */
	const char *example;
} value_t;

typedef bool read_fn(const value_t *value, const yaml_node_t *node);
typedef bool read_pair_fn(const value_t *value, const yaml_node_t *name, const yaml_node_t *node);
typedef void free_fn(void *place);

typedef struct kind {
	read_fn *read;       /* for lists: of each item */
	const char *wanted;  /* how errors call a value or, of a list, an item */
	const char *example; /* of an item; a single value's is its default */
	const char *list;    /* how errors call the list or mapping; NULL: a single value */
	free_fn *free;       /* NULL: owns nothing */
	read_pair_fn *pair;  /* for mappings, in place of read: of each pair */
	const char *mapping; /* example of a mapping */
} kind_t;

static bool is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	const char *text;

	if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	text = (const char *)node->data.scalar.value;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp(text, nulls[i]) == 0)
			return true;
	return false;
}

/* A scalar's text, or NULL after reporting that it is something else. */
static const char *text_of(const value_t *value, const yaml_node_t *node)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		conf_report_at(value->report, node->start_mark,
			       "%s: %s is wanted here, for example %s, and this is a %s", value->key->path,
			       value->wanted, value->example, node->type == YAML_SEQUENCE_NODE ? "list" : "section");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (is_null(node)) {
		conf_report_at(value->report, node->start_mark, "%s has no value: give %s, for example %s",
			       value->key->path, value->wanted, value->example);
		return NULL;
	}
	if (strlen(text) != node->data.scalar.length) {
		conf_report_at(value->report, node->start_mark, "%s holds a NUL character: leave it out",
			       value->key->path);
		return NULL;
	}
	return text;
}

static bool report_problem(const value_t *value, const yaml_node_t *node, const char *text, const char *problem)
{
	char shown[CONF_SHOWN_MAX];

	return conf_report_at(value->report, node->start_mark, "%s: \"%s\" %s", value->key->path,
			      conf_shown(text, shown), problem);
}

/* Words. */

static bool find_word(const char *const *words, const char *text, unsigned *index)
{
	for (*index = 0; words != NULL && words[*index] != NULL; (*index)++)
		if (strcmp(words[*index], text) == 0)
			return true;
	return false;
}

static bool report_words(const value_t *value, const yaml_node_t *node, const char *text)
{
	char problem[CONF_PROBLEM_MAX];
	size_t size = (size_t)snprintf(problem, sizeof(problem), "is none of");

	for (const char *const *word = value->key->words; *word != NULL && size < sizeof(problem); word++)
		size += (size_t)snprintf(problem + size, sizeof(problem) - size, " %s", *word);
	return report_problem(value, node, text, problem);
}

static bool read_word(const value_t *value, const yaml_node_t *node)
{
	const char *text = text_of(value, node);

	if (text == NULL)
		return false;
	return find_word(value->key->words, text, value->place) || report_words(value, node, text);
}

/* As YAML 1.1 spells it; unbound.conf(5) has yes and no. */
static bool read_yes_or_no(const value_t *value, const yaml_node_t *node, bool *on)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", NULL };
	const char *text = text_of(value, node);
	unsigned index;

	if (text == NULL)
		return false;
	if (!find_word(words, text, &index))
		return report_problem(value, node, text, "is neither yes nor no");
	*on = index % 2 == 1;
	return true;
}

static bool read_switch(const value_t *value, const yaml_node_t *node)
{
	return read_yes_or_no(value, node, value->place);
}

/* Numbers. */

typedef bool amount_fn(const char *text, uint64_t *amount, char problem[CONF_PROBLEM_MAX]);
typedef const char *amount_text_fn(uint64_t amount, char text[CONF_AMOUNT_MAX]);

static const char *plain_number(uint64_t number, char text[CONF_AMOUNT_MAX])
{
	snprintf(text, CONF_AMOUNT_MAX, "%" PRIu64, number);
	return text;
}

/* A number within the row's limits; `show` writes the limits in the key's own unit. */
static bool read_amount(const value_t *value, const yaml_node_t *node, amount_fn *read, amount_text_fn *show,
			uint64_t *amount)
{
	const conf_key_t *key = value->key;
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];
	char limit[CONF_AMOUNT_MAX];
	unsigned index;

	if (text == NULL)
		return false;
	if (find_word(key->words, text, &index)) {
		*amount = index;
		return true;
	}
	if (!read(text, amount, problem)) {
		if (key->words != NULL)
			snprintf(problem, sizeof(problem), "is neither a whole number nor %s", key->words[0]);
		return report_problem(value, node, text, problem);
	}
	if (*amount >= key->least && *amount <= key->most)
		return true;
	snprintf(problem, sizeof(problem),
		 *amount < key->least ? "is too little: the least is %s" : "is too much: the most is %s",
		 show(*amount < key->least ? key->least : key->most, limit));
	return report_problem(value, node, text, problem);
}

static bool read_number(const value_t *value, const yaml_node_t *node)
{
	unsigned *place = value->place;
	uint64_t amount;

	if (!read_amount(value, node, conf_text_number, plain_number, &amount))
		return false;
	*place = (unsigned)amount;
	return true;
}

static bool read_duration(const value_t *value, const yaml_node_t *node)
{
	uint32_t *place = value->place;
	uint64_t amount;

	if (!read_amount(value, node, conf_text_duration, conf_text_of_duration, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

static bool read_milliseconds(const value_t *value, const yaml_node_t *node)
{
	uint32_t *place = value->place;
	uint64_t amount;

	if (!read_amount(value, node, conf_text_milliseconds, conf_text_of_milliseconds, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

static bool read_size(const value_t *value, const yaml_node_t *node)
{
	size_t *place = value->place;
	uint64_t amount;

	if (!read_amount(value, node, conf_text_size, conf_text_of_size, &amount))
		return false;
	*place = (size_t)amount;
	return true;
}

/* Texts. */

static bool store_text(const value_t *value, char **place, const char *text)
{
	*place = strdup(text);
	return *place != NULL || conf_report_no_memory(value->report);
}

/* Text goes to other programs and to terminals: no control characters but those in `fine`. */
static const char *checked_text(const value_t *value, const yaml_node_t *node, const char *fine)
{
	const char *text = text_of(value, node);

	for (const char *c = text; c != NULL && *c != '\0'; c++)
		if (conf_control_size(c) > 0 && strchr(fine, *c) == NULL) {
			report_problem(value, node, text, "holds a control character: leave it out");
			return NULL;
		}
	return text;
}

static bool read_text_with(const value_t *value, const yaml_node_t *node, const char *fine)
{
	const char *text = checked_text(value, node, fine);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	if (strlen(text) <= value->key->most)
		return store_text(value, value->place, text);
	snprintf(problem, sizeof(problem), "is too long: the most are %" PRIu64 " octets", value->key->most);
	return report_problem(value, node, text, problem);
}

static bool read_text(const value_t *value, const yaml_node_t *node)
{
	return read_text_with(value, node, "");
}

static bool read_lines(const value_t *value, const yaml_node_t *node)
{
	return read_text_with(value, node, "\n\t");
}

/* A path is written between quotes into unbound.conf(5) syntax, which has no escapes. */
static bool check_path(const value_t *value, const yaml_node_t *node, const char *path)
{
	enum { LONGEST_PATH = 4095 }; /* PATH_MAX without the NUL */

	if (path[0] != '/')
		return report_problem(value, node, path, "is no absolute path: begin it with /");
	if (strchr(path, '"') != NULL)
		return report_problem(value, node, path, "holds a quote: give the file another name");
	if (strlen(path) > LONGEST_PATH)
		return report_problem(value, node, path, "is too long for a path: the most are 4095 octets");
	return true;
}

static bool read_path(const value_t *value, const yaml_node_t *node)
{
	const char *text = checked_text(value, node, "");
	unsigned index;

	if (text == NULL)
		return false;
	if (find_word(value->key->words, text, &index) || (*text == '\0' && value->key->least == 0) ||
	    check_path(value, node, text))
		return store_text(value, value->place, text);
	return false;
}

/* Lists. Each reader appends one item. */

/* Room for one more zeroed item behind `count`; the list stays as it is when memory is out. */
static void *grow(const value_t *value, void *items, size_t count, size_t size)
{
	char *grown = reallocarray(items, count + 1, size);

	if (grown == NULL) {
		conf_report_no_memory(value->report);
		return NULL;
	}
	memset(grown + count * size, 0, size);
	return grown;
}

static bool append_string(const value_t *value, conf_strings_t *list, const char *text)
{
	char **items = grow(value, list->items, list->count, sizeof(*items));

	if (items == NULL)
		return false;
	list->items = items;
	return store_text(value, &list->items[list->count++], text);
}

static bool read_path_item(const value_t *value, const yaml_node_t *node)
{
	const char *text = checked_text(value, node, "");

	return text != NULL && check_path(value, node, text) && append_string(value, value->place, text);
}

/* The first one is a path. */
static bool read_argument_item(const value_t *value, const yaml_node_t *node)
{
	enum { LONGEST_ARGUMENT = 4095 };
	const conf_strings_t *list = value->place;
	const char *text = checked_text(value, node, "");

	if (text == NULL || (list->count == 0 && !check_path(value, node, text)))
		return false;
	if (strlen(text) > LONGEST_ARGUMENT)
		return report_problem(value, node, text, "is too long for an argument: the most are 4095 octets");
	return append_string(value, value->place, text);
}

static bool read_name(const value_t *value, const yaml_node_t *node, char name[CONF_NAME_MAX])
{
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	return conf_text_name(text, name, problem) || report_problem(value, node, text, problem);
}

static bool read_name_item(const value_t *value, const yaml_node_t *node)
{
	char name[CONF_NAME_MAX];

	return read_name(value, node, name) && append_string(value, value->place, name);
}

static bool append_address(const value_t *value, const yaml_node_t *node, conf_addresses_t *list)
{
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];
	conf_address_t address;
	conf_address_t *items;

	if (text == NULL)
		return false;
	if (!conf_text_address(text, &address, problem))
		return report_problem(value, node, text, problem);
	for (size_t i = 0; i < list->count; i++)
		if (conf_text_same_address(&list->items[i], &address))
			return report_problem(value, node, text, "is here twice: once is enough");
	items = grow(value, list->items, list->count, sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->items[list->count++] = address;
	return true;
}

static bool read_address_item(const value_t *value, const yaml_node_t *node)
{
	return append_address(value, node, value->place);
}

static bool read_service_item(const value_t *value, const yaml_node_t *node)
{
	const char *text = text_of(value, node);

	if (text != NULL && strchr(text, '@') == NULL)
		return report_problem(value, node, text, "has no port: write one behind @, for example 127.0.0.1@8953");
	return text != NULL && append_address(value, node, value->place);
}

static bool read_prefix_item(const value_t *value, const yaml_node_t *node)
{
	conf_prefixes_t *list = value->place;
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];
	conf_prefix_t prefix;
	conf_prefix_t *items;

	if (text == NULL)
		return false;
	if (!conf_text_prefix(text, &prefix, problem))
		return report_problem(value, node, text, problem);
	items = grow(value, list->items, list->count, sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->items[list->count++] = prefix;
	return true;
}

/* Routes: {zone: NAME, to: [ADDRESS, ...]}. */

static value_t with_words(const value_t *value, const char *wanted, const char *example)
{
	value_t other = *value;

	other.wanted = wanted;
	other.example = example;
	return other;
}

static bool read_route_zone(const value_t *value, const yaml_node_t *node, conf_routes_t *list, conf_route_t *route)
{
	const value_t zone = with_words(value, "a domain name", "corp.example");
	char name[CONF_NAME_MAX];

	if (!read_name(&zone, node, name))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].zone != NULL && strcasecmp(list->items[i].zone, name) == 0)
			return report_problem(value, node, name, "is here twice: put its servers into one list");
	return store_text(value, &route->zone, name);
}

static bool read_route_to(const value_t *value, const yaml_node_t *node, conf_route_t *route)
{
	enum { MOST_SERVERS = 16 };
	const value_t server = with_words(value, "an address", "192.0.2.53");
	const yaml_node_item_t *start = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return append_address(&server, node, &route->to);
	count = (size_t)(node->data.sequence.items.top - start);
	if (count == 0)
		return conf_report_at(value->report, node->start_mark,
				      "%s: \"to\" is empty: name a server, for example [192.0.2.53]", value->key->path);
	if (count > MOST_SERVERS)
		return conf_report_at(value->report, node->start_mark,
				      "%s: \"to\" has too many servers: the most are %d", value->key->path,
				      MOST_SERVERS);
	for (size_t i = 0; i < count; i++)
		if (!append_address(&server, yaml_document_get_node(value->document, start[i]), &route->to))
			return false;
	return true;
}

static bool read_route_pair(const value_t *value, const yaml_node_pair_t *pair, conf_routes_t *list)
{
	conf_route_t *route = &list->items[list->count - 1];
	const yaml_node_t *name = yaml_document_get_node(value->document, pair->key);
	const yaml_node_t *node = yaml_document_get_node(value->document, pair->value);
	const char *text = name->type == YAML_SCALAR_NODE ? (const char *)name->data.scalar.value : "";

	if (strcmp(text, "zone") == 0 && route->zone == NULL)
		return read_route_zone(value, node, list, route);
	if (strcmp(text, "to") == 0 && route->to.count == 0)
		return read_route_to(value, node, route);
	return conf_report_at(value->report, name->start_mark,
			      "%s: one \"zone\" and one \"to\" are wanted here: {zone: corp.example, to: [192.0.2.53]}",
			      value->key->path);
}

static bool read_route_item(const value_t *value, const yaml_node_t *node)
{
	static const char wanted[] = "%s: {zone: corp.example, to: [192.0.2.53]} is wanted here, %s";
	conf_routes_t *list = value->place;
	conf_route_t *route;

	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(value->report, node->start_mark, wanted, value->key->path,
				      "with a zone and its servers");
	route = grow(value, list->items, list->count, sizeof(*route));
	if (route == NULL)
		return false;
	list->items = route;
	route += list->count++;
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		if (!read_route_pair(value, pair, list))
			return false;
	if (route->zone == NULL || route->to.count == 0)
		return conf_report_at(value->report, node->start_mark, wanted, value->key->path,
				      route->zone == NULL ? "and the zone is missing" : "and the servers are missing");
	return true;
}

/* Watches: {domain: NAME, expect: [EXCHANGE, ...], every: DURATION, signatures-within: DURATION}. */

static bool read_pin_exchanges(const value_t *value, const yaml_node_t *node, conf_strings_t *list);

enum {
	WATCH_EVERY = 15 * 60,
	WATCH_EVERY_LEAST = 10,
	WATCH_EVERY_MOST = 24 * 3600,
	WATCH_WITHIN = 3 * 24 * 3600,
	WATCH_WITHIN_MOST = 90 * 24 * 3600,
};

static bool read_watch_domain(const value_t *value, const yaml_node_t *node, conf_watches_t *list, conf_watch_t *watch)
{
	const value_t domain = with_words(value, "a domain name", "example.org");
	char name[CONF_NAME_MAX];

	if (!read_name(&domain, node, name))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].domain != NULL && strcasecmp(list->items[i].domain, name) == 0)
			return report_problem(value, node, name, "is here twice: once is enough");
	return store_text(value, &watch->domain, name);
}

static bool read_watch_time(const value_t *value, const yaml_node_t *node, uint64_t least, uint64_t most,
			    uint32_t *place)
{
	conf_key_t key = *value->key;
	value_t time = with_words(value, "a duration", "15m");
	uint64_t amount;

	key.least = least;
	key.most = most;
	time.key = &key;
	if (!read_amount(&time, node, conf_text_duration, conf_text_of_duration, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

static bool read_watch_pair(const value_t *value, const yaml_node_pair_t *pair, conf_watches_t *list)
{
	const value_t exchange = with_words(value, "an exchange", "mx1.example.org");
	conf_watch_t *watch = &list->items[list->count - 1];
	const yaml_node_t *name = yaml_document_get_node(value->document, pair->key);
	const yaml_node_t *node = yaml_document_get_node(value->document, pair->value);
	const char *text = name->type == YAML_SCALAR_NODE ? (const char *)name->data.scalar.value : "";

	if (strcmp(text, "domain") == 0 && watch->domain == NULL)
		return read_watch_domain(value, node, list, watch);
	if (strcmp(text, "expect") == 0 && watch->expect.count == 0)
		return read_pin_exchanges(&exchange, node, &watch->expect);
	if (strcmp(text, "every") == 0)
		return read_watch_time(value, node, WATCH_EVERY_LEAST, WATCH_EVERY_MOST, &watch->every);
	if (strcmp(text, "signatures-within") == 0)
		return read_watch_time(value, node, 0, WATCH_WITHIN_MOST, &watch->signatures_within);
	return conf_report_at(value->report, name->start_mark,
			      "%s: domain, expect, every and signatures-within are wanted here, each once",
			      value->key->path);
}

static bool read_watch_item(const value_t *value, const yaml_node_t *node)
{
	static const char wanted[] = "%s: {domain: example.org} is wanted here, perhaps with expect, every and "
				     "signatures-within";
	conf_watches_t *list = value->place;
	conf_watch_t *watch;

	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(value->report, node->start_mark, wanted, value->key->path);
	watch = grow(value, list->items, list->count, sizeof(*watch));
	if (watch == NULL)
		return false;
	list->items = watch;
	watch += list->count++;
	watch->every = WATCH_EVERY;
	watch->signatures_within = WATCH_WITHIN;
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		if (!read_watch_pair(value, pair, list))
			return false;
	return watch->domain != NULL || conf_report_at(value->report, node->start_mark, wanted, value->key->path);
}

/* Mappings. Each reader appends one pair; `value` has the words for what stands behind the colon. */

static bool read_plain_word(const value_t *value, const yaml_node_t *node, char **place)
{
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	return conf_text_word(text, problem) ? store_text(value, place, text)
					     : report_problem(value, node, text, problem);
}

static conf_place_t place_of(const yaml_node_t *node)
{
	return (conf_place_t){ (unsigned)node->start_mark.line + 1, (unsigned)node->start_mark.column + 1 };
}

/* YAML allows a name twice, and readers differ in which one wins. */
static bool check_choice_is_new(const value_t *value, const conf_choices_t *list, const yaml_node_t *name)
{
	const conf_choice_t *choice = &list->items[list->count - 1];

	for (const conf_choice_t *before = list->items; before < choice; before++)
		if (strcmp(before->name, choice->name) == 0)
			return conf_report_at(value->report, name->start_mark,
					      "%s: %s is here twice, first in line %u: keep one of them",
					      value->key->path, choice->name, before->name_place.line);
	return true;
}

/* {CHECK: ACTION}; which words there are is known to module alone. */
static bool read_choice(const value_t *value, const yaml_node_t *name, const yaml_node_t *node)
{
	const value_t check = with_words(value, "the name of a check", "target-is-alias");
	conf_choices_t *list = value->place;
	conf_choice_t *choice = grow(value, list->items, list->count, sizeof(*choice));

	if (choice == NULL)
		return false;
	list->items = choice;
	choice += list->count++;
	choice->name_place = place_of(name);
	choice->word_place = place_of(node);
	return read_plain_word(&check, name, &choice->name) && check_choice_is_new(value, list, name) &&
	       read_plain_word(value, node, &choice->word);
}

static bool read_pin_domain(const value_t *value, const yaml_node_t *node, conf_pins_t *list)
{
	const value_t domain = with_words(value, "a domain name", "example.org");
	conf_pin_t *pin = &list->items[list->count - 1];
	char name[CONF_NAME_MAX];

	if (!read_name(&domain, node, name))
		return false;
	for (const conf_pin_t *before = list->items; before < pin; before++)
		if (strcasecmp(before->domain, name) == 0)
			return report_problem(value, node, name, "is here twice: put its exchanges into one list");
	return store_text(value, &pin->domain, name);
}

static bool append_exchange(const value_t *value, const yaml_node_t *node, conf_strings_t *list)
{
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];
	char pattern[CONF_NAME_MAX];

	if (text == NULL)
		return false;
	if (!conf_text_pattern(text, pattern, problem))
		return report_problem(value, node, text, problem);
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], pattern) == 0)
			return report_problem(value, node, pattern, "is here twice: once is enough");
	return append_string(value, list, pattern);
}

static bool read_pin_exchanges(const value_t *value, const yaml_node_t *node, conf_strings_t *list)
{
	enum { MOST_EXCHANGES = 64 };
	const yaml_node_item_t *start = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return append_exchange(value, node, list);
	count = (size_t)(node->data.sequence.items.top - start);
	if (count == 0)
		return conf_report_at(
			value->report, node->start_mark,
			"%s: a list of exchanges is empty: name one, for example [mx1.example.org], or \".\" "
			"for a domain that takes no mail (null MX, RFC 7505)",
			value->key->path);
	if (count > MOST_EXCHANGES)
		return conf_report_at(value->report, node->start_mark,
				      "%s: a list has too many exchanges: the most are %d", value->key->path,
				      MOST_EXCHANGES);
	for (size_t i = 0; i < count; i++)
		if (!append_exchange(value, yaml_document_get_node(value->document, start[i]), list))
			return false;
	return true;
}

/* {DOMAIN: [EXCHANGE, ...]} */
static bool read_pin(const value_t *value, const yaml_node_t *name, const yaml_node_t *node)
{
	conf_pins_t *list = value->place;
	conf_pin_t *pin = grow(value, list->items, list->count, sizeof(*pin));

	if (pin == NULL)
		return false;
	list->items = pin;
	pin += list->count++;
	return read_pin_domain(value, name, list) && read_pin_exchanges(value, node, &pin->exchanges);
}

/* Options of unbound.conf(5). */

static conf_option_t *begin_option(const value_t *value)
{
	conf_option_t *option = &value->conf->resolver.options[conf_key_option_index(value->key)];

	option->name = conf_key_name(value->key->path);
	return option;
}

static bool read_option_switch(const value_t *value, const yaml_node_t *node)
{
	conf_option_t *option = begin_option(value);
	bool on = false;

	if (!read_yes_or_no(value, node, &on))
		return false;
	snprintf(option->value, sizeof(option->value), "%s", on ? "yes" : "no");
	return true;
}

static bool read_option_number(const value_t *value, const yaml_node_t *node)
{
	conf_option_t *option = begin_option(value);
	uint64_t amount;

	if (!read_amount(value, node, conf_text_number, plain_number, &amount))
		return false;
	snprintf(option->value, sizeof(option->value), "%" PRIu64, amount);
	return true;
}

/* The next number of a text with blanks between, or false at its end and before anything else. */
static bool next_number(const char **text, unsigned *number)
{
	char *end;

	*text += strspn(*text, " ");
	if (strspn(*text, "0123456789") - 1 >= 9) /* none, or more than fit */
		return false;
	*number = (unsigned)strtoul(*text, &end, 10);
	*text = end;
	return true;
}

/* Writes the numbers of `text` as unbound.conf(5) wants several: in quotes. False when they are not like the default. */
static bool write_numbers(const conf_key_t *key, const char *text, conf_option_t *option)
{
	enum { ROOM = sizeof(option->value) }; /* holds six numbers of four digits */
	const char *like = key->standard + 1;  /* behind its quote */
	unsigned number;
	unsigned ignored;
	int size = 0;

	for (char before = '"'; next_number(&like, &ignored); before = ' ') {
		if (!next_number(&text, &number) || number > key->most)
			return false;
		size += snprintf(option->value + size, (size_t)(ROOM - size), "%c%u", before, number);
		assert(size + 1 < ROOM);
	}
	snprintf(option->value + size, (size_t)(ROOM - size), "\"");
	return text[strspn(text, " ")] == '\0';
}

static bool read_option_numbers(const value_t *value, const yaml_node_t *node)
{
	const char *text = text_of(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	if (write_numbers(value->key, text, begin_option(value)))
		return true;
	snprintf(problem, sizeof(problem), "are not numbers up to %" PRIu64 " like %s", value->key->most,
		 value->key->standard);
	return report_problem(value, node, text, problem);
}

/* Freeing. */

static void free_text(void *place)
{
	free(*(char **)place);
}

static void free_strings(void *place)
{
	conf_strings_t *list = place;

	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

static void free_addresses(void *place)
{
	free(((conf_addresses_t *)place)->items);
}

static void free_prefixes(void *place)
{
	free(((conf_prefixes_t *)place)->items);
}

static void free_routes(void *place)
{
	conf_routes_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].zone);
		free_addresses(&list->items[i].to);
	}
	free(list->items);
}

static void free_choices(void *place)
{
	conf_choices_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].word);
	}
	free(list->items);
}

static void free_pins(void *place)
{
	conf_pins_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].domain);
		free_strings(&list->items[i].exchanges);
	}
	free(list->items);
}

static void free_watches(void *place)
{
	conf_watches_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].domain);
		free_strings(&list->items[i].expect);
	}
	free(list->items);
}

static const kind_t kinds[] = {
	[CONF_NUMBER] = { read_number, "a number", NULL, NULL, NULL },
	[CONF_SWITCH] = { read_switch, "yes or no", NULL, NULL, NULL },
	[CONF_DURATION] = { read_duration, "a duration", NULL, NULL, NULL },
	[CONF_MILLISECONDS] = { read_milliseconds, "a duration", NULL, NULL, NULL },
	[CONF_SIZE] = { read_size, "a size", NULL, NULL, NULL },
	[CONF_WORD] = { read_word, "a word", NULL, NULL, NULL },
	[CONF_TEXT] = { read_text, "a text", NULL, NULL, free_text },
	[CONF_LINES] = { read_lines, "a text", NULL, NULL, free_text },
	[CONF_PATH] = { read_path, "an absolute path", NULL, NULL, free_text },
	[CONF_PATHS] = { read_path_item, "an absolute path", "/usr/share/dns/root.key", "a list of absolute paths",
			 free_strings },
	[CONF_NAMES] = { read_name_item, "a domain name", "corp.example", "a list of domain names", free_strings },
	[CONF_COMMAND] = { read_argument_item, "an argument", "/usr/local/sbin/tell-me", "a command with its arguments",
			   free_strings },
	[CONF_ADDRESSES] = { read_address_item, "an address", "127.0.0.1@53", "a list of addresses", free_addresses },
	[CONF_SERVICES] = { read_service_item, "an address with a port", "127.0.0.1@8953",
			    "a list of addresses with ports", free_addresses },
	[CONF_PREFIXES] = { read_prefix_item, "a network", "127.0.0.0/8", "a list of networks", free_prefixes },
	[CONF_ROUTES] = { read_route_item, "a route", "{zone: corp.example, to: [192.0.2.53]}", "a list of routes",
			  free_routes },
	[CONF_WATCHES] = { read_watch_item, "a domain to watch", "{domain: example.org}", "a list of domains to watch",
			   free_watches },
	[CONF_CHOICES] = { NULL, "an action", "reject", "a mapping of checks to actions", free_choices, read_choice,
			   "{target-is-alias: reject}" },
	[CONF_PINS] = { NULL, "an exchange", "mx1.example.org", "a mapping of domains to their exchanges", free_pins,
			read_pin, "{example.org: [mx1.example.org]}" },
	[CONF_OPTION_SWITCH] = { read_option_switch, "yes or no", NULL, NULL, NULL },
	[CONF_OPTION_NUMBER] = { read_option_number, "a number", NULL, NULL, NULL },
	[CONF_OPTION_NUMBERS] = { read_option_numbers, "a row of numbers in quotes", NULL, NULL, NULL },
};

static bool report_too_many(const value_t *value, const yaml_node_t *node)
{
	return conf_report_at(value->report, node->start_mark, "%s has too many items: the most are %" PRIu64,
			      value->key->path, value->key->most);
}

static bool read_list(const value_t *value, const kind_t *kind, const yaml_node_t *node)
{
	const yaml_node_item_t *start = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return conf_report_at(value->report, node->start_mark, "%s: %s is wanted here, for example [%s]",
				      value->key->path, kind->list, kind->example);
	count = (size_t)(node->data.sequence.items.top - start);
	if (count < value->key->least)
		return conf_report_at(value->report, node->start_mark, "%s is empty: give %s, for example [%s]",
				      value->key->path, kind->wanted, kind->example);
	if (count > value->key->most)
		return report_too_many(value, node);
	for (size_t i = 0; i < count; i++)
		if (!kind->read(value, yaml_document_get_node(value->document, start[i])))
			return false;
	return true;
}

static bool read_mapping(const value_t *value, const kind_t *kind, const yaml_node_t *node)
{
	const yaml_node_pair_t *start = node->data.mapping.pairs.start;
	size_t count;

	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(value->report, node->start_mark, "%s: %s is wanted here, for example %s",
				      value->key->path, kind->list, kind->mapping);
	count = (size_t)(node->data.mapping.pairs.top - start);
	if (count > value->key->most)
		return report_too_many(value, node);
	for (size_t i = 0; i < count; i++)
		if (!kind->pair(value, yaml_document_get_node(value->document, start[i].key),
				yaml_document_get_node(value->document, start[i].value)))
			return false;
	return true;
}

bool conf_value_read(conf_t *conf, const conf_key_t *key, yaml_document_t *document, const yaml_node_t *node,
		     conf_report_t *report)
{
	const kind_t *kind = &kinds[key->kind];
	const value_t value = { .key = key,
				.place = (char *)conf + key->place,
				.conf = conf,
				.document = document,
				.report = report,
				.wanted = kind->wanted,
				.example = kind->list != NULL ? kind->example : key->standard };

	if (kind->pair != NULL)
		return read_mapping(&value, kind, node);
	return kind->list != NULL ? read_list(&value, kind, node) : kind->read(&value, node);
}

void conf_value_free(conf_t *conf, const conf_key_t *key)
{
	if (kinds[key->kind].free != NULL)
		kinds[key->kind].free((char *)conf + key->place);
}

uint64_t conf_value_number(const conf_t *conf, const conf_key_t *key)
{
	const char *place = (const char *)conf + key->place;
	size_t size;
	uint32_t number;

	if (key->kind == CONF_SIZE) {
		memcpy(&size, place, sizeof(size));
		return size;
	}
	memcpy(&number, place, sizeof(number));
	return number;
}

const char *conf_value_text(const conf_t *conf, const conf_key_t *key)
{
	const char *text;

	memcpy(&text, (const char *)conf + key->place, sizeof(text));
	return text;
}
