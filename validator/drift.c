/* drift.c: see drift.h.
 *
 *	now            what an administrator wants to hear
 *	exchanges      none of the old owners has any of the mail: moved; the very same: nothing; else changed
 *	no MX record   the mail goes to the domain's own address (RFC 5321, 5.1): moved, unless it was its owner's before
 *	null MX        changed: nobody gets the mail, and who sends it is told at once
 *	no such name   the same
 *
 * The last three once: when they were accepted in place of the exchanges, there is nothing to say of them any more. Exchanges that come
 * back are compared with what was before them. Sets are the same when they hold the same exchanges, each with the same lowest
 * preference: order, and one exchange that is there twice, do not matter, nor does whether what policy strips now was accepted before: that may
 * hang on a lookup that took too long. */
#include "validator/drift.h"

#include "validator/name.h"
#include "validator/say.h"

#include <stdlib.h>
#include <time.h>

/* An exchange of either set. */
typedef struct member {
	const name_t *name;
	uint16_t preference;
	bool stripped; /* policy leaves it out now */
	owner_t owner; /* by find_owners() */
} member_t;

typedef struct members {
	size_t count;
	member_t items[ASSESSMENT_TARGETS_MAX];
} members_t;

static void add(members_t *members, const member_t *member)
{
	for (size_t i = 0; i < members->count; i++)
		if (name_equal(members->items[i].name, member->name)) {
			if (member->preference < members->items[i].preference)
				members->items[i].preference = member->preference;
			members->items[i].stripped &= member->stripped;
			return;
		}
	if (members->count < ASSESSMENT_TARGETS_MAX)
		members->items[members->count++] = *member;
}

/* The records that a verdict's targets show. */
static void list_now(const assessment_t *assessment, members_t *members)
{
	const mx_set_t *set = &assessment->judged->set;

	members->count = 0;
	for (size_t i = 0; i < set->count && i < ASSESSMENT_TARGETS_MAX; i++) {
		const mx_record_t *record = &set->records[i];

		if (!record->malformed && record->exchange.size > 1)
			add(members, &(member_t){ .name = &record->exchange,
						  .preference = record->preference,
						  .stripped = assessment->stripped[i] });
	}
}

static void list_before(const past_set_t *past, members_t *members)
{
	members->count = 0;
	for (size_t i = 0; i < past->count; i++)
		add(members,
		    &(member_t){ .name = &past->exchanges[i].exchange, .preference = past->exchanges[i].preference });
}

static const member_t *find(const members_t *members, const name_t *name)
{
	for (size_t i = 0; i < members->count; i++)
		if (name_equal(members->items[i].name, name))
			return &members->items[i];
	return NULL;
}

/* But for what is stripped now. */
static bool same_names(const members_t *before, const members_t *now)
{
	for (size_t i = 0; i < before->count; i++)
		if (find(now, before->items[i].name) == NULL)
			return false;
	for (size_t i = 0; i < now->count; i++)
		if (!now->items[i].stripped && find(before, now->items[i].name) == NULL)
			return false;
	return true;
}

static bool same_preferences(const members_t *before, const members_t *now)
{
	for (size_t i = 0; i < before->count; i++)
		if (before->items[i].preference != find(now, before->items[i].name)->preference)
			return false;
	return true;
}

/* ---- owners ---- */

static void find_owners(members_t *members, const policy_t *policy)
{
	for (size_t i = 0; i < members->count; i++)
		policy_find_owner(policy, members->items[i].name, &members->items[i].owner);
}

/* Among the first `count`. */
static bool owns_any(const owner_t *owner, const members_t *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (owner_equal(owner, &members->items[i].owner))
			return true;
	return false;
}

static bool share_an_owner(const policy_t *policy, members_t *before, members_t *now)
{
	find_owners(before, policy);
	find_owners(now, policy);
	for (size_t i = 0; i < now->count; i++)
		if (!now->items[i].stripped && owns_any(&now->items[i].owner, before, before->count))
			return true;
	return false;
}

/* ---- the two compared ---- */

/* No MX record, and yet a name: the domain itself takes the mail. */
static bool is_implicit(const assessment_t *assessment)
{
	return !assessment->judged->chain.found && assessment->judged->chain.rcode == 0;
}

/* Whoever gets mail now. */
static void list_takers(const assessment_t *assessment, members_t *members)
{
	list_now(assessment, members);
	if (is_implicit(assessment))
		add(members, &(member_t){ .name = &assessment->name });
}

/* Neither exchanges nor records that could be some. */
static bool has_none(const assessment_t *assessment)
{
	return !assessment->judged->chain.found || assessment_is_null_mx(assessment);
}

drift_t drift_of(const assessment_t *assessment)
{
	members_t before;
	members_t now;

	if (has_none(assessment) && assessment->past.ended != 0)
		return DRIFT_NONE;
	if (has_none(assessment) && !is_implicit(assessment))
		return DRIFT_CHANGED;
	list_before(&assessment->past, &before);
	list_takers(assessment, &now);
	if (!has_none(assessment) && same_names(&before, &now))
		return same_preferences(&before, &now) ? DRIFT_NONE : DRIFT_CHANGED;
	return share_an_owner(assessment->policy, &before, &now) ? DRIFT_CHANGED : DRIFT_MOVED;
}

/* ---- in words ---- */

/* "Google Workspace, example.org": each once. */
static void say_owners(char *text, size_t room, const policy_t *policy, members_t *members)
{
	const char *separator = "";
	char owner[OWNER_TEXT_MAX];

	find_owners(members, policy);
	for (size_t i = 0; i < members->count; i++)
		if (!members->items[i].stripped && !owns_any(&members->items[i].owner, members, i)) {
			say(text, room, "%s%s", separator, owner_text(&members->items[i].owner, owner));
			separator = ", ";
		}
	if (separator[0] == '\0')
		say(text, room, "nobody");
}

static void say_date(char *text, size_t room, uint64_t seconds)
{
	const time_t time = (time_t)seconds;
	struct tm date;

	if (gmtime_r(&time, &date) != NULL)
		say(text, room, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

static void say_before(char *text, size_t room, const past_set_t *past)
{
	const char *separator = ": ";

	say(text, room, "before, since ");
	say_date(text, room, past->since);
	if (past->ended != 0) {
		say(text, room, " until ");
		say_date(text, room, past->ended);
	}
	for (size_t i = 0; i < past->count; i++) {
		say(text, room, "%s%u ", separator, past->exchanges[i].preference);
		say_name(text, room, &past->exchanges[i].exchange);
		separator = ", ";
	}
}

static void say_how(char *text, size_t room, const assessment_t *assessment)
{
	members_t before;
	members_t now;

	list_before(&assessment->past, &before);
	list_takers(assessment, &now);
	if (assessment->drift == DRIFT_MOVED) {
		say(text, room, "from ");
		say_owners(text, room, assessment->policy, &before);
		say(text, room, " to ");
		say_owners(text, room, assessment->policy, &now);
		say(text, room, "; ");
	} else if (!has_none(assessment) && same_names(&before, &now)) {
		say(text, room, "other preferences only; ");
	}
}

void drift_say(char *text, size_t room, const assessment_t *assessment)
{
	const past_set_t *past = &assessment->past;

	if (past->security == SECURITY_SECURE && assessment->judged->security != SECURITY_SECURE)
		say(text, room, "signed before, and not now; ");
	say_how(text, room, assessment);
	say_before(text, room, past);
}

void drift_free_past(past_set_t *past)
{
	free((past_exchange_t *)(uintptr_t)past->exchanges);
}
