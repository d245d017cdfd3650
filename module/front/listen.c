/* listen.c: binds the sockets; see front.h and sockets.h. */
#include "module/front/front.h"
#include "module/front/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	RECEIVE_BUFFER = 4 << 20, /* octets: a burst of queries waits while a worker is busy */
	SEND_BUFFER = 1 << 20,
	BACKLOG = 1024,
	FREE_PORT_TRIES = 16, /* a port that is free for UDP may not be for TCP */
	ADDRESS_TEXT_MAX = INET6_ADDRSTRLEN + sizeof("%4294967295@65535"),
};

/* ---- addresses ---- */

static in_port_t *port_of(conf_address_t *address)
{
	return address->sa.any.sa_family == AF_INET6 ? &address->sa.v6.sin6_port : &address->sa.v4.sin_port;
}

static void address_text(const conf_address_t *address, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN];
	const bool v6 = address->sa.any.sa_family == AF_INET6;
	const void *octets = v6 ? (const void *)&address->sa.v6.sin6_addr : (const void *)&address->sa.v4.sin_addr;
	const in_port_t port = v6 ? address->sa.v6.sin6_port : address->sa.v4.sin_port;

	inet_ntop(address->sa.any.sa_family, octets, host, sizeof(host));
	if (v6 && address->sa.v6.sin6_scope_id != 0)
		snprintf(text, size, "%s%%%u@%u", host, address->sa.v6.sin6_scope_id, ntohs(port));
	else
		snprintf(text, size, "%s@%u", host, ntohs(port));
}

static bool is_wildcard(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->sa.v6.sin6_addr);
	return address->sa.v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

static bool same_host(const client_address_t *peer, const struct in6_addr *address)
{
	struct in6_addr mapped = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (peer->any.sa_family == AF_INET6)
		return memcmp(&peer->v6.sin6_addr, address, sizeof(*address)) == 0;
	memcpy(&mapped.s6_addr[12], &peer->v4.sin_addr, 4);
	return memcmp(&mapped, address, sizeof(mapped)) == 0;
}

static bool is_bound_address(const client_address_t *peer, const conf_address_t *address)
{
	if (peer->any.sa_family == AF_INET6)
		return memcmp(&peer->v6.sin6_addr, &address->sa.v6.sin6_addr, sizeof(peer->v6.sin6_addr)) == 0;
	return peer->v4.sin_addr.s_addr == address->sa.v4.sin_addr.s_addr;
}

bool sockets_are_own(const struct front_sockets *sockets, const client_address_t *peer, const struct in6_addr *local)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const conf_address_t *address = &sockets->bound[i].address;

		/* sin_port and sin6_port are at the same place */
		if (address->sa.any.sa_family != peer->any.sa_family || address->sa.v4.sin_port != peer->v4.sin_port)
			continue;
		if (is_bound_address(peer, address))
			return true;
		if (local != NULL && sockets->bound[i].wildcard && same_host(peer, local))
			return true;
	}
	return false;
}

/* ---- one socket ---- */

typedef enum { FOR_PROBE, FOR_USE } purpose_t;

/* An option and its value, for a family and a kind of socket (0: any). */
typedef struct socket_option {
	int family;
	int kind;
	bool wildcard_only;
	bool use_only; /* not for the probe */
	bool optional; /* a kernel that refuses it will do */
	int level, name, value;
} socket_option_t;

