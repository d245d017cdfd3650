/* file_write.c: see file.h. */
#include "module/snapshot/file.h"

#include "module/newfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MODE = 0600 };

typedef struct writing {
	const file_source_t *source;
	int fd;
	mac_t *mac;
	uint8_t *section;
	layout_head_t head;
	uint8_t *rows;
	size_t rows_room; /* in rows */
} writing_t;

static bool fail(char *problem, const char *why)
{
	snprintf(problem, FILE_PROBLEM_MAX, "%s", why);
	return false;
}

static bool rows_add(writing_t *writing, const layout_row_t *row)
{
	layout_head_t *head = &writing->head;

	if (head->sections == writing->rows_room) {
		const size_t room = writing->rows_room * 2 + 64;
		uint8_t *rows = realloc(writing->rows, room * LAYOUT_ROW_SIZE);

		if (rows == NULL) {
			errno = ENOMEM;
			return false;
		}
		writing->rows = rows;
		writing->rows_room = room;
	}
	layout_write_row(row, writing->rows + (size_t)head->sections * LAYOUT_ROW_SIZE);
	head->sections++;
	head->entries += row->entries;
	head->size += row->size;
	return true;
}

/* False when it is over: *more says whether because it failed (errno) or because there is no more. */
static bool write_section(writing_t *writing, bool *failed)
{
	const file_source_t *source = writing->source;
	layout_row_t row = { 0 };

	row.size = (uint32_t)cache_snapshot_write(source->cache, source->moment.up, source->wanted, source->arg,
						  writing->section, CACHE_SNAPSHOT_SECTION, &row.entries);
	if (row.size == 0)
		return false;
	errno = ENOMEM;
	*failed = !layout_seal_section(writing->mac, writing->head.id, writing->head.sections, writing->section,
				       row.size, row.mac) ||
		  !newfile_put(writing->fd, writing->section, row.size) || !rows_add(writing, &row);
	return !*failed;
}

/* What comes behind the sections, and then what comes before. */
static bool write_rest(writing_t *writing)
{
	const size_t rows_size = (size_t)writing->head.sections * LAYOUT_ROW_SIZE;
	uint8_t head[LAYOUT_HEAD_SIZE];
	uint8_t sum[MAC_SIZE];

	writing->head.size += LAYOUT_HEAD_SIZE + rows_size + MAC_SIZE;
	layout_write_head(&writing->head, head);
	errno = ENOMEM;
	return layout_seal(writing->mac, head, writing->rows, writing->head.sections, sum) &&
	       newfile_put(writing->fd, writing->rows, rows_size) && newfile_put(writing->fd, sum, sizeof(sum)) &&
	       pwrite(writing->fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) && fsync(writing->fd) == 0;
}

static bool write_sections(writing_t *writing, char *problem)
{
	const file_source_t *source = writing->source;
	bool failed = false;

	if (getentropy(writing->head.id, LAYOUT_ID_SIZE) != 0 ||
	    lseek(writing->fd, LAYOUT_HEAD_SIZE, SEEK_SET) != LAYOUT_HEAD_SIZE)
		return fail(problem, strerror(errno));
	while (write_section(writing, &failed))
		if (source->stop(source->arg))
			return fail(problem, "");
	if (failed || !write_rest(writing))
		return fail(problem, strerror(errno));
	return true;
}

static bool write_to(const file_source_t *source, const char *fresh, file_written_t *written, char *problem)
{
	writing_t writing = {
		.source = source,
		.head = { .moment = source->moment, .settings = *source->settings },
		.mac = mac_copy(source->mac),
		.section = aligned_alloc(CACHE_SNAPSHOT_ALIGN, CACHE_SNAPSHOT_SECTION),
		.fd = -1,
	};
	bool done = false;

	if (writing.mac == NULL || writing.section == NULL) {
		fail(problem, "memory is out");
	} else {
		writing.fd = newfile_open(fresh, MODE);
		done = writing.fd >= 0 ? write_sections(&writing, problem) : fail(problem, strerror(errno));
	}
	if (writing.fd >= 0)
		close(writing.fd);
	if (writing.fd >= 0 && !done)
		unlink(fresh);
	*written = (file_written_t){ .entries = writing.head.entries, .size = writing.head.size };
	free(writing.rows);
	free(writing.section);
	mac_free(writing.mac);
	return done;
}

bool file_write(const file_source_t *source, const char *path, file_written_t *written, char problem[FILE_PROBLEM_MAX])
{
	char *fresh = newfile_path(path);
	const bool done = fresh != NULL ? write_to(source, fresh, written, problem) : fail(problem, "memory is out");

	free(fresh);
	return done;
}

bool file_commit(const char *path, char problem[FILE_PROBLEM_MAX])
{
	char *fresh = newfile_path(path);
	bool done;

	if (fresh == NULL)
		return fail(problem, "memory is out");
	done = rename(fresh, path) == 0;
	if (!done) {
		fail(problem, strerror(errno));
		unlink(fresh);
	}
	free(fresh);
	return done;
}

void file_discard(const char *path)
{
	char *fresh = newfile_path(path);

	if (fresh != NULL)
		unlink(fresh);
	free(fresh);
}
