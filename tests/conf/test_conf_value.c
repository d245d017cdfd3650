/* test_conf_value.c: every kind of value, accepted into its place and refused with the place in the file. */
#include "conf/conf_value.h"

#include "tests/conf/rows.h"

#include <arpa/inet.h>

#define NAME_31 "1234567890123456789012345678901"

static const refused_t refused[] = {
	/* The wrong kind of YAML. */
	{ "a list for a text", "user: [a]",
	  "1:7: user: a text is wanted here, for example mxward, and this is a list" },
	{ "a section for a number", "threads: {a: 1}",
	  "1:10: threads: a number is wanted here, for example auto, and this is a section" },
	{ "a list for a duration", "cache: {max-ttl: [1d]}",
	  "1:18: cache.max-ttl: a duration is wanted here, for example 1d, and this is a list" },
	{ "a list for a size", "cache:\n  size:\n    - 1M",
	  "3:5: cache.size: a size is wanted here, for example 64M, and this is a list" },
	{ "a list for a word", "log: {level: [info]}",
	  "1:14: log.level: a word is wanted here, for example info, and this is a list" },
	{ "a list for a path", "log: {to: [stderr]}",
	  "1:11: log.to: an absolute path is wanted here, for example stderr, and this is a list" },
	{ "a section for lines", "resolver: {libunbound: {neg-cache-size: 1m}}",
	  "1:24: resolver.libunbound: a text is wanted here, for example \"\", and this is a section" },
	{ "a list for yes or no", "resolver: {hardening: {do-ip6: [yes]}}",
	  "1:32: resolver.hardening.do-ip6: yes or no is wanted here, for example yes, and this is a list" },
	{ "a list for an option's number", "resolver: {hardening: {delay-close: [1]}}",
	  "1:37: resolver.hardening.delay-close: a number is wanted here, for example 1500, and this is a list" },
	{ "a list for an option's numbers", "resolver: {hardening: {target-fetch-policy: [3, 2, 1, 0, 0]}}",
	  "1:45: resolver.hardening.target-fetch-policy: a row of numbers in quotes is wanted here, for example \"0 0 "
	  "0 0 0\", and "
	  "this is a list" },
	{ "a text for addresses", "listen: 127.0.0.1",
	  "1:9: listen: a list of addresses is wanted here, for example [127.0.0.1@53]" },
	{ "a section for networks", "allow: {127.0.0.0/8: yes}",
	  "1:8: allow: a list of networks is wanted here, for example [127.0.0.0/8]" },
	{ "a text for paths", "resolver: {trust-anchor-file: /x}",
	  "1:31: resolver.trust-anchor-file: a list of absolute paths is wanted here, for example "
	  "[/usr/share/dns/root.key]" },
	{ "a text for names", "resolver: {domain-insecure: a}",
	  "1:29: resolver.domain-insecure: a list of domain names is wanted here, for example [corp.example]" },
	{ "a section for routes", "resolver: {forward: {zone: a, to: [192.0.2.1]}}",
	  "1:21: resolver.forward: a list of routes is wanted here, for example [{zone: corp.example, to: "
	  "[192.0.2.53]}]" },
	{ "a list in a list", "listen: [[127.0.0.1]]",
	  "1:10: listen: an address is wanted here, for example 127.0.0.1@53, and this is a list" },
	{ "nothing", "user:\nthreads: 1", "1:6: user has no value: give a text, for example mxward" },
	{ "nothing, as ~", "threads: ~", "1:10: threads has no value: give a number, for example auto" },
	{ "nothing, as null", "cache: {size: null}", "1:15: cache.size has no value: give a size, for example 64M" },
	{ "nothing for a list",
	  "listen:", "1:8: listen: a list of addresses is wanted here, for example [127.0.0.1@53]" },
	{ "nothing in a list", "allow:\n  - 127.0.0.0/8\n  -",
	  "3:4: allow has no value: give a network, for example 127.0.0.0/8" },

	/* Numbers, sizes, durations. */
	{ "no number", "max-udp-size: big", "1:15: max-udp-size: \"big\" is no whole number" },
	{ "neither number nor word", "threads: many", "1:10: threads: \"many\" is neither a whole number nor auto" },
	{ "too small a number", "threads: 0", "1:10: threads: \"0\" is too little: the least is 1" },
	{ "too large a number", "threads: 257", "1:10: threads: \"257\" is too much: the most is 256" },
	{ "more than any number", "threads: 99999999999999999999",
	  "1:10: threads: \"99999999999999999999\" is neither a whole number nor auto" },
	{ "more than 32 bits", "threads: 4294967300", "1:10: threads: \"4294967300\" is too much: the most is 256" },
	{ "no size", "cache: {size: 64MB}",
	  "1:15: cache.size: \"64MB\" is no size: give octets, or a number with the unit k, M or G" },
	{ "too small a size", "cache: {size: 1023k}", "1:15: cache.size: \"1023k\" is too little: the least is 1M" },
	{ "too large a size", "cache: {size: 1025G}", "1:15: cache.size: \"1025G\" is too much: the most is 1024G" },
	{ "no duration", "cache: {max-ttl: 1 d}",
	  "1:18: cache.max-ttl: \"1 d\" is no duration: give seconds, or a number with the unit s, m, h, d or w" },
	{ "too short a duration", "resolver: {budget: 0}",
	  "1:20: resolver.budget: \"0\" is too little: the least is 1s" },
	{ "too long a duration", "cache: {max-ttl: 5w}", "1:18: cache.max-ttl: \"5w\" is too much: the most is 4w" },

	/* Words, texts, paths. */
	{ "no such word", "log: {level: loud}", "1:14: log.level: \"loud\" is none of error warning info debug" },
	{ "words have one spelling", "log: {level: Info}",
	  "1:14: log.level: \"Info\" is none of error warning info debug" },
	{ "an empty word", "log: {level: \"\"}", "1:14: log.level: \"\" is none of error warning info debug" },
	{ "a long text", "user: " NAME_31 "12", "1:7: user: \"" NAME_31 "12\" is too long: the most are 32 octets" },
	{ "NUL", "user: \"a\\0b\"", "1:7: user holds a NUL character: leave it out" },
	{ "a control character", "user: \"a\\eb\"", "1:7: user: \"a\\x1bb\" holds a control character: leave it out" },
	{ "two lines for one", "user: |\n  a\n  b", "1:7: user: \"a\\x0ab\" holds a control character: leave it out" },
	{ "a control character in lines", "resolver: {libunbound: \"a\\x7f\"}",
	  "1:24: resolver.libunbound: \"a\\x7f\" holds a control character: leave it out" },
	{ "a relative path", "log: {to: mxward.log}",
	  "1:11: log.to: \"mxward.log\" is no absolute path: begin it with /" },
	{ "an empty path where one must be", "log: {to: \"\"}",
	  "1:11: log.to: \"\" is no absolute path: begin it with /" },
	{ "a quote in a path", "resolver: {root-hints: '/a\"b'}",
	  "1:24: resolver.root-hints: \"/a\"b\" holds a quote: give the file another name" },
	{ "a line break in a path", "resolver: {root-hints: \"/a\\nb\"}",
	  "1:24: resolver.root-hints: \"/a\\x0ab\" holds a control character: leave it out" },
	{ "an empty path in a list", "resolver: {trust-anchor-file: [\"\"]}",
	  "1:32: resolver.trust-anchor-file: \"\" is no absolute path: begin it with /" },
	{ "a relative path in a list", "resolver: {trust-anchor-file: [/a, b]}",
	  "1:36: resolver.trust-anchor-file: \"b\" is no absolute path: begin it with /" },
	{ "a control character in a list", "resolver: {trust-anchor-file: [\"/\\a\"]}",
	  "1:32: resolver.trust-anchor-file: \"/\\x07\" holds a control character: leave it out" },

	/* Lists. */
	{ "no address at all", "listen: []", "1:9: listen is empty: give an address, for example [127.0.0.1@53]" },
	{ "too many items",
	  "resolver: {trust-anchor-file: [/a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a, /a]}",
	  "1:31: resolver.trust-anchor-file has too many items: the most are 16" },
	{ "a name for an address", "listen:\n  - 127.0.0.1\n  - localhost",
	  "3:5: listen: \"localhost\" is no address: give numbers, for example 192.0.2.1, 192.0.2.1@53 or "
	  "2001:db8::1@53" },
	{ "a service without a port", "inspection: {listen: [127.0.0.1]}",
	  "1:23: inspection.listen: \"127.0.0.1\" has no port: write one behind @, for example 127.0.0.1@8953" },
	{ "an address twice", "listen: [127.0.0.1, 127.0.0.1@53]",
	  "1:21: listen: \"127.0.0.1@53\" is here twice: once is enough" },
	{ "an address twice in another spelling", "listen: [\"2001:db8::1\", \"2001:DB8:0::1\"]",
	  "1:25: listen: \"2001:DB8:0::1\" is here twice: once is enough" },
	{ "host bits", "allow: [127.0.0.0/8, 192.168.1.1/24]",
	  "1:22: allow: \"192.168.1.1/24\" has bits set behind its 24: the network is 192.168.1.0/24" },
	{ "no domain name", "resolver: {domain-insecure: [corp.example, a..b]}",
	  "1:44: resolver.domain-insecure: \"a..b\" is no domain name: it has an empty label" },

	/* Routes. */
	{ "a route that is a text", "resolver: {stub: [a]}",
	  "1:19: resolver.stub: {zone: corp.example, to: [192.0.2.53]} is wanted here, with a zone and its servers" },
	{ "no zone", "resolver: {stub: [{to: [192.0.2.1]}]}",
	  "1:19: resolver.stub: {zone: corp.example, to: [192.0.2.53]} is wanted here, and the zone is missing" },
	{ "no servers", "resolver: {stub: [{zone: a}]}",
	  "1:19: resolver.stub: {zone: corp.example, to: [192.0.2.53]} is wanted here, and the servers are missing" },
	{ "an empty route", "resolver: {stub: [{}]}",
	  "1:19: resolver.stub: {zone: corp.example, to: [192.0.2.53]} is wanted here, and the zone is missing" },
	{ "an empty list of servers", "resolver: {stub: [{zone: a, to: []}]}",
	  "1:33: resolver.stub: \"to\" is empty: name a server, for example [192.0.2.53]" },
	{ "too many servers",
	  "resolver: {stub: [{zone: a, to: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, 10.0.0.7, "
	  "10.0.0.8, "
	  "10.0.0.9, 10.0.0.10, 10.0.0.11, 10.0.0.12, 10.0.0.13, 10.0.0.14, 10.0.0.15, 10.0.0.16, 10.0.0.17]}]}",
	  "1:33: resolver.stub: \"to\" has too many servers: the most are 16" },
	{ "another key", "resolver: {stub: [{zone: a, via: [192.0.2.1]}]}",
	  "1:29: resolver.stub: one \"zone\" and one \"to\" are wanted here: {zone: corp.example, to: [192.0.2.53]}" },
	{ "a key that is a list", "resolver: {stub: [{[zone]: a}]}",
	  "1:20: resolver.stub: one \"zone\" and one \"to\" are wanted here: {zone: corp.example, to: [192.0.2.53]}" },
	{ "a zone twice in a route", "resolver: {stub: [{zone: a, zone: b}]}",
	  "1:29: resolver.stub: one \"zone\" and one \"to\" are wanted here: {zone: corp.example, to: [192.0.2.53]}" },
	{ "servers twice in a route", "resolver: {stub: [{to: [192.0.2.1], to: [192.0.2.2]}]}",
	  "1:37: resolver.stub: one \"zone\" and one \"to\" are wanted here: {zone: corp.example, to: [192.0.2.53]}" },
	{ "a zone in two routes",
	  "resolver:\n  stub:\n    - {zone: corp.example, to: [192.0.2.1]}\n    - {zone: CORP.example., to: "
	  "[192.0.2.2]}",
	  "4:14: resolver.stub: \"CORP.example\" is here twice: put its servers into one list" },
	{ "a zone that is no name", "resolver: {stub: [{zone: a b, to: [192.0.2.1]}]}",
	  "1:26: resolver.stub: \"a b\" is no domain name: give letters, digits, - and _, other scripts as xn--..." },
	{ "a zone that is a list", "resolver: {stub: [{zone: [a], to: [192.0.2.1]}]}",
	  "1:26: resolver.stub: a domain name is wanted here, for example corp.example, and this is a list" },
	{ "a server that is a name", "resolver: {stub: [{zone: a, to: [ns.example]}]}",
	  "1:34: resolver.stub: \"ns.example\" is no address: give numbers, for example 192.0.2.1, 192.0.2.1@53 or "
	  "2001:db8::1@53" },
	{ "a server that is a section", "resolver: {stub: [{zone: a, to: {b: c}}]}",
	  "1:33: resolver.stub: an address is wanted here, for example 192.0.2.53, and this is a section" },
	{ "a server twice", "resolver: {stub: [{zone: a, to: [192.0.2.1, 192.0.2.1@53]}]}",
	  "1:45: resolver.stub: \"192.0.2.1@53\" is here twice: once is enough" },

	/* Switches and short durations. */
	{ "a switch that is neither", "mx: {corroborate: always}",
	  "1:19: mx.corroborate: \"always\" is neither yes nor no" },
	{ "a list for a switch", "validation-log:\n  hits: [no]",
	  "2:9: validation-log.hits: yes or no is wanted here, for example no, and this is a list" },
	{ "no short duration", "mx: {target-timeout: 1h}",
	  "1:22: mx.target-timeout: \"1h\" is no duration: give seconds, or a number with the unit ms, s or m" },
	{ "too short a short duration", "mx: {target-timeout: 99ms}",
	  "1:22: mx.target-timeout: \"99ms\" is too little: the least is 100ms" },
	{ "a short duration meant as milliseconds", "mx: {target-timeout: 1500}",
	  "1:22: mx.target-timeout: \"1500\" is too much: the most is 30s" },
	{ "too long a short duration", "mx:\n  corroborate-timeout: 30001ms",
	  "2:24: mx.corroborate-timeout: \"30001ms\" is too much: the most is 30s" },
	{ "no mode", "mx: {mode: off}", "1:12: mx.mode: \"off\" is none of enforce monitor" },
	{ "too many targets", "mx: {max-targets: 101}", "1:19: mx.max-targets: \"101\" is too much: the most is 100" },

	/* Choices. */
	{ "a text for choices", "mx: {policy: strict}",
	  "1:14: mx.policy: a mapping of checks to actions is wanted here, for example {target-is-alias: reject}" },
	{ "a list for choices", "mx:\n  policy:\n    - target-is-alias: reject",
	  "3:5: mx.policy: a mapping of checks to actions is wanted here, for example {target-is-alias: reject}" },
	{ "nothing for choices", "mx:\n  policy:\n",
	  "2:10: mx.policy: a mapping of checks to actions is wanted here, for example {target-is-alias: reject}" },
	{ "a choice without an action", "mx:\n  policy:\n    bogus:\n",
	  "3:11: mx.policy has no value: give an action, for example reject" },
	{ "an action that is a list", "mx: {policy: {bogus: [log]}}",
	  "1:22: mx.policy: an action is wanted here, for example reject, and this is a list" },
	{ "an action that is no word", "mx: {policy: {bogus: log!}}",
	  "1:22: mx.policy: \"log!\" is no plain word: give letters, digits and -" },
	{ "a check that is no word", "mx: {policy: {\"\\e[2J\": log}}",
	  "1:15: mx.policy: \"\\x1b[2J\" is no plain word: give letters, digits and -" },
	{ "a check that is a list", "mx: {policy: {[bogus]: log}}",
	  "1:15: mx.policy: the name of a check is wanted here, for example target-is-alias, and this is a list" },
	{ "NUL in a check", "mx: {policy: {\"bogus\\0\": log}}",
	  "1:15: mx.policy holds a NUL character: leave it out" },
	{ "a check twice", "mx:\n  policy:\n    bogus: log\n    target-is-alias: log\n    bogus: reject",
	  "5:5: mx.policy: bogus is here twice, first in line 3: keep one of them" },

	/* Commands. */
	{ "a command as a text", "alerts: {exec: /bin/tell}",
	  "1:16: alerts.exec: a command with its arguments is wanted here, for example [/usr/local/sbin/tell-me]" },
	{ "a command that is no path", "alerts: {exec: [tell, me]}",
	  "1:17: alerts.exec: \"tell\" is no absolute path: begin it with /" },
	{ "an argument that is a list", "alerts: {exec: [/bin/tell, [me]]}",
	  "1:28: alerts.exec: an argument is wanted here, for example /usr/local/sbin/tell-me, and this is a list" },
	{ "an argument of control characters", "alerts: {exec: [/bin/tell, \"\\e[2J\"]}",
	  "1:28: alerts.exec: \"\\x1b[2J\" holds a control character: leave it out" },

	/* Watches. */
	{ "a watch that is a text", "watch: [example.org]",
	  "1:9: watch: {domain: example.org} is wanted here, perhaps with expect, every and signatures-within" },
	{ "a watch of no domain", "watch: [{every: 1h}]",
	  "1:9: watch: {domain: example.org} is wanted here, perhaps with expect, every and signatures-within" },
	{ "a watch of an unknown key", "watch: [{domain: a.example, evry: 1h}]",
	  "1:29: watch: domain, expect, every and signatures-within are wanted here, each once" },
	{ "a watch of two domains", "watch: [{domain: a.example, domain: b.example}]",
	  "1:29: watch: domain, expect, every and signatures-within are wanted here, each once" },
	{ "a domain that is watched twice", "watch: [{domain: a.example}, {domain: A.example}]",
	  "1:39: watch: \"A.example\" is here twice: once is enough" },
	{ "a domain to watch that is none", "watch: [{domain: a..example}]",
	  "1:18: watch: \"a..example\" is no domain name: it has an empty label" },
	{ "too often", "watch: [{domain: a.example, every: 9s}]",
	  "1:36: watch: \"9s\" is too little: the least is 10s" },
	{ "too seldom", "watch: [{domain: a.example, every: 2d}]", "1:36: watch: \"2d\" is too much: the most is 1d" },
	{ "no time for signatures", "watch: [{domain: a.example, signatures-within: [1]}]",
	  "1:48: watch: a duration is wanted here, for example 15m, and this is a list" },
	{ "no exchange is expected", "watch: [{domain: a.example, expect: []}]",
	  "1:37: watch: a list of exchanges is empty: name one, for example [mx1.example.org], or \".\" for a domain "
	  "that takes no mail (null MX, RFC 7505)" },

	/* Pins. */
	{ "a text for pins", "mx: {pin: example.org}",
	  "1:11: mx.pin: a mapping of domains to their exchanges is wanted here, for example {example.org: "
	  "[mx1.example.org]}" },
	{ "a pin without an exchange", "mx: {pin: {example.org: }}",
	  "1:25: mx.pin has no value: give an exchange, for example mx1.example.org" },
	{ "a pin with an empty list", "mx: {pin: {example.org: []}}",
	  "1:25: mx.pin: a list of exchanges is empty: name one, for example [mx1.example.org], or \".\" for a domain "
	  "that takes no mail (null MX, RFC 7505)" },
	{ "a pin that is a section", "mx: {pin: {example.org: {a: b}}}",
	  "1:25: mx.pin: an exchange is wanted here, for example mx1.example.org, and this is a section" },
	{ "a pin with a list in a list", "mx: {pin: {example.org: [mx.example.org, [a]]}}",
	  "1:42: mx.pin: an exchange is wanted here, for example mx1.example.org, and this is a list" },
	{ "a pin for no name", "mx: {pin: {\"example..org\": mx.example.org}}",
	  "1:12: mx.pin: \"example..org\" is no domain name: it has an empty label" },
	{ "a pin for a pattern", "mx: {pin: {\"*.example.org\": mx.example.org}}",
	  "1:12: mx.pin: \"*.example.org\" is no domain name: give letters, digits, - and _, other scripts as "
	  "xn--..." },
	{ "a pin for a list", "mx: {pin: {[a]: mx.example.org}}",
	  "1:12: mx.pin: a domain name is wanted here, for example example.org, and this is a list" },
	{ "an exchange that is no name", "mx: {pin: {example.org: [mx1.example.org, mx2@example.org]}}",
	  "1:43: mx.pin: \"mx2@example.org\" is no domain name: give letters, digits, - and _, other scripts as "
	  "xn--..." },
	{ "an exchange with a star in the middle", "mx: {pin: {example.org: mx.*.example.org}}",
	  "1:25: mx.pin: \"mx.*.example.org\" is no domain name: give letters, digits, - and _, other scripts as "
	  "xn--..." },
	{ "a domain pinned twice", "mx:\n  pin:\n    example.org: a\n    EXAMPLE.org.: b",
	  "4:5: mx.pin: \"EXAMPLE.org\" is here twice: put its exchanges into one list" },
	{ "an exchange twice", "mx: {pin: {example.org: [mx.example.org, MX.example.org.]}}",
	  "1:42: mx.pin: \"MX.example.org\" is here twice: once is enough" },

	/* Options of unbound.conf(5). */
	{ "neither yes nor no", "resolver: {hardening: {do-ip6: maybe}}",
	  "1:32: resolver.hardening.do-ip6: \"maybe\" is neither yes nor no" },
	{ "an option's number too small", "resolver: {hardening: {edns-buffer-size: 511}}",
	  "1:42: resolver.hardening.edns-buffer-size: \"511\" is too little: the least is 512" },
	{ "an option's number too large", "resolver: {hardening: {edns-buffer-size: 4097}}",
	  "1:42: resolver.hardening.edns-buffer-size: \"4097\" is too much: the most is 4096" },
	{ "an option's number with a unit", "resolver: {hardening: {edns-buffer-size: 1k}}",
	  "1:42: resolver.hardening.edns-buffer-size: \"1k\" is no whole number" },
	{ "too few numbers", "resolver: {hardening: {target-fetch-policy: \"3 2 1 0\"}}",
	  "1:45: resolver.hardening.target-fetch-policy: \"3 2 1 0\" are not numbers up to 16 like \"0 0 0 0 0\"" },
	{ "too many numbers", "resolver: {hardening: {target-fetch-policy: \"3 2 1 0 0 0\"}}",
	  "1:45: resolver.hardening.target-fetch-policy: \"3 2 1 0 0 0\" are not numbers up to 16 like \"0 0 0 0 0\"" },
	{ "a number too large among others", "resolver: {hardening: {target-fetch-policy: \"3 2 1 0 17\"}}",
	  "1:45: resolver.hardening.target-fetch-policy: \"3 2 1 0 17\" are not numbers up to 16 like \"0 0 0 0 0\"" },
	{ "a number that overflows", "resolver: {hardening: {target-fetch-policy: \"4294967296 2 1 0 0\"}}",
	  "1:45: resolver.hardening.target-fetch-policy: \"4294967296 2 1 0 0\" are not numbers up to 16 like \"0 0 0 "
	  "0 "
	  "0\"" },
	{ "letters among numbers", "resolver: {hardening: {target-fetch-policy: \"3 2 1 0 0x\"}}",
	  "1:45: resolver.hardening.target-fetch-policy: \"3 2 1 0 0x\" are not numbers up to 16 like \"0 0 0 0 0\"" },
};

