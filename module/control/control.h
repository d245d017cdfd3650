/* control.h: the control socket's server: connections, lines, limits and time. What an order (order.h) leads to is the
 * caller's business. Belongs to the thread that runs `base`, and never keeps it waiting.
 * SIGPIPE is to be ignored.
 *
 * One request a line, a JSON object; one line back for each, in order: {"ok": true, …} or {"ok": false, "error": "sentence"}.
 * A connection may send several. One that sends too long a line, or too slowly, is told so and closed. */
#ifndef MODULE_CONTROL_CONTROL_H
#define MODULE_CONTROL_CONTROL_H

#include "module/control/listener.h"
#include "module/control/order.h"
#include "module/log/log.h"

#include <event2/event.h>
#include <jansson.h>

typedef struct control control_t;

/* What an order is answered with, once: at once or later. */
typedef struct control_reply control_reply_t;

typedef void control_take_fn(void *arg, const order_t *order, control_reply_t *reply);

/* What may be set otherwise than usual, by tests. Seconds. */
typedef struct control_limits {
	unsigned connections;  /* at once; a new one takes the place of the one that has been idle for longest */
	unsigned line_seconds; /* until a line is whole, or the next one begins */
	unsigned work_seconds; /* until an order is answered */
	unsigned send_seconds; /* until a reply is read */
} control_limits_t;

extern const control_limits_t control_usual_limits;

/* Takes connections from the listener, which it takes over. NULL when memory is out (the listener stays the caller's). */
MUST_USE control_t *control_new(struct event_base *base, listener_t *listener, const control_limits_t *limits,
				control_take_fn *take, void *arg, log_t *log);

/* Closes everything; replies that are still to come are then for nobody. NULL is allowed. */
void control_free(control_t *control);

/* Each ends the reply, whether or not anybody still waits for it. From the loop's thread alone. */
void control_answer(control_reply_t *reply, json_t *object); /* takes the object over; NULL: memory is out */
void control_refuse(control_reply_t *reply, const char *format, ...) PRINTF_LIKE(2, 3);

/* After what was answered has been sent (or could not be), calls `done` once: for orders that end the server. */
void control_when_sent(control_reply_t *reply, void (*done)(void *arg), void *arg);

#endif
