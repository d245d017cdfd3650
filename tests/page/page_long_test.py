#!/usr/bin/python3 -B
"""The page over a validation log of 100,000 answers and a history of years: what is in the document stays little however much is
looked at. With PAGE_SCREENSHOTS=FOLDER it also makes the documentation's pictures. Usage: page_long_test.py MAKE_HISTORY"""
import json
import subprocess
import sys
import time
import urllib.request

import inspected

import browser
import daemon
import make_log
from cases import Cases
from inspected import BASE, DESK, Inspected, Page, ask

ANSWERS = 100_000
HOURS = 30
NODES = 4000  # elements in the document: a page and a few windows of rows
PICTURE = (1160, 740)
PHONE_PICTURE = (390, 844)
DOMAIN = "birch-bank.example.org."
TO_THE_END = "window.scrollTo(0, document.documentElement.scrollHeight); return document.querySelector('.flush .state').textContent;"


def _verified(path):
    done = subprocess.run([daemon.binary(), "log", "verify", "--key", f"{path}.key.pub", path], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def _indexed():
    """Whether the index has come to the end of the log."""
    with urllib.request.urlopen(f"{BASE}api/v1/log?limit=1") as answer:
        return not json.load(answer)["indexed"]["behind"]


def _scrolls(page):
    window, check = page.window, page.cases.check
    page.go("log")
    window.wait_for(".rows a")
    first = window.texts(".rows .what")[0]
    most = 0
    for _ in range(10):
        window.run("window.scrollBy(0, 20000);")
        most = max(most, window.count("*"))
    check(most < NODES, f"while it is scrolled there are few elements: {most}")
    state = window.run(TO_THE_END)
    while "and no more" not in state:  # page by page: a slow machine takes as long as it takes
        before = state
        state = window.wait(lambda: (said := window.run(TO_THE_END)) != before and said, "the next page of the log")
    check("100,0" in state, "all answers can be scrolled to", state)
    last = "return Number([...document.querySelectorAll('.rows li')].at(-1)?.dataset.at ?? 0);"
    check(window.wait(lambda: window.run(TO_THE_END) and window.run(last) >= ANSWERS - 1, "the last row"), "the last row is the last answer")
    nodes = window.count("*")
    check(nodes < NODES, f"and at their end there are few elements, still: {nodes}")
    window.run("document.querySelector('.rows li:last-child a').click();")
    window.wait_for(".tree .end")
    window.back()
    window.wait_for(".rows a")
    window.wait(lambda: window.run("return Number([...document.querySelectorAll('.rows li')].at(-1)?.dataset.at ?? 0);") >= ANSWERS - 1,
                "the place where one was")
    check(True, "back from an answer, the list is where it was")
    window.run("document.querySelector('.rows a[tabindex=\"0\"]').focus();")
    window.press(browser.HOME)
    window.wait(lambda: window.run("return document.activeElement.closest('li')?.dataset.at;") == "0", "the first row")
    check(window.focused()[2] != "" and first != "", "Home goes back to the newest")
    page.quiet("100,000 answers")


def _searches(page):
    window, check = page.window, page.cases.check
    page.go("log", verdict="reject", check="pin-mismatch")
    window.wait_for(".rows a", "pin-mismatch")
    check(set(window.texts(".rows .badge")) == {"reject"}, "a search among many finds what it is to find")
    page.go("now", span="24h")
    window.wait_for(".plot rect[fill]")
    window.wait_for(".tops li")
    judged = window.text(".tiles li:first-child strong")
    check(judged.endswith("K"), "the plots sum up tens of thousands", judged)
    check(window.count("*") < NODES, f"in few elements: {window.count('*')}")
    page.looks("a day of a busy server")
    page.go("log", q="script")
    window.wait_for(".rows a", "<script>")
    page.looks("hostile names of the log")


def _years(page):
    window, check = page.window, page.cases.check
    page.go("domain", DOMAIN, name=DOMAIN)
    window.wait_for(".timeline .seen")
    check(window.count(".timeline .change") == 5, "five changes of the set are marked", window.count(".timeline .change"))
    lanes = window.texts(".timeline .lane-name")
    check(len(lanes) == 7 and any("takes no mail" in lane for lane in lanes), "each exchange has a lane, and so has taking no mail", lanes)
    check(any("Google Workspace" in text for text in window.texts(".timeline .lane-owner")), "whose an exchange is stands beside it")
    page.looks("years of a domain")
    page.go("host", mx="backup.mailhost.example.")
    window.wait_for("td a", "customer-000")
    window.wait_for(".state", "The first 300 domains")
    window.click("button", "Show more")
    window.wait_for(".state", "The first 600 domains")
    window.click("button", "Show more")
    window.wait_for(".state", "641 domains")
    check(window.count("tbody tr") == 641, "a host's domains come page by page")


def _pictures(page):
    """For docs/; what is in them is looked at by nobody but people."""
    page.window.size(*PICTURE)
    page.go("now", span="24h")
    page.window.wait_for(".plot rect[fill]")
    page.window.wait_for(".tops li")
    for asked in ("rsa.lab.", "internal.plain.", "only-internal.plain.", "expired.lab.", "host.plain.", "ecdsa.post."):
        ask(asked)
    page.window.wait_for(".live li", "ecdsa.post.")
    time.sleep(1)  # for the eye: new rows lose their colour
    for dark in (False, True):
        page.window.prefers(dark=dark)
        page.shot(f"now{'-dark' if dark else ''}")
    page.window.prefers()
    page.go("log", verdict="reject")
    page.window.wait_for(".rows a")
    page.shot("log")
    page.go("lookup", name="internal.plain.")
    page.window.wait_for(".tree .end")
    page.shot("explanation")
    page.go("domain", DOMAIN, name=DOMAIN)
    page.window.wait_for(".timeline .seen")
    page.window.wait_for(".live a, .empty")
    page.shot("domain")
    page.go("health")
    page.window.wait_for(".grid-cards .card")
    page.window.prefers(dark=True)
    page.shot("health-dark")
    page.window.prefers()
    page.window.size(*PHONE_PICTURE, 1.5)
    page.go("domain", DOMAIN, name=DOMAIN)
    page.window.wait_for(".timeline .seen")
    page.shot("phone")
    page.window.size(*DESK)


def main():
    if why := inspected.unable():
        print(f"skipped: {why}")
        return inspected.SKIPPED
    cases = Cases()
    log, history = daemon.folder() / "long.log", daemon.folder() / "long-history.db"
    make_log.make(log, ANSWERS, int(time.time() * 1000), HOURS)
    subprocess.run([sys.argv[1], history, str(int(time.time()))], check=True)
    good, why = _verified(log)
    cases.check(good, "the log that was made is one that mxward could have written", why)
    with Inspected("page-long", {"history": {"file": str(history)}}, log) as mxward, browser.Browser(daemon.folder() / "browser") as window:
        daemon.wait_until(_indexed, "the index", mxward.running)
        page = Page(window, cases)
        for test in (_scrolls, _searches, _years):
            test(page)
        if page.shots:
            _pictures(page)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
