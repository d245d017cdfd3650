/* support.h: what unit tests of every room use beside cmocka. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* cmocka.h wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A string literal's octets and their number, without the final NUL: rows of tables hold { "name", OCTETS("\0\1"), … }. */
#define OCTETS(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* A heap copy not one octet longer than it says, so that AddressSanitizer sees an overrun. Free with free(). */
static inline uint8_t *test_copy(const uint8_t *octets, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	assert_non_null(copy);
	if (size > 0)
		memcpy(copy, octets, size);
	return copy;
}

#endif
