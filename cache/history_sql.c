/* history_sql.c: every statement, so that what is read and written, and by which index, is seen in one place; the tables are
 * in history_schema.c. */
#include "cache/history_sql.h"

static const char *const texts[HISTORY_SQLS] = {
	/* CROSS JOIN: tables are gone through in the order in which they are named.
	 * IMMEDIATE: who cannot write finds out here, and not in the middle. */
	[HISTORY_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[HISTORY_SQL_BEGIN_READING] = "BEGIN",
	[HISTORY_SQL_COMMIT] = "COMMIT",
	[HISTORY_SQL_ROWS] = "SELECT value FROM tally WHERE name = 'rows'",
	[HISTORY_SQL_SET_ROWS] = "UPDATE tally SET value = ?1 WHERE name = 'rows'",

	[HISTORY_SQL_DOMAIN_ID] = "SELECT id FROM domain WHERE name = ?1",
	[HISTORY_SQL_ADD_DOMAIN] = "INSERT INTO domain (name) VALUES (?1)",
	[HISTORY_SQL_DROP_DOMAIN] =
		"DELETE FROM domain WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mx_set WHERE domain = ?1)",
	[HISTORY_SQL_HOST_ID] = "SELECT id FROM host WHERE reversed = ?1",
	[HISTORY_SQL_ADD_HOST] = "INSERT INTO host (reversed) VALUES (?1)",
	[HISTORY_SQL_DROP_HOST] = "DELETE FROM host WHERE id = ?1",

	[HISTORY_SQL_LAST_SET] = "SELECT number, kind, last_seen, day FROM mx_set WHERE domain = ?1 "
				 "ORDER BY number DESC LIMIT 1",
	[HISTORY_SQL_SETS] = "SELECT number, kind, security, first_seen, last_seen FROM mx_set WHERE domain = ?1 "
			     "ORDER BY number DESC",
	[HISTORY_SQL_LAST_MX_SET] =
		"SELECT number, kind, security, first_seen, last_seen, "
		"(SELECT later.first_seen FROM mx_set later WHERE later.domain = ?1 AND later.number > earlier.number "
		"ORDER BY later.number LIMIT 1) FROM mx_set earlier WHERE domain = ?1 AND kind = 0 "
		"ORDER BY number DESC LIMIT 1",
	[HISTORY_SQL_ADD_SET] = "INSERT INTO mx_set (domain, number, kind, security, first_seen, last_seen, day) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
	[HISTORY_SQL_TOUCH_SET] = "UPDATE mx_set SET last_seen = ?3, security = ?4 WHERE domain = ?1 AND number = ?2",
	[HISTORY_SQL_SET_DAY] = "UPDATE mx_set SET day = ?3 WHERE domain = ?1 AND number = ?2",
	[HISTORY_SQL_OLDEST_SET] = "SELECT domain, number, day FROM mx_set ORDER BY day, domain, number LIMIT 1",
	[HISTORY_SQL_FIRST_SET] = "SELECT number FROM mx_set WHERE domain = ?1 ORDER BY number LIMIT 1",
	[HISTORY_SQL_DROP_SET] = "DELETE FROM mx_set WHERE domain = ?1 AND number = ?2",

	[HISTORY_SQL_EXCHANGES] =
		"SELECT mx.preference, host.reversed, host.id FROM mx CROSS JOIN host ON host.id = mx.host "
		"WHERE mx.domain = ?1 AND mx.number = ?2 ORDER BY mx.preference, host.reversed",
	[HISTORY_SQL_ADD_EXCHANGE] = "INSERT INTO mx (host, domain, number, preference) VALUES (?1, ?2, ?3, ?4)",
	[HISTORY_SQL_DROP_EXCHANGES] = "DELETE FROM mx WHERE domain = ?1 AND number = ?2",
	[HISTORY_SQL_HOST_IN_USE] = "SELECT 1 FROM mx WHERE host = ?1 LIMIT 1",

	[HISTORY_SQL_ADDRESSES] = "SELECT address, first_seen, last_seen FROM address WHERE host = ?1 "
				  "ORDER BY last_seen DESC, address",
	[HISTORY_SQL_TOUCH_ADDRESS] = "UPDATE address SET last_seen = max(last_seen, ?3) "
				      "WHERE host = ?1 AND address = ?2",
	[HISTORY_SQL_ADD_ADDRESS] = "INSERT INTO address (host, address, first_seen, last_seen) "
				    "VALUES (?1, ?2, ?3, ?3)",
	[HISTORY_SQL_COUNT_ADDRESSES] = "SELECT count(*) FROM address WHERE host = ?1",
	[HISTORY_SQL_DROP_OLDEST_ADDRESS] =
		"DELETE FROM address WHERE host = ?1 AND address = "
		"(SELECT address FROM address WHERE host = ?1 ORDER BY last_seen, address LIMIT 1)",
	[HISTORY_SQL_DROP_ADDRESSES] = "DELETE FROM address WHERE host = ?1",

	[HISTORY_SQL_HOSTS_BELOW] = "SELECT id, reversed FROM host WHERE reversed >= ?1 AND reversed < ?2 "
				    "ORDER BY reversed",
	[HISTORY_SQL_HOSTS_WITH_ADDRESS] = "SELECT host, host FROM address WHERE address = ?1 AND host >= ?2 "
					   "ORDER BY host",
	[HISTORY_SQL_DOMAINS_OF_HOST] = "SELECT DISTINCT domain FROM mx WHERE host = ?1 AND domain > ?2 "
					"ORDER BY domain",
#define USE                                                                         \
	"SELECT min(mx_set.first_seen), max(mx_set.last_seen), "                    \
	"max(mx_set.number) = (SELECT max(number) FROM mx_set WHERE domain = ?1), " \
	"(SELECT name FROM domain WHERE id = ?1), "
#define USE_FROM " FROM mx_set CROSS JOIN mx ON mx.domain = mx_set.domain AND mx.number = mx_set.number "
	[HISTORY_SQL_USE_OF_HOST] = USE "min(mx.host)" USE_FROM "WHERE mx_set.domain = ?1 AND mx.host = ?2",
	[HISTORY_SQL_USE_BELOW] = USE "min(host.reversed)" USE_FROM "CROSS JOIN host ON host.id = mx.host "
				      "WHERE mx_set.domain = ?1 AND host.reversed >= ?2 AND host.reversed < ?3",
	[HISTORY_SQL_USE_OF_ADDRESS] =
		USE "min(mx.host)" USE_FROM "WHERE mx_set.domain = ?1 AND EXISTS "
		    "(SELECT 1 FROM address WHERE address.host = mx.host AND address.address = ?2)",
#undef USE
#undef USE_FROM
};

const char *history_sql_text(history_sql_t sql)
{
	return texts[sql];
}
