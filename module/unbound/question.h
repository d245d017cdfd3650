/* question.h: one query of Unbound's that mxward has to do with, from its begin to its end.
 *
 *	MX, asked by a client (or to refresh what is cached)
 *		BEGUN -iterator and validator are done-> JUDGED -needs, as sub-queries-> JUDGED -nothing needed, or time is up-> ENDED
 *	over TCP: a sub-query that corroborates; or an address of a name that is an exchange
 *		BEGUN -done-> ENDED; where nothing came over TCP the address is asked for once more as usual
 *	anything else
 *		not ours
 *
 * Unbound calls these functions from the thread that the query belongs to, never two at a time for one query. */
#ifndef MODULE_UNBOUND_QUESTION_H
#define MODULE_UNBOUND_QUESTION_H

#include "module/unbound/host.h"
#include "module/unbound/state.h"
#include "module/unbound/tcp.h"

/* What a place of the module in Unbound's chain has to know; one for all threads. */
typedef struct place {
	state_t *state;
	int id; /* of the module */
	tcp_t *tcp;
} place_t;

/* A query comes to the module, for the first time or because something happened. Sets query->ext_state. */
void question_operate(const place_t *place, struct module_qstate *query, enum module_ev event);

/* A sub-query of `super` is done. */
void question_told(const place_t *place, struct module_qstate *query, struct module_qstate *super);

/* The query is about to be sent to a server. False when memory is out: then it is not. */
MUST_USE bool question_sends(struct module_qstate *query, int id, struct regional *region);

/* A server's reply to the query was read, and is about to be kept in Unbound's caches: not so one that is still to be judged.
 * (subnetcache switches keeping on again with each query that it sends.) */
void question_replied(struct module_qstate *query, int id);

/* The query ends, whether it was answered or not. */
void question_clear(const place_t *place, struct module_qstate *query);

#endif
