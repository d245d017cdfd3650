/* seen.h: what an answer about a watched domain was, as far as watching goes: a plain value that outlives the verdict it is
 * made of. Internal to the watch room. */
#ifndef MODULE_WATCH_SEEN_H
#define MODULE_WATCH_SEEN_H

#include "validator/assessment.h"

typedef struct seen_exchange {
	name_t name;
	target_state_t state;
} seen_exchange_t;

typedef struct seen {
	bool failed;    /* there was no answer */
	bool rejected;  /* there was, and clients get SERVFAIL */
	bool has_alert; /* the verdict raises an alert of its own for that */
	bool negative;  /* no MX record */
	bool null_mx;
	bool secure;           /* the judged answer was */
	uint32_t ttl;          /* seconds */
	uint64_t signed_until; /* seconds since 1970: the end of the last signature over the MX RRset to end; 0: none */
	char reason[ASSESSMENT_TEXT_MAX];
	size_t count;
	seen_exchange_t exchanges[]; /* those that read, in delivery order */
} seen_t;

/* Of a verdict; NULL for one stands for no answer. `wall` is seconds since 1970. NULL when memory is out. Free with free(). */
MUST_USE seen_t *seen_of(const verdict_t *verdict, uint32_t ttl, uint64_t wall);

#endif
