/* name.c: see name.h. Length octets are at most 63 and thus below 'A': a name can be folded without looking for labels. */
#include "validator/name.h"

#include <assert.h>
#include <string.h>

enum { LABEL_MAX = 63 };

static uint8_t lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
}

/* Eight octets at once: adding moves A and above, or what follows Z and above, into an octet's top bit. */
static uint64_t lower_eight(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t low = word & 0x7f * ones;
	uint64_t from_a = low + (0x80 - 'A') * ones;
	uint64_t past_z = low + (0x7f - 'Z') * ones;

	return word | ((from_a & ~past_z & ~word & 0x80 * ones) >> 2);
}

void name_lower(name_t *name)
{
	size_t i = 0;

	for (; i + 8 <= name->size; i += 8) {
		uint64_t word;

		memcpy(&word, name->octets + i, 8);
		word = lower_eight(word);
		memcpy(name->octets + i, &word, 8);
	}
	for (; i < name->size; i++)
		name->octets[i] = lower(name->octets[i]);
}

static bool same_octets(const uint8_t *a, const uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

bool name_equal(const name_t *a, const name_t *b)
{
	return a->size == b->size && same_octets(a->octets, b->octets, a->size);
}

bool name_is_under(const name_t *name, const name_t *ancestor)
{
	size_t at = 0;

	while (name->size - at > ancestor->size)
		at += 1 + name->octets[at];
	return name->size - at == ancestor->size && same_octets(name->octets + at, ancestor->octets, ancestor->size);
}

unsigned name_labels(const name_t *name)
{
	unsigned labels = 0;

	for (size_t at = 0; name->octets[at] != 0; at += 1 + name->octets[at])
		labels++;
	return labels;
}

static char *put_octet(char *text, uint8_t octet)
{
	bool printable = octet > ' ' && octet < 0x7f;

	if (!printable || octet == '.' || octet == '\\')
		*text++ = '\\';
	if (printable) {
		*text++ = (char)octet;
	} else {
		*text++ = (char)('0' + octet / 100);
		*text++ = (char)('0' + octet / 10 % 10);
		*text++ = (char)('0' + octet % 10);
	}
	return text;
}

const char *name_to_text(const name_t *name, char *text)
{
	char *to = text;
	size_t at = 0;

	while (name->octets[at] != 0) {
		for (uint8_t left = name->octets[at++]; left > 0; left--)
			to = put_octet(to, name->octets[at++]);
		*to++ = '.';
	}
	if (to == text)
		*to++ = '.';
	assert(to < text + NAME_TEXT_MAX);
	*to = '\0';
	return text;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One octet of a label, \X and \DDD included. False when the escape is broken. */
static bool take_octet(const char **text, uint8_t *octet)
{
	const char *at = *text;
	unsigned value = (uint8_t)*at++;

	if (value == '\\' && is_digit(at[0])) {
		if (!is_digit(at[1]) || !is_digit(at[2]))
			return false;
		value = (unsigned)(at[0] - '0') * 100 + (unsigned)(at[1] - '0') * 10 + (unsigned)(at[2] - '0');
		at += 3;
	} else if (value == '\\') {
		value = (uint8_t)*at;
		at += value != 0;
		if (value == 0)
			return false;
	}
	*octet = (uint8_t)value;
	*text = at;
	return value <= UINT8_MAX;
}

/* One label and the dot behind it, if any. */
static bool take_label(const char **text, name_t *name)
{
	uint8_t *length = name->octets + name->size;
	uint8_t octet;

	if (name->size + 1 >= WIRE_NAME_MAX)
		return false;
	name->size++;
	*length = 0;
	while (**text != '\0' && **text != '.') {
		if (!take_octet(text, &octet) || *length == LABEL_MAX || name->size + 1 >= WIRE_NAME_MAX)
			return false;
		name->octets[name->size++] = octet;
		++*length;
	}
	if (**text == '.')
		++*text;
	return *length > 0;
}

bool name_from_text(const char *text, name_t *name)
{
	bool root = strcmp(text, ".") == 0;

	name->size = 0;
	if (*text == '\0')
		return false;
	while (!root && *text != '\0') {
		if (!take_label(&text, name))
			return false;
	}
	name->octets[name->size++] = 0;
	return true;
}
