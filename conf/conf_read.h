/* conf_read.h: readers of values, one for each kind (conf_keys.h), and what they share. Within conf only.
 *
 * A reader puts what a YAML node says into its place in the conf_t, or fills in the report and returns false. What it stored
 * until then is freed with the rest. */
#ifndef CONF_READ_H
#define CONF_READ_H

#include "conf/conf.h"
#include "conf/conf_keys.h"
#include "conf/conf_report.h"
#include "conf/conf_text.h"

/* What a reader works on. */
typedef struct conf_read {
	const conf_key_t *key;
	void *place;
	conf_t *conf;
	yaml_document_t *document;
	conf_report_t *report;
	const char *wanted; /* how errors call the scalar that is read, with its article */
	const char *example;
} conf_read_t;

typedef bool conf_read_fn(const conf_read_t *value, const yaml_node_t *node);
typedef bool conf_read_pair_fn(const conf_read_t *value, const yaml_node_t *name, const yaml_node_t *node);
typedef void conf_read_free_fn(void *place); /* what the place owns */

/* Of an amount: the text's, and the text of a limit, in the key's own unit. */
typedef bool conf_read_amount_fn(const char *text, uint64_t *amount, char problem[CONF_PROBLEM_MAX]);
typedef const char *conf_read_amount_text_fn(uint64_t amount, char text[CONF_AMOUNT_MAX]);

/* ---- what they share: conf_read.c ---- */

/* A scalar's text; NULL after reporting that it is something else. */
const char *conf_read_scalar(const conf_read_t *value, const yaml_node_t *node);

/* The same, without control characters but those in `fine`. */
const char *conf_read_checked(const conf_read_t *value, const yaml_node_t *node, const char *fine);

/* Reports `"TEXT" PROBLEM` at the node. Returns false. */
bool conf_read_problem(const conf_read_t *value, const yaml_node_t *node, const char *text, const char *problem);

/* A copy of the text into *place. */
bool conf_read_store(const conf_read_t *value, char **place, const char *text);

/* Room for one more zeroed item behind `count`. NULL when memory is out, which is reported: the list stays as it is. */
void *conf_read_grow(const conf_read_t *value, void *items, size_t count, size_t size);

/* A reader's with other words for errors: for what stands within a value. */
conf_read_t conf_read_with(const conf_read_t *value, const char *wanted, const char *example);

/* ---- single values: conf_read_scalar.c ---- */

bool conf_read_word(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_switch(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_number(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_duration(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_milliseconds(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_size(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_text(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_lines(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_path(const conf_read_t *value, const yaml_node_t *node);
void conf_read_free_text(void *place);

/* As YAML 1.1 spells it. */
bool conf_read_yes_or_no(const conf_read_t *value, const yaml_node_t *node, bool *on);

/* A number within the row's limits; `show` writes the limits in the key's own unit. */
bool conf_read_amount(const conf_read_t *value, const yaml_node_t *node, conf_read_amount_fn *read,
		      conf_read_amount_text_fn *show, uint64_t *amount);

/* A number as it is written: the `show` of amounts without a unit. */
const char *conf_read_plain_number(uint64_t number, char text[CONF_AMOUNT_MAX]);

/* Whether it is an absolute path that can be written into unbound.conf(5) syntax; else it is reported. */
bool conf_read_check_path(const conf_read_t *value, const yaml_node_t *node, const char *path);

/* ---- items of lists, each appends one: conf_read_list.c ---- */

bool conf_read_path_item(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_argument_item(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_name_item(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_address_item(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_service_item(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_prefix_item(const conf_read_t *value, const yaml_node_t *node);

bool conf_read_append(const conf_read_t *value, conf_strings_t *list, const char *text);
bool conf_read_append_address(const conf_read_t *value, const yaml_node_t *node, conf_addresses_t *list);
bool conf_read_name(const conf_read_t *value, const yaml_node_t *node, char name[CONF_NAME_MAX]);

void conf_read_free_strings(void *place);
void conf_read_free_addresses(void *place);
void conf_read_free_prefixes(void *place);

/* ---- {zone: NAME, to: [ADDRESS, ...]}: conf_read_route.c ---- */

bool conf_read_route_item(const conf_read_t *value, const yaml_node_t *node);
void conf_read_free_routes(void *place);

/* ---- {domain: NAME, expect: [EXCHANGE, ...], ...}: conf_read_watch.c ---- */

bool conf_read_watch_item(const conf_read_t *value, const yaml_node_t *node);
void conf_read_free_watches(void *place);

/* ---- mappings, each appends one pair; `value` has the words for what stands behind the colon: conf_read_mapping.c ---- */

bool conf_read_choice(const conf_read_t *value, const yaml_node_t *name, const yaml_node_t *node);
bool conf_read_pin(const conf_read_t *value, const yaml_node_t *name, const yaml_node_t *node);

/* One exchange, or a list of them. */
bool conf_read_exchanges(const conf_read_t *value, const yaml_node_t *node, conf_strings_t *list);
void conf_read_free_choices(void *place);
void conf_read_free_pins(void *place);

/* ---- options of unbound.conf(5): conf_read_option.c ---- */

bool conf_read_option_switch(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_option_number(const conf_read_t *value, const yaml_node_t *node);
bool conf_read_option_numbers(const conf_read_t *value, const yaml_node_t *node);

#endif
