/* heap.c: see heap.h. */
#include "module/snapshot/heap.h"

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum {
	USUAL = 128 << 10, /* glibc's M_TOP_PAD and M_TRIM_THRESHOLD */
	PIECE = 64 << 10,  /* no mapping of its own */
	PIECES = 256,      /*   of which there may be so many free in the heap already */
	MOST = INT_MAX / 2,
};

typedef struct piece {
	struct piece *next;
} piece_t;

static uint8_t *heap_end(void)
{
	return sbrk(0);
}

/* Takes pieces until the heap grew, for which M_TOP_PAD is the step. */
static void grow(const uint8_t *end)
{
	piece_t *pieces = NULL;

	for (size_t i = 0; i < PIECES && heap_end() == end; i++) {
		piece_t *piece = malloc(PIECE);

		if (piece == NULL)
			break;
		piece->next = pieces;
		pieces = piece;
	}
	while (pieces != NULL) {
		piece_t *next = pieces->next;

		free(pieces);
		pieces = next;
	}
}

heap_t heap_expect(size_t octets)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *before = heap_end();
	heap_t heap = { .begin = before + (page - (uintptr_t)before % page) % page };
	const uint8_t *after;

	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, (int)(octets < MOST ? octets : MOST));
	grow(before);
	mallopt(M_TOP_PAD, USUAL);
	after = heap_end();
	if (after > heap.begin)
		heap.size = (size_t)(after - heap.begin) / page * page;
	return heap;
}

void heap_fetch(heap_t *heap, size_t end)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size;

	if (end > heap->size)
		end = heap->size;
	if (end <= heap->ready)
		return;
	size = (end - heap->ready + page - 1) / page * page;
	(void)madvise(heap->begin + heap->ready, size, MADV_POPULATE_WRITE);
	heap->ready += size;
}

void heap_settle(const heap_t *heap)
{
	mallopt(M_TRIM_THRESHOLD, USUAL);
	if (heap->size > 0)
		malloc_trim(USUAL);
}
