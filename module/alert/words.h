/* words.h: a telling, in the form that each way of telling wants. Internal to the alert room. */
#ifndef MODULE_ALERT_WORDS_H
#define MODULE_ALERT_WORDS_H

#include "module/alert/book.h"

/* "begin", "end", or "left-out" where there is no alert. */
const char *words_event(const telling_t *telling);

/* A sentence or two. `text` holds ALERT_TEXT_MAX octets. */
const char *words_text(const telling_t *telling, char *text);

/* The body of a webhook: a JSON object, documented in docs/alerts.md. Its "text" is for chat programs, and holds nothing that
 * they would take for markup. To be freed; NULL when memory is out. */
MUST_USE char *words_json(const telling_t *telling);

/* MXWARD_ALERT_…=… one behind the other, each with its NUL, an empty one at the end. The same. */
MUST_USE char *words_environment(const telling_t *telling);

/* Fields of systemd's journal, each with its NUL; *size is of all. The same. */
MUST_USE char *words_fields(const telling_t *telling, size_t *size);

#endif
