/* test_conf_check.c: keys that contradict each other. */
#include "conf/conf_check.h"

#include "tests/conf/rows.h"

static const refused_t refused[] = {
	{ "min-ttl above max-ttl", "cache:\n  max-ttl: 30s\n  min-ttl: 31s",
	  "3:12: cache.min-ttl is larger than cache.max-ttl: make it at most as large" },
	{ "the default is the other one", "cache: {max-ttl: 1h,\n  min-ttl: 1h,\n  negative-max-ttl: 59m}",
	  "2:12: cache.min-ttl is larger than cache.negative-max-ttl: make it at most as large" },
	{ "more for one than for all", "tcp: {max-per-client: 1025}",
	  "1:23: tcp.max-per-client is larger than tcp.max-connections: make it at most as large" },
	{ "fewer for all than for one, which is a default", "tcp: {max-connections: 511}",
	  "1:24: tcp.max-per-client is larger than tcp.max-connections: make it at most as large" },
	{ "options are compared as numbers", "resolver: {hardening: {val-sig-skew-max: 1000}}",
	  "1:42: resolver.hardening.val-sig-skew-min is larger than resolver.hardening.val-sig-skew-max: make it at "
	  "most "
	  "as large" },
	{ "neither IPv4 nor IPv6", "resolver: {hardening: {do-ip6: no, do-ip4: no}}",
	  "1:44: resolver.hardening.do-ip4 and resolver.hardening.do-ip6 are both no, and no server could be asked: "
	  "change "
	  "one of them" },
	{ "both preferred", "resolver:\n  hardening:\n    prefer-ip4: yes\n    prefer-ip6: yes",
	  "3:17: resolver.hardening.prefer-ip4 and resolver.hardening.prefer-ip6 are both yes, and only one can be "
	  "preferred: change one of them" },
	{ "forward to an unspecified address", "resolver:\n  forward: [{zone: a, to: [192.0.2.1, 0.0.0.0]}]",
	  "2:12: resolver.forward sends a to an unspecified address, which is no server: give the server's own" },
	{ "stub to an unspecified address", "resolver:\n  stub:\n    - {zone: a, to: [\"::\"]}",
	  "3:5: resolver.stub sends a to an unspecified address, which is no server: give the server's own" },
	{ "forward to ourselves", "resolver: {forward: [{zone: a.example., to: [127.0.0.1]}]}",
	  "1:21: resolver.forward sends a.example to an address of listen, which is this resolver itself: give another "
	  "server's" },
	{ "stub to ourselves", "listen: [192.0.2.1@5353]\nresolver: {stub: [{zone: a, to: [192.0.2.1@5353]}]}",
	  "2:18: resolver.stub sends a to an address of listen, which is this resolver itself: give another server's" },
	{ "a zone that is both",
	  "resolver: {forward: [{zone: a, to: [192.0.2.1]}],\n stub: [{zone: A., to: [192.0.2.1]}]}",
	  "2:8: resolver.stub and resolver.forward both have A: keep one of them" },
	{ "both logs into one file", "validation-log: {file: /var/log/mail.log}\nlog:\n  to: /var/log/mail.log",
	  "1:24: validation-log.file and log.to name the same file: give each its own" },
	{ "a log into the default of the other", "log: {to: /var/log/mxward/validation.log}",
	  "1:11: validation-log.file and log.to name the same file: give each its own" },
	{ "negative trust anchors in the alerts' file", "alerts: {file: /a}\ncontrol: {nta-file: /a}",
	  "2:21: control.nta-file and alerts.file name the same file: give each its own" },
	{ "the key in the file that it signs", "validation-log: {file: /a, key: /a}",
	  "1:33: validation-log.key and validation-log.file name the same file: give each its own" },
	{ "the key in a log", "log: {to: /a}\nvalidation-log: {key: /a}",
	  "2:23: validation-log.key and log.to name the same file: give each its own" },
	{ "the key in the trust anchor", "validation-log: {key: /var/lib/mxward/root.key}",
	  "1:23: resolver.auto-trust-anchor-file and validation-log.key name the same file: give each its own" },
	{ "a log into the trust anchor", "log: {to: /var/lib/mxward/root.key}",
	  "1:11: resolver.auto-trust-anchor-file and log.to name the same file: give each its own" },
	{ "the other log into the trust anchor", "resolver: {auto-trust-anchor-file: /a}\nvalidation-log: {file: /a}",
	  "1:36: resolver.auto-trust-anchor-file and validation-log.file name the same file: give each its own" },
	{ "the index into the log", "inspection: {log-index: /a}\nvalidation-log: {file: /a}",
	  "1:25: inspection.log-index and validation-log.file name the same file: give each its own" },
	{ "inspection for the network without a token", "inspection:\n  listen: [127.0.0.1@80, 192.0.2.1@80]",
	  "2:11: inspection.listen has an address that is not loopback, and inspection.token-file is empty: name a "
	  "file "
	  "with a token, or listen on 127.0.0.1 and ::1 alone" },
	{ "inspection everywhere without a token", "inspection: {listen: [\"::@80\"]}",
	  "1:22: inspection.listen has an address that is not loopback, and inspection.token-file is empty: name a "
	  "file "
	  "with a token, or listen on 127.0.0.1 and ::1 alone" },
	{ "inspection where DNS is", "inspection: {listen: [127.0.0.1@53]}",
	  "1:22: inspection.listen has an address and port of listen, where DNS is spoken: give another port" },
	{ "the history in a log", "log: {to: /var/lib/mxward/history.db}",
	  "1:11: history.file and log.to name the same file: give each its own" },
	{ "the history in the trust anchor", "history: {file: /var/lib/mxward/root.key}",
	  "1:17: history.file and resolver.auto-trust-anchor-file name the same file: give each its own" },
};

static void allows_what_is_equal_or_beside(void **state)
{
	static const char *const texts[] = {
		"cache: {min-ttl: 1m, max-ttl: 1m, negative-max-ttl: 1m}",
		"tcp: {max-connections: 7, max-per-client: 7}",
		"resolver: {hardening: {do-ip4: no}}",
		"resolver: {hardening: {prefer-ip4: yes}}",
		"resolver: {forward: [{zone: a, to: [127.0.0.1@5353, \"::1@5353\"]}]}",
		"resolver: {forward: [{zone: a, to: [192.0.2.1]}], stub: [{zone: b, to: [192.0.2.1]}]}",
		"inspection: {listen: [127.1.2.3@80]}",
		"inspection: {listen: [192.0.2.1@80], token-file: /t}",
		"inspection: {listen: [192.0.2.1@80], enable: no}",
		"validation-log: {journal: yes, file: ''}\nresolver: {auto-trust-anchor-file: ''}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		conf_free(accepted(texts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(allows_what_is_equal_or_beside) };

	return RUN_ROWS("refused", refused, is_refused) + cmocka_run_group_tests(tests, NULL, NULL);
}
