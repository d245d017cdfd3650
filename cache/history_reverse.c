/* history_reverse.c: the domains that use a host. Hosts that are wanted are gone through in one order, and each one's domains in
 * another; a domain that uses several of these hosts is told with the first of them, so that no page has to know another. A
 * cursor is a domain's number, a colon, and what hosts are ordered by: a name turned round, or a number. */
#include "cache/history_db.h"
#include "cache/history_name.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT_MAX = 20000 /* domains that may be gone through for one page */ };

/* A question under way. */
typedef struct search {
	history_store_t *store;
	const history_wanted_t *wanted;
	char name[HISTORY_NAME_MAX];   /* by name: the one that is wanted, turned round */
	char least[HISTORY_BOUND_MAX]; /* by suffix: what is wanted lies between these two */
	char beyond[HISTORY_BOUND_MAX];
	char from[HISTORY_NAME_MAX]; /* by suffix: the cursor's host; "": no cursor */
	char host[HISTORY_NAME_MAX]; /* by name: whose turn it is, turned round */
	int64_t host_id;             /* the same, as a number; 0: none yet */
	int64_t domain;              /* the last one that was looked at */
	unsigned looked_at;
	size_t limit;
	history_page_t *page;
} search_t;

/* ---- cursors ---- */

static bool has_name(const search_t *search)
{
	return search->wanted->by != HISTORY_BY_ADDRESS;
}

static bool number_of(const char *text, char **end, int64_t *number)
{
	*number = strtoll(text, end, 10);
	return *text >= '0' && *text <= '9' && *number >= 0 && *number < INT64_MAX;
}

static bool read_cursor(search_t *search, const char *from)
{
	char *end = NULL;
	bool valid = number_of(from, &end, &search->domain) && *end++ == ':' && strlen(end) < HISTORY_NAME_MAX;

	if (!valid)
		return false;
	if (!has_name(search))
		return number_of(end, &end, &search->host_id) && *end == '\0';
	memcpy(search->from, end, strlen(end) + 1);
	memcpy(search->host, end, strlen(end) + 1);
	return search->wanted->by == HISTORY_BY_SUFFIX
		       ? strcmp(search->from, search->least) > 0 && strcmp(search->from, search->beyond) < 0
		       : strcmp(search->from, search->name) == 0;
}

static void write_cursor(search_t *search)
{
	if (has_name(search))
		snprintf(search->page->next, HISTORY_CURSOR_MAX, "%" PRId64 ":%s", search->domain, search->host);
	else
		snprintf(search->page->next, HISTORY_CURSOR_MAX, "%" PRId64 ":%" PRId64, search->domain,
			 search->host_id);
}

/* ---- hosts ---- */

static sqlite3_stmt *ask_hosts(search_t *search)
{
	const char *first = search->from[0] != '\0' ? search->from : search->least;

	switch (search->wanted->by) {
	case HISTORY_BY_HOST: return history_db_ask(search->store, HISTORY_SQL_HOST_ID, "t", search->name);
	case HISTORY_BY_SUFFIX:
		return history_db_ask(search->store, HISTORY_SQL_HOSTS_BELOW, "tt", first, search->beyond);
	case HISTORY_BY_ADDRESS:
		return history_db_ask(search->store, HISTORY_SQL_HOSTS_WITH_ADDRESS, "ai", &search->wanted->address,
				      search->host_id);
	}
	return NULL;
}

/* Goes over to the host of that row. The domain that a cursor names counts with its own host only. */
static void take_host(search_t *search, sqlite3_stmt *row)
{
	const char *reversed =
		search->wanted->by == HISTORY_BY_SUFFIX ? (const char *)sqlite3_column_text(row, 1) : search->name;
	bool is_same;

	if (has_name(search)) {
		is_same = strcmp(search->host, reversed) == 0;
		snprintf(search->host, sizeof(search->host), "%s", reversed);
	} else {
		is_same = search->host_id == sqlite3_column_int64(row, 0);
	}
	search->host_id = sqlite3_column_int64(row, 0);
	if (!is_same)
		search->domain = 0;
}

