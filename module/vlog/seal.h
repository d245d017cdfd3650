/* seal.h: the key that checkpoints of the validation log are signed with: Ed25519 (RFC 8032), as PEM (RFC 8410), the
 * private part in a file of mode 0600 and the public part in a file of the same name with .pub behind it. */
#ifndef MODULE_VLOG_SEAL_H
#define MODULE_VLOG_SEAL_H

#include "module/vlog/chain.h"

typedef struct seal seal_t;

/* Reads the private key at `path`, or makes one and writes both files, if there is none. NULL and a sentence, to be freed,
 * in *error when neither can be done, or when others may read the key (NULL there too when memory is out). */
MUST_USE seal_t *seal_open(const char *path, char **error);

/* Reads a public key: it can verify, and not sign. Errors as above. */
MUST_USE seal_t *seal_open_public(const char *path, char **error);
void seal_free(seal_t *seal);

/* The hexadecimal SHA-256 of the 32 octets of the public key. */
const char *seal_fingerprint(const seal_t *seal);

/* Signs `text`, in base64. `signature` holds CHAIN_SIGNATURE_TEXT octets. False when memory is out. */
MUST_USE bool seal_sign(const seal_t *seal, const char *text, size_t size, char *signature);

/* Whether the signature is this key's, of this text, and written in the one form that seal_sign() gives it. */
MUST_USE bool seal_verify(const seal_t *seal, const char *text, size_t size, const char *signature);

#endif
