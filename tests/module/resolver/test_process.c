/* test_process.c: a real resolver process (the program is the first argument), spoken to as the pool does, and worse. It
 * forwards to a socket of the test, so that the test decides when libunbound gets an answer. */
#include "module/resolver/fresh.h"
#include "module/resolver/launch.h"
#include "module/resolver/options.h"
#include "module/resolver/proto.h"
#include "tests/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 60, SAID_MAX = 8192, NICE_LAST = 19 };

static const char *g_program;

typedef struct fixture {
	launched_t process;
	bool reaped;
	int upstream; /* UDP */
	char config[512];
	uint8_t octets[PROTO_MESSAGE_MAX];
	char said[SAID_MAX];
} fixture_t;

static void launch(fixture_t *f, const char *config)
{
	const launch_request_t request = { .program = g_program, .config = config, .memory = (size_t)1 << 30 };

	assert_true(launch_process(&request, &f->process));
	f->reaped = false;
}

static void set_up_upstream(fixture_t *f)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	f->upstream = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(f->upstream >= 0);
	assert_int_equal(bind(f->upstream, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(f->upstream, (struct sockaddr *)&address, &size), 0);
	snprintf(f->config, sizeof(f->config),
		 "server:\n\tmodule-config: \"iterator\"\n\tdo-not-query-localhost: no\n\tqname-minimisation: no\n"
		 "\toutgoing-range: 16\n\toutgoing-num-tcp: 4\n"
		 "forward-zone:\n\tname: \"example\"\n\tforward-addr: 127.0.0.1@%u\n",
		 ntohs(address.sin_port));
}

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	set_up_upstream(f);
	f->process = (launched_t){ .pid = -1, .pidfd = -1, .socket = -1, .log = -1 };
	f->reaped = true;
	alarm(PATIENCE);
	return 0;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int tear_down(void **state)
{
	fixture_t *f = *state;

	if (!f->reaped) {
		kill(f->process.pid, SIGKILL);
		waitpid(f->process.pid, NULL, 0);
	}
	close_if_open(&f->process.socket);
	close_if_open(&f->process.log);
	close_if_open(&f->process.pidfd);
	close(f->upstream);
	free(f);
	alarm(0);
	return 0;
}

static void wait_for(int fd, short events)
{
	struct pollfd wait = { .fd = fd, .events = events };

	while (poll(&wait, 1, -1) < 0)
		assert_int_equal(errno, EINTR);
}

static void say_octets(fixture_t *f, const void *octets, size_t size)
{
	wait_for(f->process.socket, POLLOUT);
	assert_int_equal(send(f->process.socket, octets, size, MSG_NOSIGNAL), size);
}

static void say(fixture_t *f, const proto_t *message)
{
	uint8_t octets[PROTO_MESSAGE_MAX];

	say_octets(f, octets, proto_write(message, octets));
}

static void ask_how(fixture_t *f, uint64_t id, const char *labels, size_t size, bool tcp, bool fresh)
{
	proto_t message = {
		.kind = PROTO_ASK, .id = id, .tcp = tcp, .fresh = fresh, .type = 1, .name.size = (uint8_t)size
	};

	memcpy(message.name.octets, labels, size);
	say(f, &message);
}

static void ask(fixture_t *f, uint64_t id, const char *labels, size_t size, bool tcp)
{
	ask_how(f, id, labels, size, tcp, false);
}

#define ASK(f, id, labels, tcp)  ask(f, id, labels, sizeof(labels), tcp)
#define ASK_FRESH(f, id, labels) ask_how(f, id, labels, sizeof(labels), false, true)

/* The next message; its kind is 0 when the process has closed the socket. */
static proto_t hear(fixture_t *f)
{
	proto_t message = { 0 };
	ssize_t size;

	wait_for(f->process.socket, POLLIN);
	size = recv(f->process.socket, f->octets, sizeof(f->octets), 0);
	if (size > 0)
		assert_int_equal(proto_read(f->octets, (size_t)size, &message), PROTO_OK);
	return message;
}

