/* visit.c: see visit.h. */
#include "module/history/visit.h"

#include "validator/name.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool visit_is_due(const verdict_t *verdict)
{
	return verdict != NULL && !verdict->rejected;
}

static history_kind_t kind_of(const verdict_t *verdict)
{
	if (verdict->null_mx)
		return HISTORY_NULL_MX;
	return verdict->negative ? HISTORY_NONE : HISTORY_MX;
}

/* What was passed on, and is a host. */
static bool is_exchange(const target_t *target)
{
	return !target->stripped && target->exchange.size > 1;
}

static size_t text_size(const name_t *name)
{
	char text[NAME_TEXT_MAX];

	return strlen(name_to_text(name, text)) + 1;
}

typedef struct measure {
	size_t exchanges;
	size_t addresses;
	size_t octets; /* of names */
} measure_t;

static measure_t measure_of(const name_t *name, const verdict_t *verdict)
{
	measure_t measure = { .octets = text_size(name) };

	for (size_t i = 0; kind_of(verdict) == HISTORY_MX && i < verdict->target_count; i++) {
		const target_t *target = &verdict->targets[i];

		if (!is_exchange(target))
			continue;
		measure.exchanges++;
		measure.addresses += target->address_count;
		measure.octets += text_size(&target->exchange);
	}
	return measure;
}

/* Where in the visit's octets there is room. */
typedef struct room {
	history_exchange_t *exchange;
	history_address_t *address;
	char *text;
} room_t;

static const char *put_name(room_t *room, const name_t *name)
{
	char text[NAME_TEXT_MAX];
	const size_t size = strlen(name_to_text(name, text)) + 1;
	char *put = memcpy(room->text, text, size);

	room->text += size;
	return put;
}

static void put_exchange(room_t *room, const target_t *target)
{
	*room->exchange++ = (history_exchange_t){ .preference = target->preference,
						  .name = put_name(room, &target->exchange),
						  .address_count = target->address_count,
						  .addresses = room->address };
	for (size_t i = 0; i < target->address_count; i++) {
		const target_address_t *from = &target->addresses[i];
		history_address_t *address = room->address++;

		*address = (history_address_t){ .size = from->family == AF_INET ? 4 : 16 };
		memcpy(address->octets, from->address, address->size);
	}
}

visit_t *visit_of(const name_t *name, const verdict_t *verdict, uint64_t wall, atomic_uint *waiting)
{
	const measure_t measure = measure_of(name, verdict);
	const size_t exchanges = measure.exchanges * sizeof(history_exchange_t);
	const size_t addresses = measure.addresses * sizeof(history_address_t);
	const size_t size = sizeof(visit_t) + exchanges + addresses + measure.octets;
	visit_t *visit = calloc(1, size);
	char *behind;
	room_t room;

	if (visit == NULL)
		return NULL;
	behind = (char *)(visit + 1);
	room = (room_t){ .exchange = (history_exchange_t *)(void *)behind,
			 .address = (history_address_t *)(void *)(behind + exchanges),
			 .text = behind + exchanges + addresses };
	visit->item.weight = size;
	visit->waiting = waiting;
	visit->wall = wall;
	visit->seen = (history_visit_t){ .kind = kind_of(verdict),
					 .security = (uint8_t)verdict->security,
					 .count = measure.exchanges,
					 .exchanges = room.exchange };
	visit->seen.domain = put_name(&room, name);
	for (size_t i = 0; measure.exchanges > 0 && i < verdict->target_count; i++)
		if (is_exchange(&verdict->targets[i]))
			put_exchange(&room, &verdict->targets[i]);
	atomic_fetch_add(waiting, 1);
	return visit;
}

void visit_free(visit_t *visit)
{
	atomic_fetch_sub(visit->waiting, 1);
	free(visit);
}
