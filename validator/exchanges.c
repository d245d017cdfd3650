/* exchanges.c: see exchanges.h. */
#include "validator/exchanges.h"

#include "validator/hostname.h"
#include "validator/name.h"

#include <stdlib.h>

static bool can_be_looked_up(const name_t *name)
{
	const hostname_t kind = hostname_kind(name);

	return kind == HOSTNAME_ORDINARY || kind == HOSTNAME_UNDERSCORE;
}

static bool make_room(assessment_t *assessment, const mx_set_t *set)
{
	const size_t most = set->count < ASSESSMENT_TARGETS_MAX ? set->count : ASSESSMENT_TARGETS_MAX;
	host_t *hosts = reallocarray(assessment->hosts, assessment->host_count + most + 1, sizeof(*hosts));

	if (hosts != NULL)
		assessment->hosts = hosts;
	return hosts != NULL;
}

/* The host of this name, or a new one, for which there is room. */
static size_t find_or_add(assessment_t *assessment, const name_t *name)
{
	for (size_t i = 0; i < assessment->host_count; i++)
		if (name_equal(&assessment->hosts[i].name, name))
			return i;
	assessment->hosts[assessment->host_count] = (host_t){ .name = *name };
	return assessment->host_count++;
}

static bool is_listed(const assessment_t *assessment, const name_t *name)
{
	for (size_t i = 0; i < assessment->host_count; i++)
		if (assessment->hosts[i].listed && name_equal(&assessment->hosts[i].name, name))
			return true;
	return false;
}

static void unlist(assessment_t *assessment)
{
	for (size_t i = 0; i < assessment->host_count; i++)
		assessment->hosts[i].listed = assessment->hosts[i].chosen = assessment->hosts[i].two_preferences =
			false;
}

/* Lists this set's hosts in delivery order, and chooses the first ones. For each record `host_of`, if it is not NULL, gets its
 * host. */
static void list(assessment_t *assessment, const mx_set_t *set, uint16_t *host_of)
{
	unsigned left = policy_max_targets(assessment->policy);
	size_t listed = 0;

	unlist(assessment);
	for (size_t i = 0; i < set->count; i++) {
		const mx_record_t *record = &set->records[i];
		const bool none = record->malformed || record->exchange.size == 1 ||
				  (listed == ASSESSMENT_TARGETS_MAX && !is_listed(assessment, &record->exchange));
		const size_t index = none ? ASSESSMENT_NO_HOST : find_or_add(assessment, &record->exchange);

		if (host_of != NULL)
			host_of[i] = (uint16_t)index;
		if (none)
			continue;

		host_t *host = &assessment->hosts[index];

		host->two_preferences = host->listed;
		if (host->listed)
			continue;
		host->listed = true;
		host->first = i;
		host->chosen = left > 0 && can_be_looked_up(&host->name);
		left -= host->chosen;
		listed++;
	}
}

static void look_up_chosen(assessment_t *assessment)
{
	for (size_t i = 0; i < assessment->host_count; i++)
		if (assessment->hosts[i].chosen)
			host_look_up(&assessment->hosts[i], assessment->policy);
		else
			host_forget(&assessment->hosts[i]);
}

void exchanges_look_ahead(assessment_t *assessment, const mx_set_t *set)
{
	if (!make_room(assessment, set))
		return;
	list(assessment, set, NULL);
	look_up_chosen(assessment);
}

void exchanges_settle(assessment_t *assessment)
{
	const mx_set_t *set = &assessment->judged->set;
	const bool usable = reply_is_usable(assessment->judged);

	unlist(assessment);
	if (usable)
		assessment->host_of = malloc((set->count + 1) * sizeof(*assessment->host_of));
	if (assessment->host_of != NULL && make_room(assessment, set)) {
		list(assessment, set, assessment->host_of);
	} else {
		free(assessment->host_of);
		assessment->host_of = NULL;
	}
	look_up_chosen(assessment);
}
