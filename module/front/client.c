/* client.c: see client.h. */
#include "module/front/client.h"

#include "module/front/worker.h"

void client_send(const client_t *client, const uint8_t *message, size_t size)
{
	if (client->tcp)
		worker_reply(client->worker, client->slot, client->generation, message, size);
	else
		udp_send(client, message, size);
}
