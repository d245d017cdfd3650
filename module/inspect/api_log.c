/* api_log.c: see api_log.h. */
#include "module/inspect/api_log.h"

#include "module/clock.h"

#include <string.h>

enum {
	BAD_REQUEST = 400,
	NOT_FOUND = 404,
	UNAVAILABLE = 503,
	LIMIT_USUAL = 100,
	BUCKETS_USUAL = 60,
};

static uint64_t now_ms(void)
{
	return clock_milliseconds(CLOCK_REALTIME);
}

static bool is_among(const char *const *names, const char *name)
{
	while (*names != NULL)
		if (strcmp(*names++, name) == 0)
			return true;
	return false;
}

bool api_log_filter(const uri_t *uri, const char *const *others, logfilter_t *filter, char why[LOGFILTER_WHY_MAX])
{
	const uint64_t now = now_ms();

	*filter = (logfilter_t){ 0 };
	for (unsigned i = 0; i < uri->count; i++) {
		const uri_param_t *param = &uri->params[i];

		if (param->value[0] != '\0' && !is_among(others, param->name) &&
		    !logfilter_set(filter, param->name, param->value, now, why))
			return false;
	}
	return true;
}

static answer_t no_index(const char *error)
{
	return answer_error(UNAVAILABLE, error != NULL ? error
						       : "there is no validation log to search in: "
							 "validation-log.file is empty, or memory is out");
}

/* Adds to "indexed" what only the writer knows. */
static bool add_behind(const sources_t *sources, json_t *found)
{
	json_t *indexed = json_object_get(found, "indexed");

	return json_object_set_new(indexed, "behind", json_boolean(indexer_is_behind(sources->shared->indexer))) == 0;
}

answer_t api_log_search(sources_t *sources, const uri_t *uri, const char *rest)
{
	static const char *const others[] = { "before", "limit", NULL };
	char why[LOGFILTER_WHY_MAX];
	logfilter_t filter;
	uint64_t before = 0;
	uint64_t limit = LIMIT_USUAL;
	const char *error = NULL;
	logindex_t *index = sources_log(sources);
	json_t *found;

	(void)rest;
	if (index == NULL)
		return no_index(NULL);
	if (!api_log_filter(uri, others, &filter, why))
		return answer_error(BAD_REQUEST, why);
	if (!uri_number(uri, "before", 1, INT64_MAX, &before) ||
	    !uri_number(uri, "limit", 1, LOGINDEX_LIMIT_MAX, &limit))
		return answer_error(BAD_REQUEST, "before is an entry's id, and limit a number from 1 to 1000");
	found = logindex_search(index, &filter, before, (unsigned)limit, &error);
	if (found == NULL)
		return no_index(error);
	if (!add_behind(sources, found)) {
		json_decref(found);
		found = NULL;
	}
	return answer_json(200, found);
}

answer_t api_log_entry(sources_t *sources, const uri_t *uri, const char *rest)
{
	logindex_t *index = sources_log(sources);
	const char *error = NULL;
	uint64_t id = 0;
	json_t *found;

	(void)uri;
	if (index == NULL)
		return no_index(NULL);
	if (!uri_read_number(rest, 1, INT64_MAX, &id))
		return answer_error(NOT_FOUND, "there is no such resource: an entry is /api/v1/log/ID");
	found = logindex_get(index, id, &error);
	if (found != NULL)
		return answer_json(200, found);
	return error != NULL ? no_index(error) : answer_error(NOT_FOUND, "there is no such entry, or not any more");
}

answer_t api_log_summary(sources_t *sources, const uri_t *uri, const char *rest)
{
	static const char *const others[] = { "buckets", NULL };
	char why[LOGFILTER_WHY_MAX];
	logfilter_t filter;
	uint64_t buckets = BUCKETS_USUAL;
	const char *error = NULL;
	logindex_t *index = sources_log(sources);
	json_t *found;

	(void)rest;
	if (index == NULL)
		return no_index(NULL);
	if (!api_log_filter(uri, others, &filter, why))
		return answer_error(BAD_REQUEST, why);
	if (!uri_number(uri, "buckets", 1, LOGINDEX_BUCKETS_MAX, &buckets))
		return answer_error(BAD_REQUEST, "buckets is a number from 1 to 1000");
	found = logindex_summary(index, &filter, (unsigned)buckets, now_ms(), &error);
	return found != NULL ? answer_json(200, found) : no_index(error);
}
