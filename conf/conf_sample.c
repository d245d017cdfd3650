/* conf_sample.c: writes the sample file, conf/mxward.yaml, from the table of keys. */
#include "conf/conf.h"
#include "conf/conf_keys.h"

#include <string.h>

typedef struct section {
	const char *path;
	const char *help;
} section_t;

static const section_t sections[] = {
	{ "",
	  "mxward.yaml: every key of mxward with its default; see mxward.yaml(5). Keys may be left out, and an empty "
	  "file works. Sizes have the units k, M and G; durations have s, m, h, d and w, short ones ms. Look at "
	  "changes with "
	  "`mxward checkconf` before they are loaded with `systemctl reload mxward`." },
	{ "tcp", "Clients that ask over TCP." },
	{ "resolver", "How names are resolved." },
	{ "resolver.hardening",
	  "Options of libunbound, named as in unbound.conf(5), where mxward's default is a choice worth knowing." },
	{ "cache", "Answers that are kept." },
	{ "cache.snapshot",
	  "What a restart has of them: they are written to a file now and then, and read at the start." },
	{ "mx", "How MX answers are judged, by the checks of docs/checks.md." },
	{ "log", "What is written down." },
	{ "control", "How the running daemon is looked at and told what to do (mxward-control(1))." },
	{ "validation-log", "What came of each MX answer, as JSON lines that prove that nobody edited them." },
	{ "inspection", "The page, the metrics and the API over HTTP; see what happens." },
	{ "alerts",
	  "Who is told, once when it begins and once when it ends, of what needs an eye; see docs/alerts.md." },
	{ "alerts.webhook", "A program that takes alerts over HTTP: a chat, a pager, a monitoring system." },
	{ "history", "Which MX sets domains had, and when: for mxward history and mxward reverse." },
};

enum { TAB = 2, WIDTH = 100 };

static void write_help(FILE *out, int indent, const char *help)
{
	int column = fprintf(out, "%*s#", indent, "");

	while (*help != '\0') {
		int size = (int)strcspn(help, " ");

		if (column + 1 + size > WIDTH)
			column = fprintf(out, "\n%*s#", indent, "") - 1;
		column += fprintf(out, " %.*s", size, help);
		help += size;
		help += strspn(help, " ");
	}
	fputc('\n', out);
}

static void write_section(FILE *out, int indent, const char *path, size_t size)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strlen(sections[i].path) == size && strncmp(sections[i].path, path, size) == 0) {
			write_help(out, indent, sections[i].help);
			if (size > 0)
				fprintf(out, "%*s%s:\n", indent, "", conf_key_name(sections[i].path));
		}
}

/* Octets of the path's beginning that are the same sections as before. */
static size_t shared_sections(const char *path, const char *before)
{
	size_t shared = 0;

	for (size_t i = 0; path[i] != '\0' && path[i] == before[i]; i++)
		if (path[i] == '.')
			shared = i + 1;
	return shared;
}

void conf_sample(FILE *out)
{
	const char *before = "";

	write_section(out, 0, "", 0);
	for (size_t i = 0; i < conf_key_count; i++) {
		const char *path = conf_keys[i].path;
		const char *name = conf_key_name(path);
		int indent = 0;

		if (shared_sections(path, before) == 0)
			fputc('\n', out);
		for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
			if ((size_t)(dot - path) >= shared_sections(path, before))
				write_section(out, indent, path, (size_t)(dot - path));
			indent += TAB;
		}
		write_help(out, indent, conf_keys[i].help);
		fprintf(out, "%*s%s: %s\n", indent, "", name, conf_keys[i].standard);
		before = path;
	}
}
