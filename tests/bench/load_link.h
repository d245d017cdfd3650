/* load_link.h: one socket of the load generator, with the queries that are open on it. */
#ifndef TESTS_BENCH_LOAD_LINK_H
#define TESTS_BENCH_LOAD_LINK_H

#include "tests/bench/load_questions.h"

#include <sys/socket.h>

enum {
	LINK_OPEN_MAX = 4096, /* queries open at once; a power of two: the rest of an ID tells their uses apart */
	LATENCY_STEPS = 32,   /* parts of each doubling */
	LATENCY_BUCKETS = 40 * LATENCY_STEPS, /* up to 2^40 ns */
	LINK_BATCH = 64,                      /* datagrams in one system call */
	REPLY_ROOM = 4096,                    /* octets of a datagram */
	STREAM_ROOM = 2 * (65535 + 2),        /* octets of a stream that wait */
	RCODES = 16,
};

/* What came of all queries. */
typedef struct tally {
	uint64_t sent, answered, late, lost, wrong;
	uint64_t rcodes[RCODES];
	uint64_t latency[LATENCY_BUCKETS]; /* nanoseconds, as load_bucket() has them */
	uint64_t slowest;
} tally_t;

unsigned load_bucket(uint64_t nanoseconds);
uint64_t load_bucket_begin(unsigned bucket);

typedef struct open_query {
	uint64_t sent_at; /* nanoseconds; 0: this place is free */
	const question_t *question;
	uint32_t counter;
	uint16_t use;
} open_query_t;

typedef struct link {
	int fd;
	bool tcp;
	bool closed; /* the server has ended the connection */
	check_t check;
	unsigned open;
	unsigned next_place;
	open_query_t places[LINK_OPEN_MAX];
	size_t in_size, out_size; /* TCP: octets that wait */
	uint8_t in[STREAM_ROOM];
	uint8_t out[STREAM_ROOM];
} link_t;

/* A connected socket. NULL with a sentence on stderr. */
MUST_USE link_t *link_open(const struct sockaddr *server, socklen_t size, bool tcp, check_t check);
void link_free(link_t *link);

/* Which question is next. */
typedef const question_t *link_next_fn(void *arg, uint32_t *counter);

/* Sends up to `count` queries, as many as there is room for; returns how many. */
unsigned link_ask(link_t *link, unsigned count, uint64_t now, link_next_fn *next, void *arg, tally_t *tally);

/* Takes all replies that are there. */
void link_receive(link_t *link, uint64_t now, tally_t *tally);

/* Gives up queries that were sent before `limit`. */
void link_give_up(link_t *link, uint64_t limit, tally_t *tally);

#endif
