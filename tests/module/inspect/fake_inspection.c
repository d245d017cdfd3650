/* fake_inspection.c: stands in for an inspection process: says that it is ready, answers, and leaves when it is told to. With the
 * environment variable FAKE_INSPECTION=die it ends before it is ready. */
#include "module/resolver/process.h"
#include "module/resolver/proto.h"

#include <stdlib.h>
#include <sys/socket.h>

static void say(const proto_t *message)
{
	uint8_t octets[PROTO_MESSAGE_MAX];

	(void)!send(PROCESS_FD_SOCKET, octets, proto_write(message, octets), MSG_NOSIGNAL);
}

int main(void)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	proto_t message;
	ssize_t size;

	if (getenv("FAKE_INSPECTION") != NULL)
		return 3;
	say(&(proto_t){ .kind = PROTO_HELLO, .version = PROTO_VERSION });
	while ((size = recv(PROCESS_FD_SOCKET, octets, sizeof(octets), 0)) > 0)
		if (proto_read(octets, (size_t)size, &message) == PROTO_OK && message.kind == PROTO_PING)
			say(&(proto_t){ .kind = PROTO_PONG, .id = message.id });
	return 0;
}
