#!/usr/bin/python3 -B
"""The module in a real Unbound against the daemon: every MX question of the manifest gets the same verdict for the same
reasons, in the reply and in the validation log, for clients of all kinds. What was rejected is in none of Unbound's caches."""
import subprocess
import sys

import dns.edns
import dns.rdatatype

import asking
import daemon
import lab
import manifest as manifests
from cases import Cases
from unbound_module import UnboundWithModule

FIRST = asking.VARIANTS[0]
PATIENT = {"mx": {"corroborate-timeout": "30s", "target-timeout": "30s"}}  # no time limit of ours decides anything


def _questions():
    """MX questions that get as far as the module: Unbound answers special-use names before. Where UDP fails, the module has no
    answer over TCP, which nobody would validate."""
    return [question for question in manifests.load().questions if question.for_module]


def _reasons(entry):
    """What of an assessment has to be the same wherever it was made."""
    findings = sorted((finding["check"], finding["action"], finding["host"] or "") for finding in entry["findings"])
    return {"findings": findings, **{key: entry[key] for key in ("verdict", "received", "ede", "corroboration", "negative", "chain")}}


def _by_name(server):
    """The last assessment of each name."""
    return {entry["question"]["name"].lower(): entry for entry in server.validated()}


def _ask_again_what_timed_out(unbound, questions, daemons):
    """Servers that were too slow for Unbound on a busy machine count as servers without TCP, until a reload."""
    modules = _by_name(unbound)
    again = [question for question in questions for name in [question.name.to_text().lower()]
             if name in modules and modules[name]["corroboration"] == "unavailable" != daemons[name]["corroboration"]]
    if again:
        unbound.reload()
        for question in again:
            asking.ask(lab.UNBOUND, question.name, question.type, FIRST)


def _compare_reasons(cases, questions, daemons, modules):
    for question in questions:
        name = question.name.to_text().lower()
        if not cases.check(name in daemons and name in modules, f"{question.text} is in both validation logs"):
            continue
        want, got = _reasons(daemons[name]), _reasons(modules[name])
        differs = {key: (want[key], got[key]) for key in want if want[key] != got[key]}
        cases.check(not differs, f"{question.text}, assessment", differs)


def _problems(question, variant, answer, hit):
    """As the manifest says; but where Unbound validates, it shows AD to clients that set CD, and of a bogus answer from its
    cache, or in releases after 1.17 at once, it tells no more than that it is bogus."""
    only_bogus = question.status == "bogus" and answer.codes() == [dns.edns.EDECode.DNSSEC_BOGUS]
    ede_left_out = only_bogus or (hit and question.status == "bogus")
    for problem in asking.problems(question, variant, answer, hit):
        if (ede_left_out and "EDE" in problem) or (variant.cd and problem == "AD is 1"):
            continue
        yield problem


def _ask_everything(cases, questions, variants):
    for number, variant in enumerate(variants):
        for question, answer in asking.ask_all(lab.UNBOUND, questions, variant):
            found = list(_problems(question, variant, answer, number > 0))
            cases.check(not found, f"{question.text} {variant.name}, {'hit' if number else 'miss'}", "; ".join(found))


def _nothing_rejected_is_cached(cases, questions, dump):
    lines = dump.lower().splitlines()
    cases.check(any(line.startswith("msg ") for line in lines), "unbound has cached something")
    for question in questions:
        if question.status == "rejected":
            name = question.name.to_text().lower()
            cached = [line for line in lines if line.startswith(f"msg {name} in mx ") or line.startswith(f"{name}\t") and "\tmx\t" in line]
            cases.check(not cached, f"{question.text} is in no cache of unbound's", cached[:2])


def _log_is_whole(cases, unbound):
    verify = subprocess.run([daemon.binary(), "log", "verify", "--key", f"{daemon.folder()}/validation-log.key.pub",
                             str(unbound.validation)], capture_output=True, text=True, check=False)
    cases.check(verify.returncode == 0, "the validation log verifies", verify.stdout + verify.stderr)


def _once(cases, questions, name, variants, daemons):
    with UnboundWithModule(name, PATIENT) as unbound:
        _ask_everything(cases, questions, variants)
        dump = unbound.control("dump_cache")
        _ask_again_what_timed_out(unbound, questions, daemons)
        cases.check(unbound.stop() == 0, f"{name} stops with exit status 0")
    _compare_reasons(cases, questions, daemons, _by_name(unbound))
    _nothing_rejected_is_cached(cases, questions, dump)
    _log_is_whole(cases, unbound)


def main():
    questions = _questions()
    cases = Cases()
    with daemon.Mxward(changes=PATIENT) as mxward:
        for _ in asking.ask_all(daemon.ADDRESS, questions, FIRST):
            pass
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")
    daemons = _by_name(mxward)
    _once(cases, questions, "unbound-trusting", (FIRST, FIRST, *asking.VARIANTS[1:]), daemons)
    _once(cases, questions, "unbound-checking", (asking.VARIANTS[3], *asking.VARIANTS[:3]), daemons)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
