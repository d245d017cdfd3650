/* schema.c: the file of the index: its tables, its version, and what happens when it is not usable. */
#include "module/logindex/logindex_state.h"

#include "module/escape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	APPLICATION_ID = 0x6d787769, /* "mxwi" */
	SCHEMA_VERSION = 1,
	BUSY_MS = 2000,        /* that a reader or the writer may wait for a lock */
	PATH_SHOWN_MAX = 4097, /* octets of a path, escaped */
};

/* Lines are apart from entries, so that what is searched stays small. host and chk answer "which entries", newest first, and
 * by their second index "what goes with this entry". */
static const char schema[] =
	"CREATE TABLE source (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, path TEXT NOT NULL,"
	" offset INTEGER NOT NULL, seen_size INTEGER NOT NULL);"
	"CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, offset INTEGER NOT NULL,"
	" time INTEGER NOT NULL, took INTEGER NOT NULL, verdict INTEGER NOT NULL, refused INTEGER NOT NULL,"
	" type TEXT NOT NULL, domain TEXT NOT NULL, client BLOB);"
	"CREATE UNIQUE INDEX entry_source ON entry (source, offset);"
	"CREATE INDEX entry_time ON entry (time);"
	"CREATE INDEX entry_domain ON entry (domain);"
	"CREATE INDEX entry_verdict ON entry (verdict);"
	"CREATE INDEX entry_refused ON entry (refused) WHERE refused = 1;"
	"CREATE INDEX entry_type ON entry (type);"
	"CREATE INDEX entry_client ON entry (client);"
	"CREATE TABLE line (id INTEGER PRIMARY KEY, octets BLOB NOT NULL);"
	"CREATE TABLE host (name TEXT NOT NULL, entry INTEGER NOT NULL, acted INTEGER NOT NULL, PRIMARY KEY (name, "
	"entry))"
	" WITHOUT ROWID;"
	"CREATE INDEX host_entry ON host (entry);"
	"CREATE TABLE chk (name TEXT NOT NULL, entry INTEGER NOT NULL, acted INTEGER NOT NULL, PRIMARY KEY (name, "
	"entry))"
	" WITHOUT ROWID;"
	"CREATE INDEX chk_entry ON chk (entry);";

static const char *const texts[SQL_STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_FIND_SOURCE] = "SELECT id, offset, seen_size FROM source WHERE identity = ?1",
	[SQL_ADD_SOURCE] = "INSERT INTO source (identity, path, offset, seen_size) VALUES (?1, ?2, 0, -1)",
	[SQL_SET_SOURCE] = "UPDATE source SET path = ?2, offset = ?3, seen_size = ?4 WHERE id = ?1",
	[SQL_DROP_OLD_SOURCES] = "DELETE FROM source WHERE id < (SELECT max(id) FROM source) - 10000",
	[SQL_ADD_ENTRY] =
		("INSERT OR IGNORE INTO entry (source, offset, time, took, verdict, refused, type, domain, client)"
		 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
	[SQL_ADD_LINE] = "INSERT INTO line (id, octets) VALUES (?1, ?2)",
	[SQL_ADD_HOST] = "INSERT INTO host (entry, name, acted) VALUES (?1, ?2, ?3)",
	[SQL_ADD_CHECK] = "INSERT INTO chk (entry, name, acted) VALUES (?1, ?2, ?3)",
	[SQL_OLDEST] = "SELECT id FROM entry ORDER BY id LIMIT ?1",
	[SQL_OLDER_THAN] = "SELECT id FROM entry WHERE time < ?2 ORDER BY time LIMIT ?1",
	[SQL_OF_SOURCE] = "SELECT id FROM entry WHERE source = ?2 LIMIT ?1",
	[SQL_DROP_ENTRY] = "DELETE FROM entry WHERE id = ?1",
	[SQL_DROP_LINE] = "DELETE FROM line WHERE id = ?1",
	[SQL_DROP_HOSTS] = "DELETE FROM host WHERE entry = ?1",
	[SQL_DROP_CHECKS] = "DELETE FROM chk WHERE entry = ?1",
	[SQL_GET] =
		("SELECT octets, path, entry.offset FROM line JOIN entry USING (id) JOIN source ON source.id = source"
		 " WHERE line.id = ?1"),
	[SQL_NEWEST] = "SELECT id, octets FROM line ORDER BY id DESC LIMIT 1",
	[SQL_TIMES] = "SELECT (SELECT min(time) FROM entry), (SELECT max(time) FROM entry)",
	[SQL_COUNT] = "SELECT count(*) FROM entry",
};

/* --- Saying what is wrong ------------------------------------------------------------------------------------------ */