static void stores_numbers(void **state)
{
	conf_t *conf = accepted("threads: 256\nmax-udp-size: 512\ntcp: {max-connections: 65536, idle-timeout: 1h}\n"
				"resolver: {processes: 64, budget: 2m, max-questions: 16, memory: 4M}\n"
				"cache: {size: 1G, min-ttl: 60, max-ttl: 4w, negative-max-ttl: 1d}\n");

	(void)state;
	assert_int_equal(conf->threads, 256);
	assert_int_equal(conf->max_udp_size, 512);
	assert_int_equal(conf->tcp.max_connections, 65536);
	assert_int_equal(conf->tcp.idle_timeout, 3600);
	assert_int_equal(conf->resolver.processes, 64);
	assert_int_equal(conf->resolver.budget, 120);
	assert_int_equal(conf->resolver.max_questions, 16);
	assert_int_equal(conf->resolver.memory, 4 << 20);
	assert_int_equal(conf->cache.size, 1 << 30);
	assert_int_equal(conf->cache.min_ttl, 60);
	assert_int_equal(conf->cache.max_ttl, 2419200);
	assert_int_equal(conf->cache.negative_max_ttl, 86400);
	assert_int_equal(conf_value_number(conf, conf_key("cache.size")), 1 << 30);
	assert_int_equal(conf_value_number(conf, conf_key("cache.max-ttl")), 2419200);
	assert_int_equal(conf_value_number(conf, conf_key("threads")), 256);
	conf_free(conf);
}

