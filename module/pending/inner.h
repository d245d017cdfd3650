/* inner.h: what the files of this room share, and nobody else includes. The pending thread owns all that is in pending_t but the
 * inbox, the counters and ready_fd; other threads reach it through the inbox alone. */
#ifndef MODULE_PENDING_INNER_H
#define MODULE_PENDING_INNER_H

#include "module/mailbox.h"
#include "module/pending/crowd.h"
#include "module/pending/pending.h"
#include "module/pending/questions.h"
#include "module/pending/refusals.h"
#include "module/pending/shares.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>

typedef enum {
	MESSAGE_QUESTION,
	MESSAGE_RENEWAL,
	MESSAGE_LOOK,
	MESSAGE_FLUSH,
	MESSAGE_RELOAD,
	MESSAGE_STOP
} message_kind_t;

/* What other threads put into the inbox. One allocation each; a question becomes the waiter it holds. */
typedef struct message {
	mail_t mail;
	message_kind_t kind;
	union {
		waiter_t waiter;
		struct {
			name_t name;
			uint16_t type;
		} renewal;
		struct {
			pending_looked_fn *looked;
			void *arg;
		} look;
		struct {
			flush_what_t what;
			flushed_fn *flushed;
			void *arg;
		} flush;
		struct {
			pending_settings_t settings; /* owns its strings */
			judging_t *judging;
		} reload;
	};
} message_t;

struct pending {
	pthread_t thread;
	witnesses_t witnesses;
	memory_t memory; /* of what was last accepted */
	cache_t *cache;
	struct event_base *base;
	struct event *inbox_event;
	struct event *ready_event;
	pool_t *pool;
	flushes_t *flushes;
	judging_t *judging;
	pending_settings_t settings; /* owns its strings; its policy is in judging */
	reply_context_t reply;
	questions_t questions;
	shares_t *shares; /* other threads may hash by it */
	mail_t *backlog;  /* taken from the inbox, not yet read */
	bool stopping;
	uint8_t out[REPLY_MAX];

	mailbox_t inbox;
	int ready_fd; /* an eventfd: a resolver process answers */
	message_t stop;

	prefetch_t prefetch; /* any thread */
	crowd_t crowd;       /* any thread */
	refusals_t refusals; /* counted by any thread */
	atomic_uint_fast64_t resolved, failed, timed_out;
};

#endif
