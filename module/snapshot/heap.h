/* heap.h: memory that is going to be allocated in small pieces by one thread is fetched from the kernel by another one beside it: each
 * page's first touch costs as much as some ten entries. Only the GNU C library's heap lets itself be told; with any other (a
 * sanitizer's), and before Linux 5.14, nothing happens, and pages come when they are touched. */
#ifndef MODULE_SNAPSHOT_HEAP_H
#define MODULE_SNAPSHOT_HEAP_H

#include "config.h"

#include <stddef.h>
#include <stdint.h>

typedef struct heap {
	uint8_t *begin; /* of whole pages: what is allocated next is taken from here on */
	size_t size;    /* 0: nothing is known of it */
	size_t ready;   /* so much of it was fetched */
} heap_t;

/* So many octets are going to be allocated. While other threads allocate and free as they like: they take their part. */
MUST_USE heap_t heap_expect(size_t octets);

/* Fetches what is missing up to the octet `end`, of those that are there. By any thread, one at a time. */
void heap_fetch(heap_t *heap, size_t end);

/* What was not needed is given back. */
void heap_settle(const heap_t *heap);

#endif
