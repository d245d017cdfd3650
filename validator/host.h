/* host.h: an exchange's host in an assessment: what has to be asked about it and what came of that. Internal to the validator
 * room. */
#ifndef VALIDATOR_HOST_H
#define VALIDATOR_HOST_H

#include "validator/assessment.h"

/* What can be asked about a host, each once at most. */
typedef enum {
	HOST_A,
	HOST_AAAA,
	HOST_A_TCP,
	HOST_AAAA_TCP,
	HOST_TLSA,       /* _25._tcp of the host's name */
	HOST_TLSA_ALIAS, /* _25._tcp of the name that it is an alias of (RFC 7672, 2.2.2) */
	HOST_DOMAIN,     /* NS of its registrable domain, when there is no such host */
	HOST_ASKS,
} host_ask_t;

typedef enum {
	ASK_IDLE,   /* not wanted, so far */
	ASK_WANTED, /* to be handed out */
	ASK_OUT,    /* handed out */
	ASK_DONE,
} ask_state_t;

/* What came of one question. */
typedef enum {
	LOOKUP_NONE, /* nothing, so far */
	LOOKUP_FOUND,
	LOOKUP_NODATA,
	LOOKUP_NXDOMAIN,
	LOOKUP_BOGUS,
	LOOKUP_FAILED,
} lookup_state_t;

typedef struct lookup {
	lookup_state_t state;
	bool secure;
	bool is_alias;
	name_t alias_of; /* the chain's end */
	/* of addresses only: */
	unsigned outside;  /* on the public Internet, or allowed */
	unsigned internal; /* neither */
	bool own;          /* one is this host's */
	unsigned count;    /* of those kept */
	target_address_t addresses[ASSESSMENT_ADDRESSES_MAX];
} lookup_t;

enum { HOST_FAMILIES = 2 };

typedef struct host {
	name_t name;          /* lower case */
	bool listed;          /* the set that counts names it (exchanges.h) */
	bool chosen;          /* and it is one of those that are looked up */
	size_t first;         /* the first record that names it */
	bool two_preferences; /* another record names it with another preference */
	ask_state_t asks[HOST_ASKS];
	lookup_t families[HOST_FAMILIES]; /* A, AAAA; the answer over TCP in place of an insecure one */
	lookup_t over_tcp[HOST_FAMILIES]; /* counts once UDP's answer is there, and insecure */
	lookup_state_t tlsa[2];           /* of its name, of what it is an alias of */
	bool tlsa_insecure;
	bool domain_missing;
} host_t;

/* What the same for all hosts of an assessment. */
typedef struct host_context {
	const policy_t *policy;
	const name_t *domain; /* whose MX records name the hosts */
} host_context_t;

/* Wants what has to be known first: A and AAAA; and ahead, A and AAAA over TCP where insecure ones are to be corroborated, and TLSA
 * for the case that they are secure. */
void host_look_up(host_t *host, const policy_t *policy);

/* It is not looked up any more: nothing is known of it, and nothing is wanted. */
void host_forget(host_t *host);

/* A need's name, type, transport and whether it is asked ahead; all else untouched. */
void host_need(const host_t *host, host_ask_t ask, need_t *need);

/* What came of it; more may be wanted then. */
void host_supply(host_t *host, host_ask_t ask, const outcome_t *outcome, const host_context_t *context);

target_state_t host_state(const host_t *host);

/* It has addresses, and all that are known are secure. */
bool host_is_secure(const host_t *host);
tlsa_state_t host_tlsa(const host_t *host);

/* The lookup that says what it is an alias of, or NULL. */
const lookup_t *host_alias(const host_t *host);

#endif
