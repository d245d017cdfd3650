/* test_control.c: the server of the control socket and its client, in one loop: the client's end is a plain socket, which the
 * test reads and writes between turns of the loop. Where time matters the limit is a moment, and the loop is run until it is over. */
#include "module/control/control.h"

#include "tests/support.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FAR = 3600, TURNS_MAX = 1000, REPLIES_MAX = 8 };

typedef struct fixture {
	struct event_base *base;
	control_t *control;
	char path[64];
	order_t order; /* the last one */
	unsigned orders;
	bool later; /* keep replies instead of answering */
	control_reply_t *replies[REPLIES_MAX];
	unsigned kept;
	unsigned sent;
} fixture_t;

static const control_limits_t patient = {
	.connections = 4, .line_seconds = FAR, .work_seconds = FAR, .send_seconds = FAR
};

static void on_sent(void *arg)
{
	fixture_t *fixture = arg;

	fixture->sent++;
}

static void take(void *arg, const order_t *order, control_reply_t *reply)
{
	fixture_t *fixture = arg;

	fixture->order = *order;
	fixture->orders++;
	if (fixture->later) {
		assert_true(fixture->kept < REPLIES_MAX);
		fixture->replies[fixture->kept++] = reply;
	} else if (order->command == ORDER_STOP) {
		control_when_sent(reply, on_sent, fixture);
		control_answer(reply, json_object());
	} else if (order->command == ORDER_RELOAD) {
		control_refuse(reply, "no: %s", "because");
	} else {
		control_answer(reply, json_pack("{s:s}", "command", order_name(order->command)));
	}
}

static fixture_t *begin(const control_limits_t *limits)
{
	fixture_t *fixture = calloc(1, sizeof(*fixture));
	listener_t listener;
	char *error;

	assert_non_null(fixture);
	fixture->base = event_base_new();
	snprintf(fixture->path, sizeof(fixture->path), "./control-%ld.sock", (long)getpid());
	assert_true(listener_open(&listener, fixture->path, geteuid(), getegid(), &error));
	fixture->control = control_new(fixture->base, &listener, limits, take, fixture, NULL);
	assert_non_null(fixture->control);
	assert_int_equal(listener.fd, -1);
	return fixture;
}

static void end(fixture_t *fixture)
{
	control_free(fixture->control);
	while (fixture->kept > 0)
		control_refuse(fixture->replies[--fixture->kept], "too late");
	event_base_free(fixture->base);
	free(fixture);
}

