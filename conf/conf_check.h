/* conf_check.h: what no single key can tell: keys that contradict each other. Within conf only. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/conf_keys.h"
#include "conf/conf_report.h"

/* Where in the file each row of the table was set. */
typedef struct conf_marks {
	bool *set;
	yaml_mark_t *at;
} conf_marks_t;

MUST_USE bool conf_check(const conf_t *conf, const conf_marks_t *marks, conf_report_t *report);

#endif
