#!/usr/bin/python3 -B
"""What becomes of MX answers: under the default policy, under each action for all checks at once, with settings of one's own,
and in monitor mode. The manifest knows what is wrong with each domain; its servers know what is in it."""
import collections
import sys

import dns.flags
import dns.rcode
import dns.rdatatype

import asking
import daemon
import manifest as manifests
from cases import Cases

AD = asking.VARIANTS[0]
BLOCKED = 15
FORGED_ANSWER = manifests.FORGED_ANSWER
# No policy lets these through: there is nothing to pass on (rdata-malformed), or nothing that DNSSEC did not disprove (bogus).
UNCONDITIONAL = {"rdata-malformed", "bogus"}
# Of the answer or the set as a whole: there is no record to leave out.
WHOLE = {"unrelated-records", "alias-chain-too-long", "alias-beside-mx", "wildcard-above-zone", "implicit-mx", "transport-mismatch",
         "uncorroborated", "pin-mismatch", "no-usable-target", "uneven-protection"}
MISMATCH = "transport-mismatch"
# In the lab these are checks of no domain: libunbound keeps stray records to itself, and the others need settings.
NOT_IN_LAB = {"unrelated-records", "target-is-ourselves", "pin-mismatch", "mx-drift", "mx-changed"}


def _judged(manifest):
    """MX questions about which the manifest says which checks fail."""
    return [question for question in manifest.questions if question.checks is not None]


class Run:
    """All questions asked of one mxward, and what its validation log says of them."""

    def __init__(self, cases, name, questions, mx):
        self.answers = {}
        with daemon.Mxward(name, {"mx": mx}) as mxward:
            self.answers = dict(asking.ask_all(daemon.ADDRESS, questions, AD))
            cases.check(mxward.stop() == 0, f"{name}: stops with exit status 0")
        self.entries = {entry["question"]["name"].lower(): entry for entry in mxward.validated()}
        self.log = mxward.log()

    def entry(self, question):
        return self.entries[question.name.to_text().lower()]

    def found(self, question):
        return {finding["check"] for finding in self.entry(question)["findings"]}

    def rejected(self, question):
        answer = self.answers[question]
        return answer.reply.rcode() == dns.rcode.SERVFAIL and BLOCKED in answer.codes()

    def mx(self, question):
        """(preference, exchange) of what was answered."""
        return {(rdata.preference, rdata.exchange.to_text().lower()) for rrset in self.answers[question].reply.answer
                if rrset.rdtype == dns.rdatatype.MX for rdata in rrset}


def _by_default(cases, questions):
    run = Run(cases, "verdict-default", questions, {})
    for question in questions:
        found = list(asking.problems(question, AD, run.answers[question]))
        cases.check(not found, f"default: {question.text}", "; ".join(found))
        got = run.found(question)
        cases.check(got == question.checks, f"default: {question.text}, findings", f"{sorted(got)} instead of {sorted(question.checks)}")
        _check_entry(cases, question, run.entry(question))
    return run


def _all_checks(questions):
    return set().union(*(question.checks for question in questions))


def _check_entry(cases, question, entry):
    """The log says the same as the answer."""
    rejected = question.status in ("rejected", "bogus")
    verdicts = {"reject"} if rejected else {"strip"} if FORGED_ANSWER in question.ede else {"log"} if question.checks else {"accept"}
    cases.check(entry["verdict"] in verdicts, f"default: {question.text}, verdict in the log", entry["verdict"])
    code = entry["ede"]["code"] if entry["ede"] else None
    cases.check(code in (question.ede or (None,)), f"default: {question.text}, code in the log", entry["ede"])
    received = {"rejected": "insecure"}.get(question.status, question.status)
    cases.check(entry["received"] == received, f"default: {question.text}, security in the log", entry["received"])


def _policy(questions, action):
    """The action for all checks that a policy can change to it."""
    fixed = {"bogus"} if action in ("strip", "reject") else UNCONDITIONAL
    return {name: action for name in sorted(_all_checks(questions) - fixed)}


