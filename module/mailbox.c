/* mailbox.c: see mailbox.h. */
#include "module/mailbox.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool mailbox_open(mailbox_t *mailbox)
{
	atomic_init(&mailbox->latest, NULL);
	atomic_init(&mailbox->due, false);
	mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return mailbox->fd >= 0;
}

void mailbox_close(mailbox_t *mailbox)
{
	if (mailbox->fd >= 0)
		close(mailbox->fd);
	mailbox->fd = -1;
}

/* True when the mailbox was empty: the message is the reader's by now, but nobody has told the reader. */
static bool push(mailbox_t *mailbox, mail_t *mail)
{
	mail_t *before = atomic_load_explicit(&mailbox->latest, memory_order_relaxed);

	do
		mail->next = before;
	while (!atomic_compare_exchange_weak_explicit(&mailbox->latest, &before, mail, memory_order_release,
						      memory_order_relaxed));
	return before == NULL;
}

/* The reader clears the eventfd before it takes the mail. A write fails only when the counter is full, and then the reader is
 * awake. */
static void rouse(mailbox_t *mailbox)
{
	const uint64_t one = 1;

	while (write(mailbox->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Whoever puts something into an empty mailbox wakes the reader. */
void mailbox_put(mailbox_t *mailbox, mail_t *mail)
{
	if (push(mailbox, mail))
		rouse(mailbox);
}

void mailbox_slip(mailbox_t *mailbox, mail_t *mail)
{
	if (push(mailbox, mail))
		atomic_store_explicit(&mailbox->due, true, memory_order_release);
}

/* Of several who slipped something into the empty mailbox one rouses the reader, after the mail of those whose store it sees;
 * whoever stores later finds it due again. */
void mailbox_wake(mailbox_t *mailbox)
{
	if (atomic_load_explicit(&mailbox->due, memory_order_relaxed) &&
	    atomic_exchange_explicit(&mailbox->due, false, memory_order_acq_rel))
		rouse(mailbox);
}

mail_t *mailbox_take(mailbox_t *mailbox)
{
	uint64_t count;
	mail_t *in_order = NULL;
	mail_t *latest = NULL;

	while (read(mailbox->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	latest = atomic_exchange_explicit(&mailbox->latest, NULL, memory_order_acquire);
	while (latest != NULL) {
		mail_t *next = latest->next;

		latest->next = in_order;
		in_order = latest;
		latest = next;
	}
	return in_order;
}
