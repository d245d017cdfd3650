/* conf_value.c: which reader a kind of value has, as a table; the readers are in conf_read*.c. */
#include "conf/conf_value.h"

#include "conf/conf_read.h"

#include <inttypes.h>
#include <string.h>

typedef struct kind {
	conf_read_fn *read;      /* for lists: of each item */
	const char *wanted;      /* how errors call a value or, of a list, an item */
	const char *example;     /* of an item; a single value's is its default */
	const char *list;        /* how errors call the list or mapping; NULL: a single value */
	conf_read_free_fn *free; /* NULL: owns nothing */
	conf_read_pair_fn *pair; /* for mappings, in place of read: of each pair */
	const char *mapping;     /* example of a mapping */
} kind_t;

static const kind_t kinds[] = {
	[CONF_NUMBER] = { conf_read_number, "a number", NULL, NULL, NULL },
	[CONF_SWITCH] = { conf_read_switch, "yes or no", NULL, NULL, NULL },
	[CONF_DURATION] = { conf_read_duration, "a duration", NULL, NULL, NULL },
	[CONF_MILLISECONDS] = { conf_read_milliseconds, "a duration", NULL, NULL, NULL },
	[CONF_SIZE] = { conf_read_size, "a size", NULL, NULL, NULL },
	[CONF_WORD] = { conf_read_word, "a word", NULL, NULL, NULL },
	[CONF_TEXT] = { conf_read_text, "a text", NULL, NULL, conf_read_free_text },
	[CONF_LINES] = { conf_read_lines, "a text", NULL, NULL, conf_read_free_text },
	[CONF_PATH] = { conf_read_path, "an absolute path", NULL, NULL, conf_read_free_text },
	[CONF_PATHS] = { conf_read_path_item, "an absolute path", "/usr/share/dns/root.key", "a list of absolute paths",
			 conf_read_free_strings },
	[CONF_NAMES] = { conf_read_name_item, "a domain name", "corp.example", "a list of domain names",
			 conf_read_free_strings },
	[CONF_COMMAND] = { conf_read_argument_item, "an argument", "/usr/local/sbin/tell-me",
			   "a command with its arguments", conf_read_free_strings },
	[CONF_ADDRESSES] = { conf_read_address_item, "an address", "127.0.0.1@53", "a list of addresses",
			     conf_read_free_addresses },
	[CONF_SERVICES] = { conf_read_service_item, "an address with a port", "127.0.0.1@8953",
			    "a list of addresses with ports", conf_read_free_addresses },
	[CONF_PREFIXES] = { conf_read_prefix_item, "a network", "127.0.0.0/8", "a list of networks",
			    conf_read_free_prefixes },
	[CONF_ROUTES] = { conf_read_route_item, "a route", "{zone: corp.example, to: [192.0.2.53]}", "a list of routes",
			  conf_read_free_routes },
	[CONF_WATCHES] = { conf_read_watch_item, "a domain to watch", "{domain: example.org}",
			   "a list of domains to watch", conf_read_free_watches },
	[CONF_CHOICES] = { NULL, "an action", "reject", "a mapping of checks to actions", conf_read_free_choices,
			   conf_read_choice, "{target-is-alias: reject}" },
	[CONF_PINS] = { NULL, "an exchange", "mx1.example.org", "a mapping of domains to their exchanges",
			conf_read_free_pins, conf_read_pin, "{example.org: [mx1.example.org]}" },
	[CONF_OPTION_SWITCH] = { conf_read_option_switch, "yes or no", NULL, NULL, NULL },
	[CONF_OPTION_NUMBER] = { conf_read_option_number, "a number", NULL, NULL, NULL },
	[CONF_OPTION_NUMBERS] = { conf_read_option_numbers, "a row of numbers in quotes", NULL, NULL, NULL },
};

static bool report_too_many(const conf_read_t *value, const yaml_node_t *node)
{
	return conf_report_at(value->report, node->start_mark, "%s has too many items: the most are %" PRIu64,
			      value->key->path, value->key->most);
}

static bool read_list(const conf_read_t *value, const kind_t *kind, const yaml_node_t *node)
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

static bool read_mapping(const conf_read_t *value, const kind_t *kind, const yaml_node_t *node)
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
	const conf_read_t value = { .key = key,
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
