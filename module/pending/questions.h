/* questions.h: the questions that are being resolved, each once, and who waits for them. Belongs to the pending thread. */
#ifndef MODULE_PENDING_QUESTIONS_H
#define MODULE_PENDING_QUESTIONS_H

#include "module/front/client.h"
#include "module/inquiry/inquiry.h"
#include "validator/query.h"

#include <event2/event.h>
#include <event2/event_struct.h>

/* Somebody who waits, with the query that was sent: a reply repeats much of it. */
typedef struct waiter {
	struct waiter *next;
	client_t client;
	query_t query;
} waiter_t;

typedef struct question {
	name_t name; /* lower case */
	uint16_t type;
	inquiry_t *inquiry;
	uint64_t began; /* CLOCK_MONOTONIC, milliseconds */
	struct event budget;
	waiter_t *waiters; /* latest first */
	void *owner;       /* for callbacks */
	struct question *previous, *next;
} question_t;

typedef struct questions {
	void *tree; /* tsearch(3): balanced, so no choice of names makes it slow */
	question_t *first;
	unsigned count;
} questions_t;

question_t *questions_find(const questions_t *questions, const name_t *name, uint16_t type);

/* NULL when memory is out. The name must not be there yet. */
MUST_USE question_t *questions_add(questions_t *questions, const name_t *name, uint16_t type);

/* Takes the question out and frees it; its waiters are the caller's by then. */
void questions_remove(questions_t *questions, question_t *question);

#endif
