/* test_front.c: the whole front on loopback addresses, with a cache of the test's and questions that the test answers.
 *
 * Nothing here waits for time to pass: a client waits until the reply, or the end of its connection, is there, and fails
 * after PATIENCE_MS. */
#include "module/front/front.h"
#include "module/front/reply.h"

#include "tests/module/front/message.h"
#include "validator/answer.h"
#include "validator/ede.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 20000,
	MOST_MISSES = 2048,
	MAX_UDP = 1232,
	THREADS = 2,
	REFUSED = 5,
	FORMERR = 1,
};

/* ---- the log: the last line ---- */

static struct {
	pthread_mutex_t lock;
	char last[600];
} logged = { .lock = PTHREAD_MUTEX_INITIALIZER };

void log_write(log_t *log, log_level_t level, const char *format, ...)
{
	char line[sizeof(logged.last)];
	va_list arguments;

	(void)log;
	(void)level;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&logged.lock);
	memcpy(logged.last, line, sizeof(line));
	pthread_mutex_unlock(&logged.lock);
}

/* ---- questions that the cache cannot answer ---- */

typedef struct missed {
	query_t query;
	client_t client;
} missed_t;

typedef struct fixture {
	front_t *front;
	cache_t *cache;
	cookies_t *cookies;
	conf_prefix_t allowed[4];
	conf_prefixes_t allow;
	front_settings_t settings;
	uint16_t port_v4, port_v6;
	pthread_mutex_t lock;
	pthread_cond_t more;
	unsigned taken; /* misses */
	unsigned count; /* of these, those that handed() was called for */
	missed_t missed[MOST_MISSES];
} fixture_t;

static bool miss(void *arg, const query_t *query, const client_t *client)
{
	fixture_t *f = arg;
	bool room = false;

	pthread_mutex_lock(&f->lock);
	room = f->taken < MOST_MISSES;
	if (room)
		f->missed[f->taken++] = (missed_t){ .query = *query, .client = *client };
	pthread_mutex_unlock(&f->lock);
	return room;
}

static void handed(void *arg)
{
	fixture_t *f = arg;

	pthread_mutex_lock(&f->lock);
	f->count = f->taken;
	pthread_cond_signal(&f->more);
	pthread_mutex_unlock(&f->lock);
}

/* Waits for `count` misses in all. */
static void await_misses(fixture_t *f, unsigned count)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_MS / 1000;
	pthread_mutex_lock(&f->lock);
	while (f->count < count)
		assert_int_equal(pthread_cond_timedwait(&f->more, &f->lock, &until), 0);
	pthread_mutex_unlock(&f->lock);
}

/* Answers a miss from the test's thread, as the pending thread would. */
static void answer_miss(fixture_t *f, unsigned which)
{
	const missed_t *missed = &f->missed[which];
	const reply_context_t context = { .cookies = f->cookies, .max_udp_size = MAX_UDP, .keepalive = 1 };
	cache_answer_t *answer = message_answer(2, SECURITY_INSECURE);
	uint8_t *out = malloc(REPLY_MAX);

	client_send(&missed->client, out, reply_from_answer(&context, &missed->query, &missed->client, answer, out));
	free(out);
	free(answer);
}

/* ---- begin and end ---- */

static uint64_t cache_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

static void keep(fixture_t *f, const char *text, unsigned records)
{
	const asking_t asking = { .name = text, .type = TYPE_A };
	uint8_t octets[MESSAGE_QUERY_MAX];
	cache_answer_t *answer = message_answer(records, SECURITY_INSECURE);
	query_t query;

	assert_int_equal(query_read(octets, message_write(&asking, octets), &query), QUERY_OK);
	const cache_key_t key = { .name = query.name.octets, .name_size = query.name.size, .type = TYPE_A };

	assert_true(cache_put(f->cache, &key, answer, 3600, cache_clock()));
	free(answer);
}

static conf_address_t address(const char *text, uint16_t port)
{
	conf_address_t a = { .sa.v4 = { .sin_family = AF_INET, .sin_port = htons(port) }, .size = sizeof(a.sa.v4) };

	if (inet_pton(AF_INET, text, &a.sa.v4.sin_addr) == 1)
		return a;
	a = (conf_address_t){ .sa.v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) }, .size = sizeof(a.sa.v6) };
	assert_int_equal(inet_pton(AF_INET6, text, &a.sa.v6.sin6_addr), 1);
	return a;
}

static const conf_tcp_t roomy = { .max_connections = 1000, .max_per_client = 1000, .idle_timeout = 60 };

