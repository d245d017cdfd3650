/* script.h: a network of words for the tests of assessments, and verdicts as words. A network is lines:
 *
 *	@example.org MX [udp|tcp|again] [secure|insecure|bogus|fail] [WHY ...]	an answer; its records follow (message.h)
 *	an example.org. 300 IN MX 10 mx1.example.net.
 *
 * "again" is the second time over UDP. What is not there, resolves: over TCP as over UDP; A to a public address, AAAA and
 * TLSA to NODATA, NS to one; MX is an error of the test. Security is the network's own when a line says none.
 *
 * What is remembered of the domain is one more line; without it nothing is:
 *
 *	@past secure|insecure|ended PREFERENCE NAME ...	since 2023-06-01; "ended": until 2023-11-02
 *
 * Hosts below google.com and googlemail.com are Google's, those below outlook.com Microsoft's.
 *
 * A policy is words separated by "; ": monitor | trusting (no corroboration) | targets N | CHECK ACTION | pin DOMAIN PATTERN |
 * allow PREFIX/BITS | internal DOMAIN | own ADDRESS | me NAME. */
#ifndef TESTS_VALIDATOR_SCRIPT_H
#define TESTS_VALIDATOR_SCRIPT_H

#include "tests/support.h"
#include "validator/assessment.h"

enum { SCRIPT_NOW = 1700000000, SCRIPT_TEXT_MAX = 1 << 16 };

typedef struct script {
	const char *domain;
	const char *policy;
	const char *network;
	security_t security;
	unsigned seed; /* 0: outcomes come in the order of needs; otherwise in one that follows from it */
	const char *
		first; /* with seed 0: how the need's words begin that is supplied as soon as it is out; NULL: none does */
	unsigned finish; /* after so many outcomes; 0: when nothing is needed */
	bool expire;     /* then, before, what is still out expires */
	bool decline;    /* nothing is asked ahead */
} script_t;

typedef struct script_run {
	policy_t *policy;
	assessment_t *assessment;
	const verdict_t *verdict;
	unsigned supplied;
	char asked
		[SCRIPT_TEXT_MAX]; /* the needs in the order in which they were handed out, a line each: "MX example.org tcp ahead", "past example.org" */
	char text[SCRIPT_TEXT_MAX]; /* the verdict, see script_describe() */
} script_run_t;

/* Fills *run; free with script_end(). */
void script_run(script_run_t *run, const script_t *script);
void script_end(script_run_t *run);

policy_t *script_policy(const char *words);

#endif
