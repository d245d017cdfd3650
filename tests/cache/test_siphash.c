/* test_siphash.c: the same as OpenSSL's SipHash with the same rounds, for every length of a name and more. */
#include "cache/siphash.h"

#include "tests/support.h"

#include <endian.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

enum { SIZE_MAX_TRIED = 300 };

static uint64_t reference(const siphash_key_t *key, const uint8_t *octets, size_t size)
{
	unsigned compressions = 1;
	unsigned finals = 3;
	size_t hash_size = sizeof(uint64_t);
	uint64_t octet_key[2] = { htole64(key->halves[0]), htole64(key->halves[1]) };
	OSSL_PARAM params[] = {
		OSSL_PARAM_uint(OSSL_MAC_PARAM_C_ROUNDS, &compressions),
		OSSL_PARAM_uint(OSSL_MAC_PARAM_D_ROUNDS, &finals),
		OSSL_PARAM_size_t(OSSL_MAC_PARAM_SIZE, &hash_size),
		OSSL_PARAM_END,
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
	uint64_t hash = 0;

	assert_true(EVP_MAC_init(context, (const uint8_t *)octet_key, sizeof(octet_key), params));
	assert_true(EVP_MAC_update(context, octets, size));
	assert_true(EVP_MAC_final(context, (uint8_t *)&hash, &hash_size, sizeof(hash)));
	assert_int_equal(hash_size, sizeof(hash));
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
	return le64toh(hash);
}

static void agrees_with_openssl(void **state)
{
	const siphash_key_t key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };
	uint8_t octets[SIZE_MAX_TRIED + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 37);
	for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
		uint8_t *exact = test_copy(octets, size);
		uint16_t suffix = (uint16_t)(octets[size] << 8 | octets[size + 1]);

		assert_int_equal(siphash(&key, exact, size, suffix), reference(&key, octets, size + sizeof(suffix)));
		free(exact);
	}
}

static void every_input_counts(void **state)
{
	const siphash_key_t key = { { 1, 2 } };
	const siphash_key_t other_low = { { 0, 2 } };
	const siphash_key_t other_high = { { 1, 3 } };
	const uint8_t octets[] = { 3, 'c', 'o', 'm', 0 };
	const uint8_t others[] = { 3, 'c', 'o', 'n', 0 };
	uint64_t hash = siphash(&key, octets, sizeof(octets), 15);

	(void)state;
	assert_int_equal(siphash(&key, octets, sizeof(octets), 15), hash);
	assert_int_not_equal(siphash(&other_low, octets, sizeof(octets), 15), hash);
	assert_int_not_equal(siphash(&other_high, octets, sizeof(octets), 15), hash);
	assert_int_not_equal(siphash(&key, others, sizeof(others), 15), hash);
	assert_int_not_equal(siphash(&key, octets, sizeof(octets) - 1, 15), hash);
	assert_int_not_equal(siphash(&key, octets, sizeof(octets), 1), hash);
	assert_int_not_equal(siphash(&key, octets, sizeof(octets), 15 << 8), hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_openssl),
		cmocka_unit_test(every_input_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
