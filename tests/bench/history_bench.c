/* history_bench.c: how long a large MX history takes. Makes one of the size that is asked for, with domains and providers in about
 * the proportions of a sample of public domains, and times what the server and its readers do with it.
 *
 *	history_bench fill FILE ROWS          makes FILE, with ROWS exchanges of sets; says how many domains that took
 *	history_bench measure FILE DOMAINS    times the rest with it
 *
 * Filling writes every page many times: on tmpfs it takes minutes, on a disk much longer. Copy the file where it is to be measured.
 * Names and choices come from a fixed seed: two runs do the same. */
#include "module/clock.h"
#include "module/history/history.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 256, SAMPLES = 20000, PAGES = 200, NOTES = 200000, HOSTERS = 20000, START = 1700000000 };

typedef struct plan {
	char domain[64];
	size_t count;
	history_exchange_t exchanges[5];
	char names[5][80];
	history_address_t addresses[5];
} plan_t;

static uint64_t mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

static void add(plan_t *plan, unsigned preference, uint64_t address, const char *format, ...) PRINTF_LIKE(4, 5);

static void add(plan_t *plan, unsigned preference, uint64_t address, const char *format, ...)
{
	history_exchange_t *exchange = &plan->exchanges[plan->count];
	history_address_t *seen = &plan->addresses[plan->count];
	va_list args;

	va_start(args, format);
	vsnprintf(plan->names[plan->count], sizeof(plan->names[0]), format, args);
	va_end(args);
	*seen = (history_address_t){ .size = 4 };
	memcpy(seen->octets, &address, 4);
	*exchange = (history_exchange_t){ .preference = (uint16_t)preference,
					  .name = plan->names[plan->count],
					  .address_count = 1,
					  .addresses = seen };
	plan->count++;
}

/* 14 % Google, 18 % Microsoft, 24 % under their own name, the others at one of many hosters. */
static void make_plan(plan_t *plan, uint64_t number)
{
	const uint64_t chance = mix(number) % 100;
	const uint64_t hoster = mix(number + 1) % HOSTERS * (mix(number + 2) % HOSTERS) / HOSTERS;

	plan->count = 0;
	snprintf(plan->domain, sizeof(plan->domain), "%" PRIx64 "-%" PRIu64 ".example.", mix(number) & 0xffffff,
		 number);
	if (chance < 14) {
		add(plan, 1, 1, "aspmx.l.google.com.");
		for (unsigned i = 1; i < 5; i++)
			add(plan, i < 3 ? 5 : 10, 1 + i, "alt%u.aspmx.l.google.com.", i);
	} else if (chance < 32) {
		add(plan, 0, 1000 + mix(number) % 500, "%.*s-example.mail.protection.outlook.com.",
		    (int)strcspn(plan->domain, "."), plan->domain);
	} else if (chance < 56) {
		add(plan, 10, mix(number), "mx.%s", plan->domain);
	} else {
		add(plan, 10, 5000 + hoster, "mx1.hoster%" PRIu64 ".example.", hoster);
		add(plan, 20, 90000 + hoster, "mx2.hoster%" PRIu64 ".example.", hoster);
	}
}

static void die(const char *what, history_err_t err)
{
	fprintf(stderr, "history_bench: %s: %s\n", what, history_strerror(err));
	exit(1);
}

static void must(const char *what, history_err_t err)
{
	if (err != HISTORY_OK)
		die(what, err);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	const double one = *(const double *)a;
	const double other = *(const double *)b;

	return (one > other) - (one < other);
}

/* Sorts them. */
static void report(const char *what, double *times, size_t count)
{
	double sum = 0;

	qsort(times, count, sizeof(*times), compare);
	for (size_t i = 0; i < count; i++)
		sum += times[i];
	printf("%-34s mean %9.1f us   p50 %9.1f   p99 %9.1f   max %9.1f\n", what, sum / (double)count * 1e6,
	       times[count / 2] * 1e6, times[count * 99 / 100] * 1e6, times[count - 1] * 1e6);
	fflush(stdout);
}

/* ---- writing ---- */

static void record(history_store_t *store, uint64_t number, uint64_t now)
{
	plan_t plan;
	history_visit_t visit = { .kind = HISTORY_MX };

	make_plan(&plan, number);
	visit.domain = plan.domain;
	visit.count = plan.count;
	visit.exchanges = plan.exchanges;
	must("record", history_store_record(store, &visit, now));
}

