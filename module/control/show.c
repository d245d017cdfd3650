/* show.c: numbers, words and tones; see show.h. */
#include "module/control/show.h"

#include "module/escape.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

const char *show_string(const json_t *object, const char *key, char *room)
{
	const char *text = json_string_value(json_object_get(object, key));

	return escape_string(text != NULL ? text : "", room, SHOW_TEXT_MAX);
}

uint64_t show_integer(const json_t *object, const char *key)
{
	const json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

const char *show_count(uint64_t count, char *room)
{
	char digits[SHOW_NUMBER_MAX];
	const size_t size = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	size_t at = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			room[at++] = ',';
		room[at++] = digits[i];
	}
	room[at] = '\0';
	return room;
}

const char *show_octets(uint64_t octets, char *room)
{
	static const char *const units[] = { "octets", "kB", "MB", "GB", "TB" };
	double value = (double)octets;
	size_t unit = 0;

	while (value >= 1024 && unit < sizeof(units) / sizeof(units[0]) - 1) {
		value /= 1024;
		unit++;
	}
	snprintf(room, SHOW_NUMBER_MAX, unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return room;
}

/* Its two largest units. */
const char *show_span(uint64_t seconds, char *room)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t unit = 0;

	while (unit < 3 && seconds < units[unit].seconds)
		unit++;
	if (unit == 3 || seconds % units[unit].seconds / units[unit + 1].seconds == 0)
		snprintf(room, SHOW_NUMBER_MAX, "%" PRIu64 " %s", seconds / units[unit].seconds, units[unit].name);
	else
		snprintf(room, SHOW_NUMBER_MAX, "%" PRIu64 " %s %" PRIu64 " %s", seconds / units[unit].seconds,
			 units[unit].name, seconds % units[unit].seconds / units[unit + 1].seconds,
			 units[unit + 1].name);
	return room;
}

const char *show_time(uint64_t seconds, char *room)
{
	const time_t time = (time_t)seconds;
	struct tm parts;

	if (localtime_r(&time, &parts) == NULL || strftime(room, SHOW_NUMBER_MAX, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		snprintf(room, SHOW_NUMBER_MAX, "?");
	return room;
}

const char *show_share(uint64_t part, uint64_t whole, char *room)
{
	if (whole == 0)
		snprintf(room, SHOW_NUMBER_MAX, "-");
	else
		snprintf(room, SHOW_NUMBER_MAX, "%.1f %%", 100.0 * (double)part / (double)whole);
	return room;
}

const char *show_latency(double seconds, char *room)
{
	if (seconds < 0.001)
		snprintf(room, SHOW_NUMBER_MAX, "%.0f us", seconds * 1e6);
	else if (seconds < 1)
		snprintf(room, SHOW_NUMBER_MAX, "%.3g ms", seconds * 1e3);
	else
		snprintf(room, SHOW_NUMBER_MAX, "%.3g s", seconds);
	return room;
}

const char *show_tone(const show_t *show, show_tone_t tone)
{
	if (!show->colour)
		return "";
	switch (tone) {
	case SHOW_PLAIN: break;
	case SHOW_STRONG: return "\033[1m";
	case SHOW_GOOD: return "\033[32m";
	case SHOW_DOUBTFUL: return "\033[33m";
	case SHOW_BAD: return "\033[31m";
	}
	return "";
}

const char *show_end(const show_t *show)
{
	return show->colour ? "\033[0m" : "";
}
