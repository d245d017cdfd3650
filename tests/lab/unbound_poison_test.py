#!/usr/bin/python3 -B
"""A forger who was quicker before: Unbound's cache holds his delegation when mail is first sent to the domain. It does not vouch
for itself: neither his MX set nor his address of an exchange reaches a client, though his server speaks TCP well."""
import sys

import dns.rcode
import dns.rdatatype

import asking
import lab
import manifest as manifests
from cases import Cases
from liar import EVIL, EVIL_ADDRESS, EVIL_SERVER
from unbound_module import UnboundWithModule

DOMAIN = "customer.isp.plain."
IPV4 = {"25.25.0.1", "25.25.0.2"}  # of its exchanges
ALONE = "wrong-question.plain."  # only TCP has an answer
PATIENT = {"mx": {"corroborate-timeout": "30s", "target-timeout": "30s"}}  # a busy machine is no reason to believe UDP


def _questions():
    found = [question for question in manifests.load().questions if question.name.to_text().endswith(DOMAIN)]
    return sorted(found, key=lambda question: question.type != dns.rdatatype.MX)


def _address_in_cache(unbound, name):
    """What Unbound would tell a client."""
    lines = unbound.control("dump_cache").splitlines()
    return next((line.split()[-1] for line in lines if line.startswith(f"{name}\t") and "\tA\t" in line), None)


def _seen(name, rdtype):
    answer = asking.ask(lab.UNBOUND, name, rdtype)
    return answer.failure or [rdata.to_text() for rrset in answer.reply.answer for rdata in rrset]


def _poisoned(cases):
    with UnboundWithModule("unbound-poisoned", PATIENT) as unbound:
        asking.ask(lab.UNBOUND, f"first.{DOMAIN}", "TXT")
        cases.check(_address_in_cache(unbound, f"ns.{DOMAIN}") in (EVIL_SERVER, EVIL_ADDRESS), "the forger's delegation is cached")
        for round_of in ("miss", "hit"):
            for question, answer in asking.ask_all(lab.UNBOUND, _questions(), asking.VARIANTS[0]):
                found = list(asking.problems(question, asking.VARIANTS[0], answer, round_of == "hit"))
                cases.check(not found, f"{question.text}, {round_of}", "; ".join(found))
        cases.check(_address_in_cache(unbound, f"mx1.{DOMAIN}") == "25.25.0.1", "the address that came over TCP is cached")
        alone = asking.ask(lab.UNBOUND, ALONE, "MX")
        cases.check(not alone.failure and alone.reply.rcode() == dns.rcode.SERVFAIL, f"{ALONE}: what nobody validated is not believed")
        cases.check(unbound.stop() == 0, "unbound-poisoned stops with exit status 0")
    entries = [entry for entry in unbound.validated() if entry["question"]["name"] == DOMAIN]
    seen = {address["address"] for entry in entries for target in entry["mx"] for address in target["addresses"]}
    cases.check([entry["corroboration"] for entry in entries] == ["differed"], "the two MX sets were found to differ, once", entries)
    # In a later release the forger's server keeps IPv6 addresses from being found at all.
    cases.check(IPV4 <= seen <= IPV4 | {"3ffe:25::1", "3ffe:25::2"}, "the addresses that were judged came over TCP", seen)


def _watched(cases):
    """In monitor mode nothing is changed: the forger has his way, and the validation log knows better."""
    with UnboundWithModule("unbound-watching", {"mx": {**PATIENT["mx"], "mode": "monitor"}}) as unbound:
        for which in ("miss", "hit"):
            got = _seen("spoofed.plain.", "MX")
            cases.check(got == [f"1 {EVIL}"], f"monitor: the MX set is what UDP says, {which}", got)
            asking.ask(lab.UNBOUND, "spoofed-address.plain.", "MX")
            got = _seen("mx1.spoofed-address.plain.", "A")
            cases.check(got == [EVIL_ADDRESS], f"monitor: an exchange's address is what UDP says, {which}", got)
        cases.check(unbound.stop() == 0, "unbound-watching stops with exit status 0")
    assessed = {entry["question"]["name"]: {address["address"] for target in entry["mx"] for address in target["addresses"]}
                for entry in unbound.validated()}
    cases.check(not any(EVIL_ADDRESS in addresses for addresses in assessed.values()) and len(assessed) == 2,
                "monitor: what was judged came over TCP", assessed)


def main():
    cases = Cases()
    _poisoned(cases)
    _watched(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
