/* test_log.c: lines on their way to stderr, the journal and files, with all that can go wrong there. The test stands in for
 * the journal (--wrap); stderr is a file in memory, a pipe or a terminal of its own. */
#include "module/log/log.h"

#include "tests/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { TEXT_MAX = 4 << 20, QUEUE_MAX = 4096 };

#define STAMP "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"

/* --- A journal of our own ---------------------------------------------------------------------------------------- */

typedef struct journal {
	bool there;
	int err; /* what sd_journal_sendv() shall return */
	size_t count;
	char last[3][4096]; /* the fields of the last entry */
	atomic_bool stuck;  /* sd_journal_sendv() waits for */
	sem_t go_on;
	sem_t went_on; /* posted when it returns */
} journal_t;

static journal_t g_journal; /* reached by the functions that stand in for the system's, which have no argument for it */

int __wrap_access(const char *path, int mode);
int __wrap_sd_journal_sendv(const struct iovec *fields, int count);

int __wrap_access(const char *path, int mode)
{
	assert_string_equal(path, "/run/systemd/journal/socket");
	assert_int_equal(mode, F_OK);
	errno = ENOENT;
	return g_journal.there ? 0 : -1;
}

int __wrap_sd_journal_sendv(const struct iovec *fields, int count)
{
	assert_int_equal(count, 3);
	if (g_journal.err != 0)
		return g_journal.err;
	if (g_journal.stuck)
		sem_wait(&g_journal.go_on);
	for (int i = 0; i < count; i++)
		snprintf(g_journal.last[i], sizeof(g_journal.last[i]), "%.*s", (int)fields[i].iov_len,
			 (const char *)fields[i].iov_base);
	g_journal.count++;
	sem_post(&g_journal.went_on);
	return 0;
}

/* --- A folder and a stderr of our own ---------------------------------------------------------------------------- */

typedef struct place {
	char folder[32];
	char file[64]; /* in it; not there yet */
	char other[64];
	int real_stderr;
	int memory; /* what was written to stderr so far */
	char *text;
} place_t;

static int set_up(void **state)
{
	place_t *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	place->text = malloc(TEXT_MAX);
	assert_non_null(place->text);
	strcpy(place->folder, "test_log.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->file, sizeof(place->file), "%s/log", place->folder);
	snprintf(place->other, sizeof(place->other), "%s/log.1", place->folder);
	place->real_stderr = dup(STDERR_FILENO);
	place->memory = memfd_create("stderr", MFD_CLOEXEC);
	assert_int_equal(dup2(place->memory, STDERR_FILENO), STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	g_journal = (journal_t){ .there = false };
	sem_init(&g_journal.go_on, 0, 0);
	sem_init(&g_journal.went_on, 0, 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	place_t *place = *state;

	dup2(place->real_stderr, STDERR_FILENO);
	close(place->real_stderr);
	close(place->memory);
	unlink(place->file);
	unlink(place->other);
	assert_int_equal(rmdir(place->folder), 0);
	free(place->text);
	free(place);
	return 0;
}

static const char *read_all(place_t *place, int fd)
{
	ssize_t size = pread(fd, place->text, TEXT_MAX - 1, 0);

	assert_in_range(size, 0, TEXT_MAX - 2);
	place->text[size] = '\0';
	return place->text;
}

static const char *on_stderr(place_t *place)
{
	return read_all(place, place->memory);
}

static const char *in_file(place_t *place, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *text;

	assert_true(fd >= 0);
	text = read_all(place, fd);
	close(fd);
	return text;
}

static void assert_like(const char *text, const char *pattern)
{
	regex_t regex;
	int err;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	err = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (err != 0)
		fail_msg("«%s» is not like «%s»", text, pattern);
}

/* Lines that end in a number, and lines that were reported lost, add up. */
typedef struct tally {
	size_t said;
	size_t lost;
} tally_t;

static void tally_add(tally_t *tally, const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		size_t lost = 0;
		int at = 0;

		if (sscanf(text, "%*20c warning: %zu lines of the log were lost%n", &lost, &at) == 1 && at > 0)
			tally->lost += lost;
		else if (sscanf(text, "%*20c info: line number=%zu%n", &lost, &at) == 1 && text + at == end)
			tally->said++;
		else
			fail_msg("unexpected line: %.*s", (int)(end - text), text);
	}
	assert_string_equal(text, "");
}

/* --- stderr ------------------------------------------------------------------------------------------------------ */

static void writes_to_stderr(void **state)
{
	place_t *place = *state;
	log_t *log = log_new("stderr", LOG_LEVEL_DEBUG);

	assert_non_null(log);
	log_write(log, LOG_LEVEL_ERROR, "one key=%s", "value");
	log_write(log, LOG_LEVEL_WARNING, "two");
	log_write(log, LOG_LEVEL_INFO, "three\nfour");
	log_write(log, LOG_LEVEL_DEBUG, "five");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " error: one key=value\n" STAMP " warning: two\n" STAMP
				      " info: three\\\\010four\n" STAMP " debug: five\n$");
}

static void drops_what_is_below_the_level(void **state)
{
	place_t *place = *state;
	log_t *log = log_new("stderr", LOG_LEVEL_WARNING);

	assert_true(log_wants(log, LOG_LEVEL_ERROR));
	assert_true(log_wants(log, LOG_LEVEL_WARNING));
	assert_false(log_wants(log, LOG_LEVEL_INFO));
	log_write(log, LOG_LEVEL_INFO, "no");
	log_write(log, LOG_LEVEL_WARNING, "yes");
	log_reopen(log, "stderr", LOG_LEVEL_INFO);
	assert_true(log_wants(log, LOG_LEVEL_INFO));
	assert_false(log_wants(log, LOG_LEVEL_DEBUG));
	log_write(log, LOG_LEVEL_INFO, "now");
	log_write(log, LOG_LEVEL_DEBUG, "no");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " warning: yes\n" STAMP " info: now\n$");
}

