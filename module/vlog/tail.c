/* tail.c: see tail.h. */
#include "module/vlog/tail.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW = 2 * CHAIN_LINE_MAX }; /* octets: a whole line and an unfinished one always fit */

static const char foreign[] = "it holds something else than a validation log: move it away";

/* A line that was written to its end. */
static bool is_whole(const char *line, size_t size, chain_head_t *head)
{
	json_t *json = chain_read(line, size, head) ? json_loadb(line, size, 0, NULL) : NULL;

	json_decref(json);
	return json != NULL;
}

/* What a crash leaves of the first line of all: its beginning, or zeros in its place (file systems that know the new size
 * before they have the octets). */
static bool may_be_first_line(const char *octets, size_t size)
{
	static const char begin[] = "{\"v\":1,\"seq\":";
	size_t zeros = 0;

	while (zeros < size && octets[zeros] == '\0')
		zeros++;
	if (memchr(octets, '\n', size) != NULL)
		return false;
	return zeros == size || memcmp(octets, begin, size < sizeof(begin) - 1 ? size : sizeof(begin) - 1) == 0;
}

/* Finds the last whole line in the last `size` octets of the file, which begin at `at` in it. */
static const char *find(tail_t *tail, uint64_t at, size_t size)
{
	const char *octets = tail->octets;
	const char *line_end = memrchr(octets, '\n', size);

	while (line_end != NULL) {
		const char *before = memrchr(octets, '\n', (size_t)(line_end - octets));
		const char *line = before != NULL ? before + 1 : octets;
		size_t line_size = (size_t)(line_end - line);
		chain_head_t head;

		if ((before != NULL || at == 0) && is_whole(line, line_size, &head)) {
			tail->fragment = line_end + 1;
			tail->end = at + (uint64_t)(line_end + 1 - octets);
			return chain_advance(&tail->chain, head.seq, line, line_size) ? NULL : "memory is out";
		}
		line_end = before;
	}
	return at == 0 && may_be_first_line(octets, size) ? NULL : foreign;
}

const char *tail_read(int fd, tail_t *tail)
{
	struct stat st;
	const char *why;
	uint64_t at;
	size_t size;

	*tail = (tail_t){ .chain = chain_none() };
	if (fstat(fd, &st) != 0)
		return strerrordesc_np(errno);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return NULL;
	size = st.st_size < WINDOW ? (size_t)st.st_size : WINDOW;
	at = (uint64_t)st.st_size - size;
	tail->octets = malloc(size);
	if (tail->octets == NULL)
		return "memory is out";
	tail->fragment = tail->octets;
	if (pread(fd, tail->octets, size, (off_t)at) != (ssize_t)size)
		return "it cannot be read";
	why = find(tail, at, size);
	tail->cut = (uint64_t)st.st_size - tail->end;
	return why;
}

void tail_clear(tail_t *tail)
{
	free(tail->octets);
}
