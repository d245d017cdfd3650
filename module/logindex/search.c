/* search.c: entries, as HTTP's users get them. */
#include "module/logindex/logindex_state.h"

#include <string.h>

static bool is_open(logindex_t *index, const char **error)
{
	index->error[0] = '\0';
	*error = index->error;
	return logindex_open_file(index);
}

/* The entry of a packed line. */
static json_t *entry_of(logindex_t *index, sqlite3_stmt *row, int column, uint64_t id)
{
	size_t size = (size_t)sqlite3_column_bytes(row, column);
	const char *line = linepack_unpack(index->pack, sqlite3_column_blob(row, column), size, &size);
	logentry_t entry;
	json_t *json = NULL;

	if (line == NULL || logentry_read(line, size, &entry, NULL) != LOGENTRY_READ) {
		logindex_say(index, "entry %llu cannot be read; remove the file, and it is made anew",
			     (unsigned long long)id);
		return NULL;
	}
	json = logentry_json(&entry, id);
	logentry_clear(&entry);
	if (json == NULL)
		logindex_say(index, "memory is out");
	return json;
}

/* Takes the rows of a select of (id, packed line): at most `limit`. *last is the id of the last one; *ended: there are no more.
 * NULL with index->error. */
static json_t *take_rows(logindex_t *index, sqlite3_stmt *select, unsigned limit, uint64_t *last, bool *ended)
{
	json_t *entries = json_array();
	int got = SQLITE_ROW;

	*ended = false;
	*last = 0;
	while (entries != NULL && json_array_size(entries) < limit && (got = sqlite3_step(select)) == SQLITE_ROW) {
		json_t *entry;

		*last = (uint64_t)sqlite3_column_int64(select, 0);
		entry = entry_of(index, select, 1, *last);
		if (entry == NULL || json_array_append_new(entries, entry) != 0) {
			json_decref(entries);
			return NULL;
		}
	}
	*ended = got == SQLITE_DONE ||
		 (got == SQLITE_ROW && index->filter->text[0] == '\0' && sqlite3_step(select) == SQLITE_DONE);
	if (got == SQLITE_ROW || got == SQLITE_DONE || got == SQLITE_INTERRUPT)
		return entries;
	logindex_failed(index, "cannot be searched");
	json_decref(entries);
	return NULL;
}

/* How far the index has come: of its newest entry. */
static json_t *indexed(logindex_t *index)
{
	sqlite3_stmt *newest = logindex_statement(index, SQL_NEWEST);
	json_t *json = NULL;
	json_t *entry;

	if (newest == NULL)
		return NULL;
	if (sqlite3_step(newest) == SQLITE_ROW) {
		entry = entry_of(index, newest, 1, (uint64_t)sqlite3_column_int64(newest, 0));
		if (entry != NULL)
			json = json_pack("{s:O, s:O}", "seq", json_object_get(entry, "seq"), "time",
					 json_object_get(entry, "time"));
		json_decref(entry);
	} else {
		json = json_pack("{s:i, s:i}", "seq", 0, "time", 0);
	}
	sqlite3_reset(newest);
	return json;
}

static unsigned bounded(unsigned limit)
{
	if (limit == 0)
		return 1;
	return limit < LOGINDEX_LIMIT_MAX ? limit : LOGINDEX_LIMIT_MAX;
}

static json_t *rows_of(logindex_t *index, sqlite3_stmt *select, const char *bound, uint64_t id, unsigned limit,
		       uint64_t *last, bool *ended)
{
	if (select == NULL)
		return NULL;
	sqlite3_bind_int64(select, sqlite3_bind_parameter_index(select, bound), (sqlite3_int64)id);
	return take_rows(index, select, bounded(limit), last, ended);
}

json_t *logindex_search(logindex_t *index, const logfilter_t *filter, uint64_t before, unsigned limit,
			const char **error)
{
	const uint64_t from = before > 0 && before < INT64_MAX ? before : INT64_MAX;
	sqlite3_stmt *select = NULL;
	json_t *entries;
	uint64_t last;
	bool ended;

	if (!is_open(index, error))
		return NULL;
	select = logindex_select(index, filter, "e.id, l.octets", "JOIN line l ON l.id = e.id",
				 "AND e.id < :before ORDER BY e.id DESC");
	entries = rows_of(index, select, ":before", from, limit, &last, &ended);
	sqlite3_finalize(select);
	if (entries == NULL)
		return NULL;
	if (json_array_size(entries) < bounded(limit)) /* the search for text went further than to the last entry */
		last = index->text_reached;
	return json_pack("{s:o, s:o, s:o}", "entries", entries, "next",
			 ended || last == 0 ? json_null() : json_integer((json_int_t)last), "indexed", indexed(index));
}

json_t *logindex_after(logindex_t *index, const logfilter_t *filter, uint64_t after, unsigned limit, const char **error)
{
	sqlite3_stmt *select = NULL;
	json_t *entries;
	uint64_t last;
	bool ended;

	if (!is_open(index, error))
		return NULL;
	select = logindex_select(index, filter, "e.id, l.octets", "JOIN line l ON l.id = e.id",
				 "AND e.id > :after ORDER BY e.id");
	entries = rows_of(index, select, ":after", after < INT64_MAX ? after : INT64_MAX, limit, &last, &ended);
	sqlite3_finalize(select);
	return entries;
}

static json_t *whole_of(logindex_t *index, sqlite3_stmt *row, uint64_t id)
{
	json_t *entry = entry_of(index, row, 0, id);
	size_t size = (size_t)sqlite3_column_bytes(row, 0);
	const char *text = linepack_unpack(index->pack, sqlite3_column_blob(row, 0), size, &size);

	if (entry == NULL || text == NULL)
		return NULL;
	return json_pack("{s:o, s:o, s:s, s:I}", "entry", entry, "line", json_loadb(text, size, 0, NULL), "file",
			 (const char *)sqlite3_column_text(row, 1), "offset", (json_int_t)sqlite3_column_int64(row, 2));
}

json_t *logindex_get(logindex_t *index, uint64_t id, const char **error)
{
	sqlite3_stmt *get = is_open(index, error) ? logindex_statement(index, SQL_GET) : NULL;
	json_t *whole = NULL;
	int got;

	if (get == NULL)
		return NULL;
	sqlite3_bind_int64(get, 1, (sqlite3_int64)id);
	got = sqlite3_step(get);
	if (got == SQLITE_ROW)
		whole = whole_of(index, get, id);
	else if (got == SQLITE_DONE)
		*error = NULL;
	else
		logindex_failed(index, "cannot be read");
	sqlite3_reset(get);
	return whole;
}

uint64_t logindex_newest(logindex_t *index)
{
	sqlite3_stmt *newest = logindex_open_file(index) ? logindex_statement(index, SQL_NEWEST) : NULL;
	uint64_t id = UINT64_MAX;
	int got;

	if (newest == NULL)
		return id;
	got = sqlite3_step(newest);
	if (got == SQLITE_ROW)
		id = (uint64_t)sqlite3_column_int64(newest, 0);
	else if (got == SQLITE_DONE)
		id = 0;
	sqlite3_reset(newest);
	return id;
}
