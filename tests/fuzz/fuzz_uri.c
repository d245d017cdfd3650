/* fuzz_uri.c: a request's target is refused, or yields UTF-8 without control characters that, written again with every octet
 * encoded, is read as the same. The rest of the input behind a NUL is a Host field, which must not be taken for ours unless it
 * is one. */
#include "tests/fuzz/fuzz.h"

#include "module/inspect/guard.h"
#include "module/inspect/uri.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void check_text(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		assert(*c >= 0x20 && *c != 0x7f);
		assert(*c != 0xc0 && *c != 0xc1 && *c < 0xf5);
	}
}

static size_t write_encoded(char *to, const char *text)
{
	size_t size = 0;

	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		size += (size_t)sprintf(to + size, "%%%02X", *c);
	return size;
}

static void write_again(const uri_t *uri, char *to)
{
	*to++ = '/';
	to += write_encoded(to, uri->path + 1);
	for (unsigned i = 0; i < uri->count; i++) {
		*to++ = i == 0 ? '?' : '&';
		to += write_encoded(to, uri->params[i].name);
		*to++ = '=';
		to += write_encoded(to, uri->params[i].value);
	}
	*to = '\0';
}

static void check_same(const uri_t *one, const uri_t *other)
{
	assert(strcmp(one->path, other->path) == 0 && one->count == other->count);
	for (unsigned i = 0; i < one->count; i++) {
		check_text(one->params[i].name);
		check_text(one->params[i].value);
		assert(strcmp(one->params[i].name, other->params[i].name) == 0);
		assert(strcmp(one->params[i].value, other->params[i].value) == 0);
	}
}

static void check_uri(const char *target)
{
	char again[4 * URI_SIZE_MAX];
	uri_t one;
	uri_t other;

	if (uri_read(target, &one) != URI_OK) {
		assert(one.path[0] == '\0' && one.count == 0);
		return;
	}
	check_text(one.path);
	write_again(&one, again);
	if (strlen(again) <= URI_SIZE_MAX) {
		assert(uri_read(again, &other) == URI_OK);
		check_same(&one, &other);
	}
}

static void check_host(const char *host)
{
	static const char ours[] = "localhost";

	if (guard_host(host, NULL, &(conf_strings_t){ 0 }))
		assert(strncasecmp(host, ours, sizeof(ours) - 1) == 0 && strchr(host, '@') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t target;

	assert(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	target = strlen(text);
	check_uri(text);
	if (target < size)
		check_host(text + target + 1);
	free(text);
	return 0;
}
