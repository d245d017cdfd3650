#!/usr/bin/python3 -B
"""The page in a real browser, served by mxward in the lab, with real answers to show: each view, the search and its address, the
live stream, explanations, the keyboard, small windows, dark mode, names that would do harm, and what is switched off."""
import re
import subprocess
import sys

import inspected

import browser
import daemon
import looks
from cases import Cases
from inspected import DESK, PHONE, Inspected, Page, ask

QUESTIONS = ("rsa.lab.", "host.plain.", "internal.plain.", "only-internal.plain.", "expired.lab.", "nobody.plain.", "null.plain.", "lame.lab.")
HOSTILE = (
    r"<script>window\.hostile\0611</script>.plain.",
    r"<img\032src\061x\032onerror\061window\.hostile\0611>.plain.",
    r"\027]0\;evil\007\008\013.plain.",
    r"\226\128\174moc\.knab.plain.",
    r"\226\128\139\239\187\191\194\173.plain.",
    "xn--bcher-kva.plain.",
)
LIKE_THE_TERMINAL = ("rsa.lab.", "host.plain.", "internal.plain.", "only-internal.plain.", "nobody.plain.", "null.plain.", "lame.lab.")
TABS = 80
TOKEN = "a-token-of-the-lab-0123456789"


def _every_view(entry):
    return (("now", "Now", {}), ("log", "Validation log", {}), ("entry", "only-internal.plain.", {"id": entry}),
            ("domain", "rsa.lab.", {"name": "rsa.lab."}), ("host", "Domains of a host", {"mx": "mx1.rsa.lab."}),
            ("lookup", "Look up", {"name": "internal.plain."}), ("alerts", "Alerts", {}), ("health", "Health", {}))


# What is there once a view is whole.
WHOLE = {"now": (".tops li", ""), "log": (".rows a", ""), "entry": (".tree .end", ""), "domain": (".timeline .seen", ""),
         "host": ("td a", "rsa.lab."), "lookup": (".tree .end", ""), "alerts": ("h2", "alert"), "health": (".health-state", "Ready")}


def _whole(page, view):
    page.window.wait_for(*WHOLE[view])
    page.window.run("return document.fonts.ready.then(() => true);")


def _entry_of(page, domain):
    """The id of the newest answer about a domain, as the page's own link has it."""
    page.go("log", domain=domain)
    page.window.wait_for(".rows a", domain)
    return page.window.run("return document.querySelector('.rows a').hash.match(/id=(\\d+)/)[1];")


def _views(page):
    entry = _entry_of(page, "only-internal.plain.")
    for dark in (False, True):
        for size in (DESK, PHONE):
            page.window.size(*size)
            page.window.prefers(dark=dark, reduced=True)
            for view, heading, parameters in _every_view(entry):
                page.go(view, heading, **parameters)
                _whole(page, view)
                page.looks(f"{view}, {'dark' if dark else 'light'}, {size[0]} wide")
    grounds = []
    for dark in (False, True):
        page.window.prefers(dark=dark)
        grounds.append(page.window.run("return getComputedStyle(document.body).backgroundColor;"))
    page.cases.check(grounds[0] != grounds[1], "dark mode has a ground of its own", grounds)
    page.window.prefers(reduced=True)
    page.cases.check(page.window.run("return matchMedia('(prefers-reduced-motion: reduce)').matches && "
                                     "getComputedStyle(document.querySelector('h1')).animationName === 'none';"), "reduced motion: none moves")
    page.window.prefers()
    page.window.size(*DESK)


