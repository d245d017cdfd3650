/* logindex_state.h: what a handle of the index is made of. Internal to module/logindex/. */
#ifndef MODULE_LOGINDEX_LOGINDEX_LOGINDEX_H
#define MODULE_LOGINDEX_LOGINDEX_LOGINDEX_H

#include "module/logindex/linepack.h"
#include "module/logindex/logindex.h"
#include "module/logread/logfiles.h"
#include "module/logread/loglines.h"

#include <sqlite3.h>

enum {
	LOGINDEX_WHAT_MAX = 4600,                      /* of a sentence: what is wrong with a file of the log */
	LOGINDEX_ERROR_MAX = LOGINDEX_WHAT_MAX + 4200, /* with the index's own path */
	LOGINDEX_KEY_MAX = NAME_TEXT_MAX,
	LOGINDEX_TEXT_MAX = 100000, /* lines that one search for free text reads: less than a second */
};

/* Statements that are used again and again; prepared at their first use. */
typedef enum {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_FIND_SOURCE,
	SQL_ADD_SOURCE,
	SQL_SET_SOURCE,
	SQL_DROP_OLD_SOURCES,
	SQL_ADD_ENTRY,
	SQL_ADD_LINE,
	SQL_ADD_HOST,
	SQL_ADD_CHECK,
	SQL_OLDEST,
	SQL_OLDER_THAN,
	SQL_OF_SOURCE,
	SQL_DROP_ENTRY,
	SQL_DROP_LINE,
	SQL_DROP_HOSTS,
	SQL_DROP_CHECKS,
	SQL_GET,
	SQL_NEWEST,
	SQL_TIMES,
	SQL_COUNT,
	SQL_STATEMENTS,
} logindex_sql_t;

/* A file of the log, as the index knows it. */
typedef struct logindex_source {
	int64_t id;
	uint64_t offset;    /* up to which it was read */
	uint64_t seen_size; /* of the file, packed or not, when it was read to its end */
} logindex_source_t;

struct logindex {
	logindex_settings_t settings; /* owns its strings */
	bool writes;
	sqlite3 *db; /* NULL: not open */
	ino_t inode; /* of the file that is open */
	sqlite3_stmt *statements[SQL_STATEMENTS];
	linepack_t *pack;
	char error[LOGINDEX_ERROR_MAX];

	/* The writer's. */
	uint64_t rows;
	logfiles_t files;
	loglines_t *lines; /* what is read; NULL: nothing */
	int fd;
	logfile_t *file; /* in files */
	logindex_source_t source;
	bool skipped;                  /* what was indexed before was passed over */
	char said[LOGINDEX_ERROR_MAX]; /* what was said last, so that it is said once */

	/* Of a search. */
	const logfilter_t *filter;
	uint64_t text_searched; /* lines */
	uint64_t text_reached;  /* id of the last one */
};

/* Opens the file, makes its schema, and makes it anew where that is needed (the writer). False with state->error. */
MUST_USE bool logindex_open_file(logindex_t *index);
void logindex_close_file(logindex_t *index);

/* Whether SQLite's last error says that the file is damaged; the writer then closes it and moves it away. */
MUST_USE bool logindex_is_damaged(const logindex_t *index);
void logindex_move_away(logindex_t *index);

/* A statement, ready to be bound; NULL with index->error. sqlite3_reset() it after use. */
MUST_USE sqlite3_stmt *logindex_statement(logindex_t *index, logindex_sql_t sql);

/* Runs a statement that was bound to its end. False with index->error. NULL is allowed (false). */
MUST_USE bool logindex_run(logindex_t *index, sqlite3_stmt *statement);

/* Sets index->error to what SQLite says. Returns false. */
bool logindex_failed(logindex_t *index, const char *doing);
bool logindex_say(logindex_t *index, const char *format, ...) PRINTF_LIKE(2, 3);

/* A name so written that those below it follow it: labels from the root on, a blank behind each. `key` holds LOGINDEX_KEY_MAX. */
void logindex_key_of(const name_t *name, char *key);

/* The other way round; text holds LOGINDEX_KEY_MAX octets. Returns text. */
const char *logindex_name_of_key(const char *key, char *text);

/* Writes an entry in the transaction that is open. */
MUST_USE bool logindex_add_entry(logindex_t *index, const logentry_t *entry, const logline_t *line);

/* Removes the entries whose ids a statement of one column gives, which was bound. *dropped is how many. */
MUST_USE bool logindex_drop_entries(logindex_t *index, sqlite3_stmt *ids, unsigned *dropped);

/* Removes some of what is beyond the bounds. */
MUST_USE bool logindex_prune(logindex_t *index, uint64_t now, unsigned *dropped);

/* Prepares `SELECT <columns> FROM … WHERE <the filter's conditions> <tail>` on entry e, with everything bound but :before and
 * :after, which bound e.id, and what the tail has of its own. NULL with index->error. sqlite3_finalize() it. */
MUST_USE sqlite3_stmt *logindex_select(logindex_t *index, const logfilter_t *filter, const char *columns,
				       const char *joins, const char *tail);

/* Registers what the conditions use. */
MUST_USE bool logindex_register(logindex_t *index);

#endif
