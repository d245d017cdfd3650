/* logspread.h: how long answers took: counts of milliseconds, in cells that are as wide as their value is large, so that
 * percentiles are right to 3 per cent in little memory. */
#ifndef MODULE_LOGREAD_LOGSPREAD_H
#define MODULE_LOGREAD_LOGSPREAD_H

#include <stdint.h>

enum { LOGSPREAD_CELLS = 64 + 26 * 32 };

typedef struct logspread {
	uint32_t cells[LOGSPREAD_CELLS];
	uint64_t count;
	uint32_t max;
} logspread_t;

/* Counts one value. Begin with zeros. */
void logspread_add(logspread_t *spread, uint32_t value);

/* The least value that so many per cent (1 to 100) of all do not exceed; 0 without any. */
uint32_t logspread_percentile(const logspread_t *spread, unsigned per_cent);

#endif
