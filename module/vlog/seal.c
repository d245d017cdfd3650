/* seal.c: see seal.h. */
#include "module/vlog/seal.h"

#include "module/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PUBLIC_SIZE = 32,    /* octets (RFC 8032, 5.1.5) */
	SIGNATURE_SIZE = 64, /* octets (RFC 8032, 5.1.6) */
	PEM_MAX = 4096,      /* octets of a file; a key has 113 to 119 */
	PRIVATE_MODE = 0600,
	PUBLIC_MODE = 0644,
};

struct seal {
	EVP_PKEY *key;
	char fingerprint[CHAIN_HASH_TEXT];
};

static void explain(char **error, const char *format, ...) PRINTF_LIKE(2, 3);

static void explain(char **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(error, format, args) < 0)
		*error = NULL;
	va_end(args);
}

/* Takes the key over. NULL when it is none, or memory is out. */
static seal_t *seal_of(EVP_PKEY *key)
{
	seal_t *seal = key != NULL ? calloc(1, sizeof(*seal)) : NULL;
	unsigned char octets[PUBLIC_SIZE];
	size_t size = sizeof(octets);
	chain_t fingerprint;

	if (seal != NULL && EVP_PKEY_get_raw_public_key(key, octets, &size) == 1 && size == sizeof(octets) &&
	    chain_advance(&fingerprint, 0, (const char *)octets, size)) {
		seal->key = key;
		memcpy(seal->fingerprint, fingerprint.hash, CHAIN_HASH_TEXT - 1);
		return seal;
	}
	EVP_PKEY_free(key);
	free(seal);
	return NULL;
}

void seal_free(seal_t *seal)
{
	if (seal != NULL)
		EVP_PKEY_free(seal->key);
	free(seal);
}

const char *seal_fingerprint(const seal_t *seal)
{
	return seal->fingerprint;
}

/* --- Files ------------------------------------------------------------------------------------------------------- */

typedef EVP_PKEY *pem_read_fn(BIO *, EVP_PKEY **, pem_password_cb *, void *);

/* A key with a passphrase is none that we can use; the default callback would ask for it at the terminal. */
static int no_passphrase(char *room, int size, int writing, void *data)
{
	(void)room, (void)size, (void)writing, (void)data;
	return -1;
}