static void hear_hello(fixture_t *f)
{
	const proto_t hello = hear(f);

	assert_int_equal(hello.kind, PROTO_HELLO);
	assert_int_equal(hello.version, PROTO_VERSION);
}

/* Its exit status, and all that it wrote. */
static int end(fixture_t *f)
{
	size_t size = 0;
	ssize_t more;
	int status;

	close_if_open(&f->process.socket);
	assert_int_equal(waitpid(f->process.pid, &status, 0), f->process.pid);
	f->reaped = true;
	while ((more = read(f->process.log, f->said + size, SAID_MAX - 1 - size)) > 0)
		size += (size_t)more;
	f->said[size] = '\0';
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static unsigned rcode_of(const proto_t *answer)
{
	assert_true(answer->packet_size >= 12);
	return answer->packet != NULL ? answer->packet[3] & 0xf : UINT_MAX;
}

/* ---- what it answers ---- */

static void answers_local_zones(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 1, "\11localhost", false);
	answer = hear(f);
	assert_int_equal(answer.kind, PROTO_ANSWER);
	assert_int_equal(answer.id, 1);
	assert_int_equal(answer.rcode, 0);
	assert_int_equal(answer.security, 0);
	assert_int_equal(rcode_of(&answer), 0);
	assert_memory_equal(answer.packet + answer.packet_size - 4 - 11, "\x7f\0\0\1", 4); /* before an OPT record */
	ASK(f, 2, "\4name\7invalid", false);
	answer = hear(f);
	assert_int_equal(answer.id, 2);
	assert_int_equal(rcode_of(&answer), 3);
	ASK(f, 3, "\11localhost", true);
	answer = hear(f);
	assert_int_equal(answer.id, 3);
	assert_int_equal(rcode_of(&answer), 0);
	assert_int_equal(end(f), 0);
	assert_null(strstr(f->said, "error: "));
	assert_null(strstr(f->said, "warning: "));
}

static void answers_pings(void **state)
{
	fixture_t *f = *state;

	launch(f, f->config);
	hear_hello(f);
	for (uint64_t number = 5; number > 0; number--) {
		proto_t pong;

		say(f, &(proto_t){ .kind = PROTO_PING, .id = number });
		pong = hear(f);
		assert_int_equal(pong.kind, PROTO_PONG);
		assert_int_equal(pong.id, number);
	}
	assert_int_equal(end(f), 0);
}

/* Reads a question of libunbound and answers it with an RCODE and no records. */
static void answer_upstream(fixture_t *f, uint8_t rcode)
{
	uint8_t packet[1500];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t size = recvfrom(f->upstream, packet, sizeof(packet), 0, (struct sockaddr *)&from, &from_size);

	assert_true(size > 12);
	packet[2] |= 0x80;
	packet[3] = (uint8_t)(0x80 | rcode);
	assert_int_equal(sendto(f->upstream, packet, (size_t)size, 0, (struct sockaddr *)&from, from_size), size);
}

static void resolves(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 9, "\4w\\\"x\7example", false); /* octets that presentation format has to escape */
	answer_upstream(f, 3);
	answer = hear(f);
	assert_int_equal(answer.kind, PROTO_ANSWER);
	assert_int_equal(answer.id, 9);
	assert_int_equal(answer.rcode, 0);
	assert_int_equal(rcode_of(&answer), 3);
	assert_memory_equal(answer.packet + 12, "\4w\\\"x\7example", 14);
	assert_int_equal(end(f), 0);
}

