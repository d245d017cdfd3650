/* The webhook: what is sent, what counts as delivered, what is tried again and given up. */
#include "module/alert/webhook.h"
#include "module/clock.h"
#include "tests/module/alert/receiver.h"
#include "tests/module/vlog/folder.h"
#include "tests/support.h"

enum { TURN_MS = 5000, DONE_MAX = 300 };

static const struct {
	const char *url;
	const char *problem; /* how it begins; NULL: none */
} urls[] = {
	{ "https://hooks.example/a/b?c", NULL },
	{ "https://192.0.2.1:8443/", NULL },
	{ "http://127.0.0.1:9/x", NULL },
	{ "http://127.9.8.7/x", NULL },
	{ "http://[::1]:9/", NULL },
	{ "http://localhost/", NULL },
	{ "http://hooks.example/", "is http:// to another machine" },
	{ "http://127.0.0.1.example/", "is http:// to another machine" },
	{ "http://[::ffff:1.2.3.4]/", "is http:// to another machine" },
	{ "https://user:secret@hooks.example/", "holds a user name" },
	{ "file:///etc/passwd", "is n" },
	{ "ftp://127.0.0.1/", "is neither" },
	{ "hooks.example", "is no URL" },
	{ "https://", "is no URL" },
};

static void knows_what_may_be_a_url(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const char *problem = webhook_url_problem(urls[i].url);

		if (urls[i].problem == NULL
			    ? problem != NULL
			    : problem == NULL || strncmp(problem, urls[i].problem, strlen(urls[i].problem)) != 0)
			fail_msg("%s: %s", urls[i].url, problem != NULL ? problem : "nothing");
	}
}

static void backs_off(void **state)
{
	(void)state;
	assert_int_equal(webhook_back_off(5000, 1), 5000);
	assert_int_equal(webhook_back_off(5000, 2), 10000);
	assert_int_equal(webhook_back_off(5000, 7), 320000);
	assert_int_equal(webhook_back_off(5000, 1000000), 320000);
}

typedef struct bench {
	webhook_t *webhook;
	size_t count;
	uint64_t tags[DONE_MAX];
	bool delivered[DONE_MAX];
} bench_t;

static void on_done(void *owner, uint64_t tag, bool delivered)
{
	bench_t *bench = owner;

	assert_true(bench->count < DONE_MAX);
	bench->tags[bench->count] = tag;
	bench->delivered[bench->count++] = delivered;
}

static void begin(bench_t *bench, const webhook_settings_t *settings)
{
	*bench = (bench_t){ 0 };
	bench->webhook = webhook_new(on_done, bench, NULL);
	assert_non_null(bench->webhook);
	assert_true(webhook_configure(bench->webhook, settings));
}

static void end(bench_t *bench)
{
	webhook_free(bench->webhook);
}

static void put(bench_t *bench, const char *json, uint64_t tag)
{
	assert_true(webhook_put(bench->webhook, strdup(json), tag));
}

/* Turns until so many have come to their end. */
static void run_until(bench_t *bench, size_t count)
{
	while (bench->count < count) {
		uint64_t now = clock_milliseconds(CLOCK_MONOTONIC);
		int wait;

		webhook_run(bench->webhook, now);
		wait = webhook_wait(bench->webhook, now);
		if (bench->count < count)
			webhook_poll(bench->webhook, NULL, 0, wait < 0 ? TURN_MS : wait);
	}
}

static webhook_settings_t settings_of(const receiver_t *receiver)
{
	return (webhook_settings_t){
		.url = receiver->url, .token_file = "", .ca_file = "", .timeout_s = 1, .retry_ms = 1, .tries = 20
	};
}

static void sends_a_post(void **state)
{
	static const reply_t script[] = { REPLY_200 };
	folder_t folder = folder_make();
	receiver_t receiver;
	webhook_settings_t settings;
	bench_t bench;

	(void)state;
	receiver_start(&receiver, script, 1);
	settings = settings_of(&receiver);
	file_write(folder.file, "s3cret\nmore\n", 12);
	settings.token_file = folder.file;
	begin(&bench, &settings);
	assert_true(webhook_is_configured(bench.webhook));
	put(&bench, "{\"a\":1}", 7);
	put(&bench, "{\"a\":2}", 8);
	assert_int_equal(webhook_count(bench.webhook), 2);
	run_until(&bench, 2);
	assert_int_equal(webhook_count(bench.webhook), 0);
	end(&bench);
	receiver_stop(&receiver);
	assert_int_equal(receiver.count, 2);
	assert_true(strncmp(receiver.requests[0], "POST /hook HTTP/1.1\r\n", 21) == 0);
	assert_non_null(strstr(receiver.requests[0], "Content-Type: application/json\r\n"));
	assert_non_null(strstr(receiver.requests[0], "Authorization: Bearer s3cret\r\n"));
	assert_non_null(strstr(receiver.requests[0], "\r\n\r\n{\"a\":1}"));
	assert_non_null(strstr(receiver.requests[1], "\r\n\r\n{\"a\":2}"));
	assert_int_equal(bench.tags[0], 7);
	assert_int_equal(bench.tags[1], 8);
	folder_remove(&folder);
}

