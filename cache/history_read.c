/* history_read.c: the sets of one domain. */
#include "cache/history_db.h"
#include "cache/history_name.h"

#include <stdlib.h>
#include <string.h>

/* The array with room for one item more than its `count`: powers of two are where it grows. NULL when memory is out: the array
 * stays. */
static void *with_room(history_store_t *store, void *array, size_t count, size_t item)
{
	void *larger = array;

	if ((count & (count - 1)) == 0)
		larger = reallocarray(array, count > 0 ? 2 * count : 1, item);
	if (larger == NULL)
		history_db_refuse(store, HISTORY_NO_MEMORY);
	return larger;
}

/* ---- addresses ---- */

static bool read_address(sqlite3_stmt *row, history_seen_address_t *seen)
{
	const void *octets = sqlite3_column_blob(row, 0);
	const int size = sqlite3_column_bytes(row, 0);

	if (octets == NULL || (size != 4 && size != 16))
		return false;
	*seen = (history_seen_address_t){ .address.size = (uint8_t)size,
					  .first_seen = (uint64_t)sqlite3_column_int64(row, 1),
					  .last_seen = (uint64_t)sqlite3_column_int64(row, 2) };
	memcpy(seen->address.octets, octets, (size_t)size);
	return true;
}

static void read_addresses(history_store_t *store, history_seen_exchange_t *exchange, int64_t host)
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_ADDRESSES, "i", host);

	while (history_db_row(store, found)) {
		history_seen_address_t *larger =
			with_room(store, exchange->addresses, exchange->address_count, sizeof(*exchange->addresses));

		if (larger == NULL)
			continue;
		exchange->addresses = larger;
		exchange->address_count += read_address(found, &larger[exchange->address_count]);
	}
}

/* ---- exchanges ---- */

static void read_exchange(history_store_t *store, sqlite3_stmt *row, history_set_t *set)
{
	const char *reversed = (const char *)sqlite3_column_text(row, 1);
	char name[HISTORY_NAME_MAX];
	history_seen_exchange_t *exchange = with_room(store, set->exchanges, set->count, sizeof(*set->exchanges));

	if (exchange == NULL)
		return;
	set->exchanges = exchange;
	if (reversed == NULL || !history_name_reverse(reversed, name)) {
		history_db_refuse(store, HISTORY_CORRUPT);
		return;
	}
	exchange += set->count;
	*exchange =
		(history_seen_exchange_t){ .preference = (uint16_t)sqlite3_column_int64(row, 0), .name = strdup(name) };
	if (exchange->name == NULL)
		history_db_refuse(store, HISTORY_NO_MEMORY);
	else
		set->count++;
}

static void read_exchanges(history_store_t *store, int64_t domain, int64_t number, bool addresses, history_set_t *set)
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_EXCHANGES, "ii", domain, number);

	while (history_db_row(store, found)) {
		const size_t before = set->count;

		read_exchange(store, found, set);
		if (addresses && set->count > before)
			read_addresses(store, &set->exchanges[before], sqlite3_column_int64(found, 2));
	}
}

/* ---- sets ---- */

static history_set_t *read_set(history_store_t *store, sqlite3_stmt *row, history_sets_t *sets)
{
	const int64_t kind = sqlite3_column_int64(row, 1);
	history_set_t *set = with_room(store, sets->sets, sets->count, sizeof(*sets->sets));

	if (set == NULL)
		return NULL;
	sets->sets = set;
	if (kind < HISTORY_MX || kind > HISTORY_NONE) {
		history_db_refuse(store, HISTORY_CORRUPT);
		return NULL;
	}
	set += sets->count++;
	*set = (history_set_t){ .kind = (history_kind_t)kind,
				.security = (uint8_t)sqlite3_column_int64(row, 2),
				.from = (uint64_t)sqlite3_column_int64(row, 3),
				.last_seen = (uint64_t)sqlite3_column_int64(row, 4) };
	return set;
}

history_err_t history_store_timeline(history_store_t *store, const char *domain, history_sets_t *sets)
{
	const bool begun = history_db_begin_reading(store);
	const int64_t id = history_db_number(store, 0, HISTORY_SQL_DOMAIN_ID, "t", domain);
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_SETS, "i", id);
	uint64_t next_from = 0;

	*sets = (history_sets_t){ 0 };
	while (history_db_row(store, found)) {
		history_set_t *set = read_set(store, found, sets);

		if (set == NULL)
			continue;
		set->to = next_from;
		next_from = set->from;
		read_exchanges(store, id, sqlite3_column_int64(found, 0), true, set);
	}
	return history_db_end_reading(store, begun);
}

history_err_t history_store_past(history_store_t *store, const char *domain, history_sets_t *sets)
{
	const bool begun = history_db_begin_reading(store);
	const int64_t id = history_db_number(store, 0, HISTORY_SQL_DOMAIN_ID, "t", domain);
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_LAST_MX_SET, "i", id);

	*sets = (history_sets_t){ 0 };
	if (history_db_row(store, found)) {
		history_set_t *set = read_set(store, found, sets);

		if (set != NULL) {
			set->to = (uint64_t)sqlite3_column_int64(found, 5);
			read_exchanges(store, id, sqlite3_column_int64(found, 0), false, set);
		}
	}
	history_db_done(found);
	return history_db_end_reading(store, begun);
}

void history_sets_free(history_sets_t *sets)
{
	for (size_t i = 0; i < sets->count; i++) {
		for (size_t j = 0; j < sets->sets[i].count; j++) {
			free(sets->sets[i].exchanges[j].name);
			free(sets->sets[i].exchanges[j].addresses);
		}
		free(sets->sets[i].exchanges);
	}
	free(sets->sets);
	*sets = (history_sets_t){ 0 };
}
