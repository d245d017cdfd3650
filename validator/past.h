/* past.h: what was last accepted for a domain, as the host of an assessment remembers it, and how the judged set compares with it. */
#ifndef VALIDATOR_PAST_H
#define VALIDATOR_PAST_H

#include "validator/answer.h"

typedef struct past_exchange {
	uint16_t preference;
	name_t exchange; /* lower case */
} past_exchange_t;

/* The domain's last set that had an exchange. Times are seconds since 1970. */
typedef struct past_set {
	security_t security; /* of that answer */
	uint64_t since;      /* when it was first seen */
	uint64_t last;       /* when it was last seen */
	uint64_t ended; /* when a null MX or no MX record was accepted in its place; 0: it is what was last accepted */
	size_t count;   /* 1 at least */
	const past_exchange_t *exchanges; /* in any order; those of one name once */
} past_set_t;

typedef enum {
	DRIFT_UNKNOWN, /* nothing is remembered, or it was not asked for */
	DRIFT_NONE,    /* the same exchanges with the same preferences; or none, as the last time */
	DRIFT_CHANGED, /* others, but some of the same owners (owner.h); or now the domain takes no mail */
	DRIFT_MOVED,   /* the mail goes to nobody who had it before */
} drift_t;

#endif