/* Listens on `hosts` (NULL at the end) at free ports; 127.0.0.2 alone may not ask. */
static fixture_t *begin_on(const char *const hosts[], const conf_tcp_t *tcp)
{
	fixture_t *f = calloc(1, sizeof(*f));
	conf_address_t listen[4];
	conf_addresses_t addresses = { .items = listen };
	front_sockets_t *sockets = NULL;

	assert_non_null(f);
	for (; hosts[addresses.count] != NULL; addresses.count++)
		addresses.items[addresses.count] = address(hosts[addresses.count], 0);
	f->allowed[0] = (conf_prefix_t){ .family = AF_INET, .bits = 32, .address = { 127, 0, 0, 1 } };
	f->allowed[1] = (conf_prefix_t){ .family = AF_INET, .bits = 29, .address = { 127, 0, 0, 8 } };
	f->allowed[2] = (conf_prefix_t){ .family = AF_INET6, .bits = 128, .address = { [15] = 1 } };
	f->allow = (conf_prefixes_t){ .count = 3, .items = f->allowed };
	f->settings = (front_settings_t){ .allow = &f->allow, .max_udp_size = MAX_UDP, .tcp = *tcp };
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->more, NULL);
	cache_thread_begin();
	f->cache = cache_new(64 << 20);
	f->cookies = cookies_new();
	keep(f, "hit.example", 1);
	keep(f, "large.example", 1200);
	sockets = front_bind(&addresses, THREADS, NULL);
	assert_non_null(sockets);
	f->front = front_start(sockets, &f->settings, f->cache, f->cookies,
			       &(front_calls_t){ .miss = miss, .handed = handed, .arg = f }, NULL);
	assert_non_null(f->front);
	assert_ptr_equal(front_sockets(f->front), sockets);
	return f;
}

/* The port of an address in front_sockets_text(), or 0. */
static uint16_t port_of(const fixture_t *f, const char *host)
{
	const char *at = strstr(front_sockets_text(front_sockets(f->front)), host);

	return at != NULL ? (uint16_t)strtoul(strchr(at, '@') + 1, NULL, 10) : 0;
}

static fixture_t *begin_with(const conf_tcp_t *tcp)
{
	static const char *const hosts[] = { "127.0.0.1", "::1", NULL };
	fixture_t *f = begin_on(hosts, tcp);

	f->port_v4 = port_of(f, "127.0.0.1");
	f->port_v6 = port_of(f, "::1"); /* 0 on a machine without IPv6 */
	assert_true(f->port_v4 > 0);
	return f;
}

static fixture_t *begin(void)
{
	return begin_with(&roomy);
}

static void finish(fixture_t *f)
{
	front_stop(f->front);
	front_free(f->front);
	cache_free(f->cache);
	cookies_free(f->cookies);
	cache_thread_end();
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->more);
	free(f);
}

/* ---- clients ---- */

static int client_socket(int kind, const char *from)
{
	const conf_address_t local = address(from, 0);
	int fd = socket(local.sa.any.sa_family, kind, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, &local.sa.any, local.size), 0);
	return fd;
}

static void connect_to(int fd, const char *host, uint16_t port)
{
	const conf_address_t to = address(host, port);

	assert_int_equal(connect(fd, &to.sa.any, to.size), 0);
}

static int udp_to(const char *from, const char *host, uint16_t port)
{
	int fd = client_socket(SOCK_DGRAM, from);

	connect_to(fd, host, port);
	return fd;
}

static int tcp_to(const char *from, const char *host, uint16_t port)
{
	int fd = client_socket(SOCK_STREAM, from);

	connect_to(fd, host, port);
	return fd;
}

static int udp_client(const fixture_t *f)
{
	return udp_to("127.0.0.1", "127.0.0.1", f->port_v4);
}

static int tcp_client(const fixture_t *f)
{
	return tcp_to("127.0.0.1", "127.0.0.1", f->port_v4);
}

static size_t question(uint16_t id, const char *name, uint8_t out[MESSAGE_QUERY_MAX])
{
	const asking_t asking = { .id = id, .flags = FLAG_RD, .name = name, .type = TYPE_A, .udp_size = 1232 };

	return message_write(&asking, out);
}

static void await(int fd, short what)
{
	struct pollfd wait = { .fd = fd, .events = what };

	assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
}

static void udp_ask(int fd, uint16_t id, const char *name)
{
	uint8_t octets[MESSAGE_QUERY_MAX];
	size_t size = question(id, name, octets);

	assert_int_equal(send(fd, octets, size, 0), size);
}

static void udp_take(int fd, told_t *told)
{
	uint8_t octets[4096];
	ssize_t size = 0;

	await(fd, POLLIN);
	size = recv(fd, octets, sizeof(octets), 0);
	assert_true(size > 0);
	message_read(octets, (size_t)size, told);
}

static void write_all(int fd, const uint8_t *octets, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, octets, size, MSG_NOSIGNAL);

		assert_true(sent > 0);
		octets += sent;
		size -= (size_t)sent;
	}
}