static void stores_words_and_texts(void **state)
{
	conf_t *conf = accepted("threads: \"auto\"\nuser: \"\"\nlog: {level: debug, to: /var/log/mxward/x.log}\n"
				"resolver:\n  root-hints: ''\n  auto-trust-anchor-file: /a b/\303\244\n"
				"  trust-anchor-file: [/a, /b]\n  libunbound: |\n    # comment\n\n"
				"    local-zone: \"corp.example.\" transparent\n    x:\ty\n");

	(void)state;
	assert_int_equal(conf->threads, 0);
	assert_string_equal(conf->user, "");
	assert_false(conf->user_is_default);
	assert_int_equal(conf->log.level, CONF_LOG_DEBUG);
	assert_string_equal(conf->log.to, "/var/log/mxward/x.log");
	assert_string_equal(conf->resolver.root_hints, "");
	assert_string_equal(conf->resolver.auto_trust_anchor_file, "/a b/\303\244");
	assert_int_equal(conf->resolver.trust_anchor_files.count, 2);
	assert_string_equal(conf->resolver.trust_anchor_files.items[1], "/b");
	assert_string_equal(conf->resolver.libunbound,
			    "# comment\n\nlocal-zone: \"corp.example.\" transparent\nx:\ty\n");
	conf_free(conf);
}