def _passes_everything(cases, run, whole, questions, label):
    """Answers are what the servers have, nothing is said to the client, and secure ones stay secure."""
    for question in questions:
        if UNCONDITIONAL & question.checks:
            continue
        answer = run.answers[question]
        good = not answer.failure and not answer.codes() and run.mx(question) == whole.mx(question)
        cases.check(good, f"{label}: {question.text} passes whole", answer.failure or f"{answer.codes()} {sorted(run.mx(question))[:4]}")
        secure = bool(answer.reply.flags & dns.flags.AD)
        cases.check(secure == (question.status == "secure"), f"{label}: {question.text}, AD", secure)


def _everything_ignored(cases, questions):
    """Also tells what there is, whatever its faults."""
    run = Run(cases, "verdict-ignore", questions, {"policy": _policy(questions, "ignore")})
    for question in questions:
        left = run.found(question) - UNCONDITIONAL
        cases.check(not left, f"ignore: {question.text} has no findings", left)
        if question.status in manifests.WORKING and FORGED_ANSWER not in question.ede:
            same = run.answers[question].records() == question.records
            cases.check(same, f"ignore: {question.text} is as by default")
    _passes_everything(cases, run, run, questions, "ignore")
    return run


def _everything_logged(cases, questions, whole):
    run = Run(cases, "verdict-log", questions, {"policy": _policy(questions, "log")})
    _passes_everything(cases, run, whole, questions, "log")
    for question in questions:
        cases.check(run.found(question) == question.checks, f"log: {question.text}, findings", run.found(question))


def _everything_stripped(cases, questions, whole):
    """Something remains, or all is rejected (never NODATA); what is secure is whole."""
    run = Run(cases, "verdict-strip", questions, {"policy": _policy(questions, "strip")})
    for question in questions:
        if question.status == "bogus":
            continue
        answer, left, all_of_it = run.answers[question], run.mx(question), whole.mx(question)
        if question.status == "secure":
            cases.check(left == all_of_it, f"strip: {question.text} is signed and stays whole", sorted(left)[:4])
        elif run.rejected(question):
            cases.check(bool(question.checks), f"strip: {question.text} is rejected for a reason", answer.texts())
        else:
            cases.check(left <= all_of_it and bool(left) == bool(all_of_it), f"strip: {question.text} keeps something", sorted(left)[:4])
            fewer = left < all_of_it
            cases.check(fewer == (FORGED_ANSWER in answer.codes()) or "rdata-malformed" in question.checks,
                        f"strip: {question.text} says that something is left out", answer.codes())
            strips = (question.checks & run.found(question)) - WHOLE
            cases.check(fewer == bool(strips) or _all_spared(run, question) or "rdata-malformed" in question.checks,
                        f"strip: {question.text} lacks what failed", sorted(strips))


def _all_spared(run, question):
    """Without these records nothing would be left, and they are no reason to reject."""
    return all(finding["action"] == "log" for finding in run.entry(question)["findings"])


def _everything_rejected(cases, questions):
    """The administrator's word counts for secure sets as well."""
    run = Run(cases, "verdict-reject", questions, {"policy": _policy(questions, "reject")})
    for question in questions:
        if question.status == "bogus":
            continue
        answer = run.answers[question]
        cases.check(run.rejected(question) == bool(question.checks), f"reject: {question.text} is{'' if question.checks else ' not'} rejected",
                    f"{dns.rcode.to_text(answer.reply.rcode())} {answer.codes()}")
        if question.checks:
            named = {text.split()[1] for text in answer.texts() if text.startswith("mx: ")}
            cases.check(named and named <= question.checks, f"reject: {question.text} says why", answer.texts())


