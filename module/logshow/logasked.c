/* logasked.c: see logasked.h. */
#include "module/logshow/logasked.h"

#include "conf/conf.h"
#include "module/clock.h"
#include "module/command.h"
#include "module/escape.h"
#include "module/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_UNREADABLE = 2,
	SHOWN_MAX = 4 * 1024,
	OPTION_CONDITION = 256, /* + its place in conditions[] */
};

/* Conditions are options of the same name. */
static const char *const conditions[] = {
	"domain", "host", "check", "verdict", "type", "client", "since", "until", "q"
};

enum { CONDITIONS = sizeof(conditions) / sizeof(conditions[0]) };

static const struct option options[] = {
	{ "domain", required_argument, NULL, OPTION_CONDITION },
	{ "host", required_argument, NULL, OPTION_CONDITION + 1 },
	{ "check", required_argument, NULL, OPTION_CONDITION + 2 },
	{ "verdict", required_argument, NULL, OPTION_CONDITION + 3 },
	{ "type", required_argument, NULL, OPTION_CONDITION + 4 },
	{ "client", required_argument, NULL, OPTION_CONDITION + 5 },
	{ "since", required_argument, NULL, OPTION_CONDITION + 6 },
	{ "until", required_argument, NULL, OPTION_CONDITION + 7 },
	{ "text", required_argument, NULL, OPTION_CONDITION + 8 },
	{ "config", required_argument, NULL, 'c' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "limit", required_argument, NULL, 'n' },
	{ "reverse", no_argument, NULL, 'r' },
	{ "follow", no_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ 0 },
};

static logasked_got_t wrong(const char *format, ...) PRINTF_LIKE(1, 2);

static logasked_got_t wrong(const char *format, ...)
{
	va_list args;

	fputs("mxward log: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("; see mxward log --help\n", stderr);
	return LOGASKED_WRONG;
}

static logasked_got_t set_condition(logasked_t *asked, unsigned *given, unsigned condition)
{
	const uint64_t now = clock_milliseconds(CLOCK_REALTIME);
	char why[LOGFILTER_WHY_MAX];

	if ((*given & 1U << condition) != 0)
		return wrong("--%s is given twice", options[condition].name);
	*given |= 1U << condition;
	if (!logfilter_set(&asked->filter, conditions[condition], optarg, now, why))
		return wrong("%s", why);
	return LOGASKED_OK;
}

static logasked_got_t set_limit(logasked_t *asked)
{
	char *end;
	char shown[SHOWN_MAX];

	errno = 0;
	asked->limit = strtoull(optarg, &end, 10);
	if (optarg[0] >= '0' && optarg[0] <= '9' && *end == '\0' && errno == 0 && asked->limit > 0)
		return LOGASKED_OK;
	return wrong("--limit is \"%s\": give a number from 1", escape_string(optarg, shown, sizeof(shown)));
}

static logasked_got_t set_option(logasked_t *asked, int option, unsigned *given)
{
	switch (option) {
	case 'c': asked->conf_path = optarg; return LOGASKED_OK;
	case 'j': asked->json = true; return LOGASKED_OK;
	case 'n': return set_limit(asked);
	case 'r': asked->reverse = true; return LOGASKED_OK;
	case 'f': asked->follow = true; return LOGASKED_OK;
	case 'v': asked->details = true; return LOGASKED_OK;
	case 'h': return LOGASKED_HELP;
	case '?': return LOGASKED_WRONG; /* options_next() has said it */
	default: return set_condition(asked, given, (unsigned)option - OPTION_CONDITION);
	}
}

logasked_got_t logasked_read(int argc, char **argv, bool shows, logasked_t *asked)
{
	logasked_got_t got = LOGASKED_OK;
	unsigned given = 0;

	*asked = (logasked_t){ 0 };
	for (int option; got == LOGASKED_OK && (option = options_next(argc, argv, "log", ":c:n:rfvh", options)) != -1;)
		got = set_option(asked, option, &given);
	asked->files = argv + optind;
	asked->file_count = (size_t)(argc - optind);
	if (got != LOGASKED_OK)
		return got;
	if (!shows && (asked->limit > 0 || asked->reverse || asked->follow || asked->details))
		return wrong("--limit, --reverse, --follow and --verbose are for show");
	if (asked->follow && asked->reverse)
		return wrong("--follow and --reverse exclude each other");
	return LOGASKED_OK;
}

/* --- Files --------------------------------------------------------------------------------------------------------- */

static int memory_is_out(void)
{
	fputs("mxward log: memory is out\n", stderr);
	return EXIT_SOFTWARE;
}

static int named_files(const logasked_t *asked, logfiles_t *files)
{
	files->items = calloc(asked->file_count, sizeof(files->items[0]));
	if (files->items == NULL)
		return memory_is_out();
	for (; files->count < asked->file_count; files->count++) {
		files->items[files->count].path = strdup(asked->files[files->count]);
		if (files->items[files->count].path == NULL)
			return memory_is_out();
	}
	return 0;
}

/* Nobody who was written last before that has a line from after it. */
static void leave_out_old(logfiles_t *files, uint64_t since)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].error != 0 || ((uint64_t)files->items[i].st.st_mtim.tv_sec + 1) * 1000 >= since)
			files->items[kept++] = files->items[i];
		else
			free(files->items[i].path);
	files->count = kept;
}

static int files_of(const char *log, const logasked_t *asked, logfiles_t *files)
{
	char shown[SHOWN_MAX];
	size_t all;

	escape_string(log, shown, sizeof(shown));
	if (log[0] == '\0') {
		fputs("mxward log: the configuration writes no validation log (validation-log.file): name files\n",
		      stderr);
		return EXIT_UNREADABLE;
	}
	if (!logfiles_find(log, NULL, files)) {
		fprintf(stderr, "mxward log: cannot read the folder of %s: %s\n", shown, strerror(errno));
		return EXIT_UNREADABLE;
	}
	all = files->count;
	if (all == 0)
		fprintf(stderr, "mxward log: there is no %s yet: name files, or another configuration with -c\n",
			shown);
	leave_out_old(files, asked->filter.since);
	return all > 0 ? 0 : EXIT_UNREADABLE;
}

int logasked_files(const logasked_t *asked, logfiles_t *files)
{
	const char *path = asked->conf_path;
	char *error = NULL;
	conf_t *conf;
	int status;

	*files = (logfiles_t){ 0 };
	if (asked->file_count > 0)
		return named_files(asked, files);
	if (path == NULL && access(MXWARD_CONFIG_FILE, F_OK) == 0)
		path = MXWARD_CONFIG_FILE;
	conf = path != NULL ? conf_load(path, &error) : conf_parse("", 0, "defaults", &error);
	if (conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward log: memory is out");
		free(error);
		return EXIT_CONFIG;
	}
	status = files_of(conf->validation_log.file, asked, files);
	conf_free(conf);
	return status;
}
