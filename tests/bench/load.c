/* load.c: asks a server as fast as it answers, with a bounded number of queries open, or at a fixed rate; looks at every
 * reply and prints what came of it as one JSON object. It ends after a time or a number of queries, whatever the server does.
 *
 * Usage: load [OPTION...] ADDRESS PORT FILE     FILE has the questions: load_questions.h; they are asked in turn
 *   -t    over TCP, on connections that are kept
 *   -d    with DO
 *   -c N  sockets or connections (8)
 *   -o N  open queries, all sockets together (200)
 *   -s S  seconds (3)
 *   -n N  queries, at most
 *   -r N  queries a second, whether or not they are answered
 *   -1    each question of the file once
 *   -u N  the number that the first new name has (0)
 *   -m N  numbers of names are those below N, again and again, in no order; without it they rise
 *   -w S  seconds to wait for a reply (1)
 *   -x W  which replies are right: all (NOERROR, with the answers that FILE says), question (any to our question), id */
#include "tests/bench/load_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
	LINKS_MAX = 256,
	EVENTS = 64,
	LOOK_MS = 50,    /* how often queries without a reply are looked for */
	RATE_TURN_MS = 1 /* queries at a rate go out together each time */
};

#define SECOND       UINT64_C(1000000000) /* nanoseconds */
#define COUNTER_STEP UINT64_C(2654435761)

typedef union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} address_t;

typedef struct options {
	address_t server;
	socklen_t server_size;
	const char *file;
	bool tcp, dnssec_ok, once;
	unsigned links, open;
	uint64_t count, rate;   /* 0: no limit */
	uint64_t first, most;   /* numbers of new names; most 0: no limit */
	uint64_t seconds, wait; /* nanoseconds */
	check_t check;
} options_t;

typedef struct load {
	const options_t *options;
	questions_t questions;
	uint64_t next;
	link_t *links[LINKS_MAX];
	int epoll;
	tally_t tally;
	uint64_t replied; /* nanoseconds until the last right reply came; while run() is at it, the clock then */
} load_t;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* ---- options ---- */

static const char *const checks[] = { [CHECK_ALL] = "all", [CHECK_QUESTION] = "question", [CHECK_ID] = "id" };

static bool read_check(options_t *options, const char *text)
{
	for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (strcmp(checks[i], text) == 0) {
			options->check = (check_t)i;
			return true;
		}
	return false;
}

static bool read_server(options_t *options, const char *address, const char *port)
{
	const in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (inet_pton(AF_INET, address, &options->server.v4.sin_addr) == 1) {
		options->server.v4.sin_family = AF_INET;
		options->server.v4.sin_port = number;
		options->server_size = sizeof(options->server.v4);
		return true;
	}
	options->server.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = number };
	options->server_size = sizeof(options->server.v6);
	return inet_pton(AF_INET6, address, &options->server.v6.sin6_addr) == 1;
}

static bool read_option(options_t *options, int letter)
{
	const char *text = optarg != NULL ? optarg : "";
	const uint64_t number = strtoull(text, NULL, 10);

	switch (letter) {
	case 't': options->tcp = true; return true;
	case 'd': options->dnssec_ok = true; return true;
	case '1': options->once = true; return true;
	case 'c': options->links = (unsigned)number; return number >= 1 && number <= LINKS_MAX;
	case 'o': options->open = (unsigned)number; return number >= 1 && number <= LINKS_MAX * LINK_OPEN_MAX;
	case 'n': options->count = number; return number >= 1;
	case 'm': options->most = number; return number >= 1 && number <= UINT32_MAX;
	case 'r': options->rate = number; return number >= 1;
	case 'u': options->first = number; return true;
	case 's': options->seconds = (uint64_t)(strtod(text, NULL) * (double)SECOND); return options->seconds > 0;
	case 'w': options->wait = (uint64_t)(strtod(text, NULL) * (double)SECOND); return options->wait > 0;
	case 'x': return read_check(options, text);
	default: return false;
	}
}

