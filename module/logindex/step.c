/* step.c: follows the files of the log.
 *
 *	CHOOSING -a file has something new-> SKIPPING what was indexed before -> READING -its end-> CHOOSING
 *
 * All that must survive is in the table `source`; a step that fails goes back to CHOOSING. */
#include "module/logindex/logindex_state.h"

#include "module/escape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LINES_MAX = 1000,     /* in one step, */
	OCTETS_MAX = 4 << 20, /*   and what they may have */
	SKIP_MAX = 16 << 20,  /* octets that are passed over in one step */
	PATH_SHOWN_MAX = 4 * 1024,
};

logindex_t *logindex_new(const logindex_settings_t *settings, bool writes)
{
	logindex_t *index = calloc(1, sizeof(*index));

	if (index == NULL)
		return NULL;
	index->settings = *settings;
	index->settings.file = strdup(settings->file);
	index->settings.log = strdup(settings->log);
	index->pack = linepack_new();
	index->writes = writes;
	index->fd = -1;
	if (index->settings.file != NULL && index->settings.log != NULL && index->pack != NULL)
		return index;
	logindex_free(index);
	return NULL;
}

/* --- The file that is read ----------------------------------------------------------------------------------------- */

static void stop_reading(logindex_t *index)
{
	loglines_free(index->lines);
	index->lines = NULL;
	index->file = NULL;
	if (index->fd >= 0)
		close(index->fd);
	index->fd = -1;
}

void logindex_free(logindex_t *index)
{
	if (index == NULL)
		return;
	stop_reading(index);
	logfiles_clear(&index->files);
	logindex_close_file(index);
	linepack_free(index->pack);
	free((char *)(uintptr_t)index->settings.file); /* copies of our own */
	free((char *)(uintptr_t)index->settings.log);
	free(index);
}

static bool set_source(logindex_t *index)
{
	sqlite3_stmt *set = logindex_statement(index, SQL_SET_SOURCE);

	if (set == NULL)
		return false;
	sqlite3_bind_int64(set, 1, index->source.id);
	sqlite3_bind_text(set, 2, index->file->path, -1, SQLITE_STATIC);
	sqlite3_bind_int64(set, 3, (sqlite3_int64)index->source.offset);
	sqlite3_bind_int64(set, 4, (sqlite3_int64)index->source.seen_size);
	return logindex_run(index, set);
}

static bool find_source(logindex_t *index, const logfile_t *file, logindex_source_t *source, bool *there)
{
	sqlite3_stmt *find = logindex_statement(index, SQL_FIND_SOURCE);
	int got;

	if (find == NULL)
		return false;
	sqlite3_bind_text(find, 1, file->identity, -1, SQLITE_STATIC);
	got = sqlite3_step(find);
	*there = got == SQLITE_ROW;
	if (*there)
		*source = (logindex_source_t){ .id = sqlite3_column_int64(find, 0),
					       .offset = (uint64_t)sqlite3_column_int64(find, 1),
					       .seen_size = (uint64_t)sqlite3_column_int64(find, 2) };
	sqlite3_reset(find);
	return got == SQLITE_ROW || got == SQLITE_DONE || logindex_failed(index, "cannot be read");
}

static bool add_source(logindex_t *index, const logfile_t *file, logindex_source_t *source)
{
	sqlite3_stmt *add = logindex_statement(index, SQL_ADD_SOURCE);

	if (add == NULL)
		return false;
	sqlite3_bind_text(add, 1, file->identity, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 2, file->path, -1, SQLITE_STATIC);
	if (!logindex_run(index, add))
		return false;
	*source = (logindex_source_t){ .id = sqlite3_last_insert_rowid(index->db), .seen_size = UINT64_MAX };
	return logindex_run(index, logindex_statement(index, SQL_DROP_OLD_SOURCES));
}

/* --- Choosing ------------------------------------------------------------------------------------------------------ */

/* Not read to its end as it is now, and not older than anything that is kept. */
static bool has_news(const logindex_t *index, const logfile_t *file, const logindex_source_t *source, uint64_t now)
{
	const uint64_t changed = (uint64_t)file->st.st_mtim.tv_sec * 1000;

	return (uint64_t)file->st.st_size != source->seen_size && changed + index->settings.max_age >= now;
}

/* The first file that has something new, or none: index->file. */
static bool choose(logindex_t *index, uint64_t now)
{
	logfiles_t before = index->files;
	bool good = logfiles_find(index->settings.log, &before, &index->files);
	const char *why = strerrordesc_np(errno);

	if (!good)
		index->files = before;
	else
		logfiles_clear(&before);
	if (!good)
		return logindex_say(index, "the folder of the log cannot be read: %s", why);
	for (size_t i = 0; i < index->files.count && good && index->file == NULL; i++) {
		logfile_t *file = &index->files.items[i];
		bool there = false;

		if (file->identity[0] == '\0')
			continue;
		index->source.seen_size = UINT64_MAX;
		good = find_source(index, file, &index->source, &there);
		if (good && has_news(index, file, &index->source, now)) {
			index->file = file;
			good = there || add_source(index, file, &index->source);
		}
	}
	return good;
}

static bool begin_reading(logindex_t *index)
{
	index->skipped = false;
	index->fd = logfiles_open(index->file->path);
	if (index->fd < 0)
		return errno == ENOENT; /* rotated just now: look again */
	index->lines = loglines_new(index->fd);
	return index->lines != NULL;
}