static void stores_log_words(void **state)
{
	static const char *const levels[] = { "error", "warning", "info", "debug" };
	char text[64];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		conf_t *conf;

		snprintf(text, sizeof(text), "log: {level: %s, to: %s}", levels[i], i % 2 ? "stderr" : "journal");
		conf = accepted(text);
		assert_int_equal(conf->log.level, i);
		assert_string_equal(conf->log.to, i % 2 ? "stderr" : "journal");
		conf_free(conf);
	}
}

static void stores_lists(void **state)
{
	conf_t *conf = accepted("listen:\n  - 0.0.0.0\n  - \"::@5353\"\n  - fe80::1%1@54\n"
				"allow: [10.0.0.0/8, 2001:db8::/32, 192.0.2.1]\n"
				"resolver: {domain-insecure: [corp.example., LAN], trust-anchor-file: []}\n");
	const conf_address_t *address;

	(void)state;
	assert_int_equal(conf->listen.count, 3);
	address = conf->listen.items;
	assert_int_equal(address[0].sa.v4.sin_family, AF_INET);
	assert_int_equal(ntohs(address[0].sa.v4.sin_port), 53);
	assert_int_equal(address[1].sa.v6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(address[1].sa.v6.sin6_port), 5353);
	assert_int_equal(address[2].sa.v6.sin6_scope_id, 1);
	assert_int_equal(conf->allow.count, 3);
	assert_int_equal(conf->allow.items[0].bits, 8);
	assert_int_equal(conf->allow.items[1].family, AF_INET6);
	assert_int_equal(conf->allow.items[1].address[1], 0x01);
	assert_int_equal(conf->allow.items[2].bits, 32);
	assert_int_equal(conf->resolver.domain_insecure.count, 2);
	assert_string_equal(conf->resolver.domain_insecure.items[0], "corp.example");
	assert_string_equal(conf->resolver.domain_insecure.items[1], "LAN");
	assert_int_equal(conf->resolver.trust_anchor_files.count, 0);
	conf_free(conf);
}