static char g_heard[128]; /* log_heard_fn has no argument for it */
static time_t g_second;   /* of the clock; 0: the true one's */

time_t __wrap_time(time_t *now);
time_t __real_time(time_t *now);

time_t __wrap_time(time_t *now)
{
	return g_second != 0 ? g_second : __real_time(now);
}

static void hear(log_level_t level, const char *text)
{
	const size_t size = strlen(g_heard);

	snprintf(g_heard + size, sizeof(g_heard) - size, "%d %s|", (int)level, text);
}

static void errors_and_warnings_are_overheard(void **state)
{
	place_t *place = *state;
	log_t *log = log_new("stderr", LOG_LEVEL_INFO);

	assert_non_null(log);
	g_heard[0] = '\0';
	log_overhear(log, hear);
	log_write(log, LOG_LEVEL_ERROR, "one\n");
	log_write(log, LOG_LEVEL_WARNING, "two");
	log_write(log, LOG_LEVEL_INFO, "three");
	log_set_level(log, LOG_LEVEL_ERROR);
	log_write(log, LOG_LEVEL_WARNING, "four");
	log_free(log);
	assert_string_equal(g_heard, "0 one\\010|1 two|");
	assert_like(on_stderr(place), "^.* error: one\\\\010\n.* warning: two\n.* info: three\n$");
}

static void a_flood_is_overheard_in_part(void **state)
{
	enum { MORE = 23 };
	char want[sizeof(g_heard)];
	unsigned heard = 0;
	log_t *log = log_new("stderr", LOG_LEVEL_INFO);

	(void)state;
	assert_non_null(log);
	log_overhear(log, hear);
	g_second = 1000;
	for (unsigned i = 0; i < LOG_HEARD_MAX + MORE; i++) {
		g_heard[0] = '\0';
		log_write(log, LOG_LEVEL_ERROR, "flood");
		heard += g_heard[0] != '\0';
	}
	assert_int_equal(heard, LOG_HEARD_MAX);
	g_second++;
	g_heard[0] = '\0';
	log_write(log, LOG_LEVEL_ERROR, "after");
	snprintf(want, sizeof(want), "1 %d lines were left out here: they came faster than %d in a second|0 after|",
		 MORE, LOG_HEARD_MAX);
	assert_string_equal(g_heard, want);
	g_second = 0;
	log_free(log);
}

static void does_nothing_without_a_log(void **state)
{
	(void)state;
	assert_false(log_wants(NULL, LOG_LEVEL_ERROR));
	log_write(NULL, LOG_LEVEL_ERROR, "no");
	log_reopen(NULL, "stderr", LOG_LEVEL_INFO);
	log_free(NULL);
}

