/* orders_trust.c: see orders_trust.h. */
#include "module/serve/orders_trust.h"

#include "module/resolver/anchor.h"
#include "module/serve/orders_cache.h"
#include "module/serve/settings.h"
#include "validator/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- negative trust anchors ---- */

static bool use_pending_settings(server_t *server, const pending_settings_t *settings)
{
	return pending_reload(server->pending, settings);
}

/* New resolver processes, with the anchors as they are now; and what is snapshot from now on says which they are. */
static bool apply(server_t *server)
{
	snapshot_settings_t snapshot;

	if (!settings_of_snapshot(server, server->conf, &snapshot) ||
	    !settings_with_pending(server, server->conf, use_pending_settings))
		return false;
	snapshot_reload(server->snapshot, &snapshot);
	return true;
}

static json_t *nta_json(const nta_t *nta)
{
	char name[NAME_TEXT_MAX];

	return json_pack("{s:s, s:s, s:I, s:I}", "name", name_to_text(&nta->name, name), "origin", "command", "since",
			 (json_int_t)nta->since, "until", (json_int_t)nta->until);
}

static json_t *list(const server_t *server)
{
	const conf_strings_t *lasting = &server->conf->resolver.domain_insecure;
	json_t *array = json_array();
	char text[NAME_TEXT_MAX];
	name_t name;

	for (size_t i = 0; i < lasting->count; i++)
		if (name_from_text(lasting->items[i], &name))
			json_array_append_new(array,
					      json_pack("{s:s, s:s, s:n, s:n}", "name", name_to_text(&name, text),
							"origin", "configuration", "since", "until"));
	for (size_t i = 0; i < ntas_count(server->ntas); i++)
		json_array_append_new(array, nta_json(ntas_get(server->ntas, i)));
	return json_pack("{s:o}", "ntas", array);
}

/* Says so once nothing is answered any more as it was before. */
static void answer_when_in_force(server_t *server, const name_t *name, control_reply_t *reply)
{
	const flush_what_t what = { .scope = FLUSH_BELOW, .name = *name, .replaced = true };

	if (apply(server))
		orders_flush_and_answer(server, &what, list(server), reply);
	else
		control_refuse(reply, "memory is out: it takes effect at the next reload");
}

static void add(server_t *server, const order_t *order, control_reply_t *reply)
{
	char name[NAME_TEXT_MAX];

	name_to_text(&order->name, name);
	if (order->name.size == 1 || strpbrk(name, "\"\\ ") != NULL) {
		control_refuse(reply,
			       "%s cannot be a negative trust anchor: it takes a domain of plain labels, not the root",
			       name);
		return;
	}
	if (!ntas_add(server->ntas, &order->name, order->lifetime)) {
		control_refuse(reply, "there are %d negative trust anchors already: delete one", NTAS_MAX);
		return;
	}
	log_write(server->log, LOG_LEVEL_WARNING, "a negative trust anchor was set: not validated name=%s seconds=%u",
		  name, order->lifetime);
	answer_when_in_force(server, &order->name, reply);
}

static void delete (server_t *server, const order_t *order, control_reply_t *reply)
{
	char name[NAME_TEXT_MAX];

	name_to_text(&order->name, name);
	if (!ntas_remove(server->ntas, &order->name)) {
		control_refuse(reply,
			       "there is no negative trust anchor for %s that was set by command; those of the "
			       "configuration are in resolver.domain-insecure",
			       name);
		return;
	}
	log_write(server->log, LOG_LEVEL_INFO, "the negative trust anchor was deleted name=%s", name);
	answer_when_in_force(server, &order->name, reply);
}

void orders_nta(server_t *server, const order_t *order, control_reply_t *reply)
{
	ntas_look(server->ntas);
	switch (order->nta) {
	case ORDER_NTA_LIST: control_answer(reply, list(server)); break;
	case ORDER_NTA_ADD: add(server, order, reply); break;
	case ORDER_NTA_DELETE: delete (server, order, reply); break;
	}
}

static void forget(void *arg, bool done, size_t dropped)
{
	(void)arg;
	(void)done;
	(void)dropped;
}

void orders_nta_ended(void *arg, const nta_t *nta)
{
	server_t *server = arg;
	const flush_what_t what = { .scope = FLUSH_BELOW, .name = nta->name, .replaced = true };

	if (!apply(server) || !pending_flush(server->pending, &what, forget, NULL))
		log_write(server->log, LOG_LEVEL_ERROR,
			  "memory is out: a negative trust anchor stays in force until the next reload");
}

/* ---- trust anchors ---- */

/* The file's text, printable ASCII and line ends alone. NULL with errno when it cannot be read. */
static char *read_text(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = in != NULL ? malloc(ANCHOR_SIZE_MAX + 1) : NULL;
	const size_t size = text != NULL ? fread(text, 1, ANCHOR_SIZE_MAX, in) : 0;

	for (size_t i = 0; i < size; i++)
		if ((text[i] < ' ' && text[i] != '\n' && text[i] != '\t') || (unsigned char)text[i] > '~')
			text[i] = '?';
	if (text != NULL)
		text[size] = '\0';
	if (in != NULL)
		fclose(in);
	return text;
}

/* The text of a file with its records: who looks at it takes them apart, so that nobody has to here. */
static json_t *file_json(const char *path, const char *kind, bool used)
{
	char *text = read_text(path);
	json_t *object = json_pack("{s:s, s:s, s:b, s:s?, s:s?}", "file", path, "kind", kind, "used", (int)used, "text",
				   text, "error", text == NULL ? strerror(errno) : NULL);

	free(text);
	return object;
}

void orders_trust_anchors(server_t *server, const order_t *order, control_reply_t *reply)
{
	const conf_resolver_t *resolver = &server->conf->resolver;
	const bool automatic = resolver->auto_trust_anchor_file[0] != '\0';
	json_t *array = json_array();

	(void)order;
	if (automatic)
		json_array_append_new(array, file_json(resolver->auto_trust_anchor_file, "automatic", true));
	for (size_t i = 0; i < resolver->trust_anchor_files.count;
	     i++) /* the first is what the automatic one began as */
		json_array_append_new(array,
				      file_json(resolver->trust_anchor_files.items[i], "static", i > 0 || !automatic));
	control_answer(reply, json_pack("{s:o}", "anchors", array));
}
