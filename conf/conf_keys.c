/* conf_keys.c: every key, its default and its limits. Sample file and manual page describe the same keys; tests compare. */
#include "conf/conf_keys.h"

#include "conf/conf.h"

#include <assert.h>
#include <string.h>

#define PLACE(member) offsetof(conf_t, member)
#define HARDENING     "resolver.hardening."
#define MEGA          ((uint64_t)1 << 20)
#define SECOND        1000 /* milliseconds */
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
static const char *const minimise_words[] = { "domains", "labels", NULL };
static const char *const mx_modes[] = { "enforce", "monitor", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug", NULL };
static const char *const log_targets[] = { "stderr", "journal", NULL };

static_assert(CONF_LOG_ERROR == 0 && CONF_LOG_WARNING == 1 && CONF_LOG_INFO == 2 && CONF_LOG_DEBUG == 3,
	      "log_levels is in the order of the enum");
static_assert(CONF_MINIMISE_DOMAINS == 0 && CONF_MINIMISE_LABELS == 1, "minimise_words is in the order of the enum");
static_assert(CONF_MX_ENFORCE == 0 && CONF_MX_MONITOR == 1, "mx_modes is in the order of the enum");
static_assert(sizeof(unsigned) == sizeof(uint32_t), "numbers and durations are stored alike");

const conf_key_t conf_keys[] = {
	{ "listen", CONF_ADDRESSES, PLACE(listen), "[127.0.0.1@53, \"::1@53\"]", 1, 64, NULL,
	  "Addresses where questions are taken, over UDP and TCP, as ADDRESS or ADDRESS@PORT." },
	{ "allow", CONF_PREFIXES, PLACE(allow), "[127.0.0.0/8, \"::1/128\"]", 1, 1024, NULL,
	  "Networks that may ask; others get REFUSED. An open resolver is soon abused against others." },
	{ "user", CONF_TEXT, PLACE(user), "mxward", 0, 32, NULL,
	  "User to become once the addresses are bound; \"\" to stay." },
	{ "threads", CONF_NUMBER, PLACE(threads), "auto", 1, 256, auto_word,
	  "Threads that take questions and answer from the cache; auto: one for each core." },
	{ "max-udp-size", CONF_NUMBER, PLACE(max_udp_size), "1232", 512, 4096, NULL,
	  "Octets of the largest reply over UDP; 1232 fits any path without fragments (RFC 9715)." },

	{ "tcp.max-connections", CONF_NUMBER, PLACE(tcp.max_connections), "1024", 1, 65536, NULL,
	  "Connections of all clients together." },
	{ "tcp.max-per-client", CONF_NUMBER, PLACE(tcp.max_per_client), "512", 1, 65536, NULL,
	  "Connections of one address. A mail server's come from one address all." },
	{ "tcp.idle-timeout", CONF_DURATION, PLACE(tcp.idle_timeout), "10s", 1, HOUR, NULL,
	  "A connection without a question for so long is closed (RFC 7766, 6.2.3)." },

	{ "resolver.root-hints", CONF_PATH, PLACE(resolver.root_hints), "/usr/share/dns/root.hints", 0, 4095, NULL,
	  "Names and addresses of the root servers; \"\" for those built into libunbound." },
	{ "resolver.trust-anchor-file", CONF_PATHS, PLACE(resolver.trust_anchor_files), "[/usr/share/dns/root.key]", 0,
	  16, NULL, "Files of DS or DNSKEY records that are trusted as they are." },
	{ "resolver.auto-trust-anchor-file", CONF_PATH, PLACE(resolver.auto_trust_anchor_file),
	  "/var/lib/mxward/root.key", 0, 4095, NULL,
	  "Trust anchor that follows key roll-overs (RFC 5011), used where its directory can be written. Made from the "
	  "static one; \"\" for none." },
	{ "resolver.domain-insecure", CONF_NAMES, PLACE(resolver.domain_insecure), "[]", 0, 1024, NULL,
	  "Domains that are not validated: negative trust anchors (RFC 7646)." },
	{ "resolver.forward", CONF_ROUTES, PLACE(resolver.forward), "[]", 0, 256, NULL,
	  "Domains that other resolvers are asked for, as {zone: corp.example, to: [10.0.0.53, \"10.0.0.54@5353\"]}." },
	{ "resolver.stub", CONF_ROUTES, PLACE(resolver.stub), "[]", 0, 256, NULL,
	  "Domains whose authoritative servers are these, whatever the parent says; written like forward." },
	{ "resolver.libunbound", CONF_LINES, PLACE(resolver.libunbound), "\"\"", 0, 65536, NULL,
	  "More options for libunbound, in the syntax of unbound.conf(5)'s server: clause." },
	{ "resolver.minimise", CONF_WORD, PLACE(resolver.minimise), "domains", 0, 0, minimise_words,
	  "Where hardening.qname-minimisation hides the rest of a name: above the domain that somebody registered "
	  "(domains), or at each label (labels), which costs each new name more round trips." },
	{ "resolver.processes", CONF_NUMBER, PLACE(resolver.processes), "1", 1, 64, NULL,
	  "Resolver processes; each has caches of its own." },
	{ "resolver.budget", CONF_DURATION, PLACE(resolver.budget), "10s", 1, 120, NULL,
	  "Longest time that one question may take, retries included; then the client gets SERVFAIL." },
	{ "resolver.max-questions", CONF_NUMBER, PLACE(resolver.max_questions), "8192", 16, 65536, NULL,
	  "Different questions in flight at once. One more gets SERVFAIL; answers from the cache go on." },
	{ "resolver.zone-share", CONF_NUMBER, PLACE(resolver.zone_share), "20", 1, 100, NULL,
	  "Percent of these that one registrable domain may have, and less of them when others have many: servers that "
	  "are silent hold up their own questions alone. One more gets SERVFAIL." },
	{ "resolver.client-share", CONF_NUMBER, PLACE(resolver.client_share), "75", 1, 100, NULL,
	  "The same for one client (IPv6: a /56). A mail server on this machine is one and needs no more." },
	{ "resolver.max-lookups", CONF_NUMBER, PLACE(resolver.max_lookups), "256", 16, 4096, NULL,
	  "Lookups that one question may cost: an MX answer has the addresses and TLSA of its exchanges looked up, "
	  "over "
	  "UDP and TCP. What is beyond counts as failed." },
	{ "resolver.memory", CONF_SIZE, PLACE(resolver.memory), "64M", 4 * MEGA, 65536 * MEGA, NULL,
	  "Memory for libunbound's own caches, in each process." },

	/* Forged answers. */
	SWITCH("use-caps-for-id", "yes",
	       "Random case in questions (0x20): each letter is one more bit that a forger has to guess."),
	AMOUNT("unwanted-reply-threshold", "0", 0, INT32_MAX,
	       "Unexpected replies after which the caches are emptied; 0: never, since a forger could have it done "
	       "at will (CVE-2026-44621)."),
	SWITCH("harden-glue", "yes", "Take addresses only from servers that may speak for them."),
	SWITCH("harden-referral-path", "no",
	       "Look the addresses of name servers up once more, validated. It can be turned against us "
	       "(CVE-2026-40622)."),
	SWITCH("minimal-responses", "yes", "Leave out records that nobody asked for."),
	SWITCH("val-clean-additional", "yes", "Drop unsigned additional records of signed answers."),
	/* DNSSEC. */
	SWITCH("harden-dnssec-stripped", "yes", "An answer without signatures from a signed zone is bogus."),
	SWITCH("harden-algo-downgrade", "no",
	       "Want a signature by every algorithm of the DS set. One is enough (RFC 6840, 5.11), and zones that "
	       "change their algorithm would fail."),
	SWITCH("harden-below-nxdomain", "yes", "A name that provably does not exist has nothing below it (RFC 8020)."),
	SWITCH("aggressive-nsec", "yes",
	       "Answer from proofs of non-existence at hand (RFC 8198): floods of random names end here."),
	SWITCH("trust-anchor-signaling", "yes", "Tell the root servers which keys are trusted here (RFC 8145)."),
	{ HARDENING "val-nsec3-keysize-iterations", CONF_OPTION_NUMBERS, 0, "\"1024 50 2048 50 4096 50\"", 0, 4096,
	  NULL,
	  "Key sizes, each with the NSEC3 iterations that are computed for it. Zones with more count as insecure "
	  "(RFC 9276, 3.2; CVE-2023-50868)." },
	AMOUNT("val-bogus-ttl", "60", 0, HOUR, "Seconds until bogus data is asked for again."),
	AMOUNT("val-sig-skew-min", "3600", 0, DAY,
	       "Least number of seconds by which a signature may be early or late: clocks differ."),
	AMOUNT("val-sig-skew-max", "86400", 0, 7 * DAY,
	       "Largest number of such seconds; between the two it is a tenth of the signature's life."),
	/* Privacy. */
	SWITCH("qname-minimisation", "yes",
	       "Show each server no more of the name than it needs (RFC 9156), as resolver.minimise says."),
	SWITCH("qname-minimisation-strict", "no",
	       "At each label, and fail instead of showing the whole name to a server that cannot cope. Mail to broken "
	       "domains would stop."),
	/* Packets and paths. */
	AMOUNT("edns-buffer-size", "1232", 512, 4096,
	       "Octets of the largest reply that is taken over UDP: no fragments (RFC 9715). Larger ones come by TCP."),
	SWITCH("udp-connect", "yes", "Connect UDP sockets: the kernel drops what comes from other addresses."),
	SWITCH("do-ip4", "yes", "Ask servers over IPv4."),
	SWITCH("do-ip6", "yes", "Ask servers over IPv6."),
	SWITCH("prefer-ip4", "no", "Ask over IPv4 where a server has both."),
	SWITCH("prefer-ip6", "no", "Ask over IPv6 where a server has both."),
	SWITCH("do-not-query-localhost", "yes",
	       "Never ask 127.0.0.0/8 and ::1, whatever a zone claims; what forward and stub name there is asked."),
	SWITCH("rrset-roundrobin", "no", "Turn the order of records. Mail servers shuffle for themselves."),
	/* Exhaustion. */
	{ HARDENING "target-fetch-policy", CONF_OPTION_NUMBERS, 0, "\"0 0 0 0 0\"", 0, 16, NULL,
	  "Addresses of name servers to look up ahead, at each depth. None: less for others to amplify (NXNSAttack)." },
	AMOUNT("outgoing-range", "4096", 16, 32768, "UDP ports in use at once; each is a socket."),
	AMOUNT("outgoing-num-tcp", "128", 1, 4096, "TCP connections to servers at once."),
	AMOUNT("tcp-auth-query-timeout", "3000", 100, 60000,
	       "Milliseconds that a server may take over TCP: a silent one must not use up the budget."),
	AMOUNT("outbound-msg-retry", "3", 1, 32,
	       "Useless replies and time-outs of one server until it is not asked again for this question."),
	AMOUNT("max-sent-count", "32", 8, 256, "Questions that one referral or alias may cost: bounds amplification."),
	AMOUNT("max-query-restarts", "11", 8, 32, "Aliases (CNAME) that one question follows."),
	AMOUNT("delay-close", "1500", 0, 10000,
	       "Milliseconds that a port stays open after a time-out, so that a late reply causes no ICMP error."),
	/* What is remembered about servers. */
	AMOUNT("infra-host-ttl", "900", 0, DAY, "Seconds that a server's speed and failings are remembered."),
	SWITCH("infra-keep-probing", "yes",
	       "Go on probing dead servers, one packet at a time, instead of giving them up for infra-host-ttl: mail "
	       "flows again soon after an outage."),

	{ "cache.size", CONF_SIZE, PLACE(cache.size), "64M", MEGA, 1048576 * MEGA, NULL, "Memory for answers." },
	{ "cache.min-ttl", CONF_DURATION, PLACE(cache.min_ttl), "0", 0, HOUR, NULL,
	  "Answers are kept at least so long, against the wish of their zone, though never past a signature's end." },
	{ "cache.max-ttl", CONF_DURATION, PLACE(cache.max_ttl), "1d", 0, 28 * DAY, NULL,
	  "Answers are kept at most so long." },
	{ "cache.negative-max-ttl", CONF_DURATION, PLACE(cache.negative_max_ttl), "1h", 0, DAY, NULL,
	  "The same for what does not exist (RFC 2308, 5)." },
	{ "cache.stale", CONF_DURATION, PLACE(cache.stale), "1d", 0, 7 * DAY, NULL,
	  "How long MX, A and AAAA answers that have ended are given while their servers cannot be reached (RFC 8767); "
	  "0: never." },
	{ "cache.prefetch", CONF_SWITCH, PLACE(cache.prefetch), "yes", 0, 0, NULL,
	  "Renew answers that are asked for in the last tenth of their TTL, so that nobody waits for names in use." },
	{ "cache.snapshot.file", CONF_PATH, PLACE(cache.snapshot.file), "/var/cache/mxward/snapshot", 0, 4095, NULL,
	  "File by which a restart has the answers that were cached; \"\" for none. It is trusted by its key alone: "
	  "keep both where no resolver process may write, not beside auto-trust-anchor-file." },
	{ "cache.snapshot.key", CONF_PATH, PLACE(cache.snapshot.key), "/var/cache/mxward/snapshot.key", 1, 4095, NULL,
	  "Key that the file is authenticated with, of mode 0600; made at the first start." },
	{ "cache.snapshot.every", CONF_DURATION, PLACE(cache.snapshot.every), "5m", 1, DAY, NULL,
	  "How often it is written, beside once at the end: so much is lost when the server dies." },

	{ "mx.mode", CONF_WORD, PLACE(mx.mode), "enforce", 0, 0, mx_modes,
	  "enforce, or monitor: write down what would be done, and change nothing; for the first weeks." },
	{ "mx.policy", CONF_CHOICES, PLACE(mx.policy), "{}", 0, 128, NULL,
	  "What checks lead to, where it is not their default, as {target-is-alias: reject}: ignore, log, strip or "
	  "reject." },
	{ "mx.pin", CONF_PINS, PLACE(mx.pins), "{}", 0, 1024, NULL,
	  "Exchanges that a domain may have, and no others, as {example.org: [mx1.example.org, \"*.mail.example\"]}." },
	{ "mx.corroborate", CONF_SWITCH, PLACE(mx.corroborate), "yes", 0, 0, NULL,
	  "Ask again over TCP where DNSSEC proves nothing, and take that answer: TCP is hard to forge (RFC 5452)." },
	{ "mx.corroborate-timeout", CONF_MILLISECONDS, PLACE(mx.corroborate_timeout), "3s", SECOND / 10, 30 * SECOND,
	  NULL, "Longest time that TCP may take; then the answer over UDP counts, as uncorroborated." },
	{ "mx.target-timeout", CONF_MILLISECONDS, PLACE(mx.target_timeout), "1500ms", SECOND / 10, 30 * SECOND, NULL,
	  "Longest time that looking up the exchanges may take; then what is known by then is judged." },
	{ "mx.max-targets", CONF_NUMBER, PLACE(mx.max_targets), "16", 1, 100, NULL,
	  "Exchanges of one domain that are looked up, in the order of delivery." },
	{ "mx.internal-addresses", CONF_PREFIXES, PLACE(mx.internal_addresses), "[]", 0, 1024, NULL,
	  "Networks that are not public and yet have exchanges that mail goes to: your own." },
	{ "mx.internal-domains", CONF_NAMES, PLACE(mx.internal_domains), "[]", 0, 1024, NULL,
	  "Domains whose exchanges may have any address that is not public; names below them, too." },
	{ "mx.own-names", CONF_NAMES, PLACE(mx.own_names), "[]", 0, 64, NULL,
	  "Names of this mail server, by which it finds itself as an exchange; its addresses are known." },
	{ "mx.providers", CONF_PATHS, PLACE(mx.providers),
	  "[/usr/share/mxward/providers.yaml, /etc/mxward/providers.yaml]", 0, 16, NULL,
	  "Files that say whose mail hosts are; later ones come first. The second is for your own, and need not be "
	  "there." },

	{ "log.level", CONF_WORD, PLACE(log.level), "info", 0, 0, log_levels,
	  "The least important lines to write: error, warning, info or debug." },
	{ "log.to", CONF_PATH, PLACE(log.to), "stderr", 1, 4095, log_targets,
	  "stderr, journal, or the path of a file, which is opened again at SIGHUP." },

	{ "validation-log.file", CONF_PATH, PLACE(validation_log.file), "/var/log/mxward/validation.log", 0, 4095, NULL,
	  "File that grows by a line for each MX answer judged and each answer rejected; \"\" for none." },
	{ "validation-log.journal", CONF_SWITCH, PLACE(validation_log.journal), "no", 0, 0, NULL,
	  "Write the same to the journal, as structured fields." },
	{ "validation-log.key", CONF_PATH, PLACE(validation_log.key), "/var/lib/mxward/validation-log.key", 1, 4095,
	  NULL, "Key that signs the file's checkpoints (Ed25519), made at the first start." },
	{ "validation-log.checkpoint", CONF_NUMBER, PLACE(validation_log.checkpoint), "1000", 1, 1000000, NULL,
	  "Lines from one signed checkpoint to the next; rotation and stop write one as well." },
	{ "validation-log.hits", CONF_SWITCH, PLACE(validation_log.hits), "no", 0, 0, NULL,
	  "Write a line for each answer from the cache, too." },

	{ "inspection.enable", CONF_SWITCH, PLACE(inspection.enable), "yes", 0, 0, NULL,
	  "Serve the page, the metrics and the API over HTTP, by a process of its own." },
	{ "inspection.listen", CONF_SERVICES, PLACE(inspection.listen), "[127.0.0.1@8953, \"::1@8953\"]", 1, 16, NULL,
	  "Addresses of that, with ports. Others than loopback need a token-file." },
	{ "inspection.token-file", CONF_PATH, PLACE(inspection.token_file), "\"\"", 0, 4095, NULL,
	  "File with the token that clients have to show (Authorization: Bearer TOKEN); \"\" for none." },
	{ "inspection.allowed-hosts", CONF_NAMES, PLACE(inspection.allowed_hosts), "[]", 0, 64, NULL,
	  "Names by which clients may call it, beside its addresses and localhost: a page elsewhere must not reach it "
	  "by a "
	  "name that leads here (DNS rebinding)." },
	{ "inspection.log-index", CONF_PATH, PLACE(inspection.log_index), "/var/lib/mxward/inspection/log-index.db", 1,
	  4095, NULL, "Index of the validation log, for searching. Made anew when it is gone." },
	{ "inspection.log-index-size", CONF_SIZE, PLACE(inspection.log_index_size), "1G", 16 * MEGA, 1048576 * MEGA,
	  NULL, "How large that may become; the oldest entries make room. A million take some 300 MB." },
	{ "inspection.log-index-age", CONF_DURATION, PLACE(inspection.log_index_age), "52w", DAY, 7300 * DAY, NULL,
	  "Entries older than this are dropped from it." },

	{ "alerts.log", CONF_SWITCH, PLACE(alerts.log), "yes", 0, 0, NULL, "Write each alert to the log." },
	{ "alerts.journal", CONF_SWITCH, PLACE(alerts.journal), "yes", 0, 0, NULL,
	  "Write each alert to the journal, as structured fields, where there is one." },
	{ "alerts.exec", CONF_COMMAND, PLACE(alerts.exec), "[]", 0, 32, NULL,
	  "Command to run for each alert, with its arguments, as [/usr/local/sbin/tell-me, mx]; the alert is in its "
	  "environment, as MXWARD_ALERT_... No shell is involved." },
	{ "alerts.exec-timeout", CONF_DURATION, PLACE(alerts.exec_timeout), "30s", 1, HOUR, NULL,
	  "A command that takes longer is killed." },
	{ "alerts.webhook.url", CONF_TEXT, PLACE(alerts.webhook.url), "\"\"", 0, 2048, NULL,
	  "Where each alert is sent as a JSON object by POST: https://, or http:// to this machine; \"\" for "
	  "nowhere." },
	{ "alerts.webhook.token-file", CONF_PATH, PLACE(alerts.webhook.token_file), "\"\"", 0, 4095, NULL,
	  "File whose first line is sent as bearer token; \"\" for none." },
	{ "alerts.webhook.ca-file", CONF_PATH, PLACE(alerts.webhook.ca_file), "\"\"", 0, 4095, NULL,
	  "Certificates (PEM) of who may have signed the receiver's, in place of the system's." },
	{ "alerts.webhook.timeout", CONF_DURATION, PLACE(alerts.webhook.timeout), "10s", 1, 300, NULL,
	  "Longest time that one try may take." },
	{ "alerts.webhook.retry", CONF_MILLISECONDS, PLACE(alerts.webhook.retry), "5s", SECOND / 10, 300 * SECOND, NULL,
	  "Time until the second try. It doubles to 64 times that; a receiver that fails 20 times misses the alert." },
	{ "alerts.failing-after", CONF_DURATION, PLACE(alerts.failing_after), "4h", 60, 7 * DAY, NULL,
	  "A domain whose MX has been SERVFAIL for so long raises an alert: mail to it will bounce one day." },
	{ "alerts.max-per-hour", CONF_NUMBER, PLACE(alerts.max_per_hour), "60", 1, 1000, NULL,
	  "Alerts that are told in an hour; who sends mail from many broken domains could cause thousands. Domains "
	  "that "
	  "this file names have as many for themselves." },
	{ "alerts.file", CONF_PATH, PLACE(alerts.file), "/var/lib/mxward/alerts.json", 0, 4095, NULL,
	  "File by which a restart knows what is open and was told; \"\" for none." },

	{ "history.enable", CONF_SWITCH, PLACE(history.enable), "yes", 0, 0, NULL,
	  "Remember each domain's MX sets and when they were seen. Nothing about who asked." },
	{ "history.file", CONF_PATH, PLACE(history.file), "/var/lib/mxward/history.db", 1, 4095, NULL,
	  "Where; beside it are its journals, FILE-wal and FILE-shm." },
	{ "history.max-rows", CONF_NUMBER, PLACE(history.max_rows), "10000000", 1000, 1000000000, NULL,
	  "Sets, exchanges and addresses that are kept together; what was not seen for longest makes room. A million "
	  "take about 70 MB." },
	{ "history.max-age", CONF_DURATION, PLACE(history.max_age), "104w", DAY, 7300 * DAY, NULL,
	  "What was not seen for so long is forgotten." },
	{ "control.socket", CONF_PATH, PLACE(control.socket), "/run/mxward/control.sock", 0, 107, NULL,
	  "Unix socket for mxward status, stats, flush and their like: for root and the socket's group; \"\" for "
	  "none." },
	{ "control.nta-file", CONF_PATH, PLACE(control.nta_file), "/var/lib/mxward/nta.json", 0, 4095, NULL,
	  "File by which a restart knows the negative trust anchors that mxward nta has set; \"\" for none." },

	{ "watch", CONF_WATCHES, PLACE(watch), "[]", 0, 256, NULL,
	  "Domains that are asked for whether or not anyone asks, as {domain: example.org, expect: [mx1.example.org, "
	  "\"*.mail.example\"], every: 15m, signatures-within: 3d}; all but the domain may be left out." },
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
