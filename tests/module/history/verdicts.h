/* verdicts.h: verdicts as an assessment would make them, from text. */
#ifndef TESTS_MODULE_HISTORY_VERDICTS_H
#define TESTS_MODULE_HISTORY_VERDICTS_H

#include "tests/support.h"
#include "validator/assessment.h"
#include "validator/name.h"

#include <arpa/inet.h>

enum { VERDICT_TARGETS = 8 };

typedef struct made {
	name_t name;
	verdict_t verdict;
	target_t targets[VERDICT_TARGETS];
} made_t;

static inline name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

/* "10 mx1.example.net 192.0.2.1, -20 stripped.example, …", "null", "none", "rejected". */
static inline void verdict_of(made_t *made, const char *domain, const char *text, security_t security)
{
	char *copy = strdup(text);
	char *rest = copy;

	assert_non_null(copy);
	*made = (made_t){ .name = name_of(domain), .verdict = { .security = security, .targets = made->targets } };
	made->verdict.null_mx = strcmp(text, "null") == 0;
	made->verdict.negative = strcmp(text, "none") == 0;
	made->verdict.rejected = strcmp(text, "rejected") == 0;
	if (made->verdict.null_mx || made->verdict.negative || made->verdict.rejected)
		rest = NULL;
	for (char *one; (one = strsep(&rest, ",")) != NULL; made->verdict.target_count++) {
		target_t *target = &made->targets[made->verdict.target_count];
		char *saved = NULL;
		int preference = atoi(strtok_r(one, " ", &saved));

		target->stripped = preference < 0;
		target->preference = (uint16_t)abs(preference);
		target->exchange = name_of(strtok_r(NULL, " ", &saved));
		for (const char *word; (word = strtok_r(NULL, " ", &saved)) != NULL; target->address_count++) {
			target_address_t *address = &target->addresses[target->address_count];

			address->family = strchr(word, ':') != NULL ? AF_INET6 : AF_INET;
			assert_int_equal(inet_pton(address->family, word, address->address), 1);
		}
	}
	free(copy);
}

#endif
