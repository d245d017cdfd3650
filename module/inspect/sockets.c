/* sockets.c: see sockets.h. */
#include "module/inspect/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static bool is_same(const conf_address_t *one, const conf_address_t *other)
{
	return one->size == other->size && memcmp(&one->sa, &other->sa, one->size) == 0;
}

/* The socket of an address, which is taken out; -1: there is none. */
static int take(sockets_t *sockets, const conf_address_t *address)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (is_same(&sockets->addresses[i], address)) {
			const int fd = sockets->fds[i];

			sockets->fds[i] = -1;
			return fd;
		}
	return -1;
}

void sockets_want(sockets_t *sockets, const conf_addresses_t *addresses)
{
	sockets_t wanted = { .count = addresses->count < SOCKETS_MAX ? addresses->count : SOCKETS_MAX };

	for (size_t i = 0; i < wanted.count; i++) {
		wanted.addresses[i] = addresses->items[i];
		wanted.fds[i] = take(sockets, &addresses->items[i]);
	}
	sockets_close(sockets);
	*sockets = wanted;
}

static void complain(log_t *log, const conf_address_t *address)
{
	const int err = errno;
	const bool v6 = address->sa.any.sa_family == AF_INET6;
	char text[INET6_ADDRSTRLEN] = "";

	if (v6)
		inet_ntop(AF_INET6, &address->sa.v6.sin6_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET, &address->sa.v4.sin_addr, text, sizeof(text));
	log_write(log, LOG_LEVEL_WARNING,
		  "cannot listen on %s@%u: %s; change inspection.listen, or turn it off with inspection.enable: no",
		  text, ntohs(v6 ? address->sa.v6.sin6_port : address->sa.v4.sin_port), strerror(err));
}

static bool is_missing_family(const conf_address_t *address)
{
	return address->sa.any.sa_family == AF_INET6 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
}

/* -1 with errno. */
static int listen_on(const conf_address_t *address)
{
	const int one = 1;
	const int family = address->sa.any.sa_family;
	const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, &address->sa.any, address->size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

bool sockets_open(sockets_t *sockets, log_t *log)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->fds[i] >= 0)
			continue;
		sockets->fds[i] = listen_on(&sockets->addresses[i]);
		if (sockets->fds[i] >= 0)
			continue;
		if (sockets->count > 1 && is_missing_family(&sockets->addresses[i]))
			continue;
		complain(log, &sockets->addresses[i]);
		return false;
	}
	return true;
}

size_t sockets_list(const sockets_t *sockets, int fds[SOCKETS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->fds[i] >= 0)
			fds[count++] = sockets->fds[i];
	return count;
}

void sockets_close(sockets_t *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->fds[i] >= 0) {
			close(sockets->fds[i]);
			sockets->fds[i] = -1;
		}
}