static void stores_routes(void **state)
{
	conf_t *conf = accepted("resolver:\n"
				"  forward:\n"
				"    - {zone: ., to: [10.0.0.53, \"10.0.0.54@5353\"]}\n"
				"    - zone: corp.example\n"
				"      to:\n"
				"        - \"2001:db8::53\"\n"
				"  stub: [{to: [192.0.2.1], zone: lan.}]\n");
	const conf_route_t *forward = conf->resolver.forward.items;

	(void)state;
	assert_int_equal(conf->resolver.forward.count, 2);
	assert_string_equal(forward[0].zone, ".");
	assert_int_equal(forward[0].to.count, 2);
	assert_int_equal(ntohs(forward[0].to.items[1].sa.v4.sin_port), 5353);
	assert_string_equal(forward[1].zone, "corp.example");
	assert_int_equal(forward[1].to.items[0].sa.any.sa_family, AF_INET6);
	assert_int_equal(conf->resolver.stub.count, 1);
	assert_string_equal(conf->resolver.stub.items[0].zone, "lan");
	conf_free(conf);
}

static void stores_mx(void **state)
{
	conf_t *conf =
		accepted("mx:\n  mode: monitor\n  corroborate: off\n  corroborate-timeout: 2500ms\n"
			 "  target-timeout: 2\n  max-targets: 100\n  internal-addresses: [10.0.0.0/8, \"fd00::/8\"]\n"
			 "  internal-domains: [corp.example.]\n  own-names: [mail.example.org, mx.example.org]\n");

	(void)state;
	assert_int_equal(conf->mx.mode, CONF_MX_MONITOR);
	assert_false(conf->mx.corroborate);
	assert_int_equal(conf->mx.corroborate_timeout, 2500);
	assert_int_equal(conf->mx.target_timeout, 2000);
	assert_int_equal(conf_value_number(conf, conf_key("mx.target-timeout")), 2000);
	assert_int_equal(conf->mx.max_targets, 100);
	assert_int_equal(conf->mx.internal_addresses.count, 2);
	assert_int_equal(conf->mx.internal_addresses.items[1].family, AF_INET6);
	assert_int_equal(conf->mx.internal_domains.count, 1);
	assert_string_equal(conf->mx.internal_domains.items[0], "corp.example");
	assert_int_equal(conf->mx.own_names.count, 2);
	assert_string_equal(conf->mx.own_names.items[1], "mx.example.org");
	conf_free(conf);
}

