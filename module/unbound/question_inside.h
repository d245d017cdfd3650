/* question_inside.h: what question.c, needs.c and ending.c share of a question. */
#ifndef MODULE_UNBOUND_QUESTION_INSIDE_H
#define MODULE_UNBOUND_QUESTION_INSIDE_H

#include "module/unbound/question.h"
#include "module/unbound/recall.h"
#include "validator/assessment.h"
#include "validator/name.h"

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28, RCODE_SERVFAIL = 2, CLASS_IN = 1 };

typedef struct question question_t;

/* A need that is out as a sub-query. */
typedef struct ask {
	struct ask *next;
	need_t need;
} ask_t;

/* A time limit for needs of one kind. */
typedef struct limit {
	question_t *question;
	struct ub_event *timer; /* NULL: not running */
	need_kind_t kind;
} limit_t;

/* Hangs at query->minfo. */
struct question {
	const place_t *place;
	struct module_qstate *query;
	struct module_env *own_env; /* query->env before it was made to use TCP; NULL: it was not */
	assessment_t *assessment;   /* MX, once there is an answer to judge */
	bool is_mx;
	bool unkept; /* by Unbound: it is for an assessment */
	bool is_sub; /* made by another question of ours */
	uint64_t began;
	name_t name;      /* lower case */
	ask_t *asks;      /* open ones */
	recall_t *recall; /* while the history is asked */
	limit_t corroboration;
	limit_t targets;
	limit_t past;
};

/* Makes the query one of ours; question_clear() frees it. NULL when memory is out. */
MUST_USE question_t *question_new(const place_t *place, struct module_qstate *query);

/* Gives the query an environment of its own, in which upstream queries go over TCP. False when memory is out. */
MUST_USE bool question_use_tcp(question_t *question);

/* What state->verdicts has of this question is under this key; it borrows `name`. */
cache_key_t question_key(const name_t *name);

/* The name that is asked for, in lower case. False when it is longer than names are. */
MUST_USE bool question_name(const struct query_info *info, name_t *name);

bool question_is_address(uint16_t type);

#endif