static EVP_PKEY *read_pem(int fd, pem_read_fn *read_key)
{
	char pem[PEM_MAX];
	ssize_t size = read(fd, pem, sizeof(pem));
	BIO *bio = size > 0 ? BIO_new_mem_buf(pem, (int)size) : NULL;
	EVP_PKEY *key = bio != NULL ? read_key(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	OPENSSL_cleanse(pem, sizeof(pem));
	if (key == NULL || EVP_PKEY_id(key) == EVP_PKEY_ED25519)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* The key in an open file. */
static seal_t *read_seal(int fd, const char *path, bool private, char **error)
{
	struct stat st;
	seal_t *seal = NULL;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		explain(error, "%s is no file", path);
	else if (private && (st.st_mode & 077) != 0)
		explain(error, "others may use the key %s: give it mode 0600, or remove it to have another one made",
			path);
	else if ((seal = seal_of(read_pem(fd, private ? PEM_read_bio_PrivateKey : PEM_read_bio_PUBKEY))) == NULL)
		explain(error, "%s holds no Ed25519 %s key in PEM", path, private ? "private" : "public");
	return seal;
}

static bool write_pem(const char *path, mode_t mode, EVP_PKEY *key)
{
	bool private = mode == PRIVATE_MODE;
	BIO *bio = BIO_new(BIO_s_secmem());
	char *pem;
	long size = 0;
	bool done = false;

	errno = ENOMEM;
	if (bio != NULL && (private ? PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
				    : PEM_write_bio_PUBKEY(bio, key)) == 1)
		size = BIO_get_mem_data(bio, &pem);
	if (size > 0)
		done = newfile_write(path, mode, private ? NEWFILE_KEEP : NEWFILE_REPLACE, pem, (size_t)size);
	BIO_free(bio);
	return done;
}

/* Logs that another key signed are still to be verified: its public part gets out of the way under its own name. */
static void keep_other(const seal_t *other, const char *path, const char *public)
{
	char *kept = NULL;

	if (asprintf(&kept, "%s.%.16s.pub", path, other->fingerprint) < 0)
		return;
	(void)!rename(public, kept); /* else it is replaced: no reason not to log */
	free(kept);
}

/* Whether the public key's file is this key's. */
static bool is_written(const seal_t *seal, const char *path, const char *public)
{
	char *error = NULL;
	seal_t *there = seal_open_public(public, &error);
	bool same = there != NULL && strcmp(there->fingerprint, seal->fingerprint) == 0;

	if (there != NULL && !same)
		keep_other(there, path, public);
	seal_free(there);
	free(error);
	return same;
}

/* Writes the public key beside the private one, if it is not there. */
static bool write_public(const seal_t *seal, const char *path, char **error)
{
	char *public = NULL;
	bool done;

	if (asprintf(&public, "%s.pub", path) < 0)
		return false;
	done = is_written(seal, path, public) || write_pem(public, PUBLIC_MODE, seal->key);
	if (!done)
		explain(error, "cannot write the public key %s: %s", public, strerror(errno));
	free(public);
	return done;
}

static seal_t *make_seal(const char *path, char **error)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (key == NULL) {
		explain(error, "cannot make the key %s: OpenSSL gives none", path);
	} else if (!write_pem(path, PRIVATE_MODE, key)) {
		explain(error, "cannot write the key %s: %s", path, strerror(errno));
		EVP_PKEY_free(key);
		key = NULL;
	}
	return seal_of(key);
}

static seal_t *open_or_make(const char *path, char **error)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	seal_t *seal = NULL;

	if (fd < 0 && errno == ENOENT)
		return make_seal(path, error);
	if (fd < 0) {
		explain(error, "cannot read the key %s: %s", path,
			errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return NULL;
	}
	seal = read_seal(fd, path, true, error);
	close(fd);
	return seal;
}

seal_t *seal_open(const char *path, char **error)
{
	seal_t *seal;

	*error = NULL;
	seal = open_or_make(path, error);
	if (seal == NULL || write_public(seal, path, error))
		return seal;
	seal_free(seal);
	return NULL;
}

seal_t *seal_open_public(const char *path, char **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	seal_t *seal = NULL;

	*error = NULL;
	if (fd < 0) {
		explain(error, "cannot read the key %s: %s", path, strerror(errno));
		return NULL;
	}
	seal = read_seal(fd, path, false, error);
	close(fd);
	return seal;
}

/* --- Signatures -------------------------------------------------------------------------------------------------- */

bool seal_sign(const seal_t *seal, const char *text, size_t size, char *signature)
{
	unsigned char octets[SIGNATURE_SIZE];
	size_t octet_count = sizeof(octets);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, seal->key) == 1 &&
		    EVP_DigestSign(context, octets, &octet_count, (const unsigned char *)text, size) == 1 &&
		    octet_count == sizeof(octets);

	EVP_MD_CTX_free(context);
	if (done)
		EVP_EncodeBlock((unsigned char *)signature, octets, sizeof(octets));
	return done;
}

/* Strict: decoders take more than one form of the same octets. */
static bool decode(const char *signature, unsigned char *octets)
{
	unsigned char room[SIGNATURE_SIZE + 2]; /* EVP_DecodeBlock() writes zeros for the padding */
	char again[CHAIN_SIGNATURE_TEXT];

	if (strlen(signature) != CHAIN_SIGNATURE_TEXT - 1 ||
	    EVP_DecodeBlock(room, (const unsigned char *)signature, CHAIN_SIGNATURE_TEXT - 1) != sizeof(room))
		return false;
	memcpy(octets, room, SIGNATURE_SIZE);
	EVP_EncodeBlock((unsigned char *)again, octets, SIGNATURE_SIZE);
	return strcmp(again, signature) == 0;
}

bool seal_verify(const seal_t *seal, const char *text, size_t size, const char *signature)
{
	unsigned char octets[SIGNATURE_SIZE];
	EVP_MD_CTX *context = NULL;
	bool valid = false;

	if (!decode(signature, octets))
		return false;
	context = EVP_MD_CTX_new();
	valid = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, seal->key) == 1 &&
		EVP_DigestVerify(context, octets, sizeof(octets), (const unsigned char *)text, size) == 1;
	EVP_MD_CTX_free(context);
	return valid;
}
