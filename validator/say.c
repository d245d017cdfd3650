/* say.c: see say.h. */
#include "validator/say.h"

#include "validator/name.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { RCODE_NXDOMAIN = 3 };

void say(char *text, size_t room, const char *format, ...)
{
	const size_t used = strlen(text);
	va_list arguments;

	if (used + 1 >= room)
		return;
	va_start(arguments, format);
	vsnprintf(text + used, room - used, format, arguments);
	va_end(arguments);
}

void say_name(char *text, size_t room, const name_t *name)
{
	char full[NAME_TEXT_MAX];
	const size_t size = strlen(name_to_text(name, full));

	say(text, room, "%.*s", (int)(size > 1 ? size - 1 : size), full);
}

void say_reply(char *text, size_t room, const reply_t *reply)
{
	if (!reply->chain.found) {
		say(text, room, reply->chain.rcode == RCODE_NXDOMAIN ? "NXDOMAIN" : "no MX record");
		return;
	}
	for (size_t i = 0; i < reply->set.count; i++) {
		const mx_record_t *record = &reply->set.records[i];

		say(text, room, i > 0 ? ", " : "");
		if (record->malformed) {
			say(text, room, "(malformed)");
		} else {
			say(text, room, "%u ", record->preference);
			say_name(text, room, &record->exchange);
		}
	}
}

void say_internal(char *text, size_t room, const policy_t *policy, const host_t *host)
{
	char address[INET6_ADDRSTRLEN];
	const char *separator = "";

	for (unsigned family = 0; family < HOST_FAMILIES; family++)
		for (unsigned i = 0; i < host->families[family].count; i++) {
			const target_address_t *at = &host->families[family].addresses[i];

			if (at->special == NULL || policy_allows_address(policy, at->family, at->address))
				continue;
			inet_ntop(at->family, at->address, address, sizeof(address));
			say(text, room, "%s%s (%s)", separator, address, at->special);
			separator = ", ";
		}
}
