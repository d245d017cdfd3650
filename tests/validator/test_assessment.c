#include "tests/support.h"
#include "tests/validator/script.h"
#include "validator/name.h"

#include <sys/socket.h>

/* The domain's answer, over UDP and TCP alike, and a record of it. */
#define ANSWER                 "@example.org MX \n"
#define MX(words)              "an example.org. 300 IN MX " words "\n"
#define GOOD                   MX("10 mx1.example.net.")
#define ALSO                   MX("20 mx2.example.net.")
#define TLSA(host)             "@_25._tcp." host " TLSA \nan _25._tcp." host ". 300 IN TLSA 3 1 1 " HASH "\n"
#define HASH                   "0000000000000000000000000000000000000000000000000000000000000000"
#define ADDRESS(host, address) "@" host " A \nan " host ". 300 IN A " address "\n"
#define SIX(host, address)     "@" host " AAAA \nan " host ". 300 IN AAAA " address "\n"
#define MISSING(host)          "@" host " A \nrcode 3\n@" host " AAAA \nrcode 3\n"
#define NO_ADDRESS(host)       "@" host " A \n"

struct row {
	const char *name;
	security_t security;
	const char *policy;
	const char *network;
	const char *verdict;
};

static struct row rows[] = {
	{ "two good exchanges", SECURITY_INSECURE, "", ANSWER GOOD ALSO,
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mx2.example.net resolved 1 tlsa-insecure\n" },
	{ "two good exchanges, secure", SECURITY_SECURE, "", ANSWER GOOD ALSO,
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-none\n"
	  "- 20 mx2.example.net resolved 1 secure tlsa-none\n" },
	{ "secure with TLSA on both", SECURITY_SECURE, "",
	  ANSWER GOOD ALSO TLSA("mx1.example.net") TLSA("mx2.example.net"),
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-present\n"
	  "- 20 mx2.example.net resolved 1 secure tlsa-present\n" },
	{ "secure with TLSA on one", SECURITY_SECURE, "", ANSWER GOOD ALSO TLSA("mx1.example.net"),
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-present\n"
	  "- 20 mx2.example.net resolved 1 secure tlsa-none\n"
	  "log uneven-protection: 1 with TLSA, 1 without\n" },
	{ "bogus", SECURITY_BOGUS, "",
	  "@example.org MX bogus validation failure <example.org. MX IN>: signature expired\n" GOOD,
	  "rejected bogus EDE 7 (validation failure <example.org. MX IN>: signature expired)\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net ? 0 tlsa-?\n"
	  "reject bogus: validation failure <example.org. MX IN>: signature expired\n" },
	{ "bogus in monitor mode", SECURITY_BOGUS, "monitor; bogus log", "@example.org MX bogus why\n" GOOD,
	  "rejected bogus EDE 6 (why)\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net ? 0 tlsa-?\n"
	  "reject bogus: why\n" },
	{ "bogus without data", SECURITY_BOGUS, "", "@example.org MX bogus no DNSSEC records\nrcode 2\n",
	  "rejected bogus EDE 12 (no DNSSEC records)\n"
	  "reject bogus: no DNSSEC records\n" },
	{ "SERVFAIL", SECURITY_INSECURE, "", "@example.org MX \nrcode 2\n",
	  "failed insecure EDE 22 (no server of the zone gave a usable answer)\n" },
	{ "no packet", SECURITY_INSECURE, "", "@example.org MX fail a reason\n",
	  "failed insecure EDE 22 (a reason)\n" },
	{ "aliases in a circle", SECURITY_INSECURE, "",
	  ANSWER "an example.org. 300 IN CNAME a.example.org.\nan a.example.org. 300 IN CNAME example.org.\n",
	  "failed insecure EDE 0 (the aliases lead back to themselves)\n" },
	{ "NODATA", SECURITY_INSECURE, "",
	  ANSWER "ns example.org. 300 IN SOA ns.example.org. h.example.org. 1 2 3 4 5\n",
	  "accepted insecure agreed negative\n"
	  "log implicit-mx\n" },
	{ "NXDOMAIN", SECURITY_INSECURE, "",
	  ANSWER "rcode 3\nns example.org. 300 IN SOA ns.example.org. h.example.org. 1 2 3 4 5\n",
	  "accepted insecure agreed negative\n" },
	{ "null MX", SECURITY_INSECURE, "", ANSWER MX("0 ."),
	  "accepted insecure agreed null\n"
	  "= 0 .\n"
	  "- 0 . ? 0 tlsa-?\n" },
	{ "UDP and TCP rotate", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" MX("10 a.example.net.")
		  MX("10 b.example.net.") "@example.org MX tcp\nan example.org. 60 IN MX 10 B.example.net.\nan "
					  "example.org. 70 IN MX 10 a.example.net.\n",
	  "accepted insecure agreed\n"
	  "= 10 B.example.net\n"
	  "= 10 a.example.net\n"
	  "- 10 a.example.net resolved 1 tlsa-insecure\n"
	  "- 10 b.example.net resolved 1 tlsa-insecure\n" },
	{ "UDP and TCP differ", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" MX("10 evil.example.com.") "@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "~ 10 evil.example.com ? 0 tlsa-?\n"
	  "log transport-mismatch: UDP: 10 evil.example.com; TCP: 10 mx1.example.net\n" },
	{ "UDP and TCP differ in monitor mode", SECURITY_INSECURE, "monitor",
	  "@example.org MX udp\n" MX("10 evil.example.com.") "@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 evil.example.com\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "~ 10 evil.example.com ? 0 tlsa-?\n"
	  "log transport-mismatch: UDP: 10 evil.example.com; TCP: 10 mx1.example.net\n" },
	{ "UDP and TCP differ in monitor mode, and UDP's cannot be passed on", SECURITY_INSECURE, "monitor",
	  "@example.org MX udp\nan example.org. 300 IN MX \\# 2 000a\n@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log transport-mismatch: UDP: (malformed); TCP: 10 mx1.example.net\n" },
	{ "UDP and TCP differ once", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" MX("10 evil.example.com.") "@example.org MX tcp\n" GOOD
							     "@example.org MX again\n" GOOD,
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "UDP and TCP differ, and UDP is silent then", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" MX("10 evil.example.com.") "@example.org MX tcp\n" GOOD
							     "@example.org MX again fail late\n",
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "~ 10 evil.example.com ? 0 tlsa-?\n"
	  "log transport-mismatch: UDP: 10 evil.example.com; TCP: 10 mx1.example.net\n" },
	{ "UDP and TCP differ, rejected", SECURITY_INSECURE, "transport-mismatch reject",
	  "@example.org MX udp\n" MX("10 evil.example.com.") "@example.org MX tcp\n" GOOD,
	  "rejected insecure differed EDE 15 (mx: transport-mismatch example.org)\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "~ 10 evil.example.com ? 0 tlsa-?\n"
	  "reject transport-mismatch: UDP: 10 evil.example.com; TCP: 10 mx1.example.net\n" },
	{ "forged NODATA", SECURITY_INSECURE, "", "@example.org MX udp\n@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log transport-mismatch: UDP: no MX record; TCP: 10 mx1.example.net\n" },
	{ "forged NXDOMAIN", SECURITY_INSECURE, "", "@example.org MX udp\nrcode 3\n@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log transport-mismatch: UDP: NXDOMAIN; TCP: 10 mx1.example.net\n" },
	{ "forged null MX", SECURITY_INSECURE, "", "@example.org MX udp\n" MX("0 .") "@example.org MX tcp\n" GOOD,
	  "accepted insecure differed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "~ 0 . ? 0 tlsa-?\n"
	  "log transport-mismatch: UDP: 0 .; TCP: 10 mx1.example.net\n" },
	{ "no TCP", SECURITY_INSECURE, "", "@example.org MX udp\n" GOOD "@example.org MX tcp fail connection refused\n",
	  "accepted insecure unavailable\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log uncorroborated: connection refused\n" },
	{ "no TCP, rejected", SECURITY_INSECURE, "uncorroborated reject",
	  "@example.org MX udp\n" GOOD "@example.org MX tcp fail connection refused\n",
	  "rejected insecure unavailable EDE 15 (mx: uncorroborated example.org)\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "reject uncorroborated: connection refused\n" },
	{ "bogus over TCP alone", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" GOOD "@example.org MX tcp bogus no DS\n" GOOD,
	  "accepted insecure unavailable\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log uncorroborated: bogus over TCP: no DS\n" },
	{ "no answer over UDP", SECURITY_INSECURE, "", "@example.org MX udp fail throwaway\n@example.org MX tcp\n" GOOD,
	  "accepted insecure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "no answer over UDP, a secure one over TCP", SECURITY_SECURE, "",
	  "@example.org MX udp fail throwaway\n@example.org MX tcp secure\n" GOOD,
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-none\n" },
	{ "no answer over UDP, a bogus one over TCP", SECURITY_INSECURE, "",
	  "@example.org MX udp fail throwaway\n@example.org MX tcp bogus no DS\n" GOOD,
	  "failed insecure EDE 22 (throwaway)\n" },
	{ "no answer over UDP nor TCP", SECURITY_INSECURE, "",
	  "@example.org MX udp fail throwaway\n@example.org MX tcp fail connection refused\n",
	  "failed insecure EDE 22 (throwaway)\n" },
	{ "no answer over UDP, and a policy that trusts it", SECURITY_INSECURE, "trusting",
	  "@example.org MX udp fail throwaway\n", "failed insecure EDE 22 (throwaway)\n" },
	{ "no corroboration wanted", SECURITY_INSECURE, "trusting", ANSWER GOOD,
	  "accepted insecure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "unrelated records", SECURITY_INSECURE, "",
	  ANSWER GOOD
	  "an example.com. 300 IN MX 10 evil.example.com.\nns example.org. 300 IN MX 10 evil.example.com.\nns "
	  "example.org. 300 IN NS ns.example.org.\nar mx1.example.net. 300 IN A 9.9.9.9\n",
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log unrelated-records: 2 records\n" },
	{ "a malformed record beside a good one", SECURITY_INSECURE, "",
	  ANSWER GOOD "an example.org. 300 IN MX \\# 000a03\nan example.org. 300 IN RRSIG MX 8 2 300 20231201000000 "
		      "20231101000000 1 example.org. AAAA\n",
	  "accepted insecure agreed EDE 4 (mx: rdata-malformed example.org)\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "strip rdata-malformed: ends before the field does\n" },
	{ "a malformed record alone", SECURITY_INSECURE, "", ANSWER "an example.org. 300 IN MX \\# 000a03\n",
	  "rejected insecure agreed EDE 15 (mx: rdata-malformed example.org)\n"
	  "reject rdata-malformed: ends before the field does\n" },
	{ "a malformed record, secure", SECURITY_SECURE, "rdata-malformed ignore",
	  ANSWER GOOD "an example.org. 300 IN MX \\# 000a03\n",
	  "rejected secure EDE 15 (mx: rdata-malformed example.org)\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-none\n"
	  "reject rdata-malformed: ends before the field does\n" },
	{ "a malformed record in monitor mode", SECURITY_INSECURE, "monitor",
	  ANSWER GOOD "an example.org. 300 IN MX \\# 000a03\n",
	  "monitored insecure agreed (mx: rdata-malformed example.org)\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "strip rdata-malformed: ends before the field does\n" },
	{ "a malformed record alone in monitor mode", SECURITY_INSECURE, "monitor",
	  ANSWER "an example.org. 300 IN MX \\# 000a03\n",
	  "failed insecure agreed EDE 0 (the resolver's packet is malformed)\n"
	  "reject rdata-malformed: ends before the field does\n" },
	{ "octets behind the exchange", SECURITY_INSECURE, "",
	  ANSWER "an example.org. 300 IN MX \\# 000a026d78076578616d706c65036e65740001\nan example.org. 300 IN RRSIG "
		 "MX 8 2 300 20231201000000 20231101000000 1 example.org. AAAA\n",
	  "accepted insecure agreed\n"
	  "= 10 mx.example.net\n"
	  "- 10 mx.example.net resolved 1 tlsa-insecure\n"
	  "log rdata-trailing mx.example.net\n" },
	{ "octets behind the exchange, secure", SECURITY_SECURE, "rdata-trailing log",
	  ANSWER "an example.org. 300 IN MX \\# 000a026d78076578616d706c65036e65740001\n",
	  "rejected secure EDE 15 (mx: rdata-trailing mx.example.net)\n"
	  "- 10 mx.example.net resolved 1 secure tlsa-none\n"
	  "reject rdata-trailing mx.example.net\n" },
	{ "a null MX and a malformed record", SECURITY_INSECURE, "",
	  ANSWER MX("0 .") "an example.org. 300 IN MX \\# 000a03\n",
	  "rejected insecure agreed EDE 15 (mx: rdata-malformed example.org)\n"
	  "- 0 . ? 0 tlsa-?\n"
	  "reject rdata-malformed: ends before the field does\n"
	  "reject null-mx-not-alone: beside 1 other\n" },
	{ "localhost and a malformed record", SECURITY_INSECURE, "",
	  ANSWER MX("0 localhost.") "an example.org. 300 IN MX \\# 000a03\n",
	  "accepted insecure agreed EDE 4 (mx: rdata-malformed example.org)\n"
	  "= 0 localhost\n"
	  "- 0 localhost ? 0 tlsa-?\n"
	  "strip rdata-malformed: ends before the field does\n"
	  "log target-localhost localhost\n" },
	{ "an exchange of the domain's does not exist", SECURITY_INSECURE, "",
	  ANSWER GOOD MX("20 mail.example.org.") MISSING("mail.example.org"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mail.example.org\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mail.example.org no-name 0 tlsa-?\n"
	  "log target-own-child-missing mail.example.org: no such name\n" },
	{ "an exchange's domain does not exist", SECURITY_INSECURE, "",
	  ANSWER GOOD MX("20 mail.gone.com.") MISSING("mail.gone.com") "@gone.com NS \nrcode 3\n",
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mail.gone.com\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mail.gone.com no-name 0 tlsa-?\n"
	  "log target-domain-missing mail.gone.com\n" },
	{ "an exchange is a domain that does not exist", SECURITY_INSECURE, "",
	  ANSWER GOOD MX("20 gone.com.") MISSING("gone.com"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 gone.com\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 gone.com no-name 0 tlsa-?\n"
	  "log target-domain-missing gone.com\n" },
	{ "a proof record of Microsoft's", SECURITY_INSECURE, "",
	  ANSWER GOOD MX("32767 ms123.msv1.invalid.") MISSING("ms123.msv1.invalid"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 32767 ms123.msv1.invalid\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 32767 ms123.msv1.invalid no-name 0 tlsa-?\n"
	  "log target-missing ms123.msv1.invalid\n" },
	{ "no exchange exists", SECURITY_INSECURE, "", ANSWER GOOD MISSING("mx1.example.net"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net no-name 0 tlsa-?\n"
	  "log target-missing mx1.example.net\n"
	  "log no-usable-target\n" },
	{ "an alias with TLSA of its own", SECURITY_SECURE, "",
	  ANSWER GOOD "@mx1.example.net A \nan mx1.example.net. 300 IN CNAME real.example.com.\nan real.example.com. "
		      "300 IN A 8.8.8.8\n" TLSA("real.example.com"),
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-present alias of real.example.com\n"
	  "log target-is-alias mx1.example.net: alias of real.example.com\n" },
	{ "an alias' addresses differ over TCP", SECURITY_INSECURE, "",
	  ANSWER GOOD "@mx1.example.net A udp\nan mx1.example.net. 300 IN A 10.0.0.1\n@mx1.example.net A tcp\nan "
		      "mx1.example.net. 300 IN A 8.8.8.8\n",
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "an internal address beside a public host", SECURITY_INSECURE, "",
	  ANSWER GOOD ALSO ADDRESS("mx1.example.net", "10.0.0.1") SIX("mx1.example.net", "::ffff:127.0.0.1"),
	  "accepted insecure agreed EDE 4 (mx: target-internal mx1.example.net)\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 2 tlsa-insecure stripped\n"
	  "- 20 mx2.example.net resolved 1 tlsa-insecure\n"
	  "strip target-internal mx1.example.net: 10.0.0.1 (Private-Use), ::ffff:127.0.0.1 (Loopback)\n" },
	{ "internal addresses alone", SECURITY_INSECURE, "", ANSWER GOOD ADDRESS("mx1.example.net", "10.0.0.1"),
	  "rejected insecure agreed EDE 15 (mx: target-internal mx1.example.net)\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "reject target-internal mx1.example.net: 10.0.0.1 (Private-Use)\n" },
	{ "internal addresses beside a host that does not exist", SECURITY_INSECURE, "",
	  ANSWER GOOD ALSO ADDRESS("mx1.example.net", "10.0.0.1") MISSING("mx2.example.net"),
	  "rejected insecure agreed EDE 15 (mx: target-internal mx1.example.net)\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mx2.example.net no-name 0 tlsa-?\n"
	  "reject target-internal mx1.example.net: 10.0.0.1 (Private-Use)\n"
	  "log target-missing mx2.example.net\n" },
	{ "localhost beside a host that does not exist", SECURITY_INSECURE, "",
	  ANSWER MX("5 localhost.") MX("7 10.") ALSO NO_ADDRESS("mx2.example.net"),
	  "accepted insecure agreed EDE 4 (mx: target-is-address 10)\n"
	  "= 5 localhost\n"
	  "= 20 mx2.example.net\n"
	  "- 5 localhost ? 0 tlsa-?\n"
	  "- 7 10 ? 0 tlsa-? stripped\n"
	  "- 20 mx2.example.net no-address 0 tlsa-?\n"
	  "strip target-is-address 10\n"
	  "log target-localhost localhost\n"
	  "log target-no-address mx2.example.net\n" },
	{ "internal addresses, allowed", SECURITY_INSECURE, "allow 10.0.0.0/8",
	  ANSWER GOOD ADDRESS("mx1.example.net", "10.0.0.1"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "internal addresses of a domain that may", SECURITY_INSECURE, "internal example.org",
	  ANSWER GOOD ADDRESS("mx1.example.net", "10.0.0.1"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n" },
	{ "internal addresses, secure", SECURITY_SECURE, "", ANSWER GOOD ADDRESS("mx1.example.net", "10.0.0.1"),
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-none\n"
	  "log target-internal mx1.example.net: 10.0.0.1 (Private-Use)\n" },
	{ "the exchange is ourselves", SECURITY_INSECURE, "own 8.8.4.4; me mx2.example.net",
	  ANSWER GOOD ALSO ADDRESS("mx2.example.net", "8.8.8.8"),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mx2.example.net resolved 1 tlsa-insecure\n"
	  "log target-is-ourselves mx1.example.net\n"
	  "log target-is-ourselves mx2.example.net\n" },
	{ "a host with two preferences", SECURITY_INSECURE, "", ANSWER GOOD GOOD MX("30 mx1.example.net."),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 30 mx1.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 30 mx1.example.net resolved 1 tlsa-insecure\n"
	  "log target-two-preferences mx1.example.net\n" },
	{ "a pin that fits", SECURITY_INSECURE, "pin example.org mx1.example.net; pin example.org *.example.com",
	  ANSWER GOOD MX("20 a.b.example.com."),
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 a.b.example.com\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 a.b.example.com resolved 1 tlsa-insecure\n" },
	{ "a pin that does not", SECURITY_SECURE, "pin example.org mx1.example.net", ANSWER GOOD ALSO,
	  "rejected secure EDE 15 (mx: pin-mismatch mx2.example.net)\n"
	  "- 10 mx1.example.net resolved 1 secure tlsa-none\n"
	  "- 20 mx2.example.net resolved 1 secure tlsa-none\n"
	  "reject pin-mismatch mx2.example.net\n" },
	{ "a pin and no MX", SECURITY_INSECURE, "pin example.org mx1.example.net", ANSWER "",
	  "rejected insecure agreed negative EDE 15 (mx: pin-mismatch example.org)\n"
	  "reject pin-mismatch: no MX record\n"
	  "log implicit-mx\n" },
	{ "addresses bogus", SECURITY_SECURE, "", ANSWER GOOD "@mx1.example.net A bogus why\n",
	  "accepted secure\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net bogus 0 tlsa-?\n"
	  "log target-bogus mx1.example.net: A\n" },
	{ "addresses fail", SECURITY_INSECURE, "",
	  ANSWER GOOD "@mx1.example.net A \nrcode 2\n@mx1.example.net AAAA fail late\n",
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "- 10 mx1.example.net failed 0 tlsa-?\n" },
	{ "only as many hosts as wanted", SECURITY_INSECURE, "targets 1", ANSWER GOOD ALSO,
	  "accepted insecure agreed\n"
	  "= 10 mx1.example.net\n"
	  "= 20 mx2.example.net\n"
	  "- 10 mx1.example.net resolved 1 tlsa-insecure\n"
	  "- 20 mx2.example.net ? 0 tlsa-?\n" },
};

static script_run_t run;

static void judges(void **state)
{
	const struct row *row = *state;
	script_t script = {
		.domain = "example.org", .policy = row->policy, .network = row->network, .security = row->security
	};

	/* The order of outcomes does not count, nor whether TCP is asked ahead. */
	for (script.seed = 0; script.seed < 24; script.seed++) {
		script.decline = script.seed % 3 == 2;
		script_run(&run, &script);
		assert_string_equal(run.text, row->verdict);
		script_end(&run);
	}
}

/* ---- every check, with every action ---- */

enum { INSECURE_ONLY = 1, SECURE_ONLY = 2 };

/* A network in which one check fails, and what should come of it: by default, and when the administrator wants to strip. The
 * other actions are taken as they are wanted, but never below the least ones. */
struct scenario {
	check_id_t check;
	const char *network;
	action_t insecure;
	action_t secure;
	action_t strip;   /* in an insecure set */
	unsigned records; /* of the whole set, without what cannot be passed on */
	unsigned left;    /* after the strip */
	const char *policy;
	unsigned only;
	action_t least;
	action_t least_secure;
};

#define CHAIN_OF_NINE                                                                                        \
	"an example.org. 300 IN CNAME a1.example.org.\nan a1.example.org. 300 IN CNAME a2.example.org.\n"    \
	"an a2.example.org. 300 IN CNAME a3.example.org.\nan a3.example.org. 300 IN CNAME a4.example.org.\n" \
	"an a4.example.org. 300 IN CNAME a5.example.org.\nan a5.example.org. 300 IN CNAME a6.example.org.\n" \
	"an a6.example.org. 300 IN CNAME a7.example.org.\nan a7.example.org. 300 IN CNAME a8.example.org.\n" \
	"an a8.example.org. 300 IN CNAME a9.example.org.\nan a9.example.org. 300 IN MX 10 mx1.example.net.\n"
#define ABOVE_ZONE    "an example.org. 300 IN RRSIG MX 8 1 300 20231201000000 20231101000000 1 example.org. AAAA\n"
#define ALIAS(host)   "@" host " A \nan " host ". 300 IN CNAME real.example.com.\nan real.example.com. 300 IN A 8.8.8.8\n"
#define BOGUS_A(host) "@" host " A bogus why\n"

#define IGNORE ACTION_IGNORE
#define LOG    ACTION_LOG
#define STRIP  ACTION_STRIP
#define REJECT ACTION_REJECT

static struct scenario scenarios[] = {
	/* check, network, default insecure, default secure, strip, records, left */
	{ CHECK_UNRELATED_RECORDS, ANSWER GOOD "an example.com. 300 IN A 8.8.8.8\n", LOG, LOG, LOG, 1, 1 },
	{ CHECK_ALIAS_CHAIN_TOO_LONG, ANSWER CHAIN_OF_NINE, REJECT, LOG, REJECT, 10, 10 },
	{ CHECK_ALIAS_BESIDE_MX, ANSWER GOOD "an example.org. 300 IN CNAME a.example.org.\n", LOG, LOG, LOG, 1, 1 },
	{ CHECK_WILDCARD_ABOVE_ZONE, ANSWER GOOD ABOVE_ZONE, REJECT, REJECT, REJECT, 1, 1 },
	{ CHECK_IMPLICIT_MX, ANSWER, LOG, LOG, LOG, 0, 0 },
	{ CHECK_TRANSPORT_MISMATCH, "@example.org MX udp\n" ALSO "@example.org MX tcp\n" GOOD, LOG, LOG, LOG, 1, 1,
	  .only = INSECURE_ONLY },
	{ CHECK_UNCORROBORATED, "@example.org MX udp\n" GOOD "@example.org MX tcp fail no TCP\n", LOG, LOG, LOG, 1, 1,
	  .only = INSECURE_ONLY },
	{ CHECK_PIN_MISMATCH, ANSWER GOOD ALSO, REJECT, REJECT, REJECT, 2, 2, "pin example.org mx1.example.net" },
	{ CHECK_RDATA_MALFORMED, ANSWER GOOD "an example.org. 300 IN MX \\# 00\n", STRIP, REJECT, STRIP, 1, 1,
	  .least = STRIP, .least_secure = REJECT },
	{ CHECK_RDATA_MALFORMED, ANSWER "an example.org. 300 IN MX \\# 00\n", REJECT, REJECT, REJECT, 0, 0,
	  .least = REJECT, .least_secure = REJECT },
	{ CHECK_RDATA_TRAILING,
	  ANSWER GOOD "an example.org. 300 IN MX \\# 0014016107657861"
		      "6d706c65036e65740001\n",
	  LOG, REJECT, STRIP, 2, 1, .least_secure = REJECT },
	{ CHECK_NULL_MX_PREFERENCE, ANSWER MX("5 ."), LOG, LOG, LOG, 1, 1 },
	{ CHECK_NULL_MX_NOT_ALONE, ANSWER GOOD MX("0 ."), STRIP, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_NOT_HOSTNAME, ANSWER GOOD MX("20 a\\@b.example.net."), STRIP, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_NOT_HOSTNAME, ANSWER MX("20 *.example.net."), REJECT, LOG, REJECT, 1, 1 },
	{ CHECK_TARGET_UNDERSCORE, ANSWER GOOD MX("20 _dc-mx.example.net."), LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_UNDERSCORE, ANSWER MX("20 _dc-mx.example.net."), LOG, LOG, LOG, 1, 1 },
	{ CHECK_TARGET_IS_ADDRESS, ANSWER GOOD MX("20 192.0.2.1."), STRIP, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_IS_ADDRESS, ANSWER MX("20 192.0.2.1."), REJECT, LOG, REJECT, 1, 1 },
	{ CHECK_TARGET_LOCALHOST, ANSWER GOOD MX("20 localhost."), STRIP, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_LOCALHOST, ANSWER MX("20 mx.localhost."), LOG, LOG, LOG, 1, 1 },
	{ CHECK_TARGET_TWO_PREFERENCES, ANSWER GOOD ALSO MX("30 mx1.example.net."), LOG, LOG, STRIP, 3, 1 },
	{ CHECK_TARGET_IS_ALIAS, ANSWER GOOD ALSO ALIAS("mx2.example.net"), LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_IS_ALIAS, ANSWER GOOD ALIAS("mx1.example.net"), LOG, LOG, REJECT, 1, 1 },
	{ CHECK_TARGET_MISSING, ANSWER GOOD ALSO MISSING("mx2.example.net"), LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_DOMAIN_MISSING,
	  ANSWER GOOD MX("20 mx.gone.com.") MISSING("mx.gone.com") "@gone.com NS \nrcode 3\n", LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_OWN_CHILD_MISSING, ANSWER GOOD MX("20 mx.example.org.") NO_ADDRESS("mx.example.org"), LOG, LOG,
	  STRIP, 2, 1 },
	{ CHECK_TARGET_NO_ADDRESS, ANSWER GOOD ALSO NO_ADDRESS("mx2.example.net"), LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_BOGUS, ANSWER GOOD ALSO BOGUS_A("mx2.example.net"), LOG, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_BOGUS, ANSWER GOOD BOGUS_A("mx1.example.net"), LOG, LOG, REJECT, 1, 1 },
	{ CHECK_TARGET_INTERNAL, ANSWER GOOD ALSO ADDRESS("mx2.example.net", "192.168.7.7"), STRIP, LOG, STRIP, 2, 1 },
	{ CHECK_TARGET_INTERNAL, ANSWER GOOD SIX("mx1.example.net", "fe80::1") NO_ADDRESS("mx1.example.net"), REJECT,
	  LOG, REJECT, 1, 1 },
	{ CHECK_TARGET_PARTLY_INTERNAL, ANSWER GOOD ALSO SIX("mx2.example.net", "64:ff9b::a00:1"), LOG, LOG, STRIP, 2,
	  1 },
	{ CHECK_TARGET_IS_OURSELVES, ANSWER GOOD ALSO, LOG, LOG, STRIP, 2, 1, "me mx2.example.net" },
	{ CHECK_TARGET_IS_OURSELVES, ANSWER GOOD SIX("mx1.example.net", "2a00::1"), LOG, LOG, LOG, 1, 1,
	  "own 2a00::1" },
	{ CHECK_TARGET_INSECURE, ANSWER GOOD "@mx1.example.net A insecure\nan mx1.example.net. 300 IN A 8.8.8.8\n", LOG,
	  LOG, LOG, 1, 1, .only = SECURE_ONLY },
	{ CHECK_NO_USABLE_TARGET, ANSWER GOOD MISSING("mx1.example.net"), LOG, LOG, REJECT, 1, 1 },
	{ CHECK_UNEVEN_PROTECTION,
	  ANSWER GOOD ALSO "@mx1.example.net A secure\nan mx1.example.net. 300 IN A 8.8.8.8\n"
			   "@mx1.example.net AAAA secure\n@_25._tcp.mx1.example.net TLSA secure\nan "
			   "_25._tcp.mx1.example.net. 300 IN TLSA 3 1 1 " HASH "\n",
	  LOG, LOG, LOG, 2, 2 },
	{ CHECK_MX_DRIFT, ANSWER GOOD ALSO "@past insecure 10 mx.example.com\n", LOG, LOG, REJECT, 2, 2,
	  .only = INSECURE_ONLY },
	{ CHECK_MX_CHANGED, ANSWER GOOD ALSO "@past insecure 10 mx.example.com 20 mx2.example.net\n", LOG, LOG, LOG, 2,
	  2 },
	{ CHECK_MX_CHANGED, ANSWER GOOD ALSO "@past insecure 10 mx.example.com\n", LOG, LOG, LOG, 2, 2,
	  .only = SECURE_ONLY },
};

static const finding_t *find(const verdict_t *verdict, check_id_t check)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].check == check)
			return &verdict->findings[i];
	return NULL;
}

/* `wanted` is the administrator's action, or -1. */
static action_t expected(const struct scenario *scenario, security_t security, int wanted)
{
	const action_t least = security == SECURITY_SECURE ? scenario->least_secure : scenario->least;

	if (wanted == -1)
		return security == SECURITY_SECURE ? scenario->secure : scenario->insecure;
	if ((action_t)wanted < least)
		return least;
	if (wanted == ACTION_STRIP)
		return security == SECURITY_SECURE ? ACTION_LOG : scenario->strip;
	return (action_t)wanted;
}

static void check_answer(const struct scenario *scenario, action_t action, bool monitor)
{
	const verdict_t *verdict = run.verdict;
	const bool stripped = action == ACTION_STRIP && !monitor;

	if (verdict->rejected) {
		assert_null(verdict->answer.octets);
		return;
	}
	assert_int_equal(verdict->answer.parts[0].records, stripped ? scenario->left : scenario->records);
	assert_int_equal(verdict->ede, stripped ? 4 : 0xffff);
	if (stripped)
		assert_int_equal(verdict->security, SECURITY_INSECURE);
}

static void check_scenario(const struct scenario *scenario, security_t security, int wanted, bool monitor)
{
	const char *name = check_row(scenario->check)->name;
	const action_t action = expected(scenario, security, wanted);
	/* What cannot be passed on is not, not even by a monitor. */
	const bool unwritable = scenario->least_secure == ACTION_REJECT && action == ACTION_REJECT &&
				(security == SECURITY_SECURE || scenario->records == 0);
	char policy[256];
	char text[128];
	script_t script = {
		.domain = "example.org", .policy = policy, .network = scenario->network, .security = security
	};

	snprintf(policy, sizeof(policy), "%s; %s", monitor ? "monitor" : "",
		 scenario->policy != NULL ? scenario->policy : "");
	if (wanted >= 0)
		snprintf(policy + strlen(policy), sizeof(policy) - strlen(policy), "; %s %s", name,
			 action_name((action_t)wanted));
	script_run(&run, &script);

	const finding_t *finding = find(run.verdict, scenario->check);

	if (action == ACTION_IGNORE) {
		assert_null(finding);
	} else {
		assert_non_null(finding);
		assert_string_equal(action_name(finding->action), action_name(action));
	}
	assert_true(run.verdict->action >= action);
	assert_int_equal(run.verdict->failed, monitor && unwritable);
	assert_int_equal(run.verdict->rejected, (action == ACTION_REJECT && !monitor) || run.verdict->failed);
	assert_int_equal(run.verdict->monitored, monitor && action >= ACTION_STRIP);
	snprintf(text, sizeof(text), "mx: %s ", name);
	if (action >= ACTION_STRIP && !run.verdict->failed)
		assert_memory_equal(run.verdict->text, text, strlen(text));
	check_answer(scenario, action, monitor);
	script_end(&run);
}

static void takes_every_action(void **state)
{
	const struct scenario *scenario = *state;

	for (int wanted = -1; wanted <= (int)ACTION_REJECT; wanted++)
		for (int monitor = 0; monitor <= 1; monitor++) {
			if (scenario->only != SECURE_ONLY)
				check_scenario(scenario, SECURITY_INSECURE, wanted, monitor);
			if (scenario->only != INSECURE_ONLY)
				check_scenario(scenario, SECURITY_SECURE, wanted, monitor);
		}
}

static void knows_a_scenario_for_every_check(void **state)
{
	(void)state;
	for (unsigned id = 0; id < CHECKS; id++) {
		bool found = id == CHECK_BOGUS || id == CHECK_TOO_MANY_TARGETS; /* they have tests of their own */

		for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
			found |= scenarios[i].check == id;
		if (!found)
			fail_msg("no scenario for %s", check_row((check_id_t)id)->name);
	}
}

/* ---- time ---- */

/* A network in which a lot is asked. */
#define BUSY                                                                                          \
	"@example.org MX udp\n" GOOD ALSO "@example.org MX tcp\n" GOOD ALSO MX("30 mx.gone.com.")     \
		MX("40 mx3.example.net.") MISSING("mx.gone.com") "@gone.com NS \nrcode 3\n" ALIAS(    \
			"mx3.example.net") "@mx2.example.net A secure\nan mx2.example.net. 300 IN A " \
					   "8.8.8.8\n" ADDRESS("mx1.example.net", "10.0.0.1")

/* However little is known, there is a verdict, and it holds what must hold. */
static void check_verdict(const verdict_t *verdict)
{
	assert_int_equal(verdict->rejected, verdict->failed || verdict->action == ACTION_REJECT);
	if (!verdict->rejected) {
		assert_true(verdict->answer.parts[0].records > 0);
		assert_int_equal(verdict->security, SECURITY_INSECURE);
	}
}

static void finishes_at_any_time(void **state)
{
	script_t script = { .domain = "example.org", .policy = "", .network = BUSY };
	unsigned outcomes = 1;

	(void)state;
	for (script.seed = 0; script.seed < 8; script.seed++)
		for (script.finish = 1; script.finish <= outcomes; script.finish++)
			for (int expire = 0; expire <= 1; expire++) {
				script.expire = expire;
				script_run(&run, &script);
				check_verdict(run.verdict);
				if (run.supplied == script.finish)
					outcomes = script.finish + 1;
				script_end(&run);
			}
	assert_in_range(outcomes, 20, 60);
}

static assessment_t *begin(policy_t *policy)
{
	static const answer_limits_t limits = { .max_ttl = 86400, .negative_max_ttl = 3600 };
	name_t name;

	assert_true(name_from_text("example.org", &name));

	assessment_t *assessment = assessment_begin(policy, &name, &limits, SCRIPT_NOW);

	assert_non_null(assessment);
	return assessment;
}

static void fails_without_any_answer(void **state)
{
	policy_t *policy = script_policy("");
	assessment_t *assessment = begin(policy);
	need_t need;

	(void)state;
	for (unsigned asked = 0; asked <= 1; asked++) {
		if (asked == 1)
			assert_true(assessment_next_need(assessment, &need));

		const verdict_t *verdict = assessment_finish(assessment);

		assert_true(verdict->failed && verdict->rejected);
		assert_int_equal(verdict->ede, 22);
		assert_string_equal(verdict->text, "no answer in time");
		assessment_free(assessment);
		assessment = begin(policy);
	}
	assessment_free(assessment);
	assessment_free(NULL);
	policy_free(policy);
}

/* What is asked, and in which order, where nothing is asked about exchanges but what these say. */
#define ASKED      "MX example.org\npast example.org\n"
#define TCP        "MX example.org tcp\n"
#define TCP_AHEAD  "MX example.org tcp ahead\n"
#define TCP_ALONE  "MX example.org tcp alone\n"
#define AGAIN      "MX example.org fresh\n"
#define UDP_OF(x)  "A " x "\nAAAA " x "\n"
#define TCP_OF(x)  "A " x " tcp\nAAAA " x " tcp\n"
#define BOTH_OF(x) UDP_OF(x) "A " x " tcp ahead\nAAAA " x " tcp ahead\nTLSA _25._tcp." x " ahead\n"
#define EVIL       MX("10 evil.example.com.")

struct timing {
	const char *name;
	security_t security;
	const char *policy;
	const char *network;
	const char *first;
	bool decline;
	const char *asked;
	const char *verdict; /* how it begins */
};

static struct timing timings[] = {
	{ "UDP first", SECURITY_INSECURE, "", ANSWER GOOD MX("20 localhost.") MX("30 ."), NULL, false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure agreed EDE 4" },
	{ "TCP first", SECURITY_INSECURE, "", ANSWER GOOD, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure agreed\n" },
	{ "secure, UDP first", SECURITY_SECURE, "", ANSWER GOOD, NULL, false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted secure\n" },
	{ "secure after TCP came", SECURITY_SECURE, "", ANSWER GOOD, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted secure\n" },
	{ "secure, and TCP says something else", SECURITY_SECURE, "",
	  "@example.org MX udp\n" GOOD "@example.org MX tcp\n" EVIL, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("evil.example.com") BOTH_OF("mx1.example.net"),
	  "accepted secure\n= 10 mx1.example.net\n- 10 mx1.example.net resolved 1 secure tlsa-none\n" },
	{ "declined, secure", SECURITY_SECURE, "", ANSWER GOOD ALIAS("mx1.example.net"), NULL, true,
	  ASKED UDP_OF("mx1.example.net") "TLSA _25._tcp.mx1.example.net\nTLSA _25._tcp.real.example.com\n",
	  "accepted secure\n" },
	{ "declined, insecure", SECURITY_INSECURE, "", ANSWER GOOD, NULL, true,
	  ASKED TCP UDP_OF("mx1.example.net") TCP_OF("mx1.example.net"), "accepted insecure agreed\n" },
	{ "declined, differing", SECURITY_INSECURE, "", "@example.org MX udp\n" EVIL "@example.org MX tcp\n" GOOD,
	  "MX example.org tcp", true,
	  ASKED TCP UDP_OF("evil.example.com") AGAIN UDP_OF("mx1.example.net") TCP_OF("mx1.example.net"),
	  "accepted insecure differed\n" },
	{ "differing, UDP first", SECURITY_INSECURE, "", "@example.org MX udp\n" EVIL "@example.org MX tcp\n" GOOD,
	  "MX", false, ASKED TCP_AHEAD BOTH_OF("evil.example.com") AGAIN BOTH_OF("mx1.example.net"),
	  "accepted insecure differed\n" },
	{ "differing, TCP first", SECURITY_INSECURE, "", "@example.org MX udp\n" EVIL "@example.org MX tcp\n" GOOD,
	  "MX example.org tcp", false, ASKED TCP_AHEAD BOTH_OF("mx1.example.net") AGAIN,
	  "accepted insecure differed\n" },
	{ "TCP fails first", SECURITY_INSECURE, "", "@example.org MX udp\n" GOOD "@example.org MX tcp fail refused\n",
	  "MX example.org tcp", false, ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure unavailable\n" },
	{ "TCP fails late", SECURITY_INSECURE, "", "@example.org MX udp\n" GOOD "@example.org MX tcp fail refused\n",
	  "A", false, ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure unavailable\n" },
	{ "TCP fails where it is secure", SECURITY_SECURE, "",
	  "@example.org MX udp\n" MX("0 .") "@example.org MX tcp fail refused\n", "MX example.org tcp", false,
	  ASKED TCP_AHEAD, "accepted secure null\n" },
	{ "UDP fails after TCP came", SECURITY_INSECURE, "",
	  "@example.org MX udp fail late\n@example.org MX tcp\n" GOOD, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure\n" },
	{ "UDP fails before TCP comes", SECURITY_INSECURE, "",
	  "@example.org MX udp fail late\n@example.org MX tcp\n" GOOD, "MX", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure\n" },
	{ "declined, UDP fails", SECURITY_INSECURE, "", "@example.org MX udp fail late\n@example.org MX tcp\n" GOOD,
	  "MX", true, ASKED TCP_ALONE UDP_OF("mx1.example.net") TCP_OF("mx1.example.net"), "accepted insecure\n" },
	{ "declined, both fail", SECURITY_INSECURE, "",
	  "@example.org MX udp fail late\n@example.org MX tcp fail later\n", "MX", true, ASKED TCP_ALONE,
	  "failed insecure EDE 22 (late)\n" },
	{ "bogus after TCP came", SECURITY_BOGUS, "",
	  "@example.org MX udp bogus why\n" GOOD "@example.org MX tcp insecure\n" GOOD, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"),
	  "rejected bogus EDE 6 (why)\n= 10 mx1.example.net\n- 10 mx1.example.net ? 0 tlsa-?\nreject bogus: why\n" },
	{ "bogus at once", SECURITY_BOGUS, "", "@example.org MX bogus why\n" GOOD, NULL, false, ASKED TCP_AHEAD,
	  "rejected bogus" },
	{ "an address over TCP first, then secure", SECURITY_SECURE, "",
	  ANSWER GOOD "@mx1.example.net A tcp\nan mx1.example.net. 300 IN A 10.0.0.1\n", "A mx1.example.net tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"),
	  "accepted secure\n= 10 mx1.example.net\n- 10 mx1.example.net resolved 1 secure tlsa-none\n" },
	{ "nothing to look up", SECURITY_INSECURE, "",
	  "@example.org MX udp\n" MX("10 localhost.") "@example.org MX tcp\n" MX("20 localhost."), NULL, false,
	  ASKED TCP_AHEAD AGAIN, "accepted insecure differed\n" },
	{ "no corroboration wanted", SECURITY_INSECURE, "trusting", ANSWER GOOD, NULL, false,
	  ASKED UDP_OF("mx1.example.net") "TLSA _25._tcp.mx1.example.net ahead\n", "accepted insecure\n" },
	{ "a monitor asks the same", SECURITY_INSECURE, "monitor", ANSWER GOOD, "MX example.org tcp", false,
	  ASKED TCP_AHEAD BOTH_OF("mx1.example.net"), "accepted insecure agreed\n" },
};

static void asks_in_time(void **state)
{
	const struct timing *row = *state;
	const script_t script = { .domain = "example.org",
				  .policy = row->policy,
				  .network = row->network,
				  .security = row->security,
				  .first = row->first,
				  .decline = row->decline };

	script_run(&run, &script);

	const bool asked = strcmp(run.asked, row->asked) == 0;
	const bool judged = strncmp(run.text, row->verdict, strlen(row->verdict)) == 0;

	if (!asked || !judged)
		print_error("asked:\n%sverdict:\n%s", run.asked, run.text);
	script_end(&run);
	assert_true(asked && judged);
}

/* Time for TCP means nothing while UDP is out, nor time for exchanges while either is. */
static void waits_for_what_comes_first(void **state)
{
	static const outcome_t late = { .state = OUTCOME_FAILED, .why = "late" };
	policy_t *policy = script_policy("");
	assessment_t *assessment = begin(policy);
	need_t udp;
	need_t past;
	need_t tcp;

	(void)state;
	assert_true(assessment_next_need(assessment, &udp));
	assert_true(assessment_next_need(assessment, &past));
	assert_true(assessment_next_need(assessment, &tcp));
	assert_true(tcp.ahead && !udp.ahead);
	assert_false(assessment_may_expire(assessment, NEED_CORROBORATION));
	assert_false(assessment_may_expire(assessment, NEED_TARGET));
	assert_true(assessment_may_expire(assessment, NEED_PAST) && assessment_may_expire(assessment, NEED_ANSWER));
	assessment_decline(assessment, udp.id);
	assert_true(assessment_wants(assessment, udp.id) && assessment_wants(assessment, tcp.id));
	assessment_supply(assessment, udp.id, &late);
	assert_true(assessment_wants(assessment, tcp.id));
	assert_true(assessment_may_expire(assessment, NEED_CORROBORATION));
	assert_false(assessment_may_expire(assessment, NEED_TARGET));
	assessment_supply(assessment, tcp.id, &late);
	assert_true(assessment_may_expire(assessment, NEED_TARGET));
	assessment_free(assessment);
	policy_free(policy);
}

/* ---- many ---- */

/* A set of so many, the worst first. */
static char *many(unsigned count)
{
	static char text[1 << 16];

	sprintf(text, ANSWER);
	for (unsigned i = count; i > 0; i--)
		sprintf(text + strlen(text), MX("%u h%u.example.net."), i, i);
	return text;
}

static void strips_the_tail_of_too_many(void **state)
{
	script_t script = { .domain = "example.org", .policy = "targets 2", .network = many(130) };

	(void)state;
	script_run(&run, &script);
	assert_int_equal(run.verdict->action, ACTION_STRIP);
	assert_string_equal(run.verdict->text, "mx: too-many-targets example.org");
	assert_int_equal(run.verdict->answer.parts[0].records, 100);
	assert_int_equal(run.verdict->target_count, 100);
	assert_int_equal(run.verdict->targets[99].preference, 100);
	assert_int_equal(run.verdict->finding_count, 1);
	assert_string_equal(run.verdict->findings[0].detail, "130 records");
	script_end(&run);

	script.security = SECURITY_SECURE;
	script_run(&run, &script);
	assert_int_equal(run.verdict->action, ACTION_LOG);
	assert_int_equal(run.verdict->answer.parts[0].records, 130);
	assert_int_equal(run.verdict->security, SECURITY_SECURE);
	script_end(&run);
}

static void counts_findings_that_do_not_fit(void **state)
{
	char text[1 << 14] = ANSWER;
	script_t script = { .domain = "example.org", .policy = "targets 1; target-underscore log", .network = text };

	(void)state;
	for (unsigned i = 0; i < 90; i++)
		sprintf(text + strlen(text), MX("10 _%u.example.net."), i);
	sprintf(text + strlen(text), MX("90 1.2.3.4."));
	script_run(&run, &script);
	assert_int_equal(run.verdict->finding_count, ASSESSMENT_FINDINGS_MAX);
	assert_int_equal(run.verdict->findings_left_out, 91 - ASSESSMENT_FINDINGS_MAX);
	assert_int_equal(run.verdict->findings[0].check, CHECK_TARGET_IS_ADDRESS); /* the weightiest first */
	script_end(&run);
}

static void keeps_no_more_addresses_than_there_is_room_for(void **state)
{
	char text[1 << 14] = ANSWER GOOD "@mx1.example.net A \n";
	script_t script = { .domain = "example.org", .policy = "", .network = text };

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		sprintf(text + strlen(text), "an mx1.example.net. 300 IN A %s.0.0.%u\n", i < 39 ? "10" : "8", i);
	sprintf(text + strlen(text), SIX("mx1.example.net", "2a00::1"));
	script_run(&run, &script);
	assert_int_equal(run.verdict->targets[0].address_count, ASSESSMENT_ADDRESSES_MAX);
	assert_int_equal(run.verdict->targets[0].addresses[14].family, AF_INET);
	assert_int_equal(run.verdict->targets[0].addresses[15].family, AF_INET6);
	assert_non_null(find(run.verdict, CHECK_TARGET_PARTLY_INTERNAL)); /* the fortieth counts all the same */
	script_end(&run);
}

static void never_alters_a_secure_set(void **state)
{
	script_t script = { .domain = "example.org",
			    .policy = "target-localhost strip",
			    .security = SECURITY_SECURE,
			    .network = ANSWER GOOD MX("0 localhost.")
				    MX("0 .") "an example.org. 300 IN RRSIG MX 8 2 300 20231201000000 20231101000000 1 "
					      "example.org. AAAA\n" };

	(void)state;
	script_run(&run, &script);
	assert_int_equal(run.verdict->action, ACTION_LOG);
	assert_int_equal(run.verdict->security, SECURITY_SECURE);
	assert_int_equal(run.verdict->answer.parts[ANSWER_PART_ANSWER].records, 3);
	assert_int_equal(run.verdict->answer.parts[ANSWER_PART_ANSWER_DNSSEC].records, 1);
	script_end(&run);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(knows_a_scenario_for_every_check),
	cmocka_unit_test(finishes_at_any_time),
	cmocka_unit_test(fails_without_any_answer),
	cmocka_unit_test(waits_for_what_comes_first),
	cmocka_unit_test(strips_the_tail_of_too_many),
	cmocka_unit_test(counts_findings_that_do_not_fit),
	cmocka_unit_test(keeps_no_more_addresses_than_there_is_room_for),
	cmocka_unit_test(never_alters_a_secure_set),
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]),
	TIMINGS = sizeof(timings) / sizeof(timings[0]),
	OTHERS = sizeof(others) / sizeof(others[0]),
};

int main(void)
{
	struct CMUnitTest tests[ROWS + SCENARIOS + TIMINGS + OTHERS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < SCENARIOS; i++)
		tests[ROWS + i] = (struct CMUnitTest){ check_row(scenarios[i].check)->name, takes_every_action, NULL,
						       NULL, &scenarios[i] };
	for (size_t i = 0; i < TIMINGS; i++)
		tests[ROWS + SCENARIOS + i] =
			(struct CMUnitTest){ timings[i].name, asks_in_time, NULL, NULL, &timings[i] };
	memcpy(tests + ROWS + SCENARIOS + TIMINGS, others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
