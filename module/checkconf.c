/* checkconf.c: `mxward checkconf`: says what is wrong with a configuration before a daemon has to.
 *
 * Errors are what `mxward serve` refuses too. Warnings are about what it would go on without, and only about what the file
 * itself names: a default that is not there is a matter of installing, not of this file. */
#include "conf/conf.h"
#include "module/advisories.h"
#include "module/command.h"
#include "module/load.h"
#include "module/options.h"
#include "module/owners.h"

#include <errno.h>
#include <libgen.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

static const char help[] =
	"Usage: mxward checkconf [FILE]\n"
	"       mxward checkconf --sample\n"
	"\n"
	"Checks a configuration (" MXWARD_CONFIG_FILE " when none is named) as mxward serve would.\n"
	"Prints nothing when it is good, or one line: FILE:LINE:COLUMN: what is wrong, what would be right.\n"
	"Warnings, on standard error, do not count; on a terminal one is about known holes of this libunbound.\n"
	"\n"
	"  --sample    print a file with every key, its help and its default\n"
	"  -h, --help  print this\n"
	"\n"
	"Exit status: 0 the configuration is good, 1 it is not, 64 the command line is wrong.\n"
	"See mxward.yaml(5).\n";

typedef struct check {
	const char *file;
	const conf_t *conf;
} check_t;

/* Takes the line over. */
static void print_warning(char *line)
{
	if (line != NULL)
		fprintf(stderr, "%s\n", line);
	free(line);
}

/* Warns about a file whose directory is not there. */
static void warn_directory(const check_t *check, const char *key, const char *path, const char *consequence)
{
	const conf_t *conf = check->conf;
	char *copy = strdup(path);
	const char *directory = copy != NULL ? dirname(copy) : path;

	if (copy != NULL && access(directory, F_OK) != 0)
		print_warning(load_line(conf, check->file, key, "warning: %s: there is no directory %s (%s): %s", key,
					directory, strerror(errno), consequence));
	free(copy);
}

/* Files that are made where they are not there, and what comes of it when they cannot be. */
static const struct made {
	const char *key;
	size_t place; /* of its path, in a conf_t */
	const char *consequence;
} made[] = {
	{ "resolver.auto-trust-anchor-file", offsetof(conf_t, resolver.auto_trust_anchor_file),
	  "the static trust anchor would be used" },
	{ "cache.snapshot.file", offsetof(conf_t, cache.snapshot.file), "a restart would empty the cache" },
	{ "cache.snapshot.key", offsetof(conf_t, cache.snapshot.key), "a restart would empty the cache" },
	{ "validation-log.file", offsetof(conf_t, validation_log.file), "nothing would be written" },
	{ "validation-log.key", offsetof(conf_t, validation_log.key), "the key could not be kept" },
	{ "alerts.file", offsetof(conf_t, alerts.file), "a restart would tell what is open again" },
	{ "history.file", offsetof(conf_t, history.file), "MX sets would not be remembered" },
	{ "control.nta-file", offsetof(conf_t, control.nta_file),
	  "a restart would forget negative trust anchors that were set by command" },
};

static const char *path_at(const conf_t *conf, size_t place)
{
	return *(char *const *)(const void *)((const char *)conf + place);
}

static void warn_about_file(const check_t *check, const conf_t *standard)
{
	const conf_t *conf = check->conf;

	if (conf->log.to[0] == '/')
		warn_directory(check, "log.to", conf->log.to, "lines would go to standard error");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		const char *path = path_at(conf, made[i].place);

		if (path[0] != '\0' && strcmp(path, path_at(standard, made[i].place)) != 0)
			warn_directory(check, made[i].key, path, made[i].consequence);
	}
	if (conf->user[0] != '\0' && strcmp(conf->user, standard->user) != 0 && getpwnam(conf->user) == NULL)
		print_warning(load_line(conf, check->file, "user",
					"warning: user: there is no user %s, and a daemon started as root would "
					"refuse: add it, or name another",
					conf->user));
	if (conf->resolver.trust_anchor_files.count == 0 && conf->resolver.auto_trust_anchor_file[0] == '\0')
		print_warning(
			load_line(conf, check->file, "resolver.trust-anchor-file",
				  "warning: resolver.trust-anchor-file: without a trust anchor nothing is validated"));
}

/* Known holes are no fault of the file, and a script wants silence: this is for the person at the terminal. */
static void warn_about_libunbound(const check_t *check)
{
	const conf_t *conf = check->conf;
	size_t count;
	const advisory_t *known = advisories(&count);
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		open += advisories_affects(&known[i], ub_version());
	if (open > 0 && isatty(STDERR_FILENO))
		print_warning(load_line(conf, check->file, NULL,
					"warning: libunbound %s is older than upstream's fixes of %zu known holes: "
					"mxward doctor tells whether Debian mended them",
					ub_version(), open));
}

static void print_warnings(const check_t *check)
{
	char *error = NULL;
	conf_t *standard = conf_parse("", 0, "", &error);

	if (standard != NULL)
		warn_about_file(check, standard);
	conf_free(standard);
	free(error);
	warn_about_libunbound(check);
}

static int check_file(const char *file)
{
	char *error = NULL;
	conf_t *conf = load_conf(file, &error);

	if (conf != NULL && !owners_check(conf, &error)) {
		conf_free(conf);
		conf = NULL;
	}
	if (conf != NULL)
		print_warnings(&(check_t){ .file = file, .conf = conf });
	else
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward checkconf: memory is out");
	free(error);
	conf_free(conf);
	return conf != NULL ? 0 : 1;
}

int command_checkconf(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sample", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const int option = options_next(argc, argv, "checkconf", ":h", options); /* either one is all there is to do */

	if (option == 'h' && argc == 2) {
		fputs(help, stdout);
		return 0;
	}
	if (option == 's' && argc == 2) {
		conf_sample(stdout);
		return 0;
	}
	if (option == '?')
		return EXIT_USAGE;
	if (option != -1 || argc - optind > 1) {
		fputs("mxward checkconf: at most one file is wanted; see mxward checkconf --help\n", stderr);
		return EXIT_USAGE;
	}
	return check_file(argc > optind ? argv[optind] : MXWARD_CONFIG_FILE);
}
