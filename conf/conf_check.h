/* conf_check.h: what no single key can tell: keys that contradict each other. Within conf only. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/conf_report.h"

MUST_USE bool conf_check(const conf_t *conf, conf_report_t *report);

#endif
