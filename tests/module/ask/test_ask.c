/* test_ask.c: ask_server() against a server that does what a row's letters say. */
#include "tests/support.h"

#include "module/ask/address.h"
#include "module/ask/ask.h"
#include "validator/name.h"
#include "validator/query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1024, LARGE = 4000, TYPE_MX = 15, SHORT_TIME = 120, ENOUGH_TIME = 1500, LONG_TIME = 20000 };

/* SHORT_TIME is for rows in which nothing ever comes, ENOUGH_TIME for those in which something must come before it ends.
 *
 * What the server does with a question, a letter for each thing:
 *	h  answers honestly           t  answers with TC and no record
 *	i  answers with a wrong ID    q  answers another question    n  answers another type
 *	e  echoes the query (QR=0)    s  sends five octets           .  says nothing
 *	z  sends length 0 (TCP)       p  answers in pieces (TCP)     c  closes (TCP)     l  answers with 4000 octets (TCP)
 * In `udp` a comma parts the first datagram's letters from the second's; the last group is for all further ones. */
struct row {
	const char *name;
	const char *udp;
	const char *tcp;
	ask_options_t options;
	ask_err_t want;
	bool want_tcp;
	bool want_truncated;
	size_t want_size; /* 0: any */
};

typedef struct fake {
	const struct row *row;
	int udp;
	int tcp;
	int stop; /* eventfd */
	conf_address_t address;
	pthread_t thread;
	unsigned datagrams;
	uint8_t last[MESSAGE_MAX]; /* the last query */
	size_t last_size;
} fake_t;

static size_t make_reply(char letter, const uint8_t *query, size_t size, uint8_t *reply)
{
	memcpy(reply, query, size);
	switch (letter) {
	case 'e': return size;
	case 's': return 5;
	case 'z': return 0;
	case 'i': reply[1] ^= 1; break;
	case 'q': reply[QUERY_HEADER_SIZE + 1] ^= 1; break;
	case 'n': reply[size - 11 - 3] ^= 1; break; /* in front of the class, and of OPT */
	case 't': reply[2] |= QUERY_FLAG_TC >> 8; break;
	default: break;
	}
	reply[2] |= QUERY_FLAG_QR >> 8;
	if (letter != 'l')
		return size;
	memset(reply + size, 0, LARGE - size);
	return LARGE;
}

/* The letters for this datagram. */
static const char *group(const char *letters, unsigned number)
{
	for (; number > 0 && strchr(letters, ',') != NULL; number--)
		letters = strchr(letters, ',') + 1;
	return letters;
}

static void serve_udp(fake_t *fake)
{
	struct sockaddr_storage peer;
	socklen_t peer_size = sizeof(peer);
	ssize_t size = recvfrom(fake->udp, fake->last, sizeof(fake->last), 0, (struct sockaddr *)&peer, &peer_size);
	uint8_t reply[LARGE];

	if (size <= 0)
		return;
	fake->last_size = (size_t)size;
	for (const char *letter = group(fake->row->udp, fake->datagrams++); *letter != '\0' && *letter != ','; letter++)
		if (*letter != '.')
			sendto(fake->udp, reply, make_reply(*letter, fake->last, fake->last_size, reply), 0,
			       (struct sockaddr *)&peer, peer_size);
}

static bool read_all(int fd, uint8_t *octets, size_t size)
{
	return recv(fd, octets, size, MSG_WAITALL) == (ssize_t)size;
}

static void reply_tcp(int fd, char letter, const uint8_t *query, size_t size)
{
	uint8_t reply[2 + LARGE];
	size_t reply_size = make_reply(letter, query, size, reply + 2);
	size_t first = letter == 'p' ? 1 : 2 + reply_size;

	reply[0] = (uint8_t)(reply_size >> 8);
	reply[1] = (uint8_t)reply_size;
	if (letter == 'c')
		return;
	assert_int_equal(send(fd, reply, first, MSG_NOSIGNAL), first);
	if (first < 2 + reply_size)
		assert_int_equal(send(fd, reply + first, 2 + reply_size - first, MSG_NOSIGNAL), 2 + reply_size - first);
}

static void serve_tcp(fake_t *fake)
{
	int fd = accept(fake->tcp, NULL, NULL);
	uint8_t length[2];
	size_t size;

	if (fd < 0)
		return;
	if (read_all(fd, length, 2)) {
		size = (size_t)length[0] << 8 | length[1];
		assert_true(size <= sizeof(fake->last));
		if (read_all(fd, fake->last, size)) {
			fake->last_size = size;
			if (fake->row->tcp[0] == '.')
				(void)!read(fd, length, 1); /* silent until the client gives up */
			else
				reply_tcp(fd, fake->row->tcp[0], fake->last, size);
		}
	}
	close(fd);
}

