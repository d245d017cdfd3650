/* test_newfile.c: what is at a path, and beside it, after a file was put there or could not be. */
#include "module/newfile.h"
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 300000, PATH_SIZE = 96 };

#define OLD "what was there before"
#define NEW "what is there now"

/* What lies at a path. */
typedef enum { NOTHING, A_FILE, A_LINK, A_FOLDER } thing_t;

typedef struct row {
	const char *name;
	thing_t there;  /* at PATH before */
	thing_t beside; /* at PATH.new before */
	bool no_folder; /* the folder that it would be in is not there */
	newfile_over_t over;
	mode_t mode;
	mode_t mask;
	int want; /* errno; 0: it is made */
} row_t;

static const row_t rows[] = {
	{ "made", NOTHING, NOTHING, false, NEWFILE_REPLACE, 0600, 022, 0 },
	{ "made, if there is none", NOTHING, NOTHING, false, NEWFILE_KEEP, 0600, 022, 0 },
	{ "readable for all, as it is to be", NOTHING, NOTHING, false, NEWFILE_REPLACE, 0644, 077, 0 },
	{ "replaced", A_FILE, NOTHING, false, NEWFILE_REPLACE, 0600, 022, 0 },
	{ "one that is there stays", A_FILE, NOTHING, false, NEWFILE_KEEP, 0600, 022, EEXIST },
	{ "a link is replaced, and not what it leads to", A_LINK, NOTHING, false, NEWFILE_REPLACE, 0600, 022, 0 },
	{ "a link that is there stays", A_LINK, NOTHING, false, NEWFILE_KEEP, 0600, 022, EEXIST },
	{ "a folder is not replaced", A_FOLDER, NOTHING, false, NEWFILE_REPLACE, 0600, 022, EISDIR },
	{ "somebody did not get further", A_FILE, A_FILE, false, NEWFILE_REPLACE, 0600, 022, 0 },
	{ "a link lies in wait", NOTHING, A_LINK, false, NEWFILE_REPLACE, 0600, 022, 0 },
	{ "a folder is in the way", A_FILE, A_FOLDER, false, NEWFILE_REPLACE, 0600, 022, EEXIST },
	{ "nowhere to put it", NOTHING, NOTHING, true, NEWFILE_REPLACE, 0600, 022, ENOENT },
};

typedef struct place {
	char folder[32];
	char path[PATH_SIZE];
	char fresh[PATH_SIZE];
	char victim[PATH_SIZE]; /* what links lead to */
} place_t;

static void put_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void put_thing(const place_t *place, thing_t thing, const char *path)
{
	switch (thing) {
	case NOTHING: break;
	case A_FILE: put_text(path, OLD); break;
	case A_LINK: assert_int_equal(symlink("victim", path), 0); break;
	case A_FOLDER: assert_int_equal(mkdir(path, 0700), 0); break;
	}
	put_text(place->victim, OLD);
}

static void assert_text(const char *path, const char *want)
{
	char text[64] = "";
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	assert_true(fread(text, 1, sizeof(text) - 1, in) > 0);
	assert_int_equal(fclose(in), 0);
	assert_string_equal(text, want);
}

static thing_t thing_at(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return NOTHING;
	if (S_ISLNK(st.st_mode))
		return A_LINK;
	return S_ISDIR(st.st_mode) ? A_FOLDER : A_FILE;
}

static place_t place_make(bool no_folder)
{
	place_t place = { .folder = "newfile-XXXXXX" };

	assert_non_null(mkdtemp(place.folder));
	snprintf(place.path, sizeof(place.path), "%s/%sfile", place.folder, no_folder ? "nowhere/" : "");
	snprintf(place.fresh, sizeof(place.fresh), "%s/%sfile.new", place.folder, no_folder ? "nowhere/" : "");
	snprintf(place.victim, sizeof(place.victim), "%s/victim", place.folder);
	return place;
}

static void place_remove(const place_t *place)
{
	(void)remove(place->path);
	(void)remove(place->fresh);
	(void)remove(place->victim);
	assert_int_equal(rmdir(place->folder), 0);
}

static void assert_made(const row_t *row, const place_t *place)
{
	struct stat st;

	assert_int_equal(lstat(place->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, row->mode);
	assert_text(place->path, NEW);
	assert_int_equal(thing_at(place->fresh), NOTHING);
}

static void assert_as_before(const row_t *row, const place_t *place)
{
	assert_int_equal(thing_at(place->path), row->there);
	if (row->there == A_FILE)
		assert_text(place->path, OLD);
	assert_int_equal(thing_at(place->fresh), row->beside);
}

static void puts_a_file_there(void **state)
{
	const row_t *row = *state;
	const place_t place = place_make(row->no_folder);
	mode_t before = 0;
	int err = 0;

	put_thing(&place, row->there, place.path);
	put_thing(&place, row->beside, place.fresh);
	before = umask(row->mask);
	if (!newfile_write(place.path, row->mode, row->over, NEW, strlen(NEW)))
		err = errno;
	(void)umask(before);
	assert_int_equal(err, row->want);
	if (row->want == 0)
		assert_made(row, &place);
	else
		assert_as_before(row, &place);
	assert_text(place.victim, OLD);
	place_remove(&place);
}

/* More than a pipe takes at once: it is written in pieces. */
static void puts_all_of_it(void **state)
{
	uint8_t *octets = malloc(LARGE);
	uint8_t *got = malloc(LARGE);
	size_t size = 0;
	int status = -1;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_non_null(octets);
	assert_non_null(got);
	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (uint8_t)(i * 7);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(newfile_put(ends[1], octets, LARGE) ? 0 : 1);
	close(ends[1]);
	for (ssize_t more = 1; more > 0; size += (size_t)more)
		more = read(ends[0], got + size, LARGE - size);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(size, LARGE);
	assert_memory_equal(got, octets, LARGE);
	close(ends[0]);
	free(octets);
	free(got);
}

static void tells_what_cannot_be_written(void **state)
{
	const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_false(newfile_put(fd, NEW, strlen(NEW)));
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] =
			(struct CMUnitTest){ rows[i].name, puts_a_file_there, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(puts_all_of_it);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(tells_what_cannot_be_written);
	return cmocka_run_group_tests_name("newfile", tests, NULL, NULL);
}
