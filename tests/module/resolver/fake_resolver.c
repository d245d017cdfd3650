/* fake_resolver.c: stands in for a resolver process, and does what it is told. How it starts is the first word of its
 * configuration (ok, die, silent, version, early, garbage); what it does with a question is the first label of the name.
 * An answer's packet is "PID CONFIGURATION", so that a test sees who answered. */
#include "module/resolver/process.h"
#include "module/resolver/proto.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char g_config[256];
static char g_packet[300];
static const char *g_scratch;

static void send_octets(const void *octets, size_t size)
{
	(void)!send(PROCESS_FD_SOCKET, octets, size, MSG_NOSIGNAL);
}

static void say(const proto_t *message)
{
	uint8_t octets[PROTO_MESSAGE_MAX];

	send_octets(octets, proto_write(message, octets));
}

static proto_t answer_to(const proto_t *ask)
{
	return (proto_t){ .kind = PROTO_ANSWER,
			  .id = ask->id,
			  .security = 2,
			  .why = "why",
			  .why_size = 3,
			  .packet = (const uint8_t *)g_packet,
			  .packet_size = strlen(g_packet) };
}

static void do_answer(const proto_t *ask)
{
	const proto_t answer = answer_to(ask);

	say(&answer);
}

static void do_die(const proto_t *ask)
{
	(void)ask;
	_exit(3);
}

static void do_crash(const proto_t *ask)
{
	(void)ask;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

/* Dies with the first question of this name that any process gets. */
static void do_dieonce(const proto_t *ask)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/died", g_scratch);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd >= 0)
		_exit(3);
	do_answer(ask);
}

static void do_hang(const proto_t *ask)
{
	(void)ask;
	for (;;)
		pause();
}

static void do_twice(const proto_t *ask)
{
	do_answer(ask);
	do_answer(ask);
}

static void do_unknown(const proto_t *ask)
{
	proto_t answer = answer_to(ask);

	answer.id += (uint64_t)1 << 40;
	say(&answer);
}

static void do_short(const proto_t *ask)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	const proto_t answer = answer_to(ask);

	(void)proto_write(&answer, octets);
	send_octets(octets, 5);
}

static void do_long(const proto_t *ask)
{
	static uint8_t octets[PROTO_MESSAGE_MAX + 1];
	const proto_t answer = answer_to(ask);

	(void)proto_write(&answer, octets);
	send_octets(octets, sizeof(octets));
}

static void do_badsec(const proto_t *ask)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	const proto_t answer = answer_to(ask);
	size_t size = proto_write(&answer, octets);

	octets[10] = 3; /* kind, id, rcode, and here security */
	send_octets(octets, size);
}

static void do_gone(const proto_t *ask)
{
	say(&(proto_t){ .kind = PROTO_GONE, .id = ask->id });
}

static void do_ask(const proto_t *ask)
{
	say(ask);
}

static void do_hello(const proto_t *ask)
{
	(void)ask;
	say(&(proto_t){ .kind = PROTO_HELLO, .version = PROTO_VERSION });
}

static void do_pong(const proto_t *ask)
{
	(void)ask;
	say(&(proto_t){ .kind = PROTO_PONG, .id = 1 });
}

static void do_close(const proto_t *ask)
{
	do_answer(ask);
	shutdown(PROCESS_FD_SOCKET, SHUT_RDWR);
	for (;;)
		pause();
}

static void do_silent(const proto_t *ask)
{
	(void)ask;
}

/* Answers in the second generation only. */
static void do_patient(const proto_t *ask)
{
	if (strstr(g_config, "two") != NULL)
		do_answer(ask);
}

static void do_talk(const proto_t *ask)
{
	fputs("[1700000000] libunbound[1:0] warning: it says\nwarning: \033[31mit warns\nplain", stderr);
	do_answer(ask);
}

static const struct {
	const char *label;
	void (*act)(const proto_t *ask);
} acts[] = {
	{ "answer", do_answer },   { "die", do_die },       { "crash", do_crash },     { "dieonce", do_dieonce },
	{ "hang", do_hang },       { "twice", do_twice },   { "unknown", do_unknown }, { "short", do_short },
	{ "long", do_long },       { "badsec", do_badsec }, { "gone", do_gone },       { "ask", do_ask },
	{ "hello", do_hello },     { "pong", do_pong },     { "close", do_close },     { "silent", do_silent },
	{ "patient", do_patient }, { "talk", do_talk },     { "late", do_silent },
};

static void on_ask(const proto_t *ask)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (ask->name.octets[0] == strlen(acts[i].label) &&
		    memcmp(ask->name.octets + 1, acts[i].label, ask->name.octets[0]) == 0)
			acts[i].act(ask);
}

/* With "ok late" the answer to a cancelled question was on the way already; with "ok deaf" nothing is told. */
static void on_cancel(const proto_t *cancel)
{
	if (strstr(g_config, "late") != NULL)
		do_answer(cancel);
	else if (strstr(g_config, "deaf") == NULL)
		do_gone(cancel);
}

static void begin(void)
{
	if (strncmp(g_config, "die", 3) == 0)
		_exit(4);
	if (strncmp(g_config, "early", 5) == 0)
		say(&(proto_t){ .kind = PROTO_GONE, .id = 1 });
	if (strncmp(g_config, "garbage", 7) == 0)
		send_octets("\377\377", 2);
	if (strncmp(g_config, "silent", 6) != 0)
		say(&(proto_t){ .kind = PROTO_HELLO,
				.version = strncmp(g_config, "version", 7) == 0 ? PROTO_VERSION + 1 : PROTO_VERSION });
}

int main(int argc, char **argv)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	proto_t message;

	if (argc != 4 || strcmp(argv[1], "resolver") != 0 ||
	    pread(PROCESS_FD_CONFIG, g_config, sizeof(g_config) - 1, 0) < 0)
		return 5;
	g_scratch = argv[3];
	snprintf(g_packet, sizeof(g_packet), "%d %s", (int)getpid(), g_config);
	fcntl(PROCESS_FD_SOCKET, F_SETFL, 0);
	begin();
	for (;;) {
		ssize_t size = recv(PROCESS_FD_SOCKET, octets, sizeof(octets), 0);

		if (size <= 0)
			_exit(0);
		if (proto_read(octets, (size_t)size, &message) != PROTO_OK)
			_exit(6);
		if (message.kind == PROTO_ASK)
			on_ask(&message);
		if (message.kind == PROTO_CANCEL)
			on_cancel(&message);
		if (message.kind == PROTO_PING)
			say(&(proto_t){ .kind = PROTO_PONG, .id = message.id });
	}
}
