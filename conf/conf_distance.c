/* conf_distance.c: see conf_distance.h. */
#include "conf/conf_distance.h"

#include <stddef.h>
#include <string.h>

unsigned conf_distance(const char *one, const char *other)
{
	unsigned row[CONF_DISTANCE_MAX + 1];
	size_t size = strlen(other);

	if (size > CONF_DISTANCE_MAX || strlen(one) > CONF_DISTANCE_MAX)
		return CONF_DISTANCE_MAX;
	for (size_t j = 0; j <= size; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; one[i] != '\0'; i++) {
		unsigned diagonal = row[0]++;

		for (size_t j = 1; j <= size; j++) {
			unsigned swap = diagonal + (one[i] != other[j - 1]);

			diagonal = row[j];
			row[j] = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			if (swap < row[j])
				row[j] = swap;
		}
	}
	return row[size];
}