static int dial(const fixture_t *fixture)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strncpy(address.sun_path, fixture->path, sizeof(address.sun_path) - 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* All that is there to be done now. */
static void turn(const fixture_t *fixture)
{
	for (unsigned i = 0; i < 8; i++)
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
}

/* Runs the loop until a line, or the end, has come; "" for the end. */
static const char *hear(const fixture_t *fixture, int fd, char *line, size_t room)
{
	size_t size = 0;

	for (;;) {
		ssize_t got = recv(fd, line + size, 1, 0);

		if (got == 0 || (got < 0 && errno == ECONNRESET)) /* what it did not read is lost */
			break;
		if (got == 1 && line[size] == '\n')
			break;
		if (got == 1)
			assert_true(++size < room);
		else
			event_base_loop(fixture->base, EVLOOP_ONCE);
	}
	line[size] = '\0';
	return line;
}

static void expect(const fixture_t *fixture, int fd, const char *want)
{
	char line[4096];

	assert_string_equal(hear(fixture, fd, line, sizeof(line)), want);
}

static void expect_refusal(const fixture_t *fixture, int fd, const char *part)
{
	char line[4096];

	hear(fixture, fd, line, sizeof(line));
	if (strncmp(line, "{\"ok\":false,\"error\":\"", 21) != 0 || strstr(line, part) == NULL)
		fail_msg("said: %s", line);
}

/* ---- cases ---- */

static void answers(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	say(fd, "{\"command\": \"status\"}\n");
	expect(fixture, fd, "{\"command\":\"status\",\"ok\":true}");
	say(fd, "{\"command\": \"reload\"}\n");
	expect(fixture, fd, "{\"ok\":false,\"error\":\"no: because\"}");
	say(fd, "nonsense\n");
	expect_refusal(fixture, fd, "no JSON object");
	say(fd, "{\"command\": \"stats\"}\n");
	expect(fixture, fd, "{\"command\":\"stats\",\"ok\":true}");
	close(fd);
	end(fixture);
}

static void answers_in_order(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	say(fd, "{\"command\": \"status\"}\n{\"command\": \"stats\"}\n\n{\"command\": \"trust-");
	expect(fixture, fd, "{\"command\":\"status\",\"ok\":true}");
	expect(fixture, fd, "{\"command\":\"stats\",\"ok\":true}");
	expect_refusal(fixture, fd, "no JSON object");
	turn(fixture);
	assert_int_equal(fixture->orders, 2);
	say(fd, "anchors\"}\n");
	expect(fixture, fd, "{\"command\":\"trust-anchors\",\"ok\":true}");
	close(fd);
	end(fixture);
}

/* One who has said all that it wants still hears the answer. */
static void answers_after_half_close(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	say(fd, "{\"command\": \"status\"}\n{\"command\": \"stats\"}\n");
	shutdown(fd, SHUT_WR);
	expect(fixture, fd, "{\"command\":\"status\",\"ok\":true}");
	expect(fixture, fd, "{\"command\":\"stats\",\"ok\":true}");
	expect(fixture, fd, "");
	close(fd);
	end(fixture);
}

static void answers_later(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	fixture->later = true;
	say(fd, "{\"command\": \"status\"}\n{\"command\": \"stats\"}\n");
	turn(fixture);
	assert_int_equal(fixture->orders, 1); /* the second has to wait for the first */
	control_answer(fixture->replies[--fixture->kept], json_pack("{s:i}", "n", 1));
	expect(fixture, fd, "{\"n\":1,\"ok\":true}");
	turn(fixture);
	assert_int_equal(fixture->orders, 2);
	close(fd);
	turn(fixture);
	control_answer(fixture->replies[--fixture->kept], json_object()); /* for nobody */
	turn(fixture);
	end(fixture);
}

static void says_when_memory_is_out(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	fixture->later = true;
	say(fd, "{\"command\": \"status\"}\n");
	turn(fixture);
	control_answer(fixture->replies[--fixture->kept], NULL);
	expect(fixture, fd, "{\"ok\": false, \"error\": \"memory is out\"}");
	close(fd);
	end(fixture);
}

static void tells_when_sent(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	say(fd, "{\"command\": \"stop\"}\n");
	expect(fixture, fd, "{\"ok\":true}");
	turn(fixture);
	assert_int_equal(fixture->sent, 1);
	fixture->later = true;
	say(fd, "{\"command\": \"stop\"}\n");
	turn(fixture);
	close(fd);
	control_when_sent(fixture->replies[0], on_sent, fixture);
	control_answer(fixture->replies[--fixture->kept], json_object());
	turn(fixture);
	assert_int_equal(fixture->sent, 2); /* or never could be */
	end(fixture);
}

static void refuses_long_line(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);
	char flood[4096];
	size_t sent = 0;

	(void)state;
	memset(flood, 'x', sizeof(flood));
	while (sent <= ORDER_SIZE_MAX) {
		ssize_t took = send(fd, flood, sizeof(flood), MSG_NOSIGNAL);

		turn(fixture);
		sent += took > 0 ? (size_t)took : 0;
	}
	expect_refusal(fixture, fd, "the line is too long");
	expect(fixture, fd, "");
	assert_int_equal(fixture->orders, 0);
	close(fd);
	end(fixture);
}

/* A megabyte of orders at once: they are taken one by one, and nothing heaps up. */
static void takes_no_more_than_it_answers(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);
	static const char order[] = "{\"command\": \"status\"}\n";
	unsigned sent = 0;

	(void)state;
	fixture->later = true;
	for (unsigned i = 0; i < TURNS_MAX; i++) {
		sent += send(fd, order, sizeof(order) - 1, MSG_NOSIGNAL) == sizeof(order) - 1;
		turn(fixture);
	}
	assert_true(sent > 100);
	assert_int_equal(fixture->orders, 1);
	close(fd);
	end(fixture);
}

