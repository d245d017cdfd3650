/* questions.h: the questions that are being resolved, each once, and who waits for them. Belongs to the pending thread. */
#ifndef MODULE_PENDING_QUESTIONS_H
#define MODULE_PENDING_QUESTIONS_H

#include "module/front/client.h"
#include "module/inquiry/inquiry.h"
#include "module/pending/shares.h"
#include "module/pending/told.h"
#include "validator/query.h"

#include <event2/event.h>
#include <event2/event_struct.h>

/* Somebody who waits: a client, with the query that was sent, as a reply repeats much of it; or a part of the server. */
typedef struct waiter {
	struct waiter *next;
	pending_told_fn *told; /* NULL: a client */
	void *told_arg;
	bool fresh;           /* of the query: only a part of the server asks so */
	uint64_t client_hash; /* crowd.h */
	client_t client;
	query_t query; /* told: nothing but name and type */
} waiter_t;

typedef struct question {
	name_t name; /* lower case */
	uint16_t type;
	bool fresh; /* the servers are to be asked, whatever is cached where */
	inquiry_t *inquiry;
	shares_hold_t hold;
	uint64_t began; /* CLOCK_MONOTONIC, milliseconds */
	struct event budget;
	struct event late; /* runs when a stale answer may be better than waiting on (stale.h) */
	bool is_late;
	bool is_renewal;   /* nobody but the cache asked for it (prefetch.h) */
	bool is_stale;     /* it failed, and clients get what had ended */
	waiter_t *waiters; /* latest first */
	void *owner;       /* for callbacks */
	struct question *previous, *next;
} question_t;

typedef struct questions {
	void *tree; /* tsearch(3): balanced, so no choice of names makes it slow */
	question_t *first;
	unsigned count;
} questions_t;

/* A fresh question and one that is not are two. */
question_t *questions_find(const questions_t *questions, const name_t *name, uint16_t type, bool fresh);

/* NULL when memory is out. The question must not be there yet. */
MUST_USE question_t *questions_add(questions_t *questions, const name_t *name, uint16_t type, bool fresh);

/* Takes the question out and frees it; its waiters are the caller's by then. */
void questions_remove(questions_t *questions, question_t *question);

#endif
