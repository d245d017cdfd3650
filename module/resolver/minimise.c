/* minimise.c: see minimise.h. */
#include "module/resolver/minimise.h"

#include "validator/name.h"
#include "validator/registrable.h"

#include <string.h>

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_DS = 43 };

/* Addresses are handed on by whole octets (RFC 1035, 3.5), and as a /32, a /48 and a /64 (RFC 3596, 2.5): at so many labels. */
static const struct {
	const char *labels;
	size_t size;
	uint8_t stops[6]; /* up to a 0 */
} reverse[] = {
	{ "\7in-addr\4arpa", 14, { 1, 2, 3, 4, 5 } },
	{ "\3ip6\4arpa", 10, { 1, 2, 10, 14, 18 } },
};

static bool ends_in(const name_t *name, const char *labels, size_t size)
{
	name_t ancestor = { .size = (uint8_t)size };

	memcpy(ancestor.octets, labels, size);
	return name_is_under(name, &ancestor);
}

/* Of an ancestor with so many labels; the name has as many at least. */
static uint8_t offset_of(const name_t *name, unsigned labels)
{
	unsigned at = 0;

	for (unsigned skip = name_labels(name) - labels; skip > 0; skip--)
		at += 1U + name->octets[at];
	return (uint8_t)at;
}

static void add(minimise_stops_t *stops, const name_t *name, unsigned labels)
{
	if (labels <= name_labels(name) && stops->count < MINIMISE_STOPS_MAX)
		stops->at[stops->count++] = offset_of(name, labels);
}

/* Down to the registrable domain. Without one the name is a suffix itself, or above one; or there is no list, and the first
 * labels have to do. */
static void add_registered(minimise_stops_t *stops, const name_t *name)
{
	name_t domain;
	const unsigned labels = registrable_domain(name, &domain) ? name_labels(&domain) : name_labels(name);

	for (unsigned count = 1; count <= labels; count++)
		add(stops, name, count);
}

void minimise_stops(const name_t *name, uint16_t type, minimise_stops_t *stops)
{
	const uint8_t *places = NULL;

	stops->count = 0;
	for (size_t i = 0; i < sizeof(reverse) / sizeof(reverse[0]) && places == NULL; i++)
		if (ends_in(name, reverse[i].labels, reverse[i].size))
			places = reverse[i].stops;
	if (places == NULL)
		add_registered(stops, name);
	else
		for (; *places != 0; places++)
			add(stops, name, *places);
	if (type == TYPE_DS && stops->count > 0 && stops->at[stops->count - 1] == 0)
		stops->count--;
}

void minimise_stop(const name_t *name, unsigned at, name_t *stop)
{
	stop->size = (uint8_t)(name->size - at);
	memcpy(stop->octets, name->octets + at, stop->size);
}

/* ---- what is known ---- */

/* FNV-1a. Who has two names agree gains that one of them is not asked for. */
static uint64_t hash_of(const name_t *name)
{
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < name->size; i++)
		hash = (hash ^ name->octets[i]) * 1099511628211U;
	return hash;
}

/* Its slot, whoever has it now. */
static size_t slot_of(uint64_t hash)
{
	return hash % MINIMISE_KNOWN_SLOTS;
}

/* Takes its slot, if it has to. */
static size_t take_slot(minimise_known_t *known, const name_t *stop)
{
	const uint64_t hash = hash_of(stop);
	const size_t slot = slot_of(hash);

	if (known->slots[slot].hash != hash) {
		known->slots[slot].hash = hash;
		known->slots[slot].until = 0;
		known->slots[slot].mx = false;
	}
	return slot;
}

bool minimise_is_known(const minimise_known_t *known, const name_t *stop, uint32_t now)
{
	const uint64_t hash = hash_of(stop);

	return known->slots[slot_of(hash)].hash == hash && known->slots[slot_of(hash)].until > now;
}

void minimise_know(minimise_known_t *known, const name_t *stop, uint32_t now)
{
	const size_t slot = take_slot(known, stop);

	if (known->slots[slot].until <= now)
		known->slots[slot].until = now + MINIMISE_KNOWN_SECONDS;
}

void minimise_asked_mx(minimise_known_t *known, const name_t *stop)
{
	known->slots[take_slot(known, stop)].mx = true;
}

uint16_t minimise_type(const minimise_known_t *known, const name_t *stop)
{
	const uint64_t hash = hash_of(stop);

	return known->slots[slot_of(hash)].hash == hash && known->slots[slot_of(hash)].mx ? TYPE_MX : TYPE_A;
}
