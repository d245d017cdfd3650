/* test_settings.c: the RFC 5011 state is made where it is missing, and what cannot be kept is done without. */
#include "module/resolver/anchor.h"
#include "module/resolver/proto.h"
#include "module/resolver/settings.h"
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fixture {
	char folder[32];
	char seed[64];
	char file[64];
} fixture_t;

static void put_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	strcpy(f->folder, "test-settings-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->seed, sizeof(f->seed), "%s/seed", f->folder);
	snprintf(f->file, sizeof(f->file), "%s/root.key", f->folder);
	put_file(f->seed, "the seed\n");
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *f = *state;

	unlink(f->seed);
	unlink(f->file);
	assert_int_equal(rmdir(f->folder), 0); /* nothing else was left in it */
	free(f);
	return 0;
}

static const char *content(const char *path)
{
	static char text[64];
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static void a_missing_state_begins_as_the_seed(void **state)
{
	fixture_t *f = *state;

	assert_true(anchor_prepare(f->file, f->seed));
	assert_string_equal(content(f->file), "the seed\n");
}

static void an_empty_state_begins_anew(void **state)
{
	fixture_t *f = *state;

	put_file(f->file, "");
	assert_true(anchor_prepare(f->file, f->seed));
	assert_string_equal(content(f->file), "the seed\n");
}

static void a_state_is_kept(void **state)
{
	fixture_t *f = *state;

	put_file(f->file, "the state\n");
	assert_true(anchor_prepare(f->file, f->seed));
	assert_string_equal(content(f->file), "the state\n");
	assert_true(anchor_prepare(f->file, "")); /* which needs no seed */
}

static void without_a_seed_there_is_none(void **state)
{
	fixture_t *f = *state;

	assert_false(anchor_prepare(f->file, ""));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(access(f->file, F_OK), -1);
}

static void a_seed_may_be_unfit(void **state)
{
	fixture_t *f = *state;

	put_file(f->seed, "");
	assert_false(anchor_prepare(f->file, f->seed));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(truncate(f->seed, ANCHOR_SIZE_MAX + 1), 0);
	assert_false(anchor_prepare(f->file, f->seed));
	assert_int_equal(errno, EINVAL);
	assert_false(anchor_prepare(f->file, f->folder)); /* a directory */
	assert_int_equal(access(f->file, F_OK), -1);
}

static void a_directory_may_be_missing(void **state)
{
	fixture_t *f = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/nowhere/root.key", f->folder);
	assert_false(anchor_prepare(path, f->seed));
	assert_int_equal(errno, ENOENT);
}

/* As on a full disk: no octet of the new file can be written. */
static void a_full_disk_leaves_nothing_behind(void **state)
{
	fixture_t *f = *state;
	struct rlimit before;
	char fresh[96];
	bool prepared;
	int err;

	snprintf(fresh, sizeof(fresh), "%s.new", f->file);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, before.rlim_max }), 0);
	prepared = anchor_prepare(f->file, f->seed);
	err = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(prepared);
	assert_int_equal(err, EFBIG);
	assert_int_equal(access(f->file, F_OK), -1);
	assert_int_equal(access(fresh, F_OK), -1);
}

/* ---- settings ---- */

