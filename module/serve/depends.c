/* depends.c: see depends.h. Everything is written as text that has no two readings (lengths stand in front of what is free), and
 * hashed. */
#include "module/serve/depends.h"

#include "module/resolver/options.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

enum { FILE_MAX = 1 << 20 }; /* octets of a file of trust anchors that count */

/* A text that is being written. */
typedef struct text {
	FILE *out;
	char *octets;
	size_t size;
} text_t;

static bool text_begin(text_t *text)
{
	*text = (text_t){ 0 };
	text->out = open_memstream(&text->octets, &text->size);
	return text->out != NULL;
}

static bool text_hash(text_t *text, uint8_t hash[LAYOUT_HASH_SIZE])
{
	const bool whole = fclose(text->out) == 0;
	const bool done = whole && EVP_Digest(text->octets, text->size, hash, NULL, EVP_sha256(), NULL) == 1;

	free(text->octets);
	return done;
}

static void put_octets(FILE *out, const char *name, const void *octets, size_t size)
{
	fprintf(out, "%s %zu:", name, size);
	fwrite(octets, 1, size, out);
	fputc('\n', out);
}

static void put_number(FILE *out, const char *name, uint64_t number)
{
	fprintf(out, "%s %" PRIu64 "\n", name, number);
}

static void put_string(FILE *out, const char *name, const char *string)
{
	put_octets(out, name, string, strlen(string));
}

static void put_strings(FILE *out, const char *name, const conf_strings_t *strings)
{
	put_number(out, name, strings->count);
	for (size_t i = 0; i < strings->count; i++)
		put_string(out, name, strings->items[i]);
}

/* ---- who is asked, and how is validated ---- */

/* How much is remembered, how much is said, and this machine's own addresses, which come and go, change no answer. */
static bool matters(const char *line)
{
	static const char *const others[] = {
		"\trrset-cache-size:",
		"\tmsg-cache-size:",
		"\tkey-cache-size:",
		"\tneg-cache-size:",
		"\tverbosity:",
		"\tinfra-cache-numhosts:",
		"\tnum-queries-per-thread:",
		"\tdo-not-query-address:",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(line, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

static bool put_options(FILE *out, const conf_t *conf)
{
	char *options = options_text(conf, false);
	char *rest;

	if (options == NULL)
		return false;
	for (char *line = strtok_r(options, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		if (matters(line))
			put_string(out, "option", line);
	free(options);
	return true;
}

/* One that cannot be read is left out: libunbound then says what is wrong. */
static void put_file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "re");
	char *octets = in != NULL ? malloc(FILE_MAX) : NULL;

	if (octets != NULL)
		put_octets(out, "file", octets, fread(octets, 1, FILE_MAX, in));
	free(octets);
	if (in != NULL)
		fclose(in);
}

static bool hash_resolving(const conf_t *conf, uint8_t hash[LAYOUT_HASH_SIZE])
{
	text_t text;
	bool done;

	if (!text_begin(&text))
		return false;
	put_string(text.out, "mxward", MXWARD_VERSION);
	put_string(text.out, "libunbound", ub_version());
	put_number(text.out, "min-ttl", conf->cache.min_ttl);
	done = put_options(text.out, conf);
	for (size_t i = 0; i < conf->resolver.trust_anchor_files.count; i++)
		put_file(text.out, conf->resolver.trust_anchor_files.items[i]);
	return text_hash(&text, hash) && done;
}

static bool hash_exempted(const ntas_t *ntas, uint8_t hash[LAYOUT_HASH_SIZE])
{
	text_t text;

	if (!text_begin(&text))
		return false;
	for (size_t i = 0; i < ntas_count(ntas); i++)
		put_octets(text.out, "nta", ntas_get(ntas, i)->name.octets, ntas_get(ntas, i)->name.size);
	return text_hash(&text, hash);
}

/* ---- how MX answers are judged ---- */

static void put_pins(FILE *out, const conf_pins_t *pins)
{
	for (size_t i = 0; i < pins->count; i++) {
		put_string(out, "pin", pins->items[i].domain);
		put_strings(out, "to", &pins->items[i].exchanges);
	}
}

static void put_networks(FILE *out, const conf_prefixes_t *prefixes)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		put_number(out, "family", (uint64_t)prefixes->items[i].family);
		put_octets(out, "network", prefixes->items[i].address, sizeof(prefixes->items[i].address));
		put_number(out, "bits", prefixes->items[i].bits);
	}
}

static bool hash_judging(const conf_mx_t *mx, uint8_t hash[LAYOUT_HASH_SIZE])
{
	text_t text;

	if (!text_begin(&text))
		return false;
	put_number(text.out, "mode", mx->mode);
	for (size_t i = 0; i < mx->policy.count; i++) {
		put_string(text.out, "check", mx->policy.items[i].name);
		put_string(text.out, "action", mx->policy.items[i].word);
	}
	put_pins(text.out, &mx->pins);
	put_number(text.out, "corroborate", mx->corroborate);
	put_number(text.out, "targets", mx->max_targets);
	put_networks(text.out, &mx->internal_addresses);
	put_strings(text.out, "internal", &mx->internal_domains);
	put_strings(text.out, "own", &mx->own_names);
	put_strings(text.out, "provider", &mx->providers);
	return text_hash(&text, hash);
}

bool depends_of(const conf_t *conf, const ntas_t *ntas, layout_settings_t *depends)
{
	return hash_resolving(conf, depends->resolving) && hash_exempted(ntas, depends->exempted) &&
	       hash_judging(&conf->mx, depends->judging);
}
