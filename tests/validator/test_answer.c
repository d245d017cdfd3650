#include "tests/support.h"
#include "tests/validator/message.h"
#include "validator/answer.h"
#include "validator/name.h"

#include <stdio.h>

enum { NOW = 1700000000 }; /* 2023-11-14 22:13:20 */

/* Signatures that end half a month later, a minute later, a minute ago, and that begin in a minute. */
#define SIGNED(type, labels, signer) \
	"RRSIG " type " 8 " labels " 9999 20231201000000 20231101000000 12345 " signer " AAAA"
#define SIGNED_UNTIL_SOON(type) "RRSIG " type " 8 2 9999 20231114221420 20231101000000 12345 example.org. AAAA"
#define SIGNED_UNTIL_LATE(type) "RRSIG " type " 8 2 9999 20231114221220 20231101000000 12345 example.org. AAAA"
#define SIGNED_FROM_SOON(type)  "RRSIG " type " 8 2 9999 20231201000000 20231114221420 12345 example.org. AAAA"

#define ASK_MX  "? example.org. MX\n"
#define SOA     "example.org. 3000 IN SOA ns.example.org. host.example.org. 1 2 3 4 700"
#define SOA_OUT "example.org. 700 IN SOA ns.example.org. host.example.org. 1 2 3 4 700"

struct row {
	const char *name;
	const char *packet;
	answer_err_t err;
	const char *records; /* as message_answer_to_text() prints them */
	uint8_t rcode;
	bool negative;
	uint32_t ttl;
	unsigned dropped;
};

#define FAILS(name, err, packet)                        \
	{                                               \
		name, packet, err, NULL, 0, false, 0, 0 \
	}
#define POSITIVE(name, ttl, dropped, packet, records)                    \
	{                                                                \
		name, packet, ANSWER_OK, records, 0, false, ttl, dropped \
	}
#define NEGATIVE(name, rcode, ttl, dropped, packet, records)                \
	{                                                                   \
		name, packet, ANSWER_OK, records, rcode, true, ttl, dropped \
	}

