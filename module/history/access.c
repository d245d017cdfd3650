/* access.c: see access.h. */
#include "module/history/access.h"

#include "module/command.h"
#include "module/escape.h"
#include "module/owners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static conf_t *read_conf(const char *path, char **error)
{
	if (path == NULL && access(MXWARD_CONFIG_FILE, F_OK) == 0)
		path = MXWARD_CONFIG_FILE;
	return path != NULL ? conf_load(path, error) : conf_parse("", 0, "defaults", error);
}

static char *escaped(const char *path)
{
	const size_t room = 4 * strlen(path) + 1;
	char *text = malloc(room);

	if (text != NULL)
		escape_string(path, text, room);
	return text;
}

static int out_of_memory(const access_t *access)
{
	fprintf(stderr, "mxward %s: memory is out\n", access->command);
	return EXIT_SOFTWARE;
}

int access_fail(const access_t *access, history_err_t err)
{
	const char *reason = access->store != NULL ? history_store_reason(access->store) : "";

	if (err == HISTORY_NO_MEMORY)
		return out_of_memory(access);
	fprintf(stderr, "mxward %s: %s %s%s%s\n", access->command, access->file, history_strerror(err),
		reason[0] != '\0' ? ": " : "", reason);
	return ACCESS_UNREADABLE;
}

static int open_file(access_t *access, const conf_t *conf, const char *file)
{
	const char *path = file != NULL ? file : conf->history.file;
	const bool is_off = file == NULL && !conf->history.enable;
	history_err_t err;

	access->file = escaped(path);
	if (access->file == NULL)
		return out_of_memory(access);
	access->store = history_store_open_reader(path, &err);
	if (is_off)
		fprintf(stderr, "mxward %s: the history is switched off (history.enable: no)%s\n", access->command,
			err == HISTORY_OK ? ": this is what was remembered before" : "");
	return err == HISTORY_OK ? 0 : access_fail(access, err);
}

static void load_owners(access_t *access, const conf_t *conf)
{
	char *complaint = NULL;

	access->owners = owners_load(conf, &complaint);
	if (complaint != NULL)
		fprintf(stderr, "%s; the file is left out\n", complaint);
	free(complaint);
}

int access_open(access_t *access, const char *command, const char *conf_path, const char *file)
{
	char *error = NULL;
	conf_t *conf = read_conf(conf_path, &error);
	int status;

	*access = (access_t){ .command = command };
	if (conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward: memory is out");
		free(error);
		return EXIT_CONFIG;
	}
	status = open_file(access, conf, file);
	if (status == 0)
		load_owners(access, conf);
	conf_free(conf);
	return status;
}

void access_close(access_t *access)
{
	history_store_close(access->store);
	owner_table_free(access->owners);
	free(access->file);
}
