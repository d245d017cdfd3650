/* stats.c: see stats.h. */
#include "module/logshow/stats.h"

#include "module/command.h"
#include "module/logshow/logprint.h"
#include "module/logshow/logscan.h"
#include "module/logshow/logtally.h"
#include "module/terminal.h"
#include "module/vlog/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXIT_NOTHING = 1,
	EXIT_UNREADABLE = 2,
	BAR_COLUMNS = 50,
	STAMP_MINUTES = sizeof("2026-11-22T18:53") - 1,
};

static bool on_entry(void *arg, const logentry_t *entry, const logline_t *line, const char *file)
{
	(void)line;
	(void)file;
	return logtally_add(arg, entry);
}

/* --- For people ---------------------------------------------------------------------------------------------------- */

static void print_time(const char *before, uint64_t time)
{
	char stamp[CHAIN_STAMP_SIZE];

	chain_stamp(time, stamp);
	printf("%s%.10s %.8s", before, stamp, stamp + sizeof("2026-11-22T") - 1);
}

static void print_verdicts(const logtally_t *tally, bool colour)
{
	for (unsigned i = 0; i < LOGENTRY_VERDICTS; i++) {
		const uint64_t tenths = tally->verdicts[i] * 1000 / tally->count;
		const logentry_verdict_t verdict = (logentry_verdict_t)i;

		fputs("  ", stdout);
		if (colour)
			printf("\033[%sm%-8s\033[0m", logprint_colour(verdict), logentry_verdict_name(verdict));
		else
			printf("%-8s", logentry_verdict_name(verdict));
		printf("%12" PRIu64 "  %3" PRIu64 ".%" PRIu64 " %%\n", tally->verdicts[i], tenths / 10, tenths % 10);
	}
}

static void print_top(const logtally_t *tally, logtally_kind_t kind)
{
	logtally_name_t top[LOGTALLY_TOP];
	const size_t count = logtally_top(tally, kind, top);

	if (count == 0)
		return;
	printf("\n%s refused most%s:\n", logtally_kind_name(kind),
	       tally->forgot[kind] ? " (there are very many: counts are at least these)" : "");
	for (size_t i = 0; i < count; i++)
		printf("%12" PRIu64 "  %s\n", top[i].count, top[i].name);
}

static unsigned columns_of(uint64_t count, uint64_t most)
{
	const unsigned columns = (unsigned)(count * BAR_COLUMNS / most);

	return count > 0 && columns == 0 ? 1 : columns;
}

static void print_columns(const char *colour, char with, unsigned columns)
{
	if (colour != NULL && columns > 0)
		printf("\033[%sm", colour);
	for (unsigned i = 0; i < columns; i++)
		putchar(with);
	if (colour != NULL && columns > 0)
		fputs("\033[0m", stdout);
}

static uint64_t total_of(const logtally_bar_t *bar)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < LOGENTRY_VERDICTS; i++)
		total += bar->verdicts[i];
	return total;
}

static void print_bars(const logtally_t *tally, bool colour)
{
	uint64_t most = 1;

	for (unsigned i = 0; i < tally->bar_count; i++)
		most = total_of(&tally->bars[i]) > most ? total_of(&tally->bars[i]) : most;
	printf("\nover time (x refused, = the rest):\n");
	for (unsigned i = 0; i < tally->bar_count; i++) {
		const logtally_bar_t *bar = &tally->bars[i];
		const uint64_t total = total_of(bar);
		const unsigned all = columns_of(total, most);
		const unsigned refused = columns_of(bar->refused, most);
		char stamp[CHAIN_STAMP_SIZE];

		chain_stamp((tally->start + i) * tally->width, stamp);
		printf("  %.10s %.5s  ", stamp, stamp + sizeof("2026-11-22T") - 1);
		print_columns(colour ? "31" : NULL, 'x', refused);
		print_columns(colour ? "32" : NULL, '=', all > refused ? all - refused : 0);
		printf("%s%" PRIu64, all > 0 ? " " : "", total);
		if (bar->refused > 0)
			printf(", %" PRIu64 " refused", bar->refused);
		putchar('\n');
	}
}

