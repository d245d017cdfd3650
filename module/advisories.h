/* advisories.h: what is known to be wrong with older versions of libunbound, as far as it concerns a program that resolves
 * and validates with it. Holes of parts that mxward does not use (DNSCrypt, DoH, DoQ, RPZ, ECS, dnstap) are not listed.
 *
 * ub_version() tells upstream's version, and distributions mend older ones without changing it: an entry says what to look
 * for, not that a system is open. Where Debian's package is known, its version decides. */
#ifndef MODULE_ADVISORIES_H
#define MODULE_ADVISORIES_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct advisory {
	const char *cve;
	const char *fixed_in; /* upstream's version */
	const char
		*debian12; /* version of Debian 12's package with the fix; NULL: none was known when this was written */
	const char *effect; /* what an attacker gains */
	const char *source; /* where it says so */
} advisory_t;

/* All entries, the latest first. */
const advisory_t *advisories(size_t *count);

/* Upstream's version, for example "1.17.1", is older than the advisory's fix. */
MUST_USE bool advisories_affects(const advisory_t *advisory, const char *upstream);

/* Debian 12's package version, for example "1.17.1-2+deb12u4", is older than the fix, or no fix is known. */
MUST_USE bool advisories_affects_debian12(const advisory_t *advisory, const char *package);

/* Less than, equal to or greater than 0 as Debian version a is older, the same or newer than b (deb-version(7)). Upstream
 * versions compare alike. */
MUST_USE int advisories_compare(const char *a, const char *b);

#endif
