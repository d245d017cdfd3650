/* explain.h: `mxward lookup --explain`: the whole assessment of an MX answer, why each record passed or did not, and the verdict. */
#ifndef MODULE_LOOKUP_EXPLAIN_H
#define MODULE_LOOKUP_EXPLAIN_H

#include "module/lookup/result.h"
#include "module/lookup/tree.h"

typedef struct explanation {
	const request_t *request;
	const result_t *ours;    /* by result_by_resolver() */
	const result_t *servers; /* by result_by_server(); NULL when none was asked */
	const char *policy;      /* where the policy comes from: a path, or "defaults" */
} explanation_t;

/* A tree for people, and one JSON object. False when memory is out. */
MUST_USE bool explain_print(FILE *out, const explanation_t *explanation, const tree_style_t *style);
MUST_USE bool explain_print_json(FILE *out, const explanation_t *explanation);

#endif
