/* conf_read_watch.c: domains to watch. */
#include "conf/conf_read.h"

#include <stdlib.h>
#include <string.h>

/* Watches: {domain: NAME, expect: [EXCHANGE, ...], every: DURATION, signatures-within: DURATION}. */

enum {
	WATCH_EVERY = 15 * 60,
	WATCH_EVERY_LEAST = 10,
	WATCH_EVERY_MOST = 24 * 3600,
	WATCH_WITHIN = 3 * 24 * 3600,
	WATCH_WITHIN_MOST = 90 * 24 * 3600,
};

static bool read_watch_domain(const conf_read_t *value, const yaml_node_t *node, conf_watches_t *list,
			      conf_watch_t *watch)
{
	const conf_read_t domain = conf_read_with(value, "a domain name", "example.org");
	char name[CONF_NAME_MAX];

	if (!conf_read_name(&domain, node, name))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].domain != NULL && strcasecmp(list->items[i].domain, name) == 0)
			return conf_read_problem(value, node, name, "is here twice: once is enough");
	return conf_read_store(value, &watch->domain, name);
}

static bool read_watch_time(const conf_read_t *value, const yaml_node_t *node, uint64_t least, uint64_t most,
			    uint32_t *place)
{
	conf_key_t key = *value->key;
	conf_read_t time = conf_read_with(value, "a duration", "15m");
	uint64_t amount;

	key.least = least;
	key.most = most;
	time.key = &key;
	if (!conf_read_amount(&time, node, conf_text_duration, conf_text_of_duration, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

static bool read_watch_pair(const conf_read_t *value, const yaml_node_pair_t *pair, conf_watches_t *list)
{
	const conf_read_t exchange = conf_read_with(value, "an exchange", "mx1.example.org");
	conf_watch_t *watch = &list->items[list->count - 1];
	const yaml_node_t *name = yaml_document_get_node(value->document, pair->key);
	const yaml_node_t *node = yaml_document_get_node(value->document, pair->value);
	const char *text = name->type == YAML_SCALAR_NODE ? (const char *)name->data.scalar.value : "";

	if (strcmp(text, "domain") == 0 && watch->domain == NULL)
		return read_watch_domain(value, node, list, watch);
	if (strcmp(text, "expect") == 0 && watch->expect.count == 0)
		return conf_read_exchanges(&exchange, node, &watch->expect);
	if (strcmp(text, "every") == 0)
		return read_watch_time(value, node, WATCH_EVERY_LEAST, WATCH_EVERY_MOST, &watch->every);
	if (strcmp(text, "signatures-within") == 0)
		return read_watch_time(value, node, 0, WATCH_WITHIN_MOST, &watch->signatures_within);
	return conf_report_at(value->report, name->start_mark,
			      "%s: domain, expect, every and signatures-within are wanted here, each once",
			      value->key->path);
}

bool conf_read_watch_item(const conf_read_t *value, const yaml_node_t *node)
{
	static const char wanted[] = "%s: {domain: example.org} is wanted here, perhaps with expect, every and "
				     "signatures-within";
	conf_watches_t *list = value->place;
	conf_watch_t *watch;

	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(value->report, node->start_mark, wanted, value->key->path);
	watch = conf_read_grow(value, list->items, list->count, sizeof(*watch));
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

void conf_read_free_watches(void *place)
{
	conf_watches_t *list = place;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].domain);
		conf_read_free_strings(&list->items[i].expect);
	}
	free(list->items);
}
