/* conf_read_scalar.c: single values: words, switches, amounts, texts and paths. */
#include "conf/conf_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words. */

static bool find_word(const char *const *words, const char *text, unsigned *index)
{
	for (*index = 0; words != NULL && words[*index] != NULL; (*index)++)
		if (strcmp(words[*index], text) == 0)
			return true;
	return false;
}

static bool report_words(const conf_read_t *value, const yaml_node_t *node, const char *text)
{
	char problem[CONF_PROBLEM_MAX];
	size_t size = (size_t)snprintf(problem, sizeof(problem), "is none of");

	for (const char *const *word = value->key->words; *word != NULL && size < sizeof(problem); word++)
		size += (size_t)snprintf(problem + size, sizeof(problem) - size, " %s", *word);
	return conf_read_problem(value, node, text, problem);
}

bool conf_read_word(const conf_read_t *value, const yaml_node_t *node)
{
	const char *text = conf_read_scalar(value, node);

	if (text == NULL)
		return false;
	return find_word(value->key->words, text, value->place) || report_words(value, node, text);
}

/* As YAML 1.1 spells it; unbound.conf(5) has yes and no. */
bool conf_read_yes_or_no(const conf_read_t *value, const yaml_node_t *node, bool *on)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", NULL };
	const char *text = conf_read_scalar(value, node);
	unsigned index;

	if (text == NULL)
		return false;
	if (!find_word(words, text, &index))
		return conf_read_problem(value, node, text, "is neither yes nor no");
	*on = index % 2 == 1;
	return true;
}

bool conf_read_switch(const conf_read_t *value, const yaml_node_t *node)
{
	return conf_read_yes_or_no(value, node, value->place);
}

/* Numbers. */

const char *conf_read_plain_number(uint64_t number, char text[CONF_AMOUNT_MAX])
{
	snprintf(text, CONF_AMOUNT_MAX, "%" PRIu64, number);
	return text;
}

/* A number within the row's limits; `show` writes the limits in the key's own unit. */
bool conf_read_amount(const conf_read_t *value, const yaml_node_t *node, conf_read_amount_fn *read,
		      conf_read_amount_text_fn *show, uint64_t *amount)
{
	const conf_key_t *key = value->key;
	const char *text = conf_read_scalar(value, node);
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
		return conf_read_problem(value, node, text, problem);
	}
	if (*amount >= key->least && *amount <= key->most)
		return true;
	snprintf(problem, sizeof(problem),
		 *amount < key->least ? "is too little: the least is %s" : "is too much: the most is %s",
		 show(*amount < key->least ? key->least : key->most, limit));
	return conf_read_problem(value, node, text, problem);
}

bool conf_read_number(const conf_read_t *value, const yaml_node_t *node)
{
	unsigned *place = value->place;
	uint64_t amount;

	if (!conf_read_amount(value, node, conf_text_number, conf_read_plain_number, &amount))
		return false;
	*place = (unsigned)amount;
	return true;
}

bool conf_read_duration(const conf_read_t *value, const yaml_node_t *node)
{
	uint32_t *place = value->place;
	uint64_t amount;

	if (!conf_read_amount(value, node, conf_text_duration, conf_text_of_duration, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

bool conf_read_milliseconds(const conf_read_t *value, const yaml_node_t *node)
{
	uint32_t *place = value->place;
	uint64_t amount;

	if (!conf_read_amount(value, node, conf_text_milliseconds, conf_text_of_milliseconds, &amount))
		return false;
	*place = (uint32_t)amount;
	return true;
}

bool conf_read_size(const conf_read_t *value, const yaml_node_t *node)
{
	size_t *place = value->place;
	uint64_t amount;

	if (!conf_read_amount(value, node, conf_text_size, conf_text_of_size, &amount))
		return false;
	*place = (size_t)amount;
	return true;
}

/* Texts. */

static bool read_text_with(const conf_read_t *value, const yaml_node_t *node, const char *fine)
{
	const char *text = conf_read_checked(value, node, fine);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	if (strlen(text) <= value->key->most)
		return conf_read_store(value, value->place, text);
	snprintf(problem, sizeof(problem), "is too long: the most are %" PRIu64 " octets", value->key->most);
	return conf_read_problem(value, node, text, problem);
}

bool conf_read_text(const conf_read_t *value, const yaml_node_t *node)
{
	return read_text_with(value, node, "");
}

bool conf_read_lines(const conf_read_t *value, const yaml_node_t *node)
{
	return read_text_with(value, node, "\n\t");
}

/* A path is written between quotes into unbound.conf(5) syntax, which has no escapes. */
bool conf_read_check_path(const conf_read_t *value, const yaml_node_t *node, const char *path)
{
	enum { LONGEST_PATH = 4095 }; /* PATH_MAX without the NUL */

	if (path[0] != '/')
		return conf_read_problem(value, node, path, "is no absolute path: begin it with /");
	if (strchr(path, '"') != NULL)
		return conf_read_problem(value, node, path, "holds a quote: give the file another name");
	if (strlen(path) > LONGEST_PATH)
		return conf_read_problem(value, node, path, "is too long for a path: the most are 4095 octets");
	return true;
}

bool conf_read_path(const conf_read_t *value, const yaml_node_t *node)
{
	const char *text = conf_read_checked(value, node, "");
	unsigned index;

	if (text == NULL)
		return false;
	if (find_word(value->key->words, text, &index) || (*text == '\0' && value->key->least == 0) ||
	    conf_read_check_path(value, node, text))
		return conf_read_store(value, value->place, text);
	return false;
}

void conf_read_free_text(void *place)
{
	free(*(char **)place);
}
