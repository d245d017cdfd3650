/* explain_json.c: an assessment for programs: the object that a line of the validation log holds (docs/validation-log.md), so that
 * both are read alike, and what only a lookup knows. The keys are documented in mxward-lookup(1) and stay. */
#include "module/clock.h"
#include "module/lookup/explain.h"

#include "module/lookup/compare.h"
#include "module/lookup/explain_event.h"
#include "module/lookup/json.h"
#include "validator/ede.h"

#include <jansson.h>
#include <time.h>

static security_t security_of(const result_t *ours)
{
	switch (ours->trust) {
	case TRUST_BOGUS: return SECURITY_BOGUS;
	case TRUST_SECURE: return SECURITY_SECURE;
	case TRUST_UNKNOWN:
	case TRUST_INSECURE:
	case TRUST_UNCHECKED: break;
	}
	return SECURITY_INSECURE;
}

static json_t *differences_json(const comparison_t *comparison)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < DIFFERENCES; i++)
		if (comparison->differs[i])
			json_array_append_new(array, json_string(compare_word((difference_t)i)));
	return array;
}

static json_t *server_json(const explanation_t *explanation)
{
	const result_t *servers = explanation->servers;
	comparison_t comparison;
	json_t *lookup;

	if (servers == NULL)
		return json_null();
	comparison = compare(explanation->ours, servers);
	lookup = json_of_result(explanation->request, servers);
	return json_pack("{s:b, s:b, s:o, s:o}", "replied", (int)servers->replied, "agrees", (int)comparison.agrees,
			 "differences", differences_json(&comparison), "lookup", lookup);
}

bool explain_print_json(FILE *out, const explanation_t *explanation)
{
	const result_t *ours = explanation->ours;
	const vlog_event_t event = {
		.kind = ours->verdict != NULL ? VLOG_ASSESSMENT : VLOG_REJECTED,
		.time = clock_milliseconds(CLOCK_REALTIME),
		.name = &explanation->request->name,
		.type = explanation->request->type,
		.took = ours->took_ms,
		.verdict = ours->verdict,
		.security = security_of(ours),
		.rcode = (uint8_t)ours->rcode,
		.ede = ours->error_count > 0 ? ours->errors[0].code : EDE_NONE,
		.reason = ours->verdict == NULL ? ours->why : NULL,
	};
	json_t *object = explain_event_json(&event, explanation->policy, (int)ours->status, server_json(explanation));
	bool made = object != NULL && json_dumpf(object, out, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (made)
		fputc('\n', out);
	json_decref(object);
	return made;
}
