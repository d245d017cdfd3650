/* history_schema.c: see history_schema.h.
 *
 *	domain		whose MX question was asked
 *	host		an exchange; its labels are turned round, so that all names below one are next to each other
 *	mx_set		the sets of a domain, numbered as they came: one ends where the next begins
 *	mx		the exchanges of a set; clustered by host, for who asks which domains use it
 *	address		an exchange's
 *	tally		rows, counted along, since counting them takes seconds
 *
 * Tables without rowid keep what is asked for together in one place, and need one index less. */
#include "cache/history_schema.h"

/* What makes of each version the next one. Never changed once released: files of all ages come through here. */
static const char *const steps[HISTORY_SCHEMA_VERSION] = {
	"CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE host (id INTEGER PRIMARY KEY, reversed TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE mx_set (domain INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, "
	"security INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, "
	"PRIMARY KEY (domain, number)) WITHOUT ROWID, STRICT;"
	"CREATE TABLE mx (host INTEGER NOT NULL, domain INTEGER NOT NULL, number INTEGER NOT NULL, "
	"preference INTEGER NOT NULL, PRIMARY KEY (host, domain, number, preference)) WITHOUT ROWID, STRICT;"
	"CREATE INDEX mx_by_set ON mx (domain, number);",

	/* The day of the last visit, beside its second: an index that changes once a day for each set, not at each visit. */
	"ALTER TABLE mx_set ADD COLUMN day INTEGER NOT NULL DEFAULT 0;"
	"UPDATE mx_set SET day = last_seen / 86400;"
	"CREATE INDEX mx_set_by_day ON mx_set (day);"
	"CREATE TABLE address (host INTEGER NOT NULL, address BLOB NOT NULL, first_seen INTEGER NOT NULL, "
	"last_seen INTEGER NOT NULL, PRIMARY KEY (host, address)) WITHOUT ROWID, STRICT;"
	"CREATE INDEX address_by_address ON address (address);"
	"CREATE TABLE tally (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;"
	"INSERT INTO tally SELECT 'rows', (SELECT count(*) FROM mx_set) + (SELECT count(*) FROM mx);",
};

typedef struct identity {
	int64_t application;
	int64_t version;
	int64_t tables;
} identity_t;

static identity_t identity_of(history_store_t *store)
{
	return (identity_t){ .application = history_db_pragma(store, "PRAGMA application_id"),
			     .version = history_db_pragma(store, "PRAGMA user_version"),
			     .tables = history_db_pragma(store, "SELECT count(*) FROM sqlite_schema") };
}

static bool is_empty(const identity_t *identity)
{
	return identity->application == 0 && identity->version == 0 && identity->tables == 0;
}

/* Several processes may come here at once; whoever is second finds the work done. */
static void bring_up_to_date(history_store_t *store, bool is_new)
{
	char pragma[64];
	int64_t version;

	if (is_new) /* later it would take as long as writing all of it anew (history_store_shrink()) */
		history_db_execute(store, "PRAGMA auto_vacuum = INCREMENTAL");
	history_db_execute(store, "BEGIN IMMEDIATE");
	version = history_db_pragma(store, "PRAGMA user_version");
	for (; store->err == HISTORY_OK && version < HISTORY_SCHEMA_VERSION; version++)
		history_db_execute(store, steps[version]);
	sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version = %d", HISTORY_SCHEMA_VERSION);
	history_db_execute(store, pragma);
	sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA application_id = %d", HISTORY_APPLICATION_ID);
	history_db_execute(store, pragma);
	history_db_execute(store, "COMMIT");
	if (store->err != HISTORY_OK)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

void history_schema_open(history_store_t *store)
{
	const identity_t identity = identity_of(store);

	if (is_empty(&identity) && !store->is_writer)
		history_db_refuse(store, HISTORY_NO_FILE);
	else if (!is_empty(&identity) && identity.application != HISTORY_APPLICATION_ID)
		history_db_refuse(store, HISTORY_FOREIGN);
	else if (identity.version > HISTORY_SCHEMA_VERSION)
		history_db_refuse(store, HISTORY_TOO_NEW);
	else if (identity.version < HISTORY_SCHEMA_VERSION && !store->is_writer)
		history_db_refuse(store, HISTORY_TOO_OLD);
	else if (identity.version < HISTORY_SCHEMA_VERSION)
		bring_up_to_date(store, is_empty(&identity));
}
