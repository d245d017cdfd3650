/* conf_read_route.c: routes. */
#include "conf/conf_read.h"

#include <stdlib.h>
#include <string.h>

/* Routes: {zone: NAME, to: [ADDRESS, ...]}. */

static bool read_route_zone(const conf_read_t *value, const yaml_node_t *node, conf_routes_t *list, conf_route_t *route)
{
	const conf_read_t zone = conf_read_with(value, "a domain name", "corp.example");
	char name[CONF_NAME_MAX];

	if (!conf_read_name(&zone, node, name))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].zone != NULL && strcasecmp(list->items[i].zone, name) == 0)
			return conf_read_problem(value, node, name, "is here twice: put its servers into one list");
	return conf_read_store(value, &route->zone, name);
}

static bool read_route_to(const conf_read_t *value, const yaml_node_t *node, conf_route_t *route)
{
	enum { MOST_SERVERS = 16 };
	const conf_read_t server = conf_read_with(value, "an address", "192.0.2.53");
	const yaml_node_item_t *start = node->data.sequence.items.start;
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return conf_read_append_address(&server, node, &route->to);
	count = (size_t)(node->data.sequence.items.top - start);
	if (count == 0)
		return conf_report_at(value->report, node->start_mark,
				      "%s: \"to\" is empty: name a server, for example [192.0.2.53]", value->key->path);
	if (count > MOST_SERVERS)
		return conf_report_at(value->report, node->start_mark,
				      "%s: \"to\" has too many servers: the most are %d", value->key->path,
				      MOST_SERVERS);
	for (size_t i = 0; i < count; i++)
		if (!conf_read_append_address(&server, yaml_document_get_node(value->document, start[i]), &route->to))
			return false;
	return true;
}

static bool read_route_pair(const conf_read_t *value, const yaml_node_pair_t *pair, conf_routes_t *list)
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

bool conf_read_route_item(const conf_read_t *value, const yaml_node_t *node)
{
	static const char wanted[] = "%s: {zone: corp.example, to: [192.0.2.53]} is wanted here, %s";
	conf_routes_t *list = value->place;
	conf_route_t *route;

	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(value->report, node->start_mark, wanted, value->key->path,
				      "with a zone and its servers");
	route = conf_read_grow(value, list->items, list->count, sizeof(*route));
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

void conf_read_free_routes(void *place)
{
	conf_routes_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].zone);
		conf_read_free_addresses(&list->items[i].to);
	}
	free(list->items);
}
