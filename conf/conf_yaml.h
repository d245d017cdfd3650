/* conf_yaml.h: reads one small, plain YAML document. Within conf only.
 *
 * The file is the administrator's, but it may have been made by a tool or by mistake: what YAML could do beyond lists and
 * mappings of scalars (anchors, aliases, tags, several documents, endless nesting) is refused, so that no text of
 * CONF_YAML_MAX octets costs more than a little memory. */
#ifndef CONF_YAML_H
#define CONF_YAML_H

#include "conf/conf_report.h"

enum {
	CONF_YAML_MAX = 1 << 20,     /* octets of a file */
	CONF_YAML_MAX_DEPTH = 8,     /* lists and mappings inside each other; ours need 5 */
	CONF_YAML_MAX_NODES = 16384, /* scalars, lists and mappings */
};

/* On success *document is to be freed with yaml_document_delete(); a text without a document gives one without a root. */
MUST_USE bool conf_yaml_read(const char *text, size_t size, yaml_document_t *document, conf_report_t *report);

#endif
