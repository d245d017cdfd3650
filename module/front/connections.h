/* connections.h: the TCP connections of all workers, counted together, so that limits hold in all and per client, and so that
 * there is always room for a new client: at a limit the connection that is missed least is closed for the new one.
 *
 * Each connection belongs to one worker; this table only counts, and hangs up. Locked when a connection begins and ends; a
 * query takes no lock. */
#ifndef MODULE_FRONT_CONNECTIONS_H
#define MODULE_FRONT_CONNECTIONS_H

#include "conf/conf.h"
#include "module/front/client.h"

#include <pthread.h>
#include <stdatomic.h>

/* How little a connection is missed: at a limit the first kind that there is goes first, and of one kind the one that was
 * active the longest time ago. */
typedef enum {
	CONNECTION_STRANGER, /* may not ask at all (front_settings.allow) */
	CONNECTION_QUIET, /* owes us a question, or the rest of one, or reading what we sent: half a message is no merit, or
	                      * slow-loris connections would outlive a client that is about to ask */
	CONNECTION_BUSY, /* waits for an answer */
} connection_kind_t;

/* What the table knows of a connection; a part of the worker's own. */
typedef struct connection_entry {
	int fd;
	client_address_t peer;
	size_t index; /* in the table, while it is there */
	atomic_int kind;
	atomic_uint_fast64_t active; /* when it last asked or took an answer: CLOCK_MONOTONIC, milliseconds */
	atomic_bool hung_up;         /* taken out of the table and shut down, for another one's sake: close it */
} connection_entry_t;

typedef struct connections {
	pthread_mutex_t lock;
	conf_tcp_t limits;
	atomic_size_t count; /* written under the lock */
	size_t room;
	connection_entry_t **entries;
} connections_t;

void connections_init(connections_t *connections, const conf_tcp_t *limits);
void connections_clear(connections_t *connections);
void connections_set_limits(connections_t *connections, const conf_tcp_t *limits);
size_t connections_count(const connections_t *connections); /* without the lock */

/* Counts a new one, and hangs up another if a limit is reached. False when memory is out. */
MUST_USE bool connections_add(connections_t *connections, connection_entry_t *entry);

/* Hangs up the one that is missed least: file descriptors are out. */
void connections_make_room(connections_t *connections);

/* Forgets the connection and closes its fd. */
void connections_close(connections_t *connections, connection_entry_t *entry);

#endif
