/* file_read.c: see file.h.
 *
 *	reader: memory fetched for it → section read → authenticated → FULL ─┐  four slots in turn
 *	caller:                                    cache filled → FREE ←─────┘
 *
 * Head and rows are authenticated before anything else is looked at, each section before it is looked into. */
#include "module/snapshot/file.h"

#include "module/snapshot/heap.h"
#include "module/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SLOTS = 4,
	AHEAD = 2,    /* sections for which memory is fetched before they are read */
	OVERHEAD = 32 /* octets by which an answer in the cache is larger than in the file */
};

typedef struct reading {
	int fd;
	mac_t *mac;
	layout_head_t head;
	uint8_t head_octets[LAYOUT_HEAD_SIZE];
	uint8_t *rows;
	uint8_t *slots; /* SLOTS sections */
	heap_t heap;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint32_t full;  /* sections that were authenticated */
	uint32_t empty; /*   and of these those that are in the cache */
	bool failed;    /* of either side: the other ends, too */
	char problem[FILE_PROBLEM_MAX];
} reading_t;

static file_result_t refuse(char *problem, const char *why)
{
	snprintf(problem, FILE_PROBLEM_MAX, "%s", why);
	return FILE_REFUSED;
}

static bool read_at(int fd, uint8_t *octets, size_t size, uint64_t at)
{
	while (size > 0) {
		const ssize_t count = pread(fd, octets, size, (off_t)at);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		octets += count;
		at += (size_t)count;
		size -= (size_t)count;
	}
	return true;
}

/* ---- sections ---- */

static uint8_t *slot_of(const reading_t *reading, uint32_t number)
{
	return reading->slots + (size_t)(number % SLOTS) * CACHE_SNAPSHOT_SECTION;
}

static void give_up(reading_t *reading, const char *why)
{
	pthread_mutex_lock(&reading->lock);
	if (!reading->failed)
		snprintf(reading->problem, sizeof(reading->problem), "%s", why);
	reading->failed = true;
	pthread_cond_signal(&reading->changed);
	pthread_mutex_unlock(&reading->lock);
}

/* Waits until section `number` may be filled (by the reader), or is (for the caller). */
static bool wait_slot(reading_t *reading, uint32_t number, bool reader)
{
	bool good;

	pthread_mutex_lock(&reading->lock);
	while (!reading->failed && (reader ? number >= reading->empty + SLOTS : number >= reading->full))
		pthread_cond_wait(&reading->changed, &reading->lock);
	good = !reading->failed;
	pthread_mutex_unlock(&reading->lock);
	return good;
}

static void pass_slot(reading_t *reading, uint32_t *count)
{
	pthread_mutex_lock(&reading->lock);
	(*count)++;
	pthread_cond_signal(&reading->changed);
	pthread_mutex_unlock(&reading->lock);
}

/* For the section `number` and those before it. */
static void fetch_heap(reading_t *reading, uint32_t number)
{
	heap_fetch(&reading->heap, (size_t)((uint64_t)reading->heap.size * (number + 1) / reading->head.sections));
}

static void *reader_main(void *arg)
{
	reading_t *reading = arg;
	uint64_t at = LAYOUT_HEAD_SIZE;

	for (uint32_t i = 0; i < reading->head.sections && wait_slot(reading, i, true); i++) {
		uint8_t *slot = slot_of(reading, i);
		layout_row_t row;

		fetch_heap(reading, i + AHEAD);
		layout_read_row(reading->rows + (size_t)i * LAYOUT_ROW_SIZE, &row);
		if (!read_at(reading->fd, slot, row.size, at))
			give_up(reading, "cannot be read to its end");
		else if (!layout_is_section(reading->mac, reading->head.id, i, slot, row.size, row.mac))
			give_up(reading, layout_strerror(LAYOUT_FORGED));
		else
			pass_slot(reading, &reading->full);
		at += row.size;
	}
	return NULL;
}

typedef struct wanted {
	uint16_t judged_type;
	bool rejudge;
} wanted_t;

static bool is_wanted(void *arg, const cache_seen_t *seen)
{
	const wanted_t *wanted = arg;

	return !wanted->rejudge || seen->key.type != wanted->judged_type;
}

static void fill_cache(reading_t *reading, const file_target_t *target, cache_snapshot_t *counts)
{
	for (uint32_t i = 0; i < reading->head.sections && wait_slot(reading, i, false); i++) {
		cache_snapshot_err_t err;
		layout_row_t row;

		layout_read_row(reading->rows + (size_t)i * LAYOUT_ROW_SIZE, &row);
		err = cache_snapshot_read(target->cache, counts, slot_of(reading, i), row.size);
		if (err != CACHE_SNAPSHOT_OK)
			give_up(reading, cache_snapshot_strerror(err));
		else
			pass_slot(reading, &reading->empty);
	}
}

/* Never more than the cache takes. */
static heap_t expect_heap(const reading_t *reading, cache_t *cache)
{
	const uint64_t octets = reading->head.size + reading->head.entries * OVERHEAD;
	cache_stats_t stats;

	cache_stats(cache, &stats);
	return heap_expect(octets < stats.limit ? (size_t)octets : stats.limit);
}

