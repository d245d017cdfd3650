/* history_scene.h: a history in a folder of the test's own, told and shown as text. */
#ifndef TESTS_CACHE_HISTORY_SCENE_H
#define TESTS_CACHE_HISTORY_SCENE_H

#include "cache/history_store.h"
#include "tests/support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCENE_TEXT_MAX = 1 << 16 };

typedef struct scene {
	char folder[32];
	char file[64];
	history_store_t *store; /* open for writing */
	char text[SCENE_TEXT_MAX];
} scene_t;

static inline int scene_set_up(void **state)
{
	scene_t *scene = calloc(1, sizeof(*scene));
	history_err_t err;

	assert_non_null(scene);
	strcpy(scene->folder, "history-test-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->file, sizeof(scene->file), "%s/history.db", scene->folder);
	scene->store = history_store_open(scene->file, &err);
	assert_string_equal(history_strerror(err), history_strerror(HISTORY_OK));
	assert_non_null(scene->store);
	*state = scene;
	return 0;
}

static inline int scene_tear_down(void **state)
{
	scene_t *scene = *state;
	DIR *dir = opendir(scene->folder);

	assert_non_null(dir);
	history_store_close(scene->store);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	assert_int_equal(rmdir(scene->folder), 0);
	free(scene);
	return 0;
}

/* Shown when it fails: which error it was. */
#define assert_history(got, want) assert_string_equal(history_strerror(got), history_strerror(want))

static inline history_address_t scene_address(const char *text)
{
	history_address_t address = { .size = strchr(text, ':') != NULL ? 16 : 4 };

	assert_int_equal(inet_pton(address.size == 4 ? AF_INET : AF_INET6, text, address.octets), 1);
	return address;
}

enum { SCENE_EXCHANGES_MAX = 128, SCENE_ADDRESSES_MAX = 8 };

/* "10 mx1.example.net. 192.0.2.1 2001:db8::1, 20 mx2.example.net.", "null", or "none"; security is `security`. */
static inline history_err_t scene_record(history_store_t *store, const char *domain, const char *set, uint8_t security,
					 uint64_t now)
{
	static history_address_t addresses[SCENE_EXCHANGES_MAX][SCENE_ADDRESSES_MAX];
	static history_exchange_t exchanges[SCENE_EXCHANGES_MAX];
	history_visit_t visit = { .domain = domain, .security = security, .exchanges = exchanges };
	char *copy = strdup(set);
	char *rest = copy;

	assert_non_null(copy);
	if (strcmp(set, "null") == 0 || strcmp(set, "none") == 0) {
		visit.kind = strcmp(set, "null") == 0 ? HISTORY_NULL_MX : HISTORY_NONE;
		rest = NULL;
	}
	for (char *one; (one = strsep(&rest, ",")) != NULL; visit.count++) {
		history_exchange_t *exchange = &exchanges[visit.count];
		char *saved = NULL;

		*exchange = (history_exchange_t){ .preference = (uint16_t)atoi(strtok_r(one, " ", &saved)),
						  .name = strtok_r(NULL, " ", &saved),
						  .addresses = addresses[visit.count] };
		for (const char *word; (word = strtok_r(NULL, " ", &saved)) != NULL; exchange->address_count++)
			addresses[visit.count][exchange->address_count] = scene_address(word);
	}
	const history_err_t err = history_store_record(store, &visit, now);

	free(copy);
	return err;
}

/* The same in a transaction of its own. */
static inline void scene_visit(scene_t *scene, const char *domain, const char *set, uint8_t security, uint64_t now)
{
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(scene_record(scene->store, domain, set, security, now), HISTORY_OK);
	assert_history(history_store_commit(scene->store), HISTORY_OK);
}

static inline void scene_say(scene_t *scene, const char *format, ...) PRINTF_LIKE(2, 3);

static inline void scene_say(scene_t *scene, const char *format, ...)
{
	const size_t size = strlen(scene->text);
	va_list args;

	va_start(args, format);
	vsnprintf(scene->text + size, sizeof(scene->text) - size, format, args);
	va_end(args);
}

static inline void scene_say_set(scene_t *scene, const history_set_t *set)
{
	static const char *const kinds[] = { "mx", "null", "none" };

	scene_say(scene, "%" PRIu64 "-%" PRIu64 "<%" PRIu64 " %s/%u", set->from, set->last_seen, set->to,
		  kinds[set->kind], set->security);
	for (size_t i = 0; i < set->count; i++) {
		const history_seen_exchange_t *exchange = &set->exchanges[i];

		scene_say(scene, " %u %s", exchange->preference, exchange->name);
		for (size_t j = 0; j < exchange->address_count; j++) {
			const history_seen_address_t *seen = &exchange->addresses[j];
			char text[INET6_ADDRSTRLEN];

			inet_ntop(seen->address.size == 4 ? AF_INET : AF_INET6, seen->address.octets, text,
				  sizeof(text));
			scene_say(scene, " %s@%" PRIu64 "-%" PRIu64, text, seen->first_seen, seen->last_seen);
		}
	}
	scene_say(scene, "\n");
}

typedef history_err_t scene_sets_fn(history_store_t *store, const char *domain, history_sets_t *sets);

/* FROM-LAST_SEEN<TO KIND/SECURITY PREFERENCE NAME ADDRESS@FIRST-LAST …, a line for each set, newest first. */
static inline const char *scene_sets(scene_t *scene, scene_sets_fn *read, const char *domain)
{
	history_sets_t sets;

	scene->text[0] = '\0';
	assert_history(read(scene->store, domain, &sets), HISTORY_OK);
	for (size_t i = 0; i < sets.count; i++)
		scene_say_set(scene, &sets.sets[i]);
	history_sets_free(&sets);
	return scene->text;
}

#endif
