/* The chain through checkpoints, rotation, crashes and full disks. */
#include "module/vlog/tail.h"
#include "tests/module/vlog/logged.h"

#include <jansson.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

/* The line of this number (from 1) of the folder's file, parsed. Free with json_decref(). */
static json_t *line_of(const folder_t *folder, unsigned number)
{
	size_t size;
	char *text = file_read(folder->file, &size);
	char *line = text;
	json_t *json;

	for (unsigned i = 1; i < number; i++) {
		line = strchr(line, '\n');
		assert_non_null(line);
		line++;
	}
	assert_non_null(strchr(line, '\n'));
	json = json_loadb(line, (size_t)(strchr(line, '\n') - line), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

static void assert_type(const folder_t *folder, unsigned number, const char *type)
{
	json_t *json = line_of(folder, number);

	assert_string_equal(json_string_value(json_object_get(json, "type")), type);
	json_decref(json);
}

static void signs_checkpoints(void **state)
{
	static const char *const types[] = { "open",       "assessment", "assessment", "checkpoint", "assessment",
					     "assessment", "assessment", "checkpoint", "assessment", "checkpoint" };
	folder_t folder = folder_make();
	logged_t logged;
	found_t found;

	(void)state;
	logged_begin(&logged);
	logged_open(&logged, &folder, 3);
	logged_write(&logged, 6);
	logged_end(&logged);
	for (unsigned i = 0; i < 10; i++)
		assert_type(&folder, i + 1, types[i]);
	assert_int_equal(logged.counts.written, 10);
	assert_int_equal(logged.counts.checkpoints, 3);
	assert_int_equal(logged.counts.lost, 0);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lines, 10);
	assert_int_equal(found.result.covered, 10);
	assert_int_equal(found.result.unsigned_lines, 0);
	folder_remove(&folder);
}

static void goes_on_after_a_stop(void **state)
{
	folder_t folder = folder_make();
	logged_t logged;
	found_t found;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		logged_begin(&logged);
		logged_open(&logged, &folder, 100);
		logged_write(&logged, 2);
		logged_end(&logged);
	}
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lines, 3 * 4);
	assert_int_equal(found.result.last, 12);
	folder_remove(&folder);
}

static void goes_on_in_the_next_file(void **state)
{
	folder_t folder = folder_make();
	char old[128];
	const char *files[] = { old, folder.file };
	logged_t logged;
	found_t found;

	(void)state;
	snprintf(old, sizeof(old), "%s.1", folder.file);
	logged_begin(&logged);
	logged_open(&logged, &folder, 100);
	logged_write(&logged, 5);
	logged_open(&logged, &folder, 100); /* not rotated: the same file goes on */
	logged_write(&logged, 5);
	assert_int_equal(rename(folder.file, old), 0);
	logged_write(&logged, 5); /* still into the old one */
	logged_open(&logged, &folder, 100);
	logged_write(&logged, 5);
	logged_end(&logged);
	assert_type(&folder, 1, "open");
	found = logged_verify(&folder, true, files, 2);
	assert_whole(&found);
	assert_int_equal(found.result.lines, 1 + 5 + 1 + 10 + 1 + 1 + 5 + 1);
	found = logged_verify(&folder, true, files + 1, 1);
	assert_whole(&found);
	assert_int_equal(found.result.first, 19);
	files[0] = folder.file;
	files[1] = old;
	found = logged_verify(&folder, true, files, 2);
	assert_true(found.count > 0);
	folder_remove(&folder);
}

/* The last line is cut at every octet, as by a crash. */
static void goes_on_after_a_crash(unsigned lines)
{
	folder_t folder = folder_make();
	logged_t logged;
	size_t size;
	size_t begin;
	char *text;

	logged_begin(&logged);
	logged_open(&logged, &folder, 100);
	logged_write(&logged, lines);
	logged_crash(&logged);
	text = file_read(folder.file, &size);
	begin = size - 1;
	while (begin > 0 && text[begin - 1] != '\n')
		begin--;
	for (size_t cut = begin; cut < size; cut++) {
		found_t found;

		file_write(folder.file, text, cut);
		logged_begin(&logged);
		logged_open(&logged, &folder, 100);
		logged_write(&logged, 1);
		logged_end(&logged);
		found = logged_verify_one(&folder);
		assert_whole(&found);
		assert_int_equal(found.result.last, lines + 3 + (cut > begin));
		if (cut > begin)
			assert_type(&folder, lines + (lines > 0) + 1, "recovered");
	}
	free(text);
	folder_remove(&folder);
}

