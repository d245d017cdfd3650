#!/usr/bin/python3 -B
"""What the page's modules make of values, and what every view is like when there is nothing to show yet, in a real browser."""
import sys

import inspected

import browser
import daemon
import looks
import modules
from cases import Cases
from inspected import DESK, PHONE, Inspected, Page

VIEWS = ("now", "log", "domain", "host", "lookup", "alerts", "health")
TABS = 80


def _looks(page):
    for dark in (False, True):
        for size in (DESK, PHONE):
            page.window.size(*size)
            page.window.prefers(dark=dark, reduced=True)
            for view in VIEWS:
                page.go(view)
                what = f"{view}, {'dark' if dark else 'light'}, {size[0]} wide"
                page.wait_for_texts(what)
                looked, poor = page.window.run(looks.CONTRAST)
                page.cases.check(not poor, f"{what}: contrast of all {looked} texts", poor)
                for rule, script in (("no wider than the window", looks.WIDTH), ("everything has a name", looks.NAMES), ("nothing harmful", looks.HARM)):
                    wrong = page.window.run(script)
                    page.cases.check(not wrong, f"{what}: {rule}", wrong)
    page.window.size(*DESK)


def _keyboard(page):
    page.go("log")
    met, wrong = [], []
    for _ in range(TABS):
        page.window.press(browser.TAB)
        found = page.window.run(looks.FOCUS)
        if found is None:
            break
        met.append(found[0])
        wrong += found[1]
    page.cases.check(not wrong, "the focus can be seen wherever it is", wrong)
    page.cases.check(met and "skip" in met[0] and len(met) < TABS, "Tab begins with the way past the navigation, and comes to an end", met)


def _first_answer(page, mxward):
    """A log without an answer is looked at again by itself: who waits for the first one need not ask for it."""
    page.go("log")
    page.window.wait_for(".state", "The validation log holds no answer yet")
    mxward.ask("rsa.lab.")
    page.window.wait_for(".rows a", "rsa.lab.")
    page.window.wait_for(".state", "1 answer, and no more")
    page.cases.check(True, "an empty log shows its first answer by itself")
    page.quiet("the first answer")


def main():
    if why := inspected.unable():
        print(f"skipped: {why}")
        return inspected.SKIPPED
    cases = Cases()
    with Inspected("page-modules") as mxward, browser.Browser(daemon.folder() / "browser") as window:
        page = Page(window, cases)
        page.go("domain")
        for test in (modules.check, _looks, _keyboard):
            test(page)
        _first_answer(page, mxward)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
