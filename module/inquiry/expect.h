/* expect.h: whether a name's answer will be secure, as far as one can tell before it comes. What is secure is not corroborated over
 * TCP: to ask for it costs a connection for nothing. What is insecure is, and to ask for it late costs time.
 *
 * Remembered as marks in the cache: of a registrable domain what its last answer was, and of the public suffix above it how many
 * domains in a row, of those that were new, were secure. A domain that is as its suffix lets expect has no mark of its own, so
 * that the marks of a suffix where domains are alike take no room. Expectations are about time alone, never about what is
 * believed. Belongs to the pending thread. */
#ifndef MODULE_INQUIRY_EXPECT_H
#define MODULE_INQUIRY_EXPECT_H

#include "cache/cache.h"
#include "validator/wire.h"

enum {
	EXPECT_IN_A_ROW = 3, /* secure domains below a suffix, until one more is expected to be so */
	EXPECT_SECONDS = 86400,
};

/* `name` is in lower case. Of what nobody knows anything: false. */
MUST_USE bool expect_secure(cache_t *cache, const name_t *name, uint64_t now);

/* An answer for `name` came: data or a proof that there are none, secure or insecure. */
void expect_learn(cache_t *cache, const name_t *name, bool secure, uint64_t now);

#endif
