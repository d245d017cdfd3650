/* waits.h: what each HTTP connection waits for, and since when: one that waits for its client too long is ended. In the loop's
 * thread. */
#ifndef MODULE_INSPECT_WAITS_H
#define MODULE_INSPECT_WAITS_H

#include "module/inspect/http.h"
#include "module/inspect/mhd.h"

typedef enum {
	WAIT_REQUEST,
	WAIT_US,     /* a worker has the request */
	WAIT_CLIENT, /* that it takes its answer */
	WAIT_EVENTS, /* a stream: for ever */
} wait_t;

typedef struct waits waits_t;

/* Looks every second for who is too slow. Borrows the settings. NULL when memory is out. */
MUST_USE waits_t *waits_new(struct event_base *base, const http_settings_t *settings);

/* After libmicrohttpd has been stopped, which forgets its connections then. May be NULL. */
void waits_free(waits_t *waits);

/* For MHD_OPTION_NOTIFY_CONNECTION; `cls` are the waits: a connection began, and waits for a request, or ended. */
void waits_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
			 enum MHD_ConnectionNotificationCode code);

/* From now on. */
void waits_set(const waits_t *waits, struct MHD_Connection *of, wait_t wait);

#endif
