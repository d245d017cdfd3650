/* answer.c: see answer.h. */
#include "module/inspect/answer.h"

#include <stdlib.h>
#include <string.h>

static const char media_type[] = "application/json";

void answer_clear(answer_t *answer)
{
	free(answer->text);
	*answer = (answer_t){ 0 };
}

/* Without memory for its text an answer is a failure that needs none. */
answer_t answer_text(unsigned status, const char *type, char *text, size_t size)
{
	static const char failure[] = "{\"error\": \"memory is out\"}\n";

	if (text == NULL)
		return (answer_t){ .status = 500, .type = media_type, .octets = failure, .size = sizeof(failure) - 1 };
	return (answer_t){ .status = status, .type = type, .text = text, .size = size };
}

/* All in ASCII, so that nothing depends on a reader's guess. */
answer_t answer_json(unsigned status, json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(json);
	return answer_text(status, media_type, text, text != NULL ? strlen(text) : 0);
}

answer_t answer_error(unsigned status, const char *sentence)
{
	return answer_json(status, json_pack("{s:s}", "error", sentence));
}
