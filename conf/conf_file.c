/* conf_file.c: see conf_file.h. */
#include "conf/conf_file.h"

#include "conf/conf_yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_all(int fd, char *text, size_t *size)
{
	ssize_t got;

	*size = 0;
	do {
		got = read(fd, text + *size, CONF_YAML_MAX + 1 - *size);
		if (got > 0)
			*size += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got == 0;
}

char *conf_file_read(const char *path, size_t *size, conf_report_t *report)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd >= 0 ? malloc(CONF_YAML_MAX + 1) : NULL;

	if (fd < 0)
		conf_report_file(report, "cannot be opened: %s", strerror(errno));
	else if (text == NULL)
		conf_report_no_memory(report);
	else if (!read_all(fd, text, size)) {
		conf_report_file(report, "cannot be read: %s", strerror(errno));
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	return text;
}
