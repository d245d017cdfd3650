#!/usr/bin/python3 -B
"""Domains whose mail goes elsewhere, as drift_test.py has them, with the module in an Unbound that is started anew for each."""
import sys

import drift_test
import lab
from cases import Cases
from unbound_module import UnboundWithModule


def _by_unbound(which, name, changes=None):
    """What is not to be validated Unbound's own configuration says."""
    changes = dict(changes or {})
    insecure = changes.pop("resolver", {}).get("domain-insecure", [])
    options = "\n    ".join(f'domain-insecure: "{domain}"' for domain in insecure)
    return drift_test.Assessed(UnboundWithModule(f"unbound-{which}", changes, options=options), lab.UNBOUND, name)


def main():
    cases = Cases()
    for test in (drift_test.moves, drift_test.rejected, drift_test.signed, drift_test.without_history):
        test(cases, _by_unbound)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
