/* uri.c: see uri.h. */
#include "module/inspect/uri.h"

#include <string.h>

const char *uri_strerror(uri_err_t err)
{
	switch (err) {
	case URI_OK: return "well formed";
	case URI_FORM: return "the target of the request has to begin with a slash";
	case URI_LONG: return "the target of the request is too long";
	case URI_ENCODING:
		return "the target of the request is no UTF-8 without control characters: write other octets as %XX";
	case URI_PARAMS: return "there are too many parameters";
	case URI_TWICE: return "a parameter is there twice";
	}
	return "unknown";
}

/* ---- octets ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes one octet of *from; -1 when it is none. */
static int decode_octet(const char **from)
{
	const char *c = *from;
	int high;
	int low;

	if (*c != '%') {
		*from = c + 1;
		return *c == '+' ? ' ' : (unsigned char)*c;
	}
	high = hex_digit(c[1]);
	low = high >= 0 ? hex_digit(c[2]) : -1;
	*from = c + 3;
	return low >= 0 ? high * 16 + low : -1;
}

/* Octets of the UTF-8 character that begins with `first` (RFC 3629, 4); 0: none does, or it is a control character. */
static size_t character_size(unsigned char first)
{
	if (first < 0x20 || first == 0x7f)
		return 0;
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The second octet decides about overlong forms, surrogates, and what is beyond Unicode; U+0080 to U+009F are controls. */
static bool second_is_good(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xc2:
	case 0xe0: return second >= 0xa0;
	case 0xed: return second <= 0x9f;
	case 0xf0: return second >= 0x90;
	case 0xf4: return second <= 0x8f;
	default: return true;
	}
}

static bool is_clean_text(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c != '\0') {
		size_t size = character_size(*c);

		if (size == 0 || (size > 1 && !second_is_good(c[0], c[1])))
			return false;
		for (size_t i = 1; i < size; i++)
			if ((c[i] & 0xc0) != 0x80)
				return false;
		c += size;
	}
	return true;
}

/* Decodes what lies in [from, end) to *to, and a NUL behind it; moves *to. Returns where it began, NULL when it is malformed. */
static const char *decode(const char *from, const char *end, char **to)
{
	const char *start = *to;

	while (from < end) {
		int octet = decode_octet(&from);

		if (octet <= 0 || from > end)
			return NULL;
		*(*to)++ = (char)octet;
	}
	*(*to)++ = '\0';
	return is_clean_text(start) ? start : NULL;
}

/* ---- parameters ---- */

static const char *find(const uri_t *uri, const char *name)
{
	for (unsigned i = 0; i < uri->count; i++)
		if (strcmp(uri->params[i].name, name) == 0)
			return uri->params[i].value;
	return NULL;
}

static uri_err_t read_param(uri_t *uri, const char *from, const char *end, char **to)
{
	const char *equals = memchr(from, '=', (size_t)(end - from));
	uri_param_t param;

	if (uri->count == URI_PARAMS_MAX)
		return URI_PARAMS;
	param.name = decode(from, equals != NULL ? equals : end, to);
	param.value = decode(equals != NULL ? equals + 1 : end, end, to);
	if (param.name == NULL || param.value == NULL)
		return URI_ENCODING;
	if (find(uri, param.name) != NULL)
		return URI_TWICE;
	uri->params[uri->count++] = param;
	return URI_OK;
}

static uri_err_t read_params(uri_t *uri, const char *query, char **to)
{
	uri_err_t err = URI_OK;

	while (*query != '\0' && err == URI_OK) {
		const char *end = strchrnul(query, '&');

		if (end > query)
			err = read_param(uri, query, end, to);
		query = *end == '&' ? end + 1 : end;
	}
	return err;
}

/* The room is enough: a decoded part is not longer than its source, and a NUL takes the place of each sign between parts, but
 * for one at the end and one in each parameter without '='. */
uri_err_t uri_read(const char *target, uri_t *uri)
{
	const char *query = strchrnul(target, '?');
	char *to = uri->octets;
	uri_err_t err = URI_OK;

	uri->count = 0;
	uri->path = "";
	if (target[0] != '/')
		return URI_FORM;
	if (strnlen(target, URI_SIZE_MAX + 1) > URI_SIZE_MAX)
		return URI_LONG;
	uri->path = decode(target, query, &to);
	if (uri->path == NULL)
		err = URI_ENCODING;
	else if (*query == '?')
		err = read_params(uri, query + 1, &to);
	if (err != URI_OK) {
		uri->count = 0;
		uri->path = "";
	}
	return err;
}

const char *uri_text(const uri_t *uri, const char *name)
{
	const char *value = find(uri, name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

bool uri_read_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	uint64_t read = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || read > (UINT64_MAX - 9) / 10)
			return false;
		read = read * 10 + (uint64_t)(*c - '0');
	}
	if (text[0] == '\0' || read < least || read > most)
		return false;
	*number = read;
	return true;
}

bool uri_number(const uri_t *uri, const char *name, uint64_t least, uint64_t most, uint64_t *number)
{
	const char *value = uri_text(uri, name);

	return value == NULL || uri_read_number(value, least, most, number);
}
