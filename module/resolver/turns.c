/* turns.c: see turns.h. */
#include "module/resolver/turns.h"

#include "module/resolver/sandbox.h"

#include <stdio.h>

enum {
	TRANSPORTS = 2,
	SECOND_SHARE = 4, /* a second context has one in so many of a first one's files */
};

bool turns_begin(turns_t *turns, struct event_base *base, struct ub_event_base *tcpbase, const char *config)
{
	*turns = (turns_t){ 0 };
	for (int tcp = 0; tcp < TRANSPORTS; tcp++) {
		for (int second = 0; second < 2; second++) {
			turns->contexts[tcp][second] = context_new(base, config, tcp == 1 ? tcpbase : NULL);
			if (turns->contexts[tcp][second] == NULL)
				return false;
		}
	}
	return true;
}

bool turns_stop_minimising(const turns_t *turns)
{
	bool stopped = true;

	for (int tcp = 0; tcp < TRANSPORTS; tcp++)
		for (int second = 0; second < 2; second++)
			stopped = context_stop_minimising(turns->contexts[tcp][second]) && stopped;
	return stopped;
}

void turns_share_files(const turns_t *turns, size_t others)
{
	const size_t each = context_files(turns->contexts[0][0]);
	const size_t wanted = TRANSPORTS * (each + each / SECOND_SHARE) + others;
	const size_t limit = sandbox_open_files(wanted);
	const size_t left = limit > others ? limit - others : 0;
	size_t share = each;

	if (limit < wanted) {
		fprintf(stderr,
			"warning: only %zu files may be open, %zu are wanted: fewer questions at once (LimitNOFILE=)\n",
			limit, wanted);
		share = left * SECOND_SHARE / (SECOND_SHARE + 1) / TRANSPORTS;
	}
	for (int tcp = 0; tcp < TRANSPORTS; tcp++) {
		context_limit_files(turns->contexts[tcp][0], share);
		context_limit_files(turns->contexts[tcp][1], share / SECOND_SHARE);
	}
}

struct ub_ctx *turns_context(turns_t *turns, bool tcp, bool second)
{
	bool *started = &turns->started[tcp][second];
	struct ub_ctx *ctx = turns->contexts[tcp][second];

	if (!*started)
		*started = context_start(ctx);
	return *started ? ctx : NULL;
}
