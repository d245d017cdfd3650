/* compare.c: see compare.h. */
#include "module/lookup/compare.h"

#include "validator/ede.h"

#include <string.h>

const summary_error_t *compare_policy_error(const result_t *result)
{
	for (size_t i = 0; i < result->error_count; i++)
		if (result->errors[i].code == EDE_BLOCKED || result->errors[i].code == EDE_FORGED_ANSWER)
			return &result->errors[i];
	return NULL;
}

static bool same_error(const result_t *ours, const result_t *servers)
{
	const summary_error_t *our = compare_policy_error(ours);
	const summary_error_t *their = compare_policy_error(servers);

	if (our == NULL || their == NULL)
		return our == their;
	return our->code == their->code && strcmp(our->text, their->text) == 0;
}

/* MX records by preference and exchange; TTLs are counted down in a server's cache (ldns_rr_compare() leaves them out). */
static bool same_set(const result_t *ours, const result_t *servers)
{
	ldns_rr_list *our = result_sorted(ours, LDNS_RR_TYPE_MX);
	ldns_rr_list *their = result_sorted(servers, LDNS_RR_TYPE_MX);
	bool same = our != NULL && their != NULL && ldns_rr_list_rr_count(our) == ldns_rr_list_rr_count(their);

	for (size_t i = 0; same && i < ldns_rr_list_rr_count(our); i++)
		same = ldns_rr_compare(ldns_rr_list_rr(our, i), ldns_rr_list_rr(their, i)) == 0;
	ldns_rr_list_free(our);
	ldns_rr_list_free(their);
	return same;
}

static bool is_answered(const result_t *result)
{
	return result->status == RESULT_ANSWER || result->status == RESULT_NO_RECORD;
}

comparison_t compare(const result_t *ours, const result_t *servers)
{
	comparison_t comparison = { .agrees = servers->replied };

	if (!servers->replied)
		return comparison;
	comparison.differs[DIFFERENCE_RCODE] = ours->rcode != servers->rcode;
	comparison.differs[DIFFERENCE_AD] = is_answered(ours) && is_answered(servers) &&
					    (ours->trust == TRUST_SECURE) != (servers->trust == TRUST_SECURE);
	comparison.differs[DIFFERENCE_ERROR] = !same_error(ours, servers);
	comparison.differs[DIFFERENCE_SET] = is_answered(ours) && is_answered(servers) && !same_set(ours, servers);
	for (unsigned i = 0; i < DIFFERENCES; i++)
		comparison.agrees = comparison.agrees && !comparison.differs[i];
	return comparison;
}

const char *compare_word(difference_t difference)
{
	static const char *const words[] = {
		[DIFFERENCE_RCODE] = "rcode",
		[DIFFERENCE_AD] = "ad",
		[DIFFERENCE_ERROR] = "extended-error",
		[DIFFERENCE_SET] = "set",
	};

	return words[difference];
}
