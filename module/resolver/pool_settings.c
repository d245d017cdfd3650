/* pool_settings.c: a copy of a pool's settings that owns its strings. See pool.h. */
#include "module/resolver/pool.h"

#include <stdlib.h>
#include <string.h>

static bool copy_string(const char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return from == NULL || *to != NULL;
}

bool pool_settings_copy(pool_settings_t *to, const pool_settings_t *from)
{
	bool copied;

	*to = *from;
	copied = copy_string(&to->config, from->config);
	copied = copy_string(&to->fallback, from->fallback) && copied;
	copied = copy_string(&to->anchor_dir, from->anchor_dir) && copied;
	copied = copy_string(&to->program, from->program) && copied;
	if (!copied)
		pool_settings_clear(to);
	return copied;
}

void pool_settings_clear(pool_settings_t *settings)
{
	free((char *)(uintptr_t)settings->config);
	free((char *)(uintptr_t)settings->fallback);
	free((char *)(uintptr_t)settings->anchor_dir);
	free((char *)(uintptr_t)settings->program);
	*settings = (pool_settings_t){ 0 };
}