static size_t frame(uint16_t id, const char *name, uint8_t out[MESSAGE_QUERY_MAX + 2])
{
	size_t size = question(id, name, out + 2);

	out[0] = (uint8_t)(size >> 8);
	out[1] = (uint8_t)size;
	return size + 2;
}

static void tcp_ask(int fd, uint16_t id, const char *name)
{
	uint8_t octets[MESSAGE_QUERY_MAX + 2];

	write_all(fd, octets, frame(id, name, octets));
}

static void read_all(int fd, uint8_t *octets, size_t size)
{
	while (size > 0) {
		ssize_t got = 0;

		await(fd, POLLIN);
		got = recv(fd, octets, size, 0);
		assert_true(got > 0);
		octets += got;
		size -= (size_t)got;
	}
}

static void tcp_take(int fd, told_t *told)
{
	uint8_t length[2];
	uint8_t *octets = malloc(REPLY_MAX);
	size_t size = 0;

	read_all(fd, length, sizeof(length));
	size = (size_t)length[0] << 8 | length[1];
	read_all(fd, octets, size);
	message_read(octets, size, told);
	free(octets);
}

/* The other side ends the connection, in order or not. */
static void tcp_ends(int fd)
{
	uint8_t octet;

	await(fd, POLLIN);
	assert_true(recv(fd, &octet, 1, 0) <= 0);
	close(fd);
}

static void check_hit(const told_t *told, uint16_t id)
{
	assert_int_equal(told->id, id);
	assert_int_equal(told->rcode, 0);
	assert_int_equal(told->answers, 1);
}

/* The front still answers a new client, over UDP and TCP. */
static void still_answers(const fixture_t *f)
{
	int udp = udp_client(f);
	int tcp = tcp_client(f);
	told_t told;

	udp_ask(udp, 41, "hit.example");
	tcp_ask(tcp, 42, "hit.example");
	udp_take(udp, &told);
	check_hit(&told, 41);
	tcp_take(tcp, &told);
	check_hit(&told, 42);
	close(udp);
	close(tcp);
}

/* ---- UDP ---- */

static void udp_hit(void **state)
{
	fixture_t *f = begin();
	front_stats_t stats;
	told_t told;

	(void)state;
	for (unsigned v6 = 0; v6 < (f->port_v6 > 0 ? 2U : 1U); v6++) {
		int fd = v6 ? udp_to("::1", "::1", f->port_v6) : udp_client(f);

		udp_ask(fd, (uint16_t)(7 + v6), "hit.example");
		udp_take(fd, &told);
		check_hit(&told, (uint16_t)(7 + v6));
		close(fd);
	}
	front_stats(f->front, &stats);
	assert_int_equal(stats.udp_queries, f->port_v6 > 0 ? 2 : 1);
	assert_int_equal(stats.hits, stats.udp_queries);
	assert_int_equal(stats.misses, 0);
	finish(f);
}

static void udp_burst(void **state) /* more than a batch */
{
	enum { BURST = 200 };
	fixture_t *f = begin();
	int fd = udp_client(f);
	bool seen[BURST] = { false };
	told_t told;

	(void)state;
	for (unsigned i = 0; i < BURST; i++)
		udp_ask(fd, (uint16_t)i, "hit.example");
	for (unsigned i = 0; i < BURST; i++) {
		udp_take(fd, &told);
		assert_in_range(told.id, 0, BURST - 1);
		assert_false(seen[told.id]);
		seen[told.id] = true;
	}
	close(fd);
	finish(f);
}

static void udp_miss_is_answered_later(void **state)
{
	fixture_t *f = begin();
	int one = udp_client(f);
	int two = f->port_v6 > 0 ? udp_to("::1", "::1", f->port_v6) : udp_client(f);
	told_t told;

	(void)state;
	udp_ask(one, 1, "one.example");
	await_misses(f, 1);
	udp_ask(two, 2, "two.example");
	await_misses(f, 2);
	answer_miss(f, 1);
	udp_take(two, &told);
	assert_int_equal(told.id, 2);
	answer_miss(f, 0);
	udp_take(one, &told);
	assert_int_equal(told.id, 1);
	assert_int_equal(told.answers, 2);
	close(one);
	close(two);
	finish(f);
}

