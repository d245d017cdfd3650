/* stream.c: see stream.h.
 *
 * A stream belongs to its response, which libmicrohttpd frees; while a worker has its job, the job's end frees it instead. Its
 * connection is suspended whenever there is nothing to send. */
#include "module/inspect/stream.h"

#include "module/clock.h"
#include "module/inspect/api_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = 8192, /* octets that libmicrohttpd asks for at a time */
	TICK_SECONDS = 1,
	BAD_REQUEST = 400,
	UNAVAILABLE = 503,
};

typedef struct stream {
	job_t job;
	LIST_ENTRY(stream) link;
	streams_t *streams;
	struct MHD_Connection *connection; /* NULL: gone */
	bool suspended;
	bool reading; /* a worker has the job */
	bool wanted;  /* there may be entries that were not read yet */
	bool ended;
	uint64_t alive; /* when something was sent last: seconds of the monotonic clock */
	char *text;     /* to be sent, from `sent` on */
	size_t size;
	size_t sent;
	/* The worker's, while it has the job. */
	logfilter_t filter;
	uint64_t last; /* id of the last entry that was read */
	bool from_now; /* last is still to be found */
	bool full;     /* there may be more */
} stream_t;

struct streams {
	const mhd_t *mhd;
	workers_t *workers;
	void (*resumed)(void *arg);
	void *arg;
	struct event *tick;
	unsigned count;
	LIST_HEAD(, stream) all;
};

/* ---- the worker's part ---- */

/* An entry is one line of ASCII. */
static void write_event(FILE *out, const json_t *entry)
{
	char *text = json_dumps(entry, JSON_COMPACT | JSON_ENSURE_ASCII);

	if (text != NULL)
		fprintf(out, "event: entry\nid: %" JSON_INTEGER_FORMAT "\ndata: %s\n\n",
			json_integer_value(json_object_get(entry, "id")), text);
	free(text);
}

static void write_entries(stream_t *stream, FILE *out, const json_t *entries)
{
	const size_t count = json_array_size(entries);

	for (size_t i = 0; i < count; i++) {
		const json_t *entry = json_array_get(entries, i);

		write_event(out, entry);
		stream->last = (uint64_t)json_integer_value(json_object_get(entry, "id"));
	}
	stream->full = count == STREAM_BATCH;
}

/* What cannot be read now is tried again at the next tick. */
static void read_entries(sources_t *sources, job_t *job)
{
	stream_t *stream = (stream_t *)(void *)job; /* its first member */
	logindex_t *index = sources_log(sources);
	const char *error = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *out;
	json_t *entries;

	stream->full = false;
	if (index == NULL)
		return;
	if (stream->from_now) {
		stream->last = logindex_newest(index);
		stream->from_now = stream->last == UINT64_MAX;
		return;
	}
	entries = logindex_after(index, &stream->filter, stream->last, STREAM_BATCH, &error);
	out = entries != NULL && json_array_size(entries) > 0 ? open_memstream(&text, &size) : NULL;
	if (out != NULL) {
		write_entries(stream, out, entries);
		job->answer = fclose(out) == 0 ? answer_text(200, NULL, text, size) : (answer_t){ 0 };
	}
	json_decref(entries);
}

/* ---- the loop's part ---- */

static void free_stream(stream_t *stream)
{
	free(stream->text);
	free(stream);
}

/* libmicrohttpd asks again. */
static void resume(stream_t *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	stream->streams->mhd->resume_connection(stream->connection);
	stream->streams->resumed(stream->streams->arg);
}

/* Takes `text` over; what was there has been sent. */
static void put(stream_t *stream, char *text, size_t size)
{
	free(stream->text);
	stream->text = text;
	stream->size = text != NULL ? size : 0;
	stream->sent = 0;
	stream->alive = clock_seconds(CLOCK_MONOTONIC);
	resume(stream);
}

static void on_read(job_t *job);

/* When the client has taken all that there was. */
static void read_more(stream_t *stream)
{
	if (!stream->wanted || stream->reading || stream->ended || stream->sent < stream->size)
		return;
	stream->job.work = read_entries;
	stream->job.done = on_read;
	stream->reading = workers_take(stream->streams->workers, &stream->job) == WORKERS_TAKEN;
	if (stream->reading)
		stream->wanted = false;
}

static void on_read(job_t *job)
{
	stream_t *stream = (stream_t *)(void *)job; /* its first member */
	answer_t answer = job->answer;

	job->answer = (answer_t){ 0 };
	stream->reading = false;
	if (stream->connection == NULL) {
		answer_clear(&answer);
		free_stream(stream);
		return;
	}
	stream->wanted = stream->wanted || stream->full || stream->from_now;
	if (answer.text != NULL)
		put(stream, answer.text, answer.size);
	else if (!stream->from_now)
		read_more(stream);
}

