/* test_keyfile.c: a key is made once, and used only while it is nobody else's. */
#include "module/snapshot/keyfile.h"

#include "tests/module/snapshot/desk.h"

static bool open_key(const desk_t *desk, uint8_t key[MAC_KEY_SIZE], char problem[KEYFILE_PROBLEM_MAX])
{
	return keyfile_open(desk->key, key, problem);
}

static void refuses(const desk_t *desk, const char *why)
{
	uint8_t key[MAC_KEY_SIZE];
	char problem[KEYFILE_PROBLEM_MAX];

	assert_false(open_key(desk, key, problem));
	assert_non_null(strstr(problem, why));
	assert_non_null(strstr(problem, desk->key)); /* what, where */
}

static void is_made_and_stays(void **state)
{
	const desk_t *desk = *state;
	uint8_t one[MAC_KEY_SIZE], other[MAC_KEY_SIZE], zeros[MAC_KEY_SIZE] = { 0 };
	char problem[KEYFILE_PROBLEM_MAX];
	struct stat st;

	assert_true(open_key(desk, one, problem));
	assert_int_equal(stat(desk->key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_memory_not_equal(one, zeros, sizeof(one));
	assert_true(open_key(desk, other, problem));
	assert_memory_equal(one, other, sizeof(one));
	assert_int_equal(unlink(desk->key), 0);
	assert_true(open_key(desk, other, problem));
	assert_memory_not_equal(one, other, sizeof(one));
}

static void one_that_others_may_use_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0620, 0604, 0602, 0610, 0601 };
	const desk_t *desk = *state;
	uint8_t key[MAC_KEY_SIZE];
	char problem[KEYFILE_PROBLEM_MAX];

	assert_true(open_key(desk, key, problem));
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(desk->key, modes[i]), 0);
		refuses(desk, "may be used by others: give it mode 0600");
	}
}

static void one_of_another_user_is_refused(void **state)
{
	const desk_t *desk = *state;
	uint8_t key[MAC_KEY_SIZE];
	char problem[KEYFILE_PROBLEM_MAX];

	assert_true(open_key(desk, key, problem));
	if (geteuid() != 0)
		skip(); /* who is not root cannot give files away */
	assert_int_equal(chown(desk->key, 1, 1), 0);
	refuses(desk, "belongs to another user");
}

static void one_of_another_size_is_refused(void **state)
{
	const desk_t *desk = *state;

	for (size_t size = 0; size <= MAC_KEY_SIZE + 1; size++) {
		int fd = open(desk->key, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (size == MAC_KEY_SIZE)
			size++;
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, (off_t)size), 0);
		close(fd);
		refuses(desk, "does not have 32 octets");
	}
}

static void a_link_is_refused(void **state)
{
	const desk_t *desk = *state;

	assert_int_equal(symlink("elsewhere", desk->key), 0);
	refuses(desk, "symbolic link");
}

static void a_folder_is_refused(void **state)
{
	const desk_t *desk = *state;

	assert_int_equal(mkdir(desk->key, 0700), 0);
	refuses(desk, "is no file");
	assert_int_equal(rmdir(desk->key), 0);
}

static void where_there_is_no_folder_none_is_made(void **state)
{
	desk_t desk = *(desk_t *)*state;
	const size_t size = strlen(desk.key);

	snprintf(desk.key + size, sizeof(desk.key) - size, "/in/it");
	refuses(&desk, "cannot be made: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_made_and_stays, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(one_that_others_may_use_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(one_of_another_user_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(one_of_another_size_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_link_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_folder_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(where_there_is_no_folder_none_is_made, desk_set_up, desk_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
