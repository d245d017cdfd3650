/* conditions.c: a filter as SQL. The text is put together from pieces of this program's own; values are bound.
 *
 * SQLite knows nothing of how the log's values are spread, so the condition that leaves the fewest entries is chosen here: it
 * drives the search by its index, newest first, and the others are checked on what it gives. */
#include "module/logindex/logindex_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 4096 };

typedef struct condition {
	bool (*is_set)(const logfilter_t *filter);
	const char *from;  /* where it drives */
	const char *where; /* the same, where another one does */
	const char *extra; /* beside `from`; "" for none */
} condition_t;

static bool has_host(const logfilter_t *filter)
{
	return filter->has_host;
}

static bool has_domain(const logfilter_t *filter)
{
	return filter->has_domain && filter->domain.size > 1; /* everything is below the root */
}

static bool has_check(const logfilter_t *filter)
{
	return filter->check[0] != '\0';
}

static bool has_client(const logfilter_t *filter)
{
	return filter->client_bits > 0;
}

static bool is_one_verdict(const logfilter_t *filter)
{
	return (filter->verdicts & (filter->verdicts - 1)) == 0;
}

/* One gives its entries in order. */
static bool has_rare_verdict(const logfilter_t *filter)
{
	return filter->verdicts != 0 && is_one_verdict(filter) && filter->verdicts != 1U << LOGENTRY_ACCEPT;
}

/* Entries of several are to be sorted, so they must be few. */
static bool has_rare_verdicts(const logfilter_t *filter)
{
	return filter->verdicts != 0 && !is_one_verdict(filter) &&
	       (filter->verdicts & (1U << LOGENTRY_ACCEPT | 1U << LOGENTRY_LOG)) == 0;
}

static bool has_common_verdict(const logfilter_t *filter)
{
	return filter->verdicts != 0 && !has_rare_verdict(filter) && !has_rare_verdicts(filter);
}

static bool has_rare_type(const logfilter_t *filter)
{
	return filter->type[0] != '\0' && strcmp(filter->type, "MX") != 0;
}

static bool has_common_type(const logfilter_t *filter)
{
	return strcmp(filter->type, "MX") == 0;
}

static bool has_end(const logfilter_t *filter)
{
	return filter->until > 0;
}

static bool has_beginning(const logfilter_t *filter)
{
	return filter->since > 0;
}

#define IN_DOMAIN   "e.domain >= :domain AND e.domain < :domain_end"
#define OF_CLIENT   "e.client >= :client AND e.client <= :client_end"
#define OF_VERDICTS "(:verdicts >> e.verdict & 1)"

/* In the order of how few entries they leave. NULL: it never drives. */
static const condition_t conditions[] = {
	{ has_host, "host h CROSS JOIN entry e ON e.id = h.entry",
	  "EXISTS (SELECT 1 FROM host WHERE name = :host AND entry = e.id)", "h.name = :host" },
	{ has_domain, "entry e INDEXED BY entry_domain", IN_DOMAIN, IN_DOMAIN },
	{ has_check, "chk c CROSS JOIN entry e ON e.id = c.entry",
	  "EXISTS (SELECT 1 FROM chk WHERE name = :check AND entry = e.id)", "c.name = :check" },
	{ has_client, "entry e INDEXED BY entry_client", OF_CLIENT, OF_CLIENT },
	{ has_rare_verdict, "entry e INDEXED BY entry_verdict", "e.verdict = :verdict", "e.verdict = :verdict" },
	{ has_rare_verdicts, "entry e INDEXED BY entry_verdict", OF_VERDICTS,
	  "e.verdict IN (2, 3, 4) AND " OF_VERDICTS },
	{ has_rare_type, "entry e INDEXED BY entry_type", "e.type = :type", "e.type = :type" },
	{ has_end, "entry e INDEXED BY entry_time", "e.time < :until", "e.time < :until" },
	{ has_beginning, NULL, "e.time >= :since", "" },
	{ has_common_verdict, NULL, OF_VERDICTS, "" },
	{ has_common_type, NULL, "e.type = :type", "" },
};

static_assert(LOGENTRY_STRIP == 2 && LOGENTRY_REJECT == 3 && LOGENTRY_FAILED == 4, "they are the rare ones above");

enum { CONDITIONS = sizeof(conditions) / sizeof(conditions[0]) };

/* The search for text reads line after line: from the newest on, so that it can end anywhere. */
static const char in_order[] = "entry e NOT INDEXED";

static const char has_the_text[] =
	" AND EXISTS (SELECT 1 FROM line WHERE line.id = e.id AND has_text(line.id, line.octets))";

/* --- The text of it ------------------------------------------------------------------------------------------------ */

/* The condition that drives, or CONDITIONS. */
static size_t driver(const logfilter_t *filter)
{
	size_t i = 0;

	if (filter->text[0] != '\0')
		return CONDITIONS;
	while (i < CONDITIONS && (conditions[i].from == NULL || !conditions[i].is_set(filter)))
		i++;
	return i;
}