static ssize_t on_send(void *cls, uint64_t pos, char *to, size_t room)
{
	stream_t *stream = cls;
	size_t size = stream->size - stream->sent;

	(void)pos;
	if (size == 0 && stream->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (size == 0) {
		read_more(stream);
		stream->suspended = true;
		stream->streams->mhd->suspend_connection(stream->connection);
		return 0;
	}
	size = size < room ? size : room;
	memcpy(to, stream->text + stream->sent, size);
	stream->sent += size;
	return (ssize_t)size;
}

static void on_gone(void *cls)
{
	stream_t *stream = cls;

	LIST_REMOVE(stream, link);
	stream->streams->count--;
	stream->connection = NULL;
	if (!stream->reading)
		free_stream(stream);
}

static void tick_stream(stream_t *stream, uint64_t now)
{
	static const char comment[] = ":\n\n";

	read_more(stream);
	if (stream->suspended && !stream->reading && now - stream->alive >= STREAM_ALIVE_SECONDS)
		put(stream, strdup(comment), sizeof(comment) - 1);
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	const streams_t *streams = arg;
	const uint64_t now = clock_seconds(CLOCK_MONOTONIC);
	stream_t *stream;

	(void)fd;
	(void)events;
	LIST_FOREACH(stream, &streams->all, link)
	tick_stream(stream, now);
}

void streams_grew(streams_t *streams)
{
	stream_t *stream;

	LIST_FOREACH(stream, &streams->all, link)
	{
		stream->wanted = true;
		read_more(stream);
	}
}

/* ---- life ---- */

streams_t *streams_new(struct event_base *base, const mhd_t *mhd, workers_t *workers, void (*resumed)(void *arg),
		       void *arg)
{
	const struct timeval second = { .tv_sec = TICK_SECONDS };
	streams_t *streams = calloc(1, sizeof(*streams));

	if (streams == NULL)
		return NULL;
	streams->mhd = mhd;
	streams->workers = workers;
	streams->resumed = resumed;
	streams->arg = arg;
	LIST_INIT(&streams->all);
	streams->tick = event_new(base, -1, EV_PERSIST, on_tick, streams);
	if (streams->tick != NULL && event_add(streams->tick, &second) == 0)
		return streams;
	streams_free(streams);
	return NULL;
}

void streams_end(streams_t *streams)
{
	stream_t *stream;

	LIST_FOREACH(stream, &streams->all, link)
	{
		stream->ended = true;
		resume(stream);
	}
}

void streams_free(streams_t *streams)
{
	if (streams != NULL && streams->tick != NULL)
		event_free(streams->tick);
	free(streams);
}

/* NULL when memory is out. Begins with a comment, so that the client hears at once that there is a stream. */
static stream_t *stream_new(streams_t *streams, const logfilter_t *filter)
{
	static const char begin[] = ": entries of the validation log\n\n";
	stream_t *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->streams = streams;
	stream->filter = *filter;
	stream->wanted = true;
	stream->alive = clock_seconds(CLOCK_MONOTONIC);
	stream->text = strdup(begin);
	stream->size = stream->text != NULL ? sizeof(begin) - 1 : 0;
	return stream;
}

/* An id that is none counts as none: the client may have it from a server before this one. */
static void begin_behind(stream_t *stream, const char *after)
{
	stream->from_now = after == NULL || !uri_read_number(after, 0, INT64_MAX, &stream->last);
}

struct MHD_Response *streams_response(streams_t *streams, struct MHD_Connection *connection, const uri_t *uri,
				      const char *after, answer_t *refusal)
{
	static const char *const others[] = { NULL };
	char why[LOGFILTER_WHY_MAX];
	logfilter_t filter;
	stream_t *stream;
	struct MHD_Response *response;

	if (!api_log_filter(uri, others, &filter, why)) {
		*refusal = answer_error(BAD_REQUEST, why);
		return NULL;
	}
	if (streams->count >= STREAMS_MAX) {
		*refusal = answer_error(UNAVAILABLE, "there are too many streams: close one");
		return NULL;
	}
	*refusal = answer_json(200, NULL);
	stream = stream_new(streams, &filter);
	response = stream != NULL ? streams->mhd->create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_send,
										stream, on_gone)
				  : NULL;
	if (response == NULL) {
		if (stream != NULL)
			free_stream(stream);
		return NULL;
	}
	stream->connection = connection;
	begin_behind(stream, after);
	streams->count++;
	LIST_INSERT_HEAD(&streams->all, stream, link);
	return response;
}
