/* show_alerts.c: `mxward alerts`. */
#include "module/control/show.h"

#include <inttypes.h>

enum { MILLISECONDS = 1000, ENDED_SHOWN = 20 };

static void show_alert(const show_t *show, const json_t *alert, show_tone_t tone)
{
	char kind[SHOW_TEXT_MAX], domain[SHOW_TEXT_MAX], host[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX];
	char began[SHOW_NUMBER_MAX], ended[SHOW_NUMBER_MAX];
	const uint64_t end = show_integer(alert, "ended");

	show_string(alert, "host", host);
	fprintf(show->out, "  %s%s%s  %s%s%s  since %s%s%s\n", show_tone(show, tone), show_string(alert, "kind", kind),
		show_end(show), show_string(alert, "domain", domain), host[0] != '\0' ? " " : "", host,
		show_time(show_integer(alert, "began") / MILLISECONDS, began), end > 0 ? " until " : "",
		end > 0 ? show_time(end / MILLISECONDS, ended) : "");
	fprintf(show->out, "      %s\n", show_string(alert, "sentence", text));
	if (show_string(alert, "detail", text)[0] != '\0')
		fprintf(show->out, "      %s\n", text);
}

static void show_list(const show_t *show, const char *title, const json_t *alerts, show_tone_t tone, size_t most)
{
	const json_t *alert;
	size_t i;

	if (json_array_size(alerts) == 0)
		return;
	fprintf(show->out, "%s%s: %zu%s\n", show_tone(show, SHOW_STRONG), title, json_array_size(alerts),
		show_end(show));
	json_array_foreach(alerts, i, alert)
	{
		if (i < most)
			show_alert(show, alert, tone);
	}
	if (json_array_size(alerts) > most)
		fprintf(show->out, "  ... and %zu more: see --json\n", json_array_size(alerts) - most);
}

void show_alerts(const show_t *show, const json_t *order, const json_t *reply)
{
	(void)order;
	if (json_array_size(json_object_get(reply, "open")) == 0)
		fprintf(show->out, "%sno alert is open%s\n", show_tone(show, SHOW_GOOD), show_end(show));
	show_list(show, "open", json_object_get(reply, "open"), SHOW_BAD, SIZE_MAX);
	show_list(show, "ended", json_object_get(reply, "ended"), SHOW_PLAIN, ENDED_SHOWN);
}
