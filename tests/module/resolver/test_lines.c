/* test_lines.c: what a resolver process writes becomes lines of the log, with their level, and not too many. */
#include "module/resolver/lines.h"
#include "tests/support.h"

#include <fcntl.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 17 };

struct row {
	const char *name;
	const char *written;
	const char *logged; /* with the level, behind the time */
};

#define AT "[1700000000] libunbound[4711:0] "

static const struct row rows[] = {
	{ "error of libunbound", AT "error: out of memory\n", "warning: resolver process 7: error: out of memory\n" },
	{ "fatal error of libunbound", AT "fatal error: no\n", "warning: resolver process 7: fatal error: no\n" },
	{ "warning of libunbound", AT "warning: hm\n", "warning: resolver process 7: warning: hm\n" },
	{ "notice of libunbound", AT "notice: so\n", "debug: resolver process 7: notice: so\n" },
	{ "info of libunbound", AT "info: so\n", "debug: resolver process 7: info: so\n" },
	{ "debug of libunbound", AT "debug: so\n", "debug: resolver process 7: debug: so\n" },
	{ "our own line", "error: no\n", "warning: resolver process 7: error: no\n" },
	{ "our own notice", "notice: no\n", "info: resolver process 7: notice: no\n" },
	{ "anything", "==1==ERROR: AddressSanitizer\n", "warning: resolver process 7: ==1==ERROR: AddressSanitizer\n" },
	{ "a bracket", "[ no\n", "warning: resolver process 7: [ no\n" },
	{ "one pair of brackets", "[x] no\n", "warning: resolver process 7: [x] no\n" },
	{ "without an end", "info: half", "info: resolver process 7: info: half\n" },
	{ "empty lines", "\n\n\n", "" },
	{ "nothing", "", "" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

typedef struct fixture {
	char path[32];
	log_t *log;
	int pipe[2];
	lines_t lines;
	char text[TEXT_MAX];
} fixture_t;

static fixture_t *begin(void)
{
	fixture_t *f = calloc(1, sizeof(*f));
	int fd;

	assert_non_null(f);
	strcpy(f->path, "test-lines-XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	f->log = log_new(f->path, LOG_LEVEL_DEBUG);
	assert_non_null(f->log);
	assert_int_equal(pipe2(f->pipe, O_NONBLOCK), 0);
	f->lines = lines_begin(f->log, "resolver", 7);
	return f;
}

/* What was logged, each line without its time. */
static const char *logged(fixture_t *f)
{
	char line[2048];
	FILE *in;

	log_free(f->log);
	in = fopen(f->path, "re");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL)
		strncat(f->text, strchr(line, ' ') + 1, TEXT_MAX - 1 - strlen(f->text));
	fclose(in);
	return f->text;
}

static void end(fixture_t *f)
{
	close(f->pipe[0]);
	if (f->pipe[1] >= 0)
		close(f->pipe[1]);
	unlink(f->path);
	free(f);
}

static void put(fixture_t *f, const char *text)
{
	assert_int_equal(write(f->pipe[1], text, strlen(text)), strlen(text));
}

static void logs(void **state)
{
	const struct row *row = *state;
	fixture_t *f = begin();

	put(f, row->written);
	assert_true(lines_read(&f->lines, f->pipe[0], 1));
	lines_end(&f->lines);
	assert_string_equal(logged(f), row->logged);
	end(f);
}

static void a_line_may_come_in_pieces(void **state)
{
	fixture_t *f = begin();

	(void)state;
	put(f, AT "in");
	assert_true(lines_read(&f->lines, f->pipe[0], 1));
	put(f, "fo: one\ninfo: tw");
	assert_true(lines_read(&f->lines, f->pipe[0], 1));
	put(f, "o\n");
	close(f->pipe[1]);
	f->pipe[1] = -1;
	assert_false(lines_read(&f->lines, f->pipe[0], 1));
	lines_end(&f->lines);
	assert_string_equal(logged(f), "debug: resolver process 7: info: one\ninfo: resolver process 7: info: two\n");
	end(f);
}

static void a_long_line_is_cut(void **state)
{
	fixture_t *f = begin();
	const char *text;

	(void)state;
	for (unsigned i = 0; i < 2 * LINES_LENGTH_MAX; i++)
		put(f, "x");
	assert_true(lines_read(&f->lines, f->pipe[0], 1));
	lines_end(&f->lines);
	text = logged(f);
	assert_int_equal(strlen(text), 2 * (LINES_LENGTH_MAX + strlen("warning: resolver process 7: \n")));
	end(f);
}

static void too_many_are_counted(void **state)
{
	fixture_t *f = begin();
	const char *text;

	(void)state;
	for (unsigned i = 0; i < LINES_PER_SECOND_MAX + 23; i++)
		put(f, "info: again\n");
	assert_true(lines_read(&f->lines, f->pipe[0], 5));
	put(f, "info: later\n");
	assert_true(lines_read(&f->lines, f->pipe[0], 6)); /* another second */
	lines_end(&f->lines);
	text = logged(f);
	assert_non_null(strstr(
		text,
		"warning: resolver process 7: 23 lines of its log left out\ninfo: resolver process 7: info: later\n"));
	end(f);
}

/* One that writes without end must not keep the thread: a bounded amount is read at a time. */
static void one_turn_is_bounded(void **state)
{
	fixture_t *f = begin();
	char block[4096];
	size_t written = 0;
	char octet;

	(void)state;
	memset(block, '\n', sizeof(block));
	assert_true(fcntl(f->pipe[1], F_SETPIPE_SZ, 1 << 20) >= 1 << 20);
	while (write(f->pipe[1], block, sizeof(block)) == sizeof(block))
		written += sizeof(block);
	assert_true(written >= 1 << 19);
	assert_true(lines_read(&f->lines, f->pipe[0], 1));
	assert_int_equal(read(f->pipe[0], &octet, 1), 1);
	lines_end(&f->lines);
	assert_string_equal(logged(f), "");
	end(f);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 4];
	size_t count = 0;

	for (size_t i = 0; i < ROWS; i++)
		tests[count++] = (struct CMUnitTest){ rows[i].name, logs, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_line_may_come_in_pieces);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_long_line_is_cut);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(too_many_are_counted);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(one_turn_is_bounded);
	return _cmocka_run_group_tests("lines", tests, count, NULL, NULL);
}
