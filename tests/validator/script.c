#include "tests/validator/script.h"

#include "tests/validator/message.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <stdarg.h>

enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_MX = 15,
	TYPE_AAAA = 28,
	TYPE_TLSA = 52,
	NEEDS_MAX = 2048,
	WORDS_MAX = 512,
	PAST_MAX = 128
};

static const answer_limits_t limits = { .min_ttl = 0, .max_ttl = 86400, .negative_max_ttl = 3600 };

static const owner_rule_t providers[] = {
	{ "google.com", "Google" },
	{ "googlemail.com", "Google" },
	{ "outlook.com", "Microsoft" },
};

/* ---- policies ---- */

static void add_prefix(policy_t *policy, const char *text, unsigned bits)
{
	const int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	uint8_t address[16];

	assert_int_equal(inet_pton(family, text, address), 1);
	if (bits == 0)
		assert_true(policy_add_own_address(policy, family, address));
	else
		assert_true(policy_allow_addresses(policy, family, address, bits));
}

static void add_words(policy_t *policy, const char *words)
{
	char first[64];
	char second[128];
	char third[128];
	check_id_t check;
	action_t action = ACTION_IGNORE;

	assert_in_range(sscanf(words, "%63s %127s %127s", first, second, third), 2, 3);
	if (strcmp(first, "pin") == 0) {
		assert_true(policy_add_pin(policy, second, third));
	} else if (strcmp(first, "allow") == 0) {
		char *slash = strchr(second, '/');

		*slash = '\0';
		add_prefix(policy, second, (unsigned)strtoul(slash + 1, NULL, 10));
	} else if (strcmp(first, "own") == 0) {
		add_prefix(policy, second, 0);
	} else if (strcmp(first, "me") == 0) {
		assert_true(policy_add_own_name(policy, second));
	} else {
		assert_true(check_find(first, &check) && action_find(second, &action));
		policy_set_action(policy, check, action);
	}
}

/* Settings come first, then what is added to a policy. */
policy_t *script_policy(const char *words)
{
	policy_settings_t settings = { .corroborate = true, .max_targets = 20 };
	const char *internal[1];
	char *copy = strdup(words);
	char *rest = copy;
	const char *later[32];
	size_t count = 0;

	for (char *word; (word = strsep(&rest, ";")) != NULL;) {
		word += strspn(word, " ");
		if (strcmp(word, "monitor") == 0)
			settings.monitor = true;
		else if (strcmp(word, "trusting") == 0)
			settings.corroborate = false;
		else if (strncmp(word, "targets ", 8) == 0)
			settings.max_targets = (unsigned)strtoul(word + 8, NULL, 10);
		else if (strncmp(word, "internal ", 9) == 0) {
			internal[0] = word + 9;
			settings.internal_names = internal;
			settings.internal_name_count = 1;
		} else if (*word != '\0')
			later[count++] = word;
	}

	policy_t *policy = policy_new(&settings);

	assert_non_null(policy);
	policy_set_owners(policy, owner_table_new(providers, sizeof(providers) / sizeof(providers[0])));
	for (size_t i = 0; i < count; i++)
		add_words(policy, later[i]);
	free(copy);
	return policy;
}

/* ---- the network ---- */

typedef struct answered {
	outcome_t outcome;
	char why[WORDS_MAX];
	message_t message;
} answered_t;

static const char *type_name(uint16_t type)
{
	switch (type) {
	case TYPE_A: return "A";
	case TYPE_NS: return "NS";
	case TYPE_MX: return "MX";
	case TYPE_AAAA: return "AAAA";
	case TYPE_TLSA: return "TLSA";
	}
	fail_msg("nobody asks for type %u", type);
	return "";
}

/* A need as words: "MX example.org tcp ahead", "MX example.org fresh". */
static const char *need_text(const need_t *need, char *text)
{
	char name[NAME_TEXT_MAX];

	(void)name_to_text(&need->name, name);
	name[strlen(name) - 1] = '\0';
	if (need->kind == NEED_PAST)
		sprintf(text, "past %s", name);
	else
		sprintf(text, "%s %s%s%s%s%s", type_name(need->type), name, need->tcp ? " tcp" : "",
			need->fresh ? " fresh" : "", need->ahead ? " ahead" : "", need->alone ? " alone" : "");
	return text;
}

/* The line behind "@NAME TYPE ", or NULL. `way`: "udp", "tcp" or "again"; a line without one fits all. */
static const char *find_line(const char *network, const char *key, const char *way)
{
	for (const char *at = network; (at = strstr(at, key)) != NULL; at++) {
		const char *words = at + strlen(key);
		char first[16] = "";

		(void)sscanf(words, "%15[a-z]", first);

		bool has_way = strcmp(first, "udp") == 0 || strcmp(first, "tcp") == 0 || strcmp(first, "again") == 0;

		if (strcmp(first, way) == 0)
			return words + strlen(first) + strspn(words + strlen(first), " ");
		if (!has_way)
			return words;
	}
	return NULL;
}