static bool read_options(options_t *options, int argc, char **argv)
{
	*options = (options_t){ .links = 8, .open = 200, .seconds = 3 * SECOND, .wait = SECOND };
	for (int letter; (letter = getopt(argc, argv, "td1c:m:o:n:r:s:u:w:x:")) != -1;)
		if (!read_option(options, letter))
			return false;
	if (argc - optind != 3 || !read_server(options, argv[optind], argv[optind + 1]))
		return false;
	options->file = argv[optind + 2];
	return true;
}

/* ---- the load ---- */

static const question_t *next_question(void *arg, uint32_t *counter)
{
	load_t *load = arg;

	const uint64_t number = load->next++;
	const uint64_t most = load->options->most;

	/* A large prime goes through all that is below `most`, each once, before it begins again. */
	*counter = (uint32_t)(most > 0 ? number % most * COUNTER_STEP % most : number);
	return &load->questions.items[number % load->questions.count];
}

static bool open_links(load_t *load)
{
	const options_t *options = load->options;

	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < options->links; i++) {
		struct epoll_event event = { .events = EPOLLIN };
		link_t *link = link_open(&options->server.any, options->server_size, options->tcp, options->check);

		load->links[i] = link;
		event.data.ptr = link;
		if (link == NULL || epoll_ctl(load->epoll, EPOLL_CTL_ADD, link->fd, &event) != 0)
			return false;
	}
	return true;
}

static void close_links(load_t *load)
{
	for (unsigned i = 0; i < load->options->links && load->links[i] != NULL; i++)
		link_free(load->links[i]);
	close(load->epoll);
}

/* How many more may be asked in all, by the time and by their number. */
static uint64_t still_to_ask(const load_t *load, uint64_t took)
{
	const options_t *options = load->options;
	const uint64_t most = options->once ? load->questions.count : options->count > 0 ? options->count : UINT64_MAX;

	return took < options->seconds && most > load->tally.sent ? most - load->tally.sent : 0;
}

/* How many of these now: at a rate, those that are due. */
static uint64_t allowance(const load_t *load, uint64_t took)
{
	const options_t *options = load->options;
	const uint64_t left = still_to_ask(load, took);
	const uint64_t due = (uint64_t)((double)took / (double)SECOND * (double)options->rate) + 1;
	const uint64_t late = due > load->tally.sent ? due - load->tally.sent : 0;

	return options->rate > 0 && late < left ? late : left;
}

/* At a rate, queries that wait do not hold the next ones up. */
static unsigned wanted(const load_t *load, const link_t *link, uint64_t left)
{
	const options_t *options = load->options;
	const unsigned share = (options->open + options->links - 1) / options->links;
	uint64_t most = share > link->open ? share - link->open : 0;

	if (options->rate > 0)
		most = LINK_OPEN_MAX - link->open;
	return (unsigned)(most < left ? most : left);
}

static void ask(load_t *load, link_t *link, uint64_t began)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);
	const unsigned count = wanted(load, link, allowance(load, now - began));

	if (count > 0 || link->out_size > 0)
		(void)link_ask(link, count, now, next_question, load, &load->tally);
}

static unsigned open_queries(const load_t *load)
{
	unsigned open = 0;

	for (unsigned i = 0; i < load->options->links; i++)
		open += load->links[i]->open;
	return open;
}

static unsigned working_links(const load_t *load)
{
	unsigned count = 0;

	for (unsigned i = 0; i < load->options->links; i++)
		count += !load->links[i]->closed;
	return count;
}

static void ask_all(load_t *load, uint64_t began, unsigned *first)
{
	for (unsigned i = 0; i < load->options->links; i++)
		ask(load, load->links[(*first + i) % load->options->links], began);
	*first = *first + 1 < load->options->links ? *first + 1 : 0; /* at a rate, the first one has the most to do */
}

static void give_up(load_t *load)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < load->options->links; i++)
		link_give_up(load->links[i], now > load->options->wait ? now - load->options->wait : 0, &load->tally);
}

