/* test_files.c: resolv.conf in all its states, and Postfix's copy of it. */
#include "tests/module/doctor/folder.h"

#include "module/ask/address.h"
#include "module/doctor/doctor.h"

#include <errno.h>

#define GOOD "nameserver 127.0.0.1\noptions edns0 trust-ad\n"

struct row {
	const char *name;
	const char *conf;   /* mxward.yaml */
	const char *server; /* -s, or NULL */
	const char *text;   /* resolv.conf; NULL: it is not there */
	finding_status_t want;
	const char *what;
	const char *mend; /* parts of the sentences */
};

static const struct row rows[] = {
	{ "as it should be", "", NULL, GOOD, FINDING_OK, "alone, with edns0 and trust-ad", "" },
	{ "IPv6", "", NULL, "nameserver ::1\noptions trust-ad edns0\n", FINDING_OK, "alone", "" },
	{ "both of our addresses", "", NULL, "nameserver 127.0.0.1\nnameserver ::1\noptions edns0 trust-ad", FINDING_OK,
	  "alone", "" },
	{ "options on lines of their own, with tabs and carriage returns", "", NULL,
	  "# written by hand\n; so it is\nsearch example.org\noptions\tedns0\r\noptions ndots:1\ttrust-ad\r\n"
	  "nameserver\t127.0.0.1\r\n",
	  FINDING_OK, "alone", "" },
	{ "an address of listen", "listen: [192.0.2.1]", NULL, "nameserver 192.0.2.1\noptions edns0 trust-ad\n",
	  FINDING_OK, "alone", "" },
	{ "a wildcard in listen", "listen: [0.0.0.0, '::']", NULL, GOOD, FINDING_OK, "alone", "" },
	{ "another address than listen's", "listen: [192.0.2.1]", NULL, GOOD, FINDING_FAIL, "127.0.0.1, which is not",
	  "address of listen" },
	{ "the server of -s", "", "192.0.2.7@5353", "nameserver 192.0.2.7\noptions edns0 trust-ad\n", FINDING_OK,
	  "alone", "" },
	{ "not the server of -s", "", "192.0.2.7@5353", GOOD, FINDING_FAIL, "127.0.0.1, which is not",
	  "one nameserver" },
	{ "a public resolver", "", NULL, "nameserver 8.8.8.8\noptions edns0 trust-ad\n", FINDING_FAIL,
	  "names 8.8.8.8, which is not mxward", "one nameserver" },
	{ "a public resolver behind ours", "", NULL, GOOD "nameserver 2001:4860:4860::8888\n", FINDING_FAIL,
	  "names 2001:4860:4860::8888 too", "one nameserver" },
	{ "a fourth nameserver is not asked by glibc", "", NULL,
	  GOOD "nameserver ::1\nnameserver 127.0.0.1\nnameserver 8.8.8.8\n", FINDING_OK, "alone", "" },
	{ "systemd-resolved", "", NULL, "nameserver 127.0.0.53\noptions edns0 trust-ad\n", FINDING_FAIL,
	  "names 127.0.0.53", "disable --now systemd-resolved" },
	{ "no trust-ad", "", NULL, "nameserver 127.0.0.1\noptions edns0\n", FINDING_FAIL, "lacks \"options trust-ad\"",
	  "add \"options" },
	{ "trust-ad in a comment", "", NULL, "nameserver 127.0.0.1\n#options edns0 trust-ad\n", FINDING_FAIL,
	  "lacks \"options trust-ad\"", "add \"options" },
	{ "no edns0", "", NULL, "nameserver 127.0.0.1\noptions trust-ad\n", FINDING_WARNING, "lacks \"options edns0\"",
	  "add \"options" },
	{ "no nameserver", "", NULL, "search example.org\n", FINDING_FAIL, "names no nameserver", "one nameserver" },
	{ "nonsense for a nameserver", "", NULL,
	  "nameserver\nnameserver localhost\nnameserver 127.0.0.1@53\nnameserverx 1\n", FINDING_FAIL,
	  "names no nameserver", "one nameserver" },
	{ "an empty file", "", NULL, "", FINDING_FAIL, "names no nameserver", "one nameserver" },
	{ "no file", "", NULL, NULL, FINDING_FAIL, "cannot be read (No such file or directory)", "one nameserver" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

typedef struct scene {
	folder_t folder;
	conf_t *conf;
	doctor_t *doctor;
	char resolv_conf[PATH_MAX];
	char postfix[PATH_MAX];
} scene_t;

static void scene_begin(scene_t *scene, const char *conf, const char *text)
{
	char *error;

	folder_make(&scene->folder);
	scene->conf = conf_parse(conf, strlen(conf), "conf", &error);
	assert_non_null(scene->conf);
	scene->doctor = calloc(1, sizeof(*scene->doctor));
	assert_non_null(scene->doctor);
	if (text != NULL)
		folder_write(&scene->folder, "resolv.conf", text);
	snprintf(scene->resolv_conf, sizeof(scene->resolv_conf), "%s", folder_path(&scene->folder, "resolv.conf"));
	snprintf(scene->postfix, sizeof(scene->postfix), "%s", folder_path(&scene->folder, "postfix"));
	scene->doctor->conf = scene->conf;
	scene->doctor->resolv_conf = scene->resolv_conf;
	scene->doctor->postfix = scene->postfix;
	scene->doctor->resolv_error = resolv_read(scene->resolv_conf, &scene->doctor->resolv) ? 0 : errno;
}

static void scene_end(scene_t *scene)
{
	folder_remove(&scene->folder);
	conf_free(scene->conf);
	free(scene->doctor);
}

static void check(const finding_t *finding, finding_status_t want, const char *what, const char *mend)
{
	if (finding->status != want || strstr(finding->what, what) == NULL || strstr(finding->mend, mend) == NULL ||
	    (mend[0] == '\0') != (finding->mend[0] == '\0'))
		fail_msg("%s: %s; %s", finding_name(finding->status), finding->what, finding->mend);
}

static void judges_resolv_conf(void **state)
{
	const struct row *row = *state;
	finding_t finding = { 0 };
	scene_t scene;

	scene_begin(&scene, row->conf, row->text);
	if (row->server != NULL) {
		scene.doctor->has_server = true;
		assert_true(address_from_text(row->server, &scene.doctor->server));
	}
	doctor_check_resolv_conf(scene.doctor, &finding);
	check(&finding, row->want, row->what, row->mend);
	scene_end(&scene);
}

static void refuses_a_huge_file(void **state)
{
	resolv_t *resolv = malloc(sizeof(*resolv));
	char *text = malloc(RESOLV_SIZE_MAX + 1);
	folder_t folder;

	(void)state;
	assert_non_null(resolv);
	assert_non_null(text);
	memset(text, '\n', RESOLV_SIZE_MAX);
	text[RESOLV_SIZE_MAX] = '\0';
	folder_make(&folder);
	folder_write(&folder, "resolv.conf", text);
	assert_false(resolv_read(folder_path(&folder, "resolv.conf"), resolv));
	assert_int_equal(errno, EFBIG);
	assert_false(resolv_read(folder.path, resolv)); /* a folder */
	assert_int_equal(errno, EISDIR);
	folder_remove(&folder);
	free(text);
	free(resolv);
}

struct copy {
	const char *name;
	const char *text; /* Postfix's copy; NULL: not there */
	bool has_postfix;
	finding_status_t want;
	const char *what;
	const char *mend;
};

static const struct copy copies[] = {
	{ "no Postfix", NULL, false, FINDING_SKIPPED, "no Postfix on this machine", "" },
	{ "not chrooted", NULL, true, FINDING_SKIPPED, "is not chrooted", "" },
	{ "the same", GOOD, true, FINDING_OK, "is the same as", "" },
	{ "stale", "nameserver 8.8.8.8\n", true, FINDING_FAIL, "differs from", "systemctl restart postfix" },
	{ "shorter", "nameserver 127.0.0.1\n", true, FINDING_FAIL, "differs from", "systemctl restart postfix" },
};

enum { COPIES = sizeof(copies) / sizeof(copies[0]) };

static void judges_postfix(void **state)
{
	const struct copy *copy = *state;
	finding_t finding = { 0 };
	scene_t scene;

	scene_begin(&scene, "", GOOD);
	if (copy->has_postfix)
		folder_write(&scene.folder, "postfix/pid/master.pid", "1\n");
	if (copy->text != NULL)
		folder_write(&scene.folder, "postfix/etc/resolv.conf", copy->text);
	doctor_check_postfix(scene.doctor, &finding);
	check(&finding, copy->want, copy->what, copy->mend);
	scene_end(&scene);
}

/* A folder where the copy should be. */
static void says_that_the_copy_is_odd(void **state)
{
	finding_t finding = { 0 };
	scene_t scene;

	(void)state;
	scene_begin(&scene, "", GOOD);
	folder_write(&scene.folder, "postfix/etc/resolv.conf/file", "");
	doctor_check_postfix(scene.doctor, &finding);
	assert_int_equal(finding.status, FINDING_WARNING);
	assert_non_null(strstr(finding.what, "cannot be read: Is a directory"));
	scene_end(&scene);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + COPIES + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges_resolv_conf, NULL, NULL,
						(void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < COPIES; i++)
		tests[ROWS + i] = (struct CMUnitTest){ copies[i].name, judges_postfix, NULL, NULL,
						       (void *)(uintptr_t)&copies[i] };
	tests[ROWS + COPIES] = (struct CMUnitTest)cmocka_unit_test(refuses_a_huge_file);
	tests[ROWS + COPIES + 1] = (struct CMUnitTest)cmocka_unit_test(says_that_the_copy_is_odd);
	return cmocka_run_group_tests_name("doctor files", tests, NULL, NULL);
}