static void wildcard_replies_from_the_asked_address(void **state)
{
	static const char *const hosts[] = { "0.0.0.0", "::", NULL };
	fixture_t *f = begin_on(hosts, &roomy);
	int fd = client_socket(SOCK_DGRAM, "127.0.0.9");
	uint8_t octets[4096];
	size_t size = question(1, "hit.example", octets);

	(void)state;
	for (unsigned round = 0; round < 2; round++) { /* a hit, and a miss */
		const conf_address_t to = address("127.0.0.10", port_of(f, "0.0.0.0"));
		conf_address_t from = { .size = sizeof(from.sa) };

		assert_int_equal(sendto(fd, octets, size, 0, &to.sa.any, to.size), size);
		if (round == 1) {
			await_misses(f, 1);
			answer_miss(f, 0);
		}
		await(fd, POLLIN);
		assert_true(recvfrom(fd, octets, sizeof(octets), 0, &from.sa.any, &from.size) > 0);
		assert_int_equal(from.sa.v4.sin_addr.s_addr, to.sa.v4.sin_addr.s_addr);
		assert_int_equal(from.sa.v4.sin_port, to.sa.v4.sin_port);
		size = question(2, "miss.example", octets);
	}
	close(fd);
	if (port_of(f, "::") > 0) {
		told_t told;

		fd = udp_to("::1", "::1", port_of(f, "::"));
		udp_ask(fd, 3, "hit.example");
		udp_take(fd, &told);
		check_hit(&told, 3);
		udp_ask(fd, 4, "miss6.example");
		await_misses(f, 2);
		answer_miss(f, 1);
		udp_take(fd, &told);
		assert_int_equal(told.id, 4);
		close(fd);
	}
	finish(f);
}

static void strangers_are_refused(void **state)
{
	fixture_t *f = begin();
	int udp = udp_to("127.0.0.2", "127.0.0.1", f->port_v4);
	int tcp = tcp_to("127.0.0.2", "127.0.0.1", f->port_v4);
	front_stats_t stats;
	told_t told;

	(void)state;
	udp_ask(udp, 1, "hit.example");
	udp_take(udp, &told);
	assert_int_equal(told.rcode, REFUSED);
	assert_string_equal(told.errors, "18=your address is not in allow");
	tcp_ask(tcp, 2, "hit.example");
	tcp_take(tcp, &told);
	assert_int_equal(told.rcode, REFUSED);
	tcp_ends(tcp); /* told once, and hung up */
	close(udp);
	front_stats(f->front, &stats);
	assert_int_equal(stats.refused, 2);
	finish(f);
}

static void reload_changes_who_may_ask(void **state)
{
	fixture_t *f = begin();
	const conf_prefixes_t nobody = { .count = 0 };
	const front_settings_t closed = { .allow = &nobody, .max_udp_size = 512, .tcp = roomy };
	int fd = udp_client(f);
	told_t told;

	(void)state;
	front_reload(f->front, &closed);
	do { /* the workers take the settings in their own time */
		udp_ask(fd, 1, "hit.example");
		udp_take(fd, &told);
	} while (told.rcode != REFUSED);
	assert_int_equal(told.udp_size, 512);
	front_reload(f->front, &f->settings);
	do {
		udp_ask(fd, 2, "hit.example");
		udp_take(fd, &told);
	} while (told.rcode == REFUSED);
	check_hit(&told, 2);
	close(fd);
	finish(f);
}

static void large_answers_need_tcp(void **state)
{
	fixture_t *f = begin();
	int udp = udp_client(f);
	int tcp = tcp_client(f);
	told_t told;

	(void)state;
	udp_ask(udp, 1, "large.example");
	udp_take(udp, &told);
	assert_true(told.flags & FLAG_TC);
	assert_int_equal(told.answers, 0);
	tcp_ask(tcp, 2, "large.example");
	tcp_take(tcp, &told);
	assert_false(told.flags & FLAG_TC);
	assert_int_equal(told.answers, 1200);
	close(udp);
	close(tcp);
	finish(f);
}

static void largest_datagram_is_read(void **state)
{
	enum { LARGEST = 65507 };
	fixture_t *f = begin();
	int fd = udp_client(f);
	uint8_t *octets = calloc(1, LARGEST);
	told_t told;

	(void)state;
	(void)question(5, "hit.example", octets);
	assert_int_equal(send(fd, octets, LARGEST, 0), LARGEST);
	udp_take(fd, &told);
	assert_int_equal(told.id, 5);
	assert_in_range(told.rcode, 0, FORMERR);
	free(octets);
	close(fd);
	still_answers(f);
	finish(f);
}

static void responses_get_no_reply(void **state)
{
	fixture_t *f = begin();
	int fd = udp_client(f);
	uint64_t seed = 0x5eed;
	uint8_t octets[64];
	told_t told;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		for (size_t j = 0; j < sizeof(octets); j++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			octets[j] = (uint8_t)(seed >> 56);
		}
		octets[2] |= 0x80; /* QR */
		assert_int_equal(send(fd, octets, 12 + i % 52, 0), 12 + i % 52);
		if (i % 100 < 99)
			continue;
		udp_ask(fd, (uint16_t)i, "hit.example"); /* keeps the socket's buffer from running over */
		udp_take(fd, &told);
		check_hit(&told, (uint16_t)i); /* and not a reply to any of those before */
	}
	close(fd);
	finish(f);
}

