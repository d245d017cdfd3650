/* worker.c: see worker.h. */
#include "module/front/worker.h"

#include "module/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAIL_OCTETS_MAX = 64 << 20, /* of replies; a worker that is so far behind loses some */
	LENGTH_SIZE = 2,
};

typedef enum { MESSAGE_REPLY, MESSAGE_SETTINGS, MESSAGE_STOP } message_kind_t;

typedef struct message {
	mail_t mail;
	message_kind_t kind;
	uint32_t slot, generation; /* MESSAGE_REPLY */
	size_t size;
	acl_t *acl; /* MESSAGE_SETTINGS */
	uint16_t max_udp_size;
	unsigned idle_timeout;
	uint8_t frame[]; /* MESSAGE_REPLY: a message behind its length */
} message_t;

static message_t *message_of(mail_t *mail)
{
	return (message_t *)mail; /* its first field */
}

static message_t *message_new(message_kind_t kind, size_t frame_size)
{
	message_t *message = malloc(sizeof(*message) + frame_size);

	if (message != NULL)
		*message = (message_t){ .kind = kind, .size = frame_size };
	return message;
}

/* ---- mail ---- */

static void use_settings(worker_t *worker, message_t *message)
{
	free(worker->responder.acl);
	worker->responder.acl = message->acl;
	message->acl = NULL;
	worker->responder.reply.max_udp_size = message->max_udp_size;
	worker->responder.reply.keepalive = reply_keepalive(message->idle_timeout);
	tcp_set_idle_timeout(worker->tcp, message->idle_timeout);
}

static void message_free(worker_t *worker, message_t *message)
{
	atomic_fetch_sub_explicit(&worker->mail_octets, message->size, memory_order_relaxed);
	free(message->acl);
	free(message);
}

static void on_mail(evutil_socket_t fd, short events, void *arg)
{
	worker_t *worker = arg;

	(void)fd;
	(void)events;
	for (mail_t *mail = mailbox_take(&worker->mailbox), *next; mail != NULL; mail = next) {
		message_t *message = message_of(mail);

		next = mail->next;
		switch (message->kind) {
		case MESSAGE_REPLY:
			tcp_reply(worker->tcp, message->slot, message->generation, message->frame, message->size);
			break;
		case MESSAGE_SETTINGS: use_settings(worker, message); break;
		case MESSAGE_STOP: event_base_loopbreak(worker->base); break;
		}
		message_free(worker, message);
	}
}

/* Room for `size` more octets of replies, which are counted then. */
static bool reserve_mail(worker_t *worker, size_t size)
{
	if (atomic_fetch_add_explicit(&worker->mail_octets, size, memory_order_relaxed) + size <= MAIL_OCTETS_MAX)
		return true;
	atomic_fetch_sub_explicit(&worker->mail_octets, size, memory_order_relaxed);
	return false;
}

void worker_reply(worker_t *worker, uint32_t slot, uint32_t generation, const uint8_t *octets, size_t size)
{
	message_t *message = NULL;

	if (size > REPLY_MAX || !reserve_mail(worker, LENGTH_SIZE + size))
		return;
	message = message_new(MESSAGE_REPLY, LENGTH_SIZE + size);
	if (message == NULL) {
		atomic_fetch_sub_explicit(&worker->mail_octets, LENGTH_SIZE + size, memory_order_relaxed);
		return;
	}
	message->slot = slot;
	message->generation = generation;
	message->frame[0] = (uint8_t)(size >> 8);
	message->frame[1] = (uint8_t)size;
	memcpy(message->frame + LENGTH_SIZE, octets, size);
	mailbox_put(&worker->mailbox, &message->mail);
}

bool worker_reload(worker_t *worker, const front_settings_t *settings)
{
	message_t *message = message_new(MESSAGE_SETTINGS, 0);

	if (message == NULL)
		return false;
	message->acl = acl_new(settings->allow);
	message->max_udp_size = (uint16_t)settings->max_udp_size;
	message->idle_timeout = settings->tcp.idle_timeout;
	if (message->acl == NULL) {
		free(message);
		return false;
	}
	mailbox_put(&worker->mailbox, &message->mail);
	return true;
}

/* ---- the thread ---- */

static void *thread_main(void *arg)
{
	worker_t *worker = arg;

	cache_thread_begin();
	event_base_dispatch(worker->base);
	cache_thread_end();
	return NULL;
}

static bool begin_thread(worker_t *worker, unsigned index)
{
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", index);
	return thread_start(&worker->thread, thread_main, worker, name);
}

static bool loop_new(worker_t *worker)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return false;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* no other thread touches it */
	worker->base = event_base_new_with_config(config);
	event_config_free(config);
	if (worker->base == NULL || !mailbox_open(&worker->mailbox))
		return false;
	worker->mail = event_new(worker->base, worker->mailbox.fd, EV_READ | EV_PERSIST, on_mail, worker);
	return worker->mail != NULL && event_add(worker->mail, NULL) == 0;
}

static bool responder_new(responder_t *responder, const worker_shared_t *shared)
{
	responder->cache = shared->cache;
	responder->calls = shared->calls;
	responder->acl = acl_new(shared->settings->allow);
	responder->reply.cookies = cookies_copy(shared->cookies);
	responder->reply.max_udp_size = (uint16_t)shared->settings->max_udp_size;
	responder->reply.keepalive = reply_keepalive(shared->settings->tcp.idle_timeout);
	return responder->acl != NULL && responder->reply.cookies != NULL;
}

static bool sockets_begin(worker_t *worker, const worker_shared_t *shared, unsigned index)
{
	worker->udp = udp_new(worker->base, worker, index, shared->sockets, &worker->responder);
	worker->tcp = tcp_new(worker->base, worker, index, shared->sockets, &worker->responder, shared->connections,
			      shared->settings->tcp.idle_timeout, shared->log);
	return worker->udp != NULL && worker->tcp != NULL;
}

worker_t *worker_start(const worker_shared_t *shared, unsigned index)
{
	worker_t *worker = calloc(1, sizeof(*worker));

	if (worker == NULL)
		return NULL;
	worker->mailbox.fd = -1;
	if (loop_new(worker) && responder_new(&worker->responder, shared) && sockets_begin(worker, shared, index) &&
	    begin_thread(worker, index))
		return worker;
	worker_free(worker);
	return NULL;
}

/* ---- the end ---- */

void worker_stop(worker_t *worker)
{
	message_t *message = message_new(MESSAGE_STOP, 0);

	if (message == NULL)
		abort(); /* nothing else can reach the thread, and the process is about to end */
	mailbox_put(&worker->mailbox, &message->mail);
	pthread_join(worker->thread, NULL);
}

static void drop_mail(worker_t *worker)
{
	for (mail_t *mail = mailbox_take(&worker->mailbox), *next; mail != NULL; mail = next) {
		next = mail->next;
		message_free(worker, message_of(mail));
	}
}

void worker_free(worker_t *worker)
{
	if (worker->udp != NULL)
		udp_free(worker->udp);
	if (worker->tcp != NULL)
		tcp_free(worker->tcp);
	if (worker->mail != NULL)
		event_free(worker->mail);
	if (worker->mailbox.fd >= 0)
		drop_mail(worker);
	mailbox_close(&worker->mailbox);
	if (worker->base != NULL)
		event_base_free(worker->base);
	cookies_free(worker->responder.reply.cookies);
	free(worker->responder.acl);
	free(worker);
}
