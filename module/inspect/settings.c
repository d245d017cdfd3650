/* settings.c: see settings.h. */
#include "module/inspect/settings.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>

enum { ADDRESS_TEXT_MAX = INET6_ADDRSTRLEN + 24 }; /* with %SCOPE and @PORT */

static json_t *address_json(const conf_address_t *address)
{
	char host[INET6_ADDRSTRLEN] = "";
	char text[ADDRESS_TEXT_MAX];
	const struct sockaddr_in6 *v6 = &address->sa.v6;
	const struct sockaddr_in *v4 = &address->sa.v4;

	if (address->sa.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(text, sizeof(text), "%s@%u", host, ntohs(v4->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		if (v6->sin6_scope_id != 0)
			snprintf(text, sizeof(text), "%s%%%u@%u", host, v6->sin6_scope_id, ntohs(v6->sin6_port));
		else
			snprintf(text, sizeof(text), "%s@%u", host, ntohs(v6->sin6_port));
	}
	return json_string(text);
}

static json_t *addresses_json(const conf_addresses_t *addresses)
{
	json_t *array = json_array();

	for (size_t i = 0; i < addresses->count; i++)
		if (json_array_append_new(array, address_json(&addresses->items[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *strings_json(const conf_strings_t *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->count; i++)
		if (json_array_append_new(array, json_string(strings->items[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *inspection_json(const conf_inspection_t *inspection)
{
	return json_pack("{s:o, s:s, s:o, s:s, s:I, s:I}", "listen", addresses_json(&inspection->listen), "token-file",
			 inspection->token_file, "allowed-hosts", strings_json(&inspection->allowed_hosts), "log-index",
			 inspection->log_index, "log-index-size", (json_int_t)inspection->log_index_size,
			 "log-index-age", (json_int_t)inspection->log_index_age);
}

char *settings_for_inspection(const conf_t *conf)
{
	json_t *json = json_pack("{s:o, s:o, s:{s:s}, s:{s:b, s:s}, s:{s:s}, s:{s:o}}", "listen",
				 addresses_json(&conf->listen), "inspection", inspection_json(&conf->inspection),
				 "validation-log", "file", conf->validation_log.file, "history", "enable",
				 (int)conf->history.enable, "file", conf->history.file, "control", "socket",
				 conf->control.socket, "mx", "providers", strings_json(&conf->mx.providers));
	char *text = json != NULL ? json_dumps(json, 0) : NULL;

	json_decref(json);
	return text;
}