/* ---- TCP ---- */

static void tcp_hit_and_keepalive(void **state)
{
	const asking_t asking = { .id = 3,
				  .flags = FLAG_RD,
				  .name = "hit.example",
				  .type = TYPE_A,
				  .udp_size = 512,
				  .options = (const uint8_t *)"\0\13\0\0",
				  .options_size = 4 };
	fixture_t *f = begin();
	uint8_t octets[MESSAGE_QUERY_MAX + 2];
	size_t size = message_write(&asking, octets + 2);
	front_stats_t stats;
	told_t told;

	(void)state;
	octets[0] = 0;
	octets[1] = (uint8_t)size;
	for (unsigned v6 = 0; v6 < (f->port_v6 > 0 ? 2U : 1U); v6++) {
		int fd = v6 ? tcp_to("::1", "::1", f->port_v6) : tcp_client(f);

		write_all(fd, octets, size + 2);
		tcp_take(fd, &told);
		check_hit(&told, 3);
		assert_int_equal(told.keepalive, 600); /* 60 s */
		front_stats(f->front, &stats);
		assert_true(stats.tcp_connections >= 1);
		close(fd);
	}
	assert_int_equal(stats.tcp_queries, f->port_v6 > 0 ? 2 : 1);
	finish(f);
}

static void pipelined_out_of_order(void **state) /* RFC 7766, 6.2.1.1 and 7 */
{
	fixture_t *f = begin();
	int fd = tcp_client(f);
	uint8_t octets[4 * (MESSAGE_QUERY_MAX + 2)];
	size_t size = 0;
	told_t told;

	(void)state;
	size += frame(1, "one.example", octets + size);
	size += frame(2, "two.example", octets + size);
	size += frame(3, "hit.example", octets + size);
	write_all(fd, octets, size);
	tcp_take(fd, &told);
	check_hit(&told, 3);
	await_misses(f, 2);
	answer_miss(f, 1);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 2);
	answer_miss(f, 0);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 1);
	close(fd);
	finish(f);
}

static void one_octet_at_a_time(void **state)
{
	fixture_t *f = begin();
	int fd = tcp_client(f);
	uint8_t octets[2 * (MESSAGE_QUERY_MAX + 2)];
	size_t size = frame(1, "hit.example", octets);
	const int now = 1;
	told_t told;

	(void)state;
	size += frame(2, "hit.example", octets + size);
	setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &now, sizeof(now));
	for (size_t i = 0; i < size; i++)
		write_all(fd, octets + i, 1);
	tcp_take(fd, &told);
	check_hit(&told, 1);
	tcp_take(fd, &told);
	check_hit(&told, 2);
	close(fd);
	finish(f);
}

static void thousand_questions_wait_their_turn(void **state)
{
	enum { MANY = 1000 };
	fixture_t *f = begin();
	int fd = tcp_client(f);
	bool seen[MANY] = { false };
	unsigned answered = 0;
	told_t told;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		tcp_ask(fd, (uint16_t)i, "miss.example");
	for (; answered < MANY; answered++) { /* the next is taken when one before it has its answer */
		await_misses(f, answered + 1);
		pthread_mutex_lock(&f->lock);
		assert_true(f->count - answered <= 128);
		pthread_mutex_unlock(&f->lock);
		answer_miss(f, answered);
		tcp_take(fd, &told);
		assert_in_range(told.id, 0, MANY - 1);
		assert_false(seen[told.id]);
		seen[told.id] = true;
	}
	close(fd);
	finish(f);
}

typedef struct flood {
	int fd;
	unsigned count;
} flood_t;

/* Ends early when the connection does, which the reader finds out. */
static void *ask_large(void *arg)
{
	const flood_t *flood = arg;
	uint8_t octets[MESSAGE_QUERY_MAX + 2];

	for (unsigned i = 0; i < flood->count; i++) {
		const size_t size = frame((uint16_t)i, "large.example", octets);

		for (size_t sent = 0; sent < size;) {
			ssize_t some = send(flood->fd, octets + sent, size - sent, MSG_NOSIGNAL);

			if (some <= 0)
				return NULL;
			sent += (size_t)some;
		}
	}
	return NULL;
}

