/* worker.h: a thread with an event loop, its sockets and its connections. Inside front/ only. */
#ifndef MODULE_FRONT_WORKER_H
#define MODULE_FRONT_WORKER_H

#include "module/front/connections.h"
#include "module/front/respond.h"
#include "module/front/sockets.h"
#include "module/front/tcp.h"
#include "module/front/udp.h"
#include "module/mailbox.h"

#include <pthread.h>

typedef struct worker {
	pthread_t thread;
	struct event_base *base;
	mailbox_t mailbox;
	struct event *mail;
	atomic_size_t mail_octets; /* replies in the mailbox */
	responder_t responder;
	udp_t *udp;
	tcp_t *tcp;
} worker_t;

/* What all workers have in common. */
typedef struct worker_shared {
	const struct front_sockets *sockets;
	connections_t *connections;
	const front_settings_t *settings;
	cache_t *cache;
	const cookies_t *cookies;
	front_calls_t calls;
	log_t *log;
} worker_shared_t;

/* Makes and starts the worker with this index. NULL when memory or threads are out. */
MUST_USE worker_t *worker_start(const worker_shared_t *shared, unsigned index);

/* New settings. False when memory is out: the old ones stay. From any thread. */
MUST_USE bool worker_reload(worker_t *worker, const front_settings_t *settings);

/* A reply for one of the worker's connections. From any thread, before and after worker_stop(). */
void worker_reply(worker_t *worker, uint32_t slot, uint32_t generation, const uint8_t *octets, size_t size);

/* Ends and joins the thread. */
void worker_stop(worker_t *worker);
void worker_free(worker_t *worker);

#endif
