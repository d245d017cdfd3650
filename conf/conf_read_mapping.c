/* conf_read_mapping.c: actions of checks, and pins. */
#include "conf/conf_read.h"

#include <stdlib.h>
#include <string.h>

/* Mappings. Each reader appends one pair; `value` has the words for what stands behind the colon. */

static bool read_plain_word(const conf_read_t *value, const yaml_node_t *node, char **place)
{
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	return conf_text_word(text, problem) ? conf_read_store(value, place, text)
					     : conf_read_problem(value, node, text, problem);
}

static conf_place_t place_of(const yaml_node_t *node)
{
	return (conf_place_t){ (unsigned)node->start_mark.line + 1, (unsigned)node->start_mark.column + 1 };
}

/* YAML allows a name twice, and readers differ in which one wins. */
static bool check_choice_is_new(const conf_read_t *value, const conf_choices_t *list, const yaml_node_t *name)
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
bool conf_read_choice(const conf_read_t *value, const yaml_node_t *name, const yaml_node_t *node)
{
	const conf_read_t check = conf_read_with(value, "the name of a check", "target-is-alias");
	conf_choices_t *list = value->place;
	conf_choice_t *choice = conf_read_grow(value, list->items, list->count, sizeof(*choice));

	if (choice == NULL)
		return false;
	list->items = choice;
	choice += list->count++;
	choice->name_place = place_of(name);
	choice->word_place = place_of(node);
	return read_plain_word(&check, name, &choice->name) && check_choice_is_new(value, list, name) &&
	       read_plain_word(value, node, &choice->word);
}

static bool read_pin_domain(const conf_read_t *value, const yaml_node_t *node, conf_pins_t *list)
{
	const conf_read_t domain = conf_read_with(value, "a domain name", "example.org");
	conf_pin_t *pin = &list->items[list->count - 1];
	char name[CONF_NAME_MAX];

	if (!conf_read_name(&domain, node, name))
		return false;
	for (const conf_pin_t *before = list->items; before < pin; before++)
		if (strcasecmp(before->domain, name) == 0)
			return conf_read_problem(value, node, name, "is here twice: put its exchanges into one list");
	return conf_read_store(value, &pin->domain, name);
}

static bool append_exchange(const conf_read_t *value, const yaml_node_t *node, conf_strings_t *list)
{
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];
	char pattern[CONF_NAME_MAX];

	if (text == NULL)
		return false;
	if (!conf_text_pattern(text, pattern, problem))
		return conf_read_problem(value, node, text, problem);
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], pattern) == 0)
			return conf_read_problem(value, node, pattern, "is here twice: once is enough");
	return conf_read_append(value, list, pattern);
}

bool conf_read_exchanges(const conf_read_t *value, const yaml_node_t *node, conf_strings_t *list)
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
bool conf_read_pin(const conf_read_t *value, const yaml_node_t *name, const yaml_node_t *node)
{
	conf_pins_t *list = value->place;
	conf_pin_t *pin = conf_read_grow(value, list->items, list->count, sizeof(*pin));

	if (pin == NULL)
		return false;
	list->items = pin;
	pin += list->count++;
	return read_pin_domain(value, name, list) && conf_read_exchanges(value, node, &pin->exchanges);
}

void conf_read_free_choices(void *place)
{
	conf_choices_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].word);
	}
	free(list->items);
}

void conf_read_free_pins(void *place)
{
	conf_pins_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].domain);
		conf_read_free_strings(&list->items[i].exchanges);
	}
	free(list->items);
}