static void makes_room_for_new_ones(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fds[6];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		fds[i] = dial(fixture);
		turn(fixture);
	}
	say(fds[0], "{\"command\": \"status\"}\n"); /* so that the second is the one that was idle for longest */
	expect(fixture, fds[0], "{\"command\":\"status\",\"ok\":true}");
	turn(fixture);
	fds[4] = dial(fixture);
	expect(fixture, fds[1], "");
	say(fds[4], "{\"command\": \"status\"}\n");
	expect(fixture, fds[4], "{\"command\":\"status\",\"ok\":true}");
	fixture->later = true;
	for (unsigned i = 0; i < 5; i++)
		if (i != 1)
			say(fds[i], "{\"command\": \"status\"}\n");
	turn(fixture);
	fds[5] = dial(fixture);
	{
		char line[256];

		assert_non_null(strstr(hear(fixture, fds[5], line, sizeof(line)), "too many connections"));
	}
	for (unsigned i = 0; i < 6; i++)
		close(fds[i]);
	end(fixture);
}

static void gives_up_slow_lines(void **state)
{
	const control_limits_t hasty = {
		.connections = 4, .line_seconds = 0, .work_seconds = FAR, .send_seconds = FAR
	};
	fixture_t *fixture = begin(&hasty);
	int fd = dial(fixture);

	(void)state;
	expect_refusal(fixture, fd, "no order came in time");
	expect(fixture, fd, "");
	close(fd);
	end(fixture);
}

static void gives_up_long_work(void **state)
{
	const control_limits_t hasty = {
		.connections = 4, .line_seconds = FAR, .work_seconds = 0, .send_seconds = FAR
	};
	fixture_t *fixture = begin(&hasty);
	int fd = dial(fixture);

	(void)state;
	fixture->later = true;
	say(fd, "{\"command\": \"status\"}\n");
	expect_refusal(fixture, fd, "did not find the answer in time");
	control_answer(fixture->replies[--fixture->kept], json_object()); /* nobody hears it */
	expect(fixture, fd, "");
	close(fd);
	end(fixture);
}

/* Who does not read what it asked for is closed. */
static void gives_up_deaf_ones(void **state)
{
	const control_limits_t hasty = {
		.connections = 4, .line_seconds = FAR, .work_seconds = FAR, .send_seconds = 0
	};
	fixture_t *fixture = begin(&hasty);
	int fd = dial(fixture);
	char *much = malloc(8 << 20);
	char octets[65536];
	ssize_t got;

	(void)state;
	fixture->later = true;
	say(fd, "{\"command\": \"status\"}\n");
	turn(fixture);
	memset(much, 'x', (8 << 20) - 1);
	much[(8 << 20) - 1] = '\0';
	control_answer(fixture->replies[--fixture->kept], json_pack("{s:s}", "much", much));
	for (unsigned i = 0; i < 100; i++)
		turn(fixture);
	do
		got = recv(fd, octets, sizeof(octets), 0);
	while (got > 0);
	assert_int_equal(got, 0);
	free(much);
	close(fd);
	end(fixture);
}

/* A sentence that is cut off within a character. */
static void shows_what_is_no_text(void **state)
{
	fixture_t *fixture = begin(&patient);
	int fd = dial(fixture);

	(void)state;
	fixture->later = true;
	say(fd, "{\"command\": \"status\"}\n");
	turn(fixture);
	control_refuse(fixture->replies[--fixture->kept], "%s", "caf\xc3");
	expect(fixture, fd, "{\"ok\":false,\"error\":\"caf\\\\195\"}");
	close(fd);
	end(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(answers_in_order),
		cmocka_unit_test(answers_after_half_close),
		cmocka_unit_test(answers_later),
		cmocka_unit_test(says_when_memory_is_out),
		cmocka_unit_test(tells_when_sent),
		cmocka_unit_test(refuses_long_line),
		cmocka_unit_test(takes_no_more_than_it_answers),
		cmocka_unit_test(makes_room_for_new_ones),
		cmocka_unit_test(gives_up_slow_lines),
		cmocka_unit_test(gives_up_long_work),
		cmocka_unit_test(gives_up_deaf_ones),
		cmocka_unit_test(shows_what_is_no_text),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
