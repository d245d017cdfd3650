/* test_mailbox.c: order, and that no message is lost or left asleep when many threads put them in. */
#include "module/mailbox.h"

#include "tests/support.h"

#include <poll.h>
#include <pthread.h>

enum {
	WRITERS = 4,
	EACH = 5000,
	BATCH = 10
}; /* every second writer slips its messages in, so many before it wakes the reader */

typedef struct numbered {
	mail_t mail;
	unsigned writer;
	unsigned number;
} numbered_t;

static void put(mailbox_t *mailbox, unsigned writer, unsigned number)
{
	numbered_t *mail = malloc(sizeof(*mail));

	assert_non_null(mail);
	mail->writer = writer;
	mail->number = number;
	(writer % 2 == 0 ? mailbox_put : mailbox_slip)(mailbox, &mail->mail);
}

/* Checks each writer's order and counts. */
static unsigned take(mailbox_t *mailbox, unsigned next[WRITERS])
{
	unsigned count = 0;

	for (mail_t *mail = mailbox_take(mailbox), *after; mail != NULL; mail = after, count++) {
		numbered_t *numbered = (numbered_t *)mail;

		after = mail->next;
		assert_int_equal(numbered->number, next[numbered->writer]++);
		free(numbered);
	}
	return count;
}

static bool is_readable(const mailbox_t *mailbox, int timeout_ms)
{
	struct pollfd wait = { .fd = mailbox->fd, .events = POLLIN };

	return poll(&wait, 1, timeout_ms) == 1;
}

static void keeps_order(void **state)
{
	mailbox_t mailbox;
	unsigned next[WRITERS] = { 0 };

	(void)state;
	assert_true(mailbox_open(&mailbox));
	assert_null(mailbox_take(&mailbox));
	assert_false(is_readable(&mailbox, 0));
	for (unsigned i = 0; i < 10; i++)
		put(&mailbox, 0, i);
	assert_true(is_readable(&mailbox, 0));
	assert_int_equal(take(&mailbox, next), 10);
	assert_false(is_readable(&mailbox, 0));
	put(&mailbox, 0, 10);
	assert_true(is_readable(&mailbox, 0));
	assert_int_equal(take(&mailbox, next), 1);
	mailbox_close(&mailbox);
}

static void wakes_once_for_all_that_is_slipped_in(void **state)
{
	mailbox_t mailbox;
	mail_t mails[3];

	(void)state;
	assert_true(mailbox_open(&mailbox));
	mailbox_wake(&mailbox);
	assert_false(is_readable(&mailbox, 0));
	for (unsigned round = 0; round < 2; round++) {
		mailbox_slip(&mailbox, &mails[0]);
		mailbox_slip(&mailbox, &mails[1]);
		mailbox_put(&mailbox, &mails[2]);
		assert_false(is_readable(&mailbox, 0));
		mailbox_wake(&mailbox);
		assert_true(is_readable(&mailbox, 0));
		assert_ptr_equal(mailbox_take(&mailbox), &mails[0]);
		assert_ptr_equal(mails[0].next, &mails[1]);
		assert_ptr_equal(mails[1].next, &mails[2]);
		assert_null(mails[2].next);
		mailbox_wake(&mailbox);
		assert_false(is_readable(&mailbox, 0));
	}
	mailbox_close(&mailbox);
}

typedef struct writer {
	pthread_t thread;
	mailbox_t *mailbox;
	unsigned index;
} writer_t;

static void *write_all(void *arg)
{
	const writer_t *writer = arg;

	for (unsigned i = 0; i < EACH; i++) {
		put(writer->mailbox, writer->index, i);
		if (i % BATCH == BATCH - 1)
			mailbox_wake(writer->mailbox);
	}
	return NULL;
}

static void loses_nothing(void **state)
{
	mailbox_t mailbox;
	writer_t writers[WRITERS];
	unsigned next[WRITERS] = { 0 };

	(void)state;
	assert_true(mailbox_open(&mailbox));
	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = (writer_t){ .mailbox = &mailbox, .index = i };
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
	}
	for (unsigned count = 0; count < WRITERS * EACH;) {
		assert_true(is_readable(&mailbox, 10000)); /* a lost wake-up would wait for ever */
		count += take(&mailbox, next);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	assert_null(mailbox_take(&mailbox));
	mailbox_close(&mailbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keeps_order),
					    cmocka_unit_test(wakes_once_for_all_that_is_slipped_in),
					    cmocka_unit_test(loses_nothing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
