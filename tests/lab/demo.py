#!/usr/bin/python3 -B
"""Shows mxward at work in the lab: asks every question of the manifest and shows what was answered, how far it can be
trusted, and why. On a terminal it then stays up until Ctrl-C and takes more questions. Exit status 0 only when every answer is
as the manifest says."""
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
import time

import dns.edns
import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype

import asking
import manifest as manifests

COLOURS = {"secure": "32", "insecure": "33", "bogus": "31", "failed": "35", "rejected": "31", "ok": "32", "WRONG": "1;31", "heading": "1", "why": "2"}
LEAST_WIDTH, MOST_WIDTH = 80, 120
BLOCKED = 15  # RFC 8914: an MX answer that was judged and rejected
NAME_WIDTH = 36
STATUS_WIDTH = 9
VERDICT_WIDTH = 6
SHOWN_RECORDS = 3
LOG_LINES = 8
PROMPT = "mxward> "


class Screen:
    """Lines with colours on a terminal, and without anywhere else."""

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.stays = self.terminal and sys.stdin.isatty()
        self.width = max(LEAST_WIDTH, min(MOST_WIDTH, shutil.get_terminal_size((MOST_WIDTH, 24)).columns))

    def paint(self, text, colour):
        return f"\033[{COLOURS[colour]}m{text}\033[0m" if self.terminal else text

    def line(self, text=""):
        print(text, flush=True)

    def heading(self, text):
        self.line()
        self.line(self.paint(f"{text} {'─' * (self.width - len(text) - 1)}", "heading"))

    def note(self, text, indent=4):
        for line in textwrap.wrap(text, self.width - indent):
            self.line(" " * indent + self.paint(line, "why"))

    def waiting(self, text):
        """A line that the next one replaces; on a terminal only."""
        if self.terminal:
            print(f"\r\033[K{self.paint(text, 'why')}", end="", flush=True)

    def arrived(self):
        if self.terminal:
            print("\r\033[K", end="", flush=True)


