/* chain.c: see chain.h. */
#include "module/vlog/chain.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { HASH_SIZE = 32, SEQ_DIGITS_MAX = 19 };

/* What is read, and goes on behind what fits. */
typedef struct cursor {
	const char *at;
	const char *end;
	bool fits;
} cursor_t;

chain_t chain_none(void)
{
	chain_t chain = { .seq = 0 };

	memset(chain.hash, '0', CHAIN_HASH_TEXT - 1);
	return chain;
}

size_t chain_head(const chain_t *chain, const char *type, char *head)
{
	return (size_t)snprintf(head, CHAIN_HEAD_MAX, "{\"v\":1,\"seq\":%" PRIu64 ",\"prev\":\"%s\",\"type\":\"%s\"",
				chain->seq + 1, chain->hash, type);
}

const char *chain_stamp(uint64_t time, char *stamp)
{
	const time_t seconds = (time_t)(time / 1000);
	struct tm tm;
	size_t size = 0;

	if (gmtime_r(&seconds, &tm) != NULL)
		size = strftime(stamp, CHAIN_STAMP_SIZE - sizeof(".000Z"), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp + size, CHAIN_STAMP_SIZE - size, ".%03uZ", (unsigned)(time % 1000));
	return stamp;
}

bool chain_advance(chain_t *chain, uint64_t seq, const char *line, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[HASH_SIZE];

	if (EVP_Digest(line, size, hash, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < HASH_SIZE; i++) {
		chain->hash[2 * i] = digits[hash[i] >> 4];
		chain->hash[2 * i + 1] = digits[hash[i] & 0xf];
	}
	chain->hash[CHAIN_HASH_TEXT - 1] = '\0';
	chain->seq = seq;
	return true;
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

static void expect(cursor_t *cursor, const char *text)
{
	size_t size = strlen(text);

	cursor->fits =
		cursor->fits && (size_t)(cursor->end - cursor->at) >= size && memcmp(cursor->at, text, size) == 0;
	if (cursor->fits)
		cursor->at += size;
}

/* As many octets of `set` as there are, from `least` to room - 1, to `text`. */
static void copy(cursor_t *cursor, const char *set, size_t least, char *text, size_t room)
{
	size_t size = 0;

	while (cursor->fits && cursor->at < cursor->end && *cursor->at != '\0' && strchr(set, *cursor->at) != NULL &&
	       size < room - 1)
		text[size++] = *cursor->at++;
	text[size] = '\0';
	cursor->fits = cursor->fits && size >= least;
}

static void read_seq(cursor_t *cursor, uint64_t *seq)
{
	char digits[SEQ_DIGITS_MAX + 1];

	copy(cursor, "0123456789", 1, digits, sizeof(digits));
	cursor->fits = cursor->fits && digits[0] != '0';
	*seq = 0;
	for (const char *digit = digits; *digit != '\0'; digit++)
		*seq = *seq * 10 + (uint64_t)(*digit - '0');
}

static void read_hash(cursor_t *cursor, char *hash)
{
	copy(cursor, "0123456789abcdef", CHAIN_HASH_TEXT - 1, hash, CHAIN_HASH_TEXT);
}

static void read_head(cursor_t *cursor, chain_head_t *head)
{
	expect(cursor, "{\"v\":1,\"seq\":");
	read_seq(cursor, &head->seq);
	expect(cursor, ",\"prev\":\"");
	read_hash(cursor, head->prev);
	expect(cursor, "\",\"type\":\"");
	copy(cursor, "abcdefghijklmnopqrstuvwxyz", 1, head->type, sizeof(head->type));
	expect(cursor, "\"");
}

bool chain_read(const char *line, size_t size, chain_head_t *head)
{
	cursor_t cursor = { line, line + size, true };

	read_head(&cursor, head);
	return cursor.fits && cursor.at < cursor.end && line[size - 1] == '}';
}

bool chain_read_checkpoint(const char *line, size_t size, size_t *signed_size, char *key, char *signature)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	cursor_t cursor = { line, line + size, true };
	chain_head_t head;
	char time[CHAIN_STAMP_SIZE];

	read_head(&cursor, &head);
	expect(&cursor, ",\"time\":\"");
	copy(&cursor, "0123456789-:.TZ", 1, time, sizeof(time));
	expect(&cursor, "\",\"key\":\"");
	read_hash(&cursor, key);
	expect(&cursor, "\"");
	*signed_size = (size_t)(cursor.at - line);
	expect(&cursor, ",\"sig\":\"");
	copy(&cursor, base64, CHAIN_SIGNATURE_TEXT - 1, signature, CHAIN_SIGNATURE_TEXT);
	expect(&cursor, "\"}");
	return cursor.fits && cursor.at == cursor.end && strcmp(head.type, "checkpoint") == 0;
}
