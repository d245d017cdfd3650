/* test_conf_keys.c: the table of keys agrees with itself, with the sample file and with the manual page. */
#include "conf/conf_keys.h"

#include "conf/conf.h"
#include "tests/conf/rows.h"

/* A whole file, terminated. */
static char *read_file(const char *path)
{
	enum { ROOM = 1 << 18 };
	FILE *in = fopen(path, "re");
	char *text = malloc(ROOM);
	size_t size;

	assert_non_null(in);
	assert_non_null(text);
	size = fread(text, 1, ROOM - 1, in);
	assert_true(size < ROOM - 1);
	text[size] = '\0';
	fclose(in);
	return text;
}

/* Not inlined: gcc 12 would take the text for the variable that holds its address. */
static __attribute__((noinline)) char *written_sample(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	conf_sample(out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Two keys of one path, or a path below a key, could never both be set. */
static void paths_are_unlike(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_key_count; i++)
		for (size_t j = 0; j < conf_key_count; j++) {
			size_t size = strlen(conf_keys[i].path);

			if (i == j || strncmp(conf_keys[i].path, conf_keys[j].path, size) != 0)
				continue;
			assert_int_not_equal(conf_keys[j].path[size], '\0');
			assert_int_not_equal(conf_keys[j].path[size], '.');
		}
}

/* What a person reads: whole sentences in one case, short enough for a screen. */
static void help_is_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_key_count; i++) {
		size_t size = strlen(conf_keys[i].help);

		assert_in_range(size, 12, 240);
		assert_int_equal(conf_keys[i].help[size - 1], '.');
		assert_null(strchr(conf_keys[i].help, '\n'));
	}
}

static void options_are_counted(void **state)
{
	conf_t *conf = accepted("");
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < conf_key_count; i++) {
		if (!conf_key_is_option(&conf_keys[i]))
			continue;
		assert_int_equal(conf_key_option_index(&conf_keys[i]), count);
		assert_string_equal(conf->resolver.options[count].name, conf_key_name(conf_keys[i].path));
		assert_int_not_equal(conf->resolver.options[count].value[0], '\0');
		count++;
	}
	assert_int_equal(conf->resolver.option_count, count);
	assert_in_range(count, 1, CONF_OPTIONS_MAX);
	conf_free(conf);
}

/* These would undo what mxward is for, or have advisories against them that cannot be weighed by a reader. */
static void never_offers(void **state)
{
	static const char *const options[] = { "val-permissive-mode", "module-config", "val-override-date",
					       "harden-unknown-additional", "serve-expired" };

	(void)state;
	for (size_t i = 0; i < conf_key_count; i++)
		for (size_t j = 0; j < sizeof(options) / sizeof(options[0]); j++)
			assert_string_not_equal(conf_key_name(conf_keys[i].path), options[j]);
}

static void sample_is_up_to_date(void **state)
{
	char *file = read_file(CONF_SAMPLE_FILE);
	char *text = written_sample();

	(void)state;
	assert_string_equal(file, text); /* else: build/mxward checkconf --sample >conf/mxward.yaml */
	free(file);
	free(text);
}

/* Whether the line above the one that begins at `line`, blank or not, is a comment. */
static bool is_commented(const char *text, const char *line)
{
	const char *end = line;

	while (end > text && (end[-1] == ' ' || end[-1] == '\n'))
		end--;
	while (end > text && end[-1] != '\n')
		end--;
	return end[strspn(end, " ")] == '#';
}

static bool sample_has(const char *text, const conf_key_t *key)
{
	bool top = strchr(key->path, '.') == NULL;
	char line[200];
	const char *found;

	snprintf(line, sizeof(line), "%c%s: %s\n", top ? '\n' : ' ', conf_key_name(key->path), key->standard);
	found = strstr(text, line);
	return found != NULL && is_commented(text, found);
}

static void sample_has_every_key_behind_a_comment(void **state)
{
	char *text = written_sample();

	(void)state;
	for (size_t i = 0; i < conf_key_count; i++)
		if (!sample_has(text, &conf_keys[i]))
			fail_msg("the sample has no %s", conf_keys[i].path);
	free(text);
}

