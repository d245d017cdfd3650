/* by_server.c: asks a server, as a mail server would, and then why. A validating server answers SERVFAIL for bogus data
 * and for trouble alike; that it has the data after all when checking is disabled tells one from the other (RFC 4035, 3.2.2;
 * RFC 6840, 5.9). */
#include "module/ask/ask.h"
#include "module/lookup/result.h"
#include "validator/ede.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

enum { RCODE_NOERROR = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, MS = 1000 };

/* All that one lookup asks, within its time. */
typedef struct session {
	const request_t *request;
	unsigned left_ms;
	ask_reply_t reply; /* the last one */
} session_t;

static ask_err_t ask(session_t *session, const name_t *name, uint16_t type, bool checking_disabled)
{
	const ask_options_t options = {
		.tcp = session->request->tcp,
		.checking_disabled = checking_disabled,
		.timeout_ms = session->left_ms,
	};
	ask_err_t err = ask_server(&session->request->server, name, type, &options, &session->reply);
	int reason = errno;

	session->left_ms -= session->reply.took_ms < session->left_ms ? session->reply.took_ms : session->left_ms;
	errno = reason;
	return err;
}

/* RFC 8914's codes that mean: the data was there, and did not stand up to DNSSEC. */
static bool is_dnssec_error(uint16_t code)
{
	return (code >= EDE_UNSUPPORTED_DNSKEY_ALGORITHM && code <= EDE_UNSUPPORTED_DS_DIGEST) ||
	       (code >= EDE_DNSSEC_INDETERMINATE && code <= EDE_NSEC_MISSING) || code == EDE_NSEC3_ITERATIONS;
}

/* An answer that the policy of an mxward rejected: its EXTRA-TEXT begins so. */
static bool is_policy(const result_t *result)
{
	return result->error_count > 0 && result->errors[0].code == EDE_BLOCKED &&
	       strncmp(result->errors[0].text, "mx: ", 4) == 0;
}

static const summary_error_t *dnssec_error(const result_t *result)
{
	for (size_t i = 0; i < result->error_count; i++)
		if (is_dnssec_error(result->errors[i].code))
			return &result->errors[i];
	return NULL;
}

static void fail_by_error(result_t *result, result_status_t status, const summary_error_t *error)
{
	result_fail(result, status, "%s%s%s", ede_name((ede_t)error->code), error->text[0] != '\0' ? ": " : "",
		    error->text);
}

static bool answers_with_cd(session_t *session)
{
	const request_t *request = session->request;
	summary_t summary;

	return ask(session, &request->name, request->type, true) == ASK_OK &&
	       summary_read(session->reply.octets, session->reply.size, &summary) &&
	       (summary.rcode == RCODE_NOERROR || summary.rcode == RCODE_NXDOMAIN);
}

static void judge_servfail(session_t *session, result_t *result)
{
	const summary_error_t *error = dnssec_error(result);
	bool answers;

	if (error == NULL && is_policy(result)) {
		fail_by_error(result, RESULT_REJECTED, &result->errors[0]);
		return;
	}
	if (error == NULL && result->error_count > 0) {
		fail_by_error(result, RESULT_FAILED, &result->errors[0]);
		return;
	}
	answers = answers_with_cd(session);
	if (!answers && error == NULL) {
		result_fail(result, RESULT_FAILED, "the server could not resolve it (SERVFAIL, with CD too)");
		return;
	}
	if (answers && session->request->show_bogus)
		result_take_packet(result, session->request, session->reply.octets, session->reply.size);
	result->trust = TRUST_BOGUS;
	if (error != NULL)
		fail_by_error(result, RESULT_BOGUS, error);
	else
		result_fail(result, RESULT_BOGUS, "the server rejects it (SERVFAIL), and answers with CD set");
}

/* Whether the server sets AD on the root's NS, which is signed: what Postfix asks too before it trusts AD. */
static bool server_validates(session_t *session)
{
	static const name_t root = { .size = 1, .octets = { 0 } };
	summary_t summary;

	return ask(session, &root, LDNS_RR_TYPE_NS, false) == ASK_OK &&
	       summary_read(session->reply.octets, session->reply.size, &summary) && summary.authentic;
}

/* NOERROR without an answer, and neither from the zone's own server nor from a resolver (RFC 1034, 4.3.1). */
static bool is_referral(const summary_t *summary)
{
	return summary->rcode == RCODE_NOERROR && summary->answers == 0 && !summary->authoritative &&
	       !summary->recursion_available;
}

static void judge(session_t *session, const summary_t *summary, result_t *result)
{
	result->replied = true;
	result->rcode = summary->rcode;
	result->error_count = summary->error_count;
	memcpy(result->errors, summary->errors, sizeof(result->errors));
	if (summary->rcode == RCODE_SERVFAIL) {
		judge_servfail(session, result);
		return;
	}
	result_take_packet(result, session->request, session->reply.octets, session->reply.size);
	if (result->status == RESULT_NO_RECORD && is_referral(summary))
		result_fail(result, RESULT_FAILED, "the server does not resolve: it only refers to other servers");
	if (result->status == RESULT_FAILED)
		return;
	if (summary->authentic)
		result->trust = TRUST_SECURE;
	else
		result->trust = server_validates(session) ? TRUST_INSECURE : TRUST_UNCHECKED;
}

static void run(session_t *session, result_t *result)
{
	const request_t *request = session->request;
	ask_err_t err = ask(session, &request->name, request->type, false);
	int reason = errno;
	summary_t summary;

	result->took_ms = session->reply.took_ms;
	result->over_tcp = session->reply.over_tcp;
	if (err == ASK_NETWORK)
		result_fail(result, RESULT_FAILED, "%s: %s", result->source, strerror(reason));
	else if (err != ASK_OK)
		result_fail(result, RESULT_FAILED, "%s: %s", result->source, ask_strerror(err));
	else if (!summary_read(session->reply.octets, session->reply.size, &summary))
		result_fail(result, RESULT_FAILED, "%s sent a malformed answer", result->source);
	else
		judge(session, &summary, result);
}

void result_by_server(const request_t *request, result_t *result)
{
	session_t *session = malloc(sizeof(*session));

	*result = (result_t){ .status = RESULT_FAILED };
	address_to_text(&request->server, result->source);
	if (session == NULL) {
		result_fail(result, RESULT_FAILED, "memory is out");
		return;
	}
	session->request = request;
	session->left_ms = request->timeout * MS;
	run(session, result);
	free(session);
}
