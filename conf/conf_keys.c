/* conf_keys.c: every key, its default and its limits. Sample file and manual page describe the same keys; tests compare. */
#include "conf/conf_keys.h"

#include "conf/conf.h"

#include <assert.h>
#include <string.h>

#define PLACE(member) offsetof(conf_t, member)
#define HARDENING     "resolver.hardening."
#define MEGA          ((uint64_t)1 << 20)
#define HOUR          3600
#define DAY           86400

/* One option of unbound.conf(5). */
#define SWITCH(name, standard, help)                                              \
	{                                                                         \
		HARDENING name, CONF_OPTION_SWITCH, 0, standard, 0, 0, NULL, help \
	}
#define AMOUNT(name, standard, least, most, help)                                        \
	{                                                                                \
		HARDENING name, CONF_OPTION_NUMBER, 0, standard, least, most, NULL, help \
	}

static const char *const auto_word[] = { "auto", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug", NULL };
static const char *const log_targets[] = { "stderr", "journal", NULL };

static_assert(CONF_LOG_ERROR == 0 && CONF_LOG_WARNING == 1 && CONF_LOG_INFO == 2 && CONF_LOG_DEBUG == 3,
	      "log_levels is in the order of the enum");
static_assert(sizeof(unsigned) == sizeof(uint32_t), "numbers and durations are stored alike");

const conf_key_t conf_keys[] = {
	{ "listen", CONF_ADDRESSES, PLACE(listen), "[127.0.0.1@53, \"::1@53\"]", 1, 64, NULL,
	  "addresses where questions are taken, over UDP and TCP; port 53 when none is written" },
	{ "allow", CONF_PREFIXES, PLACE(allow), "[127.0.0.0/8, \"::1/128\"]", 1, 1024, NULL,
	  "networks that may ask; others get REFUSED. An open resolver is abused within the day" },
	{ "user", CONF_TEXT, PLACE(user), "mxward", 0, 32, NULL,
	  "user to become once the addresses are bound; \"\" to stay" },
	{ "threads", CONF_NUMBER, PLACE(threads), "auto", 1, 256, auto_word,
	  "threads that answer from the cache; auto is one for each core" },
	{ "max-udp-size", CONF_NUMBER, PLACE(max_udp_size), "1232", 512, 4096, NULL,
	  "octets of the largest reply over UDP; 1232 is never fragmented (RFC 9715)" },

	{ "tcp.max-connections", CONF_NUMBER, PLACE(tcp.max_connections), "1024", 1, 65536, NULL,
	  "TCP connections of all clients together" },
	{ "tcp.max-per-client", CONF_NUMBER, PLACE(tcp.max_per_client), "512", 1, 65536, NULL,
	  "TCP connections of one address; a mail server's all come from one" },
	{ "tcp.idle-timeout", CONF_DURATION, PLACE(tcp.idle_timeout), "10s", 1, HOUR, NULL,
	  "a TCP connection without a question for so long is closed (RFC 7766, 6.2.3)" },

	{ "resolver.root-hints", CONF_PATH, PLACE(resolver.root_hints), "/usr/share/dns/root.hints", 0, 4095, NULL,
	  "addresses of the root servers; \"\" for those built into libunbound" },
	{ "resolver.trust-anchor-file", CONF_PATHS, PLACE(resolver.trust_anchor_files), "[/usr/share/dns/root.key]", 0,
	  16, NULL, "files of DS or DNSKEY records that are trusted as they are" },
	{ "resolver.auto-trust-anchor-file", CONF_PATH, PLACE(resolver.auto_trust_anchor_file),
	  "/var/lib/mxward/root.key", 0, 4095, NULL,
	  "follows key roll-overs (RFC 5011) where its directory can be written; made from the static one; \"\" for "
	  "none" },
	{ "resolver.domain-insecure", CONF_NAMES, PLACE(resolver.domain_insecure), "[]", 0, 1024, NULL,
	  "domains that are not validated: negative trust anchors (RFC 7646)" },
	{ "resolver.forward", CONF_ROUTES, PLACE(resolver.forward), "[]", 0, 256, NULL,
	  "domains that other resolvers are asked for" },
	{ "resolver.stub", CONF_ROUTES, PLACE(resolver.stub), "[]", 0, 256, NULL,
	  "domains whose authoritative servers are these, not those that the parent names" },
	{ "resolver.libunbound", CONF_LINES, PLACE(resolver.libunbound), "\"\"", 0, 65536, NULL,
	  "more options for libunbound's server: clause in the syntax of unbound.conf(5); they win" },
	{ "resolver.processes", CONF_NUMBER, PLACE(resolver.processes), "1", 1, 64, NULL,
	  "resolver processes; each has caches of its own" },
	{ "resolver.budget", CONF_DURATION, PLACE(resolver.budget), "10s", 1, 120, NULL,
	  "longest time that one question may take, retries included; then the client gets SERVFAIL" },
	{ "resolver.max-questions", CONF_NUMBER, PLACE(resolver.max_questions), "8192", 16, 65536, NULL,
	  "different questions in flight at once; one more gets SERVFAIL, cached answers go on" },
	{ "resolver.memory", CONF_SIZE, PLACE(resolver.memory), "64M", 4 * MEGA, 65536 * MEGA, NULL,
	  "octets for libunbound's caches in each resolver process" },

	{ "cache.size", CONF_SIZE, PLACE(cache.size), "64M", MEGA, 1048576 * MEGA, NULL, "octets for answers" },
	{ "cache.min-ttl", CONF_DURATION, PLACE(cache.min_ttl), "0", 0, HOUR, NULL,
	  "answers are kept at least so long, against the wish of their zone, though never past a signature's end" },
	{ "cache.max-ttl", CONF_DURATION, PLACE(cache.max_ttl), "1d", 0, 28 * DAY, NULL,
	  "answers are kept at most so long" },
	{ "cache.negative-max-ttl", CONF_DURATION, PLACE(cache.negative_max_ttl), "1h", 0, DAY, NULL,
	  "the same for what does not exist (RFC 2308, 5)" },

	{ "log.level", CONF_WORD, PLACE(log.level), "info", 0, 0, log_levels,
	  "the least important lines to write: error, warning, info or debug" },
	{ "log.to", CONF_PATH, PLACE(log.to), "stderr", 1, 4095, log_targets,
	  "stderr, journal, or the path of a file, which is opened again at SIGHUP" },

	/* Forged answers. */
	SWITCH("use-caps-for-id", "yes",
	       "random case in questions (0x20): each letter is one more bit that a forger has to guess"),
	AMOUNT("unwanted-reply-threshold", "0", 0, INT32_MAX,
	       "forget everything after so many unexpected replies; 0 is never: a forger can trigger it "
	       "(CVE-2026-44621)"),
	SWITCH("harden-glue", "yes", "take addresses only from servers that may speak for them"),
	SWITCH("harden-referral-path", "no",
	       "look name servers' addresses up once more; no: it can be turned against us (CVE-2026-40622)"),
	SWITCH("minimal-responses", "yes", "leave out records that nobody asked for"),
	SWITCH("val-clean-additional", "yes", "drop unsigned additional records of signed answers"),
	/* DNSSEC. */
	SWITCH("harden-dnssec-stripped", "yes", "an answer without signatures from a signed zone is bogus"),
	SWITCH("harden-algo-downgrade", "no",
	       "want a signature by every algorithm of the DS set; no: one is enough (RFC 6840, 5.11), and yes fails "
	       "zones that change algorithm"),
	SWITCH("harden-below-nxdomain", "yes", "a name that securely does not exist has nothing below (RFC 8020)"),
	SWITCH("aggressive-nsec", "yes",
	       "answer from proofs of non-existence at hand (RFC 8198): random names stop at us"),
	SWITCH("trust-anchor-signaling", "yes", "tell the root which of its keys are trusted here (RFC 8145)"),
	{ HARDENING "val-nsec3-keysize-iterations", CONF_OPTION_NUMBERS, 0, "\"1024 50 2048 50 4096 50\"", 0, 4096,
	  NULL,
	  "key sizes and how many NSEC3 iterations are computed for them; more count as insecure (RFC 9276, "
	  "CVE-2023-50868)" },
	AMOUNT("val-bogus-ttl", "60", 0, HOUR, "seconds until bogus data is asked for again"),
	AMOUNT("val-sig-skew-min", "3600", 0, DAY,
	       "seconds by which a signature may be early or late at least, for clocks and zones of summer time"),
	AMOUNT("val-sig-skew-max", "86400", 0, 7 * DAY, "and at most"),
	/* Privacy. */
	SWITCH("qname-minimisation", "yes", "ask each server for no more of the name than it needs (RFC 9156)"),
	SWITCH("qname-minimisation-strict", "no",
	       "never ask with the full name after an error; no: broken servers would fail"),
	/* Packets and paths. */
	AMOUNT("edns-buffer-size", "1232", 512, 4096,
	       "octets of the largest reply that we take over UDP: no fragments (RFC 9715), larger ones come by TCP"),
	SWITCH("udp-connect", "yes",
	       "connected sockets: the kernel drops what comes from others, and hides ports from side channels"),
	SWITCH("do-ip4", "yes", "ask over IPv4"),
	SWITCH("do-ip6", "yes", "ask over IPv6"),
	SWITCH("prefer-ip4", "no", "ask over IPv4 where both are possible"),
	SWITCH("prefer-ip6", "no", "ask over IPv6 where both are possible"),
	SWITCH("do-not-query-localhost", "yes",
	       "never ask 127.0.0.0/8 or ::1, whatever a zone claims; no is needed to forward to this machine"),
	SWITCH("rrset-roundrobin", "no", "turn the order of records; no: mail servers shuffle for themselves"),
	/* Exhaustion. */
	{ HARDENING "target-fetch-policy", CONF_OPTION_NUMBERS, 0, "\"0 0 0 0 0\"", 0, 16, NULL,
	  "name servers to look up ahead, by depth; none: less for others to amplify (NXNSAttack)" },
	AMOUNT("outgoing-range", "4096", 16, 32768, "UDP ports, each its own socket, in use at once"),
	AMOUNT("outgoing-num-tcp", "128", 1, 4096, "TCP connections to servers at once"),
	AMOUNT("tcp-auth-query-timeout", "3000", 100, 60000,
	       "milliseconds that a server may take over TCP: one that is silent must not use up the budget"),
	AMOUNT("outbound-msg-retry", "5", 1, 32, "times that one server is asked before it is given up"),
	AMOUNT("max-sent-count", "32", 8, 256, "packets that one question may cost: bounds amplification"),
	AMOUNT("max-query-restarts", "11", 8, 32, "aliases (CNAME) that one question follows"),
	AMOUNT("delay-close", "1500", 0, 10000,
	       "milliseconds that a port stays open after a time-out, so that late replies cause no ICMP"),
	/* What is remembered about servers. */
	AMOUNT("infra-host-ttl", "900", 0, DAY, "seconds that a server's speed and failings are remembered"),
	SWITCH("infra-keep-probing", "no", "go on asking dead servers at full rate; no: one probe at a time"),
};

const size_t conf_key_count = sizeof(conf_keys) / sizeof(conf_keys[0]);

const conf_key_t *conf_key(const char *path)
{
	const conf_key_t *key = conf_keys;

	while (strcmp(key->path, path) != 0) {
		key++;
		assert(key < conf_keys + conf_key_count);
	}
	return key;
}

const char *conf_key_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL ? dot + 1 : path;
}

int conf_key_is_option(const conf_key_t *key)
{
	return key->kind >= CONF_OPTION_SWITCH;
}

size_t conf_key_option_index(const conf_key_t *key)
{
	size_t index = 0;

	for (const conf_key_t *before = conf_keys; before < key; before++)
		index += conf_key_is_option(before) != 0;
	return index;
}
