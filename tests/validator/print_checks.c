/* print_checks.c: writes docs/checks.md from the table of checks; a test holds the file against it. */
#include "validator/check.h"

#include <stdio.h>

static const char head[] =
	"# Checks of MX answers\n"
	"\n"
	"Made from the table in `validator/check.c` by `tests/validator/print_checks`: do not edit, print it again.\n"
	"\n"
	"Every MX answer is judged by these checks before a client sees it or the cache keeps it. What fails is a "
	"finding, and\n"
	"each finding has an action, from `ignore` over `log` and `strip` to `reject`; the largest one is the "
	"verdict:\n"
	"\n"
	"| action | what it does |\n"
	"| --- | --- |\n"
	"| `ignore` | nothing, and nothing is said |\n"
	"| `log` | the answer passes; the finding is in the validation log |\n"
	"| `strip` | the record is left out of an insecure set; AD is clear, and extended error 4 says `mx: CHECK "
	"HOST` |\n"
	"| `reject` | SERVFAIL with extended error 15 and the same text, so that mail is deferred and not bounced |\n"
	"\n"
	"The configuration's `mx.policy` sets another action (`target-is-alias: reject`), for secure sets as well, but "
	"not\n"
	"below what the tables call \"at least\". In `mx.mode: monitor` findings say what would have been done, and "
	"nothing "
	"is:\n"
	"every set is passed on whole, and where UDP and TCP differ it is UDP's. Withheld are then only answers that "
	"are "
	"bogus,\n"
	"records that are malformed, and octets behind an exchange, which no policy lets through either.\n"
	"\n"
	"A client that sets CD gets the data of what is `bogus` (RFC 4035, 3.2.2), and nothing of what another check "
	"rejects. CD\n"
	"asks us to leave the checking of signatures to the client; who owns an address, or whether a record is an "
	"exchange at\n"
	"all, no signature tells. Validating resolvers that forward to mxward set CD in every question: for them the "
	"checks would\n"
	"not exist.\n"
	"\n"
	"## Rules for all checks\n"
	"\n"
	"- R1 A rejection is SERVFAIL with an extended error, nothing else: FORMERR, YXDOMAIN and NXDOMAIN bounce "
	"mail.\n"
	"- R2 A set is never stripped to nothing, which would send mail to the domain's web server, nor to exchanges "
	"that do not\n"
	"  exist, which would bounce it. The column \"last\" says what comes instead; records that it only logs are "
	"kept then.\n"
	"- R3 An exchange's addresses are never stripped, which would bounce mail; its MX record is.\n"
	"- R4 A DNSSEC-secure set passes whole or is rejected: `strip` becomes `log` there. The column \"secure\" is "
	"its default.\n"
	"- R5 One bad exchange of an insecure set is stripped rather than the domain rejected.\n"
	"- R6 A domain that is rejected for hours needs an administrator: the mail queue's lifetime is the deadline.\n"
	"- R7 Addresses are judged as an exchange's only, never in other lookups: DNS block lists answer 127.0.0.x.\n"
	"- R8 A forged NODATA, NXDOMAIN or null MX diverts mail as well as a forged MX: insecure ones are asked again "
	"over TCP too.\n"
	"- R9 Defaults never stop mail that is delivered correctly today.\n";

static const char tail[] =
	"\n"
	"\"At least\": no policy goes below, for what is malformed or bogus cannot be passed on. Beside these checks "
	"an\n"
	"answer can fail for want of anything to judge: no answer, another question's, aliases in a circle.\n"
	"\n"
	"## Changes\n"
	"\n"
	"`mx-drift` and `mx-changed` compare an answer with the last accepted set of the domain that had an exchange, "
	"as the\n"
	"history remembers it (mxward-history(1)). Without a history, or where it does not answer within "
	"`mx.target-timeout`,\n"
	"there is nothing to find. What counts is who owns the hosts: a provider (`mx.providers`), else whoever has "
	"the\n"
	"registrable domain.\n"
	"\n"
	"| what has changed | finding |\n"
	"| --- | --- |\n"
	"| no owner of the old exchanges has any of the new ones | `mx-drift` |\n"
	"| the same, but the new set is DNSSEC-secure: its owner says so | `mx-changed` |\n"
	"| the same, but `mx.pin` has the domain: the administrator says so | `mx-changed` |\n"
	"| other exchanges, some of them of the old owners | `mx-changed` |\n"
	"| the same exchanges with other preferences | `mx-changed` |\n"
	"| another order, other TTLs, other addresses | none |\n"
	"| exchanges are gone, and the domain takes no mail (null MX) or does not exist: who sends mail is told at "
	"once | "
	"`mx-changed` |\n"
	"| exchanges are gone, and mail goes to the domain's own address (implicit MX) | as if the domain were the "
	"exchange |\n"
	"| still none, after that was accepted once | none |\n"
	"| exchanges come back | compared with those before |\n"
	"| the first exchanges that are seen of a domain | none |\n"
	"\n"
	"By default both are logged, and the new set is then the last accepted one. Where `mx-drift` is set to "
	"`reject`, a\n"
	"rejected set is not remembered, so that the domain stays rejected until it moves back or an administrator "
	"accepts the\n"
	"move: name the new exchanges in `mx.pin` and reload; after the next question for the domain the pin may go "
	"again.\n"
	"Setting `mx-drift` to `log` until then does the same for all domains.\n";

static void print_action(action_t action, action_t least)
{
	printf(" `%s`%s |", action_name(action), least > ACTION_IGNORE ? " at least" : "");
}

static void print_row(const check_t *row)
{
	printf("| `%s` | %s |", row->name, severity_name(row->severity));
	print_action(row->action, row->least);
	print_action(row->secure, row->least_secure);
	print_action(row->when_last, ACTION_IGNORE);
	printf(" %s | %s |\n", row->source, row->sentence);
}

static void print_group(check_on_t on)
{
	printf("\n## About %s\n\n", check_on_name(on));
	printf("| check | severity | default | secure | last | source | meaning |\n");
	printf("| --- | --- | --- | --- | --- | --- | --- |\n");
	for (unsigned id = 0; id < CHECKS; id++)
		if (check_row((check_id_t)id)->on == on)
			print_row(check_row((check_id_t)id));
}

int main(void)
{
	fputs(head, stdout);
	for (unsigned on = ON_ANSWER; on <= ON_SET; on++)
		print_group((check_on_t)on);
	fputs(tail, stdout);
	return ferror(stdout) || fflush(stdout) != 0;
}
