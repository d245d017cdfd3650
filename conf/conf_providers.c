/* conf_providers.c: see conf_providers.h. */
#include "conf/conf_providers.h"

#include "conf/conf_file.h"
#include "conf/conf_shown.h"
#include "conf/conf_text.h"
#include "conf/conf_yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLE "Example Mail: [mx.example.net]"

typedef struct reading {
	conf_providers_t *providers;
	yaml_document_t *document;
	conf_report_t *report;
} reading_t;

static const char *text_of(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

/* A scalar that C sees whole. */
static bool is_text(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && strlen(text_of(node)) == node->data.scalar.length;
}

/* ---- names ---- */

static bool check_provider(const reading_t *reading, const yaml_node_t *node)
{
	const char *name = is_text(node) ? text_of(node) : "";
	const size_t size = strlen(name);

	if (size == 0)
		return conf_report_at(reading->report, node->start_mark,
				      "a provider's name is wanted here, for example " EXAMPLE);
	if (size > CONF_PROVIDER_NAME_MAX)
		return conf_report_at(reading->report, node->start_mark,
				      "a provider's name has at most %d octets, and this one %zu",
				      CONF_PROVIDER_NAME_MAX, size);
	for (size_t i = 0; i < size; i++)
		if (name[i] < ' ' || name[i] > '~')
			return conf_report_at(reading->report, node->start_mark,
					      "a provider's name is printable ASCII: write it so");
	return true;
}

/* YAML allows a key twice; whose hosts are whose must not depend on a reader. */
static bool check_once(const reading_t *reading, const yaml_node_t *root, const yaml_node_pair_t *pair)
{
	const yaml_node_t *name = yaml_document_get_node(reading->document, pair->key);

	for (const yaml_node_pair_t *before = root->data.mapping.pairs.start; before < pair; before++) {
		const yaml_node_t *first = yaml_document_get_node(reading->document, before->key);

		if (strcmp(text_of(first), text_of(name)) == 0)
			return conf_report_at(reading->report, name->start_mark,
					      "%s is here twice, first in line %zu: keep one of them", text_of(name),
					      first->start_mark.line + 1);
	}
	return true;
}

static bool append(const reading_t *reading, const conf_provider_t *provider)
{
	conf_providers_t *providers = reading->providers;
	conf_provider_t *items = reallocarray(providers->items, providers->count + 1, sizeof(*items));

	if (items == NULL)
		return false;
	providers->items = items;
	items[providers->count++] = *provider;
	return true;
}

static bool add(const reading_t *reading, const char *name, const char *suffix, yaml_mark_t mark)
{
	conf_provider_t provider = {
		.suffix = strdup(suffix),
		.name = strdup(name),
		.place = { .line = (unsigned)mark.line + 1, .column = (unsigned)mark.column + 1 },
	};

	if (provider.suffix != NULL && provider.name != NULL && append(reading, &provider)) {
		for (char *c = provider.suffix; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
		return true;
	}
	free(provider.suffix);
	free(provider.name);
	return conf_report_no_memory(reading->report);
}

static bool read_suffix(const reading_t *reading, const char *name, const yaml_node_t *node)
{
	char problem[CONF_PROBLEM_MAX];
	char shown[CONF_SHOWN_MAX];
	char suffix[CONF_NAME_MAX];

	if (!is_text(node))
		return conf_report_at(reading->report, node->start_mark,
				      "a domain name is wanted here, for example " EXAMPLE);
	if (!conf_text_name(text_of(node), suffix, problem))
		return conf_report_at(reading->report, node->start_mark, "\"%s\" %s", conf_shown(text_of(node), shown),
				      problem);
	if (strcmp(suffix, ".") == 0)
		return conf_report_at(reading->report, node->start_mark,
				      "every host lies below the root: give the name that %s's hosts lie below", name);
	return add(reading, name, suffix, node->start_mark);
}

/* ---- the file ---- */

static bool read_provider(const reading_t *reading, const char *name, const yaml_node_t *node)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return read_suffix(reading, name, node);
	for (const yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
	     item++)
		if (!read_suffix(reading, name, yaml_document_get_node(reading->document, *item)))
			return false;
	return true;
}

static bool read_root(const reading_t *reading, const yaml_node_t *root)
{
	if (root->type != YAML_MAPPING_NODE)
		return conf_report_at(reading->report, root->start_mark,
				      "providers are wanted here, for example " EXAMPLE);
	for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top;
	     pair++) {
		const yaml_node_t *name = yaml_document_get_node(reading->document, pair->key);

		if (!check_provider(reading, name) || !check_once(reading, root, pair) ||
		    !read_provider(reading, text_of(name), yaml_document_get_node(reading->document, pair->value)))
			return false;
	}
	return true;
}

static int by_suffix(const void *a, const void *b)
{
	const conf_provider_t *x = a;
	const conf_provider_t *y = b;
	const int order = strcmp(x->suffix, y->suffix);

	if (order != 0)
		return order;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return (x->place.column > y->place.column) - (x->place.column < y->place.column);
}

static bool sort(const reading_t *reading)
{
	const conf_providers_t *providers = reading->providers;

	if (providers->count > 1)
		qsort(providers->items, providers->count, sizeof(*providers->items), by_suffix);
	for (size_t i = 1; i < providers->count; i++) {
		const conf_provider_t *first = &providers->items[i - 1];
		const conf_provider_t *second = &providers->items[i];
		const yaml_mark_t mark = { .line = second->place.line - 1, .column = second->place.column - 1 };

		if (strcmp(first->suffix, second->suffix) == 0)
			return conf_report_at(reading->report, mark,
					      "%s is here twice, first in line %u for %s: keep one of them",
					      second->suffix, first->place.line, first->name);
	}
	return true;
}

static bool read_text(conf_providers_t *providers, const char *text, size_t size, conf_report_t *report)
{
	yaml_document_t document;
	const reading_t reading = { .providers = providers, .document = &document, .report = report };
	const yaml_node_t *root;
	bool good;

	if (!conf_yaml_read(text, size, &document, report))
		return false;
	root = yaml_document_get_root_node(&document);
	good = root == NULL || (read_root(&reading, root) && sort(&reading));
	yaml_document_delete(&document);
	return good;
}

bool conf_providers_parse(conf_providers_t *providers, const char *text, size_t size, const char *name, char **error)
{
	conf_report_t report = { .file = name };
	bool good;

	*providers = (conf_providers_t){ .count = 0 };
	good = read_text(providers, text, size, &report);
	if (!good)
		conf_providers_clear(providers);
	*error = report.error;
	return good;
}

bool conf_providers_load(conf_providers_t *providers, const char *path, char **error)
{
	conf_report_t report = { .file = path };
	size_t size = 0;
	char *text = conf_file_read(path, &size, &report);
	const bool good = text != NULL && conf_providers_parse(providers, text, size, path, &report.error);

	if (text == NULL)
		*providers = (conf_providers_t){ .count = 0 };
	free(text);
	*error = report.error;
	return good;
}

void conf_providers_clear(conf_providers_t *providers)
{
	for (size_t i = 0; i < providers->count; i++) {
		free(providers->items[i].suffix);
		free(providers->items[i].name);
	}
	free(providers->items);
	*providers = (conf_providers_t){ .count = 0 };
}
