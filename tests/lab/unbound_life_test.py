#!/usr/bin/python3 -B
"""What an Unbound with the module lives through: several threads and reloads under load, a configuration that goes bad, other
modules beside it, and being loaded where it does not fit."""
import itertools
import pathlib
import shutil
import subprocess
import sys
import threading

import dns.rcode
import dns.rdatatype

import asking
import daemon
import lab
import manifest as manifests
from cases import Cases
from unbound_module import UnboundWithModule, program

AD = asking.VARIANTS[0]
RELOADS = 5
CLIENTS = 24
CLIENT_SECONDS = 3  # what is lost while Unbound reloads is lost
STRICT = {"mx": {"policy": {"uncorroborated": "reject"}}}  # TCP may fail when that much is lost: then UDP's is not to be believed
REJECTED = "only-internal.plain."
GOOD = "rsa.lab."


def _questions():
    return [question for question in manifests.load().questions if question.for_module
            and question.status in ("secure", "insecure", "rejected")]


def _rcode(name, rdtype="MX"):
    answer = asking.ask(lab.UNBOUND, name, rdtype)
    return answer.failure or dns.rcode.to_text(answer.reply.rcode())


def _wrong(question, answer):
    """While Unbound reloads it may be away; what it says must be right all the same."""
    if answer.failure or (question.status != "rejected" and answer.reply.rcode() == dns.rcode.SERVFAIL):
        return []
    return [problem for problem in asking.problems(question, AD, answer) if "EDE" not in problem]