static struct row rows[] = {
	/* What belongs to the question, and what does not. */
	POSITIVE("one MX", 300, 0, ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("MX in order of preference, equal ones shuffled", 300, 0,
		 ASK_MX "an example.org. 300 IN MX 20 c.example.org.\n"
			"an example.org. 300 IN MX 5 z.example.org.\n"
			"an example.org. 300 IN MX 20 a.example.org.\n"
			"an example.org. 300 IN MX 256 b.example.org.\n",
		 "0 example.org. 300 IN MX 5 z.example.org.\n"
		 "0 example.org. 300 IN MX 20 a.example.org.\n"
		 "0 example.org. 300 IN MX 20 c.example.org.\n"
		 "0 example.org. 300 IN MX 256 b.example.org.\n"),
	POSITIVE("other types keep their order", 300, 0,
		 "? example.org. A\nan example.org. 300 IN A 192.0.2.9\nan example.org. 300 IN A 192.0.2.1\n",
		 "0 example.org. 300 IN A 192.0.2.9\n0 example.org. 300 IN A 192.0.2.1\n"),
	POSITIVE("identical records once, whatever their case", 300, 2,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n"
			"an EXAMPLE.org. 300 IN MX 10 MX.example.ORG.\n"
			"an example.org. 300 IN MX 20 mx.example.org.\n"
			"an example.org. 300 IN MX 10 mx.example.org.\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n0 example.org. 300 IN MX 20 mx.example.org.\n"),
	POSITIVE("octets of other types are not folded", 300, 0,
		 "? example.org. A\nan example.org. 300 IN A 65.65.65.65\nan example.org. 300 IN A 97.97.97.97\n",
		 "0 example.org. 300 IN A 65.65.65.65\n0 example.org. 300 IN A 97.97.97.97\n"),
	POSITIVE("a longer text is another one", 300, 0,
		 "? example.org. TXT\nan example.org. 300 IN TXT \"a\" \"b\"\nan example.org. 300 IN TXT \"a\"\n",
		 "0 example.org. 300 IN TXT \"a\" \"b\"\n0 example.org. 300 IN TXT \"a\"\n"),
	POSITIVE("case in the packet's owner does not count", 300, 0,
		 ASK_MX "an eXaMpLe.OrG. 300 IN MX 10 mx.example.org.\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("all else is dropped", 300, 8,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n"
			"an example.org. 300 IN A 192.0.2.1\n"
			"an other.example. 300 IN MX 1 evil.example.\n"
			"an sub.example.org. 300 IN MX 1 evil.example.\n"
			"ns example.org. 300 IN NS ns.example.org.\n"
			"ns example.org. 300 IN MX 1 evil.example.\n"
			"ns " SOA "\n"
			"ar mx.example.org. 300 IN A 192.0.2.1\n"
			"ar example.org. 300 IN MX 1 evil.example.\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	NEGATIVE("an MX in AUTHORITY is no answer", 0, 0, 1, ASK_MX "ns example.org. 300 IN MX 1 evil.example.\n", ""),
	NEGATIVE("an MX in ADDITIONAL is no answer", 0, 0, 1, ASK_MX "ar example.org. 300 IN MX 1 evil.example.\n", ""),
	POSITIVE("OPT does not count as dropped", 300, 0,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nar . 0 IN TYPE41 \\# \n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("another class is dropped", 300, 1,
		 ASK_MX "an example.org. 300 CH MX \\# 000a00\nan example.org. 300 IN MX 10 mx.example.org.\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	FAILS("another class alone is no answer", ANSWER_MALFORMED, ASK_MX "an example.org. 300 CH MX \\# 000a00\n"),
	POSITIVE("another class in AUTHORITY is dropped", 300, 1,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nns example.org. 300 CH SOA \\# 00\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("the root", 300, 0, "? . NS\nan . 300 IN NS a.root-servers.net.\n",
		 "0 . 300 IN NS a.root-servers.net.\n"),
	POSITIVE("an unknown type", 300, 0, "? example.org. TYPE65280\nan example.org. 300 IN TYPE65280 \\# c00cff\n",
		 "0 example.org. 300 IN TYPE65280 \\# 3 c00cff\n"),
	POSITIVE("a null MX", 300, 0, ASK_MX "an example.org. 300 IN MX 0 .\n", "0 example.org. 300 IN MX 0 .\n"),
	POSITIVE("a CNAME that was asked for is not followed", 300, 1,
		 "? a.example.org. CNAME\nan a.example.org. 300 IN CNAME b.example.org.\nan b.example.org. 300 IN A "
		 "192.0.2.1\n",
		 "0 a.example.org. 300 IN CNAME b.example.org.\n"),

	/* The packet as such. */
	FAILS("no response", ANSWER_NOT_OURS, "flags 0100\n" ASK_MX),
	FAILS("another opcode", ANSWER_NOT_OURS, "flags a800\n" ASK_MX),
	FAILS("no question", ANSWER_NOT_OURS, "an example.org. 300 IN MX 10 mx.example.org.\n"),
	FAILS("two questions", ANSWER_NOT_OURS, ASK_MX ASK_MX),
	FAILS("truncated", ANSWER_TOO_LARGE, "flags 8380\n" ASK_MX),
	FAILS("FORMERR", ANSWER_RCODE, "rcode 1\n" ASK_MX),
	FAILS("SERVFAIL", ANSWER_RCODE, "rcode 2\n" ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n"),
	FAILS("NOTIMP", ANSWER_RCODE, "rcode 4\n" ASK_MX),
	FAILS("REFUSED", ANSWER_RCODE, "rcode 5\n" ASK_MX),
	FAILS("YXDOMAIN without a DNAME", ANSWER_RCODE, "rcode 6\n" ASK_MX),
	FAILS("YXDOMAIN with an answer", ANSWER_RCODE, "rcode 6\n" ASK_MX "an example.org. 300 IN MX 10 a.example.\n"),
	FAILS("NXDOMAIN with an answer", ANSWER_MALFORMED,
	      "rcode 3\n" ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n"),

	/* RDATA that does not read; in records that are not needed it does not matter. */
	FAILS("MX without exchange", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# 000a\n"),
	FAILS("MX with half a preference", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# 00\n"),
	FAILS("empty MX", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# \n"),
	FAILS("MX whose exchange does not end", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# 000a0161\n"),
	FAILS("MX with octets behind it", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# 000a016100ff\n"),
	FAILS("MX that points to itself", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN MX \\# 000ac036\n"),
	FAILS("a bad MX beside a good one", ANSWER_MALFORMED,
	      ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nan example.org. 300 IN MX \\# 000a\n"),
	POSITIVE("a bad MX elsewhere", 300, 2,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nan sub.example.org. 300 IN MX \\# 000a\n"
			"ns example.org. 300 IN MX \\# 00\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("a compressed exchange", 300, 0, ASK_MX "an example.org. 300 IN MX \\# 000a026d78c00c\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	FAILS("A of 3 octets", ANSWER_MALFORMED, "? example.org. A\nan example.org. 300 IN A \\# c00002\n"),
	FAILS("A of 5 octets", ANSWER_MALFORMED, "? example.org. A\nan example.org. 300 IN A \\# c000020101\n"),
	FAILS("two A, one of 3 octets", ANSWER_MALFORMED,
	      "? example.org. A\nan example.org. 300 IN A 192.0.2.1\nan example.org. 300 IN A \\# c00002\n"),
	FAILS("AAAA of 15 octets", ANSWER_MALFORMED,
	      "? example.org. AAAA\nan example.org. 300 IN AAAA \\# 20010db8000000000000000000000\n"),
	FAILS("TXT whose string overruns", ANSWER_MALFORMED,
	      "? example.org. TXT\nan example.org. 300 IN TXT \\# 0361\n"),
	FAILS("SOA without its numbers", ANSWER_MALFORMED, "? example.org. SOA\nan example.org. 300 IN SOA \\# 0000\n"),
	FAILS("CNAME with octets behind it", ANSWER_MALFORMED, ASK_MX "an example.org. 300 IN CNAME \\# 00ff\n"),
	FAILS("negative with a bad SOA", ANSWER_MALFORMED, ASK_MX "ns example.org. 300 IN SOA \\# 00\n"),

	/* Chains. */
	POSITIVE("CNAME", 100, 0,
		 ASK_MX "an example.org. 300 IN CNAME b.example.org.\nan b.example.org. 100 IN MX 1 mx.example.org.\n",
		 "0 example.org. 300 IN CNAME b.example.org.\n0 b.example.org. 100 IN MX 1 mx.example.org.\n"),
	POSITIVE("the chain's order is ours", 100, 0,
		 ASK_MX "an c.example.org. 100 IN MX 1 mx.example.org.\nan b.example.org. 300 IN CNAME c.example.org.\n"
			"an example.org. 300 IN CNAME B.example.org.\n",
		 "0 example.org. 300 IN CNAME B.example.org.\n0 B.example.org. 300 IN CNAME c.example.org.\n"
		 "0 c.example.org. 100 IN MX 1 mx.example.org.\n"),
	POSITIVE("MX comes before a CNAME of the same owner", 300, 2,
		 ASK_MX "an example.org. 300 IN CNAME b.example.org.\nan b.example.org. 300 IN MX 1 evil.example.\n"
			"an example.org. 300 IN MX 1 mx.example.org.\n",
		 "0 example.org. 300 IN MX 1 mx.example.org.\n"),
	POSITIVE("of two CNAMEs the first", 300, 2,
		 ASK_MX
		 "an example.org. 300 IN CNAME b.example.org.\nan example.org. 300 IN CNAME c.example.org.\n"
		 "an b.example.org. 300 IN MX 1 mx.example.org.\nan c.example.org. 300 IN MX 2 mx.example.org.\n",
		 "0 example.org. 300 IN CNAME b.example.org.\n0 b.example.org. 300 IN MX 1 mx.example.org.\n"),
	FAILS("a CNAME to itself", ANSWER_LOOP, ASK_MX "an example.org. 300 IN CNAME EXAMPLE.org.\n"),
	FAILS("two CNAMEs in a circle", ANSWER_LOOP,
	      ASK_MX "an example.org. 300 IN CNAME b.example.org.\nan b.example.org. 300 IN CNAME example.org.\n"),
	NEGATIVE("a chain that ends in nothing", 0, 300, 0,
		 ASK_MX "an example.org. 300 IN CNAME b.example.net.\n"
			"ns example.net. 3000 IN SOA ns.example.net. host.example.net. 1 2 3 4 700\n",
		 "0 example.org. 300 IN CNAME b.example.net.\n"
		 "2 example.net. 700 IN SOA ns.example.net. host.example.net. 1 2 3 4 700\n"),
	NEGATIVE("a chain that ends in NXDOMAIN", 3, 300, 1,
		 "rcode 3\n" ASK_MX "an example.org. 300 IN CNAME b.example.net.\nns " SOA "\n"
		 "ns example.net. 3000 IN SOA ns.example.net. host.example.net. 1 2 3 4 700\n",
		 "0 example.org. 300 IN CNAME b.example.net.\n"
		 "2 example.net. 700 IN SOA ns.example.net. host.example.net. 1 2 3 4 700\n"),
	POSITIVE("DNAME with its CNAME, whose TTL is the DNAME's", 300, 0,
		 "? www.a.example. A\nan a.example. 300 IN DNAME b.example.\nan www.a.example. 0 IN CNAME "
		 "WWW.b.example.\n"
		 "an www.b.example. 900 IN A 192.0.2.1\n",
		 "0 a.example. 300 IN DNAME b.example.\n0 www.a.example. 300 IN CNAME www.b.example.\n"
		 "0 www.b.example. 900 IN A 192.0.2.1\n"),
	POSITIVE("DNAME without its CNAME", 300, 0,
		 "? www.a.example. A\nan www.b.example. 900 IN A 192.0.2.1\nan a.example. 300 IN DNAME b.example.\n",
		 "0 a.example. 300 IN DNAME b.example.\n0 www.a.example. 300 IN CNAME www.b.example.\n"
		 "0 www.b.example. 900 IN A 192.0.2.1\n"),
	FAILS("DNAME with another CNAME", ANSWER_MALFORMED,
	      "? www.a.example. A\nan a.example. 300 IN DNAME b.example.\nan www.a.example. 300 IN CNAME "
	      "www.c.example.\n"
	      "an www.c.example. 900 IN A 192.0.2.1\n"),
	FAILS("DNAME that does not read", ANSWER_MALFORMED,
	      "? www.a.example. A\nan a.example. 300 IN DNAME \\# 0161\n"),
	FAILS("DNAME with a CNAME that does not read", ANSWER_MALFORMED,
	      "? www.a.example. A\nan a.example. 300 IN DNAME b.example.\nan www.a.example. 300 IN CNAME \\# 0161\n"),
	POSITIVE("DNAME to the root", 300, 0,
		 "? www.a.example. A\nan a.example. 300 IN DNAME .\nan www. 900 IN A 192.0.2.1\n",
		 "0 a.example. 300 IN DNAME .\n0 www.a.example. 300 IN CNAME www.\n0 www. 900 IN A 192.0.2.1\n"),
	POSITIVE("the nearest DNAME", 300, 1,
		 "? www.a.example. A\nan example. 300 IN DNAME evil.\nan a.example. 300 IN DNAME b.test.\n"
		 "an www.b.test. 900 IN A 192.0.2.1\n",
		 "0 a.example. 300 IN DNAME b.test.\n0 www.a.example. 300 IN CNAME www.b.test.\n"
		 "0 www.b.test. 900 IN A 192.0.2.1\n"),
	POSITIVE("the same DNAME twice in a chain", 300, 0,
		 "? x.a.example. A\nan a.example. 300 IN DNAME b.example.\nan x.b.example. 300 IN CNAME y.a.example.\n"
		 "an y.b.example. 900 IN A 192.0.2.1\n",
		 "0 a.example. 300 IN DNAME b.example.\n0 x.a.example. 300 IN CNAME x.b.example.\n"
		 "0 x.b.example. 300 IN CNAME y.a.example.\n0 y.a.example. 300 IN CNAME y.b.example.\n"
		 "0 y.b.example. 900 IN A 192.0.2.1\n"),
	NEGATIVE("DNAME does not redirect its own owner", 0, 700, 1,
		 "? example.org. A\nan example.org. 300 IN DNAME b.example.\nns " SOA "\n", "2 " SOA_OUT "\n"),
	POSITIVE("DNAME that was asked for", 300, 0, "? example.org. DNAME\nan example.org. 300 IN DNAME b.example.\n",
		 "0 example.org. 300 IN DNAME b.example.\n"),
	POSITIVE("CNAME that was asked for below a DNAME", 300, 0,
		 "? x.a.example. CNAME\nan a.example. 300 IN DNAME b.example.\nan x.a.example. 0 IN CNAME "
		 "x.b.example.\n",
		 "0 a.example. 300 IN DNAME b.example.\n0 x.a.example. 300 IN CNAME x.b.example.\n"),
	FAILS("DNAME in a circle", ANSWER_LOOP,
	      "? x.a.example. A\nan a.example. 300 IN DNAME b.example.\nan b.example. 300 IN DNAME a.example.\n"),
	FAILS("DNAME that grows for ever", ANSWER_CHAIN_TOO_LONG,
	      "? x.a.example. A\nan a.example. 300 IN DNAME b.a.example.\n"),
	NEGATIVE("DNAME in AUTHORITY does not redirect", 0, 0, 1,
		 "? x.a.example. A\nns a.example. 300 IN DNAME b.example.\n", ""),

	/* Signatures and proofs. */
	POSITIVE(
		"signatures of the set, and no other", 300, 4,
		ASK_MX
		"an example.org. 300 IN MX 10 mx.example.org.\nan example.org. 300 IN " SIGNED("MX", "2", "example.org.") "\nan example.org. 300 IN " SIGNED(
			"A", "2",
			"example.org.") "\nan sub.example.org. 300 IN " SIGNED("MX", "3",
									       "example.org.") "\nns example.org. 300 "
											       "IN " SIGNED(
												       "MX", "2",
												       "org.") "\n"
													       "ar"
													       " e"
													       "xa"
													       "mp"
													       "le"
													       ".o"
													       "rg"
													       ". "
													       "30"
													       "0 "
													       "IN"
													       " " SIGNED(
														       "MX",
														       "2",
														       "org.") "\n",
		"0 example.org. 300 IN MX 10 mx.example.org.\n1 example.org. 300 IN " SIGNED("MX", "2",
											     "example.org.") "\n"),
	POSITIVE("signatures along the chain", 300, 0,
		 ASK_MX "an example.org. 300 IN CNAME b.example.org.\nan example.org. 300 IN " SIGNED(
			 "CNAME", "2", "example.org.") "\nan b.example.org. 300 IN MX 1 mx.example.org.\nan "
						       "b.example.org. 300 IN " SIGNED("MX", "3", "example.org.") "\n",
		 "0 example.org. 300 IN CNAME b.example.org.\n0 b.example.org. 300 IN MX 1 mx.example.org.\n"
		 "1 example.org. 300 IN " SIGNED("CNAME", "2", "example.org.") "\n1 b.example.org. 300 IN " SIGNED(
			 "MX", "3", "example.org.") "\n"),
	POSITIVE("a DNAME's signature", 300, 0,
		 "? x.a.example. A\nan a.example. 300 IN DNAME b.example.\nan a.example. 300 IN " SIGNED(
			 "DNAME", "2", "a.example.") "\nan x.a.example. 300 IN CNAME x.b.example.\nan x.b.example. 300 "
						     "IN A 192.0.2.1\n",
		 "0 a.example. 300 IN DNAME b.example.\n0 x.a.example. 300 IN CNAME x.b.example.\n"
		 "0 x.b.example. 300 IN A 192.0.2.1\n1 a.example. 300 IN " SIGNED("DNAME", "2", "a.example.") "\n"),
	POSITIVE("signatures that do not read are left out", 300, 2,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nan example.org. 300 IN RRSIG \\# 000f\n"
			"an example.org. 300 IN RRSIG \\# 000f0802\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n"),
	POSITIVE("signatures that were asked for are data", 100, 0,
		 "? example.org. RRSIG\nan example.org. 300 IN " SIGNED(
			 "MX", "2", "example.org.") "\nan example.org. 100 IN " SIGNED("A", "2", "example.org.") "\n",
		 "0 example.org. 100 IN " SIGNED("MX", "2", "example.org.") "\n0 example.org. 100 IN " SIGNED(
			 "A", "2", "example.org.") "\n"),
	POSITIVE("NSEC that was asked for is data", 300, 0,
		 "? example.org. NSEC\nan example.org. 300 IN NSEC a.example.org. A MX\nan example.org. 300 IN " SIGNED(
			 "NSEC", "2", "example.org.") "\n",
		 "0 example.org. 300 IN NSEC a.example.org. A MX\n1 example.org. 300 IN " SIGNED("NSEC", "2",
												 "example.org.") "\n"),
	NEGATIVE("NODATA with its proof", 0, 700, 1,
		 ASK_MX "ns " SOA "\nns example.org. 3000 IN " SIGNED(
			 "SOA", "2",
			 "example.org.") "\nns example.org. 3000 IN NSEC a.example.org. A\nns example.org. 3000 "
					 "IN " SIGNED("NSEC", "2",
						      "example.org.") "\nns example.org. 300 IN NS ns.example.org.\n",
		 "2 " SOA_OUT "\n3 example.org. 700 IN " SIGNED(
			 "SOA", "2", "example.org.") "\n3 example.org. 700 IN NSEC a.example.org. A\n3 example.org. "
						     "700 IN " SIGNED("NSEC", "2", "example.org.") "\n"),
	NEGATIVE("NXDOMAIN with NSEC3", 3, 700, 0,
		 "rcode 3\n? x.example.org. MX\nns " SOA
		 "\nns 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 3000 IN NSEC3 1 0 0 - "
		 "2t7b4g4vsa5smi47k61mv5bv1a22bojr A\n"
		 "ns 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 3000 IN " SIGNED("NSEC3", "3", "example.org.") "\n",
		 "2 " SOA_OUT "\n3 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 700 IN NSEC3 1 0 0 - "
		 "2t7b4g4vsa5smi47k61mv5bv1a22bojr A\n"
		 "3 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 700 IN " SIGNED("NSEC3", "3", "example.org.") "\n"),
	NEGATIVE("proofs without a signature, of other zones, or that do not read are left out", 0, 700, 6,
		 ASK_MX
		 "ns " SOA "\nns example.org. 3000 IN NSEC a.example.org. A\n"
		 "ns other.example. 3000 IN NSEC a.other.example. A\nns other.example. 3000 IN " SIGNED(
			 "NSEC", "2",
			 "other.example.") "\nns b.example.org. 3000 IN NSEC \\# 0161\nns b.example.org. 3000 "
					   "IN " SIGNED("NSEC", "3",
							"example.org.") "\nns c.example.org. 3000 CH NSEC \\# 00\n",
		 "2 " SOA_OUT "\n"),
	POSITIVE("a wildcard's proof", 200, 0,
		 "? a.b.example.org. MX\nan a.b.example.org. 300 IN MX 10 mx.example.org.\nan a.b.example.org. 300 "
		 "IN " SIGNED("MX", "2", "example.org.") "\nns a.example.org. 200 IN NSEC z.example.org. A\nns "
							 "a.example.org. 200 IN " SIGNED("NSEC", "3",
											 "example.org.") "\n",
		 "0 a.b.example.org. 300 IN MX 10 mx.example.org.\n1 a.b.example.org. 300 IN " SIGNED(
			 "MX", "2", "example.org.") "\n3 a.example.org. 200 IN NSEC z.example.org. A\n3 a.example.org. "
						    "200 IN " SIGNED("NSEC", "3", "example.org.") "\n"),
	POSITIVE("no proofs where none are needed", 300, 2,
		 ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\nan example.org. 300 IN " SIGNED(
			 "MX", "2", "example.org.") "\nns a.example.org. 200 IN NSEC z.example.org. A\nns "
						    "a.example.org. 200 IN " SIGNED("NSEC", "3", "example.org.") "\n",
		 "0 example.org. 300 IN MX 10 mx.example.org.\n1 example.org. 300 IN " SIGNED("MX", "2",
											      "example.org.") "\n"),
	POSITIVE(
		"the wildcard itself is no expansion", 300, 2,
		"? *.example.org. MX\nan *.example.org. 300 IN MX 10 mx.example.org.\nan *.example.org. 300 IN " SIGNED(
			"MX", "2", "example.org.") "\nns a.example.org. 200 IN NSEC z.example.org. A\nns "
						   "a.example.org. 200 IN " SIGNED("NSEC", "3", "example.org.") "\n",
		"0 *.example.org. 300 IN MX 10 mx.example.org.\n1 *.example.org. 300 IN " SIGNED("MX", "2",
												 "example.org.") "\n"),

	/* Negative answers and their SOA. */
	NEGATIVE("NODATA", 0, 700, 0, ASK_MX "ns " SOA "\n", "2 " SOA_OUT "\n"),
	NEGATIVE("NXDOMAIN", 3, 700, 0, "rcode 3\n? a.b.example.org. MX\nns " SOA "\n", "2 " SOA_OUT "\n"),
	NEGATIVE("a SOA's own TTL, when it is less", 0, 50, 0,
		 ASK_MX "ns example.org. 50 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n",
		 "2 example.org. 50 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n"),
	NEGATIVE("at most an hour", 0, 3600, 0,
		 ASK_MX "ns example.org. 9000 IN SOA ns.example.org. host.example.org. 1 2 3 4 9000\n",
		 "2 example.org. 3600 IN SOA ns.example.org. host.example.org. 1 2 3 4 9000\n"),
	NEGATIVE("a MINIMUM of 0", 0, 0, 0,
		 ASK_MX "ns example.org. 9000 IN SOA ns.example.org. host.example.org. 1 2 3 4 0\n",
		 "2 example.org. 0 IN SOA ns.example.org. host.example.org. 1 2 3 4 0\n"),
	NEGATIVE("without SOA it is used once", 3, 0, 0, "rcode 3\n" ASK_MX, ""),
	NEGATIVE("a SOA of another zone is dropped", 0, 0, 1,
		 ASK_MX "ns example.net. 9000 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n", ""),
	NEGATIVE("a SOA from below is dropped", 0, 0, 1,
		 ASK_MX "ns a.example.org. 9000 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n", ""),
	NEGATIVE("the nearest SOA", 0, 700, 1,
		 ASK_MX "ns org. 9000 IN SOA ns.example.org. host.example.org. 1 2 3 4 10\nns " SOA "\n",
		 "2 " SOA_OUT "\n"),
	NEGATIVE("the root's SOA", 3, 700, 0,
		 "rcode 3\n? nonsense. MX\nns . 3000 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n",
		 "2 . 700 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n"),
	NEGATIVE("a SOA in ANSWER is dropped", 0, 0, 1, ASK_MX "an " SOA "\n", ""),

	/* TTLs. */
	POSITIVE("an RRset's lowest TTL", 100, 0,
		 ASK_MX "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 100 IN MX 20 b.example.org.\n",
		 "0 example.org. 100 IN MX 10 a.example.org.\n0 example.org. 100 IN MX 20 b.example.org.\n"),
	POSITIVE("the lowest TTL, even of a double", 50, 1,
		 ASK_MX "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 50 IN MX 10 a.example.org.\n",
		 "0 example.org. 50 IN MX 10 a.example.org.\n"),
	POSITIVE("at most a day", 86400, 0, ASK_MX "an example.org. 604800 IN MX 10 a.example.org.\n",
		 "0 example.org. 86400 IN MX 10 a.example.org.\n"),
	POSITIVE("the largest TTL", 86400, 0, ASK_MX "an example.org. 2147483647 IN MX \\# 000a00\n",
		 "0 example.org. 86400 IN MX 10 .\n"),
	POSITIVE("the top bit counts as 0", 0, 0, ASK_MX "an example.org. 2147483648 IN MX \\# 000a00\n",
		 "0 example.org. 0 IN MX 10 .\n"),
	POSITIVE("all bits count as 0", 0, 0, ASK_MX "an example.org. 4294967295 IN MX \\# 000a00\n",
		 "0 example.org. 0 IN MX 10 .\n"),
	POSITIVE("a signature's TTL", 20, 0,
		 ASK_MX "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 20 IN " SIGNED(
			 "MX", "2", "example.org.") "\n",
		 "0 example.org. 20 IN MX 10 a.example.org.\n1 example.org. 20 IN " SIGNED("MX", "2",
											   "example.org.") "\n"),
	POSITIVE("a signature's original TTL", 9999, 0,
		 ASK_MX "an example.org. 20000 IN MX 10 a.example.org.\nan example.org. 20000 IN " SIGNED(
			 "MX", "2", "example.org.") "\n",
		 "0 example.org. 9999 IN MX 10 a.example.org.\n1 example.org. 9999 IN " SIGNED("MX", "2",
											       "example.org.") "\n"),
	POSITIVE("a signature's end", 60, 0,
		 ASK_MX
		 "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 300 IN " SIGNED_UNTIL_SOON("MX") "\n",
		 "0 example.org. 60 IN MX 10 a.example.org.\n1 example.org. 60 IN " SIGNED_UNTIL_SOON("MX") "\n"),
	POSITIVE("a signature that has ended", 0, 0,
		 ASK_MX
		 "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 300 IN " SIGNED_UNTIL_LATE("MX") "\n",
		 "0 example.org. 0 IN MX 10 a.example.org.\n1 example.org. 0 IN " SIGNED_UNTIL_LATE("MX") "\n"),
	POSITIVE("a signature that has ended beside one that has not", 60, 0,
		 ASK_MX "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 300 IN " SIGNED_UNTIL_LATE(
			 "MX") "\nan example.org. 300 IN " SIGNED_UNTIL_SOON("MX") "\n",
		 "0 example.org. 60 IN MX 10 a.example.org.\n1 example.org. 60 IN " SIGNED_UNTIL_LATE(
			 "MX") "\n1 example.org. 60 IN " SIGNED_UNTIL_SOON("MX") "\n"),
	POSITIVE("a signature that has not begun yet", 300, 0,
		 ASK_MX
		 "an example.org. 300 IN MX 10 a.example.org.\nan example.org. 300 IN " SIGNED_FROM_SOON("MX") "\n",
		 "0 example.org. 300 IN MX 10 a.example.org.\n1 example.org. 300 IN " SIGNED_FROM_SOON("MX") "\n"),
	NEGATIVE("the end of the SOA's signature", 0, 60, 0,
		 ASK_MX "ns " SOA "\nns example.org. 3000 IN " SIGNED_UNTIL_SOON("SOA") "\n",
		 "2 example.org. 60 IN SOA ns.example.org. host.example.org. 1 2 3 4 700\n3 example.org. 60 "
		 "IN " SIGNED_UNTIL_SOON("SOA") "\n"),
	NEGATIVE("the end of a proof's signature", 0, 60, 0,
		 ASK_MX "ns " SOA "\nns example.org. 3000 IN NSEC a.example.org. A\nns example.org. 3000 "
			"IN " SIGNED_UNTIL_SOON("NSEC") "\n",
		 "2 " SOA_OUT
		 "\n3 example.org. 60 IN NSEC a.example.org. A\n3 example.org. 60 IN " SIGNED_UNTIL_SOON("NSEC") "\n"),
};

static const answer_limits_t defaults = { .min_ttl = 0, .max_ttl = 86400, .negative_max_ttl = 3600 };

static answer_err_t build(answer_t *answer, const message_t *message, const answer_limits_t *limits)
{
	uint8_t *octets = test_copy(message->octets, message->size);
	answer_err_t err = answer_build(answer, &message->name, message->type, octets, message->size, limits, NOW);

	free(octets);
	return err;
}

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What holds for every answer: sizes and counts add up, and offsets ascend and lead to TTLs, none below the answer's but for
 * a negative answer without SOA. */
static void is_sound(const answer_t *answer)
{
	size_t size = 0;
	size_t records = 0;

	for (unsigned i = 0; i < ANSWER_PARTS; i++) {
		size += answer->parts[i].size;
		records += answer->parts[i].records;
	}
	assert_int_equal(size, answer->size);
	assert_int_equal(records, answer->ttl_count);
	for (size_t i = 0; i < answer->ttl_count; i++) {
		assert_true(answer->ttl_offsets[i] + (size_t)4 <= answer->size);
		assert_true(i == 0 || answer->ttl_offsets[i] > answer->ttl_offsets[i - 1]);
		assert_true(u32_at(answer->octets + answer->ttl_offsets[i]) >= answer->ttl);
	}
}

/* The form without DNSSEC parts has the records of the other parts, unchanged: nothing in it pointed to what is left out. */
static void parts_can_be_left_out(const message_t *question, const answer_t *answer, const char *text)
{
	static char plain[MESSAGE_TEXT_MAX];
	static message_t message;
	answer_t without = *answer;
	char *lines = strdup(text);
	char *rest = lines;
	char *want = calloc(1, strlen(text) + 1);
	char *to = want;

	assert_non_null(lines);
	assert_non_null(want);
	for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
		if (line[0] == '0' || line[0] == '2')
			to += sprintf(to, "%s\n", line);
	}
	message_from_answer(&message, &question->name, question->type, answer, MESSAGE_PLAIN);
	without.octets = message.octets + 12 + question->name.size + 4;
	without.parts[1] = without.parts[3] = (answer_part_t){ .size = 0 };
	assert_string_equal(message_answer_to_text(&question->name, question->type, &without, plain), want);
	free(want);
	free(lines);
}

static void builds(void **state)
{
	const struct row *row = *state;
	static char text[MESSAGE_TEXT_MAX];
	static message_t message;
	answer_t answer;

	message_from_text(&message, row->packet);
	assert_string_equal(answer_strerror(build(&answer, &message, &defaults)), answer_strerror(row->err));
	if (row->err == ANSWER_OK) {
		is_sound(&answer);
		assert_string_equal(message_answer_to_text(&message.name, message.type, &answer, text), row->records);
		parts_can_be_left_out(&message, &answer, text);
		assert_int_equal(answer.rcode, row->rcode);
		assert_int_equal(answer.negative, row->negative);
		assert_int_equal(answer.ttl, row->ttl);
		assert_int_equal(answer.dropped, row->dropped);
	} else {
		assert_null(answer.octets);
		assert_int_equal(answer.size, 0);
	}
	answer_free(&answer);
	assert_null(answer.octets);
}

struct limits_row {
	const char *name;
	answer_limits_t limits;
	const char *packet;
	uint32_t ttl;
};

#define MX_OF(ttl) ASK_MX "an example.org. " ttl " IN MX 10 mx.example.org.\n"

static struct limits_row limits_rows[] = {
	{ "raised", { 60, 86400, 3600 }, MX_OF("5"), 60 },
	{ "0 raised", { 60, 86400, 3600 }, MX_OF("0"), 60 },
	{ "in between", { 60, 86400, 3600 }, MX_OF("61"), 61 },
	{ "lowered", { 60, 3600, 3600 }, MX_OF("7200"), 3600 },
	{ "the most wins over the least", { 60, 30, 30 }, MX_OF("5"), 30 },
	{ "all 0", { 0, 0, 0 }, MX_OF("300"), 0 },
	{ "raised, but not past the signature's end",
	  { 600, 86400, 3600 },
	  MX_OF("5") "an example.org. 5 IN " SIGNED_UNTIL_SOON("MX") "\n",
	  60 },
	{ "raised past the signature's TTL",
	  { 30, 86400, 3600 },
	  MX_OF("5") "an example.org. 5 IN " SIGNED_UNTIL_SOON("MX") "\n",
	  30 },
	{ "negative raised", { 900, 86400, 3600 }, ASK_MX "ns " SOA "\n", 900 },
	{ "negative lowered", { 0, 86400, 60 }, ASK_MX "ns " SOA "\n", 60 },
	{ "negative lowered by the limit for all", { 0, 50, 60 }, ASK_MX "ns " SOA "\n", 50 },
	{ "negative without SOA is not raised", { 900, 86400, 3600 }, ASK_MX, 0 },
};

static void keeps_within_limits(void **state)
{
	const struct limits_row *row = *state;
	static message_t message;
	answer_t answer;

	message_from_text(&message, row->packet);
	assert_int_equal(build(&answer, &message, &row->limits), ANSWER_OK);
	assert_int_equal(answer.ttl, row->ttl);
	for (size_t i = 0; i < answer.ttl_count; i++)
		assert_int_equal(u32_at(answer.octets + answer.ttl_offsets[i]), row->ttl);
	answer_free(&answer);
}

/* The signature's end is compared in serial arithmetic: in 2106 the counter starts again (RFC 4034, 3.1.5). */
static void ends_of_signatures_wrap(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	message_from_text(&message,
			  ASK_MX "an example.org. 300 IN MX \\# 000a00\n"
				 "an example.org. 300 IN RRSIG \\# 000f0802000003e80000000affffff00303900ff\n");
	assert_int_equal(answer_build(&answer, &message.name, 15, message.octets, message.size, &defaults, 0xfffffff0),
			 ANSWER_OK);
	assert_int_equal(answer.ttl, 26);
	answer_free(&answer);
	assert_int_equal(answer_build(&answer, &message.name, 15, message.octets, message.size, &defaults, 0x100000005),
			 ANSWER_OK);
	assert_int_equal(answer.ttl, 5);
	answer_free(&answer);
	assert_int_equal(answer_build(&answer, &message.name, 15, message.octets, message.size, &defaults, 0x10000000a),
			 ANSWER_OK);
	assert_int_equal(answer.ttl, 0);
	answer_free(&answer);
}

static void refuses_another_question(void **state)
{
	static message_t message;
	answer_t answer;
	name_t other;

	(void)state;
	message_from_text(&message, MX_OF("300"));
	assert_true(name_from_text("example.com", &other));
	assert_int_equal(answer_build(&answer, &other, 15, message.octets, message.size, &defaults, NOW),
			 ANSWER_NOT_OURS);
	assert_int_equal(answer_build(&answer, &message.name, 1, message.octets, message.size, &defaults, NOW),
			 ANSWER_NOT_OURS);
	message.octets[12 + message.name.size + 3] = 3; /* class CH */
	assert_int_equal(answer_build(&answer, &message.name, 15, message.octets, message.size, &defaults, NOW),
			 ANSWER_NOT_OURS);
}

static void takes_the_question_in_any_case(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	message_from_text(&message, "? eXaMple.ORG. MX\nan Example.org. 300 IN MX 10 mx.example.org.\n");
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
	assert_int_equal(answer.ttl_count, 1);
	answer_free(&answer);
}

/* n.example. is an alias of n-1.example., and so on to 0.example. */
static answer_err_t build_chain(unsigned links)
{
	static char text[MESSAGE_TEXT_MAX];
	static message_t message;
	char *to = text + sprintf(text, "? %u.example. A\n", links);
	answer_t answer;

	for (unsigned i = links; i > 0; i--)
		to += sprintf(to, "an %u.example. 300 IN CNAME %u.example.\n", i, i - 1);
	(void)sprintf(to, "an 0.example. 300 IN A 192.0.2.1\n");
	message_from_text(&message, text);

	answer_err_t err = build(&answer, &message, &defaults);

	assert_int_equal(answer.ttl_count, err == ANSWER_OK ? links + 1 : 0);
	answer_free(&answer);
	return err;
}

static void follows_sixteen_aliases(void **state)
{
	(void)state;
	assert_int_equal(build_chain(1), ANSWER_OK);
	assert_int_equal(build_chain(ANSWER_CHAIN_MAX), ANSWER_OK);
	assert_int_equal(build_chain(ANSWER_CHAIN_MAX + 1), ANSWER_CHAIN_TOO_LONG);
	assert_int_equal(build_chain(1000), ANSWER_CHAIN_TOO_LONG);
}

/* Labels of 63, four of them in the DNAME's target: no room for one more. */
#define L62      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg"
#define TOO_LONG "? x.a.example. A\nan a.example. 300 IN DNAME " L62 "." L62 "." L62 "." L62 ".b.\n"

static void a_name_too_long_is_yxdomain(void **state)
{
	static char text[MESSAGE_TEXT_MAX];
	static message_t message;
	answer_t answer;

	(void)state;
	message_from_text(&message, "rcode 6\n" TOO_LONG);
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
	assert_int_equal(answer.rcode, 6);
	assert_false(answer.negative);
	assert_int_equal(answer.ttl, 300);
	assert_string_equal(message_answer_to_text(&message.name, message.type, &answer, text),
			    "0 a.example. 300 IN DNAME " L62 "." L62 "." L62 "." L62 ".b.\n");
	answer_free(&answer);
	message_from_text(&message, TOO_LONG);
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_MALFORMED);
	message_from_text(&message, "rcode 3\n" TOO_LONG);
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_MALFORMED);
}

static void refuses_packets_that_are_no_messages(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	message_from_text(&message, MX_OF("300") "ns " SOA "\nar mx.example.org. 300 IN A 192.0.2.1\n");
	for (size_t size = 0; size < message.size; size++) {
		uint8_t *cut = test_copy(message.octets, size);

		assert_int_equal(answer_build(&answer, &message.name, message.type, cut, size, &defaults, NOW),
				 ANSWER_MALFORMED);
		free(cut);
	}
	message.octets[message.size++] = 0;
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_MALFORMED);
}

/* A packet with `count` records of one RRset, each with a pointer for an owner: the most that there can be. */
static void many_addresses(message_t *message, unsigned count)
{
	message_from_text(message, "? a. A\n");
	message->octets[6] = (uint8_t)(count >> 8);
	message->octets[7] = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t record[] = {
			0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 10, 0, (uint8_t)(i >> 8), (uint8_t)i
		};

		assert_true(message->size + sizeof(record) <= MESSAGE_MAX);
		memcpy(message->octets + message->size, record, sizeof(record));
		message->size += sizeof(record);
	}
}

static void takes_as_many_records_as_fit(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	many_addresses(&message, 4094);
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
	assert_int_equal(answer.parts[0].records, 4094);
	is_sound(&answer);
	answer_free(&answer);
}

/* Counted before any is read, so the records need not even be there. */
static void refuses_more_records_than_fit(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	many_addresses(&message, 0);
	message.octets[6] = 4097 >> 8;
	message.octets[7] = 4097 & 0xff;
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_TOO_LARGE);
	message.octets[7]--;
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_MALFORMED);
}

/* SRV targets are written in full: 300 pointers to a name of 250 octets are 82 kB then. */
static void refuses_what_gets_too_large(void **state)
{
	static message_t message;
	answer_t answer;

	(void)state;
	message_from_text(&message, "? " L62 "." L62 "." L62 "." L62 ". SRV\n");
	for (unsigned i = 0; i < 300; i++) {
		const uint8_t record[] = { 0xc0,       12, 0, 33, 0, 1,    0, 0, 1, 44, 0, 8, (uint8_t)(i >> 8),
					   (uint8_t)i, 0,  0, 0,  0, 0xc0, 12 };

		memcpy(message.octets + message.size, record, sizeof(record));
		message.size += sizeof(record);
	}
	message.octets[6] = 300 >> 8;
	message.octets[7] = 300 & 0xff;
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_TOO_LARGE);
	message.octets[6] = 0;
	message.octets[7] = 200;
	message.size -= (size_t)100 * 20;
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
	is_sound(&answer);
	answer_free(&answer);
}

/* More proofs than any answer needs: the first 64 are looked at. */
static void bounds_proofs(void **state)
{
	static char text[MESSAGE_TEXT_MAX];
	static message_t message;
	char *to = text + sprintf(text, ASK_MX "ns " SOA "\n");
	answer_t answer;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		to += sprintf(to,
			      "ns n%u.example.org. 300 IN NSEC a.example.org. A\nns n%u.example.org. 300 IN " SIGNED(
				      "NSEC", "3", "example.org.") "\n",
			      i, i);
	message_from_text(&message, text);
	assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
	assert_int_equal(answer.parts[ANSWER_PART_AUTHORITY_DNSSEC].records, 128);
	assert_int_equal(answer.dropped, 72);
	answer_free(&answer);
}

/* Owner names and the names in RDATA of RFC 1035 are compressed, others are not (RFC 3597, 4). */
static void compresses(void **state)
{
	static const struct {
		const char *packet;
		size_t size;
	} sizes[] = {
		{ ASK_MX "an example.org. 300 IN MX 10 mx.example.org.\n", 12 + 2 + 5 },
		{ ASK_MX "an example.org. 300 IN MX 10 example.org.\nan example.org. 300 IN MX 20 a.test.\n",
		  12 + 2 + 2 + 12 + 2 + 8 },
		{ ASK_MX "an example.org. 300 IN MX 10 a.test.\nan example.org. 300 IN MX 20 b.TEST.\n",
		  12 + 2 + 8 + 12 + 2 + 4 },
		{ "? a.org. SRV\nan a.org. 300 IN SRV 0 0 25 a.org.\n", 12 + 6 + 7 },
		{ "? a.org. CNAME\nan a.org. 300 IN CNAME b.org.\n", 12 + 4 },
		{ "? b.a.org. A\nan a.org. 300 IN DNAME c.org.\nan b.c.org. 300 IN A 192.0.2.1\n",
		  12 + 7 + 12 + 6 + 12 + 4 },
		{ "? a.org. MX\nns org. 300 IN SOA ns.org. h.ns.org. 1 2 3 4 5\n", 12 + 5 + 7 + 20 },
		{ "? a.org. A\nan a.org. 300 IN A 192.0.2.1\nan a.org. 300 IN " SIGNED("A", "2", "a.org.") "\n",
		  12 + 4 + 12 + 18 + 7 + 3 },
	};
	static message_t message;
	answer_t answer;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		message_from_text(&message, sizes[i].packet);
		assert_int_equal(build(&answer, &message, &defaults), ANSWER_OK);
		assert_int_equal(answer.size, sizes[i].size);
		answer_free(&answer);
	}
}

static void has_a_text_for_every_error(void **state)
{
	(void)state;
	for (answer_err_t err = ANSWER_OK; err <= ANSWER_TOO_LARGE; err++)
		assert_string_not_equal(answer_strerror(err), "unknown answer error");
	assert_string_equal(answer_strerror((answer_err_t)99), "unknown answer error");
}

int main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		LIMITS = sizeof(limits_rows) / sizeof(limits_rows[0]),
	};
	static struct CMUnitTest packets[ROWS];
	struct CMUnitTest limits[LIMITS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_signatures_wrap),
		cmocka_unit_test(refuses_another_question),
		cmocka_unit_test(takes_the_question_in_any_case),
		cmocka_unit_test(follows_sixteen_aliases),
		cmocka_unit_test(a_name_too_long_is_yxdomain),
		cmocka_unit_test(refuses_packets_that_are_no_messages),
		cmocka_unit_test(takes_as_many_records_as_fit),
		cmocka_unit_test(refuses_more_records_than_fit),
		cmocka_unit_test(refuses_what_gets_too_large),
		cmocka_unit_test(bounds_proofs),
		cmocka_unit_test(compresses),
		cmocka_unit_test(has_a_text_for_every_error),
	};

	for (size_t i = 0; i < ROWS; i++)
		packets[i] = (struct CMUnitTest){ rows[i].name, builds, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < LIMITS; i++)
		limits[i] =
			(struct CMUnitTest){ limits_rows[i].name, keeps_within_limits, NULL, NULL, &limits_rows[i] };
	return cmocka_run_group_tests_name("packets", packets, NULL, NULL) +
	       cmocka_run_group_tests_name("limits", limits, NULL, NULL) +
	       cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
