/* test_outbox.c: nothing is lost or overtaken while the other end is slow, and what waits is bounded. */
#include "module/resolver/outbox.h"
#include "tests/support.h"

#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 1 << 20 };

typedef struct ends {
	int ours;
	int theirs;
	outbox_t outbox;
} ends_t;

static int set_up(void **state)
{
	ends_t *ends = calloc(1, sizeof(*ends));
	int pair[2];

	assert_non_null(ends);
	*state = ends;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	ends->ours = pair[0];
	ends->theirs = pair[1];
	ends->outbox = outbox_begin(ends->ours, LIMIT);
	return 0;
}

static int tear_down(void **state)
{
	ends_t *ends = *state;

	outbox_clear(&ends->outbox);
	close(ends->ours);
	if (ends->theirs >= 0)
		close(ends->theirs);
	free(ends);
	return 0;
}

static proto_t cancel(uint64_t id)
{
	return (proto_t){ .kind = PROTO_CANCEL, .id = id };
}

/* The next message's id; 0 when there is none. */
static uint64_t receive(int fd)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	ssize_t size = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	proto_t message;

	if (size <= 0)
		return 0;
	assert_int_equal(proto_read(octets, (size_t)size, &message), PROTO_OK);
	return message.id;
}

/* Sends until something waits; returns the next id. */
static uint64_t fill(ends_t *ends)
{
	uint64_t id = 1;

	for (;; id++) {
		outbox_state_t sent = outbox_send(&ends->outbox, &(proto_t){ .kind = PROTO_CANCEL, .id = id });

		if (sent == OUTBOX_WAITING)
			return id + 1;
		assert_int_equal(sent, OUTBOX_SENT);
	}
}

static void sends_at_once(void **state)
{
	ends_t *ends = *state;
	const proto_t message = cancel(7);

	assert_int_equal(outbox_send(&ends->outbox, &message), OUTBOX_SENT);
	assert_int_equal(receive(ends->theirs), 7);
	assert_int_equal(outbox_flush(&ends->outbox), OUTBOX_SENT);
}

static void keeps_the_order(void **state)
{
	ends_t *ends = *state;
	uint64_t next = fill(ends);
	uint64_t expected = 1;

	for (unsigned i = 0; i < 100; i++) {
		const proto_t message = cancel(next++);

		assert_int_equal(outbox_send(&ends->outbox, &message), OUTBOX_WAITING);
	}
	while (expected < next) {
		for (uint64_t id = receive(ends->theirs); id != 0; id = receive(ends->theirs))
			assert_int_equal(id, expected++);
		(void)!outbox_flush(&ends->outbox);
	}
	assert_int_equal(ends->outbox.waiting, 0);
	assert_int_equal(outbox_flush(&ends->outbox), OUTBOX_SENT);
}

static void is_bounded(void **state)
{
	ends_t *ends = *state;
	uint64_t next = fill(ends);
	outbox_state_t sent;

	do {
		const proto_t message = cancel(next++);

		sent = outbox_send(&ends->outbox, &message);
	} while (sent == OUTBOX_WAITING);
	assert_int_equal(sent, OUTBOX_FULL);
	assert_true(ends->outbox.waiting <= LIMIT);
	assert_int_equal(outbox_flush(&ends->outbox), OUTBOX_WAITING);
	outbox_clear(&ends->outbox);
	assert_int_equal(ends->outbox.waiting, 0);
}

static void sees_the_other_end_close(void **state)
{
	ends_t *ends = *state;
	const proto_t message = cancel(1);

	fill(ends);
	close(ends->theirs);
	ends->theirs = -1;
	assert_int_equal(outbox_flush(&ends->outbox), OUTBOX_CLOSED);
	outbox_clear(&ends->outbox);
	assert_int_equal(outbox_send(&ends->outbox, &message), OUTBOX_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sends_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sees_the_other_end_close, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
