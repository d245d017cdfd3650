/* load_questions.c: see load_questions.h. */
#include "tests/bench/load_questions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	HEADER_SIZE = 12,
	FLAGS_AT = 2,
	QDCOUNT_AT = 4,
	ANCOUNT_AT = 6,
	ARCOUNT_AT = 10,
	FLAG_QR = 0x8000,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	RCODE_MASK = 15,
	TYPE_OPT = 41,
	CLASS_IN = 1,
	UDP_SIZE = 1232,
	FLAG_DO = 0x8000,
	LABEL_MAX = 63,
	NAME_ROOM = 255,
	LINE_ROOM = 1200,
};

static const struct {
	const char *name;
	unsigned number;
} types[] = {
	{ "A", 1 },    { "NS", 2 },    { "CNAME", 5 }, { "SOA", 6 }, { "PTR", 12 },    { "MX", 15 },
	{ "TXT", 16 }, { "AAAA", 28 }, { "SRV", 33 },  { "DS", 43 }, { "DNSKEY", 48 }, { "TLSA", 52 },
};

static void put_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned get_u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* 0 for what is no type. */
static unsigned type_of(const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(types[i].name, text) == 0)
			return types[i].number;
	return (unsigned)strtoul(text, NULL, 10);
}

/* Appends a name in presentation format without escapes. False for what is none. */
static bool put_name(question_t *question, const char *name)
{
	const size_t end = question->size + NAME_ROOM;

	while (strcmp(name, "") != 0 && strcmp(name, ".") != 0) {
		size_t length = strcspn(name, ".");
		const bool counter = length == 1 && name[0] == '%';
		const size_t size = counter ? COUNTER_DIGITS : length;

		if (length == 0 || size > LABEL_MAX || question->size + 1 + size >= end ||
		    (counter && question->counter_at != 0))
			return false;
		question->octets[question->size++] = (uint8_t)size;
		if (counter)
			question->counter_at = question->size;
		else
			memcpy(question->octets + question->size, name, size);
		question->size += size;
		name += length + (name[length] == '.');
	}
	question->octets[question->size++] = 0;
	return true;
}

static void put_opt(question_t *question, bool dnssec_ok)
{
	uint8_t *opt = question->octets + question->size;

	opt[0] = 0;
	put_u16(opt + 1, TYPE_OPT);
	put_u16(opt + 3, UDP_SIZE);
	put_u16(opt + 5, 0);
	put_u16(opt + 7, dnssec_ok ? FLAG_DO : 0);
	put_u16(opt + 9, 0);
	question->size += 11;
}

static bool make(question_t *question, const char *name, unsigned type, int answers, bool dnssec_ok)
{
	*question = (question_t){ .size = HEADER_SIZE, .answers = answers };
	put_u16(question->octets + FLAGS_AT, FLAG_RD);
	put_u16(question->octets + QDCOUNT_AT, 1);
	put_u16(question->octets + ARCOUNT_AT, 1);
	if (type == 0 || type > UINT16_MAX || !put_name(question, name))
		return false;
	put_u16(question->octets + question->size, type);
	put_u16(question->octets + question->size + 2, CLASS_IN);
	question->size += 4;
	question->question_size = question->size - HEADER_SIZE;
	put_opt(question, dnssec_ok);
	return true;
}

static bool add(questions_t *questions, const char *line, bool dnssec_ok)
{
	char name[1025], type[17];
	int answers = ANSWERS_ANY;
	question_t question;

	if (sscanf(line, "%1024s %16s %d", name, type, &answers) < 2 ||
	    !make(&question, name, type_of(type), answers, dnssec_ok))
		return false;
	if ((questions->count & (questions->count - 1)) == 0) { /* full at each power of two */
		const size_t room = questions->count > 0 ? 2 * questions->count : 1;
		question_t *items = reallocarray(questions->items, room, sizeof(*items));

		if (items == NULL)
			return false;
		questions->items = items;
	}
	questions->items[questions->count++] = question;
	return true;
}

bool questions_read(questions_t *questions, const char *path, bool dnssec_ok)
{
	FILE *file = fopen(path, "re");
	char line[LINE_ROOM];
	bool good = true;

	*questions = (questions_t){ 0 };
	if (file == NULL) {
		fprintf(stderr, "load: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL)
		good = add(questions, line, dnssec_ok);
	fclose(file);
	if (good && questions->count > 0)
		return true;
	fprintf(stderr, "load: %s:%zu: expected NAME TYPE [ANSWERS]\n", path, questions->count + 1);
	questions_free(questions);
	return false;
}

void questions_free(questions_t *questions)
{
	free(questions->items);
	*questions = (questions_t){ 0 };
}

/* Over the counter's label of `octets`, which hold the question or the query. */
static void write_counter(uint8_t *label, uint32_t counter)
{
	for (int i = COUNTER_DIGITS; i-- > 0; counter >>= 4)
		label[i] = (uint8_t) "0123456789abcdef"[counter & 15];
}

size_t question_write(const question_t *question, uint16_t id, uint32_t counter, uint8_t *out)
{
	memcpy(out, question->octets, question->size);
	put_u16(out, id);
	if (question->counter_at != 0)
		write_counter(out + question->counter_at, counter);
	return question->size;
}

static bool is_question(const question_t *question, uint32_t counter, const uint8_t *reply)
{
	uint8_t query[QUERY_ROOM];

	if (question->counter_at == 0)
		return memcmp(reply + HEADER_SIZE, question->octets + HEADER_SIZE, question->question_size) == 0;
	question_write(question, 0, counter, query);
	return memcmp(reply + HEADER_SIZE, query + HEADER_SIZE, question->question_size) == 0;
}

const char *question_fault(const question_t *question, uint32_t counter, const uint8_t *reply, size_t size,
			   check_t check)
{
	const unsigned flags = get_u16(reply + FLAGS_AT);
	const unsigned answers = get_u16(reply + ANCOUNT_AT);

	if (check == CHECK_ID)
		return NULL;
	if (size < HEADER_SIZE + question->question_size || (flags & FLAG_QR) == 0 ||
	    get_u16(reply + QDCOUNT_AT) != 1 || !is_question(question, counter, reply))
		return "is no reply to the question";
	if (check == CHECK_QUESTION)
		return NULL;
	if ((flags & RCODE_MASK) != 0)
		return "has another RCODE than NOERROR";
	if (flags & FLAG_TC)
		return "is cut off";
	if (question->answers == ANSWERS_ANY ? answers == 0 : answers != (unsigned)question->answers)
		return "has another number of answers";
	return NULL;
}
