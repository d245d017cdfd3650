/* conf.h: what the administrator wrote, read from a YAML file by one table of keys (conf_keys.c).
 *
 * A conf_t is complete: keys that the file leaves out have their defaults, which suit a mail server on a Debian machine.
 * It is read-only once loaded and owns everything in it. This room touches nothing but the file (and asks the system for the
 * number of an interface that a link-local address names): that an address can be bound or a file be read is found out by
 * module. Durations are seconds where nothing else is said, sizes octets. */
#ifndef CONF_H
#define CONF_H

#include "config.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

/* Where the file says something, both counted from 1; 0 and 0 for what it leaves out. */
typedef struct conf_place {
	unsigned line;
	unsigned column;
} conf_place_t;

typedef struct conf_strings {
	size_t count;
	char **items;
} conf_strings_t;

/* An address with a port, ready for bind() or connect(). */
typedef struct conf_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa;
	socklen_t size;
} conf_address_t;

typedef struct conf_addresses {
	size_t count;
	conf_address_t *items;
} conf_addresses_t;

/* A network in CIDR notation (RFC 4632); host bits are zero. */
typedef struct conf_prefix {
	int family;          /* AF_INET or AF_INET6 */
	uint8_t bits;        /* length of the prefix: 0 to 32, or 0 to 128 */
	uint8_t address[16]; /* network order; IPv4 in the first four */
} conf_prefix_t;

typedef struct conf_prefixes {
	size_t count;
	conf_prefix_t *items;
} conf_prefixes_t;

/* Questions below `zone` go to these servers: recursive ones for forward, authoritative ones for stub. */
typedef struct conf_route {
	char *zone;          /* presentation format, without a final dot but for the root */
	conf_addresses_t to; /* never empty; port 53 where none is written */
} conf_route_t;

typedef struct conf_routes {
	size_t count;
	conf_route_t *items;
} conf_routes_t;

/* One of unbound.conf(5)'s own options that the resolver section shows by its own name (resolver.hardening). */
typedef struct conf_option {
	const char *name; /* as unbound.conf(5) spells it, static */
	char value[32];   /* "yes", "no", a number, or numbers with quotes around them, ready for the server: clause */
} conf_option_t;

enum { CONF_OPTIONS_MAX = 48 };

typedef enum { CONF_MINIMISE_DOMAINS, CONF_MINIMISE_LABELS } conf_minimise_t;

typedef struct conf_resolver {
	char *root_hints;                  /* path; "" for libunbound's built-in ones */
	conf_strings_t trust_anchor_files; /* paths of static DS or DNSKEY records */
	char *auto_trust_anchor_file;      /* path of RFC 5011 state; "" for none */
	conf_strings_t domain_insecure;    /* negative trust anchors (RFC 7646), names */
	conf_routes_t forward;
	conf_routes_t stub;
	char *libunbound;         /* text for the server: clause, as written; "" for none */
	conf_minimise_t minimise; /* where hardening.qname-minimisation hides names */
	unsigned processes;       /* 1 to 64 */
	unsigned budget;          /* seconds that one question may take, all retries included */
	unsigned max_questions;   /* different questions in flight at once */
	unsigned zone_share;      /* percent of these that one zone may have */
	unsigned client_share;    /* percent of these that one client may have */
	unsigned max_lookups;     /* that one question may cost */
	size_t memory;            /* octets that one resolver process may use for its caches */
	size_t option_count;
	conf_option_t options[CONF_OPTIONS_MAX]; /* resolver.hardening, in the table's order */
} conf_resolver_t;

typedef struct conf_cache {
	size_t size;
	uint32_t min_ttl;
	uint32_t max_ttl;
	uint32_t negative_max_ttl;
	uint32_t stale;
	bool prefetch;
	struct {
		char *file; /* "" for none */
		char *key;
		uint32_t every; /* seconds */
	} snapshot;
} conf_cache_t;

typedef struct conf_tcp {
	unsigned max_connections; /* of all clients together */
	unsigned max_per_client;  /* of one client address */
	unsigned idle_timeout;    /* seconds without a question before a connection is closed (RFC 7766, 6.2.3) */
} conf_tcp_t;

typedef enum { CONF_LOG_ERROR, CONF_LOG_WARNING, CONF_LOG_INFO, CONF_LOG_DEBUG } conf_log_level_t;

typedef struct conf_log {
	conf_log_level_t level;
	char *to; /* "stderr", "journal", or an absolute path */
} conf_log_t;

/* One line of a mapping from names to words, of which this room knows no more than their letters (mx.policy). */
typedef struct conf_choice {
	char *name;
	char *word;
	conf_place_t name_place;
	conf_place_t word_place;
} conf_choice_t;

typedef struct conf_choices {
	size_t count;
	conf_choice_t *items; /* each name once */
} conf_choices_t;

/* The exchanges that a domain's MX set may hold, and no others. */
typedef struct conf_pin {
	char *domain;             /* presentation format, without a final dot */
	conf_strings_t exchanges; /* never empty; names as `domain`, or "*." and a name for all names below it */
} conf_pin_t;

