/* expect.c: see expect.h. */
#include "module/inquiry/expect.h"

#include "module/inquiry/marks.h"
#include "validator/registrable.h"

#include <string.h>

/* A name that is a public suffix itself stands for its domain. */
static name_t domain_of(const name_t *name)
{
	name_t domain;

	return registrable_domain(name, &domain) ? domain : *name;
}

static name_t suffix_of(const name_t *domain)
{
	const size_t first = domain->size > 1 ? 1U + domain->octets[0] : 0;
	name_t suffix = { .size = (uint8_t)(domain->size - first) };

	memcpy(suffix.octets, domain->octets + first, suffix.size);
	return suffix;
}

static unsigned in_a_row(cache_t *cache, const name_t *suffix, uint64_t now)
{
	unsigned count;

	return marks_value(cache, suffix, MARK_SECURE_BELOW, now, &count) ? count : 0;
}

bool expect_secure(cache_t *cache, const name_t *name, uint64_t now)
{
	const name_t domain = domain_of(name);
	unsigned secure;

	if (marks_value(cache, &domain, MARK_SECURE, now, &secure))
		return secure;

	const name_t suffix = suffix_of(&domain);

	return in_a_row(cache, &suffix, now) >= EXPECT_IN_A_ROW;
}

/* The first answer that tells something of this domain. */
static void learn_new(cache_t *cache, const name_t *domain, bool secure, uint64_t now)
{
	const name_t suffix = suffix_of(domain);
	const unsigned before = in_a_row(cache, &suffix, now);
	const unsigned after = !secure ? 0 : before < EXPECT_IN_A_ROW ? before + 1 : before;

	if (after != before)
		marks_put(cache, &suffix, MARK_SECURE_BELOW, after, EXPECT_SECONDS, now);
	if ((before >= EXPECT_IN_A_ROW) != secure)
		marks_put(cache, domain, MARK_SECURE, secure, EXPECT_SECONDS, now);
}

void expect_learn(cache_t *cache, const name_t *name, bool secure, uint64_t now)
{
	const name_t domain = domain_of(name);
	unsigned known;

	if (!marks_value(cache, &domain, MARK_SECURE, now, &known))
		learn_new(cache, &domain, secure, now);
	else if ((known > 0) != secure)
		marks_put(cache, &domain, MARK_SECURE, secure, EXPECT_SECONDS, now);
}
