"""Holds a running portal against the contract; see README.md."""

from __future__ import annotations

import argparse
import json
import urllib.error
import urllib.request
from typing import Any

from contract.checker import contract


def main() -> None:
    """Parse the command line and run the command."""
    parser = argparse.ArgumentParser(prog="python -m contract", description=__doc__)
    commands = parser.add_subparsers(required=True)
    coverage = commands.add_parser("coverage", help="list documented methods that the portal lacks")
    coverage.set_defaults(command=print_coverage)
    one_call = commands.add_parser("call", help="call a method, and print in what its response differs from its page")
    one_call.set_defaults(command=print_call)
    for command in (coverage, one_call):
        command.add_argument("webhook", help="http://HOST/rest/USER/SECRET")
    one_call.add_argument("method")
    one_call.add_argument("params", nargs="?", type=json.loads, default={}, help="a JSON object")
    options = parser.parse_args()
    options.command(options)


def print_coverage(options: argparse.Namespace) -> None:
    """Print for each family how many of its methods the portal lists."""
    _, body = call(options.webhook, "methods", {"full": True})
    listed = {str(name).lower() for name in body["result"]}
    for name, pages in contract().families.items():
        missing = sorted(page.method for page in pages if page.method.lower() not in listed)
        more = f" missing: {', '.join(missing)}" if missing else ""
        print(f"{name}: {len(pages) - len(missing)}/{len(pages)}{more}")


def print_call(options: argparse.Namespace) -> None:
    """Print a response and its deviations."""
    status, body = call(options.webhook, options.method, options.params)
    print(status, json.dumps(body, indent=2, ensure_ascii=False))
    for problem in contract().problems(options.method, body):
        print(f"! {problem}")


def call(webhook: str, method: str, params: dict[str, Any]) -> tuple[int, Any]:
    """Status and decoded body of one call."""
    request = urllib.request.Request(
        f"{webhook.rstrip('/')}/{method}",
        data=json.dumps(params).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


if __name__ == "__main__":
    main()
