/* verify.c: see verify.h. */
#include "module/vlog/verify.h"

#include "module/logread/logsource.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 18, FAULT_TEXT_MAX = 512 };

/* Where a line is. */
typedef struct place {
	const char *file;
	uint64_t line; /* from 1 */
} place_t;

struct verify {
	const verify_hooks_t *hooks;
	seal_t *const *seals;
	size_t seal_count;
	chain_t chain;   /* the last line that was taken, */
	place_t before;  /*   where that is; its line is 0 when there was none */
	size_t size;     /*   and the octets of it in last[] */
	place_t here;    /* the line that is looked at */
	uint64_t unread; /* lines between the two that are none, and perhaps were some */
	verify_result_t result;
	const char *error;
	size_t filled; /* octets in buffer */
	char buffer[CHAIN_LINE_MAX + READ_SIZE];
	char last[CHAIN_LINE_MAX];
};

static const char *const types[] = { "open", "recovered", "lost", "checkpoint", "assessment", "rejected", "hit" };

enum { TYPES = sizeof(types) / sizeof(types[0]) };

verify_t *verify_new(const verify_hooks_t *hooks, seal_t *const *seals, size_t seal_count)
{
	verify_t *verify = malloc(sizeof(*verify));

	if (verify == NULL)
		return NULL;
	memset(verify, 0, offsetof(verify_t, buffer)); /* two megabytes of room need not be touched */
	verify->hooks = hooks;
	verify->seals = seals;
	verify->seal_count = seal_count;
	verify->chain = chain_none();
	return verify;
}

void verify_free(verify_t *verify)
{
	free(verify);
}

static void fault(verify_t *verify, const place_t *place, const char *format, ...) PRINTF_LIKE(3, 4);

static void fault(verify_t *verify, const place_t *place, const char *format, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	verify->result.faults++;
	verify->hooks->fault(verify->hooks->data, place->file, place->line, text);
}

/* --- One line ---------------------------------------------------------------------------------------------------- */

static const char *fault_of_signature(const verify_t *verify, const char *line, size_t size)
{
	char key[CHAIN_HASH_TEXT];
	char signature[CHAIN_SIGNATURE_TEXT];
	size_t signed_size;

	if (!chain_read_checkpoint(line, size, &signed_size, key, signature))
		return "changed: this checkpoint is not written as mxward writes one";
	for (size_t i = 0; i < verify->seal_count; i++)
		if (strcmp(seal_fingerprint(verify->seals[i]), key) == 0)
			return seal_verify(verify->seals[i], line, signed_size, signature)
				       ? NULL
				       : "the signature is wrong: this line was changed, or the chain before it was "
					 "computed anew";
	return verify->seal_count > 0 ? "signed with another key than those given with --key" : NULL;
}

static void check_checkpoint(verify_t *verify, const char *line, size_t size)
{
	verify_result_t *result = &verify->result;
	const char *why = fault_of_signature(verify, line, size);

	if (why != NULL) {
		fault(verify, &verify->here, "%s", why);
		return;
	}
	result->checkpoints++;
	result->covered = verify->chain.seq;
	result->covered_lines = result->lines;
	result->unsigned_lines = 0;
}

/* What the writer says it could not write. */
static uint64_t lost_in(const char *line, size_t size)
{
	static const char key[] = ",\"count\":";
	const char *count = memmem(line, size, key, sizeof(key) - 1);

	return count != NULL ? strtoull(count + sizeof(key) - 1, NULL, 10) : 0;
}

/* The line is the last one from here on. */
static void take(verify_t *verify, const chain_head_t *head, const char *line, size_t size)
{
	if (!chain_advance(&verify->chain, head->seq, line, size))
		fault(verify, &verify->here, "could not be checked: memory is out");
	if (verify->before.line == 0)
		verify->result.first = head->seq;
	verify->before = verify->here;
	verify->unread = 0;
	verify->size = size;
	memcpy(verify->last, line, size);
	verify->result.last = head->seq;
	verify->result.unsigned_lines++;
	if (strcmp(head->type, "lost") == 0)
		verify->result.lost += lost_in(line, size);
	if (strcmp(head->type, "checkpoint") == 0)
		check_checkpoint(verify, line, size);
}

/* Something that is no line: what follows may fit on what stands before it (it was inserted), or not (a line was changed). */
static void skip(verify_t *verify, const char *why)
{
	fault(verify, &verify->here, "%s", why);
	verify->unread++;
}

