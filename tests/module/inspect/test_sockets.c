/* test_sockets.c: sockets stay as long as their addresses are wanted. */
#include "module/inspect/sockets.h"

#include "tests/module/vlog/folder.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* 127.0.0.NUMBER at a port; 0: any. */
static conf_address_t address_of(uint8_t number, uint16_t port)
{
	conf_address_t address = { .size = sizeof(struct sockaddr_in) };

	address.sa.v4.sin_family = AF_INET;
	address.sa.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + number);
	address.sa.v4.sin_port = htons(port);
	return address;
}

static bool listens(int fd)
{
	int is = 0;
	socklen_t size = sizeof(is);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is, &size) == 0 && is == 1;
}

static void want(sockets_t *sockets, conf_address_t *addresses, size_t count)
{
	const conf_addresses_t list = { .count = count, .items = addresses };

	sockets_want(sockets, &list);
}

static void keeps_what_is_wanted(void **state)
{
	conf_address_t addresses[] = { address_of(1, 0), address_of(2, 0), address_of(3, 0) };
	sockets_t sockets = { 0 };
	int before[SOCKETS_MAX];
	int after[SOCKETS_MAX];

	(void)state;
	want(&sockets, addresses, 2);
	assert_true(sockets_open(&sockets, NULL));
	assert_int_equal(sockets_list(&sockets, before), 2);
	assert_true(listens(before[0]) && listens(before[1]));
	want(&sockets, addresses + 1, 2); /* one stays, one goes, one comes */
	assert_false(listens(before[0]));
	assert_int_equal(sockets_list(&sockets, after), 1);
	assert_int_equal(after[0], before[1]);
	assert_true(sockets_open(&sockets, NULL));
	assert_int_equal(sockets_list(&sockets, after), 2);
	assert_int_equal(after[0], before[1]);
	sockets_close(&sockets);
	assert_int_equal(sockets_list(&sockets, after), 0);
	assert_true(sockets_open(&sockets, NULL)); /* wanted, still */
	assert_int_equal(sockets_list(&sockets, after), 2);
	want(&sockets, NULL, 0);
	assert_false(listens(after[0]));
}

/* An address that somebody else has: a line that says what to do. */
static void says_what_it_cannot_have(void **state)
{
	conf_address_t address = address_of(1, 0);
	const int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = address.size;
	sockets_t sockets = { 0 };
	folder_t folder = folder_make();
	log_t *log = log_new(folder.file, LOG_LEVEL_INFO);
	int fds[SOCKETS_MAX];
	char *text;
	size_t octets;

	(void)state;
	assert_non_null(log);
	assert_int_equal(bind(holder, &address.sa.any, size), 0);
	assert_int_equal(listen(holder, 1), 0);
	assert_int_equal(getsockname(holder, &address.sa.any, &size), 0);
	want(&sockets, &address, 1);
	assert_false(sockets_open(&sockets, log));
	assert_int_equal(sockets_list(&sockets, fds), 0);
	log_free(log);
	text = file_read(folder.file, &octets);
	assert_non_null(strstr(text, "cannot listen on 127.0.0.1@"));
	assert_non_null(strstr(text, "change inspection.listen"));
	free(text);
	close(holder);
	assert_true(sockets_open(&sockets, NULL)); /* the next try */
	sockets_close(&sockets);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_wanted),
		cmocka_unit_test(says_what_it_cannot_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
