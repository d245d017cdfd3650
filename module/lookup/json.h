/* json.h: a result as a JSON object; its keys are documented in mxward-lookup(1). */
#ifndef MODULE_LOOKUP_JSON_H
#define MODULE_LOOKUP_JSON_H

#include "module/lookup/result.h"

#include <jansson.h>

/* NULL when memory is out. Free with json_decref(). */
MUST_USE json_t *json_of_result(const request_t *request, const result_t *result);

#endif