static void print_size(const char *file)
{
	struct stat st;

	if (stat(file, &st) == 0)
		printf("file %.1f MB\n", (double)st.st_size / 1e6);
}

static void fill(history_store_t *store, uint64_t rows)
{
	const double began = seconds();
	double last = began;
	uint64_t exchanges = 0;
	uint64_t told = 0;
	uint64_t number = 0;

	while (exchanges < rows) {
		must("begin", history_store_begin(store));
		for (unsigned i = 0; i < BATCH; i++, number++) {
			plan_t plan;

			make_plan(&plan, number);
			exchanges += plan.count;
			record(store, number, START + number / 100);
		}
		must("commit", history_store_commit(store));
		if (exchanges - told >= rows / 10) {
			printf("%10" PRIu64 " rows  %8.0f rows/s\n", exchanges,
			       (double)(exchanges - told) / (seconds() - last));
			fflush(stdout);
			told = exchanges;
			last = seconds();
		}
	}
	printf("%" PRIu64 " domains, %" PRIu64 " rows in %.0f s: %.0f rows/s, %.0f domains/s\n", number, exchanges,
	       seconds() - began, (double)exchanges / (seconds() - began), (double)number / (seconds() - began));
}

/* Known domains seen again, in transactions of `batch`. */
static void revisit(history_store_t *store, uint64_t domains, unsigned batch)
{
	static double times[SAMPLES];
	const double began = seconds();
	const uint64_t now = START + domains / 100 + 86400;
	size_t commits = 0;

	for (uint64_t i = 0; i < SAMPLES; i += batch) {
		const double start = seconds();

		must("begin", history_store_begin(store));
		for (unsigned j = 0; j < batch; j++)
			record(store, mix(i + j + batch) % domains, now);
		must("commit", history_store_commit(store));
		times[commits++] = seconds() - start;
	}
	printf("seen again, %u a transaction: %.0f domains/s\n", batch, SAMPLES / (seconds() - began));
	report("  a transaction", times, commits);
}

/* Domains that were never seen before, as the server writes them. */
static void grow(history_store_t *store, uint64_t domains)
{
	static double times[PAGES];
	const double began = seconds();

	for (uint64_t i = 0; i < PAGES; i++) {
		const double start = seconds();

		must("begin", history_store_begin(store));
		for (unsigned j = 0; j < BATCH; j++)
			record(store, domains + i * BATCH + j, START + domains / 100);
		must("commit", history_store_commit(store));
		times[i] = seconds() - start;
	}
	printf("new, %d a transaction: %.0f domains/s\n", BATCH, PAGES * BATCH / (seconds() - began));
	report("  a transaction", times, PAGES);
}

static void prune(history_store_t *store, uint64_t now)
{
	static double times[PAGES];
	history_counts_t counts;

	for (size_t i = 0; i < PAGES; i++) {
		history_limits_t limits = { .max_age = UINT32_MAX };
		const double start = seconds();
		bool more;

		history_store_counts(store, &counts);
		limits.max_rows = counts.rows - 1000;
		must("begin", history_store_begin(store));
		must("prune", history_store_prune(store, &limits, now, BATCH, &more));
		must("commit", history_store_commit(store));
		times[i] = seconds() - start;
	}
	report("256 sets dropped", times, PAGES);
}

/* ---- reading ---- */

typedef history_err_t read_fn(history_store_t *store, const char *domain, history_sets_t *sets);

static void time_reads(const char *what, history_store_t *store, uint64_t domains, read_fn *read)
{
	static double times[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++) {
		history_sets_t sets;
		plan_t plan;
		double start;

		make_plan(&plan, mix(i + 77) % domains);
		start = seconds();
		must(what, read(store, plan.domain, &sets));
		times[i] = seconds() - start;
		history_sets_free(&sets);
	}
	report(what, times, SAMPLES);
}

