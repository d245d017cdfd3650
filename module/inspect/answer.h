/* answer.h: what an HTTP request gets. */
#ifndef MODULE_INSPECT_ANSWER_H
#define MODULE_INSPECT_ANSWER_H

#include "config.h"

#include <jansson.h>
#include <stddef.h>

typedef struct answer {
	unsigned status;
	const char *type;   /* Content-Type, static */
	const char *etag;   /* static; NULL: not to be stored by anybody */
	const void *octets; /* borrowed, static; or NULL: */
	char *text;         /* owned, from malloc(); both NULL: memory is out */
	size_t size;
} answer_t;

void answer_clear(answer_t *answer);

/* An owned text. NULL: memory is out. */
answer_t answer_text(unsigned status, const char *type, char *text, size_t size);

/* Takes the object over. NULL: memory is out. */
answer_t answer_json(unsigned status, json_t *json);

/* {"error": SENTENCE}. */
answer_t answer_error(unsigned status, const char *sentence);

#endif