static void write_select(const logfilter_t *filter, const char *columns, const char *joins, const char *tail, char *sql)
{
	const size_t drives = driver(filter);
	size_t used = (size_t)snprintf(sql, SQL_MAX, "SELECT %s FROM %s %s WHERE %s", columns,
				       drives < CONDITIONS ? conditions[drives].from : in_order, joins,
				       drives < CONDITIONS ? conditions[drives].extra : "1");

	for (size_t i = 0; i < CONDITIONS; i++)
		if (i != drives && conditions[i].is_set(filter))
			used += (size_t)snprintf(sql + used, SQL_MAX - used, " AND %s", conditions[i].where);
	snprintf(sql + used, SQL_MAX - used, "%s %s", filter->text[0] != '\0' ? has_the_text : "", tail);
}

/* --- What is bound ------------------------------------------------------------------------------------------------- */

static void bind_text(sqlite3_stmt *select, const char *name, const char *text)
{
	const int at = sqlite3_bind_parameter_index(select, name);

	if (at > 0)
		sqlite3_bind_text(select, at, text, -1, SQLITE_TRANSIENT);
}

static void bind_number(sqlite3_stmt *select, const char *name, uint64_t number)
{
	const int at = sqlite3_bind_parameter_index(select, name);

	if (at > 0)
		sqlite3_bind_int64(select, at, (sqlite3_int64)number);
}

static void bind_octets(sqlite3_stmt *select, const char *name, const uint8_t *octets)
{
	const int at = sqlite3_bind_parameter_index(select, name);

	if (at > 0)
		sqlite3_bind_blob(select, at, octets, LOGENTRY_ADDRESS_SIZE, SQLITE_TRANSIENT);
}

/* The names below a name have its key in front, and a blank is the lowest that follows it. */
static void bind_domain(sqlite3_stmt *select, const logfilter_t *filter)
{
	char key[LOGINDEX_KEY_MAX];

	if (!has_domain(filter))
		return;
	logindex_key_of(&filter->domain, key);
	bind_text(select, ":domain", key);
	key[strlen(key) - 1] = ' ' + 1;
	bind_text(select, ":domain_end", key);
}

/* The first and the last address of the network. */
static void bind_client(sqlite3_stmt *select, const logfilter_t *filter)
{
	uint8_t first[LOGENTRY_ADDRESS_SIZE];
	uint8_t last[LOGENTRY_ADDRESS_SIZE];

	for (unsigned i = 0; i < LOGENTRY_ADDRESS_SIZE; i++) {
		const unsigned left = filter->client_bits > i * 8 ? filter->client_bits - i * 8 : 0;
		const uint8_t host = left >= 8 ? 0 : (uint8_t)(0xff >> left);

		first[i] = (uint8_t)(filter->client[i] & ~host);
		last[i] = filter->client[i] | host;
	}
	bind_octets(select, ":client", first);
	bind_octets(select, ":client_end", last);
}

static void bind(sqlite3_stmt *select, const logfilter_t *filter)
{
	bind_text(select, ":host", filter->host);
	bind_domain(select, filter);
	bind_text(select, ":check", filter->check);
	bind_client(select, filter);
	bind_number(select, ":verdict", filter->verdicts != 0 ? (uint64_t)__builtin_ctz(filter->verdicts) : 0);
	bind_number(select, ":verdicts", filter->verdicts);
	bind_text(select, ":type", filter->type);
	bind_number(select, ":since", filter->since);
	bind_number(select, ":until", filter->until);
}

sqlite3_stmt *logindex_select(logindex_t *index, const logfilter_t *filter, const char *columns, const char *joins,
			      const char *tail)
{
	sqlite3_stmt *select = NULL;
	char sql[SQL_MAX];

	index->filter = filter;
	index->text_searched = 0;
	index->text_reached = 0;
	write_select(filter, columns, joins, tail, sql);
	if (sqlite3_prepare_v2(index->db, sql, -1, &select, NULL) == SQLITE_OK)
		bind(select, filter);
	else
		logindex_failed(index, "cannot be searched");
	return select;
}

/* --- Text ---------------------------------------------------------------------------------------------------------- */

static bool line_has_text(logindex_t *index, const char *line, size_t size)
{
	logfilter_t text = { 0 };
	logentry_t entry;
	bool has = false;

	memcpy(text.text, index->filter->text, sizeof(text.text));
	if (logfilter_may_match(&text, line, size) && logentry_read(line, size, &entry, NULL) == LOGENTRY_READ) {
		has = logfilter_matches(&text, &entry);
		logentry_clear(&entry);
	}
	return has;
}

/* has_text(id, packed line): whether the filter's text is in it. Stops the search when it has taken long enough. */
static void has_text(sqlite3_context *context, int count, sqlite3_value **values)
{
	logindex_t *index = sqlite3_user_data(context);
	const void *packed = sqlite3_value_blob(values[1]);
	size_t size = (size_t)sqlite3_value_bytes(values[1]);
	const char *line = linepack_unpack(index->pack, packed, size, &size);

	(void)count;
	if (++index->text_searched > LOGINDEX_TEXT_MAX) {
		sqlite3_result_error_code(context, SQLITE_INTERRUPT);
		return;
	}
	index->text_reached = (uint64_t)sqlite3_value_int64(values[0]);
	sqlite3_result_int(context, line != NULL && line_has_text(index, line, size));
}

bool logindex_register(logindex_t *index)
{
	return sqlite3_create_function(index->db, "has_text", 2, SQLITE_UTF8, index, has_text, NULL, NULL) ==
		       SQLITE_OK ||
	       logindex_failed(index, "cannot be opened");
}