static void client_that_reads_late_gets_all(void **state)
{
	enum { MANY = 600 }; /* 11 MB of replies: more than socket buffers take */
	const int little = 1 << 16;
	fixture_t *f = begin();
	flood_t flood = { .fd = tcp_client(f), .count = MANY };
	pthread_t writer;
	told_t told;

	(void)state;
	setsockopt(flood.fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	assert_int_equal(pthread_create(&writer, NULL, ask_large, &flood), 0);
	still_answers(f); /* while nobody reads on that connection */
	for (unsigned i = 0; i < MANY; i++) {
		tcp_take(flood.fd, &told);
		assert_int_equal(told.id, i);
		assert_int_equal(told.answers, 1200);
	}
	pthread_join(writer, NULL);
	close(flood.fd);
	finish(f);
}

static void half_closed_client_gets_its_answers(void **state)
{
	fixture_t *f = begin();
	int fd = tcp_client(f);
	told_t told;

	(void)state;
	tcp_ask(fd, 1, "one.example");
	tcp_ask(fd, 2, "two.example");
	tcp_ask(fd, 3, "hit.example");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	tcp_take(fd, &told);
	check_hit(&told, 3);
	await_misses(f, 2);
	answer_miss(f, 0);
	answer_miss(f, 1);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 1);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 2);
	tcp_ends(fd);
	finish(f);
}

static void client_that_went_away_costs_nothing(void **state)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	fixture_t *f = begin();
	int udp = udp_client(f);
	int tcp = tcp_client(f);
	front_stats_t stats;

	(void)state;
	udp_ask(udp, 1, "one.example");
	tcp_ask(tcp, 2, "two.example");
	await_misses(f, 2);
	setsockopt(tcp, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(udp);
	close(tcp); /* RST */
	do
		front_stats(f->front, &stats);
	while (stats.tcp_connections > 0);
	answer_miss(f, 0);
	answer_miss(f, 1);
	still_answers(f);
	finish(f);
}

static void slot_of_another_is_not_answered(void **state)
{
	fixture_t *f = begin();
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	front_stats_t stats;
	told_t told;

	(void)state;
	for (unsigned i = 0; i < 8; i++) { /* enough that both workers use a slot twice */
		int fd = tcp_client(f);

		tcp_ask(fd, 99, "gone.example");
		await_misses(f, i + 1);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		do
			front_stats(f->front, &stats);
		while (stats.tcp_connections > 0);
	}
	int fd = tcp_client(f);

	tcp_ask(fd, 1, "mine.example");
	await_misses(f, 9);
	for (unsigned i = 0; i < 9; i++)
		answer_miss(f, i);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 1);
	close(fd);
	finish(f);
}

typedef struct ending {
	const char *name;
	const uint8_t *octets;
	size_t size;
} ending_t;

static ending_t endings[] = {
	{ "a message without octets", OCTETS("\0\0") },
	{ "a message shorter than a header", OCTETS("\0\1a") },
	{ "a response", OCTETS("\0\14\0\1\x81\0\0\1\0\0\0\0\0\0") },
};

static void no_query_ends_the_connection(void **state)
{
	const ending_t *ending = *state;
	fixture_t *f = begin();
	int fd = tcp_client(f);
	told_t told;

	tcp_ask(fd, 1, "hit.example"); /* what came before is answered */
	tcp_ask(fd, 2, "late.example");
	write_all(fd, ending->octets, ending->size);
	tcp_ask(fd, 3, "hit.example"); /* what comes after is not */
	tcp_take(fd, &told);
	check_hit(&told, 1);
	await_misses(f, 1);
	answer_miss(f, 0);
	tcp_take(fd, &told);
	assert_int_equal(told.id, 2);
	tcp_ends(fd);
	still_answers(f);
	finish(f);
}

static void malformed_message_does_not(void **state)
{
	fixture_t *f = begin();
	int fd = tcp_client(f);
	told_t told;

	(void)state;
	write_all(fd, OCTETS("\0\15\0\11\1\0\0\1\0\0\0\0\0\0\77"));
	tcp_take(fd, &told);
	assert_int_equal(told.id, 9);
	assert_int_equal(told.rcode, FORMERR);
	assert_int_equal(told.questions, 0);
	tcp_ask(fd, 3, "hit.example");
	tcp_take(fd, &told);
	check_hit(&told, 3);
	close(fd);
	finish(f);
}

static void idle_connection_is_closed(void **state)
{
	const conf_tcp_t tcp = { .max_connections = 10, .max_per_client = 10, .idle_timeout = 1 };
	fixture_t *f = begin_with(&tcp);
	int idle = tcp_client(f);
	int partial = tcp_client(f);
	int waits = tcp_client(f);
	told_t told;

	(void)state;
	tcp_ask(waits, 1, "one.example");
	write_all(partial, OCTETS("\0\100ab"));
	await_misses(f, 1);
	tcp_ends(idle);
	tcp_ends(partial);
	answer_miss(f, 0); /* who waits for an answer is not idle */
	tcp_take(waits, &told);
	assert_int_equal(told.id, 1);
	tcp_ends(waits);
	finish(f);
}

/* ---- limits ---- */

enum { LIMIT = 64, FLOOD = 300 };

