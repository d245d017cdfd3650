/* cookie.c: see cookie.h. */
#include "module/front/cookie.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

/* RFC 9018, 4: client cookie (8) | version (1) | reserved (3) | timestamp (4) | hash (8). */
enum {
	VERSION = 1,
	VERSION_AT = COOKIE_CLIENT_SIZE,
	TIME_AT = VERSION_AT + 4,
	HASH_AT = TIME_AT + 4,
	HASH_SIZE = 8,
	MOST_AGE = 3600,
	MOST_AHEAD = 300,
	FRESH_AGE = 1800,
};

struct cookies {
	uint8_t secret[COOKIE_SECRET_SIZE];
	EVP_MAC_CTX *mac;
};

static EVP_MAC_CTX *siphash_new(void)
{
	size_t size = HASH_SIZE;
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
				      OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac); /* the context holds it */
	if (context == NULL || EVP_MAC_CTX_set_params(context, params) == 1)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

cookies_t *cookies_new_with(const uint8_t secret[COOKIE_SECRET_SIZE])
{
	cookies_t *cookies = malloc(sizeof(*cookies));

	if (cookies == NULL)
		return NULL;
	memcpy(cookies->secret, secret, COOKIE_SECRET_SIZE);
	cookies->mac = siphash_new();
	if (cookies->mac != NULL)
		return cookies;
	free(cookies);
	return NULL;
}

cookies_t *cookies_new(void)
{
	uint8_t secret[COOKIE_SECRET_SIZE];
	cookies_t *cookies = NULL;

	if (RAND_bytes(secret, sizeof(secret)) == 1)
		cookies = cookies_new_with(secret);
	OPENSSL_cleanse(secret, sizeof(secret));
	return cookies;
}

cookies_t *cookies_copy(const cookies_t *cookies)
{
	return cookies_new_with(cookies->secret);
}

void cookies_free(cookies_t *cookies)
{
	if (cookies == NULL)
		return;
	EVP_MAC_CTX_free(cookies->mac);
	OPENSSL_cleanse(cookies->secret, sizeof(cookies->secret));
	free(cookies);
}

/* RFC 9018, 4.4: over what stands before the hash, and the client's address. */
static bool make_hash(cookies_t *cookies, const client_address_t *peer, const uint8_t *cookie, uint8_t hash[HASH_SIZE])
{
	const bool v6 = peer->any.sa_family == AF_INET6;
	const uint8_t *address = v6 ? (const uint8_t *)&peer->v6.sin6_addr : (const uint8_t *)&peer->v4.sin_addr;
	const size_t address_size = v6 ? sizeof(peer->v6.sin6_addr) : sizeof(peer->v4.sin_addr);
	size_t size = 0;

	return EVP_MAC_init(cookies->mac, cookies->secret, COOKIE_SECRET_SIZE, NULL) == 1 &&
	       EVP_MAC_update(cookies->mac, cookie, HASH_AT) == 1 &&
	       EVP_MAC_update(cookies->mac, address, address_size) == 1 &&
	       EVP_MAC_final(cookies->mac, hash, &size, HASH_SIZE) == 1 && size == HASH_SIZE;
}

static void put_time(uint8_t *octets, uint32_t time)
{
	for (unsigned i = 0; i < 4; i++)
		octets[i] = (uint8_t)(time >> (24 - 8 * i));
}

/* Seconds since the cookie was made, in serial number arithmetic (RFC 9018, 4.3; RFC 1982). */
static int32_t age_of(const uint8_t *cookie, uint32_t wall)
{
	const uint8_t *t = cookie + TIME_AT;

	return (int32_t)(wall - ((uint32_t)t[0] << 24 | (uint32_t)t[1] << 16 | (uint32_t)t[2] << 8 | t[3]));
}

bool cookies_valid(cookies_t *cookies, const client_address_t *peer, const uint8_t *cookie, size_t size, uint32_t wall)
{
	uint8_t hash[HASH_SIZE];

	if (size != COOKIE_SIZE || cookie[VERSION_AT] != VERSION)
		return false;
	if (age_of(cookie, wall) > MOST_AGE || age_of(cookie, wall) < -MOST_AHEAD)
		return false;
	return make_hash(cookies, peer, cookie, hash) && CRYPTO_memcmp(hash, cookie + HASH_AT, HASH_SIZE) == 0;
}

bool cookies_answer(cookies_t *cookies, const client_address_t *peer, const uint8_t *cookie, size_t size, uint32_t wall,
		    uint8_t out[COOKIE_SIZE])
{
	if (cookies_valid(cookies, peer, cookie, size, wall) && age_of(cookie, wall) <= FRESH_AGE) {
		memcpy(out, cookie, COOKIE_SIZE);
		return true;
	}
	memcpy(out, cookie, COOKIE_CLIENT_SIZE);
	memset(out + VERSION_AT, 0, TIME_AT - VERSION_AT);
	out[VERSION_AT] = VERSION;
	put_time(out + TIME_AT, wall);
	return make_hash(cookies, peer, out, out + HASH_AT);
}
