/* resolv.c: see resolv.h. A line is a keyword at its very beginning and words behind it; options add up. */
#include "module/doctor/resolv.h"

#include "module/ask/address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char blanks[] = " \t\r";

static void read_nameserver(char *words, resolv_t *resolv)
{
	char *place;
	const char *word = strtok_r(words, blanks, &place);

	if (word == NULL || resolv->count == RESOLV_NAMESERVERS_MAX || strchr(word, '@') != NULL)
		return;
	if (address_from_text(word, &resolv->nameservers[resolv->count]))
		resolv->count++;
}

static void read_options(char *words, resolv_t *resolv)
{
	char *place;

	for (const char *word = strtok_r(words, blanks, &place); word != NULL; word = strtok_r(NULL, blanks, &place)) {
		if (strcmp(word, "edns0") == 0)
			resolv->edns0 = true;
		if (strcmp(word, "trust-ad") == 0)
			resolv->trust_ad = true;
	}
}

/* The words behind the keyword, or NULL when the line has another one. */
static char *behind(char *line, const char *keyword)
{
	size_t size = strlen(keyword);

	return strncmp(line, keyword, size) == 0 && line[size] != '\0' && strchr(blanks, line[size]) != NULL
		       ? line + size
		       : NULL;
}

static void read_lines(char *text, resolv_t *resolv)
{
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *nameserver = behind(line, "nameserver");
		char *options = behind(line, "options");

		if (nameserver != NULL)
			read_nameserver(nameserver, resolv);
		if (options != NULL)
			read_options(options, resolv);
	}
}

static bool read_text(FILE *file, resolv_t *resolv)
{
	resolv->size = fread(resolv->text, 1, sizeof(resolv->text), file);
	if (ferror(file))
		return false;
	if (resolv->size < sizeof(resolv->text))
		return true;
	errno = EFBIG;
	return false;
}

bool resolv_read(const char *path, resolv_t *resolv)
{
	FILE *file = fopen(path, "re");
	char lines[RESOLV_SIZE_MAX];
	bool whole;
	int reason;

	memset(resolv, 0, sizeof(*resolv));
	if (file == NULL)
		return false;
	whole = read_text(file, resolv);
	reason = errno;
	fclose(file);
	errno = reason;
	if (!whole)
		return false;
	memcpy(lines, resolv->text, resolv->size);
	lines[resolv->size] = '\0';
	read_lines(lines, resolv);
	return true;
}
