/* serve.c: `mxward serve`: starts the rooms in order, waits for signals, reloads, stops in the other order. */
#include "conf/conf.h"
#include "module/clock.h"
#include "module/command.h"
#include "module/front/cookie.h"
#include "module/front/front.h"
#include "module/load.h"
#include "module/log/log.h"
#include "module/pending/pending.h"
#include "module/policy_of.h"
#include "module/privileges.h"
#include "module/resolver/settings.h"
#include "module/vlog/vlog.h"
#include "validator/ede.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

enum {
	READY_SECONDS = 5, /* that the first resolver process has to start */
};

typedef struct server {
	const char *path;
	conf_t *conf;
	log_t *log;
	vlog_t *vlog;
	cache_t *cache;
	cookies_t *cookies;         /* the front's */
	cookies_t *pending_cookies; /* the pending thread's, of the same secret */
	front_sockets_t *sockets;   /* until the front takes them over */
	pending_t *pending;
	front_t *front;
} server_t;

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

/* ---- from the configuration to what the rooms want ---- */

static unsigned worker_count(const conf_t *conf)
{
	cpu_set_t cores;

	if (conf->threads > 0)
		return conf->threads;
	return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (unsigned)CPU_COUNT(&cores) : 1;
}

static front_settings_t front_settings(const conf_t *conf)
{
	return (front_settings_t){ .allow = &conf->allow, .max_udp_size = conf->max_udp_size, .tcp = conf->tcp };
}

/* A loaded configuration has been tried already: only memory can be out. */
static policy_t *policy_of(const server_t *server, const conf_t *conf)
{
	char *error = NULL;
	policy_t *policy = policy_of_conf(conf, server->path, &error);

	free(error);
	return policy;
}

/* Calls `use` with the settings, whose strings end with the call. */
static bool with_pending_settings(server_t *server, const conf_t *conf,
				  bool (*use)(server_t *, const pending_settings_t *))
{
	pending_settings_t settings = {
		.limits = { .min_ttl = conf->cache.min_ttl,
			    .max_ttl = conf->cache.max_ttl,
			    .negative_max_ttl = conf->cache.negative_max_ttl },
		.budget = conf->resolver.budget,
		.max_questions = conf->resolver.max_questions,
		.max_udp_size = (uint16_t)conf->max_udp_size,
		.keepalive = reply_keepalive(conf->tcp.idle_timeout),
		.corroborate_ms = conf->mx.corroborate_timeout,
		.target_ms = conf->mx.target_timeout,
	};
	bool done = false;

	if (!settings_for_pool(conf, &settings.pool, server->log))
		return false;
	settings.policy = policy_of(server, conf);
	if (settings.policy != NULL)
		done = use(server, &settings);
	pool_settings_clear(&settings.pool);
	return done;
}

static vlog_settings_t vlog_settings(const conf_t *conf)
{
	return (vlog_settings_t){ .file = conf->validation_log.file,
				  .journal = conf->validation_log.journal,
				  .key_file = conf->validation_log.key,
				  .checkpoint_lines = conf->validation_log.checkpoint,
				  .hits = conf->validation_log.hits };
}

/* ---- start ---- */

static bool start_pending(server_t *server, const pending_settings_t *settings)
{
	server->pending = pending_start(settings, server->cache, server->pending_cookies, server->log, server->vlog);
	return server->pending != NULL;
}

static bool on_miss(void *arg, const query_t *query, const client_t *client)
{
	const server_t *server = arg;

	return pending_submit(server->pending, query, client);
}

static void on_hit(void *arg, const query_t *query, const client_t *client, unsigned rcode)
{
	const server_t *server = arg;
	vlog_event_t event = { .kind = VLOG_HIT,
			       .name = &query->name,
			       .type = query->type,
			       .client = &client->peer.any,
			       .tcp = client->tcp,
			       .clients = 1,
			       .rcode = (uint8_t)rcode,
			       .ede = EDE_NONE };

	if (!vlog_wants(server->vlog, VLOG_HIT))
		return;
	event.time = clock_milliseconds(CLOCK_REALTIME);
	vlog_write(server->vlog, &event);
}

static bool start_rooms(server_t *server)
{
	const front_settings_t settings = front_settings(server->conf);
	const vlog_settings_t validation = vlog_settings(server->conf);
	const front_calls_t calls = { .miss = on_miss, .hit = on_hit, .arg = server };

	server->cache = cache_new(server->conf->cache.size);
	server->cookies = cookies_new();
	server->pending_cookies = server->cookies != NULL ? cookies_copy(server->cookies) : NULL;
	if (server->cache == NULL || server->pending_cookies == NULL)
		return false;
	server->vlog = vlog_new(&validation, server->log);
	if (server->vlog == NULL || !with_pending_settings(server, server->conf, start_pending))
		return false;
	if (!pending_wait_ready(server->pending, READY_SECONDS))
		log_write(server->log, LOG_LEVEL_ERROR,
			  "no resolver process answers yet: questions wait for one; the lines above say what is wrong");
	server->front = front_start(server->sockets, &settings, server->cache, server->cookies, &calls, server->log);
	if (server->front == NULL)
		return false;
	server->sockets = NULL;
	return true;
}

static bool start(server_t *server)
{
	const conf_t *conf = server->conf;

	server->sockets = front_bind(&conf->listen, worker_count(conf), server->log);
	if (server->sockets == NULL)
		return false;
	if (!privileges_drop(conf->user, conf->user_is_default, server->log))
		return false;
	if (log_start(server->log) && start_rooms(server))
		return true;
	log_write(server->log, LOG_LEVEL_ERROR, "cannot start: memory or threads are out");
	return false;
}

