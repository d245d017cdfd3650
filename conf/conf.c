/* conf.c: walks through a file's sections, hands each value to its row, and fills in the defaults of the others. */
#include "conf/conf.h"

#include "conf/conf_check.h"
#include "conf/conf_distance.h"
#include "conf/conf_file.h"
#include "conf/conf_keys.h"
#include "conf/conf_shown.h"
#include "conf/conf_value.h"
#include "conf/conf_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct load {
	conf_t *conf;
	yaml_document_t *document;
	conf_report_t *report;
} load_t;

/* A section: the dotted path before its keys, "" or ending with a dot. */
typedef struct section {
	const char *prefix;
	size_t size;
} section_t;

enum { PATH_ROOM = 96 };

/* The name that a row has within a section ("cache" for cache.size at the top); false when it is not in the section. */
static bool name_within(const section_t *section, const conf_key_t *key, char name[PATH_ROOM])
{
	if (strncmp(key->path, section->prefix, section->size) != 0)
		return false;
	snprintf(name, PATH_ROOM, "%.*s", (int)strcspn(key->path + section->size, "."), key->path + section->size);
	return true;
}

static void nearest_name(const section_t *section, const char *text, char nearest[PATH_ROOM])
{
	unsigned least = UINT32_MAX;
	char name[PATH_ROOM];

	for (size_t i = 0; i < conf_key_count; i++)
		if (name_within(section, &conf_keys[i], name) && conf_distance(text, name) < least) {
			least = conf_distance(text, name);
			memcpy(nearest, name, PATH_ROOM);
		}
}

static const conf_key_t *find_key(const char *path)
{
	for (size_t i = 0; i < conf_key_count; i++)
		if (strcmp(conf_keys[i].path, path) == 0)
			return &conf_keys[i];
	return NULL;
}

/* How many octets of a row's path end with a name of its own or of a section around it; 0 when none has this name. */
static size_t place_of_name(const conf_key_t *key, const char *name)
{
	size_t size = strlen(name);

	for (const char *part = key->path;; part++) {
		if (strncmp(part, name, size) == 0 && (part[size] == '.' || part[size] == '\0'))
			return (size_t)(part - key->path) + size;
		part = strchr(part, '.');
		if (part == NULL)
			return 0;
	}
}

/* The same name in another section; false when it is nowhere. */
static bool find_elsewhere(const char *name, char place[PATH_ROOM])
{
	size_t size = 0;

	for (size_t i = 0; i < conf_key_count && size == 0; i++) {
		size = place_of_name(&conf_keys[i], name);
		snprintf(place, PATH_ROOM, "%.*s", (int)size, conf_keys[i].path);
	}
	return size > 0;
}

static bool report_unknown(const load_t *load, const section_t *section, const yaml_node_t *node, const char *text)
{
	char shown[CONF_SHOWN_MAX];
	char where[PATH_ROOM] = "";
	char right[PATH_ROOM];

	if (section->size > 0)
		snprintf(where, sizeof(where), " in %.*s", (int)section->size - 1, section->prefix);
	conf_shown(text, shown);
	if (strchr(text, '.') != NULL && find_key(text) != NULL)
		return conf_report_at(load->report, node->start_mark,
				      "\"%s\" names a section and a key: write %s below the section, indented", shown,
				      conf_key_name(text));
	if (find_key(text) != NULL)
		return conf_report_at(load->report, node->start_mark,
				      "there is no key \"%s\"%s: its place is at the top, not indented", shown, where);
	if (find_elsewhere(text, right))
		return conf_report_at(load->report, node->start_mark, "there is no key \"%s\"%s: its place is %s",
				      shown, where, right);
	nearest_name(section, text, right);
	return conf_report_at(load->report, node->start_mark, "there is no key \"%s\"%s: the nearest is %s", shown,
			      where, right);
}

/* Whether there are keys below the path, which ends with a dot. */
static bool is_section(const char *path)
{
	for (size_t i = 0; i < conf_key_count; i++)
		if (strncmp(conf_keys[i].path, path, strlen(path)) == 0)
			return true;
	return false;
}

static bool is_empty(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (node->data.scalar.length == 0 || strcmp((const char *)node->data.scalar.value, "~") == 0 ||
		strcmp((const char *)node->data.scalar.value, "null") == 0);
}

static bool load_section(const load_t *load, const section_t *section, const yaml_node_t *node);

static bool load_key(const load_t *load, const conf_key_t *key, const yaml_node_t *node)
{
	load->conf->places[key - conf_keys] = (conf_place_t){
		.line = (unsigned)node->start_mark.line + 1,
		.column = (unsigned)node->start_mark.column + 1,
	};
	return conf_value_read(load->conf, key, load->document, node, load->report);
}

