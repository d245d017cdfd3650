/* history_db.c: see history_db.h. */
#include "cache/history_db.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What SQLite's result codes mean to us. The extended code counts before the primary one. */
static const struct {
	int rc;
	history_err_t err;
} meanings[] = {
	{ SQLITE_IOERR_NOMEM, HISTORY_NO_MEMORY }, { SQLITE_IOERR_WRITE, HISTORY_FULL },
	{ SQLITE_IOERR_FSYNC, HISTORY_FULL },      { SQLITE_IOERR_DIR_FSYNC, HISTORY_FULL },
	{ SQLITE_IOERR_TRUNCATE, HISTORY_FULL },   { SQLITE_IOERR_SHMSIZE, HISTORY_FULL },
	{ SQLITE_IOERR_SHMMAP, HISTORY_FULL },     { SQLITE_CORRUPT, HISTORY_CORRUPT },
	{ SQLITE_NOTADB, HISTORY_CORRUPT },        { SQLITE_FULL, HISTORY_FULL },
	{ SQLITE_READONLY, HISTORY_DENIED },       { SQLITE_PERM, HISTORY_DENIED },
	{ SQLITE_CANTOPEN, HISTORY_DENIED },       { SQLITE_BUSY, HISTORY_BUSY },
	{ SQLITE_LOCKED, HISTORY_BUSY },           { SQLITE_NOMEM, HISTORY_NO_MEMORY },
};

static history_err_t meaning_of(int rc)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].rc == rc)
			return meanings[i].err;
	return (rc & 0xff) != rc ? meaning_of(rc & 0xff) : HISTORY_FAILED;
}

void history_db_begin(history_store_t *store)
{
	store->err = HISTORY_OK;
	store->reason[0] = '\0';
}

history_err_t history_db_end(const history_store_t *store)
{
	return store->err;
}

bool history_db_begin_reading(history_store_t *store)
{
	history_db_begin(store);
	if (sqlite3_get_autocommit(store->db) == 0)
		return false;
	history_db_do(store, HISTORY_SQL_BEGIN_READING, "");
	return true;
}

history_err_t history_db_end_reading(const history_store_t *store, bool begun)
{
	if (begun && sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
	return history_db_end(store);
}

void history_db_refuse(history_store_t *store, history_err_t err)
{
	if (store->err == HISTORY_OK)
		store->err = err;
}

void history_db_fail(history_store_t *store, int rc)
{
	if (store->err != HISTORY_OK)
		return;
	store->err = meaning_of(rc);
	sqlite3_snprintf(sizeof(store->reason), store->reason, "%s",
			 store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc));
}

static sqlite3_stmt *prepared(history_store_t *store, history_sql_t sql)
{
	sqlite3_stmt **statement = &store->statements[sql];
	int rc;

	if (store->err != HISTORY_OK)
		return NULL;
	if (*statement == NULL) {
		rc = sqlite3_prepare_v3(store->db, history_sql_text(sql), -1, SQLITE_PREPARE_PERSISTENT, statement,
					NULL);
		if (rc != SQLITE_OK)
			history_db_fail(store, rc);
	}
	return *statement;
}

static int bind_one(sqlite3_stmt *statement, int index, char type, va_list *values)
{
	const history_address_t *address;

	switch (type) {
	case 'i': return sqlite3_bind_int64(statement, index, va_arg(*values, int64_t));
	case 't': return sqlite3_bind_text(statement, index, va_arg(*values, const char *), -1, SQLITE_STATIC);
	case 'a':
		address = va_arg(*values, const history_address_t *);
		return sqlite3_bind_blob(statement, index, address->octets, address->size, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static sqlite3_stmt *ask(history_store_t *store, history_sql_t sql, const char *types, va_list *values)
{
	sqlite3_stmt *statement = prepared(store, sql);
	int rc = SQLITE_OK;

	for (int i = 0; statement != NULL && rc == SQLITE_OK && types[i] != '\0'; i++)
		rc = bind_one(statement, i + 1, types[i], values);
	if (rc == SQLITE_OK)
		return statement;
	history_db_fail(store, rc);
	return NULL;
}

sqlite3_stmt *history_db_ask(history_store_t *store, history_sql_t sql, const char *types, ...)
{
	va_list values;
	sqlite3_stmt *statement;

	va_start(values, types);
	statement = ask(store, sql, types, &values);
	va_end(values);
	return statement;
}

bool history_db_row(history_store_t *store, sqlite3_stmt *statement)
{
	int rc = statement != NULL && store->err == HISTORY_OK ? sqlite3_step(statement) : SQLITE_DONE;

	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		history_db_fail(store, rc);
	history_db_done(statement);
	return false;
}

void history_db_done(sqlite3_stmt *statement)
{
	if (statement != NULL)
		(void)sqlite3_reset(statement); /* what it says, the step has said */
}

int history_db_do(history_store_t *store, history_sql_t sql, const char *types, ...)
{
	va_list values;
	sqlite3_stmt *statement;

	va_start(values, types);
	statement = ask(store, sql, types, &values);
	va_end(values);
	while (history_db_row(store, statement))
		;
	return store->err == HISTORY_OK ? sqlite3_changes(store->db) : 0;
}

int64_t history_db_number(history_store_t *store, int64_t otherwise, history_sql_t sql, const char *types, ...)
{
	int64_t number = otherwise;
	va_list values;
	sqlite3_stmt *statement;

	va_start(values, types);
	statement = ask(store, sql, types, &values);
	va_end(values);
	if (history_db_row(store, statement))
		number = sqlite3_column_int64(statement, 0);
	history_db_done(statement);
	return number;
}

char *history_db_text(history_store_t *store, sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	char *copy = text != NULL ? strdup((const char *)text) : NULL;

	if (text == NULL)
		history_db_refuse(store, HISTORY_CORRUPT);
	else if (copy == NULL)
		history_db_refuse(store, HISTORY_NO_MEMORY);
	return copy;
}

void history_db_execute(history_store_t *store, const char *sql)
{
	int rc = store->err == HISTORY_OK ? sqlite3_exec(store->db, sql, NULL, NULL, NULL) : SQLITE_OK;

	if (rc != SQLITE_OK)
		history_db_fail(store, rc);
}

int64_t history_db_pragma(history_store_t *store, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = 0;
	int rc;

	if (store->err != HISTORY_OK)
		return 0;
	rc = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	else if (rc != SQLITE_DONE)
		history_db_fail(store, rc);
	sqlite3_finalize(statement);
	return value;
}
