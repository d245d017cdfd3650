/* assessment.h: judges one MX answer; its checks and their sources are in check.h. No I/O and no clock: begin, hand out needs,
 * supply what came of them, finish, free. One thread at a time. Names are uncompressed wire format in lower case; times and
 * TTLs are seconds, sizes octets.
 *
 *	begin -+-> need {MX name, UDP} -+-> the first set -> needs for its exchanges -+-> the judged set is known
 *	       +-> need {MX name, TCP} -+   (A, AAAA, both over TCP too)              +-> needs for those that are new in it
 *	       +-> need {the past}: what the host remembers of the domain
 *	(the two differ? need {MX name, UDP} once more, fresh: what differs then is a finding)
 *	(an exchange that is secure: TLSA, of its alias too (RFC 7672, 2.2.2); no such name: the registrable domain's NS)
 *	-> nothing needed any more, or no time left -> finish
 *
 * What is insecure is judged by its answer over TCP, so nothing over TCP is needed where UDP's answer turns out to be secure or
 * bogus. Where UDP has none, TCP's is judged alone. To wait for that would double the time that most domains take: needs over TCP are handed out at once, marked
 * as `ahead`; and so are TLSA, which are needed of what is secure. A host that expects a zone to be secure declines the former,
 * any other one the latter, and is told of them again once they are needed. What the host asked ahead in vain, assessment_wants()
 * tells.
 *
 * The host asks needs in parallel as they come, supplies outcomes in any order, and may finish at any time: the verdict is then
 * made on what is known. The order of outcomes does not matter to the verdict. There are at most four needs about the domain and
 * seven for each of policy_settings_t.max_targets exchanges, of two sets where UDP and TCP differ. */
#ifndef VALIDATOR_ASSESSMENT_H
#define VALIDATOR_ASSESSMENT_H

#include "validator/answer.h"
#include "validator/check.h"
#include "validator/past.h"
#include "validator/policy.h"

typedef struct assessment assessment_t;

enum {
	ASSESSMENT_TARGETS_MAX = 100,  /* Postfix reads so many */
	ASSESSMENT_ADDRESSES_MAX = 16, /* of one exchange; more are not looked at */
	ASSESSMENT_FINDINGS_MAX = 64,
	ASSESSMENT_DETAIL_MAX = 160,
	ASSESSMENT_TEXT_MAX = 200,
};

/* Which time limit of the host a need falls under. */
typedef enum {
	NEED_ANSWER,        /* the question itself */
	NEED_CORROBORATION, /* the same over TCP */
	NEED_TARGET,        /* something about an exchange */
	NEED_PAST,          /* no question: what was last accepted for `name`, for assessment_supply_past() */
} need_kind_t;

typedef struct need {
	unsigned id; /* for assessment_supply() */
	need_kind_t kind;
	name_t name;
	uint16_t type;
	bool tcp;   /* upstream queries over TCP only */
	bool fresh; /* the servers are to be asked, whatever anybody has cached */
	bool ahead; /* it may turn out that nobody needed it; assessment_decline() */
	bool alone; /* there is no other answer: only one that was validated may be supplied */
} need_t;

typedef enum {
	OUTCOME_ANSWERED, /* there is a packet; it may say SERVFAIL */
	OUTCOME_FAILED,   /* no packet, and there will be none: time-out, network, resolver lost */
} outcome_state_t;

/* What came of a need. Borrowed for the time of the call. */
typedef struct outcome {
	outcome_state_t state;
	security_t security;
	const char *why;       /* reason for bogus, "" if none */
	const uint8_t *packet; /* untrusted; may be NULL with size 0 */
	size_t size;
} outcome_t;

/* ---- the verdict ---- */

/* The weightiest actions come first in a verdict, then the table's order, then delivery order; checks that are ignored are not
 * there. An exchange that several records name is spoken of once. */
typedef struct finding {
	check_id_t check;
	action_t action; /* what came of it, or in monitor mode would have come: after policy and hard rules */
	bool has_name;   /* without one it is about the domain */
	name_t name;     /* the exchange, mostly */
	char detail[ASSESSMENT_DETAIL_MAX]; /* data for people and logs, printable ASCII; "" if none */
} finding_t;

typedef enum {
	CORROBORATION_NONE, /* there are no two: secure, bogus, failed over UDP or both, or switched off */
	CORROBORATION_AGREED,
	CORROBORATION_DIFFERED,    /* TCP's answer was judged */
	CORROBORATION_UNAVAILABLE, /* no answer over TCP */
} corroboration_t;

typedef enum {
	TARGET_UNKNOWN,  /* not asked, or no answer in time */
	TARGET_RESOLVED, /* has addresses */
	TARGET_NO_NAME,  /* NXDOMAIN */
	TARGET_NO_ADDRESS,
	TARGET_BOGUS,
	TARGET_FAILED, /* SERVFAIL or no answer from its servers */
} target_state_t;

typedef enum { TLSA_UNKNOWN, TLSA_NONE, TLSA_PRESENT, TLSA_BOGUS, TLSA_INSECURE } tlsa_state_t;