static void *serve(void *arg)
{
	fake_t *fake = arg;
	struct pollfd wanted[] = { { fake->stop, POLLIN, 0 }, { fake->udp, POLLIN, 0 }, { fake->tcp, POLLIN, 0 } };

	for (;;) {
		if (poll(wanted, 3, -1) <= 0)
			continue;
		if (wanted[0].revents != 0)
			return NULL;
		if (wanted[1].revents != 0)
			serve_udp(fake);
		if (wanted[2].revents != 0)
			serve_tcp(fake);
	}
}

/* UDP and TCP on one port that the kernel finds; taken ports make it try again. */
static void bind_both(fake_t *fake)
{
	int tries = 100;

	do {
		assert_true(address_from_text("127.0.0.1", &fake->address));
		fake->address.sa.v4.sin_port = 0;
		fake->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		fake->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(fake->udp, &fake->address.sa.any, fake->address.size), 0);
		assert_int_equal(getsockname(fake->udp, &fake->address.sa.any, &fake->address.size), 0);
		if (bind(fake->tcp, &fake->address.sa.any, fake->address.size) == 0)
			break;
		close(fake->udp);
		close(fake->tcp);
	} while (--tries > 0);
	assert_true(tries > 0);
	assert_int_equal(listen(fake->tcp, 8), 0);
}

