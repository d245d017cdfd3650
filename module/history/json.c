/* json.c: see json.h. Names are printable ASCII: they were escaped before they came into the file. */
#include "module/history/json.h"

#include "validator/answer.h"

#include <arpa/inet.h>
#include <string.h>

static const char *const kind_words[] = {
	[HISTORY_MX] = "mx",
	[HISTORY_NULL_MX] = "null-mx",
	[HISTORY_NONE] = "none",
};

const char *history_security_word(uint8_t security)
{
	switch ((security_t)security) {
	case SECURITY_SECURE: return "secure";
	case SECURITY_BOGUS: return "bogus";
	case SECURITY_INSECURE: break;
	}
	return "insecure";
}

const char *history_address_text(const history_address_t *address, char text[HISTORY_ADDRESS_TEXT_MAX])
{
	const char *made = inet_ntop(address->size == sizeof(struct in_addr) ? AF_INET : AF_INET6, address->octets,
				     text, HISTORY_ADDRESS_TEXT_MAX);

	return made != NULL ? made : "";
}

static json_t *address_json(const history_seen_address_t *seen)
{
	char text[HISTORY_ADDRESS_TEXT_MAX];

	return json_pack("{s:s, s:I, s:I}", "address", history_address_text(&seen->address, text), "first_seen",
			 (json_int_t)seen->first_seen, "last_seen", (json_int_t)seen->last_seen);
}

/* Jansson takes no NULL: what memory was not there for makes the whole one fail. */
static bool append(json_t *array, json_t *item)
{
	return item != NULL && json_array_append_new(array, item) == 0;
}

static json_t *exchange_json(const history_seen_exchange_t *exchange, const owner_table_t *owners)
{
	json_t *addresses = json_array();
	char owner[OWNER_TEXT_MAX];

	for (size_t i = 0; i < exchange->address_count; i++)
		if (!append(addresses, address_json(&exchange->addresses[i]))) {
			json_decref(addresses);
			return NULL;
		}
	return json_pack("{s:i, s:s, s:s, s:o}", "preference", (int)exchange->preference, "exchange", exchange->name,
			 "owner", owner_text_of(owners, exchange->name, owner), "addresses", addresses);
}

static json_t *set_json(const history_set_t *set, const owner_table_t *owners)
{
	json_t *exchanges = json_array();

	for (size_t i = 0; i < set->count; i++)
		if (!append(exchanges, exchange_json(&set->exchanges[i], owners))) {
			json_decref(exchanges);
			return NULL;
		}
	return json_pack("{s:I, s:o, s:I, s:s, s:s, s:o}", "from", (json_int_t)set->from, "to",
			 set->to > 0 ? json_integer((json_int_t)set->to) : json_null(), "last_seen",
			 (json_int_t)set->last_seen, "kind", kind_words[set->kind], "security",
			 history_security_word(set->security), "exchanges", exchanges);
}

json_t *history_json_of_sets(const char *domain, const history_sets_t *sets, const owner_table_t *owners)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sets->count; i++)
		if (!append(array, set_json(&sets->sets[i], owners))) {
			json_decref(array);
			return NULL;
		}
	return json_pack("{s:s, s:o}", "domain", domain, "sets", array);
}

static json_t *user_json(const history_user_t *user)
{
	const size_t size = strlen(user->domain);

	return json_pack("{s:s%, s:I, s:I, s:b}", "name", user->domain, size > 1 ? size - 1 : size, "first_seen",
			 (json_int_t)user->first_seen, "last_visit", (json_int_t)user->last_visit, "current",
			 (int)user->current);
}

json_t *history_json_of_page(const history_page_t *page, const char *from, size_t size)
{
	json_t *array = json_array();

	for (size_t i = 0; i < page->count; i++)
		if (!append(array, user_json(&page->users[i]))) {
			json_decref(array);
			return NULL;
		}
	return json_pack("{s:s, s:I, s:o, s:o}", "current_page", *from != '\0' ? from : "1", "size", (json_int_t)size,
			 "result", array, "next", page->next[0] != '\0' ? json_string(page->next) : json_null());
}
