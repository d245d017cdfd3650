/* show_status.c: `mxward status` and the short answers. */
#include "module/control/show.h"

#include <inttypes.h>
#include <string.h>

static void show_memory(const show_t *show, const json_t *cache)
{
	char entries[SHOW_NUMBER_MAX], octets[SHOW_NUMBER_MAX], limit[SHOW_NUMBER_MAX], share[SHOW_NUMBER_MAX];
	const uint64_t used = show_integer(cache, "octets");
	const uint64_t most = show_integer(cache, "limit");

	fprintf(show->out, "  cache          %s answers, %s of %s (%s)\n",
		show_count(show_integer(cache, "entries"), entries), show_octets(used, octets),
		show_octets(most, limit), show_share(used, most, share));
}

/* What a restart would have of the cache. */
static void show_snapshot(const show_t *show, const json_t *snapshot, uint64_t now)
{
	char entries[SHOW_NUMBER_MAX], octets[SHOW_NUMBER_MAX], age[SHOW_NUMBER_MAX], error[SHOW_TEXT_MAX];
	const uint64_t written = show_integer(snapshot, "written");

	if (written > 0)
		fprintf(show->out, "  snapshot       %s answers, %s, written %s ago\n",
			show_count(show_integer(snapshot, "entries"), entries),
			show_octets(show_integer(snapshot, "octets"), octets),
			show_span(now > written ? now - written : 0, age));
	else if (json_is_true(json_object_get(snapshot, "enabled")))
		fputs("  snapshot       not written yet\n", show->out);
	if (*show_string(snapshot, "error", error) != '\0')
		fprintf(show->out, "                 %s%s%s\n", show_tone(show, SHOW_DOUBTFUL), error, show_end(show));
}

/* What an administrator would rather not have. */
static void show_warnings(const show_t *show, uint64_t ntas, uint64_t alerts)
{
	if (alerts > 0)
		fprintf(show->out, "  alerts         %s%" PRIu64 " open%s: see mxward alerts\n",
			show_tone(show, SHOW_BAD), alerts, show_end(show));
	if (ntas > 0)
		fprintf(show->out, "  not validated  %s%" PRIu64 " domains%s: see mxward nta list\n",
			show_tone(show, SHOW_DOUBTFUL), ntas, show_end(show));
}

static void show_resolvers(const show_t *show, const json_t *resolvers)
{
	const json_t *resolver;
	size_t i;

	json_array_foreach(resolvers, i, resolver)
	{
		char state[SHOW_TEXT_MAX];
		const bool ready = strcmp(show_string(resolver, "state", state), "ready") == 0;

		fprintf(show->out, "  %-14s process %" PRIu64 ", %s%s%s, %" PRIu64 " questions\n",
			i == 0 ? "resolvers" : "", show_integer(resolver, "pid"),
			show_tone(show, ready ? SHOW_GOOD : SHOW_DOUBTFUL), state, show_end(show),
			show_integer(resolver, "open"));
	}
}

void show_status(const show_t *show, const json_t *order, const json_t *reply)
{
	const bool ready = json_is_true(json_object_get(reply, "ready"));
	char text[SHOW_TEXT_MAX];
	char span[SHOW_NUMBER_MAX];

	(void)order;
	fprintf(show->out, "%smxward %s%s, process %" PRIu64 ", up for %s\n", show_tone(show, SHOW_STRONG),
		show_string(reply, "version", text), show_end(show), show_integer(reply, "pid"),
		show_span(show_integer(reply, "uptime"), span));
	fprintf(show->out, "  state          %s%s%s\n", show_tone(show, ready ? SHOW_GOOD : SHOW_BAD),
		ready ? "ready" : "not ready: no resolver process answers", show_end(show));
	fprintf(show->out, "  answers on     %s\n", show_string(reply, "listen", text));
	fprintf(show->out, "  configuration  %s\n", show_string(reply, "config", text));
	fprintf(show->out, "  log level      %s\n", show_string(reply, "log_level", text));
	show_warnings(show, show_integer(reply, "ntas"), show_integer(reply, "alerts"));
	show_memory(show, json_object_get(reply, "cache"));
	show_snapshot(show, json_object_get(reply, "snapshot"), show_integer(reply, "time"));
	show_resolvers(show, json_object_get(reply, "resolvers"));
}

void show_reload(const show_t *show, const json_t *order, const json_t *reply)
{
	char text[SHOW_TEXT_MAX];

	(void)order;
	fprintf(show->out, "reloaded %s\n", show_string(reply, "config", text));
}

void show_log_level(const show_t *show, const json_t *order, const json_t *reply)
{
	char text[SHOW_TEXT_MAX];

	(void)order;
	fprintf(show->out, "the log's level is %s now, until the next reload\n", show_string(reply, "level", text));
}

void show_stop(const show_t *show, const json_t *order, const json_t *reply)
{
	(void)order;
	(void)reply;
	fprintf(show->out, "mxward stops\n");
}
