/* owners.c: see owners.h. */
#include "module/owners.h"

#include "conf/conf_providers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The files that were read, and their rules, which borrow from them. */
typedef struct loading {
	const conf_t *standard; /* the defaults */
	size_t file_count;
	conf_providers_t *files;
	size_t rule_count;
	owner_rule_t *rules;
	char *complaint;
} loading_t;

/* A default that is not there is a matter of installing, not of the configuration. */
static bool may_be_absent(const loading_t *loading, const char *path)
{
	const conf_strings_t *paths = &loading->standard->mx.providers;

	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(paths->items[i], path) == 0)
			return access(path, F_OK) != 0 && errno == ENOENT;
	return false;
}

static void load_file(loading_t *loading, const char *path)
{
	conf_providers_t *file = &loading->files[loading->file_count++];
	char *error = NULL;

	if (conf_providers_load(file, path, &error))
		loading->rule_count += file->count;
	else if (loading->complaint == NULL)
		loading->complaint = error;
	else
		free(error);
}

static bool load_files(loading_t *loading, const conf_t *conf)
{
	const conf_strings_t *paths = &conf->mx.providers;

	loading->files = calloc(paths->count + 1, sizeof(*loading->files));
	if (loading->standard == NULL || loading->files == NULL)
		return false;
	for (size_t i = 0; i < paths->count; i++)
		if (!may_be_absent(loading, paths->items[i]))
			load_file(loading, paths->items[i]);
	return true;
}

static bool list_rules(loading_t *loading)
{
	size_t at = 0;

	loading->rules = calloc(loading->rule_count + 1, sizeof(*loading->rules));
	if (loading->rules == NULL)
		return false;
	for (size_t i = 0; i < loading->file_count; i++)
		for (size_t j = 0; j < loading->files[i].count; j++)
			loading->rules[at++] = (owner_rule_t){ .suffix = loading->files[i].items[j].suffix,
							       .provider = loading->files[i].items[j].name };
	return true;
}

owner_table_t *owners_load(const conf_t *conf, char **complaint)
{
	char *error = NULL;
	conf_t *standard = conf_parse("", 0, "defaults", &error);
	loading_t loading = { .standard = standard };
	owner_table_t *table = NULL;

	if (load_files(&loading, conf) && list_rules(&loading))
		table = owner_table_new(loading.rules, loading.rule_count);
	for (size_t i = 0; i < loading.file_count; i++)
		conf_providers_clear(&loading.files[i]);
	free(loading.files);
	free(loading.rules);
	free(error);
	conf_free(standard);
	*complaint = loading.complaint;
	return table;
}

bool owners_check(const conf_t *conf, char **complaint)
{
	owner_table_t *table = owners_load(conf, complaint);
	const bool good = table != NULL && *complaint == NULL;

	owner_table_free(table);
	return good;
}