static void print_tally(const logtally_t *tally, bool colour)
{
	const logspread_t *took = &tally->took;

	if (tally->count == 0) {
		puts("No answer matches.");
		return;
	}
	printf("%" PRIu64 " answers", tally->count);
	print_time(" from ", tally->first);
	print_time(" to ", tally->last);
	puts(" (UTC)");
	print_verdicts(tally, colour);
	printf("  took: half up to %u ms, 90 %% up to %u ms, 99 %% up to %u ms, the longest %u ms\n",
	       logspread_percentile(took, 50), logspread_percentile(took, 90), logspread_percentile(took, 99),
	       took->max);
	for (unsigned i = 0; i < LOGTALLY_KINDS; i++)
		print_top(tally, (logtally_kind_t)i);
	print_bars(tally, colour);
}

/* --- For programs -------------------------------------------------------------------------------------------------- */

static json_t *verdicts_json(const uint64_t *verdicts)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < LOGENTRY_VERDICTS; i++)
		json_object_set_new(object, logentry_verdict_name((logentry_verdict_t)i),
				    json_integer((json_int_t)verdicts[i]));
	return object;
}

static json_t *bars_json(const logtally_t *tally)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < tally->bar_count; i++) {
		const uint64_t from = (tally->start + i) * tally->width;
		const uint64_t to = from + tally->width;

		json_array_append_new(array,
				      json_pack("{s:I, s:I, s:o, s:I}", "from", (json_int_t)from, "to", (json_int_t)to,
						"verdicts", verdicts_json(tally->bars[i].verdicts), "refused",
						(json_int_t)tally->bars[i].refused));
	}
	return array;
}

static json_t *top_json(const logtally_t *tally)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < LOGTALLY_KINDS; i++) {
		logtally_name_t top[LOGTALLY_TOP];
		const size_t count = logtally_top(tally, (logtally_kind_t)i, top);
		json_t *array = json_array();

		for (size_t k = 0; k < count; k++)
			json_array_append_new(
				array, json_pack("{s:s, s:I}", "name", top[k].name, "count", (json_int_t)top[k].count));
		json_object_set_new(object, logtally_kind_name((logtally_kind_t)i), array);
	}
	return object;
}

static bool print_json(const logtally_t *tally)
{
	const logspread_t *took = &tally->took;
	json_t *object = json_pack(
		"{s:I, s:I, s:I, s:{s:o, s:I, s:I}, s:{s:I, s:I, s:I, s:I}, s:o, s:o}", "first",
		(json_int_t)tally->first, "last", (json_int_t)tally->last, "width", (json_int_t)tally->width, "totals",
		"verdicts", verdicts_json(tally->verdicts), "count", (json_int_t)tally->count, "refused",
		(json_int_t)tally->refused, "took_ms", "p50", (json_int_t)logspread_percentile(took, 50), "p90",
		(json_int_t)logspread_percentile(took, 90), "p99", (json_int_t)logspread_percentile(took, 99), "max",
		(json_int_t)took->max, "top", top_json(tally), "buckets", bars_json(tally));
	bool done = object != NULL && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (done)
		putchar('\n');
	json_decref(object);
	return done;
}

/* --- All of it ----------------------------------------------------------------------------------------------------- */

static int finish(const logasked_t *asked, const logtally_t *tally, bool all_read)
{
	bool printed = true;

	if (asked->json)
		printed = print_json(tally);
	else
		print_tally(tally, terminal_wants_colour(stdout));
	if (fflush(stdout) != 0 || !printed) {
		fputs("mxward log: the result could not be printed: memory is out, or the output is closed\n", stderr);
		return EXIT_SOFTWARE;
	}
	if (!all_read)
		return EXIT_UNREADABLE;
	return tally->count > 0 ? 0 : EXIT_NOTHING;
}

int stats(const logasked_t *asked, const logfiles_t *files)
{
	logtally_t *tally = malloc(sizeof(*tally));
	bool begun = tally != NULL && logtally_begin(tally);
	logscan_t *scan = begun ? logscan_new(&asked->filter, files, on_entry, tally) : NULL;
	int status = EXIT_SOFTWARE;

	if (scan != NULL) {
		for (size_t i = 0; i < files->count; i++)
			logscan_file(scan, &files->items[i]);
		status = finish(asked, tally, logscan_finish(scan));
	} else {
		fputs("mxward log: memory is out\n", stderr);
	}
	logscan_free(scan);
	if (tally != NULL)
		logtally_clear(tally);
	free(tally);
	return status;
}
