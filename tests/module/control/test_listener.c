/* test_listener.c: the socket's file: who owns it, what it replaces, what it leaves alone. */
#include "module/control/listener.h"

#include "module/control/peer.h"
#include "tests/support.h"

#include <errno.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct place {
	char folder[64];
	char path[96];
} place_t;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static int setup(void **state)
{
	place_t *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	snprintf(place->folder, sizeof(place->folder), "listener.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->path, sizeof(place->path), "%s/run/control.sock", place->folder);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	place_t *place = *state;

	assert_int_equal(nftw(place->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(place);
	return 0;
}

static bool make(listener_t *listener, const char *path, char **error)
{
	return listener_open(listener, path, geteuid(), getegid(), error);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void makes_socket_and_folder(void **state)
{
	const place_t *place = *state;
	char folder[96];
	char *error;
	struct stat status;
	listener_t listener;
	int fd;

	assert_true(make(&listener, place->path, &error));
	assert_int_equal(stat(place->path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(listener.group, getegid());
	snprintf(folder, sizeof(folder), "%s/run", place->folder);
	assert_int_equal(stat(folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	fd = connect_to(place->path);
	assert_true(fd >= 0);
	close(fd);
	listener_close(&listener);
	assert_int_equal(stat(place->path, &status), -1);
	listener_close(&listener); /* once more: nothing */
}

/* A server that was killed leaves its file. */
static void replaces_stale(void **state)
{
	const place_t *place = *state;
	char *error;
	listener_t dead, alive;

	assert_true(make(&dead, place->path, &error));
	close(dead.fd);
	assert_int_equal(connect_to(place->path), -1);
	assert_true(make(&alive, place->path, &error));
	close(connect_to(place->path));
	listener_close(&alive);
}

static void leaves_living_server(void **state)
{
	const place_t *place = *state;
	char *error;
	listener_t first, second;
	int fd;

	assert_true(make(&first, place->path, &error));
	assert_false(make(&second, place->path, &error));
	assert_int_equal(second.fd, -1);
	assert_non_null(strstr(error, "another server listens there"));
	free(error);
	fd = connect_to(place->path);
	assert_true(fd >= 0);
	close(fd);
	listener_close(&first);
}

static void leaves_other_files(void **state)
{
	const place_t *place = *state;
	char path[96];
	char *error;
	listener_t listener;
	FILE *file;

	snprintf(path, sizeof(path), "%s/file", place->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_false(make(&listener, path, &error));
	assert_non_null(strstr(error, "is no socket"));
	free(error);
	assert_int_equal(access(path, F_OK), 0);
}

/* A link is no socket, wherever it leads. */
static void follows_no_link(void **state)
{
	const place_t *place = *state;
	char path[96];
	char *error;
	listener_t real, listener;

	assert_true(make(&real, place->path, &error));
	snprintf(path, sizeof(path), "%s/link", place->folder);
	assert_int_equal(symlink("run/control.sock", path), 0);
	assert_false(make(&listener, path, &error));
	assert_non_null(strstr(error, "is no socket"));
	free(error);
	listener_close(&real);
}

/* Another server may have begun when we end. */
static void removes_only_its_own(void **state)
{
	const place_t *place = *state;
	char *error;
	listener_t old, fresh;

	assert_true(make(&old, place->path, &error));
	assert_int_equal(unlink(place->path), 0);
	assert_true(make(&fresh, place->path, &error));
	listener_close(&old);
	close(connect_to(place->path));
	listener_close(&fresh);
}

static void makes_one_folder_only(void **state)
{
	const place_t *place = *state;
	char path[128];
	char *error;
	listener_t listener;

	snprintf(path, sizeof(path), "%s/a/b/control.sock", place->folder);
	assert_false(make(&listener, path, &error));
	assert_non_null(strstr(error, "the folder cannot be made"));
	free(error);
}

static void refuses_long_path(void **state)
{
	char path[LISTENER_PATH_MAX + 2];
	char *error;
	listener_t listener;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_false(make(&listener, path, &error));
	assert_non_null(strstr(error, "more than 107 octets"));
	free(error);
}

static void knows_its_peer(void **state)
{
	const place_t *place = *state;
	char *error;
	uid_t user = 0;
	listener_t listener;
	int client, peer;

	assert_true(make(&listener, place->path, &error));
	client = connect_to(place->path);
	assert_true(client >= 0);
	peer = accept(listener.fd, NULL, NULL);
	assert_true(peer >= 0);
	assert_true(peer_may_command(peer, (gid_t)-1, &user));
	assert_int_equal(user, geteuid());
	assert_false(peer_may_command(STDIN_FILENO, getegid(), &user)); /* no socket: nobody */
	assert_int_equal(user, (uid_t)-1);
	close(peer);
	close(client);
	listener_close(&listener);
}

int main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(makes_socket_and_folder), CASE(replaces_stale),  CASE(leaves_living_server),
		CASE(leaves_other_files),      CASE(follows_no_link), CASE(removes_only_its_own),
		CASE(makes_one_folder_only),   CASE(knows_its_peer),  cmocka_unit_test(refuses_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
