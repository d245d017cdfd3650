/* api_history.c: see api_history.h. */
#include "module/inspect/api_history.h"

#include "module/history/json.h"
#include "module/history/wanted.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	BAD_REQUEST = 400,
	UNAVAILABLE = 503,
	PAGE_SIZE = 300,
};

/* Takes the sentence over. */
static answer_t refusal(char *error)
{
	const answer_t answer = answer_error(BAD_REQUEST, error != NULL ? error : "memory is out");

	free(error);
	return answer;
}

/* The file is opened anew next time: another one may have taken its place. */
static answer_t failure(sources_t *sources, history_err_t err)
{
	char text[256];

	if (err == HISTORY_BAD_CURSOR)
		return answer_error(BAD_REQUEST, "from is no cursor of this question: take the one of the page before");
	snprintf(text, sizeof(text), "the MX history cannot be read: it %s", history_strerror(err));
	sources_close_history(sources);
	return answer_error(UNAVAILABLE, text);
}

/* False, with the answer to give instead, when there is no history to read. */
static bool open_history(sources_t *sources, answer_t *answer)
{
	history_err_t err = HISTORY_OK;

	if (!sources->shared->conf->history.enable) {
		*answer = answer_error(UNAVAILABLE, "the MX history is switched off (history.enable)");
		return false;
	}
	if (sources_history(sources, &err) != NULL)
		return true;
	*answer = failure(sources, err);
	return false;
}

answer_t api_history_sets(sources_t *sources, const uri_t *uri, const char *rest)
{
	const char *domain = uri_text(uri, "domain");
	char name[HISTORY_NAME_MAX];
	char *error = NULL;
	history_sets_t sets = { 0 };
	history_err_t err;
	answer_t answer;

	(void)rest;
	if (domain == NULL)
		return answer_error(BAD_REQUEST, "domain is missing: whose history it is to be");
	if (!wanted_domain(domain, name, &error))
		return refusal(error);
	if (!open_history(sources, &answer))
		return answer;
	err = history_store_timeline(sources->history, name, &sets);
	answer = err == HISTORY_OK ? answer_json(200, history_json_of_sets(name, &sets, sources->shared->owners))
				   : failure(sources, err);
	history_sets_free(&sets);
	return answer;
}

answer_t api_history_reverse(sources_t *sources, const uri_t *uri, const char *rest)
{
	const char *mx = uri_text(uri, "mx");
	const char *from = uri_text(uri, "from");
	uint64_t limit = PAGE_SIZE;
	wanted_t wanted;
	char *error = NULL;
	history_page_t page = { 0 };
	history_err_t err;
	answer_t answer;

	(void)rest;
	if (mx == NULL)
		return answer_error(BAD_REQUEST,
				    "mx is missing: a host (mx1.example.net), all below a name (*.example.net), or an "
				    "address");
	if (!uri_number(uri, "limit", 1, HISTORY_PAGE_MAX, &limit))
		return answer_error(BAD_REQUEST, "limit is a number from 1 to 1000");
	if (!wanted_read(mx, &wanted, &error))
		return refusal(error);
	if (!open_history(sources, &answer))
		return answer;
	from = from != NULL ? from : "";
	err = history_store_reverse(sources->history, &wanted.what, from, (size_t)limit, &page);
	answer = err == HISTORY_OK ? answer_json(200, history_json_of_page(&page, from, (size_t)limit))
				   : failure(sources, err);
	history_page_free(&page);
	return answer;
}
