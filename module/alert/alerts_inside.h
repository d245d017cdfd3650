/* alerts_inside.h: what alerts are made of. Internal to alerts*.c. */
#ifndef MODULE_ALERT_ALERTS_INSIDE_H
#define MODULE_ALERT_ALERTS_INSIDE_H

#include "module/alert/alerts.h"
#include "module/alert/book.h"
#include "module/alert/deliver.h"

#include <pthread.h>

struct alerts {
	log_t *log;
	pthread_t thread;
	deliver_t *deliver; /* the thread's, but for deliver_wake() */
	char *file;

	pthread_mutex_t lock; /* for all that follows */
	book_t *book;
	alerts_settings_t *fresh; /* to be taken by the thread */
	bool stopping;
	alerts_stats_t stats;

	/* The thread's alone. */
	uint64_t saved;        /* book_changes() in the file */
	uint64_t saved_at_all; /* book_changes_at_all() in it */
	uint64_t saved_at;     /* CLOCK_MONOTONIC, milliseconds */
	uint64_t save_after;   /* the same: not before */
	bool save_failed;      /* said already */
};

/* NULL when memory is out. Free with alerts_settings_free(), which takes NULL, too. */
MUST_USE alerts_settings_t *alerts_settings_copy(const alerts_settings_t *settings);
void alerts_settings_free(alerts_settings_t *settings);

#endif