def _search(page):
    """A search is in the address, an address is a search, and back goes back."""
    window, check = page.window, page.cases.check
    page.go("log")
    window.wait_for(".rows a")
    window.type("#f-domain", "Only-Internal.plain")
    window.click(".filters button")
    window.wait_for(".state", "1 answer, and no more")
    check(window.url().endswith("#log?domain=only-internal.plain."), "a search is in the address", window.url())
    check(window.count(".rows a") == 1 and "target-internal" in window.text(".rows a"), "it finds by domain", window.texts(".rows a"))
    window.type("#f-domain", "plain")
    window.click(".filters label", "strip")
    window.click(".filters label", "reject")
    window.click(".filters button")
    window.wait_for(".state", "2 answers, and no more")
    check(window.url().endswith("#log?domain=plain.&verdict=strip%2Creject"), "several verdicts are in the address", window.url())
    check(window.count(".filters input:checked") == 2, "and chosen in the form that it shows")
    window.back()
    window.back()
    window.wait_for(".rows a", "rsa.lab.")
    check(window.url().endswith("#log"), "back shows all again", window.url())
    for what, parameters, found in (
            ("verdict", {"verdict": "reject"}, {"only-internal.plain.", "expired.lab."}),
            ("several verdicts", {"verdict": "strip,reject"}, {"internal.plain.", "only-internal.plain.", "expired.lab."}),
            ("check", {"check": "target-internal", "verdict": "strip"}, {"internal.plain."}),
            ("exchange", {"host": "mx1.rsa.lab."}, {"rsa.lab."}),
            ("client", {"client": "127.0.0.1", "domain": "null.plain."}, {"null.plain."}),
            ("time", {"since": "946684800000", "until": "946771200000"}, set()),  # a day before there was a log
            ("text", {"q": "only-inter"}, {"only-internal.plain."})):
        page.go("log", **parameters)
        window.wait_for(".flush .state", "answer" if found else "Nothing in the log is like that")
        names = set(window.texts(".rows .what bdi"))
        check(names == found if what != "exchange" else found <= names, f"an address searches by {what}", names)
    window.type("#quick", f"expired.lab{browser.ENTER}")
    window.wait_for(".rows a", "expired.lab.")
    check(window.url().endswith("#log?q=expired.lab"), "the field above searches all text", window.url())


def _health(page):
    """What the server counts is there, in words."""
    page.go("health")
    for heading, term in (("Renewed before their end", "of these past libunbound's caches"), ("Snapshot of the cache", "Read at the start")):
        page.window.wait_for("h2", heading)
        page.cases.check(page.window.wait_for(".card td, .card dt", term), f"health: {heading}")


def _squeezed(text):
    """A tree's words without what draws it, and without the breaks of lines that were folded."""
    return re.sub(r"[\s│├└─]", "", text)


def _explains_like_the_terminal(page):
    """The same words in the same order as `mxward lookup --explain`, but for its first line, which tells who judged."""
    for name in LIKE_THE_TERMINAL:
        done = subprocess.run([daemon.binary(), "lookup", "--explain", "-c", page.mxward.config, name], capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if "assessed here in" not in line and "policy of" not in line]
        page.go("lookup", name=name)
        page.window.wait_for(".tree .end")
        shown, printed = _squeezed(page.window.text(".tree .node")), _squeezed("".join(lines))
        page.cases.check(shown and shown == printed, f"{name}: explained as on a terminal", f"{shown!r}, and there {printed!r}")


def _explains(page):
    window, check = page.window, page.cases.check
    entry = _entry_of(page, "only-internal.plain.")
    window.click(".rows a")
    window.wait_for("h1", "only-internal.plain.")
    check(window.url().endswith(f"#entry?id={entry}"), "a row leads to its answer", window.url())
    text = window.text(".tree")
    for part in ("DNSSEC insecure", "mx.only-internal.plain.", "target-internal", "The exchange has only addresses that are not on the public Internet.",
                 "RFC 6890", "rejected: SERVFAIL, extended error 15 (Blocked): mx: target-internal"):
        check(part in text, f"the tree says: {part}", text)
    window.click("summary", "The line")
    check('"seq"' in window.text("pre") and '"prev"' in window.text("pre"), "the line is there as the log has it")
    window.back()
    window.wait_for(".rows a", "only-internal.plain.")
    page.go("entry", id=999999999)
    error = window.wait_for("[role=alert]") and window.text("[role=alert]")
    check(len(error.split()) > 3, "an answer that is not there: a sentence", error)
    window.console()  # the 404 is told there, too
    for name, word in (("expired.lab.", "DNSSEC bogus"), ("rsa.lab.", "DANE protects it"), ("internal.plain.", "stripped: left out of the answer")):
        page.go("lookup")
        window.type("#lookup-name", name.rstrip("."))
        window.press(browser.ENTER)
        window.wait_for(".tree .end")
        check(word in window.text(".tree") and window.url().endswith(f"#lookup?name={name}"), f"{name} looked up now: {word}", window.text(".tree"))
    page.quiet("looking up")


def _history(page):
    window, check = page.window, page.cases.check
    page.mxward.wait_history("rsa.lab.")
    page.go("domain")
    window.type("#domain-name", f"user@rsa.lab{browser.ENTER}")
    window.wait_for(".timeline .lane-name", "mx1.rsa.lab.")
    check(window.url().endswith("#domain?name=rsa.lab."), "a mail address is as good as its domain", window.url())
    check(window.count(".timeline .span.secure") > 0, "its exchanges are on the picture")
    check("mx1.rsa.lab." in window.text("table"), "and in the table")
    window.click("td a", "mx1.rsa.lab.")
    window.wait_for("td a", "rsa.lab.")
    check(window.url().endswith("#host?mx=mx1.rsa.lab."), "an exchange leads to its domains", window.url())
    page.go("domain", name="unheard-of.plain.")
    check(window.wait_for(".empty", "The history holds no MX set"), "a domain that nobody asked for: a sentence")


