/* conf_read_list.c: items of lists: paths, arguments, names, addresses and networks. */
#include "conf/conf_read.h"

#include <stdlib.h>
#include <string.h>

bool conf_read_append(const conf_read_t *value, conf_strings_t *list, const char *text)
{
	char **items = conf_read_grow(value, list->items, list->count, sizeof(*items));

	if (items == NULL)
		return false;
	list->items = items;
	return conf_read_store(value, &list->items[list->count++], text);
}

bool conf_read_path_item(const conf_read_t *value, const yaml_node_t *node)
{
	const char *text = conf_read_checked(value, node, "");

	return text != NULL && conf_read_check_path(value, node, text) && conf_read_append(value, value->place, text);
}

/* The first one is a path. */
bool conf_read_argument_item(const conf_read_t *value, const yaml_node_t *node)
{
	enum { LONGEST_ARGUMENT = 4095 };
	const conf_strings_t *list = value->place;
	const char *text = conf_read_checked(value, node, "");

	if (text == NULL || (list->count == 0 && !conf_read_check_path(value, node, text)))
		return false;
	if (strlen(text) > LONGEST_ARGUMENT)
		return conf_read_problem(value, node, text, "is too long for an argument: the most are 4095 octets");
	return conf_read_append(value, value->place, text);
}

bool conf_read_name(const conf_read_t *value, const yaml_node_t *node, char name[CONF_NAME_MAX])
{
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	return conf_text_name(text, name, problem) || conf_read_problem(value, node, text, problem);
}

bool conf_read_name_item(const conf_read_t *value, const yaml_node_t *node)
{
	char name[CONF_NAME_MAX];

	return conf_read_name(value, node, name) && conf_read_append(value, value->place, name);
}

bool conf_read_append_address(const conf_read_t *value, const yaml_node_t *node, conf_addresses_t *list)
{
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];
	conf_address_t address;
	conf_address_t *items;

	if (text == NULL)
		return false;
	if (!conf_text_address(text, &address, problem))
		return conf_read_problem(value, node, text, problem);
	for (size_t i = 0; i < list->count; i++)
		if (conf_text_same_address(&list->items[i], &address))
			return conf_read_problem(value, node, text, "is here twice: once is enough");
	items = conf_read_grow(value, list->items, list->count, sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->items[list->count++] = address;
	return true;
}

bool conf_read_address_item(const conf_read_t *value, const yaml_node_t *node)
{
	return conf_read_append_address(value, node, value->place);
}

bool conf_read_service_item(const conf_read_t *value, const yaml_node_t *node)
{
	const char *text = conf_read_scalar(value, node);

	if (text != NULL && strchr(text, '@') == NULL)
		return conf_read_problem(value, node, text,
					 "has no port: write one behind @, for example 127.0.0.1@8953");
	return text != NULL && conf_read_append_address(value, node, value->place);
}

bool conf_read_prefix_item(const conf_read_t *value, const yaml_node_t *node)
{
	conf_prefixes_t *list = value->place;
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];
	conf_prefix_t prefix;
	conf_prefix_t *items;

	if (text == NULL)
		return false;
	if (!conf_text_prefix(text, &prefix, problem))
		return conf_read_problem(value, node, text, problem);
	items = conf_read_grow(value, list->items, list->count, sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->items[list->count++] = prefix;
	return true;
}

void conf_read_free_strings(void *place)
{
	conf_strings_t *list = place;

	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

void conf_read_free_addresses(void *place)
{
	free(((conf_addresses_t *)place)->items);
}

void conf_read_free_prefixes(void *place)
{
	free(((conf_prefixes_t *)place)->items);
}