static void stores_choices(void **state)
{
	conf_t *conf = accepted("mx:\n  policy:\n    target-is-alias: reject\n    \"bogus\": log\n");
	const conf_choice_t *items = conf->mx.policy.items;

	(void)state;
	assert_int_equal(conf->mx.policy.count, 2);
	assert_string_equal(items[0].name, "target-is-alias");
	assert_string_equal(items[0].word, "reject");
	assert_int_equal(items[0].name_place.line, 3);
	assert_int_equal(items[0].name_place.column, 5);
	assert_int_equal(items[0].word_place.line, 3);
	assert_int_equal(items[0].word_place.column, 22);
	assert_string_equal(items[1].name, "bogus");
	assert_string_equal(items[1].word, "log");
	assert_int_equal(items[1].name_place.line, 4);
	assert_int_equal(conf_place(conf, "mx.policy").line, 3);
	conf_free(conf);
}

static void stores_pins(void **state)
{
	conf_t *conf = accepted("mx:\n  pin:\n    Example.org.: mx.example.org\n"
				"    example.net: [mx1.example.net., \"*.mail.example\"]\n    parked.example: .\n");
	const conf_pin_t *items = conf->mx.pins.items;

	(void)state;
	assert_int_equal(conf->mx.pins.count, 3);
	assert_string_equal(items[0].domain, "Example.org");
	assert_int_equal(items[0].exchanges.count, 1);
	assert_string_equal(items[0].exchanges.items[0], "mx.example.org");
	assert_string_equal(items[1].domain, "example.net");
	assert_int_equal(items[1].exchanges.count, 2);
	assert_string_equal(items[1].exchanges.items[0], "mx1.example.net");
	assert_string_equal(items[1].exchanges.items[1], "*.mail.example");
	assert_string_equal(items[2].exchanges.items[0], ".");
	conf_free(conf);
}