static bool is_line(const char *line, size_t size, chain_head_t *head)
{
	size_t type = 0;

	if (size > CHAIN_LINE_MAX || !chain_read(line, size, head))
		return false;
	while (type < TYPES && strcmp(types[type], head->type) != 0)
		type++;
	return type < TYPES;
}

static bool is_new_chain(const chain_head_t *head)
{
	chain_t none = chain_none();

	return head->seq == 1 && strcmp(head->prev, none.hash) == 0;
}

/* Whether the line, whose number is higher, follows the one before. */
static void check_link(verify_t *verify, const chain_head_t *head)
{
	uint64_t missing = head->seq - verify->chain.seq - 1;

	if (missing > verify->unread)
		fault(verify, &verify->here, "lines are missing before this one: number %" PRIu64 " follows %" PRIu64,
		      head->seq, verify->chain.seq);
	else if (missing == 0 && strcmp(head->prev, verify->chain.hash) != 0)
		fault(verify, &verify->before,
		      "changed: this is not the line that %s:%" PRIu64 " was written behind, or that one was changed",
		      verify->here.file, verify->here.line);
}

static void check_line(verify_t *verify, const char *line, size_t size)
{
	chain_head_t head;

	verify->result.lines++;
	if (!is_line(line, size, &head)) {
		skip(verify, "changed, or inserted: this is no line of a validation log");
		return;
	}
	if (verify->before.line > 0 && !is_new_chain(&head) && head.seq <= verify->chain.seq) {
		fault(verify, &verify->here,
		      "inserted, or out of order: number %" PRIu64 " comes after number %" PRIu64, head.seq,
		      verify->chain.seq);
		return;
	}
	if (verify->here.line == 1 && strcmp(head.type, "open") != 0)
		fault(verify, &verify->here, "no file begins with this line: those before it were removed");
	if (verify->before.line > 0 && is_new_chain(&head))
		fault(verify, &verify->here, "a new chain begins here: what was written before was taken away");
	else if (verify->before.line > 0)
		check_link(verify, &head);
	take(verify, &head, line, size);
}

/* --- Files ------------------------------------------------------------------------------------------------------- */

/* Checks the lines that are in the buffer whole, and keeps what is left of it. */
static void check_lines(verify_t *verify)
{
	const char *at = verify->buffer;
	const char *end = verify->buffer + verify->filled;
	const char *line_end;

	while ((line_end = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		verify->here.line++;
		check_line(verify, at, (size_t)(line_end - at));
		at = line_end + 1;
	}
	verify->filled = (size_t)(end - at);
	memmove(verify->buffer, at, verify->filled);
}

static void check_too_long(verify_t *verify)
{
	if (verify->filled <= CHAIN_LINE_MAX)
		return;
	verify->here.line++;
	verify->result.lines++;
	skip(verify, "changed, or inserted: longer than any line of a validation log");
	verify->filled = 0;
}

static void check_end(verify_t *verify)
{
	if (verify->filled == 0)
		return;
	verify->here.line++;
	verify->result.lines++;
	skip(verify, "cut off: this line does not end (if the file is written just now, try again)");
	verify->filled = 0;
}

/* Octets of the file that were read; of a pipe, what was unpacked. */
static uint64_t place_in(int fd, uint64_t octets)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at >= 0 ? (uint64_t)at : octets;
}

static bool read_source(verify_t *verify, logsource_t *source, int fd)
{
	uint64_t octets = 0;
	ssize_t more;

	while ((more = logsource_read(source, verify->buffer + verify->filled,
				      sizeof(verify->buffer) - verify->filled)) > 0) {
		octets += (uint64_t)more;
		verify->filled += (size_t)more;
		check_lines(verify);
		check_too_long(verify);
		verify->hooks->progress(verify->hooks->data, place_in(fd, octets));
	}
	verify->error = logsource_error(source);
	return more == 0;
}

bool verify_file(verify_t *verify, const char *name, int fd)
{
	logsource_t *source = logsource_new(fd);
	bool read;

	verify->here = (place_t){ name, 0 };
	verify->error = "memory is out";
	if (source == NULL)
		return false;
	read = read_source(verify, source, fd);
	check_end(verify);
	logsource_free(source);
	return read;
}

const char *verify_error(const verify_t *verify)
{
	return verify->error;
}

/* The last line is named by no other. If it is no checkpoint, this at least can be said of it. */
const verify_result_t *verify_finish(verify_t *verify)
{
	json_t *json = json_loadb(verify->last, verify->size, 0, NULL);

	if (json == NULL && verify->before.line > 0)
		fault(verify, &verify->before, "changed: this is no line of a validation log");
	json_decref(json);
	return &verify->result;
}
