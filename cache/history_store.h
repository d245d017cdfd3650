/* history_store.h: which MX sets domains had, and when, in a file of SQLite.
 *
 * One writer and any number of readers, in this process or others (WAL): neither waits for the other. A handle is used by one
 * thread at a time. No clock and no log: `now` is handed in, in seconds since 1970, and times that are handed out are the same.
 * Names cross this border in presentation format, in lower case, with the final dot; sizes are octets.
 *
 * A set is what a domain's MX question was answered with: its exchanges with their preferences. It lasts until another answer
 * was seen. Nothing about who asked is kept. What is written becomes durable with history_store_commit(): a process that is
 * killed loses nothing committed; a machine that loses power may lose the last commits, and no more. */
#ifndef CACHE_HISTORY_STORE_H
#define CACHE_HISTORY_STORE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct history_store history_store_t;

enum {
	HISTORY_EXCHANGES_MAX = 100, /* of one set; more are not looked at */
	HISTORY_SETS_MAX = 100,      /* of one domain; older ones make room */
	HISTORY_ADDRESSES_MAX = 64,  /* of one exchange; those not seen for longest make room */
	HISTORY_NAME_MAX = 1024,     /* octets of a name's text, its NUL included */
	HISTORY_PAGE_MAX = 1000,     /* rows of one page */
	HISTORY_CURSOR_MAX = 1056,   /* octets of a cursor, its NUL included */
};

typedef enum {
	HISTORY_OK,
	HISTORY_NO_FILE,
	HISTORY_DENIED,     /* the file's permissions, or its directory's */
	HISTORY_FULL,       /* no room on the disk, or it cannot be written */
	HISTORY_BUSY,       /* another process writes to it for too long */
	HISTORY_CORRUPT,    /* what is in it is damaged */
	HISTORY_FOREIGN,    /* it is another program's */
	HISTORY_TOO_NEW,    /* a later version of mxward has made it */
	HISTORY_TOO_OLD,    /* an earlier one has, and only the writer may bring it up to date */
	HISTORY_BAD_CURSOR, /* not one that was handed out */
	HISTORY_NO_MEMORY,
	HISTORY_FAILED, /* anything else: see history_store_reason() */
} history_err_t;

/* What is wrong, as the end of a sentence that begins with the file's name. */
const char *history_strerror(history_err_t err);

/* ---- open ---- */

/* For writing: makes the file (mode 0640 less the umask) when it is not there, and brings an older one's schema up to date. The
 * files PATH-wal and PATH-shm are its companions and stay when it is closed, so that those who may only read can do so.
 * NULL with *err set when it cannot be had. Free with history_store_close(). */
MUST_USE history_store_t *history_store_open(const char *path, history_err_t *err);

/* For reading. The caller may lack the right to write to the file and its directory. */
MUST_USE history_store_t *history_store_open_reader(const char *path, history_err_t *err);

/* Drops what is not committed. NULL is allowed. */
void history_store_close(history_store_t *store);

/* Moves a damaged file and its companions out of the way, to PATH.corrupt (an older one there is replaced), so that
 * history_store_open() makes a new one. Nobody may have it open. False when that fails (errno is set). */
MUST_USE bool history_store_move_aside(const char *path);

/* What SQLite says about the last thing that failed; "" if nothing did. Valid until the next call. */
const char *history_store_reason(const history_store_t *store);

/* Reads all of the file and compares its parts: takes minutes with a large one. */
MUST_USE history_err_t history_store_check(history_store_t *store);

/* ---- write ---- */

typedef enum {
	HISTORY_MX,      /* exchanges */
	HISTORY_NULL_MX, /* the domain takes no mail (RFC 7505) */
	HISTORY_NONE,    /* no MX record: NODATA or NXDOMAIN */
} history_kind_t;

typedef struct history_address {
	uint8_t size; /* 4 or 16 */
	uint8_t octets[16];
} history_address_t;

typedef struct history_exchange {
	uint16_t preference;
	const char *name;
	size_t address_count;
	const history_address_t *addresses; /* seen now; none is no news */
} history_exchange_t;

/* An answer that was accepted. */
typedef struct history_visit {
	const char *domain;
	history_kind_t kind;
	uint8_t security; /* the caller's own value, handed back as it was */
	size_t count;     /* 0 but for HISTORY_MX */
	const history_exchange_t *exchanges;
} history_visit_t;

/* Begins a transaction; all that is recorded and pruned until history_store_commit() is kept or lost together. When
 * anything in between fails, the transaction is gone: begin another one. */
