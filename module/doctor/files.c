/* files.c: whom the programs of this machine ask: resolv.conf and Postfix's copy of it. */
#include "module/ask/address.h"
#include "module/doctor/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static bool is_wildcard(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET)
		return address->sa.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->sa.v6.sin6_addr);
}

bool doctor_is_ours(const doctor_t *doctor, const conf_address_t *address)
{
	const conf_addresses_t *listen = &doctor->conf->listen;

	if (doctor->has_server)
		return address_same_host(&doctor->server, address);
	for (size_t i = 0; i < listen->count; i++)
		if (address_same_host(&listen->items[i], address) ||
		    (is_wildcard(&listen->items[i]) && address_is_loopback(address) &&
		     listen->items[i].sa.any.sa_family == address->sa.any.sa_family))
			return true;
	return false;
}

static void mend_nameserver(const doctor_t *doctor, finding_t *finding)
{
	finding_mend(finding,
		     "let %s have one nameserver line, \"nameserver 127.0.0.1\" (or the address of listen), and "
		     "\"options edns0 trust-ad\"; see that no DHCP client or resolvconf writes it again",
		     doctor->resolv_conf);
}

/* False when a nameserver is not ours. */
static bool check_nameservers(const doctor_t *doctor, finding_t *finding)
{
	const resolv_t *resolv = &doctor->resolv;
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < resolv->count; i++) {
		if (doctor_is_ours(doctor, &resolv->nameservers[i]))
			continue;
		address_to_text(&resolv->nameservers[i], text);
		*strchrnul(text, '@') = '\0';
		if (i == 0)
			finding_fail(finding, "%s names %s, which is not mxward: it is not asked", doctor->resolv_conf,
				     text);
		else
			finding_fail(finding,
				     "%s names %s too: whenever mxward is slow, answers come from there unchecked",
				     doctor->resolv_conf, text);
		mend_nameserver(doctor, finding);
		if (strcmp(text, "127.0.0.53") == 0)
			finding_mend(finding,
				     "127.0.0.53 is systemd-resolved: systemctl disable --now systemd-resolved, "
				     "remove the link %s, and write \"nameserver 127.0.0.1\" and "
				     "\"options edns0 trust-ad\" to it",
				     doctor->resolv_conf);
		return false;
	}
	return true;
}

static void check_options(const doctor_t *doctor, finding_t *finding)
{
	const resolv_t *resolv = &doctor->resolv;
	const char *path = doctor->resolv_conf;

	if (!resolv->trust_ad)
		finding_fail(finding, "%s lacks \"options trust-ad\": the C library hides AD, and DANE is off", path);
	else if (!resolv->edns0)
		finding_warn(finding, "%s lacks \"options edns0\": answers over 512 octets take a second query", path);
	else
		finding_ok(finding, "%s names mxward alone, with edns0 and trust-ad", path);
	if (finding->status != FINDING_OK)
		finding_mend(finding, "add \"options edns0 trust-ad\" to %s", path);
}

void doctor_check_resolv_conf(doctor_t *doctor, finding_t *finding)
{
	if (doctor->resolv_error != 0) {
		finding_fail(finding, "%s cannot be read (%s): programs ask 127.0.0.1 without trust-ad",
			     doctor->resolv_conf, strerror(doctor->resolv_error));
		mend_nameserver(doctor, finding);
	} else if (doctor->resolv.count == 0) {
		finding_fail(finding, "%s names no nameserver: programs ask 127.0.0.1 by chance", doctor->resolv_conf);
		mend_nameserver(doctor, finding);
	} else if (check_nameservers(doctor, finding)) {
		check_options(doctor, finding);
	}
}

static bool same(const resolv_t *a, const resolv_t *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

void doctor_check_postfix(doctor_t *doctor, finding_t *finding)
{
	char path[PATH_SIZE];
	resolv_t copy;

	snprintf(path, sizeof(path), "%s/etc/resolv.conf", doctor->postfix);
	if (access(doctor->postfix, F_OK) != 0) {
		finding_skip(finding, "%s is not there: no Postfix on this machine", doctor->postfix);
	} else if (!resolv_read(path, &copy)) {
		if (errno == ENOENT)
			finding_skip(finding, "%s is not there: Postfix is not chrooted", path);
		else
			finding_warn(finding, "%s cannot be read: %s", path, strerror(errno));
	} else if (doctor->resolv_error != 0 || !same(&copy, &doctor->resolv)) {
		finding_fail(finding, "%s differs from %s: Postfix in its chroot asks whom the old copy names", path,
			     doctor->resolv_conf);
		finding_mend(finding, "systemctl restart postfix (it copies the file when it starts)");
	} else {
		finding_ok(finding, "%s is the same as %s", path, doctor->resolv_conf);
	}
}
