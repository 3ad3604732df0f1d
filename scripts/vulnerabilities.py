"""Known vulnerabilities of the libraries that the program runs with, at their pinned versions, as osv.dev has them.

Exits with 1 where it has any. Where it cannot be asked there is one line, and it exits with 0 (with ``--strict`` 1),
so that what is released has been compared.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

from scripts.sbom import closure, pins

ADDRESS = "https://api.osv.dev/v1/querybatch"
SECONDS = 20.0


def ask(address: str, pinned: dict[str, str]) -> dict[str, list[str]]:
    """The ids of what is known of each pinned package. Raises OSError and ValueError."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned.items()]
    request = urllib.request.Request(  # noqa: S310  # The address is ours, or a test's.
        address, json.dumps({"queries": queries}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310  # As above.
        answer: dict[str, Any] = json.load(response)
    results = answer["results"]
    if len(results) != len(queries):
        raise ValueError("the answer is not of this question")
    ids_by_name = {
        name: [known["id"] for known in result.get("vulns", [])] for name, result in zip(pinned, results, strict=True)
    }
    return {name: ids for name, ids in ids_by_name.items() if ids}


def main() -> int:
    """Ask, and say what there is."""
    parser = argparse.ArgumentParser(prog="vulnerabilities", description="Look for known vulnerabilities of libraries.")
    parser.add_argument("--strict", action="store_true", help="fail where the database cannot be asked; for releases")
    strict = parser.parse_args().strict
    needed = closure()
    pinned = {name: version for name, version in pins().items() if name in needed}
    try:
        known = ask(os.environ.get("BOTYARD_OSV", ADDRESS), pinned)
    except (OSError, ValueError, KeyError) as problem:
        reason = problem.reason if isinstance(problem, urllib.error.URLError) else problem
        what = "unknown" if strict else "skipped"
        print(f"vulnerabilities: {what}, the database cannot be asked ({reason})")
        return 1 if strict else 0
    for name, ids in known.items():
        print(f"vulnerabilities: {name} {pinned[name]}: {', '.join(ids)}")
    if not known:
        print(f"vulnerabilities: none known of {len(pinned)} libraries")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
