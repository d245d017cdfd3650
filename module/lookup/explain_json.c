/* explain_json.c: an assessment for programs: the object that a line of the validation log holds (docs/validation-log.md), so that
 * both are read alike, and what only a lookup knows. The keys are documented in mxward-lookup(1) and stay. */
#include "module/clock.h"
#include "module/lookup/explain.h"

#include "module/lookup/compare.h"
#include "module/lookup/json.h"
#include "module/vlog/event.h"
#include "validator/ede.h"

#include <jansson.h>
#include <stdlib.h>
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

/* What the log would say of it. */
static json_t *event_of(const explanation_t *explanation)
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
	char *text = event_json(&event);
	json_t *object = text != NULL ? json_loads(text, 0, NULL) : NULL;

	free(text);
	return object;
}

/* The sentence of its check, for each finding. */
static bool add_sentences(json_t *object, const verdict_t *verdict)
{
	json_t *findings = json_object_get(object, "findings");
	json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		const char *sentence = check_row(verdict->findings[i].check)->sentence;

		if (json_object_set_new(finding, "sentence", json_string(sentence)) != 0)
			return false;
	}
	return true;
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
	json_t *object = event_of(explanation);
	json_t *more = json_pack("{s:s, s:i, s:o}", "policy", explanation->policy, "exit", (int)ours->status, "server",
				 server_json(explanation));
	bool made = object != NULL && more != NULL && json_object_update(object, more) == 0 &&
		    (ours->verdict == NULL || add_sentences(object, ours->verdict)) &&
		    json_dumpf(object, out, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (made)
		fputc('\n', out);
	json_decref(more);
	json_decref(object);
	return made;
}
