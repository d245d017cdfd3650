/* history_record.c: what becomes of a visit. */
#include "cache/history_db.h"
#include "cache/history_name.h"
#include "cache/history_prune.h"
#include "cache/history_schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An exchange, as sets are compared by. */
typedef struct member {
	uint16_t preference;
	char reversed[HISTORY_NAME_MAX];
	const history_exchange_t *seen;
	int64_t host;
} member_t;

typedef struct visit {
	const history_visit_t *seen;
	int64_t now;
	int64_t domain;
	size_t count;
	member_t *members; /* in the file's order, each once */
} visit_t;

/* A domain's last set; number 0: there is none. */
typedef struct last {
	int64_t number;
	int64_t kind;
	int64_t last_seen;
	int64_t day;
} last_t;

static int compare_members(const void *a, const void *b)
{
	const member_t *one = a;
	const member_t *other = b;

	if (one->preference != other->preference)
		return one->preference < other->preference ? -1 : 1;
	return strcmp(one->reversed, other->reversed);
}

/* Names that are none are not recorded. */
static bool gather(visit_t *visit)
{
	const size_t most = visit->seen->kind == HISTORY_MX ? visit->seen->count : 0;
	const size_t room = most < HISTORY_EXCHANGES_MAX ? most : HISTORY_EXCHANGES_MAX;
	size_t distinct = 0;

	visit->members = calloc(room > 0 ? room : 1, sizeof(*visit->members));
	if (visit->members == NULL)
		return false;
	for (size_t i = 0; i < room; i++) {
		member_t *member = &visit->members[visit->count];

		member->seen = &visit->seen->exchanges[i];
		member->preference = member->seen->preference;
		visit->count += history_name_reverse(member->seen->name, member->reversed);
	}
	qsort(visit->members, visit->count, sizeof(*visit->members), compare_members);
	for (size_t i = 0; i < visit->count; i++)
		if (distinct == 0 || compare_members(&visit->members[distinct - 1], &visit->members[i]) != 0)
			visit->members[distinct++] = visit->members[i];
	visit->count = distinct;
	return true;
}

static last_t last_set(history_store_t *store, int64_t domain)
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_LAST_SET, "i", domain);
	last_t last = { 0 };

	if (history_db_row(store, found))
		last = (last_t){ .number = sqlite3_column_int64(found, 0),
				 .kind = sqlite3_column_int64(found, 1),
				 .last_seen = sqlite3_column_int64(found, 2),
				 .day = sqlite3_column_int64(found, 3) };
	history_db_done(found);
	return last;
}

/* Whether the visit saw the set of that number; finds out the hosts' ids on the way. */
static bool is_same(history_store_t *store, visit_t *visit, int64_t number)
{
	sqlite3_stmt *found = history_db_ask(store, HISTORY_SQL_EXCHANGES, "ii", visit->domain, number);
	size_t same = 0;
	size_t count = 0;

	for (; history_db_row(store, found); count++) {
		member_t *member = &visit->members[same];

		if (same == count && same < visit->count && sqlite3_column_int64(found, 0) == member->preference &&
		    strcmp((const char *)sqlite3_column_text(found, 1), member->reversed) == 0) {
			member->host = sqlite3_column_int64(found, 2);
			same++;
		}
	}
	return same == count && same == visit->count;
}

static int64_t id_of_host(history_store_t *store, const char *reversed)
{
	int64_t id = history_db_number(store, 0, HISTORY_SQL_HOST_ID, "t", reversed);

	if (id == 0 && history_db_do(store, HISTORY_SQL_ADD_HOST, "t", reversed) > 0)
		id = sqlite3_last_insert_rowid(store->db);
	return id;
}

/* ---- sets ---- */

static void add_set(history_store_t *store, visit_t *visit, int64_t number)
{
	const int64_t first = history_db_number(store, number, HISTORY_SQL_FIRST_SET, "i", visit->domain);

	store->rows +=
		history_db_do(store, HISTORY_SQL_ADD_SET, "iiiiii", visit->domain, number, (int64_t)visit->seen->kind,
			      (int64_t)visit->seen->security, visit->now, visit->now / HISTORY_DAY);
	for (size_t i = 0; i < visit->count; i++) {
		member_t *member = &visit->members[i];

		member->host = id_of_host(store, member->reversed);
		store->rows += history_db_do(store, HISTORY_SQL_ADD_EXCHANGE, "iiii", member->host, visit->domain,
					     number, (int64_t)member->preference);
	}
	if (number - first >= HISTORY_SETS_MAX)
		history_prune_set(store, visit->domain, first);
}

static void touch_set(history_store_t *store, const visit_t *visit, const last_t *last)
{
	const int64_t day = visit->now / HISTORY_DAY;

	history_db_do(store, HISTORY_SQL_TOUCH_SET, "iiii", visit->domain, last->number, visit->now,
		      (int64_t)visit->seen->security);
	if (day != last->day)
		history_db_do(store, HISTORY_SQL_SET_DAY, "iii", visit->domain, last->number, day);
}

/* ---- addresses ---- */

static void add_address(history_store_t *store, int64_t host, const history_address_t *address, int64_t now)
{
	store->rows += history_db_do(store, HISTORY_SQL_ADD_ADDRESS, "iai", host, address, now);
	if (history_db_number(store, 0, HISTORY_SQL_COUNT_ADDRESSES, "i", host) > HISTORY_ADDRESSES_MAX)
		store->rows -= history_db_do(store, HISTORY_SQL_DROP_OLDEST_ADDRESS, "i", host);
}

static void record_addresses(history_store_t *store, const member_t *member, int64_t now)
{
	for (size_t i = 0; i < member->seen->address_count; i++) {
		const history_address_t *address = &member->seen->addresses[i];

		if (history_db_do(store, HISTORY_SQL_TOUCH_ADDRESS, "iai", member->host, address, now) == 0)
			add_address(store, member->host, address, now);
	}
}

/* ---- visits ---- */

static int64_t id_of_domain(history_store_t *store, const history_visit_t *seen)
{
	int64_t id = history_db_number(store, 0, HISTORY_SQL_DOMAIN_ID, "t", seen->domain);

	if (id == 0 && seen->kind != HISTORY_NONE &&
	    history_db_do(store, HISTORY_SQL_ADD_DOMAIN, "t", seen->domain) > 0)
		id = sqlite3_last_insert_rowid(store->db);
	return id;
}

static void record(history_store_t *store, visit_t *visit)
{
	last_t last;

	visit->domain = id_of_domain(store, visit->seen);
	if (visit->domain == 0)
		return;
	last = last_set(store, visit->domain);
	if (visit->now < last.last_seen)
		visit->now = last.last_seen;
	if (last.number > 0 && last.kind == (int64_t)visit->seen->kind && is_same(store, visit, last.number))
		touch_set(store, visit, &last);
	else
		add_set(store, visit, last.number + 1);
	for (size_t i = 0; i < visit->count; i++)
		record_addresses(store, &visit->members[i], visit->now);
}

history_err_t history_store_record(history_store_t *store, const history_visit_t *seen, uint64_t now)
{
	visit_t visit = { .seen = seen, .now = (int64_t)now };

	assert(sqlite3_get_autocommit(store->db) == 0);
	history_db_begin(store);
	if (!gather(&visit))
		history_db_refuse(store, HISTORY_NO_MEMORY);
	else if (visit.count > 0 || seen->kind != HISTORY_MX)
		record(store, &visit);
	free(visit.members);
	if (store->err != HISTORY_OK)
		history_store_rollback(store);
	return history_db_end(store);
}
