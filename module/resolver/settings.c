/* settings.c: see settings.h. */
#include "module/resolver/settings.h"

#include "module/resolver/anchor.h"
#include "module/resolver/options.h"
#include "module/resolver/proto.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

enum {
	MEGA = 1 << 20,
	BASE_MEMORY = 512,  /* megabytes: program, libraries, buffers of TCP connections */
	CACHE_FACTOR = 3,   /* what malloc() makes of libunbound's caches at worst */
	QUESTION_KILO = 32, /* kilobytes for each question that a process may have */
};

/* Whether RFC 5011 state can be kept; says so when it is wanted and cannot. */
static bool keeps_state(const conf_resolver_t *resolver, log_t *log)
{
	const char *file = resolver->auto_trust_anchor_file;
	const char *seed = resolver->trust_anchor_files.count > 0 ? resolver->trust_anchor_files.items[0] : "";

	if (file[0] == '\0')
		return false;
	if (anchor_prepare(file, seed))
		return true;
	log_write(log, LOG_LEVEL_WARNING,
		  "cannot keep %s (%s): the root key is taken from resolver.trust-anchor-file and will not follow a "
		  "change of "
		  "keys by itself (RFC 5011)",
		  file, strerror(errno));
	return false;
}

static size_t address_space(const conf_t *conf)
{
	return (size_t)BASE_MEMORY * MEGA + CACHE_FACTOR * conf->resolver.memory +
	       (size_t)QUESTION_KILO * 1024 * PROTO_OPEN_MAX;
}

static bool use_state(const conf_resolver_t *resolver, pool_settings_t *settings)
{
	char *copy = strdup(resolver->auto_trust_anchor_file);

	settings->anchor_dir = copy != NULL ? strdup(dirname(copy)) : NULL;
	free(copy);
	return settings->anchor_dir != NULL;
}

bool settings_for_pool(const conf_t *conf, pool_settings_t *settings, log_t *log)
{
	const bool state = keeps_state(&conf->resolver, log);
	const bool has_static = conf->resolver.trust_anchor_files.count > 0;

	*settings = (pool_settings_t){
		.config = options_text(conf, state),
		.processes = conf->resolver.processes,
		.labels = conf->resolver.minimise == CONF_MINIMISE_LABELS,
		.memory = address_space(conf),
	};
	if (settings->config != NULL && (!state || use_state(&conf->resolver, settings))) {
		if (!state || !has_static) /* without any anchor nothing would be validated: no answer is better */
			return true;
		settings->fallback = options_text(conf, false);
		if (settings->fallback != NULL)
			return true;
	}
	pool_settings_clear(settings);
	return false;
}
