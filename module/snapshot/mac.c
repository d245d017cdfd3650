/* mac.c: see mac.h. */
#include "module/snapshot/mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

struct mac {
	EVP_MAC_CTX *context; /* has the key */
};

static mac_t *mac_with(EVP_MAC_CTX *context)
{
	mac_t *mac = context != NULL ? malloc(sizeof(*mac)) : NULL;

	if (mac == NULL) {
		EVP_MAC_CTX_free(context);
		return NULL;
	}
	mac->context = context;
	return mac;
}

mac_t *mac_new(const uint8_t key[MAC_KEY_SIZE])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
				      OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

	EVP_MAC_free(hmac); /* the context has a reference */
	if (context != NULL && EVP_MAC_init(context, key, MAC_KEY_SIZE, params) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return mac_with(context);
}

mac_t *mac_copy(const mac_t *mac)
{
	return mac_with(EVP_MAC_CTX_dup(mac->context));
}

void mac_free(mac_t *mac)
{
	if (mac != NULL)
		EVP_MAC_CTX_free(mac->context);
	free(mac);
}

/* Without a key the context begins anew with the one that it has. */
bool mac_of(mac_t *mac, const mac_piece_t *pieces, size_t count, uint8_t sum[MAC_SIZE])
{
	bool done = EVP_MAC_init(mac->context, NULL, 0, NULL) == 1;
	size_t size = 0;

	for (size_t i = 0; i < count && done; i++)
		done = EVP_MAC_update(mac->context, pieces[i].octets, pieces[i].size) == 1;
	return done && EVP_MAC_final(mac->context, sum, &size, MAC_SIZE) == 1 && size == MAC_SIZE;
}

bool mac_is(mac_t *mac, const mac_piece_t *pieces, size_t count, const uint8_t sum[MAC_SIZE])
{
	uint8_t is[MAC_SIZE];

	return mac_of(mac, pieces, count, is) && CRYPTO_memcmp(is, sum, MAC_SIZE) == 0;
}