static const char *find_answer(const char *network, const need_t *need, bool again)
{
	char name[NAME_TEXT_MAX];
	char key[NAME_TEXT_MAX + 16];
	const char *line = NULL;

	(void)name_to_text(&need->name, name);
	name[strlen(name) - 1] = '\0';
	snprintf(key, sizeof(key), "@%s %s ", name, type_name(need->type));
	if (need->tcp)
		line = find_line(network, key, "tcp");
	else if (again)
		line = find_line(network, key, "again");
	return line != NULL ? line : find_line(network, key, "udp");
}

/* What is on the line, and the records that follow it. */
static void read_answer(answered_t *answered, const need_t *need, const char *line)
{
	static char text[SCRIPT_TEXT_MAX];
	char name[NAME_TEXT_MAX];
	char word[16] = "";
	int used = 0;
	const char *end = strchrnul(line, '\n');
	const char *next = strstr(line, "\n@");

	outcome_t *outcome = &answered->outcome;

	(void)sscanf(line, "%15[a-z]%n", word, &used);
	if (strcmp(word, "secure") == 0)
		outcome->security = SECURITY_SECURE;
	else if (strcmp(word, "insecure") == 0)
		outcome->security = SECURITY_INSECURE;
	else if (strcmp(word, "bogus") == 0)
		outcome->security = SECURITY_BOGUS;
	else if (strcmp(word, "fail") == 0)
		outcome->state = OUTCOME_FAILED;
	else
		used = 0;
	line += used;
	line += strspn(line, " ");
	snprintf(answered->why, sizeof(answered->why), "%.*s", (int)(end > line ? end - line : 0), line);
	if (outcome->state == OUTCOME_FAILED)
		return;
	snprintf(text, sizeof(text), "? %s %s\n%.*s", name_to_text(&need->name, name), type_name(need->type),
		 (int)(next != NULL ? next + 1 - end : (long)strlen(end)), end);
	message_from_text(&answered->message, text);
}

/* What is on no line. */
static void resolve(answered_t *answered, const need_t *need)
{
	char text[4 * NAME_TEXT_MAX];
	char name[NAME_TEXT_MAX];

	assert_int_not_equal(need->type, TYPE_MX);
	(void)name_to_text(&need->name, name);
	snprintf(text, sizeof(text), "? %s %s\n", name, type_name(need->type));
	if (need->type == TYPE_A)
		sprintf(text + strlen(text), "an %s 300 IN A 8.8.4.4\n", name);
	if (need->type == TYPE_NS)
		sprintf(text + strlen(text), "an %s 300 IN NS ns.%s\n", name, name);
	message_from_text(&answered->message, text);
}

static void supply_answer(script_run_t *run, const script_t *script, const need_t *need)
{
	static answered_t answered;
	const char *line = find_answer(script->network, need, need->fresh);
	outcome_t *outcome = &answered.outcome;

	*outcome = (outcome_t){ .state = OUTCOME_ANSWERED, .security = script->security, .why = answered.why };
	answered.why[0] = '\0';
	answered.message.size = 0;
	if (line != NULL)
		read_answer(&answered, need, line);
	else
		resolve(&answered, need);

	uint8_t *packet = test_copy(answered.message.octets, answered.message.size);

	outcome->packet = packet;
	outcome->size = answered.message.size;
	assessment_supply(run->assessment, need->id, outcome);
	assessment_supply(run->assessment, need->id, &(outcome_t){ .state = OUTCOME_FAILED, .why = "twice" });
	free(packet);
	run->supplied++;
}

/* ---- the past ---- */

/* NULL when there is no line. */
static const past_set_t *read_past(const char *network, past_set_t *past, past_exchange_t exchanges[PAST_MAX])
{
	const char *line = strstr(network, "@past ");
	char word[16];
	char exchange[256];
	unsigned preference;
	int used;

	if (line == NULL)
		return NULL;
	assert_int_equal(sscanf(line, "@past %15[a-z]%n", word, &used), 1);
	*past = (past_set_t){ .security = strcmp(word, "secure") == 0 ? SECURITY_SECURE : SECURITY_INSECURE,
			      .since = 1685577600,
			      .last = 1698796800,
			      .ended = strcmp(word, "ended") == 0 ? 1698883200 : 0,
			      .exchanges = exchanges };
	for (line += used; sscanf(line, "%*[ ]%u %255[^ \n]%n", &preference, exchange, &used) == 2; line += used) {
		assert_in_range(past->count, 0, PAST_MAX - 1);
		exchanges[past->count].preference = (uint16_t)preference;
		assert_true(name_from_text(exchange, &exchanges[past->count++].exchange));
	}
	return past;
}

