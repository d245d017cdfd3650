/* host.h: what mxward uses of Unbound, and nothing else: the one place that knows which release it is built against. Written
 * for 1.17.1 (Debian 12) and tried with 1.22.0 (Debian 13); what differs between them is bridged below, by
 * MXWARD_UNBOUND_RELEASE, which Meson has from that config.h (1.17.1 is 11701).
 *
 * Unbound's headers want its own config.h, whose place Meson hands in; the rooms' config.h is another file. */
#ifndef MODULE_UNBOUND_HOST_H
#define MODULE_UNBOUND_HOST_H

#include MXWARD_UNBOUND_CONFIG

#include <iterator/iter_utils.h>
#include <iterator/iterator.h>
#include <services/cache/dns.h>
#include <services/cache/rrset.h>
#include <services/mesh.h>
#include <services/modstack.h>
#include <sldns/rrdef.h>
#include <sldns/sbuffer.h>
#include <util/config_file.h>
#include <util/data/msgencode.h>
#include <util/data/msgparse.h>
#include <util/data/msgreply.h>
#include <util/module.h>
#include <util/net_help.h>
#include <util/netevent.h>
#include <util/regional.h>
#include <util/storage/slabhash.h>
#include <util/ub_event.h>

#include <dynlibmod/dynlibmod.h>

/* PACKAGE_STRING is the release whose headers these are: "unbound 1.17.1". The program that loads us must hold the same text:
 * its structures have another shape otherwise. */
#define HOST_RELEASE PACKAGE_STRING

/* Why an answer is bogus. Not to be freed before the query ends; NULL when memory is out. */
static inline const char *host_why_bogus(struct module_qstate *query)
{
#if MXWARD_UNBOUND_RELEASE < 12000 /* somewhere between the two that were tried */
	char *text = errinf_to_str_bogus(query);
	const char *kept = text != NULL ? regional_strdup(query->region, text) : NULL;

	free(text);
	return kept;
#else
	return errinf_to_str_bogus(query, query->region);
#endif
}

/* The address of a client that waits for a question. */
static inline const struct sockaddr *host_client(const struct mesh_reply *reply)
{
	return (const struct sockaddr *)&reply->query_reply.client_addr;
}

#endif
