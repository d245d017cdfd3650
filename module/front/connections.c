/* connections.c: see connections.h. */
#include "module/front/connections.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void connections_init(connections_t *connections, const conf_tcp_t *limits)
{
	*connections = (connections_t){ .limits = *limits };
	pthread_mutex_init(&connections->lock, NULL);
}

void connections_clear(connections_t *connections)
{
	free(connections->entries);
	pthread_mutex_destroy(&connections->lock);
}

void connections_set_limits(connections_t *connections, const conf_tcp_t *limits)
{
	pthread_mutex_lock(&connections->lock);
	connections->limits = *limits;
	pthread_mutex_unlock(&connections->lock);
}

size_t connections_count(const connections_t *connections)
{
	return connections->count;
}

static bool same_client(const client_address_t *a, const client_address_t *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
	return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

static bool is_missed_less(const connection_entry_t *a, const connection_entry_t *b)
{
	const int a_kind = atomic_load_explicit(&a->kind, memory_order_relaxed);
	const int b_kind = atomic_load_explicit(&b->kind, memory_order_relaxed);

	if (a_kind != b_kind)
		return a_kind < b_kind;
	return atomic_load_explicit(&a->active, memory_order_relaxed) <
	       atomic_load_explicit(&b->active, memory_order_relaxed);
}

static void take_out(connections_t *connections, const connection_entry_t *entry)
{
	connections->entries[entry->index] = connections->entries[--connections->count];
	connections->entries[entry->index]->index = entry->index;
}

/* Its worker reads the end of the stream, or finds out at its next sweep, and closes it. The lock is held: the fd is open. */
static void hang_up(connections_t *connections, connection_entry_t *entry)
{
	take_out(connections, entry);
	atomic_store(&entry->hung_up, true);
	shutdown(entry->fd, SHUT_RDWR);
}

/* Hangs up the least missed of all, or of one client, when there are `limit` or more of them. */
static void keep_below(connections_t *connections, const client_address_t *client, size_t limit)
{
	connection_entry_t *least = NULL;
	size_t count = 0;

	for (size_t i = 0; i < connections->count; i++) {
		connection_entry_t *entry = connections->entries[i];

		if (client != NULL && !same_client(client, &entry->peer))
			continue;
		count++;
		if (least == NULL || is_missed_less(entry, least))
			least = entry;
	}
	if (count >= limit && least != NULL)
		hang_up(connections, least);
}

static bool has_room(connections_t *connections)
{
	const size_t room = connections->room > 0 ? 2 * connections->room : 64;
	connection_entry_t **entries = NULL;

	if (connections->count < connections->room)
		return true;
	entries = reallocarray(connections->entries, room, sizeof(connection_entry_t *));
	if (entries == NULL)
		return false;
	connections->entries = entries;
	connections->room = room;
	return true;
}

bool connections_add(connections_t *connections, connection_entry_t *entry)
{
	bool added = false;

	pthread_mutex_lock(&connections->lock);
	keep_below(connections, &entry->peer, connections->limits.max_per_client);
	if (connections->count >= connections->limits.max_connections)
		keep_below(connections, NULL, connections->limits.max_connections);
	added = has_room(connections);
	if (added) {
		entry->index = connections->count;
		connections->entries[connections->count++] = entry;
	}
	pthread_mutex_unlock(&connections->lock);
	return added;
}

void connections_make_room(connections_t *connections)
{
	pthread_mutex_lock(&connections->lock);
	keep_below(connections, NULL, 0);
	pthread_mutex_unlock(&connections->lock);
}

void connections_close(connections_t *connections, connection_entry_t *entry)
{
	pthread_mutex_lock(&connections->lock);
	if (!atomic_load(&entry->hung_up))
		take_out(connections, entry);
	close(entry->fd);
	pthread_mutex_unlock(&connections->lock);
}
