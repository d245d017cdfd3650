/* loglines.c: see loglines.h. */
#include "module/logread/loglines.h"

#include "module/logread/logsource.h"
#include "module/vlog/chain.h"

#include <stdlib.h>
#include <string.h>

enum { READ_SIZE = 1 << 18 };

struct loglines {
	logsource_t *source;
	uint64_t offset; /* of buffer[at] */
	uint64_t number;
	size_t at;      /* where the next line begins */
	size_t scanned; /* no line break from at to here */
	size_t filled;
	bool too_long; /* the line that is read is longer than any may be */
	char buffer[CHAIN_LINE_MAX + READ_SIZE];
};

loglines_t *loglines_new(int fd)
{
	loglines_t *lines = malloc(sizeof(*lines));

	if (lines == NULL)
		return NULL;
	memset(lines, 0, offsetof(loglines_t, buffer)); /* more than a megabyte of room need not be touched */
	lines->source = logsource_new(fd);
	if (lines->source != NULL)
		return lines;
	free(lines);
	return NULL;
}

void loglines_free(loglines_t *lines)
{
	if (lines == NULL)
		return;
	logsource_free(lines->source);
	free(lines);
}

const char *loglines_error(const loglines_t *lines)
{
	return logsource_error(lines->source);
}

bool loglines_is_compressed(const loglines_t *lines)
{
	return logsource_is_compressed(lines->source);
}

/* Goes on behind `size` octets. */
static void pass(loglines_t *lines, size_t size)
{
	lines->at += size;
	lines->offset += size;
	lines->scanned = lines->at;
}

/* Makes room in front, and reads. As logsource_read(). */
static ssize_t fill(loglines_t *lines)
{
	ssize_t got;

	if (lines->at > 0) {
		lines->filled -= lines->at;
		memmove(lines->buffer, lines->buffer + lines->at, lines->filled);
		lines->at = 0;
	}
	lines->scanned = lines->filled;
	got = logsource_read(lines->source, lines->buffer + lines->filled, sizeof(lines->buffer) - lines->filled);
	if (got > 0)
		lines->filled += (size_t)got;
	return got;
}

/* The line that ends at `line_break`. */
static loglines_got_t take(loglines_t *lines, const char *line_break, logline_t *line)
{
	const char *text = lines->buffer + lines->at;
	const size_t size = (size_t)(line_break - text);
	const bool too_long = lines->too_long || size > CHAIN_LINE_MAX;

	*line = (logline_t){ .text = too_long ? NULL : text,
			     .size = too_long ? 0 : size,
			     .offset = lines->offset,
			     .end = lines->offset + size + 1,
			     .number = ++lines->number };
	lines->too_long = false;
	pass(lines, size + 1);
	return too_long ? LOGLINES_TOO_LONG : LOGLINES_LINE;
}

/* Of a line that is too long only its end is of interest. */
static void drop_too_long(loglines_t *lines)
{
	if (lines->filled - lines->at <= CHAIN_LINE_MAX)
		return;
	lines->too_long = true;
	pass(lines, lines->filled - lines->at);
}

loglines_got_t loglines_next(loglines_t *lines, logline_t *line)
{
	ssize_t got = 1;

	while (got > 0) {
		const char *line_break = memchr(lines->buffer + lines->scanned, '\n', lines->filled - lines->scanned);

		if (line_break != NULL)
			return take(lines, line_break, line);
		drop_too_long(lines);
		got = fill(lines);
	}
	return got == 0 ? LOGLINES_END : LOGLINES_BROKEN;
}

bool loglines_rest(const loglines_t *lines, logline_t *line)
{
	const size_t size = lines->filled - lines->at;

	*line = (logline_t){ .text = lines->buffer + lines->at,
			     .size = size,
			     .offset = lines->offset,
			     .end = lines->offset + size,
			     .number = lines->number + 1 };
	return size > 0 || lines->too_long;
}

/* In a plain file nothing needs to be read for it. */
static void jump(loglines_t *lines, uint64_t offset)
{
	if (lines->at == lines->filled && logsource_jump(lines->source, offset - lines->offset))
		lines->offset = offset;
}

loglines_got_t loglines_skip(loglines_t *lines, uint64_t offset, uint64_t budget)
{
	uint64_t passed = 0;
	ssize_t got = 1;

	while (lines->offset < offset && passed < budget && got > 0) {
		const size_t there = lines->filled - lines->at;
		const size_t size = there < offset - lines->offset ? there : (size_t)(offset - lines->offset);

		pass(lines, size);
		passed += size;
		jump(lines, offset);
		if (lines->offset < offset)
			got = fill(lines);
	}
	if (lines->offset == offset)
		return LOGLINES_LINE;
	if (got > 0)
		return LOGLINES_MORE;
	return got == 0 ? LOGLINES_END : LOGLINES_BROKEN;
}