def _stream(page):
    window, check = page.window, page.cases.check
    page.go("now")
    window.wait_for(".stream .state", "Live")
    ask("ecdsa.post.")
    window.wait_for(".live li", "ecdsa.post.")
    check(True, "an answer appears as it is judged")
    window.click(".stream button", "Pause")
    ask("stripped-later.plain.")
    window.wait_for(".stream .state", "1 answer wait")
    check("stripped-later" not in window.text(".live"), "not while it is paused")
    window.click(".stream button", "Go on")
    window.wait_for(".live li", "stripped-later.plain.")
    window.click("#live-trouble")
    window.wait(lambda: "ecdsa.post." not in window.text(".live"), "only trouble is shown")
    window.click("#live-trouble")
    window.wait(lambda: "new answer" in window.text("#said"), "the sum for screen readers")
    check(window.count("[aria-live] .live") == 0 and window.count(".live [aria-live]") == 0, "and not each answer")
    window.wait(lambda: window.count(".plot .line") == 3, "the plots")
    plots = window.count(".plot pattern")
    check(plots == 5, "the plots are drawn, with patterns and dashes", plots)
    window.run("document.querySelector('.plot').focus();")
    window.press(browser.END)
    readout = window.text(".readout")
    check(" to " in readout and "accept" in readout, "the keyboard reads a plot's values", readout)
    window.press(browser.ENTER)
    window.wait_for(".rows a", "rsa.lab.")
    check("since=" in window.url(), "Enter shows the answers of that time", window.url())
    page.go("now")
    window.wait_for(".plot rect[fill]")
    window.click("figure button", "Table")
    window.wait_for("figure table th", "reject")
    check(window.count("figure table tbody tr") > 10, "the plot is a table, too")
    page.go("now")
    window.click(".tops a", "target-internal")
    window.wait_for(".rows a", "only-internal.plain.")
    check("check=target-internal" in window.url(), "a check in trouble leads to its answers", window.url())
    page.quiet("the stream")


def _walk(page, view):
    """Presses Tab until the focus leaves the page; what it met, and what was wrong."""
    met, wrong = [], []
    for _ in range(TABS):
        page.window.press(browser.TAB)
        found = page.window.run(looks.FOCUS)
        if found is None:
            break
        met.append(found[0])
        wrong += found[1]
    page.cases.check(not wrong, f"{view}: the focus can be seen wherever it is", wrong)
    return met


def _keyboard(page):
    window, check = page.window, page.cases.check
    entry = _entry_of(page, "only-internal.plain.")
    for view, heading, parameters in _every_view(entry):
        page.go(view, heading, **parameters)
        _whole(page, view)
        met = _walk(page, view)
        check(met and "skip" in met[0], f"{view}: Tab first reaches the way past the navigation", met[:2])
        check(len(met) < TABS, f"{view}: Tab comes to an end", met[-3:])
    page.go("log")
    window.wait_for(".rows a")
    window.press(browser.TAB, browser.ENTER)
    check(window.focused()[1] == "main", "the link past the navigation leads there", window.focused())
    window.run("document.querySelector('.rows a[tabindex=\"0\"]').focus();")
    first = window.run(ROW)
    window.press(browser.DOWN)
    window.press(browser.DOWN)
    check(window.run(ROW) == first + 2, "arrows go from row to row", window.run(ROW))
    window.press(browser.HOME)
    check(window.run(ROW) == 0, "Home goes to the first", window.run(ROW))
    window.press(browser.ENTER)
    window.wait_for(".tree .end")
    check(window.focused()[0] == "h1", "a new view has the focus at its heading", window.focused())
    window.run("document.activeElement.blur();")
    window.press("/")
    check(window.focused()[1] == "quick", "a slash goes to the search", window.focused())
    window.size(*PHONE)
    page.go("now")
    window.click("#menu")
    window.click("nav a", "Health")
    window.wait_for("h1", "Health")
    check(window.run("return document.getElementById('menu').getAttribute('aria-expanded');") == "false", "the menu of a phone closes behind one")
    window.size(*DESK)


ROW = "return Number(document.activeElement.closest('li')?.dataset.at ?? -1);"


