/* history_prune.c: see history_prune.h; what may stay. */
#include "cache/history_prune.h"

#include "cache/history_schema.h"

#include <assert.h>

enum {
	INCREMENTAL = 2,  /* of PRAGMA auto_vacuum */
	ROOM_LEAST = 256, /* pages */
	ROOM_SHARE = 4,   /* one in so many */
};

static void drop_unused_host(history_store_t *store, int64_t host)
{
	if (history_db_number(store, 0, HISTORY_SQL_HOST_IN_USE, "i", host) != 0 || store->err != HISTORY_OK)
		return;
	store->rows -= history_db_do(store, HISTORY_SQL_DROP_ADDRESSES, "i", host);
	history_db_do(store, HISTORY_SQL_DROP_HOST, "i", host);
}

static size_t hosts_of_set(history_store_t *store, int64_t domain, int64_t number, int64_t hosts[HISTORY_EXCHANGES_MAX])
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_EXCHANGES, "ii", domain, number);
	size_t count = 0;

	while (count < HISTORY_EXCHANGES_MAX && history_db_row(store, found))
		hosts[count++] = sqlite3_column_int64(found, 2);
	history_db_done(found);
	return count;
}

void history_prune_set(history_store_t *store, int64_t domain, int64_t number)
{
	int64_t hosts[HISTORY_EXCHANGES_MAX];
	const size_t count = hosts_of_set(store, domain, number, hosts);

	store->rows -= history_db_do(store, HISTORY_SQL_DROP_EXCHANGES, "ii", domain, number);
	store->rows -= history_db_do(store, HISTORY_SQL_DROP_SET, "ii", domain, number);
	for (size_t i = 0; i < count; i++)
		drop_unused_host(store, hosts[i]);
	history_db_do(store, HISTORY_SQL_DROP_DOMAIN, "i", domain);
}

typedef struct oldest {
	bool found;
	int64_t domain;
	int64_t number;
	int64_t day;
} oldest_t;

static oldest_t oldest_set(history_store_t *store)
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_OLDEST_SET, "");
	oldest_t oldest = { .found = history_db_row(store, found) };

	if (oldest.found) {
		oldest.domain = sqlite3_column_int64(found, 0);
		oldest.number = sqlite3_column_int64(found, 1);
		oldest.day = sqlite3_column_int64(found, 2);
	}
	history_db_done(found);
	return oldest;
}

static bool has_to_go(const history_store_t *store, const oldest_t *oldest, const history_limits_t *limits,
		      uint64_t now)
{
	const int64_t first_day = now > limits->max_age ? (int64_t)((now - limits->max_age) / HISTORY_DAY) : 0;

	return oldest->found && (store->rows > (int64_t)limits->max_rows || oldest->day < first_day);
}

history_err_t history_store_prune(history_store_t *store, const history_limits_t *limits, uint64_t now, unsigned sets,
				  bool *more)
{
	oldest_t oldest;

	assert(sqlite3_get_autocommit(store->db) == 0);
	history_db_begin(store);
	oldest = oldest_set(store);
	for (; sets > 0 && has_to_go(store, &oldest, limits, now); sets--) {
		history_prune_set(store, oldest.domain, oldest.number);
		oldest = oldest_set(store);
	}
	*more = has_to_go(store, &oldest, limits, now);
	if (store->err != HISTORY_OK)
		history_store_rollback(store);
	return history_db_end(store);
}

bool history_store_is_roomy(history_store_t *store)
{
	int64_t unused;

	history_db_begin(store);
	if (history_db_pragma(store, "PRAGMA auto_vacuum") != INCREMENTAL)
		return false;
	unused = history_db_pragma(store, "PRAGMA freelist_count");
	return unused >= ROOM_LEAST && unused > history_db_pragma(store, "PRAGMA page_count") / ROOM_SHARE;
}

history_err_t history_store_shrink(history_store_t *store, unsigned pages)
{
	char pragma[64];

	assert(sqlite3_get_autocommit(store->db) != 0);
	history_db_begin(store);
	sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA incremental_vacuum(%u)", pages);
	history_db_execute(store, pragma);
	return history_db_end(store);
}
