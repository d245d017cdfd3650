/* conf_read_option.c: what libunbound understands by itself. */
#include "conf/conf_read.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options of unbound.conf(5). */

static conf_option_t *begin_option(const conf_read_t *value)
{
	conf_option_t *option = &value->conf->resolver.options[conf_key_option_index(value->key)];

	option->name = conf_key_name(value->key->path);
	return option;
}

bool conf_read_option_switch(const conf_read_t *value, const yaml_node_t *node)
{
	conf_option_t *option = begin_option(value);
	bool on = false;

	if (!conf_read_yes_or_no(value, node, &on))
		return false;
	snprintf(option->value, sizeof(option->value), "%s", on ? "yes" : "no");
	return true;
}

bool conf_read_option_number(const conf_read_t *value, const yaml_node_t *node)
{
	conf_option_t *option = begin_option(value);
	uint64_t amount;

	if (!conf_read_amount(value, node, conf_text_number, conf_read_plain_number, &amount))
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

bool conf_read_option_numbers(const conf_read_t *value, const yaml_node_t *node)
{
	const char *text = conf_read_scalar(value, node);
	char problem[CONF_PROBLEM_MAX];

	if (text == NULL)
		return false;
	if (write_numbers(value->key, text, begin_option(value)))
		return true;
	snprintf(problem, sizeof(problem), "are not numbers up to %" PRIu64 " like %s", value->key->most,
		 value->key->standard);
	return conf_read_problem(value, node, text, problem);
}
