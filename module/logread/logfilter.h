/* logfilter.h: which entries of the validation log someone wants to see: one description for `mxward log`, for the index
 * (module/logindex/) and for HTTP, so that all find the same. All conditions that are set must hold. */
#ifndef MODULE_LOGREAD_LOGFILTER_H
#define MODULE_LOGREAD_LOGFILTER_H

#include "module/logread/logentry.h"
#include "validator/name.h"

enum {
	LOGFILTER_WORD_MAX = 64,
	LOGFILTER_TEXT_MAX = 256,
	LOGFILTER_WHY_MAX = 320,
	LOGFILTER_NEEDLES_MAX = 6,
	LOGFILTER_NEEDLE_MAX = NAME_TEXT_MAX + 2,
	LOGFILTER_STAMP_SIZE = 32,
};

typedef struct logfilter {
	bool has_domain;
	name_t domain; /* of the question: itself, or a name below it */
	bool has_host;
	char host[NAME_TEXT_MAX];       /* an exchange, or what a finding is about */
	char check[LOGFILTER_WORD_MAX]; /* "": any; a finding has it, whatever came of it */
	unsigned verdicts;              /* 0: any; else a bit for each that is wanted: 1 << logentry_verdict_t */
	char type[LOGFILTER_WORD_MAX];  /* "": any; of the question: "MX" */
	unsigned client_bits;           /* 0: any; else the client's address begins with so many bits of `client` */
	uint8_t client[LOGENTRY_ADDRESS_SIZE]; /* as logentry_client_t has it */
	uint64_t since;                        /* milliseconds since 1970, itself included */
	uint64_t until;                        /* not included; 0: no end */
	char text[LOGFILTER_TEXT_MAX]; /* in lower case; "": any; some string of the line has it, whatever its case */

	/* What logfilter_may_match() goes by; logfilter_set() makes it. */
	size_t needle_count;
	char needles[LOGFILTER_NEEDLES_MAX][LOGFILTER_NEEDLE_MAX]; /* each is in every line that matches */
	char since_stamp[LOGFILTER_STAMP_SIZE];
	char until_stamp[LOGFILTER_STAMP_SIZE];
} logfilter_t;

/* Sets the condition `key` of a filter that began as zeros; each key once. Keys: domain, host, check, verdict, type, client, q
 * (free text), since, until, which are the names of HTTP's parameters. A verdict may be several, with commas between. `now` is
 * wall-clock milliseconds, for "2h". False when there is no such key, or the value does not read: `why`, with LOGFILTER_WHY_MAX
 * octets, gets a sentence that says what would be right, safe to print. */
MUST_USE bool logfilter_set(logfilter_t *filter, const char *key, const char *value, uint64_t now, char *why);

MUST_USE bool logfilter_matches(const logfilter_t *filter, const logentry_t *entry);

/* False when a line (without its break) certainly is no entry that matches: it needs not be parsed. Far quicker. */
MUST_USE bool logfilter_may_match(const logfilter_t *filter, const char *line, size_t size);

#endif