/* Listens for TCP where the upstream takes UDP. */
static int listen_upstream(const fixture_t *f)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(getsockname(f->upstream, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void asks_over_tcp_alone(void **state)
{
	fixture_t *f = *state;
	int listener = listen_upstream(f);
	uint8_t message[1500];
	int connection;
	ssize_t size;
	proto_t answer;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 1, "\1t\7example", true);
	connection = accept(listener, NULL, NULL);
	assert_true(connection >= 0);
	size = recv(connection, message, sizeof(message), 0); /* libunbound sends length and message together */
	assert_true(size > 14);
	assert_int_equal(message[0] << 8 | message[1], size - 2);
	message[4] |= 0x80;
	message[5] = 0x83; /* NXDOMAIN */
	assert_int_equal(send(connection, message, (size_t)size, MSG_NOSIGNAL), size);
	answer = hear(f);
	assert_int_equal(answer.id, 1);
	assert_int_equal(rcode_of(&answer), 3);
	assert_int_equal(recv(f->upstream, message, sizeof(message), MSG_DONTWAIT), -1); /* nothing came over UDP */
	assert_int_equal(end(f), 0);
	close(connection);
	close(listener);
}

/* What options.h makes of a forwarder on loopback lets libunbound ask it, and no other server there. */
static void asks_a_forwarder_on_this_machine(void **state)
{
	fixture_t *f = *state;
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	char yaml[512];
	char *error = NULL;
	conf_t *conf;
	char *text;
	proto_t answer;

	assert_int_equal(getsockname(f->upstream, (struct sockaddr *)&address, &size), 0);
	snprintf(yaml, sizeof(yaml),
		 "resolver: {root-hints: \"\", trust-anchor-file: [], auto-trust-anchor-file: \"\","
		 " forward: [{zone: example, to: [127.0.0.1@%u]}, {zone: test, to: [127.0.0.2@%u]}],"
		 " libunbound: 'do-not-query-address: 127.0.0.2', hardening: {outgoing-range: 16}}",
		 ntohs(address.sin_port), ntohs(address.sin_port));
	conf = conf_parse(yaml, strlen(yaml), "test", &error);
	assert_non_null(conf);
	text = options_text(conf, false);
	assert_non_null(text);
	launch(f, text);
	hear_hello(f);
	ASK(f, 1, "\1f\7example", false);
	answer_upstream(f, 3);
	answer = hear(f);
	assert_int_equal(answer.id, 1);
	assert_int_equal(rcode_of(&answer), 3);
	ASK(f, 2, "\1f\4test", false); /* not a local zone any more, and its server is not to be asked */
	answer = hear(f);
	assert_int_equal(answer.id, 2);
	assert_int_equal(answer.rcode, 2);
	assert_int_equal(end(f), 0);
	free(text);
	conf_free(conf);
}

/* ---- fresh questions ---- */

/* Reads a question for an address and answers it: 25.25.0.`last` for an hour. */
static void answer_address(fixture_t *f, uint8_t last)
{
	static const uint8_t record[] = "\300\14\0\1\0\1\0\0\16\20\0\4\31\31\0"; /* the last octet is `last` */
	uint8_t packet[1500];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t size = recvfrom(f->upstream, packet, sizeof(packet), 0, (struct sockaddr *)&from, &from_size);
	size_t end = 12;

	assert_true(size > 12);
	while (packet[end] != 0)
		end += packet[end] + 1U;
	end += 5;
	memcpy(packet + end, record, sizeof(record));
	packet[end + sizeof(record) - 1] = last;
	end += sizeof(record);
	packet[2] |= 0x80;
	packet[3] = 0x80;
	packet[7] = 1;  /* ANSWER */
	packet[11] = 0; /* without OPT */
	assert_int_equal(sendto(f->upstream, packet, end, 0, (struct sockaddr *)&from, from_size), end);
}

/* Whether it came from a cache. */
static bool hear_address(fixture_t *f, uint64_t id, uint8_t last)
{
	const proto_t answer = hear(f);

	assert_int_equal(answer.kind, PROTO_ANSWER);
	assert_int_equal(answer.id, id);
	assert_int_equal(rcode_of(&answer), 0);
	assert_int_equal(answer.packet != NULL ? answer.packet[answer.packet_size - 11 - 1] : -1,
			 last); /* before an OPT record */
	return answer.cached;
}

static bool upstream_is_asked(const fixture_t *f)
{
	struct pollfd wait = { .fd = f->upstream, .events = POLLIN };

	return poll(&wait, 1, 0) == 1;
}

/* What is cached answers an ordinary question; a fresh one asks the server, however often it is asked. */
static void asks_the_server_afresh(void **state)
{
	fixture_t *f = *state;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 1, "\1f\7example", false);
	answer_address(f, 1);
	(void)hear_address(f, 1, 1);
	ASK(f, 2, "\1f\7example", false);
	(void)hear_address(f, 2, 1);
	assert_false(upstream_is_asked(f));
	for (int id = 3; id < 3 + FRESH_CONTEXTS_MAX * 2; id++) {
		ASK_FRESH(f, id, "\1f\7example");
		answer_address(f, (uint8_t)id);
		(void)hear_address(f, id, (uint8_t)id);
	}
	ASK(f, 99, "\1f\7example", false); /* the ordinary context knows nothing of that */
	(void)hear_address(f, 99, 1);
	assert_false(upstream_is_asked(f));
	assert_int_equal(end(f), 0);
	assert_null(strstr(f->said, "error: "));
}