def _hostile(page):
    """Names that would like to be markup, to steer terminals, or to look like others."""
    window, check = page.window, page.cases.check
    page.mxward.ask(*HOSTILE, "hostile.plain.")
    page.go("now")
    window.wait_for(".stream .state", "Live")
    ask(r"<b\032onclick\061window\.hostile\0612>.plain.")
    window.wait_for(".live li", "window")
    page.looks("hostile names, live")
    page.go("log", q="plain")
    window.wait_for(".rows a", "script")
    page.looks("hostile names in the log")
    text = window.text(".rows .what")
    for shown in ("<script>", r"\027]0", r"\226\128\174", "xn--bcher-kva.plain."):
        check(shown in text, f"{shown} is shown as what it is", text)
    check(window.count(".rows .idn") == 1, "an internationalised name says that it is one")
    for view, parameter in (("log", "domain"), ("log", "q"), ("log", "verdict"), ("domain", "name"), ("host", "mx"), ("lookup", "name"), ("entry", "id")):
        for name in ("<script>window.hostile=1</script>", "<img src=x onerror=window.hostile=1>", "\u202emoc.knab", "javascript:window.hostile=1"):
            page.go(view, **{parameter: name})
            window.wait_for(".state, .empty, .error, .told > *")
            wrong = window.run(looks.HARM)
            check(not wrong, f"an address with {parameter}={name!a} does no harm in {view}", wrong)
            said = [line for line in window.console() if "Content Security" in line or "Uncaught" in line]
            check(not said, f"and {view} says nothing in the console", said)
    page.go("log", domain="hostile.plain.")
    window.click(".rows a")
    window.wait_for(".tree .end")
    page.looks("a hostile exchange")


def _switched_off(page):
    """No history, no validation log: the page says so."""
    window, check = page.window, page.cases.check
    with Inspected("page-off", {"history": {"enable": False}, "validation-log": {"file": ""}, "cache": {"snapshot": {"file": ""}}}):
        ask("rsa.lab.")
        for view, parameters in (("now", {}), ("log", {}), ("domain", {"name": "rsa.lab."}), ("host", {"mx": "mx1.rsa.lab."})):
            page.go(view, **parameters)
            window.wait_for("[role=alert]:not([hidden])")
            told = window.text("[role=alert]:not([hidden])")
            check(len(told.split()) > 4, f"{view}, switched off: a sentence", told)
            wrong = window.run(looks.CONTRAST)[1] + window.run(looks.WIDTH) + window.run(looks.NAMES)
            check(not wrong, f"{view}, switched off: as good to read", wrong)
        page.go("lookup", name="rsa.lab.")
        check(window.wait_for(".tree .end", "accepted"), "looking up still works")
        page.go("health")
        window.wait_for(".health-state", "Ready")
        check(window.wait_for(".card p", "a restart begins with an empty cache"), "health: without a snapshot it says what that means")
    check(window.wait_for("[role=alert], .health-state", "does not answer"), "with mxward gone the page says that, and what to do", window.text("main"))
    window.console()


def _token(page):
    window, check = page.window, page.cases.check
    path = daemon.folder() / "page.token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    with Inspected("page-token", {"inspection": {"token-file": str(path)}}):
        page.go("log")
        window.wait_for("#token[open]")
        wrong = window.run(looks.CONTRAST)[1] + window.run(looks.NAMES)
        check(not wrong, "it asks for the token, in good contrast", wrong)
        window.type("#token-text", f"not-the-token-0123456789{browser.ENTER}")
        window.wait_for("#token-error", "not the right one")
        check(True, "a wrong token is told")
        window.type("#token-text", TOKEN)
        window.click("#token-form button")
        ask("rsa.lab.")
        window.wait_for(".rows a, .state", "")
        check(window.run("return sessionStorage.getItem('mxward-token');") == TOKEN and window.run("return localStorage.length + document.cookie.length;") == 0,
              "the right one is kept in the tab, and nowhere else")
        page.go("health")
        window.wait_for(".health-state", "Ready")
        check(not window.run("return document.getElementById('token').open;"), "and it is not asked for again")
    window.console()


def main():
    if why := inspected.unable():
        print(f"skipped: {why}")
        return inspected.SKIPPED
    cases = Cases()
    with browser.Browser(daemon.folder() / "browser") as window:
        page = Page(window, cases)
        with Inspected("page") as mxward:
            page.mxward = mxward
            mxward.ask(*QUESTIONS)
            for test in (_search, _explains, _explains_like_the_terminal, _history, _health, _stream, _hostile, _views, _keyboard):
                test(page)
        _switched_off(page)
        _token(page)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
