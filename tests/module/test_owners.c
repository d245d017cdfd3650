/* test_owners.c: from the files of a configuration to whose mail hosts are. */
#include "module/owners.h"

#include "tests/support.h"

#include <sys/mman.h>
#include <unistd.h>

static const char *g_shipped; /* conf/providers.yaml */

enum { PATH_ROOM = 32 };

/* A file that goes with its descriptor. */
static int file_of(const char *text, char path[PATH_ROOM])
{
	int fd = memfd_create("providers", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	snprintf(path, PATH_ROOM, "/dev/fd/%d", fd);
	return fd;
}

static void append(char *text, size_t room, const char *one, const char *other)
{
	const size_t used = strlen(text);

	snprintf(text + used, room - used, "%s%s", one, other);
}

/* A configuration with these files; NULL ends them. */
static conf_t *conf_with(const char *const *paths)
{
	char text[512] = "mx: {providers: [";
	char *error = NULL;
	conf_t *conf;

	for (; *paths != NULL; paths++)
		append(text, sizeof(text), *paths, paths[1] != NULL ? ", " : "");
	append(text, sizeof(text), "]", "}");
	conf = conf_parse(text, strlen(text), "f", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

static void is_owner(const owner_table_t *owners, const char *host, const char *owner)
{
	char text[OWNER_TEXT_MAX];

	assert_string_equal(owner_text_of(owners, host, text), owner);
}

static void later_files_come_first(void **state)
{
	char own[PATH_ROOM];
	int fd = file_of("Our Google: google.com\nUs: mx.example.org\n", own);
	conf_t *conf = conf_with((const char *const[]){ g_shipped, own, NULL });
	char *complaint;
	owner_table_t *owners = owners_load(conf, &complaint);

	(void)state;
	assert_null(complaint);
	is_owner(owners, "aspmx.l.google.com.", "Our Google");
	is_owner(owners, "aspmx2.googlemail.com.", "Google Workspace");
	is_owner(owners, "in1-smtp.messagingengine.com.", "Fastmail");
	is_owner(owners, "mx.example.org.", "Us");
	is_owner(owners, "mx.example.net.", "example.net");
	owner_table_free(owners);
	assert_true(owners_check(conf, &complaint));
	conf_free(conf);
	close(fd);
}

static void leaves_bad_files_out(void **state)
{
	char bad[PATH_ROOM];
	char worse[PATH_ROOM];
	char wanted[128];
	int fds[] = { file_of("Us: mx.example.org\nThem: a..b\n", bad), file_of("[]", worse) };
	conf_t *conf = conf_with((const char *const[]){ bad, g_shipped, worse, NULL });
	char *complaint;
	owner_table_t *owners = owners_load(conf, &complaint);

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s:2:7: \"a..b\" is no domain name: it has an empty label", bad);
	assert_string_equal(complaint, wanted);
	is_owner(owners, "mx.example.org.", "example.org");
	is_owner(owners, "aspmx.l.google.com.", "Google Workspace");
	free(complaint);
	owner_table_free(owners);
	assert_false(owners_check(conf, &complaint));
	assert_string_equal(complaint, wanted);
	free(complaint);
	conf_free(conf);
	close(fds[0]);
	close(fds[1]);
}

static void misses_what_is_named(void **state)
{
	conf_t *conf = conf_with((const char *const[]){ "/nonexistent/providers.yaml", NULL });
	char *complaint;

	(void)state;
	assert_false(owners_check(conf, &complaint));
	assert_string_equal(complaint, "/nonexistent/providers.yaml: cannot be opened: No such file or directory");
	free(complaint);
	conf_free(conf);
}

/* Where mxward is not installed, the defaults are not there. */
static void defaults_may_be_absent(void **state)
{
	conf_t *conf = conf_with(
		(const char *const[]){ "/usr/share/mxward/providers.yaml", "/etc/mxward/providers.yaml", NULL });
	char *complaint;
	owner_table_t *owners = owners_load(conf, &complaint);

	(void)state;
	assert_non_null(owners);
	if (access("/etc/mxward/providers.yaml", F_OK) != 0)
		assert_null(complaint);
	free(complaint);
	owner_table_free(owners);
	conf_free(conf);
}

static void may_have_no_file(void **state)
{
	conf_t *conf = conf_with((const char *const[]){ NULL });
	char *complaint;
	owner_table_t *owners = owners_load(conf, &complaint);

	(void)state;
	assert_null(complaint);
	is_owner(owners, "aspmx.l.google.com.", "google.com");
	owner_table_free(owners);
	conf_free(conf);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_files_come_first), cmocka_unit_test(leaves_bad_files_out),
		cmocka_unit_test(misses_what_is_named),   cmocka_unit_test(defaults_may_be_absent),
		cmocka_unit_test(may_have_no_file),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	g_shipped = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
