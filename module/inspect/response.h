/* response.h: an answer as libmicrohttpd sends it: its octets, and the fields that every response of ours has. */
#ifndef MODULE_INSPECT_RESPONSE_H
#define MODULE_INSPECT_RESPONSE_H

#include "module/inspect/answer.h"
#include "module/inspect/mhd.h"

/* Borrows the answer's octets, which must stay until the response has been sent. Without fields. NULL when memory is out. */
MUST_USE struct MHD_Response *response_of(const mhd_t *mhd, const answer_t *answer);

/* The fields that go with the answer's status, type and ETag, whoever made the response. False when memory is out. */
MUST_USE bool response_add_fields(const mhd_t *mhd, struct MHD_Response *response, const answer_t *answer);

#endif
