/* wire.c: names and errors; the small readers are in wire.h. */
#include "validator/wire.h"

#include <string.h>

/* A name has at most 127 labels, so more pointers than that in a row lead nowhere. Without a bound, a message made of
 * pointers to pointers would cost its size again for every name in it. */
enum { POINTERS_MAX = 127, LABEL_MAX = 63 };

/* Where a pointer with the first octet `high` leads, which must be before `segment`, where the labels before it begin. */
static size_t read_pointer(wire_t *labels, uint8_t high, size_t segment)
{
	size_t target = (size_t)(high & 0x3f) << 8 | wire_u8(labels);

	if (labels->err == WIRE_OK && target >= segment)
		labels->err = WIRE_LOOP;
	return target;
}

/* Appends labels until the root or a pointer; the value is that last length octet. */
static uint8_t read_labels(wire_t *labels, name_t *name, size_t *size)
{
	for (;;) {
		uint8_t length = wire_u8(labels);
		const uint8_t *label = wire_octets(labels, length <= LABEL_MAX ? length : 0);

		if (label == NULL || length == 0 || length > LABEL_MAX)
			return length;
		if (*size + 1 + length >= WIRE_NAME_MAX) {
			labels->err = WIRE_LONG;
			return 0;
		}
		name->octets[(*size)++] = length;
		memcpy(name->octets + *size, label, length);
		*size += length;
	}
}

void wire_name(wire_t *w, name_t *name)
{
	wire_t labels = *w;
	size_t segment = w->pos;
	size_t size = 0;
	unsigned pointers = 0;

	for (;;) {
		uint8_t last = read_labels(&labels, name, &size);

		if (labels.err == WIRE_OK && last > LABEL_MAX && last < 0xc0)
			labels.err = WIRE_LABEL;
		if (labels.err == WIRE_OK && last != 0 && pointers++ == POINTERS_MAX)
			labels.err = WIRE_LOOP;
		if (labels.err != WIRE_OK || last == 0) {
			if (pointers == 0)
				w->pos = labels.pos;
			break;
		}
		size_t target = read_pointer(&labels, last, segment);

		if (pointers == 1)
			w->pos = labels.pos;
		if (labels.err != WIRE_OK)
			break;
		labels = (wire_t){ .msg = w->msg, .pos = target, .end = segment, .err = WIRE_OK };
		segment = target;
	}
	w->err = labels.err;
	if (w->err != WIRE_OK)
		size = 0;
	name->octets[size] = 0;
	name->size = (uint8_t)(size + 1);
}

wire_err_t wire_finish(const wire_t *w)
{
	if (w->err == WIRE_OK && w->pos != w->end)
		return WIRE_TRAILING;
	return w->err;
}

const char *wire_strerror(wire_err_t err)
{
	switch (err) {
	case WIRE_OK: return "well formed";
	case WIRE_SHORT: return "ends before the field does";
	case WIRE_TRAILING: return "octets follow the last field";
	case WIRE_LABEL: return "a label is of an unknown type";
	case WIRE_LOOP: return "a compression pointer does not lead backwards";
	case WIRE_LONG: return "a name is longer than 255 octets";
	}
	return "unknown wire error";
}
