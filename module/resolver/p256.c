/* p256.c: see p256.h. */
#include "module/resolver/p256.h"

#include "config.h"

#include <dlfcn.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	NUMBER_SIZE = 32, /* of a coordinate, and of each half of a signature */
	POINT_SIZE = 1 + 2 * NUMBER_SIZE,
	UNCOMPRESSED = 4,   /* begins a point of which both coordinates follow (SEC 1, 2.3.3) */
	SIGNATURE_MAX = 72, /* two INTEGERs of 33 octets in a SEQUENCE (RFC 3279, 2.2.3) */
	KEYS_KEPT = 16,
};

/* The keys that were used last: all signatures of a zone are by one or two of them, and making one ready takes a quarter of
 * what verifying does. */
typedef struct kept_key {
	uint8_t point[POINT_SIZE];
	EVP_PKEY *key; /* NULL: none yet */
} kept_key_t;

typedef struct keys {
	kept_key_t kept[KEYS_KEPT];
	unsigned next; /* whose place is taken next */
} keys_t;

/* Of the thread that called p256_prepare(), as long as the process lives; NULL in others. libunbound's call has nothing to carry it in. */
static _Thread_local keys_t *t_keys;

typedef int verify_fn(const struct ecc_point *pub, size_t length, const uint8_t *digest,
		      const struct dsa_signature *signature);

/* In network order, with leading zeros. False when it needs more octets. */
static bool write_number(mpz_srcptr number, uint8_t out[NUMBER_SIZE])
{
	const size_t size = (mpz_sizeinbase(number, 2) + 7) / 8;

	if (mpz_sgn(number) < 0 || size > NUMBER_SIZE)
		return false;
	memset(out, 0, NUMBER_SIZE);
	mpz_export(out + NUMBER_SIZE - size, NULL, 1, 1, 1, 0, number);
	return true;
}

static bool write_point(const struct ecc_point *point, uint8_t out[POINT_SIZE])
{
	mpz_t x, y;
	bool fits;

	mpz_inits(x, y, NULL);
	ecc_point_get(point, x, y);
	out[0] = UNCOMPRESSED;
	fits = write_number(x, out + 1) && write_number(y, out + 1 + NUMBER_SIZE);
	mpz_clears(x, y, NULL);
	return fits;
}

static EVP_PKEY *key_new(uint8_t point[POINT_SIZE])
{
	char group[] = "P-256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, POINT_SIZE),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void keep_key(keys_t *keys, const uint8_t point[POINT_SIZE], EVP_PKEY *key)
{
	kept_key_t *kept = &keys->kept[keys->next];

	if (EVP_PKEY_up_ref(key) != 1)
		return;
	EVP_PKEY_free(kept->key);
	kept->key = key;
	memcpy(kept->point, point, POINT_SIZE);
	keys->next = (keys->next + 1) % KEYS_KEPT;
}

/* The key of a point, to be freed; NULL when OpenSSL takes none. */
static EVP_PKEY *key_of(uint8_t point[POINT_SIZE])
{
	keys_t *keys = t_keys;
	EVP_PKEY *key = NULL;

	for (unsigned i = 0; keys != NULL && i < KEYS_KEPT; i++)
		if (keys->kept[i].key != NULL && memcmp(keys->kept[i].point, point, POINT_SIZE) == 0)
			return EVP_PKEY_up_ref(keys->kept[i].key) == 1 ? keys->kept[i].key : NULL;
	key = key_new(point);
	if (key != NULL && keys != NULL)
		keep_key(keys, point, key);
	return key;
}

static BIGNUM *bignum_of(mpz_srcptr number)
{
	uint8_t octets[NUMBER_SIZE];

	return write_number(number, octets) ? BN_bin2bn(octets, sizeof(octets), NULL) : NULL;
}

/* Its size; 0 when it cannot be written. */
static size_t write_signature(const struct dsa_signature *signature, uint8_t out[SIGNATURE_MAX])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = bignum_of(signature->r);
	BIGNUM *s = bignum_of(signature->s);
	int size = 0;

	if (sig != NULL && ECDSA_SIG_set0(sig, r, s) == 1) { /* they are its own from now on; 0 when one is NULL */
		r = NULL;
		s = NULL;
		size = i2d_ECDSA_SIG(sig, NULL) <= SIGNATURE_MAX ? i2d_ECDSA_SIG(sig, &out) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return size > 0 ? (size_t)size : 0;
}

/* 1 for a signature by this key, 0 for none, anything else when OpenSSL cannot say. */
static int verify(EVP_PKEY *key, size_t length, const uint8_t *digest, const uint8_t *signature, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int outcome = -1;

	if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1)
		outcome = EVP_PKEY_verify(ctx, signature, size, digest, length);
	EVP_PKEY_CTX_free(ctx);
	return outcome;
}

static int verify_with_openssl(const struct ecc_point *pub, size_t length, const uint8_t *digest,
			       const struct dsa_signature *signature)
{
	uint8_t point[POINT_SIZE];
	uint8_t octets[SIGNATURE_MAX];
	const size_t size = write_signature(signature, octets);
	EVP_PKEY *key = size > 0 && write_point(pub, point) ? key_of(point) : NULL;
	int outcome = -1;

	if (key != NULL)
		outcome = verify(key, length, digest, octets, size);
	EVP_PKEY_free(key);
	ERR_clear_error(); /* nobody looks at what it says of other people's signatures */
	return outcome;
}

static int verify_with_nettle(const struct ecc_point *pub, size_t length, const uint8_t *digest,
			      const struct dsa_signature *signature)
{
	verify_fn *next = NULL;

	*(void **)&next = dlsym(RTLD_NEXT, "nettle_ecdsa_verify");
	return next != NULL && next(pub, length, digest, signature);
}

/* What libunbound calls; nettle's own header declares it. */
__attribute__((visibility("default"))) int ecdsa_verify(const struct ecc_point *pub, size_t length,
							const uint8_t *digest, const struct dsa_signature *signature)
{
	int outcome = -1;

	if (pub->ecc == nettle_get_secp_256r1())
		outcome = verify_with_openssl(pub, length, digest, signature);
	return outcome == 0 || outcome == 1 ? outcome : verify_with_nettle(pub, length, digest, signature);
}

/* The curve's base point is a key, too; that the signature is none of it does not matter. */
void p256_prepare(void)
{
	static const char x[] = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
	static const char y[] = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	static const uint8_t digest[NUMBER_SIZE] = { 1 };
	struct dsa_signature signature;
	struct ecc_point point;
	mpz_t at_x, at_y;

	if (t_keys == NULL)
		t_keys = calloc(1, sizeof(*t_keys)); /* without it keys are made each time */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	mpz_init_set_str(at_x, x, 16);
	mpz_init_set_str(at_y, y, 16);
	ecc_point_init(&point, nettle_get_secp_256r1());
	dsa_signature_init(&signature);
	mpz_set_ui(signature.r, 1);
	mpz_set_ui(signature.s, 1);
	if (ecc_point_set(&point, at_x, at_y) == 1)
		(void)ecdsa_verify(&point, sizeof(digest), digest, &signature);
	dsa_signature_clear(&signature);
	ecc_point_clear(&point);
	mpz_clears(at_x, at_y, NULL);
}
