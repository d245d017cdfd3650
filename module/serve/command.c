/* command.c: `mxward serve`: starts the rooms, says that it is ready, and runs until a signal ends it. */
#include "module/command.h"
#include "module/clock.h"

#include "module/load.h"
#include "module/options.h"
#include "module/privileges.h"
#include "module/serve/loop.h"
#include "module/serve/rooms.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

static void print_help(void)
{
	printf("Usage: mxward serve [-c FILE]\n\n"
	       "Answers DNS queries, in the foreground. When it does, it prints a line with the word ready and its "
	       "addresses.\n\n"
	       "  -c, --config FILE  the configuration (%s)\n"
	       "  -h, --help         this text\n\n"
	       "SIGHUP reloads the configuration; SIGTERM and SIGINT stop. See mxward-serve(8), mxward.yaml(5).\n",
	       MXWARD_CONFIG_FILE);
}

static void announce(const server_t *server)
{
	const char *addresses = front_sockets_text(front_sockets(server->front));

	fprintf(stderr, "mxward: ready on %s\n", addresses);
	sd_notifyf(0, "READY=1\nSTATUS=answering on %s", addresses);
}

/* What the log keeps of a run: how many came, what they got, and how full the cache was. */
static void log_summary(const server_t *server)
{
	front_stats_t front;
	pending_stats_t pending;
	cache_stats_t cache;
	vlog_stats_t vlog;
	alerts_stats_t alerts;

	front_stats(server->front, &front);
	pending_stats(server->pending, &pending);
	cache_stats(server->cache, &cache);
	vlog_stats(server->vlog, &vlog);
	alerts_stats(server->alerts, &alerts);
	log_write(server->log, LOG_LEVEL_INFO,
		  "stopping udp=%" PRIu64 " tcp=%" PRIu64 " hits=%" PRIu64 " misses=%" PRIu64 " refused=%" PRIu64
		  " malformed=%" PRIu64 " dropped=%" PRIu64,
		  front.udp_queries, front.tcp_queries, front.hits, front.misses, front.refused, front.malformed,
		  front.dropped);
	log_write(server->log, LOG_LEVEL_INFO,
		  "resolved=%" PRIu64 " failed=%" PRIu64 " timed-out=%" PRIu64 " turned-away=%" PRIu64
		  " waiting=%u cached=%zu octets=%zu evicted=%" PRIu64 " validation-lines=%" PRIu64
		  " validation-lost=%" PRIu64 " alerts-open=%zu alerts-told=%" PRIu64 " alerts-lost=%" PRIu64,
		  pending.resolved, pending.failed, pending.timed_out, pending.turned_away, pending.clients,
		  cache.entries, cache.octets, cache.evictions, vlog.written, vlog.lost, alerts.open, alerts.told,
		  alerts.lost);
}

static bool run(server_t *server)
{
	bool ran = false;

	if (!rooms_start(server))
		return false;
	announce(server);
	ran = loop_run(server);
	sd_notify(0, "STOPPING=1");
	log_summary(server);
	return ran;
}

static int serve(const char *path)
{
	server_t server = {
		.path = path, .started = clock_of_wall(), .started_mono = clock_of_cache(), .control_socket.fd = -1
	};
	char *error = NULL;
	bool ran = false;

	privileges_prepare();
	/* What one thread puts into the cache another one frees: with heaps of their own, each would grow to what all need. */
	mallopt(M_ARENA_MAX, 1);
	loop_block_signals();
	server.conf = load_conf_untried(path, &error);
	if (server.conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward serve: memory is out");
		free(error);
		return EXIT_CONFIG;
	}
	cache_thread_begin(); /* for cache_set_limit() at a reload */
	ran = run(&server);
	rooms_stop(&server);
	cache_thread_end();
	conf_free(server.conf);
	if (server.refused)
		return EXIT_CONFIG;
	return ran ? EXIT_SUCCESS : EXIT_FAILURE;
}

int command_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = MXWARD_CONFIG_FILE;

	for (int option; (option = options_next(argc, argv, "serve", ":c:h", options)) != -1;) {
		switch (option) {
		case 'c': path = optarg; break;
		case 'h': print_help(); return EXIT_SUCCESS;
		default: return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "mxward serve: %s is one argument too many; see mxward serve --help\n", argv[optind]);
		return EXIT_USAGE;
	}
	return serve(path);
}
