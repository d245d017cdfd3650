/* workers.h: threads that answer what takes time: reading a database, asking the server. The loop's thread hands them jobs, and
 * is told when one is done. */
#ifndef MODULE_INSPECT_WORKERS_H
#define MODULE_INSPECT_WORKERS_H

#include "module/inspect/answer.h"
#include "module/inspect/sources.h"
#include "module/mailbox.h"

#include <event2/event.h>
#include <sys/queue.h>

enum {
	WORKERS = 4,
	WORKERS_SLOW_MAX = WORKERS / 2, /* jobs that wait for others, so that the rest goes on */
	WORKERS_WAITING_MAX = 64,       /* jobs that no worker has begun */
};

typedef enum {
	WORKERS_TAKEN,
	WORKERS_BUSY,      /* too many jobs wait */
	WORKERS_SLOW_BUSY, /* too many slow ones are not done */
} workers_err_t;

typedef struct workers workers_t;

typedef struct job job_t;
struct job {
	mail_t mail; /* workers.c's own, and */
	STAILQ_ENTRY(job) link;
	/* Set by the asker; what they need must stay until done() is called, in the loop's thread. */
	void (*work)(sources_t *sources, job_t *job); /* in a worker; sets the answer, which is the asker's to clear */
	void (*done)(job_t *job);
	bool slow; /* it may wait long for somebody else */
	answer_t answer;
};

/* Starts the threads. `shared` is borrowed. NULL when memory, threads or files are out. */
MUST_USE workers_t *workers_new(struct event_base *base, const shared_t *shared);

/* Waits for the jobs that have begun; those that have not are done with status 503. */
void workers_free(workers_t *workers);

/* In the loop's thread. */
MUST_USE workers_err_t workers_take(workers_t *workers, job_t *job);

#endif
