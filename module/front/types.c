/* types.c: see types.h. */
#include "module/front/types.h"

#include <assert.h>

enum { OTHER = TYPES_COUNTED - 1, TYPE_MOST = 257 /* CAA */ };

#define SLOTS(row)                                                                                                     \
	row(0, 1, A) row(1, 28, AAAA) row(2, 15, MX) row(3, 52, TLSA) row(4, 16, TXT) row(5, 12, PTR) row(6, 2, NS)    \
		row(7, 6, SOA) row(8, 5, CNAME) row(9, 33, SRV) row(10, 43, DS) row(11, 48, DNSKEY) row(12, 65, HTTPS) \
			row(13, 257, CAA) row(14, 255, ANY)

/* One more than the slot; 0: other. A hit costs one look into a table. */
#define SLOT_OF(slot, number, name) [number] = (slot) + 1,
static const uint8_t slots[TYPE_MOST + 1] = { SLOTS(SLOT_OF) };

#define NAME_OF(slot, number, name) [slot] = #name,
static const char *const names[TYPES_COUNTED] = { SLOTS(NAME_OF)[OTHER] = "other" };

unsigned types_slot(uint16_t type)
{
	return type <= TYPE_MOST && slots[type] > 0 ? slots[type] - 1U : OTHER;
}

const char *types_name(unsigned slot)
{
	assert(slot < TYPES_COUNTED);
	return names[slot];
}
