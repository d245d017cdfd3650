/* lines.c: see lines.h. libunbound writes `[TIME] NAME[PID:THREAD] LEVEL: TEXT`, our own part of the process `LEVEL: TEXT`;
 * anything else (a sanitizer's report, the C library's last words) is a warning. */
#include "module/resolver/lines.h"

#include <string.h>
#include <unistd.h>

enum { READS = 32 }; /* at a time: a process that writes without end must not keep the thread */

lines_t lines_begin(log_t *log, const char *who, pid_t pid)
{
	return (lines_t){ .log = log, .who = who, .pid = pid };
}

/* Without the time, which our log writes itself, and without the name, which ours has. */
static const char *skip_prefix(const char *line)
{
	const char *end = line[0] == '[' ? strstr(line, "] ") : NULL;

	if (end == NULL)
		return line;
	end = strstr(end + 2, "] ");
	return end != NULL ? end + 2 : line;
}

/* What libunbound calls a notice (that it begins, that it signals a key) is of no use to an administrator. */
static log_level_t level_of(const char *text, bool of_libunbound)
{
	const struct {
		const char *prefix;
		log_level_t level;
	} rows[] = {
		{ "notice: ", of_libunbound ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO },
		{ "info: ", of_libunbound ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO },
		{ "debug: ", LOG_LEVEL_DEBUG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strncmp(text, rows[i].prefix, strlen(rows[i].prefix)) == 0)
			return rows[i].level;
	return LOG_LEVEL_WARNING;
}

static void log_suppressed(lines_t *lines)
{
	if (lines->suppressed > 0)
		log_write(lines->log, LOG_LEVEL_WARNING, "%s process %d: %u lines of its log left out", lines->who,
			  (int)lines->pid, lines->suppressed);
	lines->suppressed = 0;
}

static void log_line(lines_t *lines)
{
	const char *text;

	lines->text[lines->size] = '\0';
	lines->size = 0;
	text = skip_prefix(lines->text);
	if (text[0] == '\0')
		return;
	if (lines->logged++ < LINES_PER_SECOND_MAX)
		log_write(lines->log, level_of(text, text != lines->text), "%s process %d: %s", lines->who,
			  (int)lines->pid, text);
	else
		lines->suppressed++;
}

static void take(lines_t *lines, const char *octets, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (octets[i] != '\n')
			lines->text[lines->size++] = octets[i];
		if (octets[i] == '\n' || lines->size == LINES_LENGTH_MAX)
			log_line(lines);
	}
}

bool lines_read(lines_t *lines, int fd, time_t now)
{
	char octets[4096];

	if (now != lines->second) {
		log_suppressed(lines);
		lines->second = now;
		lines->logged = 0;
	}
	for (unsigned i = 0; i < READS; i++) {
		ssize_t size = read(fd, octets, sizeof(octets));

		if (size <= 0)
			return size < 0;
		take(lines, octets, (size_t)size);
	}
	return true;
}

void lines_end(lines_t *lines)
{
	log_line(lines);
	log_suppressed(lines);
}
