/* command.c: `mxward log verify`. */
#include "module/command.h"
#include "module/escape.h"
#include "module/options.h"
#include "module/vlog/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EXIT_BROKEN = 1,
	EXIT_UNREADABLE = 2,
	KEYS_MAX = 16,
	FAULTS_SHOWN_MAX = 1000,       /* further ones are counted */
	PROGRESS_FROM = 64 << 20,      /* octets of a file that is worth to tell how far we are */
	PROGRESS_STEP = 16 << 20,      /* octets between two times */
	NAME_SHOWN_MAX = 4 * 4096 + 1, /* octets of a path, escaped */
};

static const char help[] =
	"Usage: mxward log verify [--key FILE]... [--json] FILE...\n"
	"\n"
	"Proves that a validation log is as it was written. Name its files in the order in which they\n"
	"were written, oldest first; - is standard input. Each line that was changed, removed, inserted,\n"
	"put into another order or cut off is named. Files may be compressed (gzip, zstd).\n"
	"\n"
	"  -k, --key FILE  check signatures with this public key (PEM); again for further keys\n"
	"      --json      print one JSON object\n"
	"  -h, --help      this\n"
	"\n"
	"Exit status: 0 the log is whole; 1 it is not; 2 a file cannot be read; 64 wrong command line;\n"
	"70 memory or output failed.\n";

typedef struct request {
	bool json;
	size_t key_count;
	const char *keys[KEYS_MAX];
	size_t file_count;
	char *const *files;
} request_t;

typedef struct report {
	const request_t *request;
	json_t *faults; /* for JSON */
	uint64_t shown;
	uint64_t size; /* octets of the file that is read, 0: unknown */
	uint64_t told; /* octets when progress was told last */
} report_t;

/* --- What is found ----------------------------------------------------------------------------------------------- */

static void clear_progress(report_t *report)
{
	if (report->told > 0)
		fputs("\r\033[K", stderr);
	report->told = 0;
}

static void on_fault(void *data, const char *file, uint64_t line, const char *text)
{
	report_t *report = data;
	char name[NAME_SHOWN_MAX];
	char said[1024];

	if (report->shown++ >= FAULTS_SHOWN_MAX)
		return;
	clear_progress(report);
	escape_string(file, name, sizeof(name));
	escape_string(text, said, sizeof(said));
	if (report->request->json)
		(void)!json_array_append_new(report->faults, json_pack("{s:s, s:I, s:s}", "file", name, "line",
								       (json_int_t)line, "fault", said));
	else
		printf("%s:%" PRIu64 ": %s\n", name, line, said);
}

static void on_progress(void *data, uint64_t octets)
{
	report_t *report = data;

	if (report->size < PROGRESS_FROM || octets < report->told + PROGRESS_STEP)
		return;
	report->told = octets;
	fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " MB", octets * 100 / report->size, report->size / 1000000);
}

/* --- Saying it --------------------------------------------------------------------------------------------------- */

static bool print_json(const report_t *report, const verify_result_t *result)
{
	const request_t *request = report->request;
	json_t *object = json_pack("{s:b, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:O}", "whole",
				   (int)(result->faults == 0), "lines", (json_int_t)result->lines, "first",
				   (json_int_t)result->first, "last", (json_int_t)result->last, "lost",
				   (json_int_t)result->lost, "signatures_checked", (int)(request->key_count > 0),
				   "checkpoints", (json_int_t)result->checkpoints, "covered_until",
				   (json_int_t)result->covered, "covered_lines", (json_int_t)result->covered_lines,
				   "unsigned_lines", (json_int_t)result->unsigned_lines, "fault_count",
				   (json_int_t)result->faults, "faults", report->faults);
	bool done = object != NULL && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (done)
		putchar('\n');
	json_decref(object);
	return done;
}

static void print_signatures(const request_t *request, const verify_result_t *result)
{
	if (result->checkpoints == 0)
		printf("There is no checkpoint%s: nothing is signed.\n",
		       request->key_count > 0 ? " that can be relied on" : "");
	else
		printf("%" PRIu64 " lines are covered by %" PRIu64 " checkpoints, the last one is number %" PRIu64
		       "; %" PRIu64 " lines follow it unsigned.\n",
		       result->covered_lines, result->checkpoints, result->covered, result->unsigned_lines);
	if (request->key_count == 0)
		puts("Signatures were not checked: name the public key with --key.");
}