static void take_replies(load_t *load, uint64_t began, int timeout)
{
	struct epoll_event events[EVENTS];
	const int ready = epoll_wait(load->epoll, events, EVENTS, timeout);
	const uint64_t answered = load->tally.answered;

	for (int i = 0; i < ready; i++) {
		link_t *link = events[i].data.ptr;

		link_receive(link, clock_ns(CLOCK_MONOTONIC), &load->tally);
		if (link->closed)
			epoll_ctl(load->epoll, EPOLL_CTL_DEL, link->fd, NULL);
		else if (load->options->rate == 0)
			ask(load, link, began);
	}
	if (load->tally.answered > answered)
		load->replied = clock_ns(CLOCK_MONOTONIC);
}

/* Returns the nanoseconds that it took. */
static uint64_t run(load_t *load)
{
	const uint64_t began = clock_ns(CLOCK_MONOTONIC);
	const int timeout = load->options->rate > 0 ? RATE_TURN_MS : LOOK_MS;
	uint64_t looked = began;
	uint64_t now = began;
	unsigned first = 0;

	load->replied = began;
	ask_all(load, began, &first);
	while ((open_queries(load) > 0 || still_to_ask(load, now - began) > 0) && working_links(load) > 0) {
		take_replies(load, began, timeout);
		now = clock_ns(CLOCK_MONOTONIC);
		if (load->options->rate > 0)
			ask_all(load, began, &first);
		if (now - looked < LOOK_MS * SECOND / 1000)
			continue;
		looked = now;
		give_up(load);
		ask_all(load, began, &first);
	}
	give_up(load);
	load->replied -= began;
	return now - began;
}

/* ---- what came of it ---- */

/* Microseconds that this share of all replies took at most. */
static double percentile(const tally_t *tally, double share)
{
	const double rank = share * (double)tally->answered;
	uint64_t seen = 0;

	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		seen += tally->latency[i];
		if (seen > 0 && (double)seen >= rank)
			return (double)load_bucket_begin(i) / 1000;
	}
	return (double)tally->slowest / 1000;
}

static void print(const tally_t *tally, double seconds, double replied, double cpu)
{
	const char *comma = "";

	printf("{\"sent\": %ju, \"answered\": %ju, \"lost\": %ju, \"late\": %ju, \"wrong\": %ju, ",
	       (uintmax_t)tally->sent, (uintmax_t)tally->answered, (uintmax_t)tally->lost, (uintmax_t)tally->late,
	       (uintmax_t)tally->wrong);
	printf("\"seconds\": %.6f, \"replied_seconds\": %.6f, \"per_second\": %.1f, \"cpu_seconds\": %.6f, ", seconds,
	       replied, seconds > 0 ? (double)tally->answered / seconds : 0, cpu);
	printf("\"latency_us\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}, "
	       "\"rcodes\": {",
	       percentile(tally, 0.5), percentile(tally, 0.9), percentile(tally, 0.99), percentile(tally, 0.999),
	       (double)tally->slowest / 1000);
	for (unsigned i = 0; i < RCODES; i++)
		if (tally->rcodes[i] > 0) {
			printf("%s\"%u\": %ju", comma, i, (uintmax_t)tally->rcodes[i]);
			comma = ", ";
		}
	printf("}}\n");
}

int main(int argc, char **argv)
{
	static load_t load; /* large */
	options_t options;
	uint64_t cpu = 0;
	uint64_t took = 0;
	int status = EXIT_FAILURE;

	if (!read_options(&options, argc, argv)) {
		fprintf(stderr, "load: the usage is at the top of load.c\n");
		return EXIT_FAILURE;
	}
	load.options = &options;
	load.next = options.first;
	if (!questions_read(&load.questions, options.file, options.dnssec_ok))
		return EXIT_FAILURE;
	if (open_links(&load)) {
		cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		took = run(&load);
		cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		print(&load.tally, (double)took / (double)SECOND, (double)load.replied / (double)SECOND,
		      (double)cpu / (double)SECOND);
		status = EXIT_SUCCESS;
	}
	close_links(&load);
	questions_free(&load.questions);
	return status;
}
