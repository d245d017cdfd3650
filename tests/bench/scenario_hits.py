"""Cached MX answers over UDP.

All resolvers are asked for the MX of the lab's signed domains until they have them; then each round asks each of them as fast as
it answers, 200 queries open on 8 sockets, with DO=0 and with DO=1. The echo program sends one reply whose size is the
median of mxward's."""
import statistics

import dns.rcode
import dns.rdatatype
import manifest as manifests

import figures
import resolvers

FORMS = {"DO=0": False, "DO=1": True}
CPU = {form: figures.Measure(f"Processor time per cached MX, UDP, {form}", "µs") for form in FORMS}
RATE = {form: figures.Measure(f"Cached MX per second, UDP, {form}", "1/s", more_is_better=True) for form in FORMS}
TARGETS = [figures.Target(CPU[form], bound, against) for form in FORMS
           for against, bound in ((figures.LIMIT, 1.15), (figures.BEST_OTHER, 0.6))]
OPTIONS = ("-c", 8, "-o", 200)


def signed_domains():
    """Names of the lab whose MX is secure and can be asked again and again."""
    return [str(q.name) for q in manifests.load().questions
            if q.type == dns.rdatatype.MX and q.rcode == dns.rcode.NOERROR and q.status == "secure"
            and not q.slow and q.ttl != 0 and not q.after and "\\" not in str(q.name)]


def _counts(server, name):
    """Records in the answers without and with DO, or None when it has no answer."""
    replies = [resolvers.ask(server.address, name, "MX", dnssec_ok) for dnssec_ok in FORMS.values()]
    return tuple(sum(map(len, reply.answer)) for reply in replies) if all(replies) else None


def agreed(bench, servers, names):
    """Fills the caches; files of questions by form, of those that all servers answer alike."""
    counted = {}
    for name in names:
        counts = {_counts(server, name) or _counts(server, name) for server in servers.values()}
        if len(counts) == 1 and None not in counts and 0 not in min(counts):
            counted[name] = counts.pop()
    bench.say(f"{', '.join(servers)} answer {len(counted)} of {len(names)} questions alike")
    if not counted:
        raise SystemExit("bench: no question is answered by all")
    return {form: bench.questions(form, [f"{name} MX {counts[FORMS[form]]}" for name, counts in counted.items()])
            for form in FORMS}, list(counted)


def typical_reply(server, names, dnssec_ok):
    """The reply of median size."""
    replies = [resolvers.ask(server.address, name, "MX", dnssec_ok).to_wire() for name in names]
    size = statistics.median_low(map(len, replies))
    return next(reply for reply in replies if len(reply) == size)


def run(bench):
    data = figures.Figures()
    with bench.running() as servers:
        files, names = agreed(bench, servers, signed_domains())
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            for form, dnssec_ok in FORMS.items():
                do = ["-d"] if dnssec_ok else []
                for server in servers.values():
                    _note(data, form, server, bench.measure(data, server, files[form], *OPTIONS, *do))
                with bench.echo(typical_reply(servers["mxward"], names, dnssec_ok)) as server:
                    _note(data, form, server, bench.measure(data, server, files[form], *OPTIONS, *do, "-x", "id"))
    return data


def _note(data, form, server, found):
    data.add(CPU[form], server.name, found["cpu_us"])
    data.add(RATE[form], server.name, found["per_second"])
