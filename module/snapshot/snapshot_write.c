/* snapshot_write.c: writes the file once: what of the cache, by which settings, and whether it still holds when it is done. See
 * snapshot.h. */
#include "module/snapshot/snapshot_inside.h"

#include "module/clock.h"
#include "module/escape.h"
#include "module/inquiry/marks.h"
#include "module/snapshot/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One file that is being written, with settings of when it was begun. */
typedef struct job {
	snapshot_t *snapshot;
	char *path;
	mac_t *mac;
	layout_settings_t depends;
	moment_t moment;
	uint64_t resolving_since;
	uint64_t judging_since;
	uint64_t retractions;
	bool last; /* nothing stops it */
} job_t;

static bool is_wanted(void *arg, const cache_seen_t *seen)
{
	const job_t *job = arg;
	const uint64_t born = job->moment.up - seen->age;

	if (seen->key.type == MARK_NO_TCP || born < job->resolving_since)
		return false;
	return seen->key.type != TYPE_MX || born >= job->judging_since;
}

static bool is_stopped(void *arg)
{
	const job_t *job = arg;
	snapshot_t *snapshot = job->snapshot;
	bool stopped;

	pthread_mutex_lock(&snapshot->lock);
	stopped = (snapshot->stopping && !job->last) || snapshot->retractions != job->retractions;
	pthread_mutex_unlock(&snapshot->lock);
	return stopped;
}

static void job_clear(job_t *job)
{
	free(job->path);
	mac_free(job->mac);
}

/* With the lock held. False when there is nothing to do, or memory is out. */
static bool job_begin(job_t *job, snapshot_t *snapshot, bool last)
{
	if (snapshot->path == NULL)
		return false;
	*job = (job_t){ .snapshot = snapshot,
			.path = strdup(snapshot->path),
			.mac = mac_copy(snapshot->mac),
			.depends = snapshot->depends,
			.moment = moment_now(),
			.resolving_since = snapshot->resolving_since,
			.judging_since = snapshot->judging_since,
			.retractions = snapshot->retractions,
			.last = last };
	if (job->path != NULL && job->mac != NULL)
		return true;
	job_clear(job);
	return false;
}

static void say_failure(snapshot_t *snapshot, const job_t *job, const char *why)
{
	char text[SNAPSHOT_ERROR_MAX];
	char shown[SHOWN];

	snapshot->stats.failures++;
	snprintf(text, sizeof(text), "the cache's snapshot %s cannot be written: %s; it is tried again every %u s",
		 escape_string(job->path, shown, sizeof(shown)), why, snapshot->every);
	snapshot_say_problem(snapshot, text);
}

static void say_written(snapshot_t *snapshot, const job_t *job, const file_written_t *written, uint64_t began)
{
	const bool was_wrong = snapshot->stats.error[0] != '\0';
	char shown[SHOWN];

	snapshot->stats.error[0] = '\0';
	snapshot->stats.written = job->moment.wall;
	snapshot->stats.entries = written->entries;
	snapshot->stats.octets = written->size;
	log_write(snapshot->log, was_wrong || job->last ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG,
		  "wrote the cache's snapshot %s answers=%" PRIu64 " octets=%" PRIu64 " took=%" PRIu64 "ms",
		  escape_string(job->path, shown, sizeof(shown)), written->entries, written->size,
		  clock_milliseconds(CLOCK_MONOTONIC) - began);
}

/* The file takes its place, if nothing happened meanwhile. With the lock held. */
static bool settle(snapshot_t *snapshot, const job_t *job, bool done, const file_written_t *written, uint64_t began,
		   char *problem)
{
	bool kept = false;

	if (done && snapshot->retractions == job->retractions)
		kept = file_commit(job->path, problem);
	else if (done)
		file_discard(job->path);
	if (kept)
		say_written(snapshot, job, written, began);
	else if (problem[0] != '\0')
		say_failure(snapshot, job, problem);
	return kept;
}

void snapshot_save(snapshot_t *snapshot, bool last)
{
	const uint64_t began = clock_milliseconds(CLOCK_MONOTONIC);
	char problem[FILE_PROBLEM_MAX] = "";
	file_written_t written = { 0 };
	file_source_t source;
	job_t job;
	bool kept;

	pthread_mutex_lock(&snapshot->lock);
	snapshot_remove_aside(snapshot);
	snapshot->due = clock_seconds(CLOCK_MONOTONIC) + snapshot->every;
	kept = job_begin(&job, snapshot, last);
	pthread_mutex_unlock(&snapshot->lock);
	if (!kept)
		return;
	source = (file_source_t){ .cache = snapshot->cache,
				  .mac = job.mac,
				  .settings = &job.depends,
				  .moment = job.moment,
				  .wanted = is_wanted,
				  .stop = is_stopped,
				  .arg = &job };
	cache_snapshot_begin(snapshot->cache);
	kept = file_write(&source, job.path, &written, problem);
	pthread_mutex_lock(&snapshot->lock);
	kept = settle(snapshot, &job, kept, &written, began, problem);
	pthread_mutex_unlock(&snapshot->lock);
	cache_snapshot_end(snapshot->cache, kept);
	job_clear(&job);
}
