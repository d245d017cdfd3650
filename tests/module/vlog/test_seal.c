/* The key's files, and signatures. */
#include "module/vlog/seal.h"
#include "tests/module/vlog/folder.h"

static seal_t *open_key(const char *path)
{
	char *error = NULL;
	seal_t *seal = seal_open(path, &error);

	assert_null(error);
	assert_non_null(seal);
	return seal;
}

static seal_t *open_public(const char *path)
{
	char *error = NULL;
	char public[128];
	seal_t *seal;

	snprintf(public, sizeof(public), "%s.pub", path);
	seal = seal_open_public(public, &error);
	assert_null(error);
	assert_non_null(seal);
	return seal;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	return st.st_mode & 07777;
}

static void makes_a_key_once(void **state)
{
	folder_t folder = folder_make();
	char public[128];
	seal_t *first = open_key(folder.key);
	seal_t *second = open_key(folder.key);

	(void)state;
	snprintf(public, sizeof(public), "%s.pub", folder.key);
	assert_string_equal(seal_fingerprint(first), seal_fingerprint(second));
	assert_int_equal(strlen(seal_fingerprint(first)), 64);
	assert_int_equal(mode_of(folder.key), 0600);
	assert_int_equal(mode_of(public), 0644);
	seal_free(first);
	seal_free(second);
	folder_remove(&folder);
}

/* The public part comes back when it is gone, and that of a former key stays under another name. */
static void keeps_public_keys(void **state)
{
	folder_t folder = folder_make();
	char path[256];
	char *error = NULL;
	seal_t *first = open_key(folder.key);
	seal_t *second;
	seal_t *kept;

	(void)state;
	snprintf(path, sizeof(path), "%s.pub", folder.key);
	assert_int_equal(unlink(path), 0);
	seal_free(open_key(folder.key));
	assert_int_equal(mode_of(path), 0644);
	assert_int_equal(unlink(folder.key), 0);
	second = open_key(folder.key);
	assert_string_not_equal(seal_fingerprint(first), seal_fingerprint(second));
	snprintf(path, sizeof(path), "%s.%.16s.pub", folder.key, seal_fingerprint(first));
	kept = seal_open_public(path, &error);
	assert_non_null(kept);
	assert_string_equal(seal_fingerprint(first), seal_fingerprint(kept));
	seal_free(kept);
	kept = open_public(folder.key);
	assert_string_equal(seal_fingerprint(second), seal_fingerprint(kept));
	seal_free(kept);
	seal_free(first);
	seal_free(second);
	folder_remove(&folder);
}

static void verifies(void **state)
{
	static const char text[] = "what is signed";
	folder_t folder = folder_make();
	seal_t *seal = open_key(folder.key);
	seal_t *public = open_public(folder.key);
	char signature[CHAIN_SIGNATURE_TEXT];
	char changed[CHAIN_SIGNATURE_TEXT];

	(void)state;
	assert_true(seal_sign(seal, text, sizeof(text), signature));
	assert_int_equal(strlen(signature), CHAIN_SIGNATURE_TEXT - 1);
	assert_true(seal_verify(public, text, sizeof(text), signature));
	assert_false(seal_verify(public, text, sizeof(text) - 1, signature));
	assert_false(seal_verify(public, text, sizeof(text), "AAAA"));
	for (size_t i = 0; i < sizeof(signature) - 1; i++)
		for (char octet = '+'; octet <= 'z'; octet++) {
			if (octet == signature[i])
				continue;
			memcpy(changed, signature, sizeof(changed));
			changed[i] = octet;
			assert_false(seal_verify(public, text, sizeof(text), changed));
		}
	seal_free(seal);
	seal_free(public);
	folder_remove(&folder);
}

static void assert_refused(const char *path, const char *why)
{
	char *error = NULL;

	assert_null(seal_open(path, &error));
	assert_non_null(error);
	if (strstr(error, why) == NULL)
		fail_msg("%s: %s", why, error);
	free(error);
}

static void refuses(void **state)
{
	static const char rsa[] = "-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n";
	folder_t folder = folder_make();
	char link[128];
	char *error = NULL;

	(void)state;
	seal_free(open_key(folder.key));
	assert_int_equal(chmod(folder.key, 0640), 0);
	assert_refused(folder.key, "others may use the key");
	assert_int_equal(chmod(folder.key, 0600), 0);
	snprintf(link, sizeof(link), "%s/link", folder.path);
	assert_int_equal(symlink("key", link), 0);
	assert_refused(link, "symbolic link");
	assert_refused(folder.path, "is no file");
	assert_refused("/dev/null/key", "cannot read the key");
	file_write(folder.file, rsa, sizeof(rsa) - 1);
	assert_refused(folder.file, "holds no Ed25519 private key");
	file_write(folder.file, "", 0);
	assert_refused(folder.file, "holds no Ed25519 private key");
	snprintf(link, sizeof(link), "%s/nowhere/key", folder.path);
	assert_refused(link, "cannot write the key");
	assert_null(seal_open_public(link, &error));
	assert_non_null(error);
	free(error);
	assert_null(seal_open_public(folder.key, &error));
	assert_non_null(strstr(error, "public key"));
	free(error);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_key_once),
		cmocka_unit_test(keeps_public_keys),
		cmocka_unit_test(verifies),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