static void announce(const server_t *server)
{
	const char *addresses = front_sockets_text(front_sockets(server->front));

	fprintf(stderr, "mxward: ready on %s\n", addresses);
	sd_notifyf(0, "READY=1\nSTATUS=answering on %s", addresses);
}

/* ---- reload ---- */

static bool reload_pending(server_t *server, const pending_settings_t *settings)
{
	return pending_reload(server->pending, settings);
}

static bool same_addresses(const conf_addresses_t *a, const conf_addresses_t *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].size != b->items[i].size ||
		    memcmp(&a->items[i].sa, &b->items[i].sa, a->items[i].size) != 0)
			return false;
	return true;
}

static void warn_of_what_stays(const server_t *server, const conf_t *fresh)
{
	const conf_t *old = server->conf;

	if (!same_addresses(&old->listen, &fresh->listen))
		log_write(server->log, LOG_LEVEL_WARNING, "listen has changed: that needs a restart");
	if (worker_count(old) != worker_count(fresh))
		log_write(server->log, LOG_LEVEL_WARNING, "threads has changed: that needs a restart");
	if (strcmp(old->user, fresh->user) != 0)
		log_write(server->log, LOG_LEVEL_WARNING, "user has changed: that needs a restart");
}

static void use_fresh_conf(server_t *server, conf_t *fresh)
{
	const front_settings_t settings = front_settings(fresh);
	const vlog_settings_t validation = vlog_settings(fresh);

	vlog_reopen(server->vlog, &validation);
	log_reopen(server->log, fresh->log.to, (log_level_t)fresh->log.level);
	warn_of_what_stays(server, fresh);
	front_reload(server->front, &settings);
	cache_set_limit(server->cache, fresh->cache.size);
	conf_free(server->conf);
	server->conf = fresh;
	log_write(server->log, LOG_LEVEL_INFO, "reloaded %s", server->path);
}

static void reload(server_t *server)
{
	struct timespec now;
	char *error = NULL;
	conf_t *fresh = NULL;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	fresh = load_conf(server->path, &error);
	if (fresh == NULL) {
		log_write(server->log, LOG_LEVEL_ERROR, "%s; the running configuration stays",
			  error != NULL ? error : "memory is out");
		free(error);
	} else if (with_pending_settings(server, fresh, reload_pending)) {
		use_fresh_conf(server, fresh);
	} else {
		log_write(server->log, LOG_LEVEL_ERROR, "memory is out; the running configuration stays");
		conf_free(fresh);
	}
	sd_notify(0, "READY=1");
}

/* ---- wait and stop ---- */

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* What the log keeps of a run: how many came, what they got, and how full the cache was. */
static void log_summary(const server_t *server)
{
	front_stats_t front;
	pending_stats_t pending;
	cache_stats_t cache;
	vlog_stats_t vlog;

	front_stats(server->front, &front);
	pending_stats(server->pending, &pending);
	cache_stats(server->cache, &cache);
	vlog_stats(server->vlog, &vlog);
	log_write(server->log, LOG_LEVEL_INFO,
		  "stopping udp=%" PRIu64 " tcp=%" PRIu64 " hits=%" PRIu64 " misses=%" PRIu64 " refused=%" PRIu64
		  " malformed=%" PRIu64 " dropped=%" PRIu64,
		  front.udp_queries, front.tcp_queries, front.hits, front.misses, front.refused, front.malformed,
		  front.dropped);
	log_write(server->log, LOG_LEVEL_INFO,
		  "resolved=%" PRIu64 " failed=%" PRIu64 " timed-out=%" PRIu64 " turned-away=%" PRIu64
		  " waiting=%u cached=%zu octets=%zu evicted=%" PRIu64 " validation-lines=%" PRIu64
		  " validation-lost=%" PRIu64,
		  pending.resolved, pending.failed, pending.timed_out, pending.turned_away, pending.clients,
		  cache.entries, cache.octets, cache.evictions, vlog.written, vlog.lost);
}

static void wait_for_end(server_t *server, const sigset_t *set)
{
	for (;;) {
		int number = sigwaitinfo(set, NULL);

		if (number == SIGHUP)
			reload(server);
		else if (number > 0)
			break;
	}
	sd_notify(0, "STOPPING=1");
	log_summary(server);
}

/* Workers first, so that nothing new comes in; what still waits in pending is dropped with their sockets. */
static void stop(server_t *server)
{
	if (server->front != NULL)
		front_stop(server->front);
	if (server->pending != NULL)
		pending_stop(server->pending);
	if (server->front != NULL)
		front_free(server->front);
	if (server->sockets != NULL)
		front_sockets_free(server->sockets);
	vlog_free(server->vlog);
	cache_free(server->cache);
	cookies_free(server->pending_cookies);
	cookies_free(server->cookies);
	log_free(server->log);
	conf_free(server->conf);
}

static int serve(const char *path)
{
	server_t server = { .path = path };
	char *error = NULL;
	sigset_t signals;
	bool started = false;

	privileges_prepare();
	block_signals(&signals);
	server.conf = load_conf(path, &error);
	if (server.conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward serve: memory is out");
		free(error);
		return EXIT_CONFIG;
	}
	cache_thread_begin(); /* for cache_set_limit() at a reload */
	server.log = log_open(server.conf->log.to, (log_level_t)server.conf->log.level);
	started = server.log != NULL && start(&server);
	if (started) {
		announce(&server);
		wait_for_end(&server, &signals);
	}
	stop(&server);
	cache_thread_end();
	return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

int command_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = MXWARD_CONFIG_FILE;

	for (int option; (option = getopt_long(argc, argv, "c:h", options, NULL)) != -1;) {
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
