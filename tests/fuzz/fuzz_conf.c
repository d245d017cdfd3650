/* fuzz_conf.c: any text is refused with a sentence and a place, or is a configuration that keeps every promise of conf.h. */
#include "tests/fuzz/fuzz.h"

#include "conf/conf.h"
#include "conf/conf_keys.h"
#include "conf/conf_providers.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What follows a number above 0 and a colon; NULL when it is no such number. */
static const char *behind_number(const char *text)
{
	char *end;

	return isdigit((unsigned char)*text) && strtoul(text, &end, 10) > 0 && *end == ':' ? end + 1 : NULL;
}

/* Errors go to terminals and logs: one line, nothing that moves a cursor, and where to look. */
static void check_error(const char *error)
{
	const char *column = strncmp(error, "f:", 2) == 0 ? behind_number(error + 2) : NULL;
	const char *what = column != NULL ? behind_number(column) : NULL;

	assert(strncmp(error, "f: ", 3) == 0 || (what != NULL && *what == ' '));
	for (const char *c = error; *c != '\0'; c++) {
		assert(!iscntrl((unsigned char)*c));
		assert(c[0] != '\xc2' || (unsigned char)c[1] < 0x80 ||
		       (unsigned char)c[1] > 0x9f); /* U+0080 to U+009F */
	}
}

static void check_addresses(const conf_addresses_t *list)
{
	assert(list->count > 0);
	for (size_t i = 0; i < list->count; i++) {
		const conf_address_t *address = &list->items[i];

		if (address->sa.any.sa_family == AF_INET) {
			assert(address->size == sizeof(address->sa.v4) && address->sa.v4.sin_port != 0);
			continue;
		}
		assert(address->sa.any.sa_family == AF_INET6);
		assert(address->size == sizeof(address->sa.v6) && address->sa.v6.sin6_port != 0);
		assert(!IN6_IS_ADDR_V4MAPPED(&address->sa.v6.sin6_addr));
		assert(!IN6_IS_ADDR_LINKLOCAL(&address->sa.v6.sin6_addr) || address->sa.v6.sin6_scope_id != 0);
	}
}

static void check_prefixes(const conf_prefixes_t *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const conf_prefix_t *prefix = &list->items[i];

		assert(prefix->bits <= (prefix->family == AF_INET ? 32 : 128));
		for (unsigned bit = prefix->bits; bit < 8 * sizeof(prefix->address); bit++)
			assert((prefix->address[bit / 8] & (0x80 >> bit % 8)) == 0);
	}
}

static void check_name(const char *name)
{
	size_t size = strlen(name);

	assert(size > 0 && size <= 253);
	assert(strcmp(name, ".") == 0 || name[size - 1] != '.');
	assert(strpbrk(name, "\"\\ \n\t#") == NULL); /* it goes into unbound.conf(5) syntax */
}

static void check_routes(const conf_routes_t *list)
{
	for (size_t i = 0; i < list->count; i++) {
		check_name(list->items[i].zone);
		check_addresses(&list->items[i].to);
	}
}

static void check_path(const char *path)
{
	assert(path[0] == '\0' || (path[0] == '/' && strpbrk(path, "\"\n\r") == NULL));
}

static void check_resolver(const conf_resolver_t *resolver)
{
	check_path(resolver->root_hints);
	check_path(resolver->auto_trust_anchor_file);
	for (size_t i = 0; i < resolver->trust_anchor_files.count; i++) {
		assert(resolver->trust_anchor_files.items[i][0] == '/');
		check_path(resolver->trust_anchor_files.items[i]);
	}
	for (size_t i = 0; i < resolver->domain_insecure.count; i++)
		check_name(resolver->domain_insecure.items[i]);
	check_routes(&resolver->forward);
	check_routes(&resolver->stub);
	assert(strlen(resolver->libunbound) <= 65536);
	assert(resolver->processes >= 1 && resolver->processes <= 64 && resolver->budget >= 1);
	assert(resolver->option_count <= CONF_OPTIONS_MAX);
	for (size_t i = 0; i < resolver->option_count; i++)
		assert(resolver->options[i].name != NULL && resolver->options[i].value[0] != '\0' &&
		       memchr(resolver->options[i].value, '\0', sizeof(resolver->options[i].value)) != NULL);
}

/* Errors of module show them as they are. */
static void check_word(const char *word)
{
	size_t size = strlen(word);

	assert(size > 0 && size <= 63);
	for (size_t i = 0; i < size; i++)
		assert(isascii((unsigned char)word[i]) && (isalnum((unsigned char)word[i]) || word[i] == '-'));
}

static void check_choices(const conf_choices_t *list)
{
	assert(list->count <= 128);
	for (size_t i = 0; i < list->count; i++) {
		check_word(list->items[i].name);
		check_word(list->items[i].word);
		assert(list->items[i].name_place.line > 0 && list->items[i].name_place.column > 0);
		assert(list->items[i].word_place.line >= list->items[i].name_place.line);
		for (size_t j = 0; j < i; j++)
			assert(strcmp(list->items[i].name, list->items[j].name) != 0);
	}
}

