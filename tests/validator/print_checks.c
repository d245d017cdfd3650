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
	"The configuration's `mx.policy` sets another action (`target-is-alias: reject`), for secure sets as well. In\n"
	"`mx.mode: monitor` findings say what would have been done, and nothing is.\n"
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
	printf("\n\"At least\": no policy goes below, for what is malformed or bogus cannot be passed on. Beside these "
	       "checks an\n"
	       "answer can fail for want of anything to judge: no answer, another question's, aliases in a circle.\n");
	return ferror(stdout) || fflush(stdout) != 0;
}
