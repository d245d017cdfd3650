#include "module/log/line.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ellipsis[] = "...";

/* How UTF-8 begins (RFC 3629, 3): the first octet under a mask, the octets of the whole, the least that needs so many. */
static const struct {
	uint8_t mask;
	uint8_t begin;
	uint8_t size;
	uint32_t least;
} forms[] = {
	{ 0x80, 0x00, 1, 0x0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

/* Code points that are not shown as they are. */
static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{ 0x0, 0x1f },          /* C0 controls */
	{ 0x7f, 0x9f },         /* DEL and C1 controls */
	{ 0x200e, 0x200f },     /* marks of direction */
	{ 0x2028, 0x202e },     /* separators of lines and paragraphs; embeddings and overrides of direction */
	{ 0x2066, 0x2069 },     /* isolates of direction */
	{ 0xd800, 0xdfff },     /* surrogates are no characters (RFC 3629, 3) */
	{ 0x110000, 0x1fffff }, /* nor is what lies past the last plane */
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]), HIDDEN = sizeof(hidden) / sizeof(hidden[0]) };

static bool is_hidden(uint32_t point)
{
	for (size_t i = 0; i < HIDDEN; i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return true;
	return false;
}

/* The size of the character that begins at `octet`, which ends in a NUL somewhere; 0 when none does that may be shown. */
static size_t shown_size(const uint8_t *octet)
{
	size_t form = 0;
	uint32_t point;

	while (form < FORMS && (*octet & forms[form].mask) != forms[form].begin)
		form++;
	if (form == FORMS)
		return 0;
	point = *octet & (uint8_t)~forms[form].mask;
	for (size_t i = 1; i < forms[form].size; i++) {
		if ((octet[i] & 0xc0) != 0x80) /* the final NUL among others */
			return 0;
		point = point << 6 | (octet[i] & 0x3f);
	}
	return point >= forms[form].least && !is_hidden(point) ? forms[form].size : 0;
}

size_t line_escape(const char *text, char *out, size_t room)
{
	const uint8_t *octet = (const uint8_t *)text;
	size_t used = 0;
	size_t cut = 0; /* where the ellipsis goes if it is needed */

	while (*octet != '\0') {
		size_t size = shown_size(octet);
		char escaped[sizeof("\\255")];
		const char *unit = (const char *)octet;
		size_t unit_size = size;

		if (size == 0) {
			unit_size = (size_t)snprintf(escaped, sizeof(escaped), "\\%03u", *octet);
			unit = escaped;
			size = 1;
		}
		if (used + unit_size >= room) {
			memcpy(out + cut, ellipsis, sizeof(ellipsis));
			return cut + sizeof(ellipsis) - 1;
		}
		memcpy(out + used, unit, unit_size);
		used += unit_size;
		if (used + sizeof(ellipsis) <= room)
			cut = used;
		octet += size;
	}
	out[used] = '\0';
	return used;
}

static line_t *line_of(const char *text, size_t size)
{
	line_t *line = malloc(sizeof(*line) + size + 1);

	if (line == NULL)
		return NULL;
	*line = (line_t){ .item.weight = 1, .at = time(NULL), .size = size };
	memcpy(line->text, text, size + 1);
	return line;
}

line_t *line_new(log_level_t level, const char *format, va_list args)
{
	char said[LINE_TEXT_MAX + 1]; /* one more than is shown, so that line_escape() sees that it is too long */
	char shown[LINE_TEXT_MAX];
	line_t *line;

	if (vsnprintf(said, sizeof(said), format, args) < 0)
		said[0] = '\0';
	line = line_of(shown, line_escape(said, shown, sizeof(shown)));
	if (line != NULL)
		line->level = level;
	return line;
}

line_t *line_say(log_level_t level, const char *format, ...)
{
	va_list args;
	line_t *line;

	va_start(args, format);
	line = line_new(level, format, args);
	va_end(args);
	return line;
}

line_t *line_reopen(const char *to)
{
	line_t *line = line_of(to, strlen(to));

	if (line != NULL)
		line->item.is_request = true;
	return line;
}

const char *line_stamp(time_t at, char *out)
{
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(out, LINE_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

const char *line_level_name(log_level_t level)
{
	switch (level) {
	case LOG_LEVEL_ERROR: return "error";
	case LOG_LEVEL_WARNING: return "warning";
	case LOG_LEVEL_INFO: return "info";
	case LOG_LEVEL_DEBUG: return "debug";
	}
	return "unknown";
}
