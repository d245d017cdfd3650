/* fuzz_order.c: any line is refused with a sentence that is safe to print, or is an order that keeps every promise of order.h, and
 * reads the same again from its own words. */
#include "tests/fuzz/fuzz.h"

#include "module/control/order.h"
#include "validator/name.h"

#include <assert.h>
#include <jansson.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

static void check_error(const char *error)
{
	assert(error[0] != '\0' && strlen(error) < ORDER_ERROR_MAX);
	for (const char *c = error; *c != '\0'; c++)
		assert(*c >= ' ' && *c <= '~');
}

static void check_order(const order_t *order)
{
	static const char *const actions[] = { "list", "add", "del" };
	const bool named = order->name.size > 0;
	name_t lower = order->name;

	assert(order->command < ORDERS);
	name_lower(&lower);
	assert(memcmp(lower.octets, order->name.octets, order->name.size) == 0);
	assert(!order->all || (order->command == ORDER_FLUSH && !named && !order->has_type));
	assert(!order->has_type || (order->command == ORDER_FLUSH && order->type != 0));
	assert(order->lifetime <= ORDER_LIFETIME_MAX);
	assert(order->nta == ORDER_NTA_LIST || (order->command == ORDER_NTA && named));
	assert((order->lifetime > 0) == (order->nta == ORDER_NTA_ADD));
	assert((unsigned)order->nta < sizeof(actions) / sizeof(actions[0]));
	assert(order->level <= LOG_LEVEL_DEBUG);
}

/* The order in our own words. */
static json_t *object_of(const order_t *order)
{
	static const char *const actions[] = { "list", "add", "del" };
	static const char *const levels[] = { "error", "warning", "info", "debug" };
	json_t *object = json_pack("{s:s}", "command", order_name(order->command));
	char text[NAME_TEXT_MAX];

	if (order->name.size > 0)
		json_object_set_new(object, "name", json_string(name_to_text(&order->name, text)));
	if (order->has_type) {
		char *type = ldns_rr_type2str((ldns_rr_type)order->type);

		json_object_set_new(object, "type", json_string(type));
		free(type);
	}
	if (order->all)
		json_object_set_new(object, "all", json_true());
	if (order->command == ORDER_NTA)
		json_object_set_new(object, "action", json_string(actions[order->nta]));
	if (order->lifetime > 0)
		json_object_set_new(object, "lifetime", json_integer(order->lifetime));
	if (order->command == ORDER_LOG_LEVEL)
		json_object_set_new(object, "level", json_string(levels[order->level]));
	return object;
}

static void check_same(const order_t *order)
{
	json_t *object = object_of(order);
	char *text = json_dumps(object, 0);
	char error[ORDER_ERROR_MAX];
	order_t again;
	bool read;

	assert(text != NULL);
	read = order_read(text, strlen(text), &again, error);
	assert(read);
	(void)read;
	assert(again.command == order->command && again.all == order->all && again.has_type == order->has_type &&
	       again.type == order->type && again.nta == order->nta && again.lifetime == order->lifetime &&
	       again.level == order->level && again.name.size == order->name.size &&
	       memcmp(again.name.octets, order->name.octets, order->name.size) == 0);
	free(text);
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[ORDER_ERROR_MAX] = "";
	order_t order;

	if (order_read((const char *)data, size, &order, error)) {
		check_order(&order);
		check_same(&order);
	} else {
		check_error(error);
	}
	return 0;
}