static void print_result(const request_t *request, const verify_result_t *result)
{
	if (result->faults > FAULTS_SHOWN_MAX)
		printf("… and %" PRIu64 " more.\n", result->faults - FAULTS_SHOWN_MAX);
	if (result->lines == 0)
		puts("There are no lines.");
	else
		printf("%" PRIu64 " lines, numbers %" PRIu64 " to %" PRIu64 ": %s.\n", result->lines, result->first,
		       result->last, result->faults == 0 ? "the chain is whole" : "the chain is BROKEN");
	if (result->first > 1)
		printf("What was written before number %" PRIu64 " is in older files.\n", result->first);
	if (result->lost > 0)
		printf("%" PRIu64 " events were lost before they could be written, as the log itself tells.\n",
		       result->lost);
	print_signatures(request, result);
}

static int report_result(const report_t *report, const verify_result_t *result)
{
	bool printed = true;

	if (report->request->json)
		printed = print_json(report, result);
	else
		print_result(report->request, result);
	if (fflush(stdout) == 0 && printed)
		return result->faults == 0 ? 0 : EXIT_BROKEN;
	fputs("mxward log verify: the result could not be printed: memory is out, or the output is closed\n", stderr);
	return EXIT_SOFTWARE;
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

static void cannot_read(const char *file, const char *why)
{
	char name[NAME_SHOWN_MAX];

	fprintf(stderr, "mxward log verify: cannot read %s: %s\n", escape_string(file, name, sizeof(name)), why);
}

static bool read_file(verify_t *verify, report_t *report, const char *file)
{
	bool is_stdin = strcmp(file, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	bool done;

	if (fd < 0) {
		cannot_read(file, strerror(errno));
		return false;
	}
	report->size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && isatty(STDERR_FILENO) ? (uint64_t)st.st_size : 0;
	done = verify_file(verify, is_stdin ? "standard input" : file, fd);
	clear_progress(report);
	if (!done)
		cannot_read(file, verify_error(verify));
	if (!is_stdin)
		close(fd);
	return done;
}

static int read_files(const request_t *request, seal_t *const *seals)
{
	report_t report = { .request = request, .faults = json_array() };
	const verify_hooks_t hooks = { on_fault, on_progress, &report };
	verify_t *verify = verify_new(&hooks, seals, request->key_count);
	int status = EXIT_SOFTWARE;
	bool read = verify != NULL && report.faults != NULL;

	if (!read)
		fputs("mxward log verify: memory is out\n", stderr);
	for (size_t i = 0; read && i < request->file_count; i++)
		if (!read_file(verify, &report, request->files[i])) {
			status = EXIT_UNREADABLE;
			read = false;
		}
	if (read)
		status = report_result(&report, verify_finish(verify));
	verify_free(verify);
	json_decref(report.faults);
	return status;
}

static int verify_log(const request_t *request)
{
	seal_t *seals[KEYS_MAX] = { NULL };
	char *error = NULL;
	int status = EXIT_UNREADABLE;
	size_t opened = 0;

	while (opened < request->key_count && (seals[opened] = seal_open_public(request->keys[opened], &error)) != NULL)
		opened++;
	if (opened == request->key_count)
		status = read_files(request, seals);
	else
		fprintf(stderr, "mxward log verify: %s\n", error != NULL ? error : "memory is out");
	free(error);
	while (opened > 0)
		seal_free(seals[--opened]);
	return status;
}

static int usage_error(const char *what)
{
	fprintf(stderr, "mxward log verify: %s; see mxward log verify --help\n", what);
	return EXIT_USAGE;
}

int command_log_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	request_t request = { .json = false };

	for (int option; (option = options_next(argc, argv, "log verify", ":k:h", options)) != -1;) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == '?')
			return EXIT_USAGE;
		if (option == 'k' && request.key_count == KEYS_MAX)
			return usage_error("at most 16 keys");
		if (option == 'k')
			request.keys[request.key_count++] = optarg;
		else
			request.json = true;
	}
	request.files = argv + optind;
	request.file_count = (size_t)(argc - optind);
	return request.file_count > 0 ? verify_log(&request) : usage_error("name the files of the log, oldest first");
}