static const socket_option_t socket_options[] = {
	/* family  kind         wildcard use    optional */
	{ 0, SOCK_STREAM, false, false, false, SOL_SOCKET, SO_REUSEADDR,
	  1 },                                                              /* old connections do not stop a restart */
	{ 0, 0, false, true, false, SOL_SOCKET, SO_REUSEPORT, 1 },          /* the workers share the address */
	{ AF_INET6, 0, false, false, false, IPPROTO_IPV6, IPV6_V6ONLY, 1 }, /* 0.0.0.0 has a socket of its own */
	{ AF_INET, SOCK_DGRAM, true, false, false, IPPROTO_IP, IP_PKTINFO, 1 },
	{ AF_INET6, SOCK_DGRAM, true, false, false, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1 },
	/* Forged ICMP must not make us send fragments (RFC 9715, 3.1). */
	{ AF_INET, SOCK_DGRAM, false, false, true, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT },
	{ AF_INET6, SOCK_DGRAM, false, false, true, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT },
	{ 0, SOCK_DGRAM, false, true, true, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER },
	{ 0, SOCK_DGRAM, false, true, true, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER },
	{ 0, SOCK_DGRAM, false, true, true, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER }, /* past rmem_max, for root */
	{ 0, SOCK_STREAM, false, true, true, IPPROTO_TCP, TCP_NODELAY, 1 }, /* accepted connections inherit it */
};

static bool set_options(int fd, int kind, const conf_address_t *address, purpose_t purpose)
{
	for (size_t i = 0; i < sizeof(socket_options) / sizeof(socket_options[0]); i++) {
		const socket_option_t *option = &socket_options[i];

		if ((option->family != 0 && option->family != address->sa.any.sa_family) ||
		    (option->kind != 0 && option->kind != kind) || (option->wildcard_only && !is_wildcard(address)) ||
		    (option->use_only && purpose == FOR_PROBE))
			continue;
		if (setsockopt(fd, option->level, option->name, &option->value, sizeof(option->value)) != 0 &&
		    !option->optional)
			return false;
	}
	return true;
}

