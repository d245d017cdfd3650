/* logged.h: writes validation logs for tests, and verifies them. */
#ifndef TESTS_MODULE_VLOG_LOGGED_H
#define TESTS_MODULE_VLOG_LOGGED_H

#include "module/vlog/trail.h"
#include "module/vlog/verify.h"
#include "tests/module/vlog/folder.h"

/* A trail, and what it counts and says to. */
typedef struct logged {
	voice_t voice;
	trail_counts_t counts;
	trail_t *trail;
} logged_t;

static inline void logged_begin(logged_t *logged)
{
	memset(logged, 0, sizeof(*logged));
	voice_init(&logged->voice, NULL);
	logged->trail = trail_new(&logged->voice, &logged->counts);
	assert_non_null(logged->trail);
}

static inline void logged_open(logged_t *logged, const folder_t *folder, unsigned checkpoint_lines)
{
	trail_open(logged->trail, &(trail_settings_t){ .file = folder->file,
						       .key_file = folder->key,
						       .checkpoint_lines = checkpoint_lines });
}

static inline void logged_write(logged_t *logged, unsigned count)
{
	char body[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(body, sizeof(body), "{\"event\":%u}", i);
		trail_write(logged->trail, "assessment", body);
	}
}

/* As after a crash: what is not written stays so. */
static inline void logged_crash(logged_t *logged)
{
	trail_free(logged->trail);
	voice_destroy(&logged->voice);
}

static inline void logged_end(logged_t *logged)
{
	trail_close(logged->trail);
	logged_crash(logged);
}

/* --- Verifying --------------------------------------------------------------------------------------------------- */

/* The first fault that was found. */
typedef struct found {
	unsigned count;
	char file[96];
	uint64_t line;
	char text[512];
	verify_result_t result;
} found_t;

static inline void found_fault(void *data, const char *file, uint64_t line, const char *text)
{
	found_t *found = data;

	if (found->count++ > 0)
		return;
	snprintf(found->file, sizeof(found->file), "%s", file);
	snprintf(found->text, sizeof(found->text), "%s", text);
	found->line = line;
}

static inline void found_progress(void *data, uint64_t octets)
{
	(void)data;
	assert_true(octets > 0);
}

/* Verifies the files, with the folder's key when `with_key`. */
static inline found_t logged_verify(const folder_t *folder, bool with_key, const char *const *files, size_t count)
{
	found_t found = { .count = 0 };
	const verify_hooks_t hooks = { found_fault, found_progress, &found };
	char public[128];
	char *error = NULL;
	seal_t *seal = NULL;
	verify_t *verify;

	snprintf(public, sizeof(public), "%s.pub", folder->key);
	if (with_key) {
		seal = seal_open_public(public, &error);
		assert_non_null(seal);
	}
	verify = verify_new(&hooks, &seal, with_key);
	assert_non_null(verify);
	for (size_t i = 0; i < count; i++) {
		int fd = open(files[i], O_RDONLY | O_CLOEXEC);

		assert_true(fd >= 0);
		assert_true(verify_file(verify, files[i], fd));
		close(fd);
	}
	found.result = *verify_finish(verify);
	assert_int_equal(found.result.faults, found.count);
	verify_free(verify);
	seal_free(seal);
	return found;
}

static inline found_t logged_verify_one(const folder_t *folder)
{
	const char *file = folder->file;

	return logged_verify(folder, true, &file, 1);
}

static inline void assert_whole(const found_t *found)
{
	if (found->count > 0)
		fail_msg("%s:%lu: %s", found->file, (unsigned long)found->line, found->text);
}

#endif
