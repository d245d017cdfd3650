/* doctor.h: checks an installation from the client's side: what a mail server on this machine would see.
 *
 * A check is a row in the table of checks.c and a function. It reads what doctor_t names and nothing else, so that a test can
 * hand it files, servers and clocks of its own; it changes nothing. */
#ifndef MODULE_DOCTOR_DOCTOR_H
#define MODULE_DOCTOR_DOCTOR_H

#include "conf/conf.h"
#include "module/ask/ask.h"
#include "module/ask/summary.h"
#include "module/doctor/finding.h"
#include "module/doctor/resolv.h"

#include <sys/timex.h>
#include <time.h>

enum { DOCTOR_ZONES_MAX = 16 };

typedef struct doctor {
	const conf_t *conf;
	const char *resolv_conf;  /* path of resolv.conf(5) */
	const char *postfix;      /* Postfix's queue directory, in which it is chrooted */
	const char *dpkg_status;  /* path of dpkg's database */
	const char *proc;         /* path of proc(5) */
	const char *libunbound;   /* version of the linked one, as ub_version() says */
	bool has_server;          /* the user named the server; else it is what resolv.conf says */
	conf_address_t server;    /* which is asked */
	unsigned timeout_ms;      /* for a question to the server */
	unsigned root_timeout_ms; /* for a question to a root server */
	size_t zone_count;        /* DNSBLs to ask */
	const char *zones[DOCTOR_ZONES_MAX];
	time_t now;
	int (*adjtimex)(struct timex *timex);
	bool silent; /* the server did not answer at all: other checks need not wait for it too */
	resolv_t resolv;
	int resolv_error;  /* errno of reading it; 0: it was read */
	ask_reply_t reply; /* the last one, and */
	summary_t summary; /*   what it says */
} doctor_t;

typedef struct check {
	const char *name; /* stable */
	const char *about;
	void (*run)(doctor_t *doctor, finding_t *finding);
} check_t;

/* All checks, in the order in which they help each other. */
const check_t *doctor_checks(size_t *count);

/* files.c */
void doctor_check_resolv_conf(doctor_t *doctor, finding_t *finding);
void doctor_check_postfix(doctor_t *doctor, finding_t *finding);
/* port.c */
void doctor_check_port(doctor_t *doctor, finding_t *finding);
/* server.c */
void doctor_check_dnssec(doctor_t *doctor, finding_t *finding);
void doctor_check_tcp(doctor_t *doctor, finding_t *finding);
void doctor_check_large(doctor_t *doctor, finding_t *finding);
void doctor_check_dnsbl(doctor_t *doctor, finding_t *finding);
/* root.c */
void doctor_check_root_udp(doctor_t *doctor, finding_t *finding);
void doctor_check_root_tcp(doctor_t *doctor, finding_t *finding);
/* clock.c */
void doctor_check_clock(doctor_t *doctor, finding_t *finding);
void doctor_check_clock_sync(doctor_t *doctor, finding_t *finding);
/* anchor.c */
void doctor_check_anchor(doctor_t *doctor, finding_t *finding);
/* history.c */
void doctor_check_history(doctor_t *doctor, finding_t *finding);
/* snapshot.c */
void doctor_check_snapshot(doctor_t *doctor, finding_t *finding);
/* package.c */
void doctor_check_libunbound(doctor_t *doctor, finding_t *finding);

/* Asks the server; the reply is in doctor->reply and doctor->summary. When false, *finding says why: skipped if the server is
 * known to be silent, else a failure. (server.c) */
MUST_USE bool doctor_ask(doctor_t *doctor, const name_t *name, uint16_t type, const ask_options_t *options,
			 finding_t *finding);

/* One of the addresses that the daemon listens on, as the configuration says. (files.c) */
MUST_USE bool doctor_is_ours(const doctor_t *doctor, const conf_address_t *address);

#endif
