/* history_store.c: see history_store.h. Opening, closing, transactions. */
#include "cache/history_store.h"

#include "cache/history_db.h"
#include "cache/history_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUSY_MS = 1000, /* that another process may keep us waiting */
	FILE_MODE = 0640,
};

/* NORMAL: no waiting for the disk at each commit, only when the journal goes over into the file. */
static const char writer_settings[] =
	"PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048; "
	"PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY";
static const char reader_settings[] = "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY";

const char *history_strerror(history_err_t err)
{
	switch (err) {
	case HISTORY_OK: return "is in order";
	case HISTORY_NO_FILE: return "does not exist: nothing has been recorded there yet";
	case HISTORY_DENIED: return "cannot be opened: permission is missing, for it or its directory";
	case HISTORY_FULL: return "cannot be written: the disk is full, or failing";
	case HISTORY_BUSY: return "is being written by another process for too long";
	case HISTORY_CORRUPT: return "is damaged";
	case HISTORY_FOREIGN: return "belongs to another program";
	case HISTORY_TOO_NEW: return "was made by a later version of mxward";
	case HISTORY_TOO_OLD: return "was made by an earlier version of mxward: its server has to open it once";
	case HISTORY_BAD_CURSOR: return "has no such page: begin with the first one";
	case HISTORY_NO_MEMORY: return "cannot be read: memory is out";
	case HISTORY_FAILED: return "cannot be used";
	}
	return "cannot be used";
}

const char *history_store_reason(const history_store_t *store)
{
	return store->reason;
}

/* ---- open ---- */

/* SQLite would follow a symbolic link, and make the file for everybody to read. */
static history_err_t touch_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, FILE_MODE);

	if (fd >= 0) {
		close(fd);
		return HISTORY_OK;
	}
	switch (errno) {
	case ENOENT:
	case ENOTDIR: return HISTORY_NO_FILE;
	case ENOSPC:
	case EDQUOT: return HISTORY_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP: return HISTORY_DENIED;
	}
	return HISTORY_FAILED;
}

/* A file may be anything: what is in it cannot make SQLite call functions, or itself be broken unseen. */
static void harden(history_store_t *store)
{
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	history_db_execute(store, "PRAGMA cell_size_check = ON");
}

static void open_db(history_store_t *store, const char *path)
{
	const int access_flags = store->is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	int rc = sqlite3_open_v2(path, &store->db, access_flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK) {
		history_db_fail(store, rc);
		return;
	}
	harden(store);
	history_schema_open(store);
	if (store->is_writer)
		history_db_execute(store, "PRAGMA journal_mode = WAL");
	history_db_execute(store, store->is_writer ? writer_settings : reader_settings);
}

/* The journal's files stay when the last one closes: a reader who may not write could not make them. */
static void prepare_writing(history_store_t *store)
{
	int persist = 1;

	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	store->rows = history_db_number(store, 0, HISTORY_SQL_ROWS, "");
	store->kept_rows = store->rows;
}

static history_store_t *open_store(const char *path, bool is_writer, history_err_t *err)
{
	history_store_t *store = calloc(1, sizeof(*store));

	*err = store != NULL ? touch_file(path, is_writer ? O_RDWR | O_CREAT : O_RDONLY) : HISTORY_NO_MEMORY;
	if (*err == HISTORY_OK) {
		store->is_writer = is_writer;
		open_db(store, path);
		if (is_writer)
			prepare_writing(store);
		*err = history_db_end(store);
	}
	if (*err == HISTORY_OK)
		return store;
	history_store_close(store);
	return NULL;
}

history_store_t *history_store_open(const char *path, history_err_t *err)
{
	return open_store(path, true, err);
}

history_store_t *history_store_open_reader(const char *path, history_err_t *err)
{
	return open_store(path, false, err);
}

void history_store_close(history_store_t *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < HISTORY_SQLS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	free(store);
}

/* ---- damage ---- */

static bool remove_companion(const char *path, const char *suffix)
{
	char *companion = NULL;
	bool gone = asprintf(&companion, "%s%s", path, suffix) >= 0 && (unlink(companion) == 0 || errno == ENOENT);

	free(companion);
	return gone;
}

/* The journal goes first: it is of no use without its file, and ruinous beside a new one. */
bool history_store_move_aside(const char *path)
{
	char *aside = NULL;
	bool moved = asprintf(&aside, "%s.corrupt", path) >= 0 && remove_companion(path, "-wal") &&
		     remove_companion(path, "-shm") && rename(path, aside) == 0;

	free(aside);
	return moved;
}

history_err_t history_store_check(history_store_t *store)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);

	history_db_begin(store);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW) {
		history_db_fail(store, rc);
	} else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0) {
		history_db_refuse(store, HISTORY_CORRUPT);
		sqlite3_snprintf(sizeof(store->reason), store->reason, "%s", sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	return history_db_end(store);
}

/* ---- transactions ---- */

history_err_t history_store_begin(history_store_t *store)
{
	history_db_begin(store);
	history_db_do(store, HISTORY_SQL_BEGIN, "");
	return history_db_end(store);
}

void history_store_rollback(history_store_t *store)
{
	if (sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->rows = store->kept_rows;
}

history_err_t history_store_commit(history_store_t *store)
{
	history_db_begin(store);
	if (store->rows != store->kept_rows)
		history_db_do(store, HISTORY_SQL_SET_ROWS, "i", store->rows);
	history_db_do(store, HISTORY_SQL_COMMIT, "");
	if (store->err != HISTORY_OK) {
		history_store_rollback(store);
		return history_db_end(store);
	}
	/* A reader who may not write cannot say in PATH-shm how far it reads, and reads as far as somebody has said before:
	 * reading after the commit says it for him. */
	store->kept_rows = history_db_number(store, store->rows, HISTORY_SQL_ROWS, "");
	history_db_begin(store);
	return HISTORY_OK;
}

void history_store_counts(history_store_t *store, history_counts_t *counts)
{
	const char *path = sqlite3_db_filename(store->db, "main");
	struct stat st;

	history_db_begin(store);
	counts->rows = (uint64_t)(store->is_writer ? store->rows : history_db_number(store, 0, HISTORY_SQL_ROWS, ""));
	counts->octets = path != NULL && stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}