def _cut(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def status_of(answer):
    """In the manifest's words, what kind of answer this is."""
    if answer.failure:
        return "failed"
    if answer.reply.rcode() == dns.rcode.SERVFAIL:
        codes = answer.codes()
        if BLOCKED in codes:
            return "rejected"
        return "bogus" if codes and all(code in range(5, 13) for code in codes) else "failed"
    return "secure" if answer.reply.flags & dns.flags.AD else "insecure"


def shown(answer, rdtype):
    """What was answered: exchanges in order of preference, or what there is instead."""
    if answer.failure:
        return answer.failure
    rcode = dns.rcode.to_text(answer.reply.rcode())
    found = [rdata for rrset in answer.reply.answer if rrset.rdtype == rdtype for rdata in rrset]
    if rcode != "NOERROR" or not found:
        return rcode if rcode != "NOERROR" else "NODATA"
    if rdtype == dns.rdatatype.MX:
        found.sort(key=lambda rdata: (rdata.preference, rdata.exchange))
    texts = [str(rdata) for rdata in found[:SHOWN_RECORDS]]
    more = len(found) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")


def reasons(answer):
    """Extended errors with their texts."""
    if answer.failure:
        return []
    return [f"EDE {option.code.value}{': ' if option.text else ''}{option.text or ''}" for option in answer.reply.options
            if option.otype == dns.edns.OptionType.EDE]


def show(screen, text, rdtype, answer, verdict=""):
    status = status_of(answer)
    room = screen.width - NAME_WIDTH - STATUS_WIDTH - VERDICT_WIDTH - 5
    name = _cut(text, NAME_WIDTH)
    columns = f"  {name:{NAME_WIDTH}} {screen.paint(f'{status:{STATUS_WIDTH}}', status)} {_cut(shown(answer, rdtype), room):{room}}"
    screen.line(f"{columns} {screen.paint(verdict, verdict)}" if verdict else columns.rstrip())


def ask_everything(screen, questions):
    """Asks all questions at once and shows them one by one; the number that is not as the manifest says."""
    wrong = 0
    group = ""
    screen.waiting("asking …")
    for question, answer in asking.ask_all(_address(), questions, asking.VARIANTS[0]):
        screen.arrived()
        if question.group != group:
            group = question.group
            screen.heading(group)
        found = list(asking.problems(question, asking.VARIANTS[0], answer))
        if not found and status_of(answer) != question.status:
            found = [f"{status_of(answer)} instead of {question.status}"]
        wrong += bool(found)
        show(screen, question.text, question.type, answer, "WRONG" if found else "ok")
        screen.note("; ".join([question.why, *reasons(answer)]))
        for problem in found:
            screen.line("    " + screen.paint(problem, "WRONG"))
        screen.waiting("waiting for servers that take their time …")
    screen.arrived()
    return wrong


def _address():
    return os.environ["LAB_RESOLVER"]


def show_log(screen, mxward):
    screen.heading("From mxward's log")
    lines = [line for line in mxward.log().splitlines() if "name=" in line and " debug: " not in line]
    for line in lines[:LOG_LINES]:
        screen.note(line, 2)
    screen.note(f"… {len(lines)} such lines{f' in {mxward.output}' if screen.stays else ''}", 2)


def show_help(screen):
    screen.heading("Dig around")
    screen.line(f"  Type a name and a type (unsigned.lab MX), or a command (dig +dnssec rsa.lab MX). {PROMPT.strip()} ends with Ctrl-C.")
    if pid := os.environ.get("LAB_PID"):
        as_user = "" if os.geteuid() != 0 else "sudo "
        user = "" if pathlib.Path("/proc/self/uid_map").read_text().split()[2] == "4294967295" else " --user --preserve-credentials"
        screen.line(f"  From another terminal: {'' if user else as_user}nsenter --target {pid}{user} --net --mount dig rsa.lab MX")
    screen.line("  Or start a lab of your own with a shell in it: ./dev lab")


def _answer_line(screen, line):
    words = line.split()
    try:
        name = dns.name.from_text(words[0])
        rdtype = dns.rdatatype.from_text(words[1] if len(words) > 1 else "MX")
    except (dns.exception.DNSException, ValueError):
        name = None
    if name is None or len(words) > 2 or shutil.which(words[0]):
        subprocess.run(["/bin/sh", "-c", line], check=False)
        return
    answer = asking.ask(_address(), name, rdtype)
    show(screen, f"{name} {dns.rdatatype.to_text(rdtype)}", rdtype, answer)
    for reason in reasons(answer):
        screen.note(reason)


def stay(screen):
    """Takes questions until Ctrl-C or the end of input."""
    try:
        while True:
            line = input(PROMPT).strip()
            if line:
                _answer_line(screen, line)
    except (KeyboardInterrupt, EOFError):
        screen.line()


def main():
    import daemon  # it wants to be in the lab
    screen = Screen()
    questions = manifests.load().questions
    with daemon.Mxward() as mxward:
        screen.line(screen.paint("mxward in the lab: a miniature Internet of its own, with real servers and real signatures", "heading"))
        screen.note(f"{len(questions)} questions; secure: DNSSEC proves the answer; insecure: its zone is not signed; bogus: its zone "
                    "is signed, and this is not what was signed; rejected: its exchanges are nothing that mail may go to; failed: no "
                    "server gives an answer", 0)
        begin = time.monotonic()
        wrong = ask_everything(screen, questions)
        show_log(screen, mxward)
        screen.line()
        verdict = f"{len(questions) - wrong} of {len(questions)} answers are as they should be"
        screen.line(screen.paint(f"{verdict}, after {time.monotonic() - begin:.1f} s", "WRONG" if wrong else "ok"))
        if screen.stays:
            show_help(screen)
            stay(screen)
        stopped = mxward.stop() == 0
        if not stopped:
            screen.line(screen.paint("mxward did not stop cleanly", "WRONG"))
    return 0 if wrong == 0 and stopped else 1


if __name__ == "__main__":
    if "LAB_DIR" not in os.environ:
        lab = pathlib.Path(__file__).resolve().with_name("lab.py")
        os.execv(lab, [str(lab), "run", "--", __file__, *sys.argv[1:]])
    sys.exit(main())