/* Whether the plain file still has a line that ends where we were. */
static bool is_continued(const logindex_t *index)
{
	const uint64_t offset = index->source.offset;
	char before = '\n';

	return offset == 0 || (pread(index->fd, &before, 1, (off_t)(offset - 1)) == 1 && before == '\n');
}

/* --- Reading ------------------------------------------------------------------------------------------------------- */

/* The file was cut, or written anew behind the same first line: its entries go, step by step, and it is read again. */
static bool forget(logindex_t *index)
{
	sqlite3_stmt *all = logindex_statement(index, SQL_OF_SOURCE);
	unsigned dropped = 0;

	if (all == NULL)
		return false;
	sqlite3_bind_int64(all, 2, index->source.id);
	if (!logindex_drop_entries(index, all, &dropped) || dropped > 0)
		return dropped > 0;
	index->source.offset = 0;
	index->source.seen_size = UINT64_MAX;
	return set_source(index);
}

static bool add_line(logindex_t *index, const logline_t *line, uint64_t now)
{
	const uint64_t age = index->settings.max_age;
	logentry_t entry;
	bool good = true;

	switch (logentry_read(line->text, line->size, &entry, NULL)) {
	case LOGENTRY_READ:
		if (entry.time + age >= now)
			good = logindex_add_entry(index, &entry, line);
		logentry_clear(&entry);
		return good;
	case LOGENTRY_NO_MEMORY: return logindex_say(index, "memory is out");
	case LOGENTRY_OTHER:
	case LOGENTRY_MALFORMED: break;
	}
	return true;
}

/* Lines to the end, or as many as one step may have. */
static bool read_lines(logindex_t *index, uint64_t now, loglines_got_t *got)
{
	const uint64_t from = index->source.offset;
	bool good = true;
	logline_t line;

	*got = LOGLINES_LINE;
	for (unsigned i = 0; good && i < LINES_MAX && index->source.offset - from < OCTETS_MAX; i++) {
		*got = loglines_next(index->lines, &line);
		if (*got == LOGLINES_END || *got == LOGLINES_BROKEN)
			break;
		if (*got == LOGLINES_LINE)
			good = add_line(index, &line, now);
		index->source.offset = line.end;
	}
	return good;
}

/* What is wrong with a file is worth a sentence, and no reason to stop. */
static void say_broken(logindex_t *index)
{
	char path[PATH_SHOWN_MAX];

	logindex_say(index, "%s is left out from octet %llu on: %s",
		     escape_string(index->file->path, path, sizeof(path)), (unsigned long long)index->source.offset,
		     loglines_error(index->lines));
}

static bool end_reading(logindex_t *index, loglines_got_t got)
{
	if (got == LOGLINES_BROKEN)
		say_broken(index);
	index->source.seen_size = (uint64_t)index->file->st.st_size;
	return set_source(index);
}

static bool read_file(logindex_t *index, uint64_t now)
{
	loglines_got_t got;
	bool good = read_lines(index, now, &got);

	if (!good)
		return false;
	if (got != LOGLINES_END && got != LOGLINES_BROKEN)
		return set_source(index);
	good = end_reading(index, got);
	stop_reading(index);
	return good;
}

/* Passes over what was indexed before. */
static bool skip(logindex_t *index)
{
	loglines_got_t got = index->file->compressed || is_continued(index)
				     ? loglines_skip(index->lines, index->source.offset, SKIP_MAX)
				     : LOGLINES_END;
	bool good = true;

	index->skipped = got == LOGLINES_LINE;
	if (got == LOGLINES_END)
		good = forget(index);
	else if (got == LOGLINES_BROKEN)
		good = end_reading(index, got);
	if (got == LOGLINES_END || got == LOGLINES_BROKEN)
		stop_reading(index);
	return good;
}

/* One turn with the file that was chosen. */
static bool go_on(logindex_t *index, uint64_t now)
{
	if (index->lines == NULL && !begin_reading(index))
		return logindex_say(index, "the log cannot be read: %s", strerrordesc_np(errno));
	if (index->lines == NULL) { /* gone: look again */
		stop_reading(index);
		return true;
	}
	return index->skipped ? read_file(index, now) : skip(index);
}

/* --- The step ------------------------------------------------------------------------------------------------------ */

static bool in_transaction(logindex_t *index, uint64_t now, bool *more)
{
	unsigned dropped = 0;

	if (index->file == NULL && !choose(index, now))
		return false;
	*more = index->file != NULL;
	if (index->file != NULL && !go_on(index, now))
		return false;
	if (!logindex_prune(index, now, &dropped))
		return false;
	*more = *more || dropped > 0;
	return true;
}

static bool step(logindex_t *index, uint64_t now, bool *more)
{
	bool good;

	if (!logindex_open_file(index))
		return false;
	good = logindex_run(index, logindex_statement(index, SQL_BEGIN)) && in_transaction(index, now, more) &&
	       logindex_run(index, logindex_statement(index, SQL_COMMIT));
	if (good)
		return true;
	stop_reading(index);
	if (logindex_is_damaged(index))
		logindex_move_away(index);
	logindex_close_file(index); /* rolls back */
	return false;
}

logindex_step_t logindex_step(logindex_t *index, uint64_t now, const char **error)
{
	bool more = false;
	bool good;

	index->error[0] = '\0';
	good = step(index, now, &more);
	*error = NULL;
	if (index->error[0] == '\0')
		index->said[0] = '\0';
	else if (strcmp(index->error, index->said) != 0) {
		memcpy(index->said, index->error, sizeof(index->said));
		*error = index->said;
	}
	if (!good)
		return LOGINDEX_FAILED;
	return more ? LOGINDEX_MORE : LOGINDEX_IDLE;
}
