/* advisories.c: the table, and Debian's order of versions. */
#include "module/advisories.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define UPSTREAM(cve) "https://nlnetlabs.nl/downloads/unbound/" cve ".txt"
#define RELEASE(v)    "https://github.com/NLnetLabs/unbound/releases/tag/release-" v

static const advisory_t table[] = {
	{ "CVE-2026-96405", "1.26.2", NULL, "crafted replies burn CPU time by chained compression pointers",
	  RELEASE("1.26.2") },
	{ "CVE-2026-109125", "1.26.2", NULL,
	  "unwanted-reply-threshold tells an outsider the source port, so that answers can be forged",
	  RELEASE("1.26.2") },
	{ "CVE-2026-81642", "1.26.1", NULL, "a malicious zone's DNSKEY overflows the heap, perhaps to run code",
	  UPSTREAM("CVE-2026-81642") },
	{ "CVE-2026-81634", "1.26.1", NULL, "a large TCP reply to a long name overflows the heap",
	  UPSTREAM("CVE-2026-81634") },
	{ "CVE-2026-85501", "1.26.1", NULL, "malicious zones burn CPU time in validation (ReTrap)",
	  UPSTREAM("CVE-2026-85501") },
	{ "CVE-2026-44690", "1.25.2", NULL, "an RRSIG's label count poisons the cache with a wildcard across zones",
	  RELEASE("1.25.2") },
	{ "CVE-2026-44621", "1.25.2", NULL, "a program with unwanted-reply-threshold can be made to end abruptly",
	  RELEASE("1.25.2") },
	{ "CVE-2026-33278", "1.25.1", NULL, "validation of malicious content may run code", RELEASE("1.25.1") },
	{ "CVE-2026-42959", "1.25.1", NULL, "a malicious signed zone crashes validation", RELEASE("1.25.1") },
	{ "CVE-2026-42960", "1.25.1", NULL, "records in the authority section, MX for example, poison the cache",
	  RELEASE("1.25.1") },
	{ "CVE-2026-40622", "1.25.1", NULL, "a delegation that was withdrawn lives on (ghost domain name)",
	  RELEASE("1.25.1") },
	{ "CVE-2026-42923", "1.25.1", NULL, "NSEC3 hashing without bound blocks all threads", RELEASE("1.25.1") },
	{ "CVE-2025-11411", "1.24.2", "1.17.1-2+deb12u4", "unsolicited NS records take a zone over (domain hijacking)",
	  UPSTREAM("CVE-2025-11411") },
	{ "CVE-2024-8508", "1.21.1", "1.17.1-2+deb12u3", "very large RRsets burn CPU time by name compression",
	  UPSTREAM("CVE-2024-8508") },
	{ "CVE-2024-33655", "1.20.0", "1.17.1-2+deb12u3", "queries held back and let go at once hit a victim (DNSBomb)",
	  UPSTREAM("CVE-2024-33655") },
	{ "CVE-2023-50387", "1.19.1", "1.17.1-2+deb12u2", "one reply keeps validation busy for hours (KeyTrap)",
	  UPSTREAM("CVE-2023-50387_CVE-2023-50868") },
	{ "CVE-2023-50868", "1.19.1", "1.17.1-2+deb12u2", "NSEC3 proofs burn CPU time",
	  UPSTREAM("CVE-2023-50387_CVE-2023-50868") },
};

const advisory_t *advisories(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

/* A tilde sorts before the end, the end before letters, letters before the rest. */
static int rank(char c)
{
	if (c == '~')
		return -1;
	if (c == '\0' || isdigit((unsigned char)c))
		return 0;
	return isalpha((unsigned char)c) ? (unsigned char)c : (unsigned char)c + 256;
}

static int compare_text(const char **a, const char **b)
{
	for (;;) {
		int left = rank(**a);
		int right = rank(**b);

		if (left != right)
			return left - right;
		if (left == 0)
			return 0;
		++*a;
		++*b;
	}
}

static int compare_number(const char **a, const char **b)
{
	size_t left;
	size_t right;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	left = strspn(*a, "0123456789");
	right = strspn(*b, "0123456789");
	order = left != right ? (left < right ? -1 : 1) : strncmp(*a, *b, left);
	*a += left;
	*b += right;
	return order;
}

static int compare_part(const char *a, const char *b)
{
	int order = 0;

	while (order == 0 && (*a != '\0' || *b != '\0')) {
		order = compare_text(&a, &b);
		if (order == 0)
			order = compare_number(&a, &b);
	}
	return order;
}

static unsigned long epoch(const char **version)
{
	const char *colon = strchr(*version, ':');
	unsigned long number = colon != NULL ? strtoul(*version, NULL, 10) : 0;

	if (colon != NULL)
		*version = colon + 1;
	return number;
}

/* What stands in front of the last hyphen; *revision is what follows, "0" without one. NULL when memory is out. */
static char *upstream_part(const char *version, const char **revision)
{
	const char *hyphen = strrchr(version, '-');

	*revision = hyphen != NULL ? hyphen + 1 : "0";
	return hyphen != NULL ? strndup(version, (size_t)(hyphen - version)) : strdup(version);
}

int advisories_compare(const char *a, const char *b)
{
	unsigned long left_epoch = epoch(&a);
	unsigned long right_epoch = epoch(&b);
	const char *left_revision;
	const char *right_revision;
	char *left = upstream_part(a, &left_revision);
	char *right = upstream_part(b, &right_revision);
	int order = 0;

	if (left_epoch != right_epoch)
		order = left_epoch < right_epoch ? -1 : 1;
	else if (left != NULL && right != NULL)
		order = compare_part(left, right);
	if (order == 0)
		order = compare_part(left_revision, right_revision);
	free(left);
	free(right);
	return order;
}

bool advisories_affects(const advisory_t *advisory, const char *upstream)
{
	return advisories_compare(upstream, advisory->fixed_in) < 0;
}

bool advisories_affects_debian12(const advisory_t *advisory, const char *package)
{
	if (advisory->debian12 == NULL)
		return advisories_affects(advisory, package);
	return advisories_compare(package, advisory->debian12) < 0;
}
