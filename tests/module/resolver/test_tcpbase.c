/* test_tcpbase.c: the event base does what libunbound asks of it, and its sockets do not wait for the kernel. */
#include "module/resolver/tcpbase.h"
#include "tests/support.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE = 60 };

typedef struct fixture {
	struct event_base *base;
	struct ub_event_base *outer;
	int ours;
	int theirs;
	unsigned called;
	int fd;
	short bits;
} fixture_t;

/* Both ends of a TCP connection on loopback. */
static void connect_ends(fixture_t *f)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	f->ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(f->ours >= 0);
	assert_int_equal(connect(f->ours, (struct sockaddr *)&address, size), 0);
	f->theirs = accept(listener, NULL, NULL);
	assert_true(f->theirs >= 0);
	close(listener);
}

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	f->base = event_base_new();
	assert_non_null(f->base);
	f->outer = tcpbase_new(f->base);
	assert_non_null(f->outer);
	assert_int_equal(f->outer->magic, UB_EVENT_MAGIC);
	connect_ends(f);
	alarm(PATIENCE);
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *f = *state;

	f->outer->vmt->free(f->outer);
	event_base_free(f->base);
	close(f->ours);
	close(f->theirs);
	free(f);
	alarm(0);
	return 0;
}

static void on_event(int fd, short bits, void *arg)
{
	fixture_t *f = arg;

	f->called++;
	f->fd = fd;
	f->bits = bits;
}

static bool has_nodelay(const fixture_t *f)
{
	int on = 0;
	socklen_t size = sizeof(on);

	assert_int_equal(getsockopt(f->ours, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
	return on != 0;
}

/* As libunbound has it: made without a socket, which comes later, and waits for one thing after the other. */
static void waits_for_a_socket(void **state)
{
	fixture_t *f = *state;
	struct ub_event *event = f->outer->vmt->new_event(f->outer, -1, UB_EV_PERSIST, on_event, f);
	char octet;

	assert_non_null(event);
	assert_int_equal(event->magic, UB_EVENT_MAGIC);
	assert_false(has_nodelay(f));
	event->vmt->set_fd(event, f->ours);
	assert_true(has_nodelay(f));
	event->vmt->add_bits(event, UB_EV_WRITE);
	assert_int_equal(event->vmt->add(event, NULL), 0);
	assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
	assert_int_equal(f->called, 1);
	assert_int_equal(f->fd, f->ours);
	assert_int_equal(f->bits, UB_EV_WRITE);
	assert_int_equal(event->vmt->del(event), 0);
	event->vmt->del_bits(event, UB_EV_WRITE);
	event->vmt->add_bits(event, UB_EV_READ);
	assert_int_equal(event->vmt->add(event, NULL), 0);
	assert_int_equal(event_base_loop(f->base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(f->called, 1);
	assert_int_equal(send(f->theirs, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
	assert_int_equal(f->called, 2);
	assert_int_equal(f->bits, UB_EV_READ);
	assert_int_equal(recv(f->ours, &octet, 1, 0), 1);
	event->vmt->free(event); /* while it is pending */
	assert_int_equal(send(f->theirs, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(event_base_loop(f->base, EVLOOP_NONBLOCK), 1); /* nothing to wait for */
	assert_int_equal(f->called, 2);
}

static void made_with_a_socket(void **state)
{
	fixture_t *f = *state;
	struct timeval soon = { .tv_usec = 1 };
	struct ub_event *event = f->outer->vmt->new_event(f->outer, f->ours, UB_EV_READ, on_event, f);

	assert_non_null(event);
	assert_true(has_nodelay(f));
	assert_int_equal(event->vmt->add(event, &soon), 0);
	assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
	assert_int_equal(f->called, 1);
	assert_int_equal(f->bits, UB_EV_TIMEOUT);
	event->vmt->free(event);
}

/* Each time it is set with what it calls. */
static void keeps_timers(void **state)
{
	fixture_t *f = *state;
	struct timeval soon = { .tv_usec = 1 };
	struct timeval never = { .tv_sec = 100 * PATIENCE };
	struct ub_event *event = f->outer->vmt->new_event(f->outer, -1, UB_EV_TIMEOUT, NULL, NULL);

	assert_non_null(event);
	assert_int_equal(event->vmt->add_timer(event, f->outer, on_event, f, &never), 0);
	assert_int_equal(event->vmt->add_timer(event, f->outer, on_event, f, &soon), 0);
	assert_int_equal(f->outer->vmt->dispatch(f->outer), 1); /* until there is nothing to wait for */
	assert_int_equal(f->called, 1);
	assert_int_equal(f->fd, -1);
	assert_int_equal(event->vmt->add_timer(event, f->outer, on_event, f, &never), 0);
	assert_int_equal(event->vmt->del_timer(event), 0);
	assert_int_equal(f->outer->vmt->dispatch(f->outer), 1);
	assert_int_equal(event->vmt->add_timer(event, f->outer, on_event, f, &never), 0);
	assert_int_equal(f->outer->vmt->loopexit(f->outer, &soon), 0);
	assert_int_equal(f->outer->vmt->dispatch(f->outer), 0);
	assert_int_equal(f->called, 1);
	event->vmt->free(event);
}

/* What libunbound never calls. */
static void has_no_signals(void **state)
{
	fixture_t *f = *state;
	struct ub_event *event = f->outer->vmt->new_event(f->outer, -1, UB_EV_TIMEOUT, on_event, f);

	assert_non_null(event);
	assert_null(f->outer->vmt->new_signal(f->outer, 1, on_event, f));
	assert_null(f->outer->vmt->winsock_register_wsaevent(f->outer, NULL, on_event, f));
	assert_int_equal(event->vmt->add_signal(event, NULL), -1);
	assert_int_equal(event->vmt->del_signal(event), -1);
	event->vmt->winsock_tcp_wouldblock(event, UB_EV_READ);
	event->vmt->winsock_unregister_wsaevent(event);
	event->vmt->free(event);
	assert_int_equal(f->called, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(waits_for_a_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(made_with_a_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_timers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(has_no_signals, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("tcpbase", tests, NULL, NULL);
}