static void goes_on_after_a_cut_line(void **state)
{
	(void)state;
	goes_on_after_a_crash(3);
}

static void goes_on_after_a_cut_first_line(void **state)
{
	folder_t folder = folder_make();
	logged_t logged;
	size_t size;
	char *text;
	json_t *json;

	(void)state;
	logged_begin(&logged);
	logged_open(&logged, &folder, 100);
	logged_crash(&logged);
	text = file_read(folder.file, &size);
	for (size_t cut = 1; cut < size; cut++) {
		found_t found;

		file_write(folder.file, text, cut);
		logged_begin(&logged);
		logged_open(&logged, &folder, 100);
		logged_end(&logged);
		found = logged_verify_one(&folder);
		assert_whole(&found);
		assert_int_equal(found.result.last, 3);
		assert_type(&folder, 1, "open");
		json = line_of(&folder, 2);
		assert_int_equal(json_integer_value(json_object_get(json, "octets")), cut);
		assert_int_equal(strncmp(json_string_value(json_object_get(json, "text")), text, cut), 0);
		json_decref(json);
	}
	free(text);
	folder_remove(&folder);
}

/* What file systems leave after power was lost: zeros where the last lines were, a million of them. */
static void goes_on_after_zeros(void **state)
{
	folder_t folder = folder_make();
	logged_t logged;
	found_t found;

	(void)state;
	logged_begin(&logged);
	logged_open(&logged, &folder, 100);
	logged_write(&logged, 3);
	logged_crash(&logged);
	for (unsigned zeros = 1; zeros <= 1000000; zeros *= 100) {
		struct stat st;

		assert_int_equal(stat(folder.file, &st), 0);
		assert_int_equal(truncate(folder.file, st.st_size + zeros), 0);
		logged_begin(&logged);
		logged_open(&logged, &folder, 100);
		logged_end(&logged);
		found = logged_verify_one(&folder);
		assert_whole(&found);
	}
	folder_remove(&folder);
}

/* Nothing is written to what is no validation log, nor through a symbolic link; it is not harmed either. */
static void leaves_others_alone(void **state)
{
	static const char *const foreign[] = { "root:x:0:0:root:/root:/bin/sh\n", "no line", "{}\n", "\n\n\n",
					       "{\"v\":1,\"seq\":1,\"prev\":\"0\"}\n" };
	folder_t folder = folder_make();
	logged_t logged;
	char aside[128];
	size_t size;
	char *text;

	(void)state;
	snprintf(aside, sizeof(aside), "%s/aside", folder.path);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		file_write(folder.file, foreign[i], strlen(foreign[i]));
		logged_begin(&logged);
		logged_open(&logged, &folder, 1);
		logged_write(&logged, 2);
		logged_end(&logged);
		assert_int_equal(logged.counts.lost, 2);
		text = file_read(folder.file, &size);
		assert_string_equal(text, foreign[i]);
		free(text);
	}
	assert_int_equal(rename(folder.file, aside), 0);
	assert_int_equal(symlink("aside", folder.file), 0);
	logged_begin(&logged);
	logged_open(&logged, &folder, 1);
	logged_end(&logged);
	assert_int_equal(logged.counts.written, 0);
	assert_int_equal(unlink(folder.file), 0);
	assert_int_equal(mkfifo(folder.file, 0600), 0);
	logged_begin(&logged);
	logged_open(&logged, &folder, 1);
	logged_end(&logged);
	assert_int_equal(logged.counts.written, 0);
	folder_remove(&folder);
}

static void shares_with_nobody(void **state)
{
	folder_t folder = folder_make();
	logged_t first;
	logged_t second;
	found_t found;

	(void)state;
	logged_begin(&first);
	logged_open(&first, &folder, 100);
	logged_begin(&second);
	logged_open(&second, &folder, 100);
	logged_write(&second, 1);
	logged_write(&first, 1);
	logged_end(&second);
	logged_end(&first);
	assert_int_equal(second.counts.lost, 1);
	assert_int_equal(second.counts.written, 0);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	folder_remove(&folder);
}

static void counts_what_a_full_disk_loses(void **state)
{
	folder_t folder = folder_make();
	folder_t full = folder;
	logged_t logged;
	json_t *json;
	found_t found;

	(void)state;
	strcpy(full.file, "/dev/full");
	logged_begin(&logged);
	logged_open(&logged, &folder, 100);
	logged_write(&logged, 1);
	logged_open(&logged, &full, 100);
	logged_write(&logged, 7);
	assert_int_equal(logged.counts.lost, 7);
	logged_open(&logged, &folder, 100);
	logged_write(&logged, 1);
	logged_end(&logged);
	json = line_of(&folder, 5); /* behind open, assessment, checkpoint, open */
	assert_string_equal(json_string_value(json_object_get(json, "type")), "lost");
	assert_int_equal(json_integer_value(json_object_get(json, "count")), 7);
	assert_string_equal(json_string_value(json_object_get(json, "reason")), "No space left on device");
	json_decref(json);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lost, 7);
	folder_remove(&folder);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that takes a part of a line: the part goes, at whatever octet it ends. */
