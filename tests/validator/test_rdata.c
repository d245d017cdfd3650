#include "tests/support.h"
#include "validator/rdata.h"

/* A message with a name at octet 12, "ab.", for pointers. */
#define BEFORE "\0\0\0\0\0\0\0\0\0\0\0\0\2ab\0"

struct row {
	const char *name;
	uint16_t type;
	const uint8_t *octets; /* the RDATA */
	size_t size;
	const uint8_t *written; /* what is written again; NULL: it is not valid */
	size_t written_size;
};

#define SAME(name, type, octets)                           \
	{                                                  \
		name, type, OCTETS(octets), OCTETS(octets) \
	}
#define BAD(name, type, octets)                     \
	{                                           \
		name, type, OCTETS(octets), NULL, 0 \
	}
#define SOA_NUMBERS "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"
#define RRSIG_HEAD  "\0\17\10\2\0\0\1\54\0\0\0\2\0\0\0\1\60\71"

static struct row rows[] = {
	SAME("A", 1, "\300\0\2\1"),
	BAD("A of 3 octets", 1, "\300\0\2"),
	BAD("A of 5 octets", 1, "\300\0\2\1\1"),
	BAD("no A", 1, ""),
	SAME("AAAA", 28, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"),
	BAD("AAAA of 15 octets", 28, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0"),
	BAD("AAAA of 17 octets", 28, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\1"),
	SAME("NS", 2, "\1x\0"),
	{ "NS, compressed", 2, OCTETS("\1x\300\14"), OCTETS("\1x\2ab\0") },
	BAD("NS with octets behind it", 2, "\1x\0\0"),
	BAD("no NS", 2, ""),
	SAME("CNAME", 5, "\1x\0"),
	SAME("PTR", 12, "\1x\0"),
	SAME("MB", 7, "\0"),
	SAME("SOA", 6, "\1x\0\1y\0" SOA_NUMBERS),
	{ "SOA, compressed", 6, OCTETS("\300\14\300\14" SOA_NUMBERS), OCTETS("\2ab\0\300\14" SOA_NUMBERS) },
	BAD("SOA with four numbers", 6, "\1x\0\1y\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
	BAD("SOA with octets behind it", 6, "\1x\0\1y\0" SOA_NUMBERS "\0"),
	SAME("HINFO", 13, "\3PC!\0"),
	BAD("HINFO with one string", 13, "\3PC!"),
	BAD("HINFO with three", 13, "\0\0\0"),
	SAME("MINFO", 14, "\1x\0\1y\0"),
	SAME("MX", 15, "\0\12\1x\0"),
	{ "MX, compressed", 15, OCTETS("\0\12\300\14"), OCTETS("\0\12\2ab\0") },
	BAD("MX with half a preference", 15, "\0"),
	BAD("MX with octets behind it", 15, "\0\12\1x\0y"),
	SAME("TXT", 16, "\3v=1\0\1x"),
	SAME("TXT without a string", 16, ""),
	BAD("TXT that overruns", 16, "\1x\2y"),
	SAME("RP", 17, "\1x\0\1y\0"),
	{ "RP, compressed, is written in full", 17, OCTETS("\300\14\300\14"), OCTETS("\2ab\0\2ab\0") },
	SAME("AFSDB", 18, "\0\1\1x\0"),
	SAME("X25", 19, "\3abc"),
	SAME("ISDN", 20, "\3abc\1d"),
	BAD("ISDN without a string", 20, ""),
	SAME("RT", 21, "\0\1\1x\0"),
	SAME("NSAP-PTR", 23, "\1x\0"),
	SAME("PX", 26, "\0\1\1x\0\1y\0"),
	SAME("GPOS", 27, "\1x\1y\1z"),
	SAME("NXT", 30, "\1x\0\142\1"),
	SAME("SRV", 33, "\0\1\0\2\0\31\1x\0"),
	{ "SRV, compressed, is written in full", 33, OCTETS("\0\1\0\2\0\31\300\14"), OCTETS("\0\1\0\2\0\31\2ab\0") },
	BAD("SRV without target", 33, "\0\1\0\2\0\31"),
	SAME("NAPTR", 35, "\0\1\0\2\1u\1s\0\1x\0"),
	BAD("NAPTR without replacement", 35, "\0\1\0\2\1u\1s\0"),
	SAME("KX", 36, "\0\1\1x\0"),
	SAME("CERT", 37, "\0\1\0\2\3x"),
	{ "DNAME, compressed, is written in full", 39, OCTETS("\300\14"), OCTETS("\2ab\0") },
	SAME("DS", 43, "\60\71\10\2abcd"),
	BAD("DS of 3 octets", 43, "\60\71\10"),
	SAME("SSHFP", 44, "\1\1abcd"),
	SAME("RRSIG", 46, RRSIG_HEAD "\1x\0signature"),
	{ "RRSIG, compressed, is written in full", 46, OCTETS(RRSIG_HEAD "\300\14signature"),
	  OCTETS(RRSIG_HEAD "\2ab\0signature") },
	BAD("RRSIG without signer", 46, RRSIG_HEAD),
	SAME("SIG", 24, RRSIG_HEAD "\1x\0signature"),
	SAME("KEY", 25, "\1\0\3\10key"),
	SAME("NSEC", 47, "\1x\0\0\1\100\1\1\1"),
	SAME("NSEC without types", 47, "\1x\0"),
	SAME("NSEC with the largest window", 47, "\1x\0\0\40aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	BAD("NSEC with a window of 0 octets", 47, "\1x\0\0\0"),
	BAD("NSEC with a window of 33 octets", 47, "\1x\0\0\41aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	BAD("NSEC with a window that overruns", 47, "\1x\0\0\2\100"),
	BAD("NSEC with half a window", 47, "\1x\0\0"),
	SAME("DNSKEY", 48, "\1\1\3\10key"),
	SAME("NSEC3", 50, "\1\0\0\0\1s\3abc\0\1\100"),
	BAD("NSEC3 without hash", 50, "\1\0\0\0\1s"),
	SAME("NSEC3PARAM", 51, "\1\0\0\0\1s"),
	SAME("TLSA", 52, "\3\1\1digest"),
	BAD("TLSA of 2 octets", 52, "\3\1"),
	SAME("SMIMEA", 53, "\3\1\1digest"),
	SAME("CSYNC", 62, "\0\0\0\1\0\3\0\1\100"),
	SAME("SPF", 99, "\3v=1"),
	SAME("URI", 256, "\0\1\0\2x:"),
	SAME("CAA", 257, "\0\5issueca"),
	BAD("CAA whose tag overruns", 257, "\0\6issue"),
	BAD("CAA without tag", 257, "\0"),
	SAME("an unknown type", 65280, "\300\14\377"),
	SAME("an unknown type without octets", 65280, ""),
	SAME("a type between known ones", 100, "\300\14\377"),
};

/* The reader of the RDATA, in a message that ends with it. */
static wire_t place(const struct row *row, uint8_t **message)
{
	size_t before = sizeof(BEFORE) - 1;
	uint8_t *octets = malloc(before + row->size);
	wire_t w = wire_begin(octets, before + row->size);

	assert_non_null(octets);
	memcpy(octets, BEFORE, before);
	if (row->size > 0)
		memcpy(octets + before, row->octets, row->size);
	(void)wire_octets(&w, before);
	*message = octets;
	return wire_part(&w, row->size);
}

/* No name is known but the root and those in the RDATA itself. */
static void writes(void **state)
{
	const struct row *row = *state;
	static writer_t writer;
	const name_t root = { .size = 1 };
	uint8_t *message;
	wire_t rdata = place(row, &message);

	writer_begin(&writer, &root, row->type);
	writer.size = 12; /* so that a name at RDATA's start is where BEFORE has one */

	bool valid = rdata_write(&writer, row->type, rdata);

	assert_int_equal(valid, row->written != NULL);
	assert_int_equal(rdata_is_valid(row->type, rdata), valid);
	if (valid) {
		assert_int_equal(writer.size - 12, row->written_size);
		assert_memory_equal(writer.octets + 12, row->written, row->written_size);
	}
	free(message);
}

static void canonical_is_valid_when_written_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *message;
		wire_t rdata = place(&rows[i], &message);
		uint8_t *out = malloc(rows[i].size + RDATA_GROWTH_MAX);
		size_t size;

		assert_non_null(out);
		assert_int_equal(rdata_canonical(rows[i].type, rdata, out, &size), rows[i].written != NULL);
		free(out);
		free(message);
	}
}

struct canonical_row {
	const char *name;
	uint16_t type;
	const uint8_t *octets;
	size_t size;
	const uint8_t *canonical;
	size_t canonical_size;
	bool has_names;
};

static struct canonical_row canonical_rows[] = {
	{ "MX is folded and written in full", 15, OCTETS("\0A\1X\300\14"), OCTETS("\0A\1x\2ab\0"), true },
	{ "SOA", 6, OCTETS("\1X\0\300\14" SOA_NUMBERS), OCTETS("\1x\0\2ab\0" SOA_NUMBERS), true },
	{ "RRSIG's signer is folded, its signature is not", 46, OCTETS(RRSIG_HEAD "\1X\0SIG"),
	  OCTETS(RRSIG_HEAD "\1x\0SIG"), true },
	{ "NSEC keeps its case", 47, OCTETS("\1X\0\0\1A"), OCTETS("\1X\0\0\1A"), true },
	{ "TXT keeps its case", 16, OCTETS("\1X"), OCTETS("\1X"), false },
	{ "A has no case", 1, OCTETS("AAAA"), OCTETS("AAAA"), false },
	{ "an unknown type is left alone", 65280, OCTETS("\1X\300\14"), OCTETS("\1X\300\14"), false },
};

static void makes_canonical(void **state)
{
	const struct canonical_row *row = *state;
	const struct row same = { .octets = row->octets, .size = row->size };
	uint8_t *message;
	wire_t rdata = place(&same, &message);
	uint8_t out[400];
	size_t size;

	assert_true(rdata_canonical(row->type, rdata, out, &size));
	assert_int_equal(size, row->canonical_size);
	assert_memory_equal(out, row->canonical, size);
	assert_int_equal(rdata_has_names(row->type), row->has_names);
	free(message);
}

int main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		CANONICAL = sizeof(canonical_rows) / sizeof(canonical_rows[0]),
	};
	struct CMUnitTest written[ROWS];
	struct CMUnitTest canonical[CANONICAL];
	const struct CMUnitTest tests[] = { cmocka_unit_test(canonical_is_valid_when_written_is) };

	for (size_t i = 0; i < ROWS; i++)
		written[i] = (struct CMUnitTest){ rows[i].name, writes, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < CANONICAL; i++)
		canonical[i] =
			(struct CMUnitTest){ canonical_rows[i].name, makes_canonical, NULL, NULL, &canonical_rows[i] };
	return cmocka_run_group_tests_name("written", written, NULL, NULL) +
	       cmocka_run_group_tests_name("canonical", canonical, NULL, NULL) +
	       cmocka_run_group_tests_name("rdata", tests, NULL, NULL);
}
