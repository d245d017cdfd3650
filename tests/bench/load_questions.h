/* load_questions.h: what the load generator asks, and whether a reply is one to it. */
#ifndef TESTS_BENCH_LOAD_QUESTIONS_H
#define TESTS_BENCH_LOAD_QUESTIONS_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUERY_ROOM = 320,  /* octets that any query fits in */
	ANSWERS_ANY = -1,  /* one or more */
	COUNTER_DIGITS = 8 /* of the label that makes a name new */
};

typedef struct question {
	uint8_t octets[QUERY_ROOM]; /* the query; its ID is set when it is written */
	size_t size;
	size_t question_size; /* of them, behind the header */
	size_t counter_at;    /* where a label of COUNTER_DIGITS hexadecimal digits is; 0: there is none */
	int answers;          /* records that the reply's answer section has */
} question_t;

typedef struct questions {
	size_t count;
	question_t *items;
} questions_t;

/* Reads lines of NAME TYPE [ANSWERS]: TYPE is a number or a well-known name, a label `%` stands for another one in each query.
 * Queries have RD, and EDNS with DO as told. False with a sentence on stderr. */
MUST_USE bool questions_read(questions_t *questions, const char *path, bool dnssec_ok);
void questions_free(questions_t *questions);

/* Writes a query into QUERY_ROOM octets and returns its size. */
size_t question_write(const question_t *question, uint16_t id, uint32_t counter, uint8_t *out);

/* How much of a reply is looked at. */
typedef enum {
	CHECK_ALL, /* the question is ours, RCODE is NOERROR, nothing is cut off, the answers are as many as they should be */
	CHECK_QUESTION, /* the question is ours */
	CHECK_ID,       /* nothing more */
} check_t;

/* NULL, or what is wrong with a reply, whose ID is right already. */
MUST_USE const char *question_fault(const question_t *question, uint32_t counter, const uint8_t *reply, size_t size,
				    check_t check);

#endif
