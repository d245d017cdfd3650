/* prometheus.c: see prometheus.h. */
#include "tests/module/inspect/prometheus.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SIZE = 4096, SERIES_MAX = 40000, NAME_SIZE = 128 };

typedef struct reader {
	char family[NAME_SIZE]; /* of the last HELP */
	char type[NAME_SIZE];   /* "" until TYPE */
	bool histogram;
	char *series[SERIES_MAX]; /* samples seen: name and labels */
	size_t count;
	char *families[SERIES_MAX];
	size_t family_count;
	double bucket;   /* count of the last bucket, -1: none open */
	double infinite; /* count of +Inf of the last histogram, -1: none */
} reader_t;

static const char *name_end(const char *c)
{
	if (!isalpha((unsigned char)*c) && *c != '_' && *c != ':')
		return NULL;
	while (isalnum((unsigned char)*c) || *c == '_' || *c == ':')
		c++;
	return c;
}

static bool seen_before(char **all, size_t *count, const char *from, size_t size)
{
	for (size_t i = 0; i < *count; i++)
		if (strlen(all[i]) == size && memcmp(all[i], from, size) == 0)
			return true;
	if (*count < SERIES_MAX)
		all[(*count)++] = strndup(from, size);
	return false;
}

/* {name="value",…}: where it ends, NULL when it is malformed. */
static const char *labels_end(const char *c)
{
	if (*c != '{')
		return c;
	do {
		c = name_end(c + 1);
		if (c == NULL || c[0] != '=' || c[1] != '"')
			return NULL;
		for (c += 2; *c != '"'; c++) {
			if (*c == '\0')
				return NULL;
			if (*c == '\\') {
				c++;
				if (*c != '\\' && *c != '"' && *c != 'n')
					return NULL;
			}
		}
		c++;
	} while (*c == ',');
	return *c == '}' ? c + 1 : NULL;
}

static const char *read_comment(reader_t *reader, const char *line)
{
	const bool help = strncmp(line, "# HELP ", 7) == 0;
	const char *name = line + 7;
	const char *end;

	if (!help && strncmp(line, "# TYPE ", 7) != 0)
		return "a comment that is neither HELP nor TYPE";
	end = name_end(name);
	if (end == NULL || *end != ' ' || end - name >= NAME_SIZE)
		return "no name behind HELP or TYPE";
	if (help) {
		if (reader->bucket >= 0)
			return "a histogram without +Inf";
		if (seen_before(reader->families, &reader->family_count, name, (size_t)(end - name)))
			return "a metric is there twice";
		memcpy(reader->family, name, (size_t)(end - name));
		reader->family[end - name] = '\0';
		reader->type[0] = '\0';
		return NULL;
	}
	if (strlen(reader->family) != (size_t)(end - name) || memcmp(reader->family, name, (size_t)(end - name)) != 0)
		return "TYPE of another metric than HELP";
	if (strcmp(end, " counter") != 0 && strcmp(end, " gauge") != 0 && strcmp(end, " histogram") != 0)
		return "an unknown TYPE";
	snprintf(reader->type, sizeof(reader->type), "%s", end + 1);
	reader->histogram = strcmp(reader->type, "histogram") == 0;
	return NULL;
}

static const char *read_bucket(reader_t *reader, const char *labels, double value)
{
	if (strstr(labels, "le=\"") == NULL)
		return "a bucket without le";
	if (reader->bucket >= 0 && value < reader->bucket)
		return "buckets that fall";
	reader->bucket = value;
	if (strstr(labels, "le=\"+Inf\"") != NULL) {
		reader->infinite = value;
		reader->bucket = -1;
	}
	return NULL;
}

static const char *check_member(reader_t *reader, const char *name, size_t size, const char *labels, double value)
{
	const size_t family = strlen(reader->family);
	const char *part = name + family;

	if (reader->type[0] == '\0' || size < family || memcmp(name, reader->family, family) != 0)
		return "a sample that does not stand below its HELP and TYPE";
	size -= family;
	if (!reader->histogram)
		return size == 0 ? NULL : "a sample of another name than its metric";
	if (size == 7 && memcmp(part, "_bucket", 7) == 0)
		return read_bucket(reader, labels, value);
	if (reader->bucket >= 0)
		return "a histogram without +Inf";
	if (size == 6 && memcmp(part, "_count", 6) == 0)
		return value == reader->infinite ? NULL : "a count that is not that of +Inf";
	return size == 4 && memcmp(part, "_sum", 4) == 0 ? NULL : "a sample that no histogram has";
}

static const char *read_sample(reader_t *reader, const char *line)
{
	const char *name = name_end(line);
	const char *labels = name != NULL ? labels_end(name) : NULL;
	char *end;
	double value;

	if (labels == NULL || *labels != ' ')
		return "no sample";
	if (seen_before(reader->series, &reader->count, line, (size_t)(labels - line)))
		return "a sample is there twice";
	value = strtod(labels + 1, &end);
	if (end == labels + 1 || *end != '\0')
		return "a value that is no number";
	return check_member(reader, line, (size_t)(name - line), name, value);
}

static const char *read_line(reader_t *reader, const char *line)
{
	for (const char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			return "a character that is no printable ASCII";
	return line[0] == '#' ? read_comment(reader, line) : read_sample(reader, line);
}

static void clear(reader_t *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		free(reader->series[i]);
	for (size_t i = 0; i < reader->family_count; i++)
		free(reader->families[i]);
	free(reader);
}

const char *prometheus_problem(const char *text)
{
	reader_t *reader = calloc(1, sizeof(*reader));
	const char *problem = reader == NULL ? "memory is out" : NULL;
	char line[LINE_MAX_SIZE];

	if (reader == NULL)
		return problem;
	reader->bucket = -1;
	reader->infinite = -1;
	while (problem == NULL && *text != '\0') {
		const char *end = strchr(text, '\n');

		if (end == NULL || end - text >= LINE_MAX_SIZE) {
			problem = "a line that does not end, or is very long";
			break;
		}
		memcpy(line, text, (size_t)(end - text));
		line[end - text] = '\0';
		problem = read_line(reader, line);
		text = end + 1;
	}
	if (problem == NULL && reader->bucket >= 0)
		problem = "a histogram without +Inf";
	clear(reader);
	return problem;
}

bool prometheus_has(const char *text, const char *line)
{
	const size_t size = strlen(line);

	for (const char *found = strstr(text, line); found != NULL; found = strstr(found + 1, line))
		if ((found == text || found[-1] == '\n') && found[size] == '\n')
			return true;
	return false;
}