static void ask_second(fixture_t *f, uint64_t id, const char *labels, size_t size)
{
	proto_t message = { .kind = PROTO_ASK, .id = id, .second = true, .type = 1, .name.size = (uint8_t)size };

	memcpy(message.name.octets, labels, size);
	say(f, &message);
}

/* Each of the two contexts has what it was told itself, and says whether it asked anybody. */
static void has_two_contexts_that_take_turns(void **state)
{
	static const char name[] = "\1f\7example";
	fixture_t *f = *state;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 1, "\1f\7example", false);
	answer_address(f, 1);
	assert_false(hear_address(f, 1, 1));
	ask_second(f, 2, name, sizeof(name));
	answer_address(f, 2);
	assert_false(hear_address(f, 2, 2));
	for (uint64_t id = 3; id < 7; id += 2) {
		ASK(f, id, "\1f\7example", false);
		assert_true(hear_address(f, id, 1));
		ask_second(f, id + 1, name, sizeof(name));
		assert_true(hear_address(f, id + 1, 2));
	}
	assert_false(upstream_is_asked(f));
	assert_int_equal(end(f), 0);
	assert_null(strstr(f->said, "error: "));
}

/* Those who wait keep their contexts busy: then one more is refused, not answered from a cache; and when they are cancelled
 * their contexts go, though the server never said a word. */
static void bounds_its_fresh_contexts(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch(f, f->config);
	hear_hello(f);
	for (uint64_t id = 1; id <= FRESH_CONTEXTS_MAX; id++) {
		ASK_FRESH(f, id, "\1f\7example");
		wait_for(f->upstream, POLLIN);
	}
	ASK_FRESH(f, 50, "\1f\7example");
	answer = hear(f);
	assert_int_equal(answer.kind, PROTO_ANSWER);
	assert_int_equal(answer.id, 50);
	assert_int_equal(answer.rcode, 2);
	assert_memory_equal(answer.why, "too many fresh questions", 24);
	for (uint64_t id = 1; id <= FRESH_CONTEXTS_MAX; id++)
		say(f, &(proto_t){ .kind = PROTO_CANCEL, .id = id });
	for (uint64_t gone = 1; gone <= FRESH_CONTEXTS_MAX; gone++)
		assert_int_equal(hear(f).kind, PROTO_GONE);
	while (upstream_is_asked(f))
		assert_true(recv(f->upstream, f->octets, sizeof(f->octets), 0) > 0);
	ASK_FRESH(f, 51, "\1f\7example");
	answer_address(f, 7);
	(void)hear_address(f, 51, 7);
	assert_int_equal(end(f), 0);
}

