/* conf_read.c: what all readers of values use. */
#include "conf/conf_read.h"

#include "conf/conf_shown.h"

#include <stdlib.h>
#include <string.h>

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
const char *conf_read_scalar(const conf_read_t *value, const yaml_node_t *node)
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

bool conf_read_problem(const conf_read_t *value, const yaml_node_t *node, const char *text, const char *problem)
{
	char shown[CONF_SHOWN_MAX];

	return conf_report_at(value->report, node->start_mark, "%s: \"%s\" %s", value->key->path,
			      conf_shown(text, shown), problem);
}

bool conf_read_store(const conf_read_t *value, char **place, const char *text)
{
	*place = strdup(text);
	return *place != NULL || conf_report_no_memory(value->report);
}

/* Text goes to other programs and to terminals: no control characters but those in `fine`. */
const char *conf_read_checked(const conf_read_t *value, const yaml_node_t *node, const char *fine)
{
	const char *text = conf_read_scalar(value, node);

	for (const char *c = text; c != NULL && *c != '\0'; c++)
		if (conf_control_size(c) > 0 && strchr(fine, *c) == NULL) {
			conf_read_problem(value, node, text, "holds a control character: leave it out");
			return NULL;
		}
	return text;
}

/* Room for one more zeroed item behind `count`; the list stays as it is when memory is out. */
void *conf_read_grow(const conf_read_t *value, void *items, size_t count, size_t size)
{
	char *grown = reallocarray(items, count + 1, size);

	if (grown == NULL) {
		conf_report_no_memory(value->report);
		return NULL;
	}
	memset(grown + count * size, 0, size);
	return grown;
}

conf_read_t conf_read_with(const conf_read_t *value, const char *wanted, const char *example)
{
	conf_read_t other = *value;

	other.wanted = wanted;
	other.example = example;
	return other;
}