def _monitored(cases, questions, whole, default):
    """Nothing is rejected, nothing is left out, and the log says what would have been."""
    run = Run(cases, "verdict-monitor", questions, {"mode": "monitor"})
    _passes_everything(cases, run, whole, [question for question in questions if MISMATCH not in question.checks], "monitor")
    for question in questions:
        if MISMATCH in question.checks:
            said = {(entry["preference"], entry["exchange"]) for entry in run.entry(question)["other"]}
            cases.check(run.mx(question) == said and not run.answers[question].codes(), f"monitor: {question.text} is what UDP says",
                        sorted(run.mx(question)))
        if question.status == "bogus":
            continue
        verdict = default.entry(question)["verdict"]
        would = verdict if verdict in ("strip", "reject") else None
        cases.check(run.entry(question)["would"] == would, f"monitor: {question.text}, what would be done", run.entry(question)["would"])
        cases.check(run.found(question) == question.checks, f"monitor: {question.text}, findings", run.found(question))


# Settings, a domain, and what is in the way then: (mx, name, check, host).
SETTINGS = [
    ({"pin": {"pinned.plain": ["mx1.host.plain"]}}, "pinned.plain.", "pin-mismatch", "mx.elsewhere.pinned.plain"),
    ({"pin": {"pinned.plain": ["mx1.host.plain", "*.pinned.plain"]}}, "pinned.plain.", None, None),
    ({"pin": {"rsa.lab": ["mx1.rsa.lab"]}}, "rsa.lab.", "pin-mismatch", "mx2.rsa.lab"),
    ({"pin": {"implicit.plain": ["mx1.host.plain"]}}, "implicit.plain.", "pin-mismatch", "implicit.plain"),
    ({"pin": {"null.plain": ["mx1.host.plain"]}}, "null.plain.", "pin-mismatch", "."),
    ({"internal-addresses": ["10.0.0.0/8"]}, "only-internal.plain.", None, None),
    ({"internal-addresses": ["10.1.2.4/32"]}, "only-internal.plain.", "target-internal", "mx.only-internal.plain"),
    ({"internal-domains": ["only-internal.plain"]}, "only-internal.plain.", None, None),
    ({"own-names": ["mx.ours.plain"], "policy": {"target-is-ourselves": "reject"}}, "ours.plain.", "target-is-ourselves", "mx.ours.plain"),
    ({"corroborate": False}, "spoofed.lab.", "bogus", None),
]


def _with_settings(cases, manifest):
    by_name = {question.name.to_text(): question for question in manifest.questions if question.type == dns.rdatatype.MX}
    for number, (mx, name, check, host) in enumerate(SETTINGS, 1):
        question = by_name[name]
        run = Run(cases, f"verdict-setting-{number}", [question], mx)
        answer = run.answers[question]
        if check == "bogus":
            cases.check(answer.reply.rcode() == dns.rcode.SERVFAIL and BLOCKED not in answer.codes(), f"{mx}: {name} is bogus", answer.codes())
        elif check:
            cases.check(run.rejected(question) and answer.texts() == [f"mx: {check} {host}"], f"{mx}: {name} is rejected", answer.texts())
        else:
            cases.check(not answer.failure and bool(answer.reply.answer) and not answer.codes(), f"{mx}: {name} passes", answer.texts())


def _unanswered_for(manifest, questions):
    """Checks of which the lab has no domain."""
    counts = collections.Counter(check for question in questions for check in question.checks)
    return {name for name in _checks_of_binary() if counts[name] == 0} - NOT_IN_LAB


def _checks_of_binary():
    """The names of all checks, from validator/check.c: what the binary knows."""
    source = manifests.PATH.parents[2] / "validator" / "check.c"
    rows = source.read_text(encoding="utf-8").split("[CHECK_")[1:]
    return [row.split('"')[1] for row in rows]


def main():
    cases = Cases()
    manifest = manifests.load()
    questions = _judged(manifest)
    cases.check(not _unanswered_for(manifest, questions), "the lab has a domain for every check", _unanswered_for(manifest, questions))
    default = _by_default(cases, questions)
    whole = _everything_ignored(cases, questions)
    _everything_logged(cases, questions, whole)
    _everything_stripped(cases, questions, whole)
    _everything_rejected(cases, questions)
    _monitored(cases, questions, whole, default)
    _with_settings(cases, manifest)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
