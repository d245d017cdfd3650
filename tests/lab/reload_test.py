#!/usr/bin/python3 -B
"""Reloads mxward by SIGHUP: a good configuration takes effect while answers flow on; a bad one, or none, leaves the running one
in force, and the log says what is wrong and where."""
import re
import sys

import dns.rcode

import asking
import daemon
from cases import Cases
from load import Load

STRANGER = "127.0.0.5"
MORE = 50
REFUSED_EDE = 18


def _reload(mxward, pattern):
    seen = len(mxward.log())
    mxward.reload()
    return mxward.wait_log(pattern, seen)


def _rcode(source=None, name="rsa.lab."):
    answer = asking.ask(daemon.ADDRESS, name, "MX", source=source)
    return answer.failure or dns.rcode.to_text(answer.reply.rcode())


def _change_allow(cases, mxward):
    daemon.write_config(mxward.config, {"allow": [STRANGER]})
    _reload(mxward, "reloaded")
    refused = asking.ask(daemon.ADDRESS, "rsa.lab.", "MX")
    cases.check(refused.failure == "" and refused.reply.rcode() == dns.rcode.REFUSED, "who is no longer allowed gets REFUSED",
                refused.failure or refused.reply)
    cases.check(refused.failure == "" and refused.codes() == [REFUSED_EDE], "and is told why", refused.failure or refused.codes())
    cases.check(_rcode(STRANGER) == "NOERROR", "who is allowed now gets an answer", _rcode(STRANGER))
    daemon.write_config(mxward.config, {})
    _reload(mxward, "reloaded")
    cases.check(_rcode() == "NOERROR", "allowed again", _rcode())


def _change_cache(cases, mxward):
    daemon.write_config(mxward.config, {"cache": {"max-ttl": "60s", "size": "1M"}})
    _reload(mxward, "reloaded")
    answer = asking.ask(daemon.ADDRESS, "ecdsa.post.", "MX")
    cases.check(answer.failure == "" and all(0 < ttl <= 60 for ttl in answer.ttls().values()), "TTLs are cut to the new maximum",
                answer.failure or answer.ttls())


def _change_log(cases, mxward):
    daemon.write_config(mxward.config, {"log": {"level": "error"}})
    mxward.told("reload")  # unlike a signal, it tells when it is done
    seen = len(mxward.log())
    unseen = _fail()
    daemon.write_config(mxward.config, {"log": {"level": "info"}})
    _reload(mxward, "reloaded")  # lines come in order: that of the failure would be there by now
    cases.check(unseen not in mxward.log()[seen:], "level error: a failure to resolve is not logged")
    cases.check(mxward.wait_log(re.escape(_fail()), seen), "level info: it is logged again")


_failures = iter(range(1000))


def _fail():
    """Asks a question that fails; its name."""
    name = f"x{next(_failures)}.lame.lab."
    asking.ask(daemon.ADDRESS, name, "MX")
    return name


def _change_resolver(cases, mxward):
    """What concerns libunbound means new processes; the old ones go when they have answered."""
    before = mxward.resolvers()
    daemon.write_config(mxward.config, {"resolver": {"domain-insecure": ["expired.lab"], "processes": 2}})
    _reload(mxward, "reloaded")
    daemon.wait_until(lambda: len(mxward.resolvers()) == 2 and not mxward.resolvers() & before, "two new processes", mxward.running)
    cases.check(True, "two new resolver processes have replaced the old one")
    answer = asking.ask(daemon.ADDRESS, "mx1.expired.lab.", "A")
    good = not answer.failure and len(answer.records()) == 1
    cases.check(good, "a negative trust anchor takes effect", answer.failure or answer.reply)


BAD = (
    ("an unknown key", "listen: [127.0.0.1@53]\ncash: {size: 1M}\n", r"{path}:2:1: .*cache.*running configuration stays"),
    ("a bad value", "cache:\n  max-ttl: soon\n", r"{path}:2:\d+: .*running configuration stays"),
    ("no YAML", "listen: [127.0.0.1\n", r"{path}:\d+:\d+: .*running configuration stays"),
    ("an option that libunbound refuses", "resolver:\n  libunbound: |\n    no-such-option: yes\n",
     r"no-such-option.*running configuration stays"),
)


def _refuse_bad(cases, mxward):
    before = mxward.resolvers()
    for label, text, pattern in BAD:
        mxward.config.write_text(text, encoding="utf-8")
        line = _reload(mxward, pattern.format(path=mxward.config)).group(0)
        cases.check(_rcode() == "NOERROR", f"{label}: the running configuration stays ({line})")
    mxward.config.unlink()
    line = _reload(mxward, f".*{mxward.config}.*running configuration stays").group(0)
    cases.check(_rcode() == "NOERROR", f"a missing file: the running configuration stays ({line})")
    cases.check(mxward.resolvers() == before, "and the resolver processes with it")


def main():
    cases = Cases()
    with daemon.Mxward() as mxward, Load("reload") as load:
        load.wait_for_more(MORE)
        _refuse_bad(cases, mxward)
        _change_cache(cases, mxward)
        _change_resolver(cases, mxward)
        load.wait_for_more(MORE)
        load.end()
        for kind, counts in load.counts.items():
            cases.check(set(counts) == {"NOERROR"}, f"every {kind} was answered meanwhile: {counts}")
        _change_log(cases, mxward)
        _change_allow(cases, mxward)
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
