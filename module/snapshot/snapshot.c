/* snapshot.c: see snapshot.h; here is when it is written and what makes it void, in snapshot_write.c how.
 *
 * The cache calls on_retract() with its own lock held, so ours is taken inside of that one; we never call the cache with ours held.
 * Whether a file that was just written still holds is decided by a number that each retraction raises. */
#include "module/snapshot/snapshot_inside.h"

#include "module/clock.h"
#include "module/escape.h"
#include "module/snapshot/file.h"
#include "module/snapshot/keyfile.h"
#include "module/thread.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	LONGEST = 3600, /* seconds of one wait */
	SOON = 15, /* seconds from a retraction to the next file: flushes.h flushes for the last time 11 s after the first */
	NICE = 10, /* of the thread */
};

/* ---- what is void ---- */

static uint64_t monotonic(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

static void wake(const snapshot_t *snapshot)
{
	const uint64_t one = 1;

	while (write(snapshot->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* With the lock held. Renaming is quick even where removing a large file is not; the thread does that. What was refused once must go,
 * too: one day it might be taken for good, and nobody would have watched what became void of it. */
static void make_void(snapshot_t *snapshot)
{
	snapshot->retractions++;
	if (snapshot->path == NULL)
		return;
	if (rename(snapshot->path, snapshot->aside) == 0)
		snapshot->is_aside = true;
	else if (errno != ENOENT)
		unlink(snapshot->path);
	snapshot->stats.written = 0;
	snapshot->stats.entries = 0;
	snapshot->stats.octets = 0;
	if (snapshot->due > monotonic() + SOON) {
		snapshot->due = monotonic() + SOON;
		wake(snapshot);
	}
}

static void on_retract(void *arg)
{
	snapshot_t *snapshot = arg;

	pthread_mutex_lock(&snapshot->lock);
	if (!snapshot->loading)
		make_void(snapshot);
	pthread_mutex_unlock(&snapshot->lock);
}

void snapshot_remove_aside(snapshot_t *snapshot)
{
	if (snapshot->is_aside)
		unlink(snapshot->aside);
	snapshot->is_aside = false;
}

/* ---- settings ---- */

void snapshot_say_problem(snapshot_t *snapshot, const char *problem)
{
	if (strcmp(problem, snapshot->stats.error) == 0)
		return;
	snprintf(snapshot->stats.error, sizeof(snapshot->stats.error), "%s", problem);
	log_write(snapshot->log, LOG_LEVEL_WARNING, "%s", problem);
}

static void switch_off(snapshot_t *snapshot)
{
	free(snapshot->path);
	free(snapshot->aside);
	mac_free(snapshot->mac);
	snapshot->path = NULL;
	snapshot->aside = NULL;
	snapshot->mac = NULL;
	snapshot->stats.on = false;
}

static void switch_on(snapshot_t *snapshot, const snapshot_settings_t *settings)
{
	uint8_t key[MAC_KEY_SIZE];
	char problem[KEYFILE_PROBLEM_MAX];
	char whole[SNAPSHOT_ERROR_MAX];

	if (settings->file[0] == '\0')
		return;
	if (!keyfile_open(settings->key, key, problem)) {
		snprintf(whole, sizeof(whole), "the cache is not kept over restarts: %s", problem);
		snapshot_say_problem(snapshot, whole);
		return;
	}
	snapshot->mac = mac_new(key);
	snapshot->path = strdup(settings->file);
	if (asprintf(&snapshot->aside, "%s.void", settings->file) < 0)
		snapshot->aside = NULL;
	explicit_bzero(key, sizeof(key));
	if (snapshot->mac != NULL && snapshot->path != NULL && snapshot->aside != NULL) {
		snapshot->stats.on = true;
	} else {
		snapshot_say_problem(snapshot, "the cache is not kept over restarts: memory is out");
		switch_off(snapshot);
	}
}

static bool differ(const uint8_t *one, const uint8_t *other)
{
	return memcmp(one, other, LAYOUT_HASH_SIZE) != 0;
}

/* What the file at another place, or by another key, would say one day is what we know no more of then. */
void snapshot_reload(snapshot_t *snapshot, const snapshot_settings_t *settings)
{
	const uint64_t since = clock_of_cache() + settings->linger;

	pthread_mutex_lock(&snapshot->lock);
	if (differ(snapshot->depends.resolving, settings->depends.resolving))
		snapshot->resolving_since = since;
	if (differ(snapshot->depends.judging, settings->depends.judging))
		snapshot->judging_since = since;
	if (memcmp(&snapshot->depends, &settings->depends, sizeof(settings->depends)) != 0 || snapshot->path == NULL ||
	    strcmp(snapshot->path, settings->file) != 0)
		make_void(snapshot);
	snapshot->depends = settings->depends;
	snapshot->every = settings->every;
	snapshot_remove_aside(snapshot);
	switch_off(snapshot);
	snapshot->stats.error[0] = '\0';
	switch_on(snapshot, settings);
	if (snapshot->due > monotonic() + settings->every)
		snapshot->due = monotonic() + settings->every;
	wake(snapshot);
	pthread_mutex_unlock(&snapshot->lock);
}

/* ---- the thread ---- */

/* Milliseconds until there is something to do; 0: now. */
static int time_left(snapshot_t *snapshot)
{
	const uint64_t now = monotonic();
	uint64_t left;

	pthread_mutex_lock(&snapshot->lock);
	left = snapshot->due > now && !snapshot->stopping ? snapshot->due - now : 0;
	pthread_mutex_unlock(&snapshot->lock);
	return left < LONGEST ? (int)left * 1000 : LONGEST * 1000;
}

/* False: the end. */
static bool wait_due(snapshot_t *snapshot)
{
	struct pollfd fd = { .fd = snapshot->wake, .events = POLLIN };
	uint64_t count;
	bool go_on;

	for (int left = time_left(snapshot); left > 0; left = time_left(snapshot))
		if (poll(&fd, 1, left) > 0 && read(snapshot->wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
			break;
	pthread_mutex_lock(&snapshot->lock);
	go_on = !snapshot->stopping;
	pthread_mutex_unlock(&snapshot->lock);
	return go_on;
}

static void *thread_main(void *arg)
{
	snapshot_t *snapshot = arg;

	(void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux that is the thread alone */
	cache_thread_begin();
	while (wait_due(snapshot))
		snapshot_save(snapshot, false);
	cache_thread_end();
	return NULL;
}

bool snapshot_start(snapshot_t *snapshot)
{
	snapshot->started = thread_start(&snapshot->thread, thread_main, snapshot, "snapshot");
	return snapshot->started;
}

/* ---- begin and end ---- */

static void say_read(const snapshot_t *snapshot, const file_read_t *read, uint64_t began, const char *shown)
{
	log_write(snapshot->log, LOG_LEVEL_INFO,
		  "read the cache's snapshot %s answers=%zu ended=%zu left-out=%zu age=%" PRIu64 "s octets=%" PRIu64
		  " took=%" PRIu64 "ms",
		  shown, read->counts.kept, read->counts.ended, read->counts.dropped + read->counts.unwanted,
		  read->counts.elapsed, read->size, clock_milliseconds(CLOCK_MONOTONIC) - began);
	if (read->rejudge)
		log_write(snapshot->log, LOG_LEVEL_WARNING,
			  "the snapshot's MX answers were judged by other settings: %zu are left out, and will be "
			  "asked for again",
			  read->counts.unwanted);
}

static void load(snapshot_t *snapshot)
{
	const uint64_t began = clock_milliseconds(CLOCK_MONOTONIC);
	const file_target_t target = { .cache = snapshot->cache,
				       .mac = snapshot->mac,
				       .settings = &snapshot->depends,
				       .now = moment_now(),
				       .judged_type = TYPE_MX };
	char problem[FILE_PROBLEM_MAX];
	char text[SNAPSHOT_ERROR_MAX];
	char shown[SHOWN];
	file_read_t read;

	escape_string(snapshot->path, shown, sizeof(shown));
	switch (file_read(&target, snapshot->path, &read, problem)) {
	case FILE_READ:
		say_read(snapshot, &read, began, shown);
		snapshot->stats.loaded = read.counts.kept;
		snapshot->stats.written = read.moment.wall;
		snapshot->stats.entries = read.counts.kept;
		snapshot->stats.octets = read.size;
		return;
	case FILE_NONE: return;
	case FILE_REFUSED:
		snprintf(text, sizeof(text), "the cache's snapshot %s %s; it is removed, and the cache starts empty",
			 shown, problem);
		snapshot_say_problem(snapshot, text);
		make_void(snapshot);
		return;
	}
}

static void destroy(snapshot_t *snapshot)
{
	switch_off(snapshot);
	if (snapshot->wake >= 0)
		close(snapshot->wake);
	pthread_mutex_destroy(&snapshot->lock);
	free(snapshot);
}

snapshot_t *snapshot_new(const snapshot_settings_t *settings, cache_t *cache, log_t *log)
{
	snapshot_t *snapshot = calloc(1, sizeof(*snapshot));

	if (snapshot == NULL)
		return NULL;
	snapshot->cache = cache;
	snapshot->log = log;
	snapshot->every = settings->every;
	snapshot->depends = settings->depends;
	snapshot->due = monotonic() + settings->every;
	pthread_mutex_init(&snapshot->lock, NULL);
	snapshot->loading = true;
	snapshot->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (snapshot->wake < 0 || !cache_on_retract(cache, on_retract, snapshot)) {
		destroy(snapshot);
		return NULL;
	}
	switch_on(snapshot, settings);
	if (snapshot->path != NULL)
		load(snapshot);
	snapshot->loading = false;
	return snapshot;
}

void snapshot_stats(snapshot_t *snapshot, snapshot_stats_t *stats)
{
	pthread_mutex_lock(&snapshot->lock);
	*stats = snapshot->stats;
	pthread_mutex_unlock(&snapshot->lock);
}

static void stop_thread(snapshot_t *snapshot)
{
	pthread_mutex_lock(&snapshot->lock);
	snapshot->stopping = true;
	wake(snapshot);
	pthread_mutex_unlock(&snapshot->lock);
	pthread_join(snapshot->thread, NULL);
}

void snapshot_free(snapshot_t *snapshot)
{
	if (snapshot == NULL)
		return;
	if (snapshot->started) {
		stop_thread(snapshot);
		snapshot_save(snapshot, true);
	}
	if (!cache_on_retract(snapshot->cache, NULL, NULL))
		abort(); /* to stop watching takes no memory */
	destroy(snapshot);
}