static conf_t *parse(const char *seed, const char *file)
{
	char yaml[1024];
	char *error = NULL;
	conf_t *conf;

	snprintf(yaml, sizeof(yaml),
		 "resolver: {trust-anchor-file: [%s], auto-trust-anchor-file: \"%s\", processes: 3, memory: 4M}", seed,
		 file);
	conf = conf_parse(yaml, strlen(yaml), "test", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

/* conf wants absolute paths. */
static conf_t *parse_in(const fixture_t *f, bool with_seed)
{
	char here[256];
	char seed[400];
	char file[400];

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(seed, sizeof(seed), "%s/%s", here, f->seed);
	snprintf(file, sizeof(file), "%s/%s", here, f->file);
	return parse(with_seed ? seed : "", file);
}

static void settings_keep_the_state(void **state)
{
	fixture_t *f = *state;
	conf_t *conf = parse_in(f, true);
	pool_settings_t settings;

	assert_true(settings_for_pool(conf, &settings, NULL));
	assert_int_equal(settings.processes, 3);
	assert_int_equal(settings.memory, (512 << 20) + 3 * (4 << 20) + PROTO_OPEN_MAX * 32768);
	assert_non_null(strstr(settings.config, "auto-trust-anchor-file"));
	assert_null(strstr(settings.fallback, "auto-trust-anchor-file"));
	assert_non_null(strstr(settings.fallback, "\ttrust-anchor-file"));
	assert_non_null(strstr(settings.anchor_dir, f->folder));
	assert_null(settings.program);
	assert_false(settings.labels);
	assert_string_equal(content(f->file), "the seed\n");
	pool_settings_clear(&settings);
	conf->resolver.minimise = CONF_MINIMISE_LABELS;
	assert_true(settings_for_pool(conf, &settings, NULL));
	assert_true(settings.labels);
	pool_settings_clear(&settings);
	conf_free(conf);
}

static void settings_do_without_the_state(void **state)
{
	fixture_t *f = *state;
	conf_t *conf = parse_in(f, true);
	pool_settings_t settings;

	put_file(f->seed, "");
	assert_true(settings_for_pool(conf, &settings, NULL));
	assert_null(strstr(settings.config, "auto-trust-anchor-file"));
	assert_null(settings.fallback);
	assert_null(settings.anchor_dir);
	pool_settings_clear(&settings);
	conf_free(conf);
}

/* Without a static anchor a fallback would validate nothing. */
static void settings_have_no_fallback_without_an_anchor(void **state)
{
	fixture_t *f = *state;
	conf_t *conf = parse_in(f, false);
	pool_settings_t settings;

	put_file(f->file, "the state\n");
	assert_true(settings_for_pool(conf, &settings, NULL));
	assert_non_null(strstr(settings.config, "auto-trust-anchor-file"));
	assert_non_null(settings.anchor_dir);
	assert_null(settings.fallback);
	pool_settings_clear(&settings);
	conf_free(conf);
}

static void settings_want_no_state(void **state)
{
	conf_t *conf = parse("/a", "");
	pool_settings_t settings;

	(void)state;
	assert_true(settings_for_pool(conf, &settings, NULL));
	assert_null(settings.fallback);
	assert_null(settings.anchor_dir);
	pool_settings_clear(&settings);
	conf_free(conf);
}

static void settings_refuse_what_cannot_be_quoted(void **state)
{
	conf_t *conf = parse("/a", "");
	pool_settings_t settings;

	(void)state;
	conf->resolver.trust_anchor_files.items[0][1] = '"';
	assert_false(settings_for_pool(conf, &settings, NULL));
	conf_free(conf);
}

static void settings_are_copied(void **state)
{
	const pool_settings_t settings = {
		.config = "a", .fallback = "b", .program = "d", .processes = 4, .memory = 5
	};
	pool_settings_t copy;

	(void)state;
	assert_true(pool_settings_copy(&copy, &settings));
	assert_string_equal(copy.config, "a");
	assert_ptr_not_equal(copy.config, settings.config);
	assert_string_equal(copy.fallback, "b");
	assert_null(copy.anchor_dir);
	assert_string_equal(copy.program, "d");
	assert_int_equal(copy.processes, 4);
	assert_int_equal(copy.memory, 5);
	pool_settings_clear(&copy);
	assert_null(copy.config);
}

#define IN_FIXTURE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FIXTURE(a_missing_state_begins_as_the_seed),
		IN_FIXTURE(an_empty_state_begins_anew),
		IN_FIXTURE(a_state_is_kept),
		IN_FIXTURE(without_a_seed_there_is_none),
		IN_FIXTURE(a_seed_may_be_unfit),
		IN_FIXTURE(a_directory_may_be_missing),
		IN_FIXTURE(a_full_disk_leaves_nothing_behind),
		IN_FIXTURE(settings_keep_the_state),
		IN_FIXTURE(settings_do_without_the_state),
		IN_FIXTURE(settings_have_no_fallback_without_an_anchor),
		cmocka_unit_test(settings_want_no_state),
		cmocka_unit_test(settings_refuse_what_cannot_be_quoted),
		cmocka_unit_test(settings_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
