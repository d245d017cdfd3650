/* book.h: the book of alerts: which are open, which have ended lately, what of it is still to be told, and which domains fail
 * since when (R6). A state machine: no I/O, no thread, no clock; `now` is seconds since 1970, handed in. Internal to the alert
 * room.
 *
 *	(nothing) ─ raised → OPEN ─ ended → ENDED ─ many newer ones → (forgotten)
 *	            begin is told         end is told
 *
 * Anybody who sends us mail from a domain of his own can raise alerts about it. So there is a limit to those that are open, to
 * those about one registrable domain, and to what is told in an hour. What the configuration names (`ours`) has limits of its
 * own, so that a flood about others' domains neither hides nor delays it. What is over the limit of the hour is told later,
 * while it lasts; what is not told at all is counted. */
#ifndef MODULE_ALERT_BOOK_H
#define MODULE_ALERT_BOOK_H

#include "module/alert/alert.h"
#include "module/alert/streaks.h"

enum {
	BOOK_OPEN_MAX = 1024, /* of ours, and as many of others */
	BOOK_PER_SITE = 8,    /* about others' domains below one registrable domain */
	BOOK_ENDED_MAX = 200, /* that are kept to be looked at */
	BOOK_PER_HOUR_MAX = 1000,
	BOOK_CAUSES_MAX = 16,       /* of one verdict */
	BOOK_QUIET = 7 * 24 * 3600, /* an alert whose cause was not found again for so long is over */
	BOOK_BUSY = 3600,           /* one that was seen in this time is not displaced by another */
};

typedef struct book book_t;

typedef struct book_settings {
	uint32_t failing_after; /* seconds of failure that raise mx-failing */
	unsigned per_hour;      /* tellings in an hour, of ours, and as many of others: 1 to BOOK_PER_HOUR_MAX */
} book_settings_t;

/* What one verdict says, as far as alerts go. */
typedef struct book_note {
	const char *domain;
	bool failing;       /* the answer is SERVFAIL */
	const char *set;    /* the exchanges that it has: the same text for the same ones; NULL: none, or not known */
	const char *former; /* the same of what was accepted before */
	size_t count;       /* of causes */
	struct {
		const char *kind;
		const char *host; /* "": none */
		const char *detail;
	} causes[BOOK_CAUSES_MAX];
} book_note_t;

/* What is to be told next. */
typedef struct telling {
	alert_t *alert; /* a copy, to be freed by who takes it; NULL: only that some are left out */
	alert_event_t event;
	unsigned by;       /* ways by which it was not told yet */
	uint64_t left_out; /* alerts that were never told, since this was said last; with no alert */
	uint64_t waiting;  /* alerts that are over the limit of the hour; with no alert */
} telling_t;

typedef struct book_counts {
	size_t open;
	size_t failing;    /* domains */
	uint64_t left_out; /* alerts that were never told, since the book was begun */
} book_counts_t;

/* Empty. NULL when memory is out. */
MUST_USE book_t *book_new(const book_settings_t *settings);
void book_free(book_t *book);
void book_configure(book_t *book, const book_settings_t *settings);

/* The domains that the configuration names, in any order, which are copied; ends what was raised by a watch (book_raise()) for
 * any other. False when memory is out: all stays as it was. */
MUST_USE bool book_watch(book_t *book, const char *const *domains, size_t count, uint64_t now);

/* The cause of an alert is found, perhaps once more. */
void book_raise(book_t *book, const alert_words_t *words, uint64_t now);

/* It is gone. `host` "" stands for none, NULL for any. */
void book_end(book_t *book, const char *kind, const char *domain, const char *host, uint64_t now);

/* All causes of one kind for a domain: raises these, and ends what is open beside them. Kind and domain of all `words` are the
 * same as the others. */
void book_settle(book_t *book, const char *kind, const char *domain, const alert_words_t *words, size_t count,
		 uint64_t now);

/* A verdict: raises what it found, and ends what it did not find again if it accepted; counts failures (R6). But mx-drift is
 * found only once, since what is accepted is remembered: it goes on until the former exchanges are back, BOOK_QUIET at most. */
void book_note(book_t *book, const book_note_t *note, uint64_t now);

/* Once in a while: ends what nobody has heard of for long. */
void book_tick(book_t *book, uint64_t now);

/* What is to be told now. False when there is nothing, or no more in this hour. */
MUST_USE bool book_next(book_t *book, uint64_t now, telling_t *telling);

/* It was told, or given up, by these ways. */
void book_told(book_t *book, uint64_t id, alert_event_t event, unsigned by);

/* Seconds until book_next() may have something that it has not now; UINT64_MAX when nothing waits. */
uint64_t book_wait(const book_t *book, uint64_t now);

/* Each counts up with every change: of alerts, and of anything at all. */
uint64_t book_changes(const book_t *book);
uint64_t book_changes_at_all(const book_t *book);

book_counts_t book_counts(const book_t *book);

/* {"open": [...], "ended": [...], "left_out": n, "waiting": n}; open ones by domain, ended ones newest first. NULL when memory
 * is out. */
MUST_USE json_t *book_json(const book_t *book);

/* For book_file.c: every alert, open and ended, in the order in which they are to be put back, and the streaks. */
size_t book_alerts(const book_t *book, const alert_t **alerts, size_t room);
streaks_t *book_streaks(book_t *book);
uint64_t book_next_id(const book_t *book);

/* Puts an alert back, and takes it over in any case. False when there is no place for it, or it is there already. */
MUST_USE bool book_restore(book_t *book, alert_t *alert);
void book_restore_next_id(book_t *book, uint64_t id);

#endif
