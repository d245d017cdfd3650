/* tcp.c: see tcp.h. */
#include "module/unbound/tcp.h"

#include <pthread.h>
#include <stdlib.h>

/* Its caches hold the way to servers of mail domains, and the addresses of exchanges. */
enum { PART_OF_CACHE = 4 };

/* What queries of one thread have for an environment. It is no query's own: a sub-query takes over that of the query that first asks
 * for it, and may outlive that one. */
typedef struct way {
	struct way *next;
	const struct module_env *of; /* the thread's own */
	struct module_env env;
	struct iter_env iterator;
} way_t;

struct tcp {
	struct config_file config; /* Unbound's, but for the transport */
	struct slabhash *messages;
	struct rrset_cache *rrsets;
	pthread_mutex_t lock; /* of ways */
	way_t *ways;
};

/* ---- begin and end ---- */

/* RRsets of both caches are of one kind: a query's come from its thread's part of this allocator, whatever it stores them in. */
static struct alloc_cache *allocator_of(const struct module_env *env)
{
	return env->rrset_cache->table.array[0]->cb_arg;
}

tcp_t *tcp_new(const struct module_env *env)
{
	tcp_t *tcp = calloc(1, sizeof(*tcp));

	if (tcp == NULL)
		return NULL;
	pthread_mutex_init(&tcp->lock, NULL);
	tcp->config = *env->cfg;
	tcp->config.tcp_upstream = 1;
	tcp->config.msg_cache_size /= PART_OF_CACHE;
	tcp->config.rrset_cache_size /= PART_OF_CACHE;
	tcp->messages =
		slabhash_create(tcp->config.msg_cache_slabs, HASH_DEFAULT_STARTARRAY, tcp->config.msg_cache_size,
				msgreply_sizefunc, query_info_compare, query_entry_delete, reply_info_delete, NULL);
	tcp->rrsets = rrset_cache_create(&tcp->config, allocator_of(env));
	if (tcp->messages != NULL && tcp->rrsets != NULL)
		return tcp;
	tcp_free(tcp);
	return NULL;
}

static void way_free(way_t *way)
{
	free(way->iterator.target_fetch_policy);
	free(way);
}

void tcp_free(tcp_t *tcp)
{
	if (tcp == NULL)
		return;
	for (way_t *way = tcp->ways, *next; way != NULL; way = next) {
		next = way->next;
		way_free(way);
	}
	pthread_mutex_destroy(&tcp->lock);
	slabhash_delete(tcp->messages);
	rrset_cache_delete(tcp->rrsets);
	free(tcp);
}

size_t tcp_memory(const tcp_t *tcp)
{
	return sizeof(*tcp) + slabhash_get_mem(tcp->messages) + slabhash_get_mem(&tcp->rrsets->table);
}

/* ---- environments ---- */

/* Addresses of name servers that nobody needs yet are not asked for: it takes time, and Unbound may be asking for them over UDP. */
static bool fetch_on_demand(way_t *way)
{
	const int iterator = modstack_find(&way->env.mesh->mods, "iterator");

	if (iterator < 0)
		return true;
	way->iterator = *(const struct iter_env *)way->env.modinfo[iterator];
	lock_basic_init(&way->iterator.queries_ratelimit_lock);
	way->iterator.target_fetch_policy = calloc((size_t)way->iterator.max_dependency_depth + 1, sizeof(int));
	way->env.modinfo[iterator] = &way->iterator;
	return way->iterator.target_fetch_policy != NULL;
}

static way_t *way_new(tcp_t *tcp, const struct module_env *env)
{
	way_t *way = calloc(1, sizeof(*way));

	if (way == NULL)
		return NULL;
	way->of = env;
	way->env = *env;
	way->env.cfg = &tcp->config;
	way->env.msg_cache = tcp->messages;
	way->env.rrset_cache = tcp->rrsets;
	if (fetch_on_demand(way))
		return way;
	way_free(way);
	return NULL;
}

struct module_env *tcp_env(tcp_t *tcp, struct module_env *env)
{
	way_t *way = NULL;

	pthread_mutex_lock(&tcp->lock);
	for (way = tcp->ways; way != NULL && way->of != env && &way->env != env;)
		way = way->next;
	if (way == NULL) {
		way = way_new(tcp, env);
		if (way != NULL) {
			way->next = tcp->ways;
			tcp->ways = way;
		}
	}
	pthread_mutex_unlock(&tcp->lock);
	return way != NULL ? &way->env : NULL;
}

/* ---- on the way ---- */

/* Unbound joins a query with one that is out to the same server with the same question and the same EDNS options, whatever the
 * transport. This option, which is empty in queries, belongs to TCP alone (RFC 7828, 3.2.1). */
bool tcp_sends(const tcp_t *tcp, struct module_qstate *query, struct regional *region)
{
	return query->env->cfg != &tcp->config ||
	       edns_opt_list_append(&query->edns_opts_back_out, LDNS_EDNS_KEEPALIVE, 0, NULL, region) != 0;
}
