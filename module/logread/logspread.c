/* logspread.c: see logspread.h. Values below 64 have a cell each; above, each power of two has 32. */
#include "module/logread/logspread.h"

#include <stdbool.h>

enum { EXACT = 64, EXACT_BITS = 6, PER_POWER_BITS = 5, PER_POWER = 1 << PER_POWER_BITS };

static unsigned cell_of(uint32_t value)
{
	unsigned power;

	if (value < EXACT)
		return value;
	power = 31 - (unsigned)__builtin_clz(value);
	return EXACT + (power - EXACT_BITS) * PER_POWER + ((value >> (power - PER_POWER_BITS)) & (PER_POWER - 1));
}

/* The largest value that is counted in a cell. */
static uint32_t top_of(unsigned cell)
{
	const unsigned power = EXACT_BITS + (cell - EXACT) / PER_POWER;
	const uint64_t step = (cell - EXACT) % PER_POWER + 1;

	if (cell < EXACT)
		return cell;
	return (uint32_t)(((uint64_t)1 << power) + (step << (power - PER_POWER_BITS)) - 1);
}

void logspread_add(logspread_t *spread, uint32_t value)
{
	spread->cells[cell_of(value)]++;
	spread->count++;
	if (value > spread->max)
		spread->max = value;
}

uint32_t logspread_percentile(const logspread_t *spread, unsigned per_cent)
{
	const uint64_t wanted = (spread->count * per_cent + 99) / 100;
	uint64_t seen = 0;
	unsigned cell = 0;

	if (spread->count == 0)
		return 0;
	while ((seen += spread->cells[cell]) < wanted)
		cell++;
	return top_of(cell) < spread->max ? top_of(cell) : spread->max;
}