static bool load_pair(const load_t *load, const section_t *section, const yaml_node_t *name, const yaml_node_t *node)
{
	const char *text = (const char *)name->data.scalar.value;
	const conf_key_t *key;
	char path[PATH_ROOM];
	int size = snprintf(path, sizeof(path), "%s%s", section->prefix, text);

	key = (size_t)size < sizeof(path) - 1 && strchr(text, '.') == NULL ? find_key(path) : NULL;
	if (key != NULL)
		return load_key(load, key, node);
	if ((size_t)size >= sizeof(path) - 1 || *text == '\0' || strchr(text, '.') != NULL)
		return report_unknown(load, section, name, text);
	path[size++] = '.';
	path[size] = '\0';
	if (!is_section(path))
		return report_unknown(load, section, name, text);
	return load_section(load, &(section_t){ path, (size_t)size }, node);
}

/* YAML allows a key twice, and readers differ in which one wins. */
static bool check_name(const load_t *load, const yaml_node_t *section, const yaml_node_pair_t *pair)
{
	const yaml_node_t *name = yaml_document_get_node(load->document, pair->key);
	char shown[CONF_SHOWN_MAX];

	if (name->type != YAML_SCALAR_NODE || strlen((const char *)name->data.scalar.value) != name->data.scalar.length)
		return conf_report_at(load->report, name->start_mark, "a key is wanted here, for example listen");
	for (const yaml_node_pair_t *before = section->data.mapping.pairs.start; before < pair; before++) {
		const yaml_node_t *first = yaml_document_get_node(load->document, before->key);

		if (strcmp((const char *)first->data.scalar.value, (const char *)name->data.scalar.value) == 0)
			return conf_report_at(
				load->report, name->start_mark, "%s is here twice, first in line %zu: keep one of them",
				conf_shown((const char *)name->data.scalar.value, shown), first->start_mark.line + 1);
	}
	return true;
}

static bool load_section(const load_t *load, const section_t *section, const yaml_node_t *node)
{
	if (is_empty(node)) /* all its keys are commented out */
		return true;
	if (node->type != YAML_MAPPING_NODE && section->size == 0)
		return conf_report_at(load->report, node->start_mark,
				      "keys are wanted here, for example listen: [127.0.0.1]");
	if (node->type != YAML_MAPPING_NODE)
		return conf_report_at(load->report, node->start_mark,
				      "%.*s is a section: give its keys below it, indented", (int)section->size - 1,
				      section->prefix);
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		if (!check_name(load, node, pair) ||
		    !load_pair(load, section, yaml_document_get_node(load->document, pair->key),
			       yaml_document_get_node(load->document, pair->value)))
			return false;
	return true;
}

static bool load_file(load_t *load, const char *text, size_t size)
{
	yaml_document_t document;
	const yaml_node_t *root;
	bool good;

	if (!conf_yaml_read(text, size, &document, load->report))
		return false;
	load->document = &document;
	root = yaml_document_get_root_node(&document);
	good = root == NULL || load_section(load, &(section_t){ "", 0 }, root);
	yaml_document_delete(&document);
	load->document = NULL;
	return good;
}

/* Defaults go the same way as a file, so that the two cannot differ. */
static bool load_default(const load_t *load, const conf_key_t *key)
{
	yaml_document_t document;
	bool good;

	if (!conf_yaml_read(key->standard, strlen(key->standard), &document, load->report))
		return false;
	good = conf_value_read(load->conf, key, &document, yaml_document_get_root_node(&document), load->report);
	yaml_document_delete(&document);
	return good;
}

static bool load_all(load_t *load, const char *text, size_t size)
{
	if (!load_file(load, text, size))
		return false;
	for (size_t i = 0; i < conf_key_count; i++)
		if (load->conf->places[i].line == 0 && !load_default(load, &conf_keys[i]))
			return false;
	for (size_t i = 0; i < conf_key_count; i++)
		load->conf->resolver.option_count += conf_key_is_option(&conf_keys[i]) != 0;
	load->conf->user_is_default = conf_place(load->conf, "user").line == 0;
	return conf_check(load->conf, load->report);
}

static conf_t *new_conf(void)
{
	conf_t *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	conf->places = calloc(conf_key_count, sizeof(*conf->places));
	if (conf->places != NULL)
		return conf;
	free(conf);
	return NULL;
}

conf_t *conf_parse(const char *text, size_t size, const char *name, char **error)
{
	conf_report_t report = { .file = name };
	load_t load = { .conf = new_conf(), .report = &report };

	if (load.conf == NULL)
		conf_report_no_memory(&report);
	else if (!load_all(&load, text, size)) {
		conf_free(load.conf);
		load.conf = NULL;
	}
	*error = report.error;
	return load.conf;
}

conf_t *conf_load(const char *path, char **error)
{
	conf_report_t report = { .file = path };
	size_t size = 0;
	char *text = conf_file_read(path, &size, &report);
	conf_t *conf = text != NULL ? conf_parse(text, size, path, &report.error) : NULL;

	free(text);
	*error = report.error;
	return conf;
}

void conf_free(conf_t *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < conf_key_count; i++)
		conf_value_free(conf, &conf_keys[i]);
	free(conf->places);
	free(conf);
}

conf_place_t conf_place(const conf_t *conf, const char *path)
{
	return conf->places[conf_key(path) - conf_keys];
}
