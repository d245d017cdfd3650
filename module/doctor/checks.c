/* checks.c: the table of checks. */
#include "module/doctor/doctor.h"

static const check_t checks[] = {
	{ "resolv-conf", "resolv.conf: mxward alone, edns0, trust-ad", doctor_check_resolv_conf },
	{ "postfix-chroot", "Postfix's copy of resolv.conf is the same", doctor_check_postfix },
	{ "port", "who holds the addresses of listen", doctor_check_port },
	{ "dnssec", "the server sets AD on . NS, which is Postfix's own probe", doctor_check_dnssec },
	{ "tcp", "the server answers over TCP", doctor_check_tcp },
	{ "large", "large answers get through (. DNSKEY)", doctor_check_large },
	{ "root-udp", "root servers are reachable over UDP, IPv4 and IPv6", doctor_check_root_udp },
	{ "root-tcp", "root servers are reachable over TCP, IPv4 and IPv6", doctor_check_root_tcp },
	{ "clock", "the clock is within the root's signature", doctor_check_clock },
	{ "clock-sync", "a time service keeps the clock right", doctor_check_clock_sync },
	{ "trust-anchor", "the root's key that is trusted signs the root today", doctor_check_anchor },
	{ "libunbound", "libunbound has the fixes of known advisories", doctor_check_libunbound },
	{ "dnsbl", "DNS blocklists serve this resolver (not 127.255.255.x)", doctor_check_dnsbl },
	{ "history", "the file of the MX history can be read, and has room", doctor_check_history },
	{ "snapshot", "the snapshot of the cache is written, and the next start would take it", doctor_check_snapshot },
};

const check_t *doctor_checks(size_t *count)
{
	*count = sizeof(checks) / sizeof(checks[0]);
	return checks;
}