static const conf_tcp_t few = { .max_connections = LIMIT, .max_per_client = 1000, .idle_timeout = 60 };
static const conf_tcp_t few_per_client = { .max_connections = 1000, .max_per_client = LIMIT, .idle_timeout = 60 };

typedef struct attack {
	const char *name;
	const conf_tcp_t *tcp;
	const uint8_t *octets; /* that each connection sends */
	size_t size;
	const char *from;
} attack_t;

static attack_t attacks[] = {
	{ "a flood of idle connections, limit in all", &few, NULL, 0, "127.0.0.1" },
	{ "a flood of idle connections, limit per client", &few_per_client, NULL, 0, "127.0.0.1" },
	{ "a flood of idle strangers", &few, NULL, 0, "127.0.0.2" },
	{ "slow-loris", &few, OCTETS("\0\100abc"), "127.0.0.1" },
	{ "slow-loris, limit per client", &few_per_client, OCTETS("\0"), "127.0.0.1" },
	{ "connections that promise 65535 octets", &few, OCTETS("\xff\xff\0\1"), "127.0.0.1" },
};

/* Waits until as many of the flood's connections have ended as do not fit: then all of them were accepted. */
static void await_hang_ups(const int fds[FLOOD], unsigned count)
{
	struct pollfd waits[FLOOD];
	unsigned ended = 0;

	for (unsigned i = 0; i < FLOOD; i++)
		waits[i] = (struct pollfd){ .fd = fds[i], .events = POLLRDHUP };
	while (ended < count) {
		assert_true(poll(waits, FLOOD, PATIENCE_MS) > 0);
		for (unsigned i = 0; i < FLOOD; i++)
			if (waits[i].revents != 0) {
				waits[i].fd = -1; /* looked at once */
				ended++;
			}
	}
}

static void new_client_is_answered(void **state)
{
	const attack_t *attack = *state;
	fixture_t *f = begin_with(attack->tcp);
	int busy = tcp_client(f);
	int fds[FLOOD];
	front_stats_t stats;
	told_t told;

	tcp_ask(busy, 1, "one.example");
	await_misses(f, 1);
	for (unsigned i = 0; i < FLOOD; i++) {
		fds[i] = tcp_to(attack->from, "127.0.0.1", f->port_v4);
		if (attack->size > 0) /* it may be hung up already */
			(void)!send(fds[i], attack->octets, attack->size, MSG_NOSIGNAL);
	}
	await_hang_ups(fds, FLOOD + 1 - LIMIT);
	still_answers(f);
	front_stats(f->front, &stats);
	assert_in_range(stats.tcp_connections, 1, LIMIT);
	answer_miss(f, 0); /* and who waited for an answer was not pushed out */
	tcp_take(busy, &told);
	assert_int_equal(told.id, 1);
	for (unsigned i = 0; i < FLOOD; i++)
		close(fds[i]);
	close(busy);
	finish(f);
}

static void no_descriptor_left(void **state)
{
	fixture_t *f = begin();
	int idle = tcp_client(f);
	int fresh = client_socket(SOCK_STREAM, "127.0.0.1");
	struct rlimit before, none;
	told_t told;
	int lowest = 0;

	(void)state;
	tcp_ask(idle, 1, "hit.example");
	tcp_take(idle, &told);
	lowest = dup(0);
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)lowest;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	connect_to(fresh, "127.0.0.1", f->port_v4);
	tcp_ask(fresh, 2, "hit.example");
	tcp_take(fresh, &told); /* the idle one had to go */
	check_hit(&told, 2);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	tcp_ends(idle);
	pthread_mutex_lock(&logged.lock);
	assert_non_null(strstr(logged.last, "cannot accept TCP connections (Too many open files)"));
	pthread_mutex_unlock(&logged.lock);
	close(fresh);
	finish(f);
}

/* ---- stopping ---- */

static void answers_after_the_stop_are_dropped(void **state)
{
	fixture_t *f = begin();
	int udp = udp_client(f);
	int tcp = tcp_client(f);
	told_t told;

	(void)state;
	udp_ask(udp, 1, "one.example");
	await_misses(f, 1);
	tcp_ask(tcp, 2, "two.example");
	await_misses(f, 2);
	front_stop(f->front);
	answer_miss(f, 0);
	answer_miss(f, 1);
	udp_take(udp, &told); /* its socket is still open */
	assert_int_equal(told.id, 1);
	front_free(f->front);
	tcp_ends(tcp);
	close(udp);
	cache_free(f->cache);
	cookies_free(f->cookies);
	cache_thread_end();
	free(f);
}

/* ---- binding ---- */

typedef struct refusal {
	const char *name;
	const char *host;
	uint16_t port; /* 0: one that is taken */
	int kind;      /* by this kind of socket */
	const char *says;
} refusal_t;