/* Files that the sandbox hides cannot make another context like the first: the ordinary one answers then. */
static void has_no_fresh_contexts_with_included_files(void **state)
{
	fixture_t *f = *state;
	char config[600];

	snprintf(config, sizeof(config), "include: \"/dev/null\" # nothing\n%s", f->config);
	launch(f, config);
	hear_hello(f);
	ASK(f, 1, "\1f\7example", false);
	answer_address(f, 1);
	(void)hear_address(f, 1, 1);
	ASK_FRESH(f, 2, "\1f\7example");
	(void)hear_address(f, 2, 1);
	assert_int_equal(end(f), 0);
	assert_non_null(strstr(f->said, "notice: resolver.libunbound includes files"));
}

/* The process tells the end of what was cancelled, whenever libunbound comes to it. */
static void tells_when_a_cancelled_question_is_gone(void **state)
{
	fixture_t *f = *state;
	struct pollfd fds[2];
	proto_t gone;

	launch(f, f->config);
	hear_hello(f);
	ASK(f, 4, "\1c\7example", false);
	wait_for(f->upstream, POLLIN);
	say(f, &(proto_t){ .kind = PROTO_CANCEL, .id = 4 });
	say(f,
	    &(proto_t){ .kind = PROTO_CANCEL, .id = 77 }); /* unknown: its answer is on the way, as far as it knows */
	say(f, &(proto_t){ .kind = PROTO_PING, .id = 1 });
	assert_int_equal(hear(f).kind, PROTO_PONG); /* so it has read the cancel */
	fds[0] = (struct pollfd){ .fd = f->upstream, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = f->process.socket, .events = POLLIN };
	for (fds[1].revents = 0; fds[1].revents == 0; assert_true(poll(fds, 2, -1) > 0))
		if (fds[0].revents != 0)
			answer_upstream(f, 3);
	gone = hear(f);
	assert_int_equal(gone.kind, PROTO_GONE);
	assert_int_equal(gone.id, 4);
	assert_int_equal(end(f), 0);
}

/* ---- stops ---- */

/* A process that minimises, with the test's socket as the server of `example`. */
static void launch_minimising(fixture_t *f)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof(address);
	char config[512];

	assert_int_equal(getsockname(f->upstream, (struct sockaddr *)&address, &size), 0);
	snprintf(config, sizeof(config),
		 "server:\n\tmodule-config: \"iterator\"\n\tdo-not-query-localhost: no\n\tqname-minimisation: yes\n"
		 "\toutgoing-range: 16\n\toutgoing-num-tcp: 4\n"
		 "stub-zone:\n\tname: \"example\"\n\tstub-addr: 127.0.0.1@%u\n",
		 ntohs(address.sin_port));
	launch(f, config);
	hear_hello(f);
}

/* Waits until the server is asked for this name, and for no longer one, which would tell it more; passes over what libunbound asks
 * once more. Answers with an RCODE, unless that is SILENT. */
enum { SILENT = -1, NOERROR = 0, NXDOMAIN = 3 };

static void expect_upstream(fixture_t *f, const char *labels, size_t size, int rcode)
{
	uint8_t packet[1500];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t got;

	do {
		got = recvfrom(f->upstream, packet, sizeof(packet), 0, (struct sockaddr *)&from, &from_size);
		assert_true(got > 12);
		assert_true(strlen((const char *)packet + 12) < size);
	} while (memcmp(packet + 12, labels, size) != 0);
	packet[2] |= 0x84;
	packet[3] = (uint8_t)(0x80 | (rcode & 0xf));
	if (rcode != SILENT)
		assert_int_equal(sendto(f->upstream, packet, (size_t)got, 0, (struct sockaddr *)&from, from_size), got);
}

#define EXPECT(f, labels, rcode) expect_upstream(f, labels, sizeof(labels), rcode)