def _reloads_under_load(cases, questions):
    with UnboundWithModule("unbound-busy", STRICT, threads=4) as unbound:
        ended = threading.Event()
        wrong, answered = [], []

        def load(number):
            for question in itertools.islice(itertools.cycle(questions), number * len(questions) // CLIENTS, None):
                if ended.is_set():
                    return
                answer = asking.ask(lab.UNBOUND, question.name, question.type, AD, seconds=CLIENT_SECONDS)
                if not answer.failure:
                    answered.append(question)
                wrong.extend(f"{question.text}: {problem}" for problem in _wrong(question, answer))

        clients = [threading.Thread(target=load, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            for number in range(RELOADS):
                before = len(answered)
                cases.check("ok" in unbound.control("reload"), f"reload {number + 1} under load")
                daemon.wait_until(lambda: len(answered) > before + len(questions) // 4, "answers after a reload", unbound.running)
        finally:
            ended.set()
            for client in clients:
                client.join()
        cases.check(not wrong, f"no wrong answer among {len(answered)}", wrong[:5])
        cases.check(_rcode(GOOD) == "NOERROR" and _rcode(REJECTED) == "SERVFAIL", "and it judges on")
        cases.check(unbound.stop() == 0, "unbound-busy stops with exit status 0")
    verify = subprocess.run([daemon.binary(), "log", "verify", str(unbound.validation)], capture_output=True, text=True, check=False)
    cases.check(verify.returncode == 0, "the validation log is one chain across all reloads", verify.stdout + verify.stderr)


def _reload_with_another_configuration(cases):
    with UnboundWithModule("unbound-reload") as unbound:
        cases.check(_rcode(REJECTED) == "SERVFAIL", "enforce: rejected")
        unbound.settings.write_text("mx: {mode: monitro}\n", encoding="utf-8")
        unbound.reload()
        cases.check(_rcode(REJECTED) == "SERVFAIL", "a bad configuration: what was loaded before stays")
        cases.check("the configuration that was loaded before stays" in unbound.own_log() and "monitro" in unbound.own_log(),
                    "and Unbound's log says so", unbound.own_log()[-500:])
        unbound.configure({"mx": {"mode": "monitor"}})
        unbound.reload()
        cases.check(_rcode(REJECTED) == "NOERROR", "monitor: passed on")
        unbound.configure({"mx": {"pin": {GOOD.rstrip("."): ["mx.elsewhere.lab"]}}})
        unbound.reload()
        cases.check(_rcode(GOOD) == "SERVFAIL", "a pin: rejected")
        cases.check(f"mxward: mx name={GOOD} check=pin-mismatch action=reject" in unbound.own_log(), "a pin: an alert in Unbound's log",
                    unbound.own_log()[-500:])
        unbound.configure({"alerts": {"exec": ["/bin/true"], "webhook": {"url": "https://example.org/"}},
                           "mx": {"pin": {GOOD.rstrip("."): ["mx.elsewhere.lab"]}}, "watch": [{"domain": "example.org"}]})
        unbound.reload()
        cases.check(_rcode(GOOD) == "SERVFAIL", "what the daemon alone does is no reason to judge otherwise")
        for key in ("alerts.exec", "alerts.webhook.url", "watch"):
            cases.check(f": {key} is for the daemon alone: " in unbound.own_log(), f"{key}: a warning", unbound.own_log()[-500:])
        cases.check(unbound.stop() == 0, "unbound-reload stops with exit status 0")
    found = [finding["check"] for entry in unbound.validated() for finding in entry["findings"]]
    cases.check("pin-mismatch" in found, "the validation log names the check")


def _history_is_kept(cases):
    with UnboundWithModule("unbound-history") as unbound:
        cases.check(_rcode(GOOD) == "NOERROR", f"{GOOD} MX")
        cases.check(unbound.stop() == 0, "unbound-history stops with exit status 0")
    shown = subprocess.run([daemon.binary(), "history", "-c", str(unbound.settings), "--json", GOOD], capture_output=True, text=True,
                           check=False)
    cases.check(shown.returncode == 0 and "mx1.rsa.lab." in shown.stdout, "mxward history shows what the module accepted",
                shown.stdout + shown.stderr)


def _with_neighbours(cases, questions):
    """The same answers with other modules beside it, and with Unbound's own ways of answering sooner."""
    settings = {
        "respip": {"modules": "respip dynlib validator iterator"},
        "subnetcache": {"modules": "subnetcache dynlib validator iterator"},
        "dynlib-inside": {"modules": "dynlib subnetcache validator iterator"},
        "prefetch": {"options": "prefetch: yes\n    prefetch-key: yes\n    serve-expired: yes"},
    }
    for name, how in settings.items():
        with UnboundWithModule(f"unbound-{name}", **how) as unbound:
            for round_of in ("miss", "hit"):
                for question, answer in asking.ask_all(lab.UNBOUND, questions, AD):
                    found = list(asking.problems(question, AD, answer, round_of == "hit"))
                    cases.check(not found, f"{name}: {question.text}, {round_of}", "; ".join(found))
            cases.check(unbound.stop() == 0, f"{name}: stops with exit status 0")


def _files_cannot_be_made(cases):
    """Questions are answered all the same, and Unbound's log says what is missing."""
    files = [str(daemon.folder() / "no-such-folder" / name) for name in ("validation.log", "history.db")]
    with UnboundWithModule("unbound-nowhere", {"validation-log": {"file": files[0]}, "history": {"file": files[1]}}) as unbound:
        cases.check(_rcode(GOOD) == "NOERROR" and _rcode(REJECTED) == "SERVFAIL", "without its files it judges")
        cases.check(unbound.stop() == 0, "unbound-nowhere stops with exit status 0")
        said = [line for line in unbound.own_log().splitlines() if "mxward: " in line]
        for file in files:
            cases.check(any(file in line for line in said), f"Unbound's log names {pathlib.Path(file).name}", said)


def _refuses(cases, name, sentence, **how):
    with UnboundWithModule(name, start=False, **how) as unbound:
        said = unbound.log() + (unbound.own_log() if (daemon.folder() / f"{name}.own.log").exists() else "")
        cases.check(unbound.process.returncode != 0, f"{name}: unbound does not start")
        cases.check(sentence in said, f"{name}: it says why", said[-600:])


def _refuses_what_does_not_fit(cases):
    release = subprocess.run([program(), "-V"], capture_output=True, text=True, check=False).stdout.split()[1].encode()
    other = daemon.folder() / "unbound-of-another-release"
    octets = pathlib.Path(program()).read_bytes()
    other.write_bytes(octets.replace(b"unbound " + release, b"unbound " + release[:-1] + b"x"))
    shutil.copymode(program(), other)
    _refuses(cases, "unbound-other-release", "this is another release", binary=str(other))
    _refuses(cases, "unbound-bad-settings", 'there is no key "nonsense"', changes={"nonsense": 1})
    _refuses(cases, "unbound-no-settings", "No such file or directory", settings=str(daemon.folder() / "nowhere.yaml"))


def main():
    questions = _questions()
    cases = Cases()
    _refuses_what_does_not_fit(cases)
    _reload_with_another_configuration(cases)
    _history_is_kept(cases)
    _files_cannot_be_made(cases)
    _with_neighbours(cases, questions)
    _reloads_under_load(cases, questions)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