static refusal_t refusals[] = {
	{ "another's UDP port", "127.0.0.1", 0, SOCK_DGRAM, "@%u (UDP): another program listens there" },
	{ "another's TCP port", "127.0.0.1", 0, SOCK_STREAM, "@%u (TCP): another program listens there" },
	{ "an address of another machine", "192.0.2.1", 5353, 0,
	  "@5353 (UDP): this machine does not have the address" },
	{ "an IPv6 address of another machine", "2001:db8::1", 5353, 0, "2001:db8::1@5353 (UDP): this machine" },
};

static void cannot_bind(void **state)
{
	const refusal_t *refusal = *state;
	int taken = client_socket(refusal->kind == SOCK_STREAM ? SOCK_STREAM : SOCK_DGRAM, "127.0.0.1");
	conf_address_t bound = { .size = sizeof(bound.sa) };
	conf_address_t items[2] = { { .size = 0 }, address("127.0.0.1", 0) };
	const conf_addresses_t one = { .count = 1, .items = items };
	const conf_addresses_t two = { .count = 2, .items = items };
	front_sockets_t *sockets = NULL;
	char says[100];

	assert_int_equal(getsockname(taken, &bound.sa.any, &bound.size), 0);
	if (refusal->kind == SOCK_STREAM)
		assert_int_equal(listen(taken, 1), 0);
	snprintf(says, sizeof(says), "%s", refusal->says);
	if (refusal->port == 0) /* the row's text has one %u */
		snprintf(says, sizeof(says), "@%u%s", ntohs(bound.sa.v4.sin_port), refusal->says + 3);
	one.items[0] = address(refusal->host, refusal->port != 0 ? refusal->port : ntohs(bound.sa.v4.sin_port));
	sockets = front_bind(&two, 1, NULL);
	assert_non_null(sockets); /* one is enough */
	assert_null(strchr(front_sockets_text(sockets), ' '));
	assert_non_null(strstr(logged.last, says));
	front_sockets_free(sockets);
	assert_null(front_bind(&one, 1, NULL));
	assert_string_equal(logged.last, "no address in listen could be used");
	close(taken);
}

static void another_front_is_found_out(void **state) /* SO_REUSEPORT alone would share the port with it */
{
	conf_address_t item = address("127.0.0.1", 0);
	const conf_addresses_t listen = { .count = 1, .items = &item };
	front_sockets_t *first = front_bind(&listen, 2, NULL);

	(void)state;
	assert_non_null(first);
	item = address("127.0.0.1", (uint16_t)strtoul(strchr(front_sockets_text(first), '@') + 1, NULL, 10));
	assert_null(front_bind(&listen, 2, NULL));
	front_sockets_free(first);
	first = front_bind(&listen, 2, NULL); /* free again at once */
	assert_non_null(first);
	front_sockets_free(first);
}

#define ADD_ROWS(table, run)                                            \
	for (size_t i = 0; i < sizeof(table) / sizeof((table)[0]); i++) \
		tests[count++] = (struct CMUnitTest){ (table)[i].name, run, NULL, NULL, &(table)[i] };

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(udp_hit),
		cmocka_unit_test(udp_burst),
		cmocka_unit_test(udp_miss_is_answered_later),
		cmocka_unit_test(wildcard_replies_from_the_asked_address),
		cmocka_unit_test(strangers_are_refused),
		cmocka_unit_test(reload_changes_who_may_ask),
		cmocka_unit_test(large_answers_need_tcp),
		cmocka_unit_test(largest_datagram_is_read),
		cmocka_unit_test(responses_get_no_reply),
		cmocka_unit_test(tcp_hit_and_keepalive),
		cmocka_unit_test(pipelined_out_of_order),
		cmocka_unit_test(one_octet_at_a_time),
		cmocka_unit_test(thousand_questions_wait_their_turn),
		cmocka_unit_test(client_that_reads_late_gets_all),
		cmocka_unit_test(half_closed_client_gets_its_answers),
		cmocka_unit_test(client_that_went_away_costs_nothing),
		cmocka_unit_test(slot_of_another_is_not_answered),
		cmocka_unit_test(malformed_message_does_not),
		cmocka_unit_test(idle_connection_is_closed),
		cmocka_unit_test(no_descriptor_left),
		cmocka_unit_test(answers_after_the_stop_are_dropped),
		cmocka_unit_test(another_front_is_found_out),
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]), MOST = 64 };
	struct CMUnitTest tests[MOST];
	size_t count = 0;

	for (size_t i = 0; i < OTHERS; i++)
		tests[count++] = others[i];
	ADD_ROWS(endings, no_query_ends_the_connection)
	ADD_ROWS(attacks, new_client_is_answered)
	ADD_ROWS(refusals, cannot_bind)
	return _cmocka_run_group_tests("front", tests, count, NULL, NULL);
}