static void same_addresses(const conf_addresses_t *one, const conf_addresses_t *other)
{
	assert_int_equal(one->count, other->count);
	assert_memory_equal(one->items, other->items, one->count * sizeof(*one->items));
}

static void same_resolver(const conf_t *one, const conf_t *other)
{
	assert_string_equal(one->resolver.root_hints, other->resolver.root_hints);
	assert_int_equal(one->resolver.trust_anchor_files.count, 1);
	assert_string_equal(one->resolver.trust_anchor_files.items[0], other->resolver.trust_anchor_files.items[0]);
	assert_string_equal(one->resolver.auto_trust_anchor_file, other->resolver.auto_trust_anchor_file);
	assert_int_equal(one->resolver.domain_insecure.count, other->resolver.domain_insecure.count);
	assert_int_equal(one->resolver.forward.count, other->resolver.forward.count);
	assert_int_equal(one->resolver.stub.count, other->resolver.stub.count);
	assert_string_equal(one->resolver.libunbound, other->resolver.libunbound);
	assert_int_equal(one->resolver.processes, other->resolver.processes);
	assert_int_equal(one->resolver.budget, other->resolver.budget);
	assert_int_equal(one->resolver.max_questions, other->resolver.max_questions);
	assert_int_equal(one->resolver.zone_share, other->resolver.zone_share);
	assert_int_equal(one->resolver.client_share, other->resolver.client_share);
	assert_int_equal(one->resolver.max_lookups, other->resolver.max_lookups);
	assert_int_equal(one->resolver.memory, other->resolver.memory);
	assert_int_equal(one->resolver.option_count, other->resolver.option_count);
	for (size_t i = 0; i < one->resolver.option_count; i++)
		assert_string_equal(one->resolver.options[i].value, other->resolver.options[i].value);
}

static void same_mx(const conf_t *one, const conf_t *other)
{
	assert_int_equal(one->mx.mode, other->mx.mode);
	assert_int_equal(one->mx.policy.count, other->mx.policy.count);
	assert_int_equal(one->mx.pins.count, other->mx.pins.count);
	assert_int_equal(one->mx.corroborate, other->mx.corroborate);
	assert_int_equal(one->mx.corroborate_timeout, other->mx.corroborate_timeout);
	assert_int_equal(one->mx.target_timeout, other->mx.target_timeout);
	assert_int_equal(one->mx.max_targets, other->mx.max_targets);
	assert_int_equal(one->mx.internal_addresses.count, other->mx.internal_addresses.count);
	assert_int_equal(one->mx.internal_domains.count, other->mx.internal_domains.count);
	assert_int_equal(one->mx.own_names.count, other->mx.own_names.count);
}

static void same_logs(const conf_t *one, const conf_t *other)
{
	assert_int_equal(one->log.level, other->log.level);
	assert_string_equal(one->log.to, other->log.to);
	assert_string_equal(one->validation_log.file, other->validation_log.file);
	assert_int_equal(one->validation_log.journal, other->validation_log.journal);
	assert_string_equal(one->validation_log.key, other->validation_log.key);
	assert_int_equal(one->validation_log.checkpoint, other->validation_log.checkpoint);
	assert_int_equal(one->validation_log.hits, other->validation_log.hits);
}

static void same_inspection(const conf_t *one, const conf_t *other)
{
	assert_int_equal(one->inspection.enable, other->inspection.enable);
	same_addresses(&one->inspection.listen, &other->inspection.listen);
	assert_string_equal(one->inspection.token_file, other->inspection.token_file);
	assert_int_equal(one->inspection.allowed_hosts.count, other->inspection.allowed_hosts.count);
	assert_string_equal(one->inspection.log_index, other->inspection.log_index);
	assert_int_equal(one->inspection.log_index_size, other->inspection.log_index_size);
	assert_int_equal(one->inspection.log_index_age, other->inspection.log_index_age);
}