static void takes_back_what_was_written_in_part(void **state)
{
	folder_t folder = folder_make();
	logged_t logged;
	struct stat st;
	found_t found;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	logged_begin(&logged);
	logged_open(&logged, &folder, 1000);
	for (unsigned room = 0; room < 120; room++) {
		off_t before;

		assert_int_equal(stat(folder.file, &st), 0);
		before = st.st_size;
		limit_files((rlim_t)before + room);
		logged_write(&logged, 2);
		assert_int_equal(stat(folder.file, &st), 0);
		assert_int_equal(st.st_size, before);
		limit_files(RLIM_INFINITY);
		logged_write(&logged, 1);
	}
	logged_end(&logged);
	assert_int_equal(logged.counts.lost, 240);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lost, 240);
	assert_int_equal(found.result.lines, 1 + 2 * 120 + 1);
	folder_remove(&folder);
}

/* Who cuts the file while nobody looks is found by the number that comes next. */
static void shows_what_was_cut_off_behind_its_back(void **state)
{
	folder_t folder = folder_make();
	folder_t full = folder;
	logged_t logged;
	struct stat st;
	found_t found;

	(void)state;
	strcpy(full.file, "/dev/full");
	logged_begin(&logged);
	logged_open(&logged, &folder, 1000);
	logged_write(&logged, 1);
	assert_int_equal(stat(folder.file, &st), 0);
	logged_write(&logged, 3);
	logged_open(&logged, &full, 1000);
	assert_int_equal(truncate(folder.file, st.st_size), 0);
	logged_open(&logged, &folder, 1000);
	logged_end(&logged);
	found = logged_verify_one(&folder);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.line, 3);
	assert_non_null(strstr(found.text, "lines are missing"));
	folder_remove(&folder);
}

static void writes_without_a_key(void **state)
{
	folder_t folder = folder_make();
	const char *file = folder.file;
	logged_t logged;
	found_t found;

	(void)state;
	strcpy(folder.key, "/dev/null/key");
	logged_begin(&logged);
	logged_open(&logged, &folder, 1);
	logged_write(&logged, 3);
	logged_end(&logged);
	assert_int_equal(logged.counts.checkpoints, 0);
	found = logged_verify(&folder, false, &file, 1);
	assert_whole(&found);
	assert_int_equal(found.result.unsigned_lines, 4);
	folder_remove(&folder);
}

static void refuses_bodies(void **state)
{
	folder_t folder = folder_make();
	char *body = malloc(CHAIN_LINE_MAX + 1);
	logged_t logged;
	found_t found;

	(void)state;
	assert_non_null(body);
	memset(body, 'x', CHAIN_LINE_MAX);
	memcpy(body, "{\"a\":\"", 6);
	strcpy(body + CHAIN_LINE_MAX - 2, "\"}");
	logged_begin(&logged);
	trail_write(logged.trail, "hit", "{\"a\":1}"); /* no file: nothing is lost */
	trail_lose(logged.trail, 0, "no reason");
	assert_int_equal(logged.counts.lost, 0);
	trail_lose(logged.trail, 2, "no reason"); /* of the journal, say */
	assert_int_equal(logged.counts.lost, 2);
	logged_open(&logged, &folder, 10);
	trail_write(logged.trail, "hit", NULL);
	trail_write(logged.trail, "hit", body);
	logged_end(&logged);
	assert_int_equal(logged.counts.lost, 4);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	free(body);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_checkpoints),
		cmocka_unit_test(goes_on_after_a_stop),
		cmocka_unit_test(goes_on_in_the_next_file),
		cmocka_unit_test(goes_on_after_a_cut_line),
		cmocka_unit_test(goes_on_after_a_cut_first_line),
		cmocka_unit_test(goes_on_after_zeros),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(shares_with_nobody),
		cmocka_unit_test(counts_what_a_full_disk_loses),
		cmocka_unit_test(takes_back_what_was_written_in_part),
		cmocka_unit_test(shows_what_was_cut_off_behind_its_back),
		cmocka_unit_test(writes_without_a_key),
		cmocka_unit_test(refuses_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
