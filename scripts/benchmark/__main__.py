"""The command `scripts/bench`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

import scripts.benchmark
from scripts.benchmark.deliveries import deliveries
from scripts.benchmark.hanging import hanging
from scripts.benchmark.lists import lists
from scripts.benchmark.many_chats import many_chats
from scripts.benchmark.portal import prepared
from scripts.benchmark.push import push
from scripts.benchmark.report import report
from scripts.benchmark.worst import worst


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=scripts.benchmark.__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each load; the median is printed")
    parser.add_argument("--database", default="", help="postgresql://… of an empty database instead of SQLite")
    parser.add_argument("--only-deliveries", action="store_true", help="leave out the rest")
    parser.add_argument("--only-many-chats", action="store_true", help="messages into many chats, and nothing else")
    parser.add_argument(
        "--only-lists", action="store_true", help="lists of chats, counters and searches, and nothing else"
    )
    parser.add_argument("--only-push", action="store_true", help="the push server, and nothing else")
    parser.add_argument("--worst", action="store_true", help="call each method with its largest inputs instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.worst:
            worst(Path(folder), arguments.database)
        elif arguments.only_many_chats:
            portal = asyncio.run(prepared(Path(folder), arguments.database, small=True))
            many_chats(portal, arguments.seconds, arguments.rounds)
        elif arguments.only_lists:
            lists(asyncio.run(prepared(Path(folder), arguments.database)), arguments.seconds, arguments.rounds)
        elif arguments.only_push:
            push(asyncio.run(prepared(Path(folder), arguments.database, small=True)), arguments.seconds)
        elif arguments.only_deliveries:
            portal = asyncio.run(prepared(Path(folder), arguments.database, small=True))
            hanging(portal)
            deliveries(portal, arguments.seconds, arguments.rounds)
        else:
            report(Path(folder), arguments.database, arguments.seconds, arguments.rounds)


if __name__ == "__main__":
    main()
