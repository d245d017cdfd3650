/* context.c: see context.h. */
#include "module/resolver/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>

struct ub_ctx *context_new(struct event_base *base, const char *config, struct ub_event_base *tcpbase)
{
	struct ub_ctx *ctx = tcpbase != NULL ? ub_ctx_create_ub_event(tcpbase) : ub_ctx_create_event(base);
	int err = ctx != NULL ? ub_ctx_debugout(ctx, stderr) : UB_NOMEM;

	if (err == 0)
		err = ub_ctx_config(ctx, config);
	if (err == 0 && tcpbase != NULL)
		err = ub_ctx_set_option(ctx, "tcp-upstream:", "yes");
	if (err == 0)
		return ctx;
	fprintf(stderr, "error: libunbound refuses its configuration: %s\n", ub_strerror(err));
	if (ctx != NULL)
		ub_ctx_delete(ctx);
	return NULL;
}

bool context_includes(const char *config)
{
	FILE *file = fopen(config, "re");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (file != NULL && !found && getline(&line, &room, file) >= 0) {
		line[strcspn(line, "#\n")] = '\0';
		found = strstr(line, "include:") != NULL || strstr(line, "include-toplevel:") != NULL;
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return found || file == NULL;
}

/* libunbound knows all of these; should it not, the context is merely a large one. */
void context_shrink(struct ub_ctx *ctx)
{
	static const char *const rows[][2] = {
		{ "outgoing-range:", "32" },          { "outgoing-num-tcp:", "8" },
		{ "num-queries-per-thread:", "256" }, { "rrset-cache-size:", "1m" },
		{ "msg-cache-size:", "1m" },          { "key-cache-size:", "1m" },
		{ "neg-cache-size:", "128k" },        { "infra-cache-numhosts:", "1000" },
	};

	_Static_assert(CONTEXT_SMALL_FILES == 32 + 8, "outgoing-range and outgoing-num-tcp");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)ub_ctx_set_option(ctx, rows[i][0], rows[i][1]);
}

/* The value of an option as a number; 0 when there is none. */
static size_t option_number(struct ub_ctx *ctx, const char *name)
{
	char *text = NULL;
	size_t number = 0;

	if (ub_ctx_get_option(ctx, name, &text) == 0 && text != NULL)
		number = strtoul(text, NULL, 10);
	free(text);
	return number;
}

size_t context_files(struct ub_ctx *ctx)
{
	return option_number(ctx, "outgoing-range") + option_number(ctx, "outgoing-num-tcp");
}

void context_limit_files(struct ub_ctx *ctx, size_t files)
{
	size_t tcp = option_number(ctx, "outgoing-num-tcp");
	char text[24];

	snprintf(text, sizeof(text), "%zu", files > tcp + 1 ? files - tcp : 1);
	(void)ub_ctx_set_option(ctx, "outgoing-range:", text);
}

static bool option_is_on(struct ub_ctx *ctx, const char *name)
{
	char *text = NULL;
	const bool on = ub_ctx_get_option(ctx, name, &text) == 0 && text != NULL && strcmp(text, "yes") == 0;

	free(text);
	return on;
}

bool context_stop_minimising(struct ub_ctx *ctx)
{
	return option_is_on(ctx, "qname-minimisation") && !option_is_on(ctx, "qname-minimisation-strict") &&
	       ub_ctx_set_option(ctx, "qname-minimisation:", "no") == 0;
}

/* An option that is a list comes as lines. */
static bool add_paths(struct ub_ctx *ctx, const char *name, context_paths_t *paths)
{
	char *text = NULL;
	char *rest;
	bool added = true;

	if (ub_ctx_get_option(ctx, name, &text) != 0 || text == NULL)
		return true;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL && added; line = strtok_r(NULL, "\n", &rest)) {
		char **more = realloc(paths->items, (paths->count + 1) * sizeof(*more));

		added = more != NULL;
		if (added) {
			paths->items = more;
			paths->items[paths->count] = strdup(line);
			added = paths->items[paths->count] != NULL;
		}
		if (added)
			paths->count++;
	}
	free(text);
	return added;
}

bool context_paths(struct ub_ctx *ctx, context_paths_t *paths)
{
	static const char *const options[] = { "root-hints", "trust-anchor-file", "auto-trust-anchor-file",
					       "trusted-keys-file" };

	*paths = (context_paths_t){ 0 };
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!add_paths(ctx, options[i], paths)) {
			fputs("error: out of memory\n", stderr);
			return false;
		}
	}
	return true;
}

void context_paths_free(context_paths_t *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i]);
	free(paths->items);
	*paths = (context_paths_t){ 0 };
}

static void ignore_answer(void *arg, int rcode, void *packet, int size, int security, char *why, int limited)
{
	(void)arg;
	(void)rcode;
	(void)packet;
	(void)size;
	(void)security;
	(void)why;
	(void)limited;
}

/* libunbound acts on its configuration at the first question; this one it answers itself (RFC 6761, 6.3). */
bool context_start(struct ub_ctx *ctx)
{
	int err = ub_resolve_event(ctx, "localhost.", 1, 1, NULL, ignore_answer, NULL);

	if (err != 0)
		fprintf(stderr, "error: libunbound cannot start: %s\n", ub_strerror(err));
	return err == 0;
}
