/* alert.h: one alert, and how it is put into words for people and machines. Internal to the alert room.
 *
 * An alert begins when its cause is found, and ends when the cause is gone; both are told, each once. Times are seconds since
 * 1970. All texts are printable ASCII. */
#ifndef MODULE_ALERT_ALERT_H
#define MODULE_ALERT_ALERT_H

#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ALERT_KIND_MAX = 40,    /* octets with the final NUL; longer texts are cut off */
	ALERT_NAME_MAX = 1024,  /* the same for domain and host */
	ALERT_DETAIL_MAX = 512, /* the same for the detail */
	ALERT_SET_MAX = 65,     /* the same for a set of exchanges: SHA-256 in hexadecimal */
	ALERT_TEXT_MAX = 2048,  /* holds any alert_text() */
};

/* What is told of an alert. */
typedef enum { ALERT_BEGIN, ALERT_END, ALERT_EVENTS } alert_event_t;

/* By which ways it is told; bits. */
enum {
	ALERT_BY_LOG = 1,
	ALERT_BY_EXEC = 2,
	ALERT_BY_WEBHOOK = 4,
	ALERT_BY_ALL = 7,
};

typedef enum {
	ALERT_IS_OPEN,
	ALERT_CURED,     /* the cause is gone */
	ALERT_FORGOTTEN, /* nothing was heard of it for long */
	ALERT_DISPLACED, /* others needed its place */
	ALERT_WITHDRAWN, /* the configuration does not ask for it any more */
	ALERT_OUTCOMES,
} alert_outcome_t;

/* What makes an alert: the same kind, domain and host are the same alert. */
typedef struct alert_words {
	const char *kind;   /* "pin-mismatch": the name of a check, or a row of alert.c's table */
	const char *domain; /* presentation format, lower case, with the final dot */
	const char *host;   /* the same for an exchange; "": it is about the domain */
	const char *detail; /* data for people; "" if none */
	const char
		*former; /* mx-drift: which exchanges the domain had before (book_note_t.set); NULL or "": not known */
} alert_words_t;

typedef struct alert {
	uint64_t id; /* from 1, never used twice */
	uint64_t began;
	uint64_t seen;  /* when the cause was found last */
	uint64_t ended; /* 0 while it is open */
	alert_outcome_t outcome;
	bool by_verdict;             /* raised and ended by the verdicts on its domain */
	bool ours;                   /* about a domain that the configuration names */
	unsigned told[ALERT_EVENTS]; /* ways by which each was told, or given up */
	bool handed[ALERT_EVENTS];   /* on its way to those that are missing */
	const char *kind;
	const char *domain;
	const char *site; /* the registrable domain, an end of `domain` */
	const char *host;
	const char *detail;
	const char *former;
	char text[]; /* of these */
} alert_t;

/* NULL when memory is out. Free with free(). */
MUST_USE alert_t *alert_new(const alert_words_t *words);
MUST_USE alert_t *alert_copy(const alert_t *alert);

/* The registrable domain at the end of a domain (libpsl); all of it when there is none. */
const char *alert_site(const char *domain);

/* What a kind means, in a sentence; never NULL. */
const char *alert_sentence(const char *kind);

/* "begin", "end". */
const char *alert_event_name(alert_event_t event);

/* "open", "cured", "forgotten" … */
const char *alert_outcome_name(alert_outcome_t outcome);

/* By its name. False when there is none. */
MUST_USE bool alert_outcome_find(const char *name, alert_outcome_t *outcome);

/* A sentence or two for a person: what, which domain, which host, since when. `text` holds ALERT_TEXT_MAX octets. */
const char *alert_text(const alert_t *alert, alert_event_t event, char *text);

/* RFC 3339 in UTC; "" for 0. `stamp` holds ALERT_STAMP_SIZE octets. */
enum { ALERT_STAMP_SIZE = 24 };
const char *alert_stamp(uint64_t at, char *stamp);

/* For control and API: times are milliseconds since 1970, or null. NULL when memory is out. */
MUST_USE json_t *alert_json(const alert_t *alert);

#endif
