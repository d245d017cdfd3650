/* callbacks.c: see callbacks.h. */
#include "module/serve/callbacks.h"

#include <stdlib.h>

struct callbacks {
	mailbox_t mailbox;
	struct event *event;
};

static void call_all(callbacks_t *callbacks)
{
	for (mail_t *mail = mailbox_take(&callbacks->mailbox), *next; mail != NULL; mail = next) {
		callback_t *callback = (callback_t *)mail; /* its first field */

		next = mail->next;
		callback->call(callback);
	}
}

static void on_mail(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	call_all(arg);
}

callbacks_t *callbacks_new(struct event_base *base)
{
	callbacks_t *callbacks = calloc(1, sizeof(*callbacks));

	if (callbacks == NULL)
		return NULL;
	if (mailbox_open(&callbacks->mailbox))
		callbacks->event = event_new(base, callbacks->mailbox.fd, EV_READ | EV_PERSIST, on_mail, callbacks);
	if (callbacks->event != NULL && event_add(callbacks->event, NULL) == 0)
		return callbacks;
	if (callbacks->event != NULL)
		event_free(callbacks->event);
	mailbox_close(&callbacks->mailbox);
	free(callbacks);
	return NULL;
}

void callbacks_free(callbacks_t *callbacks)
{
	if (callbacks == NULL)
		return;
	call_all(callbacks);
	event_free(callbacks->event);
	mailbox_close(&callbacks->mailbox);
	free(callbacks);
}

void callbacks_put(callbacks_t *callbacks, callback_t *callback)
{
	mailbox_put(&callbacks->mailbox, &callback->mail);
}
