/* show_explain.c: `mxward explain`: in short; `mxward lookup --explain` draws the whole tree. */
#include "module/control/show.h"

#include <inttypes.h>
#include <string.h>

static show_tone_t tone_of(const char *word)
{
	static const struct {
		const char *word;
		show_tone_t tone;
	} rows[] = {
		{ "accept", SHOW_GOOD },    { "secure", SHOW_GOOD },       { "log", SHOW_DOUBTFUL },
		{ "strip", SHOW_DOUBTFUL }, { "reject", SHOW_BAD },        { "failed", SHOW_BAD },
		{ "bogus", SHOW_BAD },      { "insecure", SHOW_DOUBTFUL }, { "ignore", SHOW_PLAIN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].word, word) == 0)
			return rows[i].tone;
	return SHOW_PLAIN;
}

static void show_addresses(const show_t *show, const json_t *addresses)
{
	const json_t *address;
	size_t i;

	json_array_foreach(addresses, i, address)
	{
		char text[SHOW_TEXT_MAX];

		fprintf(show->out, "%s%s", i == 0 ? "" : ", ", show_string(address, "address", text));
	}
}

static void show_exchange(const show_t *show, const json_t *exchange)
{
	char name[SHOW_TEXT_MAX], state[SHOW_TEXT_MAX], security[SHOW_TEXT_MAX], tlsa[SHOW_TEXT_MAX];
	const bool stripped = json_is_true(json_object_get(exchange, "stripped"));

	show_string(exchange, "security", security);
	fprintf(show->out, "  %5" PRIu64 "  %s%s%s%s  %s, %s%s%s, TLSA %s\n", show_integer(exchange, "preference"),
		show_tone(show, SHOW_STRONG), show_string(exchange, "exchange", name), show_end(show),
		stripped ? " (left out)" : "", show_string(exchange, "state", state),
		show_tone(show, tone_of(security)), security, show_end(show), show_string(exchange, "tlsa", tlsa));
	if (json_array_size(json_object_get(exchange, "addresses")) == 0)
		return;
	fputs("         ", show->out);
	show_addresses(show, json_object_get(exchange, "addresses"));
	fputc('\n', show->out);
}

static void show_finding(const show_t *show, const json_t *finding)
{
	char check[SHOW_TEXT_MAX], action[SHOW_TEXT_MAX], source[SHOW_TEXT_MAX], host[SHOW_TEXT_MAX],
		text[SHOW_TEXT_MAX];

	show_string(finding, "action", action);
	show_string(finding, "host", host);
	fprintf(show->out, "  %s%s%s  %s%s%s  (%s)\n", show_tone(show, tone_of(action)), action, show_end(show),
		show_string(finding, "check", check), host[0] != '\0' ? " " : "", host,
		show_string(finding, "source", source));
	fprintf(show->out, "      %s\n", show_string(finding, "sentence", text));
	if (show_string(finding, "detail", text)[0] != '\0')
		fprintf(show->out, "      %s\n", text);
}

void show_explain(const show_t *show, const json_t *order, const json_t *reply)
{
	char name[SHOW_TEXT_MAX], verdict[SHOW_TEXT_MAX], security[SHOW_TEXT_MAX], reason[SHOW_TEXT_MAX];
	const json_t *item;
	size_t i;

	(void)order;
	show_string(reply, "verdict", verdict);
	show_string(reply, "security", security);
	fprintf(show->out, "%s%s%s MX: %s%s%s, %s%s%s, found in %" PRIu64 " ms\n", show_tone(show, SHOW_STRONG),
		show_string(json_object_get(reply, "question"), "name", name), show_end(show),
		show_tone(show, tone_of(verdict)), verdict, show_end(show), show_tone(show, tone_of(security)),
		security, show_end(show), show_integer(reply, "took_ms"));
	if (show_string(reply, "reason", reason)[0] != '\0')
		fprintf(show->out, "why: %s\n", reason);
	json_array_foreach(json_object_get(reply, "mx"), i, item)
	{
		show_exchange(show, item);
	}
	if (json_array_size(json_object_get(reply, "findings")) > 0)
		fputs("findings:\n", show->out);
	json_array_foreach(json_object_get(reply, "findings"), i, item)
	{
		show_finding(show, item);
	}
}