/* First the domain, then the name; then other names of the domain at once. */
static void asks_for_stops_first(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch_minimising(f);
	ASK(f, 1, "\2mx\1d\7example", false);
	EXPECT(f, "\1d\7example", NOERROR);
	EXPECT(f, "\2mx\1d\7example", NXDOMAIN);
	answer = hear(f);
	assert_int_equal(answer.id, 1);
	assert_int_equal(rcode_of(&answer), 3);
	assert_false(answer.cached);
	ASK(f, 2, "\2my\1d\7example", false);
	EXPECT(f, "\2my\1d\7example", NXDOMAIN);
	answer = hear(f);
	assert_int_equal(answer.id, 2);
	assert_false(answer.cached);
	assert_int_equal(end(f), 0);
}

/* One that does not exist, or has no answer, for which libunbound goes on asking, is passed over. */
static void passes_over_stops(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch_minimising(f);
	ASK(f, 1, "\2mx\1d\7example", false);
	EXPECT(f, "\1d\7example", NXDOMAIN);
	EXPECT(f, "\2mx\1d\7example", NOERROR);
	answer = hear(f);
	assert_int_equal(answer.id, 1);
	assert_int_equal(rcode_of(&answer), NOERROR);
	ASK(f, 2, "\2mx\1e\7example", false);
	EXPECT(f, "\1e\7example", SILENT);
	EXPECT(f, "\2mx\1e\7example", NXDOMAIN);
	answer = hear(f);
	assert_int_equal(answer.id, 2);
	assert_int_equal(rcode_of(&answer), NXDOMAIN);
	assert_int_equal(end(f), 0);
}

/* It is gone at once, and the answer to its stop, which comes later, finds nobody. */
static void ends_at_a_stop(void **state)
{
	fixture_t *f = *state;
	proto_t answer;

	launch_minimising(f);
	ASK(f, 1, "\2mx\1d\7example", false);
	EXPECT(f, "\1d\7example", SILENT);
	say(f, &(proto_t){ .kind = PROTO_CANCEL, .id = 1 });
	answer = hear(f);
	assert_int_equal(answer.kind, PROTO_GONE);
	assert_int_equal(answer.id, 1);
	EXPECT(f, "\1d\7example", NOERROR); /* asked once more */
	say(f, &(proto_t){ .kind = PROTO_PING, .id = 2 });
	answer = hear(f);
	assert_int_equal(answer.kind, PROTO_PONG);
	while (upstream_is_asked(f)) {
		assert_true(recv(f->upstream, f->octets, sizeof(f->octets), 0) > 12);
		assert_memory_equal(f->octets + 12, "\1d\7example", 11);
	}
	assert_int_equal(end(f), 0);
}

/* ---- what it does not put up with ---- */

static void one_id_twice(fixture_t *f)
{
	ASK(f, 4, "\1t\7example", false);
	ASK(f, 4, "\1t\7example", false);
}

static void too_many(fixture_t *f)
{
	for (uint64_t id = 1; id <= PROTO_OPEN_MAX + 1; id++)
		ASK(f, id, "\1m\7example", false);
}

static void an_answer(fixture_t *f)
{
	say(f, &(proto_t){ .kind = PROTO_ANSWER, .id = 1, .why = "" });
}

static void garbage(fixture_t *f)
{
	say_octets(f, "\2\0", 2);
}

static void too_long(fixture_t *f)
{
	static const uint8_t octets[PROTO_MESSAGE_MAX + 1] = { PROTO_PING };

	say_octets(f, octets, sizeof(octets));
}

struct nonsense {
	const char *name;
	void (*say)(fixture_t *f);
};

static const struct nonsense nonsenses[] = {
	{ "one id twice", one_id_twice }, { "too many questions", too_many }, { "an answer", an_answer },
	{ "garbage", garbage },           { "too long", too_long },
};

enum { NONSENSES = sizeof(nonsenses) / sizeof(nonsenses[0]) };