/* False when threads are out. */
static bool read_beside(reading_t *reading, const file_target_t *target, cache_snapshot_t *counts)
{
	pthread_t reader;

	reading->heap = expect_heap(reading, target->cache);
	if (!thread_start(&reader, reader_main, reading, NULL)) {
		heap_settle(&reading->heap);
		return false;
	}
	fill_cache(reading, target, counts);
	pthread_join(reader, NULL);
	cache_snapshot_settle(target->cache, counts, !reading->failed);
	heap_settle(&reading->heap);
	return true;
}

static file_result_t read_sections(reading_t *reading, const file_target_t *target, file_read_t *read, char *problem)
{
	wanted_t wanted = { .judged_type = target->judged_type, .rejudge = read->rejudge };

	read->counts.now = target->now.up;
	read->counts.wanted = is_wanted;
	read->counts.arg = &wanted;
	reading->slots = aligned_alloc(CACHE_SNAPSHOT_ALIGN, (size_t)SLOTS * CACHE_SNAPSHOT_SECTION);
	if (reading->slots == NULL || !read_beside(reading, target, &read->counts))
		return refuse(problem, "cannot be read: memory or threads are out");
	if (!reading->failed)
		return FILE_READ;
	cache_flush_all(target->cache);
	return refuse(problem, reading->problem);
}

/* ---- head and rows ---- */

static layout_err_t read_rows(reading_t *reading, uint64_t size)
{
	const size_t rows_size = (size_t)reading->head.sections * LAYOUT_ROW_SIZE;

	reading->rows = malloc(rows_size + MAC_SIZE);
	if (reading->rows == NULL ||
	    !read_at(reading->fd, reading->rows, rows_size + MAC_SIZE, size - rows_size - MAC_SIZE))
		return LAYOUT_SHORT;
	return layout_check(reading->mac, &reading->head, reading->head_octets, reading->rows,
			    reading->rows + rows_size);
}

static layout_err_t read_head(reading_t *reading, uint64_t size)
{
	layout_err_t err;

	if (size < LAYOUT_HEAD_SIZE || !read_at(reading->fd, reading->head_octets, LAYOUT_HEAD_SIZE, 0))
		return LAYOUT_SHORT;
	err = layout_read_head(reading->head_octets, size, &reading->head);
	return err == LAYOUT_OK ? read_rows(reading, size) : err;
}

/* Whether what is there may be used: it is ours, we know how old it is, and the same servers would be asked in the same way. */
static file_result_t check(reading_t *reading, const file_target_t *target, file_read_t *read, uint64_t size,
			   char *problem)
{
	const layout_err_t err = read_head(reading, size);
	const layout_settings_t *then = &reading->head.settings;
	char clock[MOMENT_PROBLEM_MAX];
	uint32_t elapsed;

	if (err != LAYOUT_OK)
		return refuse(problem, layout_strerror(err));
	if (!moment_since(&reading->head.moment, &target->now, &elapsed, clock)) {
		snprintf(problem, FILE_PROBLEM_MAX, "has no certain age: %s", clock);
		return FILE_REFUSED;
	}
	if (memcmp(then->resolving, target->settings->resolving, LAYOUT_HASH_SIZE) != 0 ||
	    memcmp(then->exempted, target->settings->exempted, LAYOUT_HASH_SIZE) != 0)
		return refuse(problem, "was made with other trust anchors, resolver settings or versions");
	read->rejudge = memcmp(then->judging, target->settings->judging, LAYOUT_HASH_SIZE) != 0;
	read->counts.elapsed = elapsed;
	read->moment = reading->head.moment;
	read->size = size;
	return FILE_READ;
}

static file_result_t read_from(int fd, const file_target_t *target, file_read_t *read, char *problem)
{
	reading_t reading = { .fd = fd, .mac = mac_copy(target->mac) };
	file_result_t result;
	struct stat st;

	if (reading.mac == NULL)
		return refuse(problem, "cannot be read: memory is out");
	pthread_mutex_init(&reading.lock, NULL);
	pthread_cond_init(&reading.changed, NULL);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		result = refuse(problem, "is no file");
	else
		result = check(&reading, target, read, (uint64_t)st.st_size, problem);
	if (result == FILE_READ)
		result = read_sections(&reading, target, read, problem);
	pthread_cond_destroy(&reading.changed);
	pthread_mutex_destroy(&reading.lock);
	free(reading.slots);
	free(reading.rows);
	mac_free(reading.mac);
	return result;
}

file_result_t file_read(const file_target_t *target, const char *path, file_read_t *read,
			char problem[FILE_PROBLEM_MAX])
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	file_result_t result;

	*read = (file_read_t){ 0 };
	if (fd < 0 && errno == ENOENT)
		return FILE_NONE;
	if (fd < 0) {
		snprintf(problem, FILE_PROBLEM_MAX, "cannot be read: %s",
			 errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return FILE_REFUSED;
	}
	result = read_from(fd, target, read, problem);
	close(fd);
	return result;
}