static size_t count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0;

	assert_non_null(tasks);
	while (readdir(tasks) != NULL)
		count++;
	closedir(tasks);
	return count;
}

static void lines_wait_for_the_start(void **state)
{
	place_t *place = *state;
	size_t threads = count_threads();
	log_t *log = log_open("stderr", LOG_LEVEL_INFO);

	assert_non_null(log);
	log_write(log, LOG_LEVEL_INFO, "before");
	assert_true(count_threads() <= threads);
	assert_string_equal(on_stderr(place), "");
	assert_true(log_start(log));
	log_write(log, LOG_LEVEL_INFO, "after");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " info: before\n" STAMP " info: after\n$");
}

static void lines_come_out_without_a_start(void **state)
{
	place_t *place = *state;
	log_t *log = log_open("stderr", LOG_LEVEL_INFO);

	assert_non_null(log);
	log_write(log, LOG_LEVEL_INFO, "why it did not start");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " info: why it did not start\n$");
}

static void leaves_errno_alone(void **state)
{
	log_t *log = log_new("stderr", LOG_LEVEL_INFO);

	(void)state;
	errno = EXDEV;
	log_write(log, LOG_LEVEL_INFO, "%s", strerror(errno));
	assert_int_equal(errno, EXDEV);
	log_free(log);
}

/* stderr leads to the journal: it has stamps of its own, and takes levels as sd-daemon(3) says. */
static void prefixes_for_the_journal(void **state)
{
	place_t *place = *state;
	char stream[64];
	struct stat st;
	log_t *log;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log = log_new("stderr", LOG_LEVEL_DEBUG);
	log_write(log, LOG_LEVEL_ERROR, "a");
	log_write(log, LOG_LEVEL_WARNING, "b");
	log_write(log, LOG_LEVEL_INFO, "c");
	log_write(log, LOG_LEVEL_DEBUG, "d");
	log_free(log);
	assert_string_equal(on_stderr(place), "<3>a\n<4>b\n<6>c\n<7>d\n");
}

static void another_journal_is_not_ours(void **state)
{
	place_t *place = *state;
	log_t *log;

	setenv("JOURNAL_STREAM", "1:1", 1);
	log = log_new("stderr", LOG_LEVEL_DEBUG);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " info: a\n$");
}

/* Opens a terminal, lets `log` write a line to it, and returns what the terminal would show. */
static const char *on_terminal(place_t *place)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];
	ssize_t size;
	int slave;
	log_t *log;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_int_equal(ptsname_r(master, name, sizeof(name)), 0);
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	dup2(slave, STDERR_FILENO);
	log = log_new("stderr", LOG_LEVEL_DEBUG);
	log_write(log, LOG_LEVEL_WARNING, "a");
	log_free(log);
	size = read(master, place->text, TEXT_MAX - 1);
	assert_true(size > 0);
	place->text[size] = '\0';
	dup2(place->memory, STDERR_FILENO);
	close(slave);
	close(master);
	return place->text;
}

static void colours_a_terminal(void **state)
{
	assert_like(on_terminal(*state), "^" STAMP " \033\\[33mwarning:\033\\[0m a\r\n$");
}

static void colours_are_optional(void **state)
{
	setenv("NO_COLOR", "1", 1);
	assert_like(on_terminal(*state), "^" STAMP " warning: a\r\n$");
	setenv("NO_COLOR", "", 1); /* counts as not set */
	assert_like(on_terminal(*state), "\033");
	setenv("TERM", "dumb", 1);
	assert_like(on_terminal(*state), "^" STAMP " warning: a\r\n$");
}

/* --- The journal ------------------------------------------------------------------------------------------------- */

static void writes_to_the_journal(void **state)
{
	place_t *place = *state;
	log_t *log;

	g_journal.there = true;
	log = log_new("journal", LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_WARNING, "a key=%d", 1);
	log_free(log);
	assert_int_equal(g_journal.count, 1);
	assert_string_equal(g_journal.last[0], "MESSAGE=a key=1");
	assert_string_equal(g_journal.last[1], "PRIORITY=4");
	assert_string_equal(g_journal.last[2], "SYSLOG_IDENTIFIER=mxward");
	assert_string_equal(on_stderr(place), "");
}

