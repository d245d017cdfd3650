/* conf_file.h: reads a whole file that the administrator wrote. Within conf only. */
#ifndef CONF_FILE_H
#define CONF_FILE_H

#include "conf/conf_report.h"

/* The octets of the file at `path`, without a final NUL, CONF_YAML_MAX + 1 at most, so that conf_yaml_read() sees when they are
 * too many. To be freed. NULL with the report filled in when it cannot be read. */
MUST_USE char *conf_file_read(const char *path, size_t *size, conf_report_t *report);

#endif
