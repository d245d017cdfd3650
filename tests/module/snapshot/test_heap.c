/* test_heap.c: memory that was fetched ahead is what is allocated next, and what was not needed is given back. Where the C library's
 * heap is not in use, nothing is known of it, and nothing happens. */
#include "module/snapshot/heap.h"

#include "tests/support.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EXPECTED = 8 << 20, SMALL = 200, FEW = 10000 /* less than half of what is expected, all together */ };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const size_t least = 0;
#else
static const size_t least = EXPECTED;
#endif

static size_t count_resident(const heap_t *heap)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *resident = malloc(heap->size / page + 1);
	size_t count = 0;

	assert_non_null(resident);
	assert_int_equal(mincore(heap->begin, heap->size, resident), 0);
	for (size_t i = 0; i < heap->size / page; i++)
		count += resident[i] & 1;
	free(resident);
	return count * page;
}

static bool has_populate(void)
{
	void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const bool has = madvise(page, 1, 23) == 0; /* MADV_POPULATE_WRITE */

	munmap(page, 1);
	return has;
}

static void what_was_fetched_is_allocated_next(void **state)
{
	static uint8_t *pieces[FEW];
	heap_t heap = heap_expect(EXPECTED);
	size_t within = 0;

	(void)state;
	assert_true(heap.size >= least);
	assert_int_equal((uintptr_t)heap.begin % (uintptr_t)sysconf(_SC_PAGESIZE), 0);
	heap_fetch(&heap, heap.size / 2);
	heap_fetch(&heap, heap.size / 4); /* is there */
	if (has_populate())
		assert_true(count_resident(&heap) >= heap.size / 2);
	for (size_t i = 0; i < FEW; i++) {
		pieces[i] = malloc(SMALL);
		assert_non_null(pieces[i]);
		within += pieces[i] >= heap.begin && pieces[i] < heap.begin + heap.ready;
	}
	if (heap.size > 0)
		assert_true(within > FEW * 9 / 10);
	heap_fetch(&heap, SIZE_MAX);
	assert_int_equal(heap.ready, heap.size);
	for (size_t i = 0; i < FEW; i++)
		free(pieces[i]);
	heap_settle(&heap);
}

static void what_was_not_needed_is_given_back(void **state)
{
	heap_t heap = heap_expect(EXPECTED);

	(void)state;
	heap_fetch(&heap, heap.size);
	heap_settle(&heap);
	if (heap.size > 0)
		assert_true((uint8_t *)sbrk(0) < heap.begin + heap.size / 2);
}

static void more_than_there_can_be_is_no_harm(void **state)
{
	heap_t heap = heap_expect(SIZE_MAX);
	void *piece;

	(void)state;
	heap_fetch(&heap, 1);
	piece = malloc(SMALL);
	assert_non_null(piece);
	free(piece);
	heap_settle(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_fetched_is_allocated_next),
		cmocka_unit_test(what_was_not_needed_is_given_back),
		cmocka_unit_test(more_than_there_can_be_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