MUST_USE history_err_t history_store_begin(history_store_t *store);
MUST_USE history_err_t history_store_commit(history_store_t *store);
void history_store_rollback(history_store_t *store);

/* Within a transaction. A domain that never had an exchange is not remembered for having none: anybody can have us ask for
 * names that do not exist. A `now` before the last visit counts as that visit's. */
MUST_USE history_err_t history_store_record(history_store_t *store, const history_visit_t *visit, uint64_t now);

/* What may stay. */
typedef struct history_limits {
	uint64_t max_rows; /* sets, exchanges of sets, and addresses of exchanges together */
	uint64_t max_age;  /* seconds since the last visit, to the day */
} history_limits_t;

/* Within a transaction. Drops up to `sets` sets that are too many or too old, those not visited for longest first, and what
 * nothing refers to then. *more tells whether there is more to drop. */
MUST_USE history_err_t history_store_prune(history_store_t *store, const history_limits_t *limits, uint64_t now,
					   unsigned sets, bool *more);

/* Whether so much of the file is room that pruning has left, a quarter of it and a megabyte at least, that it should become
 * smaller. Never of a file that was made when there was no way to: its room is used again, and that is all. */
MUST_USE bool history_store_is_roomy(history_store_t *store);

/* Outside a transaction: gives up to `pages` pages (of 4096 octets) of that room back, in a transaction of its own. The file
 * is smaller when the journal has been worked into it. */
MUST_USE history_err_t history_store_shrink(history_store_t *store, unsigned pages);

typedef struct history_counts {
	uint64_t rows;   /* as history_limits_t counts them */
	uint64_t octets; /* of the file, without its companions */
} history_counts_t;

/* As the writer sees it, its transaction included; a reader has to open anew to see changes. */
void history_store_counts(history_store_t *store, history_counts_t *counts);

/* ---- read ---- */

typedef struct history_seen_address {
	history_address_t address;
	uint64_t first_seen;
	uint64_t last_seen;
} history_seen_address_t;

typedef struct history_seen_exchange {
	uint16_t preference;
	char *name;
	size_t address_count; /* of all times, whichever domain's question brought them; latest seen first */
	history_seen_address_t *addresses;
} history_seen_exchange_t;

typedef struct history_set {
	history_kind_t kind;
	uint8_t security; /* at the last visit */
	uint64_t from;
	uint64_t last_seen;
	uint64_t to; /* when another answer was seen; 0: it is the domain's last one */
	size_t count;
	history_seen_exchange_t *exchanges; /* by preference, then by name from its last label on */
} history_set_t;

typedef struct history_sets {
	size_t count;
	history_set_t *sets; /* newest first */
} history_sets_t;

/* All sets of a domain; none is no error. Free with history_sets_free(), also after an error. */
MUST_USE history_err_t history_store_timeline(history_store_t *store, const char *domain, history_sets_t *sets);

/* The domain's newest set that has exchanges, without their addresses: one set or none, though it may have ended. */
MUST_USE history_err_t history_store_past(history_store_t *store, const char *domain, history_sets_t *sets);
void history_sets_free(history_sets_t *sets);

typedef enum {
	HISTORY_BY_HOST,    /* domains whose exchange is or was `name` */
	HISTORY_BY_SUFFIX,  /* or below `name`, which is not among them itself */
	HISTORY_BY_ADDRESS, /* or had `address` */
} history_by_t;

typedef struct history_wanted {
	history_by_t by;
	const char *name;
	history_address_t address;
} history_wanted_t;

typedef struct history_user {
	char *domain;
	uint64_t first_seen; /* with such an exchange */
	uint64_t last_visit; /* with such an exchange */
	bool current;        /* it is in the domain's last set */
} history_user_t;

typedef struct history_page {
	size_t count;
	history_user_t *users;         /* each domain once in all pages, in no order that means anything */
	char next[HISTORY_CURSOR_MAX]; /* for the next page, printable ASCII; "": this is the last one */
} history_page_t;

/* A page of at most `limit` domains (HISTORY_PAGE_MAX at most), from the beginning (`from` is "") or from a cursor of the same
 * question. It may hold fewer than `limit`, even none, and yet not be the last: the work for one page is bounded. Free with
 * history_page_free(), also after an error. */
MUST_USE history_err_t history_store_reverse(history_store_t *store, const history_wanted_t *wanted, const char *from,
					     size_t limit, history_page_t *page);
void history_page_free(history_page_t *page);

#endif