static void supply_past(script_run_t *run, const script_t *script)
{
	static past_exchange_t exchanges[PAST_MAX];
	past_set_t past;

	assessment_supply_past(run->assessment, read_past(script->network, &past, exchanges));
	memset(exchanges, 0, sizeof(exchanges)); /* they were borrowed */
	assessment_supply_past(run->assessment, &(past_set_t){ .count = 1, .exchanges = exchanges });
	run->supplied++;
}

static void supply(script_run_t *run, const script_t *script, const need_t *need)
{
	if (need->kind == NEED_PAST)
		supply_past(run, script);
	else
		supply_answer(run, script, need);
}

/* ---- verdicts as words ---- */

static void put(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(char *text, const char *format, ...)
{
	const size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	assert_true((size_t)vsnprintf(text + used, SCRIPT_TEXT_MAX - used, format, arguments) < SCRIPT_TEXT_MAX - used);
	va_end(arguments);
}

static void put_name(char *text, const name_t *name)
{
	char full[NAME_TEXT_MAX];

	(void)name_to_text(name, full);
	if (strlen(full) > 1)
		full[strlen(full) - 1] = '\0';
	put(text, "%s", full);
}

/* "= 10 mx1.example.net" for each record of the answer, in its order. */
static void put_answer(char *text, const name_t *name, const answer_t *answer)
{
	static char records[MESSAGE_TEXT_MAX];
	char *rest = records;

	(void)message_answer_to_text(name, TYPE_MX, answer, records);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		const char *mx = strstr(line, " IN MX ");

		if (line[0] == '0' && mx != NULL)
			put(text, "= %.*s\n", (int)strlen(mx + 7) - (strcmp(line + strlen(line) - 2, " .") != 0),
			    mx + 7);
		else if (line[0] == '1')
			put(text, "= signed\n");
	}
}

static void put_targets(char *text, const target_t *targets, size_t count, const char *sign)
{
	static const char *const states[] = { "?", "resolved", "no-name", "no-address", "bogus", "failed" };
	static const char *const tlsa[] = { "?", "none", "present", "bogus", "insecure" };

	for (size_t i = 0; i < count; i++) {
		put(text, "%s %u ", sign, targets[i].preference);
		put_name(text, &targets[i].exchange);
		put(text, " %s %zu%s tlsa-%s%s%s", states[targets[i].state], targets[i].address_count,
		    targets[i].secure ? " secure" : "", tlsa[targets[i].tlsa], targets[i].stripped ? " stripped" : "",
		    targets[i].is_alias ? " alias of " : "");
		if (targets[i].is_alias)
			put_name(text, &targets[i].alias_of);
		put(text, "\n");
	}
}

static void put_findings(char *text, const verdict_t *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const finding_t *finding = &verdict->findings[i];

		put(text, "%s %s", action_name(finding->action), check_row(finding->check)->name);
		if (finding->has_name) {
			put(text, " ");
			put_name(text, &finding->name);
		}
		put(text, finding->detail[0] != '\0' ? ": %s\n" : "\n%s", finding->detail);
	}
	if (verdict->findings_left_out > 0)
		put(text, "%u more\n", verdict->findings_left_out);
}

static const char *outcome_word(const verdict_t *verdict)
{
	if (verdict->failed)
		return "failed";
	if (verdict->rejected)
		return "rejected";
	return verdict->monitored ? "monitored" : "accepted";
}

static void put_past(char *text, const verdict_t *verdict)
{
	static const char *const drifts[] = { "unknown", "none", "changed", "moved" };

	put(text, "drift %s", drifts[verdict->drift]);
	assert_int_equal(verdict->past == NULL, verdict->drift == DRIFT_UNKNOWN);
	if (verdict->past != NULL)
		put(text, " from %zu", verdict->past->count);
	put(text, "\n");
}

/* First line: what came of it, how secure it is, corroboration, EDE and text. Then "= MX", "- TARGET", "~ OTHER",
 * findings and, where the network has a past, how far the set is from it. */
static void describe(script_run_t *run, const script_t *script, const name_t *name)
{
	static const char *const security[] = { "insecure", "bogus", "secure" };
	static const char *const corroboration[] = { "", " agreed", " differed", " unavailable" };
	const verdict_t *verdict = run->verdict;
	char *text = run->text;

	put(text, "%s %s%s", outcome_word(verdict), security[verdict->security], corroboration[verdict->corroboration]);
	if (verdict->negative)
		put(text, " negative");
	if (verdict->null_mx)
		put(text, " null");
	if (verdict->ede != EDE_NONE)
		put(text, " EDE %u", verdict->ede);
	put(text, verdict->text[0] != '\0' ? " (%s)\n" : "%s\n", verdict->text);
	if (verdict->answer.octets != NULL)
		put_answer(text, name, &verdict->answer);
	put_targets(text, verdict->targets, verdict->target_count, "-");
	put_targets(text, verdict->other, verdict->other_count, "~");
	put_findings(text, verdict);
	if (strstr(script->network, "@past ") != NULL)
		put_past(text, verdict);
}

