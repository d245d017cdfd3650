/* vlog.c: see vlog.h. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "module/vlog/vlog.h"

#include "module/log/queue.h"
#include "module/vlog/event.h"
#include "module/vlog/trail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum {
	QUEUE_MAX = 8 << 20, /* octets that wait to be written */
	FIELDS_MAX = 256,    /* of one event: each finding and each exchange is one */
};

static const char too_fast[] = "they came faster than they could be written";
static const char journal_socket[] = "/run/systemd/journal/socket";

/* On its way to the writer: an event, or a request to go on with other settings. */
typedef struct entry {
	queue_item_t item;
	const char *type; /* of the line; static */
	char *json;       /* NULL: no file, or memory was out */
	char *fields;     /* for the journal, each with its NUL; NULL: none */
	size_t fields_size;
	char *file; /* of a request, as are all that follow */
	char *key_file;
	unsigned checkpoint_lines;
} entry_t;

struct vlog {
	queue_t *queue;
	_Atomic bool to_file; /* what events are made into */
	_Atomic bool to_journal;
	_Atomic bool hits;
	trail_counts_t counts;
	voice_t voice;

	/* The writer's alone. */
	trail_t *trail;
	bool journal_failed; /* said already */
};

static void free_entry(queue_item_t *item)
{
	entry_t *entry = (entry_t *)item;

	free(entry->json);
	free(entry->fields);
	free(entry->file);
	free(entry->key_file);
	free(entry);
}

/* --- The writer -------------------------------------------------------------------------------------------------- */

static void write_journal(vlog_t *vlog, char *fields, size_t size)
{
	struct iovec field[FIELDS_MAX];
	int count = 0;
	int err;

	for (size_t at = 0; at < size && count < FIELDS_MAX; at += field[count++].iov_len + 1)
		field[count] = (struct iovec){ fields + at, strlen(fields + at) };
	err = access(journal_socket, F_OK) == 0 ? sd_journal_sendv(field, count) : -ENOENT;
	if (err < 0 && !vlog->journal_failed)
		voice_say(&vlog->voice, LOG_LEVEL_WARNING, "cannot write the validation log to the journal: %s",
			  strerrordesc_np(-err));
	vlog->journal_failed = err < 0;
}

static void use_settings(vlog_t *vlog, const entry_t *request)
{
	const trail_settings_t settings = { .file = request->file,
					    .key_file = request->key_file,
					    .checkpoint_lines = request->checkpoint_lines };

	trail_open(vlog->trail, &settings);
}

static void write_entry(void *owner, queue_item_t *item)
{
	vlog_t *vlog = owner;
	entry_t *entry = (entry_t *)item;

	trail_lose(vlog->trail, item->lost_before, too_fast);
	if (item->is_request)
		use_settings(vlog, entry);
	else if (entry->json != NULL)
		trail_write(vlog->trail, entry->type, entry->json);
	if (entry->fields != NULL)
		write_journal(vlog, entry->fields, entry->fields_size);
	free_entry(item);
}

static void finish(void *owner, size_t lost)
{
	vlog_t *vlog = owner;

	trail_lose(vlog->trail, lost, too_fast);
	trail_close(vlog->trail);
}

static void abandon(void *owner)
{
	vlog_t *vlog = owner;

	voice_mute(&vlog->voice);
}

static void destroy(void *owner)
{
	vlog_t *vlog = owner;

	trail_free(vlog->trail);
	voice_destroy(&vlog->voice);
	free(vlog);
}

static const queue_use_t use = {
	.write = write_entry,
	.finish = finish,
	.abandon = abandon,
	.free_item = free_entry,
	.destroy = destroy,
};

/* --- Everybody else ---------------------------------------------------------------------------------------------- */

/* NULL when memory is out. */
static entry_t *request_of(const vlog_settings_t *settings)
{
	entry_t *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->item.is_request = true;
	entry->checkpoint_lines = settings->checkpoint_lines;
	entry->file = strdup(settings->file);
	entry->key_file = strdup(settings->key_file);
	if (entry->file != NULL && entry->key_file != NULL)
		return entry;
	free_entry(&entry->item);
	return NULL;
}

static entry_t *entry_of(const vlog_t *vlog, const vlog_event_t *event)
{
	bool file = atomic_load_explicit(&vlog->to_file, memory_order_relaxed);
	bool journal = atomic_load_explicit(&vlog->to_journal, memory_order_relaxed);
	entry_t *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->type = event_type(event);
	entry->json = file ? event_json(event) : NULL;
	entry->fields = journal ? event_fields(event, &entry->fields_size) : NULL;
	entry->item.weight = sizeof(*entry) + entry->fields_size + (entry->json != NULL ? strlen(entry->json) : 0);
	if ((!file || entry->json != NULL) && (!journal || entry->fields != NULL))
		return entry;
	free_entry(&entry->item);
	return NULL;
}

vlog_t *vlog_new(const vlog_settings_t *settings, log_t *log)
{
	vlog_t *vlog = calloc(1, sizeof(*vlog));

	if (vlog == NULL)
		return NULL;
	voice_init(&vlog->voice, log);
	vlog->trail = trail_new(&vlog->voice, &vlog->counts);
	vlog->queue = vlog->trail != NULL ? queue_new(QUEUE_MAX, &use, vlog) : NULL;
	if (vlog->queue != NULL && queue_start(vlog->queue)) {
		vlog_reopen(vlog, settings);
		return vlog;
	}
	if (vlog->queue != NULL)
		queue_discard(vlog->queue);
	destroy(vlog);
	return NULL;
}

void vlog_free(vlog_t *vlog)
{
	if (vlog != NULL)
		queue_free(vlog->queue);
}

void vlog_reopen(vlog_t *vlog, const vlog_settings_t *settings)
{
	entry_t *request = vlog != NULL ? request_of(settings) : NULL;

	if (request == NULL)
		return;
	atomic_store_explicit(&vlog->to_file, settings->file[0] != '\0', memory_order_relaxed);
	atomic_store_explicit(&vlog->to_journal, settings->journal, memory_order_relaxed);
	atomic_store_explicit(&vlog->hits, settings->hits, memory_order_relaxed);
	queue_put(vlog->queue, &request->item);
}

bool vlog_wants(const vlog_t *vlog, vlog_kind_t kind)
{
	return vlog != NULL &&
	       (atomic_load_explicit(&vlog->to_file, memory_order_relaxed) ||
		atomic_load_explicit(&vlog->to_journal, memory_order_relaxed)) &&
	       (kind != VLOG_HIT || atomic_load_explicit(&vlog->hits, memory_order_relaxed));
}

void vlog_write(vlog_t *vlog, const vlog_event_t *event)
{
	entry_t *entry;

	if (!vlog_wants(vlog, event->kind))
		return;
	entry = entry_of(vlog, event);
	queue_put(vlog->queue, entry != NULL ? &entry->item : NULL);
}

void vlog_stats(const vlog_t *vlog, vlog_stats_t *stats)
{
	queue_stats_t queue;

	*stats = (vlog_stats_t){ 0 };
	if (vlog == NULL)
		return;
	stats->written = atomic_load_explicit(&vlog->counts.written, memory_order_relaxed);
	stats->lost = atomic_load_explicit(&vlog->counts.lost, memory_order_relaxed);
	queue_stats(vlog->queue, &queue);
	stats->waiting = queue.waiting;
	stats->checkpoints = atomic_load_explicit(&vlog->counts.checkpoints, memory_order_relaxed);
}