/* A bound socket, or -1 with errno. */
static int open_socket(int kind, const conf_address_t *address, purpose_t purpose)
{
	int fd = socket(address->sa.any.sa_family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0)
		return -1;
	if (set_options(fd, kind, address, purpose) && bind(fd, &address->sa.any, address->size) == 0 &&
	    (kind == SOCK_DGRAM || purpose == FOR_PROBE || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* SO_REUSEPORT would let us share the address with another mxward of the same user; a socket without it finds that out. It
 * also finds a free port where 0 is asked for: the port is written into *address. */
static bool probe(int kind, conf_address_t *address)
{
	conf_address_t real = *address;
	int fd = open_socket(kind, address, FOR_PROBE);

	if (fd < 0)
		return false;
	if (getsockname(fd, &real.sa.any, &real.size) == 0)
		*port_of(address) = *port_of(&real);
	close(fd);
	return true;
}

/* ---- one address ---- */

static void close_all(int *fds, unsigned count)
{
	for (unsigned i = 0; fds != NULL && i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void bound_clear(bound_t *bound, unsigned threads)
{
	close_all(bound->udp, threads);
	close_all(bound->tcp, threads);
	free(bound->udp);
	free(bound->tcp);
	bound->udp = NULL;
	bound->tcp = NULL;
}

static int *fds_new(unsigned count)
{
	int *fds = malloc(count * sizeof(*fds));

	for (unsigned i = 0; fds != NULL && i < count; i++)
		fds[i] = -1;
	return fds;
}

/* Opens all sockets of bound->address. False with errno, and with the kind of socket that could not be bound. */
static bool open_all(bound_t *bound, unsigned threads, int *kind)
{
	const int kinds[] = { SOCK_DGRAM, SOCK_STREAM };
	int *const fds[] = { bound->udp, bound->tcp };

	for (unsigned k = 0; k < 2; k++) {
		*kind = kinds[k];
		if (!probe(*kind, &bound->address))
			return false;
		for (unsigned i = 0; i < threads; i++) {
			fds[k][i] = open_socket(*kind, &bound->address, FOR_USE);
			if (fds[k][i] < 0)
				return false;
		}
	}
	return true;
}

static bool bound_open(bound_t *bound, const conf_address_t *address, unsigned threads, int *kind)
{
	int error = 0;

	bound->udp = fds_new(threads);
	bound->tcp = fds_new(threads);
	bound->address = *address;
	bound->wildcard = is_wildcard(address);
	if (bound->udp == NULL || bound->tcp == NULL) {
		bound_clear(bound, threads);
		errno = ENOMEM;
		return false;
	}
	if (open_all(bound, threads, kind))
		return true;
	error = errno;
	bound_clear(bound, threads);
	errno = error;
	return false;
}

/* Port 0: UDP picks the port, and TCP may find it taken. */
static bool bound_open_somewhere(bound_t *bound, const conf_address_t *address, unsigned threads, int *kind)
{
	conf_address_t asked = *address;
	const unsigned tries = *port_of(&asked) == 0 ? FREE_PORT_TRIES : 1;

	for (unsigned i = 0; i < tries; i++) {
		if (bound_open(bound, address, threads, kind))
			return true;
		if (errno != EADDRINUSE)
			return false;
	}
	return false;
}

/* ---- what people read ---- */

typedef struct advice {
	int error;
	const char *text;
} advice_t;

static const advice_t advices[] = {
	{ EADDRINUSE, "another program listens there: stop it (ss -lnp shows it), or change listen" },
	{ EACCES,
	  "not permitted: ports below 1024 need root or CAP_NET_BIND_SERVICE; start mxward as root and set user, or "
	  "change the port in listen" },
	{ EPERM, "not permitted: a sandbox or security module forbids it" },
	{ EADDRNOTAVAIL,
	  "this machine does not have the address: correct listen, or start mxward after the interface is up" },
	{ EAFNOSUPPORT, "this machine has no such address family: take the address out of listen, or enable IPv6" },
	{ EMFILE, "too many open files: raise the limit (LimitNOFILE), or lower threads" },
};

static const char *advice_on(int error)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].error == error)
			return advices[i].text;
	return strerror(error);
}

static void log_failure(log_t *log, const conf_address_t *address, int kind, int error)
{
	char text[ADDRESS_TEXT_MAX];

	address_text(address, text, sizeof(text));
	log_write(log, LOG_LEVEL_ERROR, "cannot listen on %s (%s): %s", text, kind == SOCK_DGRAM ? "UDP" : "TCP",
		  advice_on(error));
}

static char *sockets_text(const front_sockets_t *sockets)
{
	char *text = calloc(sockets->count, ADDRESS_TEXT_MAX);
	char *end = text;

	for (size_t i = 0; text != NULL && i < sockets->count; i++) {
		if (i > 0)
			*end++ = ' ';
		address_text(&sockets->bound[i].address, end, ADDRESS_TEXT_MAX - 1);
		end += strlen(end);
	}
	return text;
}

/* ---- all of them ---- */

front_sockets_t *front_bind(const conf_addresses_t *listen, unsigned threads, log_t *log)
{
	front_sockets_t *sockets = calloc(1, sizeof(*sockets) + listen->count * sizeof(sockets->bound[0]));

	if (sockets == NULL)
		return NULL;
	sockets->threads = threads;
	for (size_t i = 0; i < listen->count; i++) {
		int kind = SOCK_DGRAM;

		if (bound_open_somewhere(&sockets->bound[sockets->count], &listen->items[i], threads, &kind))
			sockets->count++;
		else
			log_failure(log, &listen->items[i], kind, errno);
	}
	if (sockets->count > 0)
		sockets->text = sockets_text(sockets);
	if (sockets->text != NULL)
		return sockets;
	log_write(log, LOG_LEVEL_ERROR, "no address in listen could be used");
	front_sockets_free(sockets);
	return NULL;
}

const char *front_sockets_text(const front_sockets_t *sockets)
{
	return sockets->text;
}

void front_sockets_free(front_sockets_t *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		bound_clear(&sockets->bound[i], sockets->threads);
	free(sockets->text);
	free(sockets);
}