/* ---- runs ---- */

static unsigned pick(unsigned *state, unsigned count)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % count;
}

static void expire_all(assessment_t *assessment)
{
	for (unsigned kind = NEED_ANSWER; kind <= NEED_PAST; kind++) {
		assessment_expire(assessment, (need_kind_t)kind);
		assert_int_equal(assessment_waits_for(assessment, (need_kind_t)kind), 0);
	}
}

static void check_waits(const script_run_t *run, const need_t *out, size_t count)
{
	for (unsigned kind = NEED_ANSWER; kind <= NEED_PAST; kind++) {
		size_t waits = 0;

		for (size_t i = 0; i < count; i++)
			waits += out[i].kind == kind;
		assert_int_equal(assessment_waits_for(run->assessment, (need_kind_t)kind), waits);
	}
}

static bool is_wanted(const script_run_t *run, const need_t *need)
{
	if (need->kind == NEED_PAST)
		return assessment_waits_for(run->assessment, NEED_PAST) > 0;
	return assessment_wants(run->assessment, need->id);
}

/* Without a usable answer nobody waits for the past any more, and where it is secure nobody for TCP. What is supplied all the same
 * is not taken. */
static size_t drop_unwanted(script_run_t *run, need_t *out, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (is_wanted(run, &out[i]))
			out[kept++] = out[i];
		else if (out[i].kind != NEED_PAST)
			assessment_supply(run->assessment, out[i].id,
					  &(outcome_t){ .state = OUTCOME_FAILED, .why = "unwanted" });
	return kept;
}

/* What is not ahead cannot be declined. */
static bool decline(script_run_t *run, const script_t *script, const need_t *need)
{
	if (need->kind == NEED_PAST || !script->decline)
		return false;
	assessment_decline(run->assessment, need->id);
	assert_int_equal(assessment_wants(run->assessment, need->id), !need->ahead);
	return need->ahead;
}

static size_t find_first(const script_t *script, const need_t *out, size_t count)
{
	char text[NAME_TEXT_MAX + 32];

	for (size_t i = 0; i < count && script->first != NULL; i++)
		if (strncmp(need_text(&out[i], text), script->first, strlen(script->first)) == 0)
			return i;
	return 0;
}

static void play(script_run_t *run, const script_t *script)
{
	static need_t out[NEEDS_MAX];
	size_t count = 0;
	unsigned state = script->seed;
	char text[NAME_TEXT_MAX + 32];

	for (;;) {
		while (assessment_next_need(run->assessment, &out[count])) {
			assert_true(count + 1 < NEEDS_MAX);
			if (decline(run, script, &out[count]))
				continue;
			put(run->asked, "%s\n", need_text(&out[count++], text));
		}
		count = drop_unwanted(run, out, count);
		check_waits(run, out, count);
		if (count == 0 || (script->finish > 0 && run->supplied == script->finish))
			return;

		size_t at = script->seed != 0 ? pick(&state, (unsigned)count) : find_first(script, out, count);
		need_t need = out[at];

		memmove(&out[at], &out[at + 1], (--count - at) * sizeof(out[0]));
		supply(run, script, &need);
	}
}

void script_run(script_run_t *run, const script_t *script)
{
	name_t name;
	need_t none;

	memset(run, 0, sizeof(*run));
	run->policy = script_policy(script->policy);
	assert_true(name_from_text(script->domain, &name));
	run->assessment = assessment_begin(run->policy, &name, &limits, SCRIPT_NOW);
	assert_non_null(run->assessment);
	play(run, script);
	if (script->expire)
		expire_all(run->assessment);
	run->verdict = assessment_finish(run->assessment);
	assert_ptr_equal(run->verdict, assessment_finish(run->assessment));
	assert_false(assessment_next_need(run->assessment, &none));
	assessment_supply(run->assessment, 0, &(outcome_t){ .state = OUTCOME_FAILED, .why = "" });
	assessment_supply(run->assessment, 100000, &(outcome_t){ .state = OUTCOME_FAILED, .why = "" });
	assessment_decline(run->assessment, 100000);
	describe(run, script, &name);
}

void script_end(script_run_t *run)
{
	assessment_free(run->assessment);
	policy_free(run->policy);
}
