/* settings.h: what the inspection process is told: those keys of the configuration that concern it, as a configuration of their
 * own (YAML that is JSON), which it reads with conf_load(). */
#ifndef MODULE_INSPECT_SETTINGS_H
#define MODULE_INSPECT_SETTINGS_H

#include "conf/conf.h"

/* To be freed; NULL when memory is out. */
MUST_USE char *settings_for_inspection(const conf_t *conf);

#endif