static void time_reverse(const char *what, history_store_t *store, const history_wanted_t *wanted)
{
	static double times[PAGES];
	char next[HISTORY_CURSOR_MAX] = "";
	size_t pages = 0;
	size_t found = 0;

	do {
		history_page_t page;
		const double start = seconds();

		must(what, history_store_reverse(store, wanted, next, 300, &page));
		times[pages++] = seconds() - start;
		found += page.count;
		memcpy(next, page.next, sizeof(next));
		history_page_free(&page);
	} while (next[0] != '\0' && pages < PAGES);
	printf("%s: %zu domains on %zu pages\n", what, found, pages);
	report("  a page", times, pages);
}

static void time_reversals(history_store_t *store)
{
	const uint32_t address = 1020; /* as make_plan() has it */
	history_wanted_t wanted = { .by = HISTORY_BY_HOST, .name = "aspmx.l.google.com.", .address.size = 4 };

	memcpy(wanted.address.octets, &address, 4);
	time_reverse("reverse by host", store, &wanted);
	wanted.by = HISTORY_BY_SUFFIX;
	wanted.name = "mail.protection.outlook.com.";
	time_reverse("reverse by suffix, a host each", store, &wanted);
	wanted.name = "l.google.com.";
	time_reverse("reverse by suffix, five hosts all", store, &wanted);
	wanted.by = HISTORY_BY_ADDRESS;
	time_reverse("reverse by address", store, &wanted);
}

/* ---- what the pending thread pays ---- */

static void note_all(const char *file, uint64_t domains)
{
	const history_settings_t settings = { .enable = true,
					      .file = file,
					      .limits = { .max_rows = UINT32_MAX, .max_age = UINT32_MAX } };
	history_t *history = history_new(&settings, NULL);
	double *times = calloc(NOTES, sizeof(*times));
	history_stats_t stats;

	if (history == NULL || times == NULL)
		die("note", HISTORY_NO_MEMORY);
	for (size_t i = 0; i < NOTES; i++) {
		target_t targets[5];
		verdict_t verdict = { .targets = targets };
		name_t name;
		plan_t plan;
		double start;

		make_plan(&plan, mix(i + 99) % domains);
		if (!name_from_text(plan.domain, &name))
			die("note", HISTORY_FAILED);
		for (; verdict.target_count < plan.count; verdict.target_count++) {
			target_t *target = &targets[verdict.target_count];

			*target = (target_t){ .preference = plan.exchanges[verdict.target_count].preference,
					      .address_count = 1,
					      .addresses = { { .family = AF_INET } } };
			memcpy(target->addresses[0].address, plan.addresses[verdict.target_count].octets, 4);
			if (!name_from_text(plan.names[verdict.target_count], &target->exchange))
				die("note", HISTORY_FAILED);
		}
		start = seconds();
		history_note(history, &name, &verdict, START + 10000000);
		times[i] = seconds() - start;
		if (i % 50 == 0)
			usleep(1000); /* more than the writer can do, less than what would only fill the queue */
	}
	report("history_note(), the writer at work", times, NOTES);
	history_stats(history, &stats);
	printf("  then: recorded %" PRIu64 ", waiting %u, lost %" PRIu64 " of %d\n", stats.recorded, stats.waiting,
	       stats.lost, NOTES);
	history_free(history);
	free(times);
}

static void measure(const char *file, uint64_t domains)
{
	history_err_t err = HISTORY_OK;
	history_store_t *store = history_store_open(file, &err);

	must(file, err);
	time_reads("past of a domain", store, domains, history_store_past);
	time_reads("timeline of a domain", store, domains, history_store_timeline);
	time_reversals(store);
	revisit(store, domains, 1);
	revisit(store, domains, 200);
	grow(store, domains);
	prune(store, START + domains / 100 + 86400);
	history_store_close(store);
	note_all(file, domains);
}

int main(int argc, char **argv)
{
	const uint64_t number = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
	history_err_t err = HISTORY_OK;
	history_store_t *store = NULL;

	if (number > 0 && strcmp(argv[1], "fill") == 0 && access(argv[2], F_OK) != 0) {
		store = history_store_open(argv[2], &err);
		must(argv[2], err);
		fill(store, number);
		history_store_close(store);
		print_size(argv[2]);
	} else if (number > 0 && strcmp(argv[1], "measure") == 0) {
		measure(argv[2], number);
	} else {
		fputs("Usage: history_bench fill FILE ROWS | measure FILE DOMAINS    a file to fill must not be "
		      "there\n",
		      stderr);
		return 64;
	}
	return 0;
}
