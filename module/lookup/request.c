/* request.c: options, names in all the forms that people type, and what is wrong with the rest. */
#include "module/lookup/request.h"

#include "module/ask/address.h"
#include "module/ask/typed.h"
#include "module/escape.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 320, IPV4_SIZE = 4, IPV6_SIZE = 16 };

static request_result_t wrong(char **error, const char *format, ...) PRINTF_LIKE(2, 3);

static request_result_t wrong(char **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(error, format, arguments) < 0)
		*error = NULL;
	va_end(arguments);
	return REQUEST_WRONG;
}

/* RFC 1035, 3.5. */
static bool reverse_ipv4(const char *text, name_t *name)
{
	uint8_t a[IPV4_SIZE];
	char reverse[64];

	if (inet_pton(AF_INET, text, a) != 1)
		return false;
	snprintf(reverse, sizeof(reverse), "%u.%u.%u.%u.in-addr.arpa.", a[3], a[2], a[1], a[0]);
	return name_from_text(reverse, name);
}

/* RFC 3596, 2.5. */
static bool reverse_ipv6(const char *text, name_t *name)
{
	uint8_t a[IPV6_SIZE];
	char reverse[IPV6_SIZE * 4 + 16];
	size_t used = 0;

	if (inet_pton(AF_INET6, text, a) != 1)
		return false;
	for (size_t i = IPV6_SIZE; i-- > 0;)
		used += (size_t)snprintf(reverse + used, sizeof(reverse) - used, "%x.%x.", a[i] & 0xfU,
					 (unsigned)(a[i] >> 4));
	snprintf(reverse + used, sizeof(reverse) - used, "ip6.arpa.");
	return name_from_text(reverse, name);
}

static bool reverse(const char *text, name_t *name)
{
	return reverse_ipv4(text, name) || reverse_ipv6(text, name);
}

static request_result_t read_type(const char *text, uint16_t *type, char **error)
{
	char shown[SHOWN_MAX];
	long number = (long)ldns_get_rr_type_by_name(text);

	*type = (uint16_t)number;
	if (number < 1 || number > UINT16_MAX)
		return wrong(error, "%s is no record type: MX, A, TXT, or TYPE and a number from 1 to 65535",
			     escape_string(text, shown, sizeof(shown)));
	if (*type == LDNS_RR_TYPE_OPT || *type == LDNS_RR_TYPE_AXFR || *type == LDNS_RR_TYPE_IXFR ||
	    *type == LDNS_RR_TYPE_ANY)
		return wrong(error, "%s asks for no record of its own: choose one type", text);
	return REQUEST_OK;
}

static request_result_t read_timeout(const char *text, unsigned *timeout, char **error)
{
	char *end;
	long seconds = strtol(text, &end, 10);

	if (end == text || *end != '\0' || seconds < 1 || seconds > REQUEST_TIMEOUT_MAX)
		return wrong(error, "--timeout takes seconds from 1 to %d", REQUEST_TIMEOUT_MAX);
	*timeout = (unsigned)seconds;
	return REQUEST_OK;
}

/* NAME, TYPE and -x belong together: an address is asked for by its reverse name and PTR. */
static request_result_t read_question(const char *name, const char *type, bool by_address, request_t *request,
				      char **error)
{
	request_result_t result = REQUEST_OK;
	char shown[SHOWN_MAX];

	if (type != NULL)
		result = read_type(type, &request->type, error);
	else if (by_address)
		request->type = LDNS_RR_TYPE_PTR;
	if (result != REQUEST_OK)
		return result;
	escape_string(name, shown, sizeof(shown));
	if (reverse(name, &request->name)) {
		if (by_address || request->type == LDNS_RR_TYPE_PTR)
			return REQUEST_OK;
		return wrong(error, "%s is an address: -x %s asks for the name that it points to", shown, shown);
	}
	if (by_address)
		return wrong(error, "-x takes an IPv4 or IPv6 address, and %s is none", shown);
	return typed_name(name, &request->name, error) ? REQUEST_OK : REQUEST_WRONG;
}

/* `word` is the argument as written. */
static request_result_t read_option(int option, const char *word, request_t *request, bool *by_address, char **error)
{
	char shown[SHOWN_MAX];

	switch (option) {
	case 'c': request->conf_path = optarg; return REQUEST_OK;
	case 'x': *by_address = true; return REQUEST_OK;
	case 'j': request->json = true; return REQUEST_OK;
	case 'e': request->explain = true; return REQUEST_OK;
	case 't': request->tcp = true; return REQUEST_OK;
	case 'd': request->show_bogus = true; return REQUEST_OK;
	case 'w': return read_timeout(optarg, &request->timeout, error);
	case 'h': return REQUEST_HELP;
	case 's':
		request->ask_server = true;
		if (address_from_text(optarg, &request->server))
			return REQUEST_OK;
		return wrong(error, "-s takes ADDR or ADDR@PORT, for example 127.0.0.1@53, and not %s",
			     escape_string(optarg, shown, sizeof(shown)));
	case ':': return wrong(error, "%s needs a value", escape_string(word, shown, sizeof(shown)));
	default: return wrong(error, "there is no option %s", escape_string(word, shown, sizeof(shown)));
	}
}

request_result_t request_read(int argc, char **argv, request_t *request, char **error)
{
	static const struct option options[] = {
		{ "explain", no_argument, NULL, 'e' },       { "json", no_argument, NULL, 'j' },
		{ "tcp", no_argument, NULL, 't' },           { "cd", no_argument, NULL, 'd' },
		{ "timeout", required_argument, NULL, 'w' }, { "server", required_argument, NULL, 's' },
		{ "config", required_argument, NULL, 'c' },  { "reverse", no_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
	};
	request_result_t result = REQUEST_OK;
	bool by_address = false;
	int option;

	*error = NULL;
	*request = (request_t){ .type = LDNS_RR_TYPE_MX, .timeout = REQUEST_TIMEOUT };
	optind = 0; /* begins anew: getopt keeps its place between calls */
	opterr = 0;
	while (result == REQUEST_OK && (option = getopt_long(argc, argv, ":c:s:xh", options, NULL)) != -1)
		result = read_option(option, argv[optind - 1], request, &by_address, error);
	if (result != REQUEST_OK)
		return result;
	if (request->ask_server && request->conf_path != NULL && !request->explain)
		return wrong(error, "-s asks a server, -c is for resolving without one: choose one of them");
	if (request->explain && (request->tcp || request->show_bogus))
		return wrong(error, "--explain goes the daemon's way, over UDP and TCP: leave out %s",
			     request->tcp ? "--tcp" : "--cd");
	if (argc - optind < 1)
		return wrong(error, "a name is missing");
	if (argc - optind > 2)
		return wrong(error, "one name and one type are enough");
	result = read_question(argv[optind], argc - optind == 2 ? argv[optind + 1] : NULL, by_address, request, error);
	if (result == REQUEST_OK && request->explain && request->type != LDNS_RR_TYPE_MX)
		return wrong(error, "--explain is about MX answers: leave the type out");
	return result;
}