static void leaves_on_nonsense(void **state)
{
	const struct nonsense *nonsense = *state;
	void *own = NULL;
	fixture_t *f;

	assert_int_equal(set_up(&own), 0);
	f = own;
	assert_non_null(f);
	launch(f, f->config);
	hear_hello(f);
	nonsense->say(f);
	assert_int_equal(hear(f).kind, 0);
	assert_int_equal(end(f), 2);
	assert_non_null(strstr(f->said, "error: the pool sent nonsense: "));
	tear_down(&own);
}

struct refusal {
	const char *name;
	const char *config;
	const char *said;
};

static const struct refusal refusals[] = {
	{ "unknown option", "server:\n\tno-such-option: yes\n", ":2: error: unknown keyword" },
	{ "missing trust anchor", "server:\n\ttrust-anchor-file: \"/nonexistent\"\n", "error" },
	{ "missing state", "server:\n\tauto-trust-anchor-file: \"/nonexistent\"\n", "error" },
	{ "missing root hints", "server:\n\troot-hints: \"/nonexistent\"\n", "error" },
	{ "unknown module", "server:\n\tmodule-config: \"nonsense\"\n", "error" },
};

enum { REFUSALS = sizeof(refusals) / sizeof(refusals[0]) };

static void says_what_it_refuses(void **state)
{
	const struct refusal *refusal = *state;
	void *own = NULL;
	fixture_t *f;

	assert_int_equal(set_up(&own), 0);
	f = own;
	assert_non_null(f);
	launch(f, refusal->config);
	assert_int_equal(hear(f).kind, 0);
	assert_int_equal(end(f), 1);
	assert_non_null(strstr(f->said, refusal->said));
	tear_down(&own);
}

/* ---- how it lives ---- */

static bool status_has(pid_t pid, const char *line)
{
	char path[64];
	char text[128];
	bool has = false;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	in = fopen(path, "re");
	assert_non_null(in);
	while (fgets(text, sizeof(text), in) != NULL)
		has = has || strcmp(text, line) == 0;
	fclose(in);
	return has;
}

static void is_confined(void **state)
{
	const int own = getpriority(PRIO_PROCESS, 0);
	fixture_t *f = *state;

	launch(f, f->config);
	hear_hello(f);
	assert_true(status_has(f->process.pid, "NoNewPrivs:\t1\n"));
	assert_true(status_has(f->process.pid, "CapEff:\t0000000000000000\n"));
	assert_true(status_has(f->process.pid, "CapPrm:\t0000000000000000\n"));
#ifdef MXWARD_SANDBOX
	assert_true(status_has(f->process.pid, "Seccomp:\t2\n"));
#endif
	assert_int_equal(getpriority(PRIO_PROCESS, (id_t)f->process.pid), own + 5 < NICE_LAST ? own + 5 : NICE_LAST);
	kill(f->process.pid, SIGTERM); /* the terminal's and systemd's signals are the daemon's */
	kill(f->process.pid, SIGINT);
	say(f, &(proto_t){ .kind = PROTO_PING, .id = 1 });
	assert_int_equal(hear(f).kind, PROTO_PONG);
	assert_int_equal(end(f), 0);
}

static void *launch_and_leave(void *arg)
{
	fixture_t *f = arg;

	launch(f, f->config);
	hear_hello(f);
	return NULL;
}