static void stores_alerts(void **state)
{
	conf_t *conf =
		accepted("alerts:\n  exec: [/bin/tell, \"\", a b]\n  webhook: {url: https://a.example/, retry: 100ms}\n"
			 "  failing-after: 1h\n  file: \"\"\n  journal: no\n");

	(void)state;
	assert_int_equal(conf->alerts.exec.count, 3);
	assert_string_equal(conf->alerts.exec.items[0], "/bin/tell");
	assert_string_equal(conf->alerts.exec.items[1], "");
	assert_string_equal(conf->alerts.exec.items[2], "a b");
	assert_string_equal(conf->alerts.webhook.url, "https://a.example/");
	assert_int_equal(conf->alerts.webhook.retry, 100);
	assert_int_equal(conf->alerts.failing_after, 3600);
	assert_string_equal(conf->alerts.file, "");
	assert_false(conf->alerts.journal);
	conf_free(conf);
}

static void stores_watches(void **state)
{
	conf_t *conf = accepted("watch:\n  - {domain: Example.org.}\n"
				"  - {domain: example.net, expect: [mx1.example.net, \"*.mail.example\"], every: 10s, "
				"signatures-within: 0}\n"
				"  - {domain: parked.example, expect: .}\n");
	const conf_watch_t *items = conf->watch.items;

	(void)state;
	assert_int_equal(conf->watch.count, 3);
	assert_string_equal(items[0].domain, "Example.org");
	assert_int_equal(items[0].expect.count, 0);
	assert_int_equal(items[0].every, 900);
	assert_int_equal(items[0].signatures_within, 3 * 86400);
	assert_int_equal(items[1].expect.count, 2);
	assert_string_equal(items[1].expect.items[1], "*.mail.example");
	assert_int_equal(items[1].every, 10);
	assert_int_equal(items[1].signatures_within, 0);
	assert_string_equal(items[2].expect.items[0], ".");
	conf_free(conf);
}

static void stores_validation_log(void **state)
{
	conf_t *conf = accepted("validation-log: {file: \"\", journal: yes, key: /k, checkpoint: 1, hits: true}");

	(void)state;
	assert_string_equal(conf->validation_log.file, "");
	assert_true(conf->validation_log.journal);
	assert_string_equal(conf->validation_log.key, "/k");
	assert_string_equal(conf_value_text(conf, conf_key("validation-log.key")), "/k");
	assert_int_equal(conf->validation_log.checkpoint, 1);
	assert_true(conf->validation_log.hits);
	conf_free(conf);
}

static void stores_history(void **state)
{
	conf_t *conf = accepted("history: {enable: no, file: /h, max-rows: 1000, max-age: 52w}");

	(void)state;
	assert_false(conf->history.enable);
	assert_string_equal(conf->history.file, "/h");
	assert_int_equal(conf->history.max_rows, 1000);
	assert_int_equal(conf->history.max_age, 364 * 86400);
	conf_free(conf);
}

typedef struct bound_row {
	const char *name;
	const char *begin;
	const char *item;   /* followed by its number */
	const char *behind; /* behind the number */
	const char *end;
	unsigned most;
	const char *error; /* for one more */
} bound_row_t;

