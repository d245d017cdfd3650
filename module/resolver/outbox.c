/* outbox.c: see outbox.h. */
#include "module/resolver/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct outbox_message {
	outbox_message_t *next;
	size_t size;
	uint8_t octets[];
};

outbox_t outbox_begin(int fd, size_t limit)
{
	return (outbox_t){ .fd = fd, .limit = limit };
}

static outbox_state_t send_octets(int fd, const uint8_t *octets, size_t size)
{
	ssize_t sent;

	do
		sent = send(fd, octets, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return OUTBOX_SENT;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM ? OUTBOX_WAITING
											      : OUTBOX_CLOSED;
}

static outbox_state_t keep(outbox_t *outbox, const uint8_t *octets, size_t size)
{
	outbox_message_t *message = NULL;

	if (size <= outbox->limit - outbox->waiting)
		message = malloc(sizeof(*message) + size);
	if (message == NULL)
		return OUTBOX_FULL;
	message->next = NULL;
	message->size = size;
	memcpy(message->octets, octets, size);
	if (outbox->first == NULL)
		outbox->last = &outbox->first;
	*outbox->last = message;
	outbox->last = &message->next;
	outbox->waiting += size;
	return OUTBOX_WAITING;
}

outbox_state_t outbox_send(outbox_t *outbox, const proto_t *message)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	size_t size = proto_write(message, octets);
	outbox_state_t state = outbox->first == NULL ? send_octets(outbox->fd, octets, size) : OUTBOX_WAITING;

	return state == OUTBOX_WAITING ? keep(outbox, octets, size) : state;
}

static void drop_first(outbox_t *outbox)
{
	outbox_message_t *message = outbox->first;

	outbox->first = message->next;
	outbox->waiting -= message->size;
	free(message);
}

outbox_state_t outbox_flush(outbox_t *outbox)
{
	while (outbox->first != NULL) {
		outbox_state_t state = send_octets(outbox->fd, outbox->first->octets, outbox->first->size);

		if (state != OUTBOX_SENT)
			return state;
		drop_first(outbox);
	}
	return OUTBOX_SENT;
}

void outbox_clear(outbox_t *outbox)
{
	while (outbox->first != NULL)
		drop_first(outbox);
}
