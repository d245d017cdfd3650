/* judge.c: see judge.h. */
#include "module/watch/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {
	[JUDGE_FAILING] = "watch-failing",       [JUDGE_REJECTED] = "watch-rejected",
	[JUDGE_UNEXPECTED] = "watch-unexpected", [JUDGE_INSECURE] = "watch-insecure",
	[JUDGE_SIGNATURE] = "watch-signature",   [JUDGE_EXCHANGE_GONE] = "watch-exchange-gone",
	[JUDGE_MX_GONE] = "watch-mx-gone",
};

const char *judge_kind_name(judge_kind_t kind)
{
	return names[kind];
}

static void find(judgement_t *judgement, judge_kind_t kind, const name_t *host, const char *format, ...)
	PRINTF_LIKE(4, 5);

static void find(judgement_t *judgement, judge_kind_t kind, const name_t *host, const char *format, ...)
{
	judge_finding_t *finding = &judgement->findings[judgement->count++];
	va_list args;

	finding->kind = kind;
	finding->host[0] = '\0';
	if (host != NULL)
		name_to_text(host, finding->host);
	va_start(args, format);
	vsnprintf(finding->detail, sizeof(finding->detail), format, args);
	va_end(args);
}

static bool is_expected(const judge_wish_t *wish, const name_t *exchange)
{
	for (size_t i = 0; i < wish->count; i++) {
		const judge_pattern_t *pattern = &wish->expect[i];

		if (pattern->below ? exchange->size > pattern->name.size && name_is_under(exchange, &pattern->name)
				   : name_equal(exchange, &pattern->name))
			return true;
	}
	return wish->count == 0;
}

static bool expects_null_mx(const judge_wish_t *wish)
{
	const name_t root = { .size = 1 };

	return wish->count > 0 && is_expected(wish, &root);
}

/* All of them in one finding, as many as fit: they came together. */
static void find_unexpected(judgement_t *judgement, const judge_wish_t *wish, const seen_t *seen)
{
	char list[JUDGE_DETAIL_MAX] = "";
	char name[NAME_TEXT_MAX];
	size_t used = 0;

	for (size_t i = 0; i < seen->count; i++) {
		if (is_expected(wish, &seen->exchanges[i].name))
			continue;
		name_to_text(&seen->exchanges[i].name, name);
		if (used + strlen(name) + sizeof(", ...") > sizeof(list)) {
			snprintf(list + used, sizeof(list) - used, ", ...");
			break;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "", name);
	}
	if (list[0] != '\0')
		find(judgement, JUDGE_UNEXPECTED, NULL, "%s", list);
}

static void find_gone(judgement_t *judgement, const seen_t *seen)
{
	for (size_t i = 0; i < seen->count && i < ASSESSMENT_TARGETS_MAX; i++) {
		const seen_exchange_t *exchange = &seen->exchanges[i];

		if (exchange->state == TARGET_NO_NAME || exchange->state == TARGET_NO_ADDRESS)
			find(judgement, JUDGE_EXCHANGE_GONE, &exchange->name, "%s",
			     exchange->state == TARGET_NO_NAME ? "there is no such name" : "it has no address");
	}
}

static void find_no_mx(judgement_t *judgement, const judge_wish_t *wish, const judge_memory_t *memory,
		       const seen_t *seen)
{
	bool gone = seen->negative || seen->null_mx;

	if (gone && !expects_null_mx(wish) && (wish->count > 0 || memory->had_mx))
		find(judgement, JUDGE_MX_GONE, NULL, "%s",
		     seen->null_mx ? "it takes no mail (null MX)" : "mail would go to the domain's own address");
}

static void find_dnssec(judgement_t *judgement, const judge_wish_t *wish, const judge_memory_t *memory,
			const seen_t *seen, uint64_t now)
{
	const time_t end = (time_t)seen->signed_until;
	char stamp[32];
	struct tm tm;

	if (memory->was_secure && !seen->secure)
		find(judgement, JUDGE_INSECURE, NULL, "the answer is not signed, or not proved");
	if (!seen->secure || seen->signed_until == 0 || seen->signed_until >= now + wish->signatures_within)
		return;
	if (gmtime_r(&end, &tm) != NULL && strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		find(judgement, JUDGE_SIGNATURE, NULL, "it ends at %s", stamp);
}

static void judge_accepted(judgement_t *judgement, const judge_wish_t *wish, judge_memory_t *memory, const seen_t *seen,
			   uint64_t now)
{
	for (unsigned kind = 0; kind < JUDGE_KINDS; kind++)
		judgement->settled[kind] = true;
	if (!seen->null_mx)
		find_unexpected(judgement, wish, seen);
	find_no_mx(judgement, wish, memory, seen);
	if (!seen->null_mx)
		find_gone(judgement, seen);
	find_dnssec(judgement, wish, memory, seen, now);
	memory->was_secure = memory->was_secure || seen->secure;
	memory->had_mx = memory->had_mx || !(seen->negative || seen->null_mx);
}

/* What a rejected answer says of the domain's exchanges may be a lie: only that it was rejected counts, and that somebody
 * answered. An alert of the verdict's own says why already. */
static void judge_rejected(judgement_t *judgement, const seen_t *seen)
{
	judgement->settled[JUDGE_FAILING] = judgement->settled[JUDGE_REJECTED] = true;
	if (!seen->has_alert)
		find(judgement, JUDGE_REJECTED, NULL, "%s", seen->reason);
}

static void judge_failed(judgement_t *judgement, judge_memory_t *memory, const seen_t *seen)
{
	if (memory->failures < JUDGE_FAILURES)
		memory->failures++;
	if (memory->failures == JUDGE_FAILURES)
		find(judgement, JUDGE_FAILING, NULL, "%s", seen->reason);
}

void judge(judgement_t *judgement, const judge_wish_t *wish, judge_memory_t *memory, const seen_t *seen, uint64_t now)
{
	judgement->count = 0;
	memset(judgement->settled, 0, sizeof(judgement->settled));
	if (seen->failed) {
		judge_failed(judgement, memory, seen);
		return;
	}
	memory->failures = 0;
	if (seen->rejected)
		judge_rejected(judgement, seen);
	else
		judge_accepted(judgement, wish, memory, seen, now);
}