static void fake_start(fake_t *fake, const struct row *row)
{
	memset(fake, 0, sizeof(*fake));
	fake->row = row;
	bind_both(fake);
	fake->stop = eventfd(0, EFD_CLOEXEC);
	assert_true(fake->stop >= 0);
	assert_int_equal(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static void fake_stop(fake_t *fake)
{
	assert_int_equal(eventfd_write(fake->stop, 1), 0);
	assert_int_equal(pthread_join(fake->thread, NULL), 0);
	close(fake->udp);
	close(fake->tcp);
	close(fake->stop);
}

static const struct row rows[] = {
	{ "an honest answer over UDP", "h", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "an answer after a lost datagram", ".,h", "", { .timeout_ms = ENOUGH_TIME }, ASK_OK, false, false, 0 },
	{ "a wrong ID is ignored", "ih", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "another name is ignored", "qh", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "another type is ignored", "nh", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "our own query is no reply", "eh", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "too short is ignored", "sh", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "a datagram without octets is ignored", "zh", "", { .timeout_ms = LONG_TIME }, ASK_OK, false, false, 0 },
	{ "nothing but strangers", "iq", "", { .timeout_ms = ENOUGH_TIME }, ASK_MALFORMED, false, false, 0 },
	{ "strangers, then silence", "i,.", "", { .timeout_ms = ENOUGH_TIME }, ASK_MALFORMED, false, false, 0 },
	{ "silence over UDP", ".", "", { .timeout_ms = SHORT_TIME }, ASK_TIMEOUT, false, false, 0 },
	{ "truncated: TCP has it all", "t", "l", { .timeout_ms = LONG_TIME }, ASK_OK, true, false, LARGE },
	{ "truncated and wanted so",
	  "t",
	  "l",
	  { .timeout_ms = LONG_TIME, .no_fallback = true },
	  ASK_OK,
	  false,
	  true,
	  0 },
	{ "truncated, and TCP is silent", "t", ".", { .timeout_ms = ENOUGH_TIME }, ASK_TIMEOUT, true, false, 0 },
	{ "TCP at once", "", "h", { .timeout_ms = LONG_TIME, .tcp = true }, ASK_OK, true, false, 0 },
	{ "TCP in pieces", "", "p", { .timeout_ms = LONG_TIME, .tcp = true }, ASK_OK, true, false, 0 },
	{ "TCP with a wrong ID", "", "i", { .timeout_ms = LONG_TIME, .tcp = true }, ASK_MALFORMED, true, false, 0 },
	{ "TCP with another question",
	  "",
	  "q",
	  { .timeout_ms = LONG_TIME, .tcp = true },
	  ASK_MALFORMED,
	  true,
	  false,
	  0 },
	{ "TCP with an empty message",
	  "",
	  "z",
	  { .timeout_ms = LONG_TIME, .tcp = true },
	  ASK_MALFORMED,
	  true,
	  false,
	  0 },
	{ "TCP closed", "", "c", { .timeout_ms = LONG_TIME, .tcp = true }, ASK_NETWORK, true, false, 0 },
	{ "TCP silent", "", ".", { .timeout_ms = SHORT_TIME, .tcp = true }, ASK_TIMEOUT, true, false, 0 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void asks(void **state)
{
	const struct row *row = *state;
	ask_reply_t *reply = malloc(sizeof(*reply));
	name_t name;
	fake_t fake;

	assert_non_null(reply);
	assert_true(name_from_text("example.org.", &name));
	fake_start(&fake, row);
	assert_string_equal(ask_strerror(ask_server(&fake.address, &name, TYPE_MX, &row->options, reply)),
			    ask_strerror(row->want));
	fake_stop(&fake);
	assert_int_equal(reply->over_tcp, row->want_tcp);
	if (row->want == ASK_OK) {
		assert_int_equal((reply->octets[2] & QUERY_FLAG_TC >> 8) != 0, row->want_truncated);
		assert_int_equal(reply->size, row->want_size > 0 ? row->want_size : fake.last_size);
		assert_int_equal(reply->octets[0] << 8 | reply->octets[1], fake.last[0] << 8 | fake.last[1]);
	}
	free(reply);
}

/* What goes out, read by the reader of our own server. */
static void sends(const ask_options_t *options, query_t *query)
{
	const struct row row = { .udp = "h", .options = *options };
	ask_reply_t *reply = malloc(sizeof(*reply));
	name_t name;
	fake_t fake;

	assert_non_null(reply);
	assert_true(name_from_text("mail.example.org", &name));
	fake_start(&fake, &row);
	assert_int_equal(ask_server(&fake.address, &name, TYPE_MX, options, reply), ASK_OK);
	fake_stop(&fake);
	assert_int_equal(query_read(fake.last, fake.last_size, query), QUERY_OK);
	assert_int_equal(query->type, TYPE_MX);
	assert_true(name_equal(&query->name, &name));
	free(reply);
}

static void asks_for_dnssec(void **state)
{
	query_t query;

	(void)state;
	sends(&(ask_options_t){ .timeout_ms = LONG_TIME }, &query);
	assert_true(query.edns);
	assert_true(query.dnssec_ok);
	assert_int_equal(query.udp_size, 1232);
	assert_int_equal(query.flags, QUERY_FLAG_RD | QUERY_FLAG_AD);
}

static void asks_plainly(void **state)
{
	const ask_options_t options = {
		.timeout_ms = LONG_TIME,
		.checking_disabled = true,
		.no_edns = true,
		.no_recursion = true,
	};
	query_t query;

	(void)state;
	sends(&options, &query);
	assert_false(query.edns);
	assert_int_equal(query.flags, QUERY_FLAG_AD | QUERY_FLAG_CD);
}

/* A port that was just given back has nobody behind it. */
static void nobody_is_there(void **state)
{
	const ask_options_t udp = { .timeout_ms = LONG_TIME };
	const ask_options_t tcp = { .timeout_ms = LONG_TIME, .tcp = true };
	const struct row row = { .udp = "", .tcp = "" };
	ask_reply_t *reply = malloc(sizeof(*reply));
	name_t name;
	fake_t fake;

	(void)state;
	assert_non_null(reply);
	assert_true(name_from_text(".", &name));
	fake_start(&fake, &row);
	fake_stop(&fake);
	assert_int_equal(ask_server(&fake.address, &name, TYPE_MX, &udp, reply), ASK_NETWORK);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(ask_server(&fake.address, &name, TYPE_MX, &tcp, reply), ASK_NETWORK);
	assert_int_equal(errno, ECONNREFUSED);
	free(reply);
}

/* The kernel refuses at once: the broadcast address takes no connection. */
static void cannot_connect(void **state)
{
	ask_reply_t *reply = malloc(sizeof(*reply));
	conf_address_t address;
	name_t name;

	(void)state;
	assert_non_null(reply);
	assert_true(name_from_text(".", &name));
	assert_true(address_from_text("255.255.255.255", &address));
	for (int tcp = 0; tcp <= 1; tcp++) {
		const ask_options_t options = { .timeout_ms = LONG_TIME, .tcp = tcp };

		errno = 0;
		assert_int_equal(ask_server(&address, &name, TYPE_MX, &options, reply), ASK_NETWORK);
		assert_int_not_equal(errno, 0);
	}
	free(reply);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 4];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, asks, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(asks_for_dnssec);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(asks_plainly);
	tests[ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(nobody_is_there);
	tests[ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(cannot_connect);
	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
