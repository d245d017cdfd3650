/* file.h: writes the cache to a snapshot's file, and reads it from there. Of a file that is damaged, cut off, forged or of another
 * key nothing gets into the cache. */
#ifndef MODULE_SNAPSHOT_FILE_H
#define MODULE_SNAPSHOT_FILE_H

#include "cache/snapshot.h"
#include "module/snapshot/layout.h"

enum { FILE_PROBLEM_MAX = 512 };

/* ---- writing ---- */

typedef struct file_written {
	uint64_t entries;
	uint64_t size;
} file_written_t;

/* What is to be written, and how. */
typedef struct file_source {
	cache_t *cache;
	const mac_t *mac;
	const layout_settings_t *settings;
	moment_t moment; /* now */
	cache_snapshot_wanted_fn *wanted;
	bool (*stop)(void *arg); /* asked now and then: nobody wants the file any more */
	void *arg;               /* of both */
} file_source_t;

/* Writes PATH.new, of mode 0600, whole and to the disk; file_commit() makes it the file at PATH in one step, so that whatever
 * happens there is the old one or the new one. The caller has called cache_snapshot_begin(). False, with a sentence, when it
 * could not be written (nothing is left of it then), and with "" when it was stopped. */
MUST_USE bool file_write(const file_source_t *source, const char *path, file_written_t *written,
			 char problem[FILE_PROBLEM_MAX]);
MUST_USE bool file_commit(const char *path, char problem[FILE_PROBLEM_MAX]);
void file_discard(const char *path); /* instead */

/* ---- reading ---- */

/* Where it is to go. */
typedef struct file_target {
	cache_t *cache; /* nobody else's yet; it is emptied when the file turns out to be bad */
	const mac_t *mac;
	const layout_settings_t *settings;
	moment_t now;
	uint16_t judged_type; /* of answers that are left out when they were judged by other rules */
} file_target_t;

typedef struct file_read {
	cache_snapshot_t counts;
	moment_t moment; /* when it was written */
	uint64_t size;
	bool rejudge; /* judged answers were left out */
} file_read_t;

typedef enum {
	FILE_READ,
	FILE_NONE,    /* there is no file */
	FILE_REFUSED, /* for the reason in `problem`, the end of a sentence: "is ..." */
} file_result_t;

/* The calling thread, which cache.h wants registered, fills the cache, while one beside it reads and authenticates. */
MUST_USE file_result_t file_read(const file_target_t *target, const char *path, file_read_t *read,
				 char problem[FILE_PROBLEM_MAX]);

#endif