typedef struct conf_pins {
	size_t count;
	conf_pin_t *items; /* each domain once, whatever its case */
} conf_pins_t;

typedef enum { CONF_MX_ENFORCE, CONF_MX_MONITOR } conf_mx_mode_t;

/* How MX answers are judged. */
typedef struct conf_mx {
	conf_mx_mode_t mode;
	conf_choices_t policy; /* checks and actions by the names that validator has for them */
	conf_pins_t pins;
	bool corroborate;                   /* ask insecure answers again over TCP */
	uint32_t corroborate_timeout;       /* milliseconds */
	uint32_t target_timeout;            /* milliseconds that looking up the exchanges may take */
	unsigned max_targets;               /* exchanges that are looked up: 1 to 100 */
	conf_prefixes_t internal_addresses; /* not counted as internal */
	conf_strings_t internal_domains;    /* whose exchanges may have internal addresses */
	conf_strings_t own_names;           /* of this host */
	conf_strings_t providers;           /* paths of files for conf_providers_load() */
} conf_mx_t;

typedef struct conf_validation_log {
	char *file; /* absolute path; "" for none */
	bool journal;
	char *key;           /* absolute path of the key that signs checkpoints */
	unsigned checkpoint; /* lines from one checkpoint to the next */
	bool hits;           /* answers from the cache, too */
} conf_validation_log_t;

typedef struct conf_inspection {
	bool enable;
	conf_addresses_t listen;
	char *token_file;             /* path; "" for none, which only loopback addresses may have */
	conf_strings_t allowed_hosts; /* names that a client may call it by, beside its addresses and localhost */
	char *log_index;              /* path */
	size_t log_index_size;        /* octets */
	uint32_t log_index_age;
} conf_inspection_t;
typedef struct conf_control {
	char *socket;   /* absolute path; "" for none */
	char *nta_file; /* the same */
} conf_control_t;

/* A domain that is asked for again and again, whether or not a client asks. */
typedef struct conf_watch {
	char *domain;               /* presentation format, without a final dot */
	conf_strings_t expect;      /* names, or "*." and a name for all below it; may be empty */
	uint32_t every;             /* seconds, at most, from one time to the next */
	uint32_t signatures_within; /* seconds; 0: however soon signatures end */
} conf_watch_t;

typedef struct conf_watches {
	size_t count;
	conf_watch_t *items; /* each domain once, whatever its case */
} conf_watches_t;

typedef struct conf_webhook {
	char *url;        /* "" for none */
	char *token_file; /* absolute path; "" for none */
	char *ca_file;    /* the same; "" for the system's */
	unsigned timeout;
	uint32_t retry; /* milliseconds */
} conf_webhook_t;

/* Who is told of what needs an eye, and how. */
typedef struct conf_alerts {
	bool log;
	bool journal;
	conf_strings_t exec; /* the absolute path of a command, and its arguments; empty for none */
	unsigned exec_timeout;
	conf_webhook_t webhook;
	uint32_t failing_after;
	unsigned max_per_hour;
	char *file; /* absolute path; "" for none */
} conf_alerts_t;

/* Which MX sets domains had. */
typedef struct conf_history {
	bool enable;
	char *file;        /* absolute path */
	unsigned max_rows; /* sets, exchanges and addresses together */
	uint32_t max_age;
} conf_history_t;

typedef struct conf {
	conf_addresses_t listen;
	conf_prefixes_t allow;
	char *user;            /* "" to stay who we are */
	bool user_is_default;  /* the file did not name it */
	unsigned threads;      /* 0: one for each core (auto) */
	unsigned max_udp_size; /* octets of the largest UDP reply: 512 to 4096 */
	conf_tcp_t tcp;
	conf_resolver_t resolver;
	conf_cache_t cache;
	conf_mx_t mx;
	conf_log_t log;
	conf_validation_log_t validation_log;
	conf_inspection_t inspection;
	conf_alerts_t alerts;
	conf_history_t history;
	conf_control_t control;
	conf_watches_t watch;
	conf_place_t *places; /* for conf_place() */
} conf_t;

/* Loads the file at `path`. On success returns a configuration; free it with conf_free(). On failure returns NULL and
 * *error is a line for people, `FILE:LINE:COLUMN: what is wrong, what would be right` (without position when the file
 * cannot be read), to be freed by the caller. */
MUST_USE conf_t *conf_load(const char *path, char **error);

/* The same from text in memory; `name` stands for the file in errors. An empty text yields the defaults. */
MUST_USE conf_t *conf_parse(const char *text, size_t size, const char *name, char **error);

void conf_free(conf_t *conf);

/* Where the file has the value of a key, given as dotted path ("cache.max-ttl"), for errors that only module can find. */
conf_place_t conf_place(const conf_t *conf, const char *path);

/* Writes a file that holds every key with its help and its default, and loads to the defaults. */
void conf_sample(FILE *out);

#endif
