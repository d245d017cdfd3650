/* writer.c: see writer.h. Names that may be pointed to are found by a hash of all labels from one to the root. The table is
 * small and probed a few times only: what is not found is written in full, which is right as well. */
#include "validator/writer.h"

#include "validator/name.h"

#include <assert.h>
#include <string.h>

enum { HEADER_SIZE = 12, CLASS_IN = 1, LABELS_MAX = 127, POINTER_END = 0x4000, PROBES = 8 };

static uint8_t *claim(writer_t *w, size_t size)
{
	uint8_t *at = w->octets + w->size;

	if (w->full || size > WRITER_MAX - w->size) {
		w->full = true;
		return NULL;
	}
	w->size += size;
	return at;
}

void writer_octets(writer_t *w, const uint8_t *octets, size_t size)
{
	uint8_t *at = claim(w, size);

	if (at != NULL && size > 0)
		memcpy(at, octets, size);
}

void writer_u16(writer_t *w, uint16_t value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	writer_octets(w, octets, sizeof(octets));
}

void writer_u32(writer_t *w, uint32_t value)
{
	writer_u16(w, (uint16_t)(value >> 16));
	writer_u16(w, (uint16_t)value);
}

void writer_patch_u16(writer_t *w, size_t at, uint16_t value)
{
	assert(at + 2 <= w->size);
	w->octets[at] = (uint8_t)(value >> 8);
	w->octets[at + 1] = (uint8_t)value;
}

/* A name's labels: where each begins, and a hash of all from there to the root. */
typedef struct labels {
	unsigned count;
	uint8_t start[LABELS_MAX];
	uint32_t hash[LABELS_MAX];
} labels_t;

/* FNV-1a over the folded octets. */
static uint32_t hash_label(uint32_t hash, const uint8_t *label)
{
	for (unsigned i = 0; i <= label[0]; i++)
		hash = (hash ^ label[i]) * 16777619;
	return hash;
}

static void find_labels(const name_t *name, labels_t *labels)
{
	name_t folded = *name;
	uint32_t hash = 2166136261;

	name_lower(&folded);
	labels->count = 0;
	for (size_t at = 0; folded.octets[at] != 0; at += 1 + folded.octets[at])
		labels->start[labels->count++] = (uint8_t)at;
	for (unsigned i = labels->count; i-- > 0;) {
		hash = hash_label(hash, folded.octets + labels->start[i]);
		labels->hash[i] = hash;
	}
}

/* The name that was written at `at` is the one in `suffix` (uncompressed). Pointers are our own and lead back. */
static bool is_written_at(const writer_t *w, size_t at, const uint8_t *suffix, size_t size)
{
	wire_t message = wire_begin(w->octets, w->size);
	name_t written;
	name_t wanted = { .size = (uint8_t)size };

	message.pos = at;
	wire_name(&message, &written);
	memcpy(wanted.octets, suffix, size);
	return message.err == WIRE_OK && name_equal(&written, &wanted);
}

/* Where the labels from i on were written before, or 0. */
static uint16_t look_up(const writer_t *w, const name_t *name, const labels_t *labels, unsigned i)
{
	const uint8_t *suffix = name->octets + labels->start[i];
	size_t size = name->size - (size_t)labels->start[i];

	for (unsigned probe = 0; probe < PROBES; probe++) {
		uint16_t at = w->slots[(labels->hash[i] + probe) % WRITER_SLOTS];

		if (at == 0)
			return 0;
		if (is_written_at(w, at, suffix, size))
			return at;
	}
	return 0;
}

static void remember(writer_t *w, uint32_t hash, size_t at)
{
	for (unsigned probe = 0; probe < PROBES && at < POINTER_END; probe++) {
		uint16_t *slot = &w->slots[(hash + probe) % WRITER_SLOTS];

		if (*slot == 0) {
			*slot = (uint16_t)at;
			return;
		}
	}
}

static void write_compressed(writer_t *w, const name_t *name)
{
	size_t start = w->size;
	uint16_t found = 0;
	labels_t labels;
	unsigned i = 0;

	find_labels(name, &labels);
	while (i < labels.count && (found = look_up(w, name, &labels, i)) == 0)
		i++;
	writer_octets(w, name->octets, i < labels.count ? labels.start[i] : name->size);
	if (found != 0)
		writer_u16(w, 0xc000 | found);
	for (unsigned learnt = 0; learnt < i && w->learn && !w->full; learnt++)
		remember(w, labels.hash[learnt], start + labels.start[learnt]);
}

void writer_name(writer_t *w, const name_t *name, writer_form_t form)
{
	if (form == WRITER_PLAIN || name->size == 1)
		writer_octets(w, name->octets, name->size);
	else if (name_equal(name, &w->question))
		writer_u16(w, 0xc000 | HEADER_SIZE);
	else
		write_compressed(w, name);
}

void writer_begin(writer_t *w, const name_t *name, uint16_t type)
{
	w->full = false;
	w->learn = true;
	w->size = HEADER_SIZE;
	memset(w->slots, 0, sizeof(w->slots));
	memset(w->octets, 0, HEADER_SIZE);
	write_compressed(w, name);
	w->question = *name;
	writer_u16(w, type);
	writer_u16(w, CLASS_IN);
}
