/* book_file.c: see book_file.h. */
#include "module/alert/book_file.h"

#include "module/alert/book_inside.h"
#include "module/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	VERSION = 1,
	MODE = 0600,
};

/* ---- writing ---- */

static json_t *alert_to_json(const alert_t *alert)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:b, s:i, s:i}", "id",
			 (json_int_t)alert->id, "kind", alert->kind, "domain", alert->domain, "host", alert->host,
			 "detail", alert->detail, "former", alert->former, "began", (json_int_t)alert->began, "seen",
			 (json_int_t)alert->seen, "ended", (json_int_t)alert->ended, "outcome",
			 alert_outcome_name(alert->outcome), "by_verdict", (int)alert->by_verdict, "told_begin",
			 (int)alert->told[ALERT_BEGIN], "told_end", (int)alert->told[ALERT_END]);
}

/* Takes the element over. */
static bool append(json_t *list, json_t *element)
{
	return element != NULL && json_array_append_new(list, element) == 0;
}

static bool add_alerts(json_t *list, const book_t *book)
{
	const alert_t *alerts[BOOK_PLACES + BOOK_ENDED_MAX];
	size_t count = book_alerts(book, alerts, BOOK_PLACES + BOOK_ENDED_MAX);

	for (size_t i = 0; i < count; i++)
		if (!append(list, alert_to_json(alerts[i])))
			return false;
	return true;
}

static bool add_streaks(json_t *list, book_t *book)
{
	const streaks_t *streaks = book_streaks(book);

	for (size_t i = 0; i < streaks->count; i++) {
		const streak_t *streak = streaks->items[i];

		if (!append(list, json_pack("{s:s, s:I, s:I, s:I}", "domain", streak->domain, "first",
					    (json_int_t)streak->first, "last", (json_int_t)streak->last, "count",
					    (json_int_t)streak->count)))
			return false;
	}
	return true;
}

char *book_file_text(book_t *book)
{
	json_t *alerts = json_array();
	json_t *failing = json_array();
	json_t *root = json_pack("{s:i, s:I, s:O, s:O}", "v", VERSION, "next_id", (json_int_t)book_next_id(book),
				 "alerts", alerts, "failing", failing);
	char *text = NULL;

	if (root != NULL && add_alerts(alerts, book) && add_streaks(failing, book))
		text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(root);
	json_decref(alerts);
	json_decref(failing);
	return text;
}

static book_file_t bad(char *problem, const char *path, const char *what, const char *why)
{
	snprintf(problem, BOOK_FILE_PROBLEM_MAX, "%.150s %s: %s", path, what, why);
	return BOOK_FILE_BAD;
}

book_file_t book_file_write(const char *path, const char *text, char problem[BOOK_FILE_PROBLEM_MAX])
{
	if (newfile_write(path, MODE, NEWFILE_REPLACE, text, strlen(text)))
		return BOOK_FILE_OK;
	return bad(problem, path, "cannot be written", strerror(errno));
}

/* ---- reading ---- */

