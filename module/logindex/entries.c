/* entries.c: what of an entry goes into the index, and what leaves it. */
#include "module/logindex/logindex_state.h"

#include <string.h>

enum { DROP_MAX = 500 /* entries in one step */ };

void logindex_key_of(const name_t *name, char *key)
{
	const unsigned labels = name_labels(name);
	const uint8_t *starts[128];
	size_t used = 0;
	size_t at = 0;

	for (unsigned i = 0; i < labels; i++) {
		starts[i] = name->octets + at;
		at += 1U + name->octets[at];
	}
	for (unsigned i = labels; i-- > 0;) {
		name_t label = { .size = starts[i][0] + 2U };

		memcpy(label.octets, starts[i], starts[i][0] + 1U); /* and the root's zero */
		label.octets[label.size - 1] = 0;
		name_to_text(&label, key + used);
		used += strlen(key + used);
		key[used - 1] = ' '; /* in place of the final dot; lower than all that a label is written with */
	}
	key[used] = '\0';
}

const char *logindex_name_of_key(const char *key, char *text)
{
	const char *end = key + strlen(key);
	size_t used = 0;

	while (end > key) {
		const char *label = end - 1;

		while (label > key && label[-1] != ' ')
			label--;
		memcpy(text + used, label, (size_t)(end - label));
		used += (size_t)(end - label);
		text[used - 1] = '.';
		end = label;
	}
	if (used == 0)
		text[used++] = '.';
	text[used] = '\0';
	return text;
}

/* --- Adding -------------------------------------------------------------------------------------------------------- */

static bool add_row(logindex_t *index, const logentry_t *entry, const logline_t *line)
{
	sqlite3_stmt *add = logindex_statement(index, SQL_ADD_ENTRY);
	char key[LOGINDEX_KEY_MAX];
	name_t name;

	if (add == NULL || !name_from_text(entry->domain, &name))
		return false;
	logindex_key_of(&name, key);
	sqlite3_bind_int64(add, 1, index->source.id);
	sqlite3_bind_int64(add, 2, (sqlite3_int64)line->offset);
	sqlite3_bind_int64(add, 3, (sqlite3_int64)entry->time);
	sqlite3_bind_int64(add, 4, entry->took_ms);
	sqlite3_bind_int(add, 5, (int)entry->verdict);
	sqlite3_bind_int(add, 6, logentry_is_refused(entry));
	sqlite3_bind_text(add, 7, entry->type, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 8, key, -1, SQLITE_STATIC);
	sqlite3_bind_null(add, 9);
	if (entry->client.address != NULL)
		sqlite3_bind_blob(add, 9, entry->client.octets, LOGENTRY_ADDRESS_SIZE, SQLITE_STATIC);
	return logindex_run(index, add);
}

static bool add_line(logindex_t *index, int64_t id, const logline_t *line)
{
	sqlite3_stmt *add = logindex_statement(index, SQL_ADD_LINE);
	size_t size;
	const void *packed = linepack_pack(index->pack, line->text, line->size, &size);

	if (add == NULL || packed == NULL)
		return packed != NULL || logindex_say(index, "memory is out");
	sqlite3_bind_int64(add, 1, id);
	sqlite3_bind_blob64(add, 2, packed, size, SQLITE_STATIC);
	return logindex_run(index, add);
}

static bool add_name(logindex_t *index, logindex_sql_t sql, int64_t id, const char *name, bool acted)
{
	sqlite3_stmt *add = logindex_statement(index, sql);

	if (add == NULL)
		return false;
	sqlite3_bind_int64(add, 1, id);
	sqlite3_bind_text(add, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int(add, 3, acted);
	return logindex_run(index, add);
}

bool logindex_add_entry(logindex_t *index, const logentry_t *entry, const logline_t *line)
{
	bool good = add_row(index, entry, line);
	int64_t id;

	if (!good || sqlite3_changes(index->db) == 0) /* 0: it is there already */
		return good;
	id = sqlite3_last_insert_rowid(index->db);
	good = add_line(index, id, line);
	for (size_t i = 0; good && i < entry->host_count; i++)
		good = add_name(index, SQL_ADD_HOST, id, entry->hosts[i].name, entry->hosts[i].blamed);
	for (size_t i = 0; good && i < entry->check_count; i++)
		good = add_name(index, SQL_ADD_CHECK, id, entry->checks[i].name, entry->checks[i].acted);
	index->rows += good;
	return good;
}

/* --- Removing ------------------------------------------------------------------------------------------------------ */

static bool drop(logindex_t *index, int64_t id)
{
	static const logindex_sql_t everywhere[] = { SQL_DROP_ENTRY, SQL_DROP_LINE, SQL_DROP_HOSTS, SQL_DROP_CHECKS };
	bool good = true;

	for (size_t i = 0; good && i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		sqlite3_stmt *statement = logindex_statement(index, everywhere[i]);

		good = statement != NULL && sqlite3_bind_int64(statement, 1, id) == SQLITE_OK &&
		       logindex_run(index, statement);
	}
	index->rows -= good;
	return good;
}

bool logindex_drop_entries(logindex_t *index, sqlite3_stmt *ids, unsigned *dropped)
{
	int64_t found[DROP_MAX];
	unsigned count = 0;
	bool good = ids != NULL && sqlite3_bind_int(ids, 1, DROP_MAX) == SQLITE_OK;

	while (good && count < DROP_MAX && sqlite3_step(ids) == SQLITE_ROW)
		found[count++] = sqlite3_column_int64(ids, 0);
	if (good && sqlite3_reset(ids) != SQLITE_OK)
		good = logindex_failed(index, "cannot be read");
	for (unsigned i = 0; good && i < count; i++)
		good = drop(index, found[i]);
	*dropped = count;
	return good;
}

/* Octets of the file that are in use. */
static bool is_too_large(logindex_t *index)
{
	sqlite3_stmt *pages = NULL;
	bool too_large = false;

	if (sqlite3_prepare_v2(index->db,
			       "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
			       "pragma_freelist_count, pragma_page_size",
			       -1, &pages, NULL) == SQLITE_OK &&
	    sqlite3_step(pages) == SQLITE_ROW)
		too_large = (uint64_t)sqlite3_column_int64(pages, 0) > index->settings.max_octets;
	sqlite3_finalize(pages);
	return too_large;
}

bool logindex_prune(logindex_t *index, uint64_t now, unsigned *dropped)
{
	const uint64_t age = index->settings.max_age;
	sqlite3_stmt *old = logindex_statement(index, SQL_OLDER_THAN);

	*dropped = 0;
	if (old == NULL)
		return false;
	sqlite3_bind_int64(old, 2, (sqlite3_int64)(now > age ? now - age : 0));
	if (!logindex_drop_entries(index, old, dropped))
		return false;
	if (*dropped == 0 && index->rows > 0 && (index->rows > index->settings.max_rows || is_too_large(index)))
		return logindex_drop_entries(index, logindex_statement(index, SQL_OLDEST), dropped);
	return true;
}
