/* logprint.c: an entry in one line. All strings of an entry are printable ASCII (logentry.h). */
#include "module/logshow/logprint.h"

#include "module/vlog/chain.h"

#include <string.h>

enum { DOMAIN_COLUMNS = 28 };

const char *logprint_colour(logentry_verdict_t verdict)
{
	static const char *const colours[] = {
		[LOGENTRY_ACCEPT] = "32", [LOGENTRY_LOG] = "33",    [LOGENTRY_STRIP] = "33",
		[LOGENTRY_REJECT] = "31", [LOGENTRY_FAILED] = "35",
	};

	return colours[verdict];
}

static void print_time(FILE *out, uint64_t time)
{
	char stamp[CHAIN_STAMP_SIZE];

	chain_stamp(time, stamp);
	fprintf(out, "%.10s %.8s", stamp, stamp + sizeof("2026-11-22T") - 1);
}

static void print_verdict(FILE *out, const logentry_t *entry, bool colour)
{
	const char *name = logentry_verdict_name(entry->verdict);

	if (colour)
		fprintf(out, "  \033[%sm%-6s\033[0m  ", logprint_colour(entry->verdict), name);
	else
		fprintf(out, "  %-6s  ", name);
}

/* What came of it, in as few words as there are. */
static void print_why(FILE *out, const logentry_t *entry)
{
	if (entry->would != NULL)
		fprintf(out, "  would %s", entry->would);
	if (entry->reason[0] != '\0')
		fprintf(out, "  %s", entry->reason);
	else if (entry->ede_name != NULL)
		fprintf(out, "  %s", entry->ede_name);
	else
		for (size_t i = 0; i < entry->check_count; i++)
			fprintf(out, "%s%s", i == 0 ? "  " : ", ", entry->checks[i].name);
}

static void print_line(FILE *out, const logentry_t *entry, bool colour)
{
	const int used = (int)strlen(entry->domain) + 1 + (int)strlen(entry->type);

	print_time(out, entry->time);
	print_verdict(out, entry, colour);
	fprintf(out, "%s %s%*s", entry->domain, entry->type, used < DOMAIN_COLUMNS ? DOMAIN_COLUMNS - used : 0, "");
	fprintf(out, "  %-8s  %5u ms", entry->security, entry->took_ms);
	if (entry->client.address != NULL)
		fprintf(out, "  %s", entry->client.address);
	if (entry->kind == LOGENTRY_HIT)
		fputs("  from the cache", out);
	print_why(out, entry);
	fputc('\n', out);
}

static bool is_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

/* The writer's lines are ASCII, and printed as they are; somebody else's are written anew. */
static bool print_json(FILE *out, const logentry_t *entry, const logline_t *line)
{
	bool done = true;

	if (is_printable(line->text, line->size))
		fwrite(line->text, 1, line->size, out);
	else
		done = json_dumpf(entry->line, out, JSON_COMPACT | JSON_ENSURE_ASCII) == 0;
	fputc('\n', out);
	return done;
}

bool logprint(FILE *out, const logentry_t *entry, const logline_t *line, const logprint_style_t *style)
{
	if (style->json)
		return print_json(out, entry, line);
	print_line(out, entry, style->tree.colour);
	return !style->details || logprint_details(out, entry, &style->tree);
}
