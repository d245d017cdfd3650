/* inner.h: what an inquiry is made of. Internal to module/inquiry: asks.c asks questions, assess.c is for MX, plain.c for all other
 * types, inquiry.c begins and ends both. */
#ifndef MODULE_INQUIRY_INNER_H
#define MODULE_INQUIRY_INNER_H

#include "module/inquiry/inquiry.h"

#include <event2/event_struct.h>

/* One question to the resolver processes. */
typedef struct ask {
	inquiry_t *inquiry;
	struct ask *next;
	uint64_t number; /* pool_ask()'s */
	need_t need;
} ask_t;

/* A time limit, for needs of one kind. */
typedef struct limit {
	struct event timer;
	inquiry_t *inquiry;
	need_kind_t kind;
	bool running;
} limit_t;

/* What UDP or TCP says about a type other than MX. */
typedef struct heard {
	bool has;
	bool usable; /* TCP: it has an answer */
	resolution_t resolution;
} heard_t;

struct inquiry {
	inquiry_home_t home;
	judging_t *judging;
	name_t name;
	uint16_t type;
	bool fresh;
	bool second; /* whose turn it is for the question itself (turn.h) */
	inquiry_done_fn *done;
	void *arg;
	ask_t *asks; /* open ones */
	unsigned asked;
	/* MX: */
	assessment_t *assessment;
	bool cached;   /* what UDP said: resolution_t.cached */
	bool silent;   /* UDP has failed: that TCP does as well says nothing about TCP */
	ask_t *no_tcp; /* TCP's that failed while UDP's are open */
	limit_t corroboration;
	limit_t targets;
	limit_t past;
	void *past_question; /* memory_t.ask()'s, while it is out */
	bool advancing;      /* told from inside, there is no need to advance once more */
	/* other types: */
	bool tcp_is_out;
	heard_t udp;
	heard_t tcp;
};

/* ---- inquiry.c ---- */

/* The one end: `done` is called, the inquiry is freed. */
void inquiry_finish(inquiry_t *inquiry, const resolution_t *resolution, const verdict_t *verdict);

/* ---- asks.c ---- */

/* False when the pool takes no more. */
MUST_USE bool asks_begin(inquiry_t *inquiry, const need_t *need);

/* Nobody wants it any more. */
void asks_cancel(ask_t *ask);
void asks_cancel_all(inquiry_t *inquiry);

/* The open one of this name, type and transport, or NULL. */
ask_t *asks_find(const inquiry_t *inquiry, const name_t *name, uint16_t type, bool tcp);

void asks_judge(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome, resolution_t *resolution);

/* Whether servers said something. SERVFAIL over TCP means that they do not talk TCP: over UDP they had an answer. */
MUST_USE bool asks_answered(const pool_outcome_t *outcome);

MUST_USE bool asks_for_address(uint16_t type);

/* Its servers have no TCP, or will answer securely. */
MUST_USE bool asks_is_refused(const inquiry_t *inquiry, const need_t *need);
MUST_USE bool asks_expects_secure(const inquiry_t *inquiry, const need_t *need);

/* What is remembered of an answer: that there was none over TCP; whether it was secure. */
void asks_note_no_tcp(const inquiry_t *inquiry, const name_t *name);
void asks_learn(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome);

/* ---- assess.c ---- */

MUST_USE bool assess_begin(inquiry_t *inquiry);
void assess_hear(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome);

/* The verdict on what is known. */
void assess_end(inquiry_t *inquiry);
void assess_clear(inquiry_t *inquiry);

/* ---- plain.c ---- */

MUST_USE bool plain_begin(inquiry_t *inquiry);
void plain_hear(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome);

/* False when nothing is known. */
MUST_USE bool plain_end(inquiry_t *inquiry);
void plain_clear(inquiry_t *inquiry);

#endif
