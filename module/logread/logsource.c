/* logsource.c: see logsource.h. */
#include "module/logread/logsource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	INPUT_SIZE = 1 << 17,
	MAGIC_MAX = 4,
	GZIP_WINDOW = 15 + 16, /* zlib.h, inflateInit2(): the largest window, a gzip header */
};

typedef enum { FORM_UNKNOWN, FORM_PLAIN, FORM_GZIP, FORM_ZSTD } form_t;

struct logsource {
	int fd;
	form_t form;
	bool between; /* compressed: where a member or a frame may begin, and the file may end */
	bool fd_ended;
	const char *error;
	size_t at; /* octets of input[] that were used */
	size_t filled;
	z_stream gzip;
	ZSTD_DStream *zstd;
	unsigned char input[INPUT_SIZE];
};

static const char memory_is_out[] = "memory is out";
static const char cut_off[] = "it ends in the middle: the compressed file is damaged, or still being written";
static const char damaged[] = "its compressed data are damaged";

typedef struct magic {
	form_t form;
	size_t size;
	unsigned char octets[MAGIC_MAX];
} magic_t;

static const magic_t magics[] = {
	{ FORM_GZIP, 2, { 0x1f, 0x8b } },             /* RFC 1952, 2.3.1 */
	{ FORM_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } }, /* RFC 8878, 3.1.1 */
};

logsource_t *logsource_new(int fd)
{
	logsource_t *source = malloc(sizeof(*source));

	if (source == NULL)
		return NULL;
	memset(source, 0, offsetof(logsource_t, input));
	source->fd = fd;
	source->between = true;
	return source;
}

void logsource_free(logsource_t *source)
{
	if (source == NULL)
		return;
	if (source->form == FORM_GZIP)
		inflateEnd(&source->gzip);
	ZSTD_freeDStream(source->zstd);
	free(source);
}

const char *logsource_error(const logsource_t *source)
{
	return source->error != NULL ? source->error : "";
}

bool logsource_is_compressed(const logsource_t *source)
{
	return source->form == FORM_GZIP || source->form == FORM_ZSTD;
}

static ssize_t fail(logsource_t *source, const char *error)
{
	source->error = error;
	return -1;
}

static ssize_t read_fd(logsource_t *source, void *octets, size_t room)
{
	ssize_t got;

	do
		got = read(source->fd, octets, room);
	while (got < 0 && errno == EINTR);
	return got >= 0 ? got : fail(source, strerrordesc_np(errno));
}

/* Adds to the input what one read() gives. Octets added, 0 at the file's end, -1. */
static ssize_t fill(logsource_t *source)
{
	ssize_t got;

	if (source->at == source->filled)
		source->at = source->filled = 0;
	got = read_fd(source, source->input + source->filled, INPUT_SIZE - source->filled);
	if (got > 0)
		source->filled += (size_t)got;
	return got;
}

/* --- Which form ---------------------------------------------------------------------------------------------------- */

static form_t form_of(const unsigned char *octets, size_t size)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (size >= magics[i].size && memcmp(octets, magics[i].octets, magics[i].size) == 0)
			return magics[i].form;
	return FORM_PLAIN;
}

static bool begin(logsource_t *source, form_t form)
{
	if (form == FORM_GZIP && inflateInit2(&source->gzip, GZIP_WINDOW) != Z_OK)
		return false;
	source->form = form; /* from here on logsource_free() ends it */
	if (form != FORM_ZSTD)
		return true;
	source->zstd = ZSTD_createDStream();
	return source->zstd != NULL &&
	       !ZSTD_isError(ZSTD_DCtx_setParameter(source->zstd, ZSTD_d_windowLogMax, LOGSOURCE_WINDOW_LOG));
}

/* 1 when it is known, 0 when the file is empty so far, -1. */
static ssize_t recognise(logsource_t *source)
{
	ssize_t got = 1;

	while (source->filled < MAGIC_MAX && (got = fill(source)) > 0)
		;
	if (got < 0 || source->filled == 0)
		return got;
	return begin(source, form_of(source->input, source->filled)) ? 1 : fail(source, memory_is_out);
}

/* --- Each form ----------------------------------------------------------------------------------------------------- */

static size_t take_input(logsource_t *source, void *octets, size_t room)
{
	size_t left = source->filled - source->at;
	size_t size = left < room ? left : room;

	memcpy(octets, source->input + source->at, size);
	source->at += size;
	return size;
}

static ssize_t read_plain(logsource_t *source, void *octets, size_t room)
{
	if (source->at < source->filled)
		return (ssize_t)take_input(source, octets, room);
	return read_fd(source, octets, room);
}

/* Octets made, or -1. */
static ssize_t inflate_some(logsource_t *source, void *octets, size_t room)
{
	z_stream *gzip = &source->gzip;
	int state;

	gzip->next_in = source->input + source->at;
	gzip->avail_in = (uInt)(source->filled - source->at);
	gzip->next_out = octets;
	gzip->avail_out = (uInt)room;
	state = inflate(gzip, Z_NO_FLUSH);
	source->at = source->filled - gzip->avail_in;
	source->between = state == Z_STREAM_END && inflateReset(gzip) == Z_OK;
	if (state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR)
		return (ssize_t)(room - gzip->avail_out);
	return fail(source, state == Z_MEM_ERROR ? memory_is_out : damaged);
}

static const char *zstd_error(size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation: return memory_is_out;
	case ZSTD_error_frameParameter_windowTooLarge:
		return "unpacking it would take more than 128 MB of memory: compress it again without --long or "
		       "--ultra";
	default: return damaged;
	}
}

static ssize_t unzstd_some(logsource_t *source, void *octets, size_t room)
{
	ZSTD_inBuffer in = { source->input, source->filled, source->at };
	ZSTD_outBuffer out = { octets, room, 0 };
	size_t state = ZSTD_decompressStream(source->zstd, &out, &in);

	source->at = in.pos;
	if (ZSTD_isError(state))
		return fail(source, zstd_error(state));
	source->between = state == 0;
	return (ssize_t)out.pos;
}

/* gzip(1) takes zeros behind the last member for padding, and so do we. */
static void skip_padding(logsource_t *source)
{
	while (source->form == FORM_GZIP && source->between && source->at < source->filled &&
	       source->input[source->at] == 0)
		source->at++;
}

/* A decoder may still hold output when all input is used, so it is asked once more before the file is read on. */
static ssize_t read_compressed(logsource_t *source, void *octets, size_t room)
{
	ssize_t made = 0;

	while (made == 0) {
		skip_padding(source);
		if (source->at < source->filled || !source->between)
			made = source->form == FORM_GZIP ? inflate_some(source, octets, room)
							 : unzstd_some(source, octets, room);
		if (made != 0 || source->at < source->filled)
			continue;
		if (source->fd_ended)
			return source->between ? 0 : fail(source, cut_off);
		made = fill(source);
		source->fd_ended = made == 0;
		made = made < 0 ? -1 : 0;
	}
	return made;
}

ssize_t logsource_read(logsource_t *source, void *octets, size_t room)
{
	ssize_t known = source->form == FORM_UNKNOWN ? recognise(source) : 1;

	if (source->error != NULL)
		return -1;
	if (known <= 0)
		return known;
	return source->form == FORM_PLAIN ? read_plain(source, octets, room) : read_compressed(source, octets, room);
}

bool logsource_jump(logsource_t *source, uint64_t octets)
{
	if (source->form != FORM_PLAIN || source->at < source->filled)
		return false;
	return lseek(source->fd, (off_t)octets, SEEK_CUR) >= 0;
}
