/* desk.c: see desk.h. */
#include "module/history/desk.h"

#include <stdlib.h>

struct history_desk {
	mailbox_t mailbox;
	atomic_uint users;
};

history_desk_t *history_desk_new(void)
{
	history_desk_t *desk = calloc(1, sizeof(*desk));

	if (desk == NULL)
		return NULL;
	atomic_store(&desk->users, 1);
	if (mailbox_open(&desk->mailbox))
		return desk;
	free(desk);
	return NULL;
}

int history_desk_fd(const history_desk_t *desk)
{
	return desk->mailbox.fd;
}

void desk_hold(history_desk_t *desk)
{
	atomic_fetch_add(&desk->users, 1);
}

void desk_put(history_desk_t *desk, mail_t *answer)
{
	mailbox_put(&desk->mailbox, answer);
}

mail_t *desk_take(history_desk_t *desk)
{
	return mailbox_take(&desk->mailbox);
}

void desk_leave(history_desk_t *desk, void (*drop)(mail_t *answer))
{
	if (atomic_fetch_sub(&desk->users, 1) > 1)
		return;
	for (mail_t *mail = mailbox_take(&desk->mailbox), *next; mail != NULL; mail = next) {
		next = mail->next;
		drop(mail);
	}
	mailbox_close(&desk->mailbox);
	free(desk);
}
