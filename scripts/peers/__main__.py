"""Runs the suites of the official SDKs, from checkouts of the caller's, and prints what became of each folder.

The checkouts are copied; nothing in them is changed but the files in which their own instructions have settings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from scripts.peers import hosts, portal, suites
from scripts.peers.results import Case, Outcome, table


def main() -> int:
    """Run what can be run; 1 where a case failed that is not known to fail."""
    options = argparse.ArgumentParser(prog="scripts/peer-suites", description=__doc__)
    options.add_argument("folder", type=Path, metavar="DIR", help="checkouts: b24pysdk, b24phpsdk, b24jssdk")
    options.add_argument("--keep", type=Path, help="keep copies of the checkouts, with what they installed, here")
    options.add_argument("--only", choices=sorted(suites.SUITES), action="append", help="run no other suite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (chosen.keep or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        cases = _run(chosen.folder.resolve(), work, chosen.only or list(suites.SUITES))
    print(table(cases))
    return int(any(case.outcome is Outcome.FAILED and not case.reason for case in cases))


def _run(folder: Path, work: Path, wanted: Iterable[str]) -> list[Case]:
    cases: list[Case] = []
    with hosts.names(portal.NAMES) as missing:
        ports = portal.ports()
        if missing or ports != portal.OWN_PORTS:
            elsewhere = f"; {', '.join(missing)} leads elsewhere" if missing else ""
            print(f"the portal listens on {ports.http} and {ports.https}{elsewhere}", flush=True)
        for name in wanted:
            suite, checkout = suites.SUITES[name], folder / name
            why = suite.obstacle(checkout, ports, missing)
            if why:
                print(f"{name}: skipped: {why}", flush=True)
                continue
            print(f"{name}: running", flush=True)
            # Each has a portal of its own: what one leaves behind is no other's.
            with portal.running(ports) as live:
                cases += suite.run(checkout, work / name, live)
    return cases


if __name__ == "__main__":
    sys.exit(main())
