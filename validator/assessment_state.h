/* assessment_state.h: what an assessment knows. Internal to the validator room: assessment.c collects it, judge.c judges it,
 * verdict.c makes the verdict of it. */
#ifndef VALIDATOR_ASSESSMENT_STATE_H
#define VALIDATOR_ASSESSMENT_STATE_H

#include "validator/ede.h"
#include "validator/host.h"
#include "validator/mx_set.h"

/* The questions about the domain itself. */
typedef enum {
	REPLY_UDP,
	REPLY_TCP,
	REPLY_AGAIN, /* over UDP once more, after the two differed */
	REPLIES,
} reply_id_t;

/* What came of one of them. */
typedef struct reply {
	answer_err_t err; /* of following the chain; ANSWER_RCODE also when there is no packet */
	security_t security;
	ede_t ede;                     /* of the reason, before it was cut */
	char why[ASSESSMENT_TEXT_MAX]; /* printable ASCII */
	uint8_t *packet;               /* our copy */
	size_t size;
	answer_chain_t chain;
	mx_set_t set;
} reply_t;

struct assessment {
	const policy_t *policy;
	name_t name;
	answer_limits_t limits;
	uint64_t now;
	ask_state_t asks[REPLIES];
	reply_t replies[REPLIES];
	const reply_t *judged; /* NULL until it is known which */
	size_t host_count;
	host_t *hosts;     /* of the exchanges of all sets so far; ASSESSMENT_TARGETS_MAX of each set at most */
	uint16_t *host_of; /* for each record of the judged set its host; ASSESSMENT_NO_HOST */
	ask_state_t past_ask;
	bool has_past;   /* `past` is something */
	past_set_t past; /* owns its exchanges */
	bool *stripped; /* with a past, once judged: for each record of the judged set whether policy wants it left out */
	drift_t drift; /* the same */
	bool finished;
	verdict_t *verdict; /* NULL until then: it is twice as large as all the rest, and thousands may wait */
};

enum { ASSESSMENT_NO_HOST = 0xffff };

/* The host that a record of the judged set names, or NULL: a malformed record, a null MX, or one of too many. */
const host_t *assessment_host(const assessment_t *assessment, size_t record);

/* The judged set says that the domain takes no mail (RFC 7505). */
bool assessment_is_null_mx(const assessment_t *assessment);

/* How UDP and TCP went together. */
corroboration_t assessment_corroboration(const assessment_t *assessment);

/* The last answer over UDP. */
const reply_t *assessment_udp(const assessment_t *assessment);

/* Whether there is something in it that can be judged. */
bool reply_is_usable(const reply_t *reply);

#endif
