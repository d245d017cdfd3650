/* host.h: what mxward uses of Unbound, and nothing else: the one place that knows which release it is built against. Written
 * for 1.17.1 (Debian 12); what differs in later releases is bridged below.
 *
 * Unbound's headers want its own config.h, whose place Meson hands in; the rooms' config.h is another file. */
#ifndef MODULE_UNBOUND_HOST_H
#define MODULE_UNBOUND_HOST_H

#include MXWARD_UNBOUND_CONFIG

#include <iterator/iter_utils.h>
#include <services/cache/dns.h>
#include <services/cache/rrset.h>
#include <services/mesh.h>
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
#include <util/ub_event.h>

#include <dynlibmod/dynlibmod.h>

/* PACKAGE_STRING is the release whose headers these are: "unbound 1.17.1". The program that loads us must hold the same text:
 * its structures have another shape otherwise. */
#define HOST_RELEASE PACKAGE_STRING

/* The address of a client that waits for a question. */
static inline const struct sockaddr *host_client(const struct mesh_reply *reply)
{
	return (const struct sockaddr *)&reply->query_reply.client_addr;
}

#endif