/* ---- domains ---- */

static sqlite3_stmt *ask_use(const search_t *search)
{
	history_store_t *store = search->store;

	switch (search->wanted->by) {
	case HISTORY_BY_HOST:
		return history_db_ask(store, HISTORY_SQL_USE_OF_HOST, "ii", search->domain, search->host_id);
	case HISTORY_BY_SUFFIX:
		return history_db_ask(store, HISTORY_SQL_USE_BELOW, "itt", search->domain, search->least,
				      search->beyond);
	case HISTORY_BY_ADDRESS:
		return history_db_ask(store, HISTORY_SQL_USE_OF_ADDRESS, "ia", search->domain,
				      &search->wanted->address);
	}
	return NULL;
}

/* Whether the host is the first of those by which the domain is found. */
static bool is_first_host(const search_t *search, sqlite3_stmt *use)
{
	const char *first = (const char *)sqlite3_column_text(use, 4);

	if (search->wanted->by == HISTORY_BY_SUFFIX)
		return first != NULL && strcmp(first, search->host) == 0;
	return sqlite3_column_int64(use, 4) == search->host_id;
}

static void look_at_domain(search_t *search)
{
	sqlite3_stmt *use = ask_use(search);
	history_user_t *user = &search->page->users[search->page->count];

	if (history_db_row(search->store, use) && is_first_host(search, use)) {
		*user = (history_user_t){ .domain = history_db_text(search->store, use, 3),
					  .first_seen = (uint64_t)sqlite3_column_int64(use, 0),
					  .last_visit = (uint64_t)sqlite3_column_int64(use, 1),
					  .current = sqlite3_column_int64(use, 2) != 0 };
		search->page->count += user->domain != NULL;
	}
	history_db_done(use);
	search->looked_at++;
}

static bool is_enough(const search_t *search)
{
	return search->page->count == search->limit || search->looked_at == LOOKED_AT_MAX;
}

/* False when the page has its end in the middle of the host's domains. */
static bool look_at_domains(search_t *search)
{
	sqlite3_stmt *found =
		history_db_ask(search->store, HISTORY_SQL_DOMAINS_OF_HOST, "ii", search->host_id, search->domain);
	bool more = history_db_row(search->store, found);

	for (; more && !is_enough(search); more = history_db_row(search->store, found)) {
		search->domain = sqlite3_column_int64(found, 0);
		look_at_domain(search);
	}
	history_db_done(found);
	return !more;
}

static void go_through(search_t *search)
{
	sqlite3_stmt *hosts = ask_hosts(search);

	while (history_db_row(search->store, hosts)) {
		take_host(search, hosts);
		if (!look_at_domains(search)) {
			write_cursor(search);
			break;
		}
	}
	history_db_done(hosts);
}

static bool begin(search_t *search, const char *from)
{
	if (has_name(search)) {
		if (!history_name_reverse(search->wanted->name, search->name))
			return false;
		history_name_range(search->name, search->least, search->beyond);
	}
	return *from == '\0' || read_cursor(search, from);
}

history_err_t history_store_reverse(history_store_t *store, const history_wanted_t *wanted, const char *from,
				    size_t limit, history_page_t *page)
{
	search_t *search = calloc(1, sizeof(*search));
	const bool begun = history_db_begin_reading(store);

	assert(limit > 0 && limit <= HISTORY_PAGE_MAX);
	*page = (history_page_t){ .users = calloc(limit, sizeof(*page->users)) };
	if (search == NULL || page->users == NULL) {
		history_db_refuse(store, HISTORY_NO_MEMORY);
	} else {
		*search = (search_t){ .store = store, .wanted = wanted, .limit = limit, .page = page };
		if (begin(search, from))
			go_through(search);
		else
			history_db_refuse(store, HISTORY_BAD_CURSOR);
	}
	free(search);
	return history_db_end_reading(store, begun);
}

void history_page_free(history_page_t *page)
{
	for (size_t i = 0; i < page->count; i++)
		free(page->users[i].domain);
	free(page->users);
	*page = (history_page_t){ 0 };
}
