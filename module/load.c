/* load.c: see load.h. */
#include "module/load.h"

#include "module/alert/webhook.h"
#include "module/policy_of.h"
#include "module/resolver/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *load_line(const conf_t *conf, const char *path, const char *key, const char *format, ...)
{
	conf_place_t place = key != NULL ? conf_place(conf, key) : (conf_place_t){ 0 };
	char position[32] = "";
	char *what = NULL;
	char *line = NULL;
	va_list args;

	if (place.line > 0)
		snprintf(position, sizeof(position), "%u:%u:", place.line, place.column);
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (what == NULL || asprintf(&line, "%s:%s %s", path, position, what) < 0)
		line = NULL;
	free(what);
	return line;
}

/* libunbound does not start without these. */
static bool check_readable(const conf_t *conf, const char *path, const char *key, const char *file, char **error)
{
	if (file[0] == '\0' || access(file, R_OK) == 0)
		return true;
	*error = load_line(conf, path, key,
			   "%s: %s cannot be read (%s): name another file, or install the package dns-root-data", key,
			   file, strerror(errno));
	return false;
}

static bool check_files(const conf_t *conf, const char *path, char **error)
{
	const conf_strings_t *anchors = &conf->resolver.trust_anchor_files;

	if (!check_readable(conf, path, "resolver.root-hints", conf->resolver.root_hints, error))
		return false;
	for (size_t i = 0; i < anchors->count; i++)
		if (!check_readable(conf, path, "resolver.trust-anchor-file", anchors->items[i], error))
			return false;
	return true;
}

/* The key that a sentence about libunbound's settings is about, or NULL. */
static const char *key_of(const conf_t *conf, const char *sentence)
{
	const conf_strings_t *anchors = &conf->resolver.trust_anchor_files;

	if (strstr(sentence, "resolver.libunbound") != NULL)
		return "resolver.libunbound";
	if (conf->resolver.root_hints[0] != '\0' && strstr(sentence, conf->resolver.root_hints) != NULL)
		return "resolver.root-hints";
	for (size_t i = 0; i < anchors->count; i++)
		if (strstr(sentence, anchors->items[i]) != NULL)
			return "resolver.trust-anchor-file";
	return NULL;
}

bool load_try(const conf_t *conf, const char *path, char **error)
{
	char *refusal = options_check(conf);

	if (refusal == NULL)
		return true;
	*error = load_line(conf, path, key_of(conf, refusal), "%s", refusal);
	free(refusal);
	return false;
}

static bool check_policy(const conf_t *conf, const char *path, char **error)
{
	policy_t *policy = policy_of_conf(conf, path, error);
	const bool good = policy != NULL;

	policy_free(policy);
	return good;
}

static bool check_webhook(const conf_t *conf, const char *path, char **error)
{
	const char *url = conf->alerts.webhook.url;
	const char *problem = url[0] != '\0' ? webhook_url_problem(url) : NULL;

	if (problem == NULL)
		return true;
	*error = load_line(conf, path, "alerts.webhook.url", "alerts.webhook.url: \"%s\" %s", url, problem);
	return false;
}

conf_t *load_conf_untried(const char *path, char **error)
{
	conf_t *conf = conf_load(path, error);

	if (conf != NULL && check_policy(conf, path, error) && check_files(conf, path, error) &&
	    check_webhook(conf, path, error))
		return conf;
	conf_free(conf);
	return NULL;
}

conf_t *load_conf(const char *path, char **error)
{
	conf_t *conf = load_conf_untried(path, error);

	if (conf != NULL && load_try(conf, path, error))
		return conf;
	conf_free(conf);
	return NULL;
}
