/* linepack.c: see linepack.h. */
#include "module/logindex/linepack.h"

#include "module/vlog/chain.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { LEVEL = 3 };

/* What lines have in common, the commonest last. To change it is to change the index's schema version. */
static const char sample[] =
	"uneven-protection no-usable-target target-insecure target-is-ourselves target-partly-internal target-internal "
	"target-bogus target-no-address target-own-child-missing target-domain-missing target-missing target-is-alias "
	"too-many-targets target-two-preferences target-localhost target-is-address target-underscore "
	"target-not-hostname "
	"null-mx-not-alone null-mx-preference rdata-trailing rdata-malformed pin-mismatch uncorroborated "
	"transport-mismatch implicit-mx wildcard-above-zone alias-beside-mx alias-chain-too-long unrelated-records "
	"\"TXT\"\"PTR\"\"TLSA\"\"AAAA\"\"A\"},\"client\":null,"
	"\",\"verdict\":\"failed\",\"security\":\"bogus\",\"rcode\":\"SERVFAIL\",\"ede\":{\"code\":6,\"name\":\"DNSSEC "
	"Bogus\"},"
	"\"reason\":\"validation failure \"}\"ede\":{\"code\":22,\"name\":\"No Reachable Authority\"},\"reason\":\""
	"\"verdict\":\"reject\",\"security\":\"insecure\",\"rcode\":\"SERVFAIL\",\"ede\":{\"code\":15,\"name\":"
	"\"Blocked\"},"
	"\"reason\":\"mx: \",\"would\":\"reject\",\"received\":\"secure\",\"corroboration\":\"none\",\"negative\":true,"
	"\"null_mx\":true,\"chain\":[\"differed\",\"unavailable\""
	"{\"check\":\"target-insecure\",\"severity\":\"warning\",\"action\":\"strip\",\"source\":\"RFC 5321, 5.1\","
	"\"host\":null,\"detail\":\"\"},\"severity\":\"alert\",\"action\":\"reject\",\"source\":\"RFC 2181, 10.3\","
	"\"severity\":\"note\",\"action\":\"log\",\"source\":\"RFC 7672, 2.2.2\",\"host\":\""
	"\"state\":\"no-address\",\"state\":\"no-name\",\"state\":\"unknown\",\"tlsa\":\"present\",\"tlsa\":"
	"\"unknown\","
	"{\"v\":1,\"seq\":1,\"prev\":\"\",\"type\":\"assessment\",\"time\":\"2026-11-22T19:13:01.042Z\",\"question\":{"
	"\"name\":"
	"\"example.org.\",\"type\":\"MX\"},\"client\":{\"address\":\"127.0.0.1\",\"port\":53535,\"transport\":\"udp\","
	"\"count\":1},\"took_ms\":77,\"verdict\":\"accept\",\"security\":\"insecure\",\"rcode\":\"NOERROR\",\"ede\":"
	"null,"
	"\"reason\":\"\",\"would\":null,\"received\":\"insecure\",\"corroboration\":\"agreed\",\"negative\":false,"
	"\"null_mx\":false,\"chain\":[],\"findings\":[],\"findings_left_out\":0,\"mx\":[{\"preference\":10,"
	"\"exchange\":"
	"\"mx1.example.com.\",\"stripped\":false,\"state\":\"resolved\",\"security\":\"insecure\",\"tlsa\":\"none\","
	"\"alias_of\":null,\"addresses\":[{\"address\":\"192.0.2.1\",\"special\":null},{\"address\":\"2001:db8::1\","
	"\"special\":null}]},{\"preference\":20,\"exchange\":\"mx2.example.com.\",\"stripped\":false,\"state\":"
	"\"resolved\","
	"\"security\":\"insecure\",\"tlsa\":\"none\",\"alias_of\":null,\"addresses\":[{\"address\":\"192.0.2.2\","
	"\"special\":null}"
	"]}],\"other\":[]}";

struct linepack {
	ZSTD_CCtx *packer;
	ZSTD_DCtx *unpacker;
	size_t room; /* of packed */
	char *packed;
	char line[CHAIN_LINE_MAX];
};

static bool begin(linepack_t *pack)
{
	pack->room = ZSTD_compressBound(CHAIN_LINE_MAX);
	pack->packer = ZSTD_createCCtx();
	pack->unpacker = ZSTD_createDCtx();
	pack->packed = malloc(pack->room);
	return pack->packer != NULL && pack->unpacker != NULL && pack->packed != NULL &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(pack->packer, ZSTD_c_compressionLevel, LEVEL)) &&
	       !ZSTD_isError(ZSTD_CCtx_loadDictionary(pack->packer, sample, sizeof(sample) - 1)) &&
	       !ZSTD_isError(ZSTD_DCtx_loadDictionary(pack->unpacker, sample, sizeof(sample) - 1));
}

linepack_t *linepack_new(void)
{
	linepack_t *pack = malloc(sizeof(*pack));

	if (pack == NULL)
		return NULL;
	memset(pack, 0, offsetof(linepack_t, line)); /* a megabyte of room need not be touched */
	if (begin(pack))
		return pack;
	linepack_free(pack);
	return NULL;
}

void linepack_free(linepack_t *pack)
{
	if (pack == NULL)
		return;
	ZSTD_freeCCtx(pack->packer);
	ZSTD_freeDCtx(pack->unpacker);
	free(pack->packed);
	free(pack);
}

const void *linepack_pack(linepack_t *pack, const char *line, size_t size, size_t *packed_size)
{
	*packed_size = ZSTD_compress2(pack->packer, pack->packed, pack->room, line, size);
	return ZSTD_isError(*packed_size) ? NULL : pack->packed;
}

const char *linepack_unpack(linepack_t *pack, const void *packed, size_t packed_size, size_t *size)
{
	*size = ZSTD_decompressDCtx(pack->unpacker, pack->line, sizeof(pack->line), packed, packed_size);
	return ZSTD_isError(*size) ? NULL : pack->line;
}
