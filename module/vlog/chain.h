/* chain.h: how lines of the validation log hang together. Each begins with
 *
 *	{"v":1,"seq":NUMBER,"prev":"HASH","type":"TYPE"
 *
 * octet by octet like this: NUMBER goes up by one, HASH is the hexadecimal SHA-256 of the line before, without its line
 * break. The writer and `mxward log verify` share it. */
#ifndef MODULE_VLOG_CHAIN_H
#define MODULE_VLOG_CHAIN_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHAIN_HASH_TEXT = 65,      /* octets of a hash in hexadecimal, with its NUL */
	CHAIN_TYPE_MAX = 16,       /* of a type, with its NUL */
	CHAIN_HEAD_MAX = 160,      /* of what every line begins with, with its NUL */
	CHAIN_LINE_MAX = 1 << 20,  /* of a line without its break; the longest assessment has two thirds of it */
	CHAIN_SIGNATURE_TEXT = 89, /* of an Ed25519 signature in base64, with its NUL */
	CHAIN_STAMP_SIZE = 32,     /* of a time, with its NUL */
};

/* The last line that was written, or read. */
typedef struct chain {
	uint64_t seq;               /* 0: there was none */
	char hash[CHAIN_HASH_TEXT]; /* zeros then */
} chain_t;

typedef struct chain_head {
	uint64_t seq;
	char prev[CHAIN_HASH_TEXT];
	char type[CHAIN_TYPE_MAX];
} chain_head_t;

/* A chain that has no line yet. */
chain_t chain_none(void);

/* Writes the head of the line that follows to `head`, which holds CHAIN_HEAD_MAX octets. Returns its size. */
size_t chain_head(const chain_t *chain, const char *type, char *head);

/* How lines tell the time: "2026-11-22T18:53:01.042Z" from milliseconds since 1970. `stamp` holds CHAIN_STAMP_SIZE octets.
 * Returns stamp. */
const char *chain_stamp(uint64_t time, char *stamp);

/* The chain once `line` is its last. False when memory is out; the chain is as it was then. */
MUST_USE bool chain_advance(chain_t *chain, uint64_t seq, const char *line, size_t size);

/* Reads the head of a line. False when it does not begin as above, or does not end with a brace. */
MUST_USE bool chain_read(const char *line, size_t size, chain_head_t *head);

/* Takes a checkpoint's line apart: what is signed (from its beginning), the fingerprint of the key, the signature. False when
 * it is not written exactly as the writer writes it. */
MUST_USE bool chain_read_checkpoint(const char *line, size_t size, size_t *signed_size, char *key, char *signature);

#endif