static void without_a_journal_there_is_stderr(void **state)
{
	place_t *place = *state;
	log_t *log = log_new("journal", LOG_LEVEL_INFO);

	log_write(log, LOG_LEVEL_INFO, "a");
	g_journal.there = true;
	log_reopen(log, "journal", LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "b");
	log_free(log);
	assert_like(on_stderr(place),
		    "^" STAMP " warning: log.to is journal, but there is none [^\n]*No such file[^\n]*\n" STAMP
		    " info: a\n$");
	assert_string_equal(g_journal.last[0], "MESSAGE=b");
}

static void a_journal_that_fails_is_counted(void **state)
{
	place_t *place = *state;
	log_t *log;

	g_journal = (journal_t){ .there = true, .err = -ENOBUFS };
	log = log_new("journal", LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_write(log, LOG_LEVEL_INFO, "b");
	log_reopen(log, place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "c");
	log_free(log);
	assert_like(on_stderr(place),
		    "^" STAMP " warning: cannot write to the log \\(journal\\): No buffer space [^\n]*\n$");
	assert_like(in_file(place, place->file),
		    "^" STAMP " warning: 2 lines of the log were lost: No buffer space [^\n]*\n" STAMP " info: c\n$");
}

/* --- Files ------------------------------------------------------------------------------------------------------- */

static void appends_to_a_file(void **state)
{
	place_t *place = *state;
	struct stat st;

	umask(0);
	for (int i = 0; i < 2; i++) {
		log_t *log = log_new(place->file, LOG_LEVEL_INFO);

		log_write(log, LOG_LEVEL_INFO, "line %d", i);
		log_free(log);
	}
	assert_like(in_file(place, place->file), "^" STAMP " info: line 0\n" STAMP " info: line 1\n$");
	assert_string_equal(on_stderr(place), "");
	assert_int_equal(stat(place->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

/* Opens a file that is there, gives it away, and returns whose it is. */
static uid_t given_to(place_t *place, uid_t user)
{
	struct stat st;
	log_t *log = log_open(place->file, LOG_LEVEL_INFO);

	log_give(log, user, getgid());
	log_free(log);
	assert_int_equal(stat(place->file, &st), 0);
	return st.st_uid;
}

/* Only root can give a file to somebody else; for others this still tells that nothing goes wrong. */
static void gives_its_file_away(void **state)
{
	place_t *place = *state;
	const uid_t other = getuid() == 0 ? 65534 : getuid();

	assert_int_equal(given_to(place, other), other);
	assert_string_equal(on_stderr(place), "");
}

static void gives_nothing_away_that_has_another_name(void **state)
{
	place_t *place = *state;
	int fd = open(place->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(link(place->file, place->other), 0);
	assert_int_equal(given_to(place, 65534), getuid());
	log_give(NULL, 0, 0);
}

static void follows_rotation(void **state)
{
	place_t *place = *state;
	log_t *log = log_new(place->file, LOG_LEVEL_INFO);

	log_write(log, LOG_LEVEL_INFO, "before");
	assert_int_equal(rename(place->file, place->other), 0); /* the open file is the same by another name */
	log_write(log, LOG_LEVEL_INFO, "between");
	log_reopen(log, place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "after");
	log_free(log);
	assert_like(in_file(place, place->other), "^" STAMP " info: before\n" STAMP " info: between\n$");
	assert_like(in_file(place, place->file), "^" STAMP " info: after\n$");
}

static void a_file_that_cannot_be_opened_is_stderr(void **state)
{
	place_t *place = *state;
	char path[128];
	log_t *log;

	snprintf(path, sizeof(path), "%s/no/such/folder", place->folder);
	log = log_new(path, LOG_LEVEL_INFO);
	assert_non_null(log);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_reopen(log, place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "b");
	log_free(log);
	assert_like(on_stderr(place),
		    "^" STAMP " warning: cannot open the log file [^\n]*/no/such/folder: No such file or "
		    "directory: logging to stderr[^\n]*\n" STAMP " info: a\n$");
	assert_like(in_file(place, place->file), "^" STAMP " info: b\n$");
}

static void does_not_follow_symbolic_links(void **state)
{
	place_t *place = *state;
	log_t *log;

	assert_int_equal(symlink("log.1", place->file), 0);
	log = log_new(place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_free(log);
	assert_like(on_stderr(place),
		    "^" STAMP " warning: [^\n]*: it is a symbolic link: [^\n]*\n" STAMP " info: a\n$");
	assert_int_equal(open(place->other, O_RDONLY | O_CLOEXEC), -1);
}

/* A FIFO that nobody reads must not keep the program from starting. */
static void does_not_wait_for_a_reader(void **state)
{
	place_t *place = *state;
	log_t *log;

	assert_int_equal(mkfifo(place->file, 0600), 0);
	log = log_new(place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_free(log);
	assert_like(on_stderr(place), "^" STAMP " warning: cannot open the log file [^\n]*\n" STAMP " info: a\n$");
}

static void survives_a_full_disk(void **state)
{
	place_t *place = *state;
	log_t *log = log_new("/dev/full", LOG_LEVEL_INFO);

	log_write(log, LOG_LEVEL_INFO, "a");
	log_write(log, LOG_LEVEL_INFO, "b");
	log_write(log, LOG_LEVEL_INFO, "c");
	log_reopen(log, place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "d");
	log_free(log);
	assert_like(on_stderr(place),
		    "^" STAMP " warning: cannot write to the log \\(/dev/full\\): No space left on device: "
		    "lines are lost until that is possible again\n$");
	assert_like(in_file(place, place->file),
		    "^" STAMP " warning: 3 lines of the log were lost: No space left on device\n" STAMP " info: d\n$");
}

/* A line is written in part, then nothing, then there is room again in the same file. */
static void says_when_it_works_again(void **state)
{
	place_t *place = *state;
	const struct rlimit small = { 40, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	int ends[2];
	char octet;
	log_t *log;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	log = log_new(place->file, LOG_LEVEL_INFO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0); /* as full as a disk, but for root too */
	log_write(log, LOG_LEVEL_INFO, "a line of more than forty octets");
	do /* until the writer has said on stderr that it cannot write */
		assert_int_equal(read(ends[0], &octet, 1), 1);
	while (octet != '\n');
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	log_write(log, LOG_LEVEL_INFO, "after");
	log_free(log);
	dup2(place->memory, STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	assert_like(in_file(place, place->file),
		    "^" STAMP " info: a line of mor\n" STAMP
		    " warning: 1 lines of the log were lost: File too large\n" STAMP " info: after\n$");
}

/* --- Too much, too slow, gone ------------------------------------------------------------------------------------ */

/* Nobody reads stderr any more: EPIPE, and no SIGPIPE kills us. */
static void survives_a_closed_pipe(void **state)
{
	place_t *place = *state;
	int ends[2];
	log_t *log;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	log = log_new("stderr", LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_write(log, LOG_LEVEL_INFO, "b");
	log_reopen(log, place->file, LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "c");
	log_free(log);
	dup2(place->memory, STDERR_FILENO);
	assert_like(in_file(place, place->file),
		    "^" STAMP " warning: 2 lines of the log were lost: Broken pipe\n" STAMP " info: c\n$");
}

/* Fills the pipe to the last octet, so that its writer is stuck. */
static void fill_pipe(int fd)
{
	static const char octets[4096];
	int flags = fcntl(fd, F_GETFL);
	size_t size = sizeof(octets);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (size > 0)
		if (write(fd, octets, size) < 0)
			size /= 2;
	fcntl(fd, F_SETFL, flags);
}

static void says_how_many_were_lost(void **state)
{
	place_t *place = *state;
	tally_t tally = { 0, 0 };
	size_t filled = 0;
	ssize_t size;
	int ends[2];
	log_t *log;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	fill_pipe(ends[1]);
	log = log_new("stderr", LOG_LEVEL_INFO);
	for (size_t i = 0; i < QUEUE_MAX + 1000; i++) /* one may be on its way, the others wait or are lost */
		log_write(log, LOG_LEVEL_INFO, "line number=%zu", i);
	filled = (size_t)fcntl(ends[1], F_GETPIPE_SZ);
	for (size_t done = 0; done < filled; done += (size_t)size) { /* the writer goes on meanwhile */
		size = read(ends[0], place->text, filled - done);
		assert_true(size > 0);
	}
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* the rest fits in at once */
	log_write(log, LOG_LEVEL_INFO, "line number=%d", -1);
	log_free(log);
	dup2(place->memory, STDERR_FILENO);
	close(ends[1]);
	for (filled = 0; (size = read(ends[0], place->text + filled, TEXT_MAX - 1 - filled)) > 0;)
		filled += (size_t)size;
	place->text[filled] = '\0';
	close(ends[0]);
	tally_add(&tally, place->text);
	assert_int_equal(tally.said + tally.lost, QUEUE_MAX + 1001);
	assert_true(tally.lost >= 999);
}

/* Nobody will ever read: log_free() comes back all the same. */
static void gives_up_on_a_stuck_pipe(void **state)
{
	place_t *place = *state;
	int ends[2];
	log_t *log;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	fill_pipe(ends[1]);
	log = log_new("stderr", LOG_LEVEL_INFO);
	for (int i = 0; i < QUEUE_MAX + 10; i++)
		log_write(log, LOG_LEVEL_INFO, "line");
	log_free(log);
	dup2(place->memory, STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
}

/* The journal does not take what it is given: log_free() comes back, and the writer frees everything when it can. */
static void leaves_a_stuck_writer_alone(void **state)
{
	log_t *log;

	(void)state;
	g_journal.there = true;
	g_journal.stuck = true;
	log = log_new("journal", LOG_LEVEL_INFO);
	log_write(log, LOG_LEVEL_INFO, "a");
	log_write(log, LOG_LEVEL_INFO, "b");
	log_free(log);
	g_journal.stuck = false;
	sem_post(&g_journal.go_on);
	sem_wait(&g_journal.went_on); /* the writer tells how many lines it could not write any more */
	sem_wait(&g_journal.went_on);
	assert_int_equal(g_journal.count, 2);
	assert_like(g_journal.last[0], "^MESSAGE=1 lines of the log were lost");
}

typedef struct talker {
	log_t *log;
	size_t first;
} talker_t;

enum { TALKERS = 4, LINES = 500, ROTATIONS = 20 };

static void *talk(void *arg)
{
	talker_t *talker = arg;

	for (size_t i = 0; i < LINES; i++)
		log_write(talker->log, LOG_LEVEL_INFO, "line number=%zu", talker->first + i);
	return NULL;
}

static void many_talk_at_once(void **state)
{
	place_t *place = *state;
	log_t *log = log_new(place->file, LOG_LEVEL_INFO);
	pthread_t threads[TALKERS];
	talker_t talkers[TALKERS];
	tally_t tally = { 0, 0 };

	for (size_t i = 0; i < TALKERS; i++) {
		talkers[i] = (talker_t){ .log = log, .first = i * LINES };
		assert_int_equal(pthread_create(&threads[i], NULL, talk, &talkers[i]), 0);
	}
	close(open(place->other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	for (int i = 0; i < ROTATIONS; i++)
		log_reopen(log, i % 2 == 0 ? place->other : place->file, LOG_LEVEL_INFO);
	for (size_t i = 0; i < TALKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	log_free(log);
	tally_add(&tally, in_file(place, place->file));
	tally_add(&tally, in_file(place, place->other));
	assert_int_equal(tally.said + tally.lost, TALKERS * LINES);
	assert_true(tally.said > 0);
	assert_string_equal(on_stderr(place), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_to_stderr),
		TEST(drops_what_is_below_the_level),
		TEST(errors_and_warnings_are_overheard),
		TEST(a_flood_is_overheard_in_part),
		TEST(does_nothing_without_a_log),
		TEST(lines_wait_for_the_start),
		TEST(lines_come_out_without_a_start),
		TEST(leaves_errno_alone),
		TEST(prefixes_for_the_journal),
		TEST(another_journal_is_not_ours),
		TEST(colours_a_terminal),
		TEST(colours_are_optional),
		TEST(writes_to_the_journal),
		TEST(without_a_journal_there_is_stderr),
		TEST(a_journal_that_fails_is_counted),
		TEST(appends_to_a_file),
		TEST(gives_its_file_away),
		TEST(gives_nothing_away_that_has_another_name),
		TEST(follows_rotation),
		TEST(a_file_that_cannot_be_opened_is_stderr),
		TEST(does_not_follow_symbolic_links),
		TEST(does_not_wait_for_a_reader),
		TEST(survives_a_full_disk),
		TEST(says_when_it_works_again),
		TEST(survives_a_closed_pipe),
		TEST(says_how_many_were_lost),
		TEST(gives_up_on_a_stuck_pipe),
		TEST(leaves_a_stuck_writer_alone),
		TEST(many_talk_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
