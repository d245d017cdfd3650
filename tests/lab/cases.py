"""Counts what was tried and what failed: one line for each case, and why when it failed."""


class Cases:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, good, name, why=""):
        """One case; `why` says what was seen when it failed."""
        self.count += 1
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}{'' if good or not why else ': ' + str(why)}", flush=True)
        return good

    def finish(self):
        """The exit status."""
        print(f"{self.count - self.failed} of {self.count} cases passed", flush=True)
        return 1 if self.failed or self.count == 0 else 0