static void same_alerts(const conf_t *one, const conf_t *other)
{
	assert_int_equal(one->alerts.log, other->alerts.log);
	assert_int_equal(one->alerts.journal, other->alerts.journal);
	assert_int_equal(one->alerts.exec.count, other->alerts.exec.count);
	assert_int_equal(one->alerts.exec_timeout, other->alerts.exec_timeout);
	assert_string_equal(one->alerts.webhook.url, other->alerts.webhook.url);
	assert_string_equal(one->alerts.webhook.token_file, other->alerts.webhook.token_file);
	assert_string_equal(one->alerts.webhook.ca_file, other->alerts.webhook.ca_file);
	assert_int_equal(one->alerts.webhook.timeout, other->alerts.webhook.timeout);
	assert_int_equal(one->alerts.webhook.retry, other->alerts.webhook.retry);
	assert_int_equal(one->alerts.failing_after, other->alerts.failing_after);
	assert_int_equal(one->alerts.max_per_hour, other->alerts.max_per_hour);
	assert_string_equal(one->alerts.file, other->alerts.file);
}

static void same_cache(const conf_t *one, const conf_t *other)
{
	assert_int_equal(one->cache.size, other->cache.size);
	assert_int_equal(one->cache.min_ttl, other->cache.min_ttl);
	assert_int_equal(one->cache.max_ttl, other->cache.max_ttl);
	assert_int_equal(one->cache.negative_max_ttl, other->cache.negative_max_ttl);
	assert_int_equal(one->cache.stale, other->cache.stale);
	assert_string_equal(one->cache.snapshot.file, other->cache.snapshot.file);
	assert_string_equal(one->cache.snapshot.key, other->cache.snapshot.key);
	assert_int_equal(one->cache.snapshot.every, other->cache.snapshot.every);
}

static void sample_loads_to_the_defaults(void **state)
{
	char *text = written_sample();
	conf_t *one = accepted(text);
	conf_t *other = accepted("");

	(void)state;
	same_addresses(&one->listen, &other->listen);
	assert_int_equal(one->allow.count, other->allow.count);
	assert_memory_equal(one->allow.items, other->allow.items, one->allow.count * sizeof(*one->allow.items));
	assert_string_equal(one->user, other->user);
	assert_int_equal(one->threads, other->threads);
	assert_int_equal(one->max_udp_size, other->max_udp_size);
	assert_memory_equal(&one->tcp, &other->tcp, sizeof(one->tcp));
	same_resolver(one, other);
	same_cache(one, other);
	same_mx(one, other);
	same_logs(one, other);
	same_inspection(one, other);
	same_alerts(one, other);
	assert_int_equal(one->history.enable, other->history.enable);
	assert_string_equal(one->history.file, other->history.file);
	assert_int_equal(one->history.max_rows, other->history.max_rows);
	assert_int_equal(one->history.max_age, other->history.max_age);
	assert_string_equal(one->control.socket, other->control.socket);
	assert_string_equal(one->control.nta_file, other->control.nta_file);
	assert_int_equal(one->watch.count, other->watch.count);
	conf_free(one);
	conf_free(other);
	free(text);
}

/* The manual page has an item for each key, which begins with its name and default. */
static void manual_describes_every_key(void **state)
{
	char *manual = read_file(CONF_MANUAL_FILE);

	(void)state;
	for (size_t i = 0; i < conf_key_count; i++) {
		char item[200];
		char standard[100] = "";
		const char *c = conf_keys[i].standard;

		for (size_t size = 0; *c != '\0' && size < sizeof(standard) - 3; c++) /* mdoc's way to write a quote */
			size += (size_t)sprintf(standard + size, *c == '"' ? "\\(dq" : "%c", *c);
		snprintf(item, sizeof(item), "\n.It Ic %s : Ar %s\n", conf_key_name(conf_keys[i].path), standard);
		if (strstr(manual, item) == NULL)
			fail_msg("mxward.yaml.5 has no%s", item);
	}
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_unlike),
		cmocka_unit_test(help_is_sentences),
		cmocka_unit_test(options_are_counted),
		cmocka_unit_test(never_offers),
		cmocka_unit_test(sample_is_up_to_date),
		cmocka_unit_test(sample_has_every_key_behind_a_comment),
		cmocka_unit_test(sample_loads_to_the_defaults),
		cmocka_unit_test(manual_describes_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
