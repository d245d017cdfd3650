/* fuzz_name.c: names from the wire and from text. The input's first octet says where in the rest a name begins; the rest is
 * also read as text. A name that was read is written and read again as the same one. */
#include "tests/fuzz/fuzz.h"
#include "validator/name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool same_octets(const name_t *a, const name_t *b)
{
	return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

static void check_text(const name_t *name)
{
	char text[NAME_TEXT_MAX];
	name_t again;

	bool read = name_from_text(name_to_text(name, text), &again);

	assert(read);
	assert(same_octets(name, &again));
}

static void check_case(const name_t *name)
{
	name_t folded = *name;

	name_lower(&folded);
	assert(name_equal(name, &folded));
	assert(name_labels(name) == name_labels(&folded));
	assert(name_is_under(name, &folded));
}

/* It lies below each of its own tails, and these do not lie below it. */
static void check_tails(const name_t *name)
{
	for (size_t at = 0; name->octets[at] != 0;) {
		name_t tail = { .size = 0 };

		at += 1 + (size_t)name->octets[at];
		tail.size = (uint8_t)(name->size - at);
		memcpy(tail.octets, name->octets + at, tail.size);
		assert(name_is_under(name, &tail));
		assert(!name_is_under(&tail, name));
	}
}

static void check(const name_t *name)
{
	wire_t w = wire_begin(name->octets, name->size);
	name_t again;

	wire_name(&w, &again);
	assert(wire_finish(&w) == WIRE_OK);
	assert(same_octets(name, &again));
	check_text(name);
	check_case(name);
	check_tails(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);
	wire_t w = wire_begin(data, size);
	name_t name;

	assert(text != NULL);
	(void)wire_octets(&w, wire_u8(&w));
	wire_name(&w, &name);
	check(&name);
	if (size > 1)
		memcpy(text, data + 1, size - 1);
	if (name_from_text(text, &name))
		check(&name);
	free(text);
	return 0;
}
