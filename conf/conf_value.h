/* conf_value.h: puts a YAML value into its place in a conf_t. Within conf only. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/conf.h"
#include "conf/conf_keys.h"
#include "conf/conf_report.h"

/* False, with the report filled in, when the value is none for this key. What was stored until then is freed with the rest. */
MUST_USE bool conf_value_read(conf_t *conf, const conf_key_t *key, yaml_document_t *document, const yaml_node_t *node,
			      conf_report_t *report);

/* Frees what a row's place owns. */
void conf_value_free(conf_t *conf, const conf_key_t *key);

/* The number at a row's place: CONF_NUMBER, CONF_DURATION, CONF_MILLISECONDS and CONF_SIZE only. */
uint64_t conf_value_number(const conf_t *conf, const conf_key_t *key);

/* The text at a row's place: CONF_TEXT, CONF_LINES and CONF_PATH only. Borrowed. */
const char *conf_value_text(const conf_t *conf, const conf_key_t *key);

#endif
