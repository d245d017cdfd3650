/* stale.c: see stale.h. */
#include "module/pending/stale.h"

#include "module/clock.h"
#include "validator/signed.h"

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28, RCODE_NXDOMAIN = 3 };

bool stale_serves(uint16_t type)
{
	return type == TYPE_A || type == TYPE_MX || type == TYPE_AAAA;
}

bool stale_permits(const resolution_t *resolution, const verdict_t *verdict)
{
	if (!resolution->answer.failure || resolution->answer.security == SECURITY_BOGUS)
		return false;
	return verdict == NULL || verdict->failed;
}

/* That a domain did not exist yesterday is no reason to bounce its mail today, which SERVFAIL only defers. */
static bool bounces(const cache_key_t *key, const cache_found_t *found)
{
	return key->type == TYPE_MX && found->rcode == RCODE_NXDOMAIN;
}

bool stale_keep(cache_t *cache, const cache_key_t *key, uint32_t most, bool failed, uint8_t *scratch, size_t room,
		cache_found_t *found)
{
	const uint64_t now = clock_of_cache();
	cache_stale_t stale = { .most = most, .failed = failed };

	if (cache_find_stale(cache, key, CACHE_FORM_DNSSEC, most, now, scratch, room, found) != CACHE_HIT ||
	    found->failure || bounces(key, found))
		return false;
	stale.longest = signed_left(scratch, found->size, clock_of_wall());
	return cache_put_stale(cache, key, &stale, now);
}
