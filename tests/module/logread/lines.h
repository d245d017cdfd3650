/* lines.h: makes lines of a validation log for tests, whole files of them, and packs files. */
#ifndef TESTS_MODULE_LOGREAD_LINES_H
#define TESTS_MODULE_LOGREAD_LINES_H

#include "module/vlog/chain.h"
#include "tests/module/vlog/folder.h"

#include <inttypes.h>
#include <zlib.h>
#include <zstd.h>

enum { LINES_TEXT_MAX = 4096 };

/* What a line of a test says; zeros are good for something everywhere. */
typedef struct line {
	const char *type;    /* NULL: assessment */
	uint64_t time;       /* milliseconds since 1970 */
	const char *domain;  /* NULL: example.org. */
	const char *qtype;   /* NULL: MX */
	const char *client;  /* NULL: nobody */
	const char *verdict; /* NULL: accept */
	const char *would;   /* NULL: null */
	const char *host;    /* of the only exchange; NULL: mx1.example.org. */
	const char *check;   /* of the only finding; NULL: none */
	const char *action;  /* of that; NULL: log */
	const char *blamed;  /* the host of that; NULL: null */
	const char *reason;  /* NULL: "" */
	unsigned took;
} line_t;

static inline const char *line_or(const char *given, const char *otherwise)
{
	return given != NULL ? given : otherwise;
}

static inline size_t line_quoted(char *text, size_t room, const char *key, const char *value)
{
	if (value == NULL)
		return (size_t)snprintf(text, room, ",\"%s\":null", key);
	return (size_t)snprintf(text, room, ",\"%s\":\"%s\"", key, value);
}

/* The body of a line, as event_json() makes it: a JSON object that begins with its time. Returns text. */
static inline char *line_body(const line_t *line, char *text)
{
	char stamp[CHAIN_STAMP_SIZE];
	size_t used = (size_t)snprintf(
		text, LINES_TEXT_MAX, "{\"time\":\"%s\",\"question\":{\"name\":\"%s\",\"type\":\"%s\"}",
		chain_stamp(line->time, stamp), line_or(line->domain, "example.org."), line_or(line->qtype, "MX"));

	if (line->client != NULL)
		used += (size_t)snprintf(
			text + used, LINES_TEXT_MAX - used,
			",\"client\":{\"address\":\"%s\",\"port\":5353,\"transport\":\"udp\",\"count\":1}",
			line->client);
	else
		used += (size_t)snprintf(text + used, LINES_TEXT_MAX - used, ",\"client\":null");
	used += (size_t)snprintf(
		text + used, LINES_TEXT_MAX - used,
		",\"took_ms\":%u,\"verdict\":\"%s\",\"security\":\"insecure\",\"rcode\":\"NOERROR\",\"ede\":null,"
		"\"reason\":\"%s\"",
		line->took, line_or(line->verdict, "accept"), line_or(line->reason, ""));
	if (line->type == NULL || strcmp(line->type, "assessment") == 0) {
		used += line_quoted(text + used, LINES_TEXT_MAX - used, "would", line->would);
		used += (size_t)snprintf(text + used, LINES_TEXT_MAX - used,
					 ",\"received\":\"insecure\",\"corroboration\":\"agreed\",\"negative\":false,"
					 "\"null_mx\":false,\"chain\":[],\"findings\":[");
		if (line->check != NULL) {
			used += (size_t)snprintf(text + used, LINES_TEXT_MAX - used,
						 "{\"check\":\"%s\",\"severity\":\"warning\",\"action\":\"%s\","
						 "\"source\":\"RFC 2181, 10.3\"",
						 line->check, line_or(line->action, "log"));
			used += line_quoted(text + used, LINES_TEXT_MAX - used, "host", line->blamed);
			used += (size_t)snprintf(text + used, LINES_TEXT_MAX - used, ",\"detail\":\"seen\"}");
		}
		used += (size_t)snprintf(
			text + used, LINES_TEXT_MAX - used,
			"],\"findings_left_out\":0,\"mx\":[{\"preference\":10,\"exchange\":\"%s\","
			"\"stripped\":false,\"state\":\"resolved\",\"security\":\"insecure\",\"tlsa\":\"none\","
			"\"alias_of\":null,\"addresses\":[{\"address\":\"192.0.2.25\",\"special\":null}]}],"
			"\"other\":[]",
			line_or(line->host, "mx1.example.org."));
	}
	snprintf(text + used, LINES_TEXT_MAX - used, "}");
	assert_true(used + 1 < LINES_TEXT_MAX);
	return text;
}

/* A whole line, without its break, as the first of its chain would be but for its number. Returns text. */
static inline char *line_text(const line_t *line, uint64_t seq, char *text)
{
	char body[LINES_TEXT_MAX];
	const int size = snprintf(
		text, LINES_TEXT_MAX,
		"{\"v\":1,\"seq\":%" PRIu64
		",\"prev\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"type\":\"%s\",%s",
		seq, line_or(line->type, "assessment"), line_body(line, body) + 1);

	assert_true(size < LINES_TEXT_MAX);
	return text;
}

/* Appends lines to a file, numbered from `seq` on. */
static inline void lines_append(const char *path, const line_t *lines, size_t count, uint64_t seq)
{
	FILE *out = fopen(path, "ae");
	char text[LINES_TEXT_MAX];

	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\n", line_text(&lines[i], seq + i, text));
	assert_int_equal(fclose(out), 0);
}

/* Packs a file's content into another, with gzip's format or Zstandard's by the end of its name. */
static inline void lines_pack(const char *path, const char *packed)
{
	size_t size;
	char *text = file_read(path, &size);
	size_t room = ZSTD_compressBound(size) + 1024;
	char *out = malloc(room);

	assert_non_null(out);
	if (strstr(packed, ".zst") != NULL) {
		size_t made = ZSTD_compress(out, room, text, size, 3);

		assert_false(ZSTD_isError(made));
		file_write(packed, out, made);
	} else {
		z_stream gzip = { .next_in = (Bytef *)text,
				  .avail_in = (uInt)size,
				  .next_out = (Bytef *)out,
				  .avail_out = (uInt)room };

		assert_int_equal(deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(deflate(&gzip, Z_FINISH), Z_STREAM_END);
		file_write(packed, out, gzip.total_out);
		deflateEnd(&gzip);
	}
	free(out);
	free(text);
}

#endif