static const bound_row_t bounds[] = {
	{ "pins are bounded", "mx: {pin: {", "d", ": mx", "}}", 1024,
	  "f:1:11: mx.pin has too many items: the most are 1024" },
	{ "exchanges of a pin are bounded", "mx: {pin: {a: [", "mx", "", "]}}", 64,
	  "f:1:15: mx.pin: a list has too many exchanges: the most are 64" },
	{ "choices are bounded", "mx: {policy: {", "c", ": log", "}}", 128,
	  "f:1:14: mx.policy has too many items: the most are 128" },
	{ "watches are bounded", "watch: [", "{domain: d", "}", "]", 256,
	  "f:1:8: watch has too many items: the most are 256" },
	{ "arguments are bounded", "alerts: {exec: [", "/a", "", "]}", 32,
	  "f:1:16: alerts.exec has too many items: the most are 32" },
	{ "own names are bounded", "mx: {own-names: [", "n", "", "]}", 64,
	  "f:1:17: mx.own-names has too many items: the most are 64" },
};

static conf_t *parse_many(const bound_row_t *row, unsigned count, char **error)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	conf_t *conf;

	assert_non_null(out);
	fputs(row->begin, out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s%s%u%s", i > 0 ? ", " : "", row->item, i, row->behind);
	fputs(row->end, out);
	assert_int_equal(fclose(out), 0);
	conf = conf_parse(text, size, "f", error);
	free(text);
	return conf;
}

static void is_bounded(void **state)
{
	const bound_row_t *row = *state;
	char *error = NULL;
	conf_t *conf = parse_many(row, row->most, &error);

	assert_non_null(conf);
	conf_free(conf);
	assert_null(parse_many(row, row->most + 1, &error));
	assert_string_equal(error, row->error);
	free(error);
}

static const char *option(const conf_t *conf, const char *name)
{
	for (size_t i = 0; i < conf->resolver.option_count; i++)
		if (strcmp(conf->resolver.options[i].name, name) == 0)
			return conf->resolver.options[i].value;
	return "";
}

static void stores_options(void **state)
{
	conf_t *conf = accepted("resolver:\n  hardening:\n    use-caps-for-id: off\n    harden-referral-path: true\n"
				"    harden-glue: no\n    udp-connect: false\n    infra-keep-probing: on\n"
				"    edns-buffer-size: 01400\n    target-fetch-policy: ' 3 2  1 0 16 '\n"
				"    val-nsec3-keysize-iterations: 4096 4096 4096 4096 4096 4096\n");

	(void)state;
	assert_string_equal(option(conf, "use-caps-for-id"), "no");
	assert_string_equal(option(conf, "harden-referral-path"), "yes");
	assert_string_equal(option(conf, "harden-glue"), "no");
	assert_string_equal(option(conf, "udp-connect"), "no");
	assert_string_equal(option(conf, "infra-keep-probing"), "yes");
	assert_string_equal(option(conf, "edns-buffer-size"), "1400");
	assert_string_equal(option(conf, "target-fetch-policy"), "\"3 2 1 0 16\"");
	assert_string_equal(option(conf, "val-nsec3-keysize-iterations"), "\"4096 4096 4096 4096 4096 4096\"");
	assert_string_equal(option(conf, "aggressive-nsec"), "yes");
	conf_free(conf);
}

static void fails_on_long_paths_and_lines(void **state)
{
	static char text[70000];
	char *error = NULL;
	size_t size;

	(void)state;
	size = (size_t)sprintf(text, "log: {to: /%04095d}", 0);
	assert_null(conf_parse(text, size, "f", &error));
	assert_string_equal(error,
			    "f:1:11: log.to: \"/0000000000000000000000000000000000000000000000000000...\" is too "
			    "long for a path: the most are 4095 octets");
	free(error);
	size = (size_t)sprintf(text, "log: {to: /%04094d}", 0);
	conf_free(conf_parse(text, size, "f", &error));
	assert_null(error);
	size = (size_t)sprintf(text, "resolver: {libunbound: %065537d}", 0);
	assert_null(conf_parse(text, size, "f", &error));
	assert_string_equal(error,
			    "f:1:24: resolver.libunbound: \"00000000000000000000000000000000000000000000000000000..."
			    "\" is too long: the most are 65536 octets");
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stores_numbers),
		cmocka_unit_test(stores_words_and_texts),
		cmocka_unit_test(stores_log_words),
		cmocka_unit_test(stores_lists),
		cmocka_unit_test(stores_routes),
		cmocka_unit_test(stores_mx),
		cmocka_unit_test(stores_choices),
		cmocka_unit_test(stores_pins),
		cmocka_unit_test(stores_alerts),
		cmocka_unit_test(stores_validation_log),
		cmocka_unit_test(stores_history),
		cmocka_unit_test(stores_watches),
		cmocka_unit_test(stores_validation_log),
		cmocka_unit_test(stores_options),
		cmocka_unit_test(fails_on_long_paths_and_lines),
	};

	return RUN_ROWS("refused", refused, is_refused) + RUN_ROWS("bounds", bounds, is_bounded) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
