/* history_db.h: how the parts of the MX history speak with SQLite. Internal to the history.
 *
 * A store keeps the first error: statements do nothing and find nothing then, so code reads straight down and asks once, by
 * history_db_end(). Statements are prepared at their first use and live as long as the store. */
#ifndef CACHE_HISTORY_DB_H
#define CACHE_HISTORY_DB_H

#include "cache/history_sql.h"
#include "cache/history_store.h"

#include <sqlite3.h>

struct history_store {
	sqlite3 *db;
	sqlite3_stmt *statements[HISTORY_SQLS];
	history_err_t err; /* the first one */
	char reason[256];  /* SQLite's words for it */
	bool is_writer;
	int64_t rows;      /* of a writer: counted along */
	int64_t kept_rows; /* what the file says */
};

/* Each public function begins with the one and returns what the other says. */
void history_db_begin(history_store_t *store);
history_err_t history_db_end(const history_store_t *store);

/* The same around what is read: all statements see the same state of the file. `begun` is what the first one said. */
MUST_USE bool history_db_begin_reading(history_store_t *store);
history_err_t history_db_end_reading(const history_store_t *store, bool begun);

/* Keeps an error of SQLite's, or one of ours. */
void history_db_fail(history_store_t *store, int rc);
void history_db_refuse(history_store_t *store, history_err_t err);

/* A statement with its parameters: for each letter of `types` one argument: i int64_t, t a text that outlives the statement's
 * run (const char *), a an address (const history_address_t *). NULL when there is an error. */
MUST_USE sqlite3_stmt *history_db_ask(history_store_t *store, history_sql_t sql, const char *types, ...);

/* Steps to the next row. False when there is none any more, or an error: the statement is reset then. NULL is allowed. */
MUST_USE bool history_db_row(history_store_t *store, sqlite3_stmt *statement);

/* Whoever does not take all rows is done with the statement. NULL is allowed. */
void history_db_done(sqlite3_stmt *statement);

/* Has a statement without rows do its work: the number of rows that it changed. */
int history_db_do(history_store_t *store, history_sql_t sql, const char *types, ...);

/* The first column of the first row, or `otherwise` when there is no row. */
int64_t history_db_number(history_store_t *store, int64_t otherwise, history_sql_t sql, const char *types, ...);

/* A text column's copy with malloc(); NULL when memory is out or the column is empty (which is an error). */
MUST_USE char *history_db_text(history_store_t *store, sqlite3_stmt *statement, int column);

/* Texts that are no statements with parameters. */
void history_db_execute(history_store_t *store, const char *sql);
int64_t history_db_pragma(history_store_t *store, const char *sql);

#endif
