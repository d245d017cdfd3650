/* conf_yaml.c: libyaml, kept to what a configuration needs. The text is parsed twice: as events, which are checked one by
 * one before anything is built, then as a document. */
#include "conf/conf_yaml.h"

#include "conf/conf_shown.h"

#include <string.h>

typedef struct survey {
	unsigned depth;
	unsigned nodes;
	unsigned documents;
} survey_t;

static bool begin(yaml_parser_t *parser, const char *text, size_t size)
{
	if (!yaml_parser_initialize(parser))
		return false;
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)text, size);
	return true;
}

static bool begins_character(char octet)
{
	return ((unsigned char)octet & 0xc0) != 0x80; /* all but the later octets of UTF-8 (RFC 3629, 3) */
}

/* libyaml counts characters, and where the encoding is wrong it tells only the octet. */
static size_t octet_of_mark(const char *text, size_t size, yaml_mark_t mark)
{
	size_t octet = 0;

	for (size_t characters = 0; octet < size; octet++)
		if (begins_character(text[octet]) && characters++ == mark.index)
			break;
	return octet;
}

static yaml_mark_t mark_of_octet(const char *text, size_t octet, size_t size)
{
	yaml_mark_t mark = { .index = octet };

	for (size_t i = 0; i < octet && i < size; i++) {
		mark.column = text[i] == '\n' ? 0 : mark.column + begins_character(text[i]);
		mark.line += text[i] == '\n';
	}
	return mark;
}

/* What people get wrong most is told in their words, not in libyaml's. */
static const char *known_mistake(const char *problem, char at)
{
	if (at == '\t')
		return "a tab cannot indent YAML: indent with spaces";
	if (at == '@')
		return "a value cannot begin with @: quote it";
	if (at == ':' && strcmp(problem, "did not find expected node content") == 0)
		return "a value cannot begin with a colon here: quote it, for example \"::1\"";
	return NULL;
}

static bool report_parser(conf_report_t *report, const yaml_parser_t *parser, const char *text, size_t size)
{
	const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
	yaml_mark_t mark = parser->problem_mark;
	size_t octet = octet_of_mark(text, size, mark);

	if (parser->error == YAML_MEMORY_ERROR)
		return conf_report_no_memory(report);
	if (parser->error == YAML_READER_ERROR)
		return conf_report_at(report, mark_of_octet(text, parser->problem_offset, size),
				      "%s: a configuration is UTF-8 text", problem);
	if (octet < size && known_mistake(problem, text[octet]) != NULL)
		return conf_report_at(report, mark, "%s", known_mistake(problem, text[octet]));
	if (parser->context == NULL)
		return conf_report_at(report, mark, "this is no YAML: %s; check quotes and indentation", problem);
	return conf_report_at(report, mark,
			      "this is no YAML: %s %s that begins in line %zu; check quotes, brackets and indentation",
			      problem, parser->context, parser->context_mark.line + 1);
}

static bool report_unused(conf_report_t *report, const yaml_event_t *event, const char *what, const yaml_char_t *text,
			  const char *advice)
{
	char shown[CONF_SHOWN_MAX];

	return conf_report_at(report, event->start_mark, "%s (%s) is not used here: %s", what,
			      conf_shown((const char *)text, shown), advice);
}

static bool check_node(survey_t *survey, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag,
		       conf_report_t *report)
{
	if (anchor != NULL)
		return report_unused(report, event, "an anchor", anchor, "write the value out");
	if (tag != NULL)
		return report_unused(report, event, "a tag", tag, "leave it out");
	if (++survey->nodes > CONF_YAML_MAX_NODES)
		return conf_report_at(report, event->start_mark, "more than %d values: a configuration is smaller",
				      CONF_YAML_MAX_NODES);
	return true;
}

static bool enter(survey_t *survey, const yaml_event_t *event, conf_report_t *report)
{
	if (++survey->depth > CONF_YAML_MAX_DEPTH)
		return conf_report_at(report, event->start_mark, "nested more than %d deep: a configuration is flatter",
				      CONF_YAML_MAX_DEPTH);
	return true;
}

static bool check_event(survey_t *survey, const yaml_event_t *event, conf_report_t *report)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++survey->documents > 1)
			return conf_report_at(report, event->start_mark,
					      "a second document begins here: a configuration is one document");
		return true;
	case YAML_ALIAS_EVENT:
		return report_unused(report, event, "an alias", event->data.alias.anchor, "write the value out");
	case YAML_SCALAR_EVENT:
		return check_node(survey, event, event->data.scalar.anchor, event->data.scalar.tag, report);
	case YAML_SEQUENCE_START_EVENT:
		return check_node(survey, event, event->data.sequence_start.anchor, event->data.sequence_start.tag,
				  report) &&
		       enter(survey, event, report);
	case YAML_MAPPING_START_EVENT:
		return check_node(survey, event, event->data.mapping_start.anchor, event->data.mapping_start.tag,
				  report) &&
		       enter(survey, event, report);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: survey->depth--; return true;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT: return true;
	}
	return true;
}

static bool check_events(const char *text, size_t size, conf_report_t *report)
{
	survey_t survey = { 0 };
	yaml_parser_t parser;
	bool good = true;

	if (!begin(&parser, text, size))
		return conf_report_no_memory(report);
	for (bool more = true; good && more;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			good = report_parser(report, &parser, text, size);
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		good = check_event(&survey, &event, report);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return good;
}

bool conf_yaml_read(const char *text, size_t size, yaml_document_t *document, conf_report_t *report)
{
	yaml_parser_t parser;
	bool good;

	if (size > CONF_YAML_MAX)
		return conf_report_file(report, "the file has more than %d octets: a configuration is smaller",
					CONF_YAML_MAX);
	if (!check_events(text, size, report))
		return false;
	if (!begin(&parser, text, size))
		return conf_report_no_memory(report);
	good = yaml_parser_load(&parser, document) || report_parser(report, &parser, text, size);
	yaml_parser_delete(&parser);
	return good;
}