typedef struct target_address {
	int family;          /* AF_INET, AF_INET6 */
	uint8_t address[16]; /* network order */
	const char *special; /* special_block()'s name, or NULL */
} target_address_t;

/* An MX record of the judged set, with what is known of its exchange; in delivery order. */
typedef struct target {
	uint16_t preference;
	name_t exchange;
	char owner[OWNER_TEXT_MAX]; /* whose host it is (owner_text()); "" for the null MX */
	bool stripped;              /* not in the answer; never in monitor mode */
	bool secure;                /* its addresses are */
	target_state_t state;
	tlsa_state_t tlsa;
	bool is_alias;
	name_t alias_of;
	size_t address_count;
	target_address_t addresses[ASSESSMENT_ADDRESSES_MAX];
} target_t;

/* Three ways out:
 *
 *	accepted	`answer` is to be cached and sent; after a strip (action STRIP) with `ede` and `text`, and insecure
 *	rejected	SERVFAIL with `ede` and `text`. A bogus answer's data are in `answer`, if there are any, for clients
 *			that set CD (RFC 4035, 3.2.2); a policy's rejection has none, for nobody
 *	failed		the same, but there was no answer to judge, or it does not read (`rejected` is set as well)
 *
 * In monitor mode findings, action and text say what would have been done; only what cannot be passed on is still not: bogus
 * answers, malformed records, octets behind an exchange. When UDP and TCP differ, the answer over TCP is the one that is judged
 * there too, but what is sent is UDP's. */
typedef struct verdict {
	action_t action; /* the largest of the findings' */
	bool rejected;
	bool failed;
	bool monitored;                 /* in monitor mode something would have been done */
	uint16_t ede;                   /* an ede_t; EDE_NONE when nothing was done */
	char text[ASSESSMENT_TEXT_MAX]; /* EXTRA-TEXT: "mx: CHECK HOST", or libunbound's reason; printable ASCII */
	security_t security;            /* of what is sent: INSECURE after a strip */
	security_t received;            /* of the judged answer */
	corroboration_t corroboration;
	answer_t answer;    /* to cache and send; size 0 with rejected when there is none. Owned by the assessment */
	bool negative;      /* no MX record: NODATA, NXDOMAIN */
	bool null_mx;       /* the only exchange is the root (RFC 7505) */
	size_t chain_count; /* aliases followed */
	name_t chain[ANSWER_CHAIN_MAX];
	size_t finding_count;
	finding_t findings[ASSESSMENT_FINDINGS_MAX];
	unsigned findings_left_out;
	size_t target_count;
	target_t *targets; /* those that read, ASSESSMENT_TARGETS_MAX at most; owned by the assessment */
	target_t *other;   /* the UDP set after a mismatch (addresses unknown); other_count of them */
	size_t other_count;
	drift_t drift;          /* from what was last accepted; also of secure sets, of which it is no alert */
	const past_set_t *past; /* NULL with DRIFT_UNKNOWN; owned by the assessment */
} verdict_t;

/* Begins to judge the MX answer for `name`. Borrows policy, which must outlive the assessment. `now` is wall-clock time.
 * NULL only when memory is out. Free with assessment_free(). */
MUST_USE assessment_t *assessment_begin(const policy_t *policy, const name_t *name, const answer_limits_t *limits,
					uint64_t now);

/* The next need that was not handed out yet. False when there is none for now. */
MUST_USE bool assessment_next_need(assessment_t *assessment, need_t *need);

/* A need that was handed out ahead is not asked before it is known to be needed: it is handed out again then. */
void assessment_decline(assessment_t *assessment, unsigned id);

/* Whether what was handed out, and neither supplied nor declined, is still of use. What is not, need not be supplied. */
MUST_USE bool assessment_wants(const assessment_t *assessment, unsigned id);

/* What came of a need; each once. An unknown id is ignored. */
void assessment_supply(assessment_t *assessment, unsigned id, const outcome_t *outcome);

/* What came of the need for the past: NULL when the host remembers nothing of the domain. Copied, ASSESSMENT_TARGETS_MAX
 * exchanges of it at most. Once; ignored when it was not handed out. */
void assessment_supply_past(assessment_t *assessment, const past_set_t *past);

/* Needs that were handed out and not supplied yet, of one kind. */
MUST_USE unsigned assessment_waits_for(const assessment_t *assessment, need_kind_t kind);

/* False while what comes before needs of this kind is out: the verdict waits for that anyway, so that the host gives them as much
 * time once more. */
MUST_USE bool assessment_may_expire(const assessment_t *assessment, need_kind_t kind);

/* Time is up for needs of this kind: as if each had been supplied OUTCOME_FAILED. New needs may follow (ask for them). */
void assessment_expire(assessment_t *assessment, need_kind_t kind);

/* The verdict on what is known. Nothing can be supplied after it. Valid until assessment_free(). */
const verdict_t *assessment_finish(assessment_t *assessment);
void assessment_free(assessment_t *assessment);

#endif
