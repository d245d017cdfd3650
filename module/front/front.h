/* front.h: the client-facing side: sockets, worker threads, and what can be answered without anybody's help.
 *
 * Each worker thread owns a UDP socket (SO_REUSEPORT) and a TCP listener for every address, takes datagrams in batches and
 * answers from the cache. A question that the cache cannot answer is handed to `miss`, and the worker goes on. */
#ifndef MODULE_FRONT_FRONT_H
#define MODULE_FRONT_FRONT_H

#include "cache/cache.h"
#include "conf/conf.h"
#include "module/front/client.h"
#include "module/front/cookie.h"
#include "module/front/types.h"
#include "module/histogram.h"
#include "module/log/log.h"
#include "validator/query.h"

typedef struct front front_t;
typedef struct front_sockets front_sockets_t;

/* Takes a question that is to be resolved; the answer goes to `client` by client_send() later. Called by any worker, must
 * not block. False when there are too many already: the worker then answers SERVFAIL itself. */
typedef bool front_miss_fn(void *arg, const query_t *query, const client_t *client);

/* Is told, after a batch of queries whose replies are sent, that some of it went to `miss`: hits do not wait for who is woken by
 * it. Called by any worker, must not block. */
typedef void front_handed_fn(void *arg);

/* Is told of each answer without anybody's help, with the RCODE that the client gets; `found` is what the cache told of it, NULL
 * for ANY, which is answered without it. Called by any worker, must not block. */
typedef void front_hit_fn(void *arg, const query_t *query, const client_t *client, unsigned rcode,
			  const cache_found_t *found);

/* A client was given an answer that should be renewed soon, as cache_found_t says. Called by any worker, at each such answer until
 * somebody claims it (cache_claim()); must not block. */
typedef void front_ending_fn(void *arg, const query_t *query, uint64_t now);

/* Whom the workers talk to. */
typedef struct front_calls {
	front_miss_fn *miss;
	front_handed_fn *handed; /* NULL: nobody wants to know */
	front_hit_fn *hit;       /* the same */
	front_ending_fn *ending; /* the same */
	void *arg;
} front_calls_t;

typedef struct front_stats {
	uint64_t udp_queries; /* messages that came, whatever they were */
	uint64_t tcp_queries;
	uint64_t hits;                     /* answered without anybody's help */
	uint64_t misses;                   /* handed to `miss`, and those that it turned away */
	uint64_t refused;                  /* REFUSED or NOTIMP */
	uint64_t dropped;                  /* no query at all: no reply */
	uint64_t malformed;                /* FORMERR or BADVERS */
	uint64_t servfail;                 /* of the hits: answered SERVFAIL */
	uint64_t tcp_connections;          /* open now */
	uint64_t udp_types[TYPES_COUNTED]; /* queries with a question, by its type (types.h) */
	uint64_t tcp_types[TYPES_COUNTED];
	histogram_sum_t
		hit_latency; /* from reading a batch of queries to having sent its replies, for each hit in it */
} front_stats_t;

enum { FRONT_MIN_UDP_SIZE = 512, FRONT_MAX_UDP_SIZE = 4096 }; /* what front_settings.max_udp_size may be */

/* What a reload may change. Copied. */
typedef struct front_settings {
	const conf_prefixes_t *allow;
	unsigned max_udp_size;
	conf_tcp_t tcp;
} front_settings_t;

/* Binds every address of `listen` for `threads` workers, before privileges are dropped; port 0 takes a free one. An address
 * that cannot be bound is logged in a sentence and left out; NULL when none could be bound. */
MUST_USE front_sockets_t *front_bind(const conf_addresses_t *listen, unsigned threads, log_t *log);

/* "127.0.0.1@53 ::1@53": what was bound, for people. Owned by the sockets. */
const char *front_sockets_text(const front_sockets_t *sockets);
void front_sockets_free(front_sockets_t *sockets);

/* Starts the workers; on success takes the sockets over. Each worker's cookies are made with the secret of `cookies`, which
 * is only looked at. NULL when a thread cannot be started or memory is out. */
MUST_USE front_t *front_start(front_sockets_t *sockets, const front_settings_t *settings, cache_t *cache,
			      const cookies_t *cookies, const front_calls_t *calls, log_t *log);

/* The sockets that the workers use. */
const front_sockets_t *front_sockets(const front_t *front);

/* New settings from now on; what is open stays open. When memory is out the old ones stay, and the log says so. */
void front_reload(front_t *front, const front_settings_t *settings);
void front_stats(const front_t *front, front_stats_t *stats);

/* front_stop() ends and joins the workers; client_send() may still be called until front_free(). */
void front_stop(front_t *front);
void front_free(front_t *front);

#endif