static void check_pattern(const char *pattern)
{
	assert(strlen(pattern) <= 253 && strcmp(pattern, "*..") != 0);
	check_name(pattern[0] == '*' && pattern[1] == '.' ? pattern + 2 : pattern);
	assert(strchr(pattern + 1, '*') == NULL);
}

static void check_pin(const conf_pin_t *pin)
{
	check_name(pin->domain);
	assert(pin->exchanges.count >= 1 && pin->exchanges.count <= 64);
	for (size_t i = 0; i < pin->exchanges.count; i++) {
		check_pattern(pin->exchanges.items[i]);
		for (size_t j = 0; j < i; j++)
			assert(strcasecmp(pin->exchanges.items[i], pin->exchanges.items[j]) != 0);
	}
}

static void check_mx(const conf_mx_t *mx)
{
	assert(mx->mode == CONF_MX_ENFORCE || mx->mode == CONF_MX_MONITOR);
	check_choices(&mx->policy);
	assert(mx->pins.count <= 1024);
	for (size_t i = 0; i < mx->pins.count; i++) {
		check_pin(&mx->pins.items[i]);
		for (size_t j = 0; j < i; j++)
			assert(strcasecmp(mx->pins.items[i].domain, mx->pins.items[j].domain) != 0);
	}
	assert(mx->corroborate_timeout >= 100 && mx->corroborate_timeout <= 30000);
	assert(mx->target_timeout >= 100 && mx->target_timeout <= 30000);
	assert(mx->max_targets >= 1 && mx->max_targets <= 100);
	check_prefixes(&mx->internal_addresses);
	for (size_t i = 0; i < mx->internal_domains.count; i++)
		check_name(mx->internal_domains.items[i]);
	assert(mx->providers.count <= 16);
	for (size_t i = 0; i < mx->providers.count; i++)
		check_path(mx->providers.items[i]);
	assert(mx->own_names.count <= 64);
	for (size_t i = 0; i < mx->own_names.count; i++)
		check_name(mx->own_names.items[i]);
}

static void check_validation_log(const conf_validation_log_t *log)
{
	check_path(log->file);
	check_path(log->key);
	assert(log->key[0] == '/' && strcmp(log->key, log->file) != 0);
	assert(log->checkpoint >= 1 && log->checkpoint <= 1000000);
}

static void check_conf(const conf_t *conf)
{
	check_addresses(&conf->listen);
	check_prefixes(&conf->allow);
	check_resolver(&conf->resolver);
	assert(strlen(conf->user) <= 32 && conf->threads <= 256);
	assert(conf->max_udp_size >= 512 && conf->max_udp_size <= 4096);
	assert(conf->tcp.max_per_client >= 1 && conf->tcp.max_per_client <= conf->tcp.max_connections);
	assert(conf->tcp.idle_timeout >= 1);
	assert(conf->cache.min_ttl <= conf->cache.max_ttl && conf->cache.min_ttl <= conf->cache.negative_max_ttl);
	check_mx(&conf->mx);
	check_validation_log(&conf->validation_log);
	assert(conf->log.level <= CONF_LOG_DEBUG && conf->log.to[0] != '\0');
	for (size_t i = 0; i < conf_key_count; i++)
		assert((conf_place(conf, conf_keys[i].path).line == 0) ==
		       (conf_place(conf, conf_keys[i].path).column == 0));
}

static void check_provider(const conf_provider_t *provider, const conf_provider_t *before)
{
	const size_t size = strlen(provider->name);

	check_name(provider->suffix);
	assert(strcmp(provider->suffix, ".") != 0 && strpbrk(provider->suffix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
	assert(size > 0 && size <= CONF_PROVIDER_NAME_MAX);
	for (size_t i = 0; i < size; i++)
		assert(provider->name[i] >= ' ' && provider->name[i] <= '~');
	assert(provider->place.line > 0 && provider->place.column > 0);
	assert(before == NULL || strcmp(before->suffix, provider->suffix) < 0);
}

/* The same text as a file of providers. */
static void try_providers(const char *text, size_t size)
{
	conf_providers_t providers;
	char *error = NULL;
	const bool good = conf_providers_parse(&providers, text, size, "f", &error);

	assert(good == (error == NULL) && (good || providers.count == 0));
	if (!good)
		check_error(error);
	for (size_t i = 0; i < providers.count; i++)
		check_provider(&providers.items[i], i > 0 ? &providers.items[i - 1] : NULL);
	conf_providers_clear(&providers);
	free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *error = NULL;
	conf_t *conf = conf_parse((const char *)data, size, "f", &error);

	assert((conf == NULL) == (error != NULL));
	if (conf != NULL)
		check_conf(conf);
	else
		check_error(error);
	conf_free(conf);
	free(error);
	try_providers((const char *)data, size);
	return 0;
}
