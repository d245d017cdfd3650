/* world.h: a validation log in a folder, its index, and a loop: what tests of the inspection process stand on. */
#ifndef TESTS_MODULE_INSPECT_WORLD_H
#define TESTS_MODULE_INSPECT_WORLD_H

#include "module/inspect/indexer.h"
#include "module/inspect/workers.h"
#include "tests/module/logread/lines.h"

#include <event2/event.h>

enum { WORLD_TEXT_MAX = 4096, WORLD_PATH_MAX = 512 };

typedef struct world {
	folder_t folder;
	conf_t *conf;
	struct event_base *base;
	indexer_t *indexer;
	shared_t shared;
	unsigned grew; /* how often it was told */
	uint64_t seq;  /* of the next line */
} world_t;

static inline void world_grew(void *arg)
{
	((world_t *)arg)->grew++;
}

/* Adds a line to the log. */
static inline void world_append(world_t *world, const line_t *line)
{
	lines_append(world->folder.file, line, 1, world->seq++);
}

static inline void world_index(world_t *world)
{
	const logindex_settings_t settings = indexer_settings(world->conf);

	world->indexer = indexer_new(world->base, &settings, world_grew, world);
	assert_non_null(world->indexer);
	world->shared = (shared_t){ .conf = world->conf, .indexer = world->indexer };
}

/* Without an indexer yet. */
static inline void world_begin(world_t *world)
{
	char text[WORLD_TEXT_MAX];
	char here[WORLD_PATH_MAX];
	char *error = NULL;

	*world = (world_t){ .folder = folder_make(), .base = event_base_new(), .seq = 1 };
	assert_non_null(world->base);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(text, sizeof(text),
		 "validation-log: {file: '%s/%s'}\ninspection: {log-index: '%s/%s/index.db'}\n"
		 "history: {file: '%s/%s/history.db'}\ncontrol: {socket: '%s/%s/socket'}\n",
		 here, world->folder.file, here, world->folder.path, here, world->folder.path, here,
		 world->folder.path);
	world->conf = conf_parse(text, strlen(text), "test", &error);
	if (world->conf == NULL)
		fail_msg("%s", error);
}

static inline void world_end(world_t *world)
{
	indexer_free(world->indexer);
	event_base_free(world->base);
	conf_free(world->conf);
	folder_remove(&world->folder);
}

#endif
