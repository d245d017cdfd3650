/* json.h: what the history says, for programs: `mxward history --json` and the HTTP API are alike. The keys are documented in
 * mxward-history(1) and mxward-reverse(1), and stay. Times are seconds since 1970. */
#ifndef MODULE_HISTORY_JSON_H
#define MODULE_HISTORY_JSON_H

#include "cache/history_store.h"
#include "validator/owner.h"

#include <jansson.h>

/* {"domain", "sets": [{"from", "to", "last_seen", "kind", "security", "exchanges": [{"preference", "exchange", "owner",
 * "addresses": [{"address", "first_seen", "last_seen"}]}]}]}, newest set first. `owners` may be NULL. NULL when memory is
 * out. */
MUST_USE json_t *history_json_of_sets(const char *domain, const history_sets_t *sets, const owner_table_t *owners);

/* {"current_page", "size", "result": [{"name", "first_seen", "last_visit", "current"}], "next"}. `from` is the cursor that the page
 * was asked with, `size` the most that it could hold. Names have no final dot. NULL when memory is out. */
MUST_USE json_t *history_json_of_page(const history_page_t *page, const char *from, size_t size);

/* "secure" and the like, of what the history keeps; for people and programs. */
const char *history_security_word(uint8_t security);

/* An address as text, in `text`, which is returned. */
enum { HISTORY_ADDRESS_TEXT_MAX = 46 };
const char *history_address_text(const history_address_t *address, char text[HISTORY_ADDRESS_TEXT_MAX]);

#endif
