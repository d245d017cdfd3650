/* history_schema.h: the tables of the MX history, by version. Internal to the history. */
#ifndef CACHE_HISTORY_SCHEMA_H
#define CACHE_HISTORY_SCHEMA_H

#include "cache/history_db.h"

enum {
	HISTORY_SCHEMA_VERSION = 2,          /* PRAGMA user_version of what is made today */
	HISTORY_APPLICATION_ID = 0x6d785761, /* "mxWa": that a file of SQLite is ours */
	HISTORY_DAY = 86400,                 /* seconds; what mx_set.day counts */
};

/* Finds out what the file is; a writer's is made or brought up to date. The store keeps what goes wrong. */
void history_schema_open(history_store_t *store);

#endif
