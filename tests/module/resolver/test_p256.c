/* test_p256.c: whose signature is taken for good, by OpenSSL for P-256 and by nettle for other curves, and that libraries of this
 * program call ours. Keys and signatures are RFC 6979's (A.2.5 and A.2.6, message "sample"). */
#include "module/resolver/p256.h"
#include "tests/support.h"

#include <dlfcn.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <stdbool.h>

#define P256_X     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define P256_R     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define P256_S     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define P256_ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define BASE_X     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define BASE_Y     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define SHA256     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"
#define P384_X     "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
#define P384_Y     "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"
#define P384_R     "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
#define P384_S     "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
#define SHA384     "9a9083505bc92276aec4be312696ef7bf3bf603f4bbd381196a029f340585312313bca4a9b5b890efee42c77b1ee25fe"

typedef struct row {
	const char *name;
	const struct ecc_curve *(*curve)(void);
	const char *x, *y, *digest, *r, *s;
	bool good;
} row_t;

static const row_t rows[] = {
	{ "P-256: a signature is good", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_R, P256_S, true },
	{ "P-256: not of another message", nettle_get_secp_256r1, P256_X, P256_Y, "00" SHA256, P256_R, P256_S, false },
	{ "P-256: not of a part of it", nettle_get_secp_256r1, P256_X, P256_Y, "af2bdbe1", P256_R, P256_S, false },
	{ "P-256: not by another key", nettle_get_secp_256r1, BASE_X, BASE_Y, SHA256, P256_R, P256_S, false },
	{ "P-256: halves exchanged", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_S, P256_R, false },
	{ "P-256: r is zero", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, "0", P256_S, false },
	{ "P-256: s is zero", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_R, "0", false },
	{ "P-256: both are zero", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, "0", "0", false },
	{ "P-256: r is the group's order", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_ORDER, P256_S, false },
	{ "P-256: s is the group's order", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_R, P256_ORDER, false },
	{ "P-256: r is too long", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, "1" P256_R, P256_S, false },
	{ "P-256: s is negative", nettle_get_secp_256r1, P256_X, P256_Y, SHA256, P256_R, "-1", false },
	{ "P-384: a signature is good", nettle_get_secp_384r1, P384_X, P384_Y, SHA384, P384_R, P384_S, true },
	{ "P-384: not of another message", nettle_get_secp_384r1, P384_X, P384_Y, "00" SHA384, P384_R, P384_S, false },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), DIGEST_MAX = 64, MANY = 40 };

static size_t octets_of(const char *hex, uint8_t *out)
{
	size_t size = 0;

	for (; *hex != '\0'; hex += 2) {
		const char pair[] = { hex[0], hex[1], '\0' };

		out[size++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return size;
}

static void verifies(void **state)
{
	const row_t *row = *state;
	uint8_t digest[DIGEST_MAX];
	const size_t size = octets_of(row->digest, digest);
	struct dsa_signature signature;
	struct ecc_point point;
	mpz_t x, y;

	mpz_init_set_str(x, row->x, 16);
	mpz_init_set_str(y, row->y, 16);
	ecc_point_init(&point, row->curve());
	assert_int_equal(ecc_point_set(&point, x, y), 1);
	dsa_signature_init(&signature);
	mpz_set_str(signature.r, row->r, 16);
	mpz_set_str(signature.s, row->s, 16);
	for (unsigned i = 0; i < 2; i++) /* with the key that was kept, too */
		assert_int_equal(ecdsa_verify(&point, size, digest, &signature), row->good);
	dsa_signature_clear(&signature);
	ecc_point_clear(&point);
	mpz_clears(x, y, NULL);
}

/* Points n times the base point: none of them has signed it, whoever's keys are kept by then. */
static void many_keys_are_told_apart(void **state)
{
	uint8_t digest[DIGEST_MAX];
	const size_t size = octets_of(SHA256, digest);
	struct dsa_signature signature;
	struct ecc_scalar factor;
	struct ecc_point point;
	mpz_t number;

	(void)state;
	mpz_init(number);
	ecc_scalar_init(&factor, nettle_get_secp_256r1());
	ecc_point_init(&point, nettle_get_secp_256r1());
	dsa_signature_init(&signature);
	mpz_set_str(signature.r, P256_R, 16);
	mpz_set_str(signature.s, P256_S, 16);
	for (unsigned n = 1; n <= MANY; n++) {
		mpz_set_ui(number, n);
		assert_int_equal(ecc_scalar_set(&factor, number), 1);
		ecc_point_mul_g(&point, &factor);
		assert_int_equal(ecdsa_verify(&point, size, digest, &signature), 0);
	}
	dsa_signature_clear(&signature);
	ecc_point_clear(&point);
	ecc_scalar_clear(&factor);
	mpz_clear(number);
	verifies((void *[]){ (void *)(uintptr_t)&rows[0] });
}

/* Else libunbound would go on with nettle's, and nobody would notice but by the time that it takes. */
static void libraries_call_ours(void **state)
{
	void *first = dlsym(RTLD_DEFAULT, "nettle_ecdsa_verify");
	Dl_info ours, found;

	(void)state;
	assert_non_null(first);
	assert_int_not_equal(dladdr(rows, &ours), 0);
	assert_int_not_equal(dladdr(first, &found), 0);
	assert_ptr_equal(found.dli_fbase, ours.dli_fbase);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 2] = { cmocka_unit_test(libraries_call_ours),
					      cmocka_unit_test(many_keys_are_told_apart) };

	p256_prepare();
	for (size_t i = 0; i < ROWS; i++)
		tests[i + 2] = (struct CMUnitTest){ rows[i].name, verifies, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("resolver-p256", tests, NULL, NULL);
}