bool logindex_say(logindex_t *index, const char *format, ...)
{
	char path[PATH_SHOWN_MAX];
	char what[LOGINDEX_WHAT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	escape_string(index->settings.file, path, sizeof(path));
	snprintf(index->error, sizeof(index->error), "the index of the validation log, %s: %s", path, what);
	return false;
}

bool logindex_failed(logindex_t *index, const char *doing)
{
	char text[512];

	escape_string(index->db != NULL ? sqlite3_errmsg(index->db) : "memory is out", text, sizeof(text));
	return logindex_say(index, "%s: %s", doing, text);
}

bool logindex_is_damaged(const logindex_t *index)
{
	const int code = index->db != NULL ? sqlite3_errcode(index->db) : SQLITE_OK;

	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* --- Statements ---------------------------------------------------------------------------------------------------- */

sqlite3_stmt *logindex_statement(logindex_t *index, logindex_sql_t sql)
{
	sqlite3_stmt **statement = &index->statements[sql];

	if (*statement == NULL &&
	    sqlite3_prepare_v3(index->db, texts[sql], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
		logindex_failed(index, "cannot be used");
	return *statement;
}

bool logindex_run(logindex_t *index, sqlite3_stmt *statement)
{
	int got;

	if (statement == NULL)
		return false;
	while ((got = sqlite3_step(statement)) == SQLITE_ROW)
		;
	if (got != SQLITE_DONE)
		logindex_failed(index, "cannot be written");
	sqlite3_reset(statement);
	return got == SQLITE_DONE;
}

/* --- Opening ------------------------------------------------------------------------------------------------------- */

static bool execute(logindex_t *index, const char *sql)
{
	return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       logindex_failed(index, "cannot be opened");
}

/* A pragma's number. False when it cannot be read. */
static bool read_number(logindex_t *index, const char *sql, int *number)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(index->db, sql, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW;

	if (good)
		*number = sqlite3_column_int(statement, 0);
	else
		logindex_failed(index, "cannot be opened");
	sqlite3_finalize(statement);
	return good;
}

static bool make_schema(logindex_t *index)
{
	char version[128];

	snprintf(version, sizeof(version), "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
		 SCHEMA_VERSION);
	return execute(index, "BEGIN IMMEDIATE") && execute(index, schema) && execute(index, version) &&
	       execute(index, "COMMIT");
}

typedef enum { FILE_OURS, FILE_EMPTY, FILE_OLD, FILE_FOREIGN, FILE_UNUSABLE } whose_t;

static whose_t whose(logindex_t *index)
{
	int application;
	int version;
	int tables;

	if (!read_number(index, "PRAGMA application_id", &application) ||
	    !read_number(index, "PRAGMA user_version", &version) ||
	    !read_number(index, "SELECT count(*) FROM sqlite_schema", &tables))
		return FILE_UNUSABLE;
	if (tables == 0)
		return FILE_EMPTY;
	if (application != APPLICATION_ID)
		return FILE_FOREIGN;
	return version == SCHEMA_VERSION ? FILE_OURS : FILE_OLD;
}

static bool count_rows(logindex_t *index)
{
	sqlite3_stmt *count = logindex_statement(index, SQL_COUNT);
	bool good = count != NULL && sqlite3_step(count) == SQLITE_ROW;

	if (good)
		index->rows = (uint64_t)sqlite3_column_int64(count, 0);
	sqlite3_reset(count);
	return good || logindex_failed(index, "cannot be read");
}

static bool open_database(logindex_t *index)
{
	const int flags = index->writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	struct stat st;

	if (sqlite3_open_v2(index->settings.file, &index->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return logindex_failed(index, "cannot be opened");
	sqlite3_busy_timeout(index->db, BUSY_MS);
	sqlite3_extended_result_codes(index->db, 0);
	index->inode = stat(index->settings.file, &st) == 0 ? st.st_ino : 0;
	return logindex_register(index);
}

/* The writer makes of the file that is open what it needs. False: it cannot be used; *replace: move it away, and try again. */
static bool prepare_to_write(logindex_t *index, bool *replace)
{
	const whose_t owner = whose(index);
	bool good;

	if (owner == FILE_FOREIGN)
		return logindex_say(index, "this is a database of another program: name another file");
	/* The log can be read again: after a power failure a little less in it costs nothing. */
	good = owner != FILE_UNUSABLE && owner != FILE_OLD &&
	       execute(index, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;") &&
	       (owner == FILE_OURS || make_schema(index)) && count_rows(index);
	*replace = !good && (owner == FILE_OLD || logindex_is_damaged(index));
	return good;
}

static bool open_to_read(logindex_t *index)
{
	switch (open_database(index) ? whose(index) : FILE_UNUSABLE) {
	case FILE_OURS: return true;
	case FILE_EMPTY:
	case FILE_OLD: return logindex_say(index, "it is not made yet");
	case FILE_FOREIGN: return logindex_say(index, "this is a database of another program");
	case FILE_UNUSABLE: break;
	}
	return false;
}

/* A reader notices that the writer made a new file. */
static void close_replaced(logindex_t *index)
{
	struct stat st;

	if (index->db != NULL && (stat(index->settings.file, &st) != 0 || st.st_ino != index->inode))
		logindex_close_file(index);
}

bool logindex_open_file(logindex_t *index)
{
	bool replace = false;
	bool good;

	close_replaced(index);
	if (index->db != NULL)
		return true;
	if (!index->writes) {
		good = open_to_read(index);
	} else {
		good = open_database(index) && prepare_to_write(index, &replace);
		if (!good && replace) {
			logindex_move_away(index);
			good = open_database(index) && prepare_to_write(index, &replace);
		}
	}
	if (!good)
		logindex_close_file(index);
	return good;
}

void logindex_close_file(logindex_t *index)
{
	for (size_t i = 0; i < SQL_STATEMENTS; i++) {
		sqlite3_finalize(index->statements[i]);
		index->statements[i] = NULL;
	}
	sqlite3_close(index->db);
	index->db = NULL;
}

void logindex_move_away(logindex_t *index)
{
	static const char *const others[] = { "-wal", "-shm" };
	const char *file = index->settings.file;
	char *path = NULL;

	logindex_close_file(index);
	if (asprintf(&path, "%s.damaged", file) >= 0 && rename(file, path) != 0)
		(void)unlink(file);
	free(path);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (asprintf(&path, "%s%s", file, others[i]) >= 0) {
			(void)unlink(path);
			free(path);
		}
	logindex_say(index, "it was damaged, or of another version, and is made anew; the old one is FILE.damaged");
}