/* Printable ASCII, not too long: what it says is shown to people, and goes into other programs' environment. */
static bool is_text(const char *text, size_t least, size_t room)
{
	size_t size = strlen(text);

	if (size < least || size >= room)
		return false;
	for (size_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static uint64_t not_after(json_int_t at, uint64_t now)
{
	return (uint64_t)at < now ? (uint64_t)at : now;
}

typedef struct row {
	json_int_t id, began, seen, ended;
	const char *outcome;
	int by_verdict, told_begin, told_end;
	alert_words_t words;
} row_t;

static bool read_row(json_t *object, row_t *row)
{
	return json_unpack(object, "{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:b, s:i, s:i !}", "id",
			   &row->id, "kind", &row->words.kind, "domain", &row->words.domain, "host", &row->words.host,
			   "detail", &row->words.detail, "former", &row->words.former, "began", &row->began, "seen",
			   &row->seen, "ended", &row->ended, "outcome", &row->outcome, "by_verdict", &row->by_verdict,
			   "told_begin", &row->told_begin, "told_end", &row->told_end) == 0;
}

static bool is_sane(const row_t *row)
{
	return is_text(row->words.kind, 1, ALERT_KIND_MAX) && is_text(row->words.domain, 1, ALERT_NAME_MAX) &&
	       is_text(row->words.host, 0, ALERT_NAME_MAX) && is_text(row->words.detail, 0, ALERT_DETAIL_MAX) &&
	       is_text(row->words.former, 0, ALERT_SET_MAX) && row->id > 0 && row->id < INT64_MAX && row->began >= 0 &&
	       row->seen >= row->began && (row->ended == 0 || row->ended >= row->began) &&
	       (row->told_begin & ~ALERT_BY_ALL) == 0 && (row->told_end & ~ALERT_BY_ALL) == 0;
}

/* Whether an alert has ended is said twice; both must say the same. */
static bool read_alert(book_t *book, json_t *object, uint64_t now)
{
	alert_outcome_t outcome;
	row_t row;
	alert_t *alert;

	if (!read_row(object, &row) || !is_sane(&row) || !alert_outcome_find(row.outcome, &outcome) ||
	    (outcome == ALERT_IS_OPEN) != (row.ended == 0))
		return false;
	alert = alert_new(&row.words);
	if (alert == NULL)
		return false;
	alert->id = (uint64_t)row.id;
	alert->began = not_after(row.began, now);
	alert->seen = not_after(row.seen, now);
	alert->ended = not_after(row.ended, now);
	alert->outcome = outcome;
	alert->by_verdict = row.by_verdict != 0;
	alert->told[ALERT_BEGIN] = (unsigned)row.told_begin;
	alert->told[ALERT_END] = (unsigned)row.told_end;
	return book_restore(book, alert);
}

static bool read_streak(book_t *book, json_t *object, uint64_t now)
{
	const char *domain;
	json_int_t first;
	json_int_t last;
	json_int_t count;

	if (json_unpack(object, "{s:s, s:I, s:I, s:I !}", "domain", &domain, "first", &first, "last", &last, "count",
			&count) != 0)
		return false;
	if (!is_text(domain, 1, ALERT_NAME_MAX) || first < 0 || last < first || count < 1 || count > UINT32_MAX)
		return false;
	return streaks_restore(book_streaks(book), domain, not_after(first, now), not_after(last, now),
			       (uint32_t)count);
}

static bool read_list(book_t *book, json_t *list, bool (*read)(book_t *, json_t *, uint64_t), uint64_t now)
{
	if (!json_is_array(list))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!read(book, json_array_get(list, i), now))
			return false;
	return true;
}

static const char *problem_with(book_t *book, json_t *root, uint64_t now)
{
	json_int_t next_id;
	json_t *failing;
	json_t *alerts;
	int version;

	if (json_unpack(root, "{s:i, s:I, s:o, s:o !}", "v", &version, "next_id", &next_id, "alerts", &alerts,
			"failing", &failing) != 0)
		return "it has not the keys of a book of alerts";
	if (version != VERSION)
		return "it is of another version";
	if (next_id < 1 || next_id == INT64_MAX)
		return "its next number is none";
	if (!read_list(book, alerts, read_alert, now))
		return "one of its alerts is none";
	if (!read_list(book, failing, read_streak, now))
		return "one of its failing domains is none";
	book_restore_next_id(book, (uint64_t)next_id);
	return NULL;
}

bool book_file_parse(book_t *book, const char *text, size_t size, uint64_t now, const char **problem)
{
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);

	*problem = root != NULL ? problem_with(book, root, now) : "it is no JSON";
	json_decref(root);
	return *problem == NULL;
}

/* A plain file of ours, of a bearable size; its text to be freed, or NULL with errno or *why. */
static char *read_text(int fd, size_t *size, const char **why)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > BOOK_FILE_MAX) {
		*why = "it is no plain file, or too large";
		return NULL;
	}
	*size = 0;
	text = malloc((size_t)st.st_size + 1);
	*why = text == NULL ? "memory is out" : NULL;
	while (text != NULL && *size < (size_t)st.st_size) {
		ssize_t got = read(fd, text + *size, (size_t)st.st_size - *size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		*size += (size_t)got;
	}
	return text;
}

book_file_t book_file_read(book_t *book, const char *path, uint64_t now, char problem[BOOK_FILE_PROBLEM_MAX])
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const char *why = NULL;
	char *text = NULL;
	size_t size = 0;

	if (fd < 0 && errno == ENOENT)
		return BOOK_FILE_NONE;
	if (fd < 0)
		return bad(problem, path, "cannot be read", errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	text = read_text(fd, &size, &why);
	close(fd);
	if (text != NULL && book_file_parse(book, text, size, now, &why)) {
		free(text);
		return BOOK_FILE_OK;
	}
	free(text);
	return bad(problem, path, "is not what was written there", why);
}
