/* memory.c: see memory.h. */
#include "module/inquiry/memory.h"

#include "validator/name.h"

#include <stdlib.h>

static bool read_exchanges(const history_set_t *set, past_exchange_t *exchanges)
{
	for (size_t i = 0; i < set->count; i++) {
		exchanges[i].preference = set->exchanges[i].preference;
		if (!name_from_text(set->exchanges[i].name, &exchanges[i].exchange))
			return false;
		name_lower(&exchanges[i].exchange);
	}
	return true;
}

void memory_supply(assessment_t *assessment, const history_set_t *set)
{
	past_exchange_t *exchanges = set != NULL ? calloc(set->count + 1, sizeof(*exchanges)) : NULL;
	past_set_t past;

	if (exchanges == NULL || !read_exchanges(set, exchanges)) {
		assessment_supply_past(assessment, NULL);
	} else {
		past = (past_set_t){ .security = set->security == SECURITY_SECURE ? SECURITY_SECURE : SECURITY_INSECURE,
				     .since = set->from,
				     .last = set->last_seen,
				     .ended = set->to,
				     .count = set->count,
				     .exchanges = exchanges };
		assessment_supply_past(assessment, &past);
	}
	free(exchanges);
}
