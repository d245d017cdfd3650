/* tcpbase.c: see tcpbase.h. What libunbound does not call when it is used with ub_resolve_event() says that it fails. */
#include "module/resolver/tcpbase.h"

#include <assert.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

static_assert(UB_EV_TIMEOUT == EV_TIMEOUT && UB_EV_READ == EV_READ && UB_EV_WRITE == EV_WRITE &&
		      UB_EV_PERSIST == EV_PERSIST,
	      "bits need no translation");

typedef void callback_fn(int fd, short bits, void *arg);

typedef struct tcpbase {
	struct ub_event_base outer; /* first: libunbound's pointer is to it */
	struct ub_event_base_vmt table;
	struct ub_event_vmt event_table;
	struct event_base *base;
} tcpbase_t;

typedef struct tcp_event {
	struct ub_event outer; /* first, too */
	struct event_base *base;
	struct event event;
	int fd; /* -1: a timer */
	int bits;
	callback_fn *callback; /* libunbound's */
	void *arg;
} tcp_event_t;

static tcpbase_t *tcpbase_of(struct ub_event_base *outer)
{
	return (tcpbase_t *)outer;
}

static tcp_event_t *event_of(struct ub_event *outer)
{
	return (tcp_event_t *)outer;
}

/* On another kind of socket it fails, and nothing is lost. */
static void set_option(int fd, int option)
{
	const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, option, &on, sizeof(on));
}

static void on_event(evutil_socket_t fd, short bits, void *arg)
{
	const tcp_event_t *event = arg;

	if (fd >= 0 && (bits & EV_READ) != 0)
		set_option(fd, TCP_QUICKACK);
	event->callback(fd, bits, event->arg); /* may free the event */
}

/* ---- an event ---- */

static void add_bits(struct ub_event *outer, short bits)
{
	event_of(outer)->bits |= bits;
}

static void del_bits(struct ub_event *outer, short bits)
{
	event_of(outer)->bits &= ~bits;
}

static void set_fd(struct ub_event *outer, int fd)
{
	event_of(outer)->fd = fd;
	if (fd >= 0)
		set_option(fd, TCP_NODELAY);
}

static void event_end(struct ub_event *outer)
{
	event_del(&event_of(outer)->event);
	free(outer);
}

/* Its descriptor and bits are what they were last set to, which happens while it is not pending. */
static int add(struct ub_event *outer, struct timeval *timeout)
{
	tcp_event_t *event = event_of(outer);

	event_del(&event->event);
	if (event_assign(&event->event, event->base, event->fd, (short)event->bits, on_event, event) != 0)
		return -1;
	return event_add(&event->event, timeout);
}

static int del(struct ub_event *outer)
{
	return event_del(&event_of(outer)->event);
}

static int add_timer(struct ub_event *outer, struct ub_event_base *base, callback_fn *callback, void *arg,
		     struct timeval *timeout)
{
	tcp_event_t *event = event_of(outer);

	(void)base;
	event->fd = -1;
	event->bits = EV_TIMEOUT;
	event->callback = callback;
	event->arg = arg;
	return add(outer, timeout);
}

static int add_signal(struct ub_event *outer, struct timeval *timeout)
{
	(void)outer;
	(void)timeout;
	errno = ENOTSUP;
	return -1;
}

static int del_signal(struct ub_event *outer)
{
	return add_signal(outer, NULL);
}

static void do_nothing(struct ub_event *outer)
{
	(void)outer;
}

static void would_block(struct ub_event *outer, int bits)
{
	(void)outer;
	(void)bits;
}

static const struct ub_event_vmt event_functions = {
	.add_bits = add_bits,
	.del_bits = del_bits,
	.set_fd = set_fd,
	.free = event_end,
	.add = add,
	.del = del,
	.add_timer = add_timer,
	.del_timer = del,
	.add_signal = add_signal,
	.del_signal = del_signal,
	.winsock_unregister_wsaevent = do_nothing,
	.winsock_tcp_wouldblock = would_block,
};

/* ---- the base ---- */

static struct ub_event *new_event(struct ub_event_base *outer, int fd, short bits, callback_fn *callback, void *arg)
{
	tcpbase_t *tcpbase = tcpbase_of(outer);
	tcp_event_t *event = malloc(sizeof(*event));

	if (event == NULL)
		return NULL;
	*event = (tcp_event_t){
		.outer = { .magic = UB_EVENT_MAGIC, .vmt = &tcpbase->event_table },
		.base = tcpbase->base,
		.bits = bits,
		.callback = callback,
		.arg = arg,
	};
	set_fd(&event->outer, fd);
	if (event_assign(&event->event, event->base, fd, bits, on_event, event) == 0)
		return &event->outer;
	free(event);
	return NULL;
}

static struct ub_event *new_signal(struct ub_event_base *outer, int number, callback_fn *callback, void *arg)
{
	(void)outer;
	(void)number;
	(void)callback;
	(void)arg;
	return NULL;
}

static struct ub_event *register_wsaevent(struct ub_event_base *outer, void *wsaevent, callback_fn *callback, void *arg)
{
	(void)wsaevent;
	return new_signal(outer, -1, callback, arg);
}

static int dispatch(struct ub_event_base *outer)
{
	return event_base_dispatch(tcpbase_of(outer)->base);
}

static int loopexit(struct ub_event_base *outer, struct timeval *after)
{
	return event_base_loopexit(tcpbase_of(outer)->base, after);
}

struct ub_event_base *tcpbase_new(struct event_base *base)
{
	tcpbase_t *tcpbase = malloc(sizeof(*tcpbase));

	if (tcpbase == NULL)
		return NULL;
	*tcpbase = (tcpbase_t){
		.outer = { .magic = UB_EVENT_MAGIC, .vmt = &tcpbase->table },
		.table = { .free = tcpbase_free,
			   .dispatch = dispatch,
			   .loopexit = loopexit,
			   .new_event = new_event,
			   .new_signal = new_signal,
			   .winsock_register_wsaevent = register_wsaevent },
		.event_table = event_functions,
		.base = base,
	};
	return &tcpbase->outer;
}

void tcpbase_free(struct ub_event_base *tcpbase)
{
	free(tcpbase);
}
