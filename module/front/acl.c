/* acl.c: see acl.h. */
#include "module/front/acl.h"

#include <stdlib.h>
#include <string.h>

acl_t *acl_new(const conf_prefixes_t *prefixes)
{
	acl_t *acl = malloc(sizeof(*acl) + prefixes->count * sizeof(acl->prefixes[0]));

	if (acl == NULL)
		return NULL;
	acl->count = prefixes->count;
	if (prefixes->count > 0)
		memcpy(acl->prefixes, prefixes->items, prefixes->count * sizeof(acl->prefixes[0]));
	return acl;
}

static bool first_bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	const unsigned whole = bits / 8;
	const unsigned rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool acl_allows(const acl_t *acl, const client_address_t *peer)
{
	const uint8_t *address = peer->any.sa_family == AF_INET6 ? (const uint8_t *)&peer->v6.sin6_addr
								 : (const uint8_t *)&peer->v4.sin_addr;

	for (size_t i = 0; i < acl->count; i++) {
		const conf_prefix_t *prefix = &acl->prefixes[i];

		if (prefix->family == peer->any.sa_family && first_bits_equal(address, prefix->address, prefix->bits))
			return true;
	}
	return false;
}