static void ends_with_the_thread_that_made_it(void **state)
{
	fixture_t *f = *state;
	pthread_t thread;
	int status;

	assert_int_equal(pthread_create(&thread, NULL, launch_and_leave, f), 0);
	pthread_join(thread, NULL);
	assert_int_equal(waitpid(f->process.pid, &status, 0), f->process.pid);
	f->reaped = true;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void does_with_fewer_files(void **state)
{
	fixture_t *f = *state;
	size_t used;
	int status;

	used = strlen(f->config);
	snprintf(f->config + used, sizeof(f->config) - used, "server:\n\toutgoing-range: 4096\n");
	fflush(NULL);
	if (fork() == 0) { /* a hard limit cannot be raised again, so another process lowers it */
		bool sane = setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 100, 100 }) == 0;
		proto_t answer;

		launch(f, f->config);
		hear_hello(f);
		ASK(f, 1, "\1f\7example", false);
		answer_upstream(f, 3);
		answer = hear(f);
		sane = sane && answer.kind == PROTO_ANSWER && end(f) == 0 &&
		       strstr(f->said, "only 100 files may be open");
		_exit(sane ? 0 : 1);
	}
	assert_true(wait(&status) > 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Answers that the pool does not take wait; none is lost. */
static void keeps_answers_for_a_slow_pool(void **state)
{
	enum { QUESTIONS = 4000 };
	fixture_t *f = *state;
	bool seen[QUESTIONS + 1] = { false };

	launch(f, f->config);
	hear_hello(f);
	for (uint64_t id = 1; id <= QUESTIONS; id++)
		ASK(f, id, "\11localhost", false);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		const proto_t answer = hear(f);

		assert_int_equal(answer.kind, PROTO_ANSWER);
		assert_true(answer.id >= 1 && answer.id <= QUESTIONS && !seen[answer.id]);
		seen[answer.id] = true;
	}
	assert_int_equal(end(f), 0);
}

/* ---- the command line ---- */

static int run(char *first, char *second)
{
	char name[] = "mxward";
	char command[] = "resolver";
	char *const arguments[] = { name, command, first, second, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO), 0);
	assert_int_equal(posix_spawn(&pid, g_program, &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void is_not_for_people(void **state)
{
	char help[] = "--help";
	char memory[] = "0";

	(void)state;
	assert_int_equal(run(help, NULL), 0);
	assert_int_equal(run(memory, NULL), 64);
	assert_int_equal(run(NULL, NULL), 64);
}

#define IN_FIXTURE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
	static const struct CMUnitTest plain[] = {
		IN_FIXTURE(answers_local_zones),
		IN_FIXTURE(answers_pings),
		IN_FIXTURE(resolves),
		IN_FIXTURE(asks_over_tcp_alone),
		IN_FIXTURE(asks_a_forwarder_on_this_machine),
		IN_FIXTURE(asks_the_server_afresh),
		IN_FIXTURE(has_two_contexts_that_take_turns),
		IN_FIXTURE(bounds_its_fresh_contexts),
		IN_FIXTURE(has_no_fresh_contexts_with_included_files),
		IN_FIXTURE(asks_for_stops_first),
		IN_FIXTURE(passes_over_stops),
		IN_FIXTURE(ends_at_a_stop),
		IN_FIXTURE(tells_when_a_cancelled_question_is_gone),
		IN_FIXTURE(is_confined),
		IN_FIXTURE(ends_with_the_thread_that_made_it),
		IN_FIXTURE(does_with_fewer_files),
		IN_FIXTURE(keeps_answers_for_a_slow_pool),
		cmocka_unit_test(is_not_for_people),
	};
	enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };
	struct CMUnitTest tests[PLAIN + NONSENSES + REFUSALS];
	size_t count = 0;

	if (argc != 2) {
		fputs("usage: test_process MXWARD\n", stderr);
		return 64;
	}
	g_program = argv[1];
	for (size_t i = 0; i < PLAIN; i++)
		tests[count++] = plain[i];
	for (size_t i = 0; i < NONSENSES; i++)
		tests[count++] = (struct CMUnitTest){ nonsenses[i].name, leaves_on_nonsense, NULL, NULL,
						      (void *)(uintptr_t)&nonsenses[i] };
	for (size_t i = 0; i < REFUSALS; i++)
		tests[count++] = (struct CMUnitTest){ refusals[i].name, says_what_it_refuses, NULL, NULL,
						      (void *)(uintptr_t)&refusals[i] };
	return _cmocka_run_group_tests("process", tests, count, NULL, NULL);
}
