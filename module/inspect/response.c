/* response.c: see response.h. */
#include "module/inspect/response.h"

/* The page loads nothing from elsewhere, runs nothing that is not a file of ours, and is shown in no frame. */
static const char *const fields[][2] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri "
	  "'none'; form-action 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

static bool add(const mhd_t *mhd, struct MHD_Response *response, const char *name, const char *value)
{
	return mhd->add_response_header(response, name, value) == MHD_YES;
}

bool response_add_fields(const mhd_t *mhd, struct MHD_Response *response, const answer_t *answer)
{
	bool added = true;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		added = added && add(mhd, response, fields[i][0], fields[i][1]);
	added = added && add(mhd, response, "Cache-Control", answer->etag != NULL ? "no-cache" : "no-store");
	if (answer->etag != NULL)
		added = added && add(mhd, response, "ETag", answer->etag);
	if (answer->type != NULL)
		added = added && add(mhd, response, "Content-Type", answer->type);
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		added = added && add(mhd, response, "Allow", "GET, HEAD");
	if (answer->status == MHD_HTTP_UNAUTHORIZED)
		added = added && add(mhd, response, "WWW-Authenticate", "Bearer");
	if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
		added = added && add(mhd, response, "Retry-After", "5");
	return added;
}

struct MHD_Response *response_of(const mhd_t *mhd, const answer_t *answer)
{
	static const char nothing[] = "";
	const void *octets = answer->octets != NULL ? answer->octets : answer->text;
	union {
		const void *borrowed;
		void *mutable; /* as libmicrohttpd wants it; it does not write */
	} body = { octets != NULL ? octets : nothing };

	return mhd->create_response_from_buffer(answer->size, body.mutable, MHD_RESPMEM_PERSISTENT);
}
