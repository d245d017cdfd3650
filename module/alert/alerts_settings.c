/* alerts_settings.c: copies of settings, for the thread that takes them later. */
#include "module/alert/alerts_inside.h"

#include <stdlib.h>
#include <string.h>

static size_t count_of(const char *const *texts)
{
	size_t count = 0;

	while (texts != NULL && texts[count] != NULL)
		count++;
	return count;
}

static void free_texts(const char *const *texts, size_t count)
{
	for (size_t i = 0; texts != NULL && i < count; i++)
		free((char *)(uintptr_t)texts[i]); /* our own copies */
	free((void *)(uintptr_t)texts);
}

/* With a NULL behind it. NULL when memory is out. */
static const char *const *copy_texts(const char *const *texts, size_t count)
{
	const char **copy = calloc(count + 1, sizeof(*copy));

	for (size_t i = 0; copy != NULL && i < count; i++) {
		copy[i] = strdup(texts[i]);
		if (copy[i] == NULL) {
			free_texts(copy, i);
			copy = NULL;
		}
	}
	return copy;
}

void alerts_settings_free(alerts_settings_t *settings)
{
	if (settings == NULL)
		return;
	free_texts(settings->exec, count_of(settings->exec));
	free_texts(settings->domains, settings->domain_count);
	free((char *)(uintptr_t)settings->webhook_url);
	free((char *)(uintptr_t)settings->webhook_token_file);
	free((char *)(uintptr_t)settings->webhook_ca_file);
	free((char *)(uintptr_t)settings->file);
	free(settings);
}

alerts_settings_t *alerts_settings_copy(const alerts_settings_t *settings)
{
	alerts_settings_t *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *settings;
	copy->exec = copy_texts(settings->exec, count_of(settings->exec));
	copy->domains = copy_texts(settings->domains, settings->domain_count);
	copy->webhook_url = strdup(settings->webhook_url);
	copy->webhook_token_file = strdup(settings->webhook_token_file);
	copy->webhook_ca_file = strdup(settings->webhook_ca_file);
	copy->file = strdup(settings->file);
	if (copy->exec != NULL && copy->domains != NULL && copy->webhook_url != NULL &&
	    copy->webhook_token_file != NULL && copy->webhook_ca_file != NULL && copy->file != NULL)
		return copy;
	alerts_settings_free(copy);
	return NULL;
}