static const struct row {
	const char *name;
	reply_t script[5];
	size_t size;
	unsigned tries;
	bool delivered;
	size_t requests;
} rows[] = {
	{ "at once", { REPLY_200 }, 1, 20, true, 1 },
	{ "fails, hangs, closes, and takes it then",
	  { REPLY_500, REPLY_HANG, REPLY_CLOSE, REPLY_200 },
	  4,
	  20,
	  true,
	  4 },
	{ "a redirect is not followed", { REPLY_302, REPLY_200 }, 2, 20, true, 2 },
	{ "given up", { REPLY_500 }, 1, 3, false, 3 },
	{ "a reply without end is delivered all the same", { REPLY_FLOOD }, 1, 1, true, 1 },
};

static void tries_again(void **state)
{
	const struct row *row = *state;
	webhook_settings_t settings;
	receiver_t receiver;
	bench_t bench;

	receiver_start(&receiver, row->script, row->size);
	settings = settings_of(&receiver);
	settings.tries = row->tries;
	begin(&bench, &settings);
	put(&bench, "{}", 1);
	run_until(&bench, 1);
	assert_int_equal(bench.delivered[0], row->delivered);
	end(&bench);
	receiver_stop(&receiver);
	assert_int_equal(receiver.count, row->requests);
}

/* The token's file, and a receiver that is not there: reasons to try again, and to give up. */
static void gives_up_without_a_receiver_or_token(void **state)
{
	folder_t folder = folder_make();
	webhook_settings_t settings = { .url = "http://127.0.0.1:1/",
					.token_file = "",
					.ca_file = "/nonexistent",
					.timeout_s = 5,
					.retry_ms = 1,
					.tries = 2 };
	bench_t bench;

	(void)state;
	begin(&bench, &settings);
	put(&bench, "{}", 1);
	run_until(&bench, 1);
	assert_false(bench.delivered[0]);
	file_write(folder.file, "two words\n", 10);
	settings.token_file = folder.file;
	assert_true(webhook_configure(bench.webhook, &settings));
	put(&bench, "{}", 2);
	run_until(&bench, 2);
	settings.token_file = "/nonexistent";
	assert_true(webhook_configure(bench.webhook, &settings));
	put(&bench, "{}", 3);
	run_until(&bench, 3);
	assert_false(bench.delivered[1] || bench.delivered[2]);
	end(&bench);
	folder_remove(&folder);
}

static void is_bounded_and_lets_go(void **state)
{
	static const reply_t script[] = { REPLY_HANG };
	webhook_settings_t settings;
	receiver_t receiver;
	bench_t bench;

	(void)state;
	receiver_start(&receiver, script, 1);
	settings = settings_of(&receiver);
	settings.timeout_s = 60;
	begin(&bench, &settings);
	for (unsigned i = 0; i < WEBHOOK_WAITING_MAX; i++)
		put(&bench, "{}", i);
	assert_false(webhook_put(bench.webhook, strdup("{}"), 1000));
	assert_false(webhook_put(bench.webhook, NULL, 1000));
	webhook_run(bench.webhook, clock_milliseconds(CLOCK_MONOTONIC));
	settings.url = "";
	assert_true(webhook_configure(bench.webhook, &settings));
	assert_false(webhook_is_configured(bench.webhook));
	assert_int_equal(bench.count, WEBHOOK_WAITING_MAX);
	assert_int_equal(webhook_count(bench.webhook), 0);
	settings.url = receiver.url;
	assert_true(webhook_configure(bench.webhook, &settings));
	put(&bench, "{}", 1);
	webhook_run(bench.webhook, clock_milliseconds(CLOCK_MONOTONIC));
	end(&bench); /* in the middle of a try */
	receiver_stop(&receiver);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 8] = { 0 };
	size_t count = 0;

	for (; count < ROWS; count++)
		tests[count] = (struct CMUnitTest){ rows[count].name, tries_again, NULL, NULL,
						    (void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(knows_what_may_be_a_url);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(backs_off);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(sends_a_post);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(gives_up_without_a_receiver_or_token);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(is_bounded_and_lets_go);
	return _cmocka_run_group_tests("webhook", tests, count, NULL, NULL);
}
