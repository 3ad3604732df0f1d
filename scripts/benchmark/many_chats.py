"""Messages into a hundred chats and into one, with few clients and many, by one server and by two.

On PostgreSQL the time of its own processes stands beside that of the server, both for each request.
"""

from __future__ import annotations

import asyncio
import json
import statistics
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple
from urllib.parse import urlsplit

from botyard.rpc.call import Context
from botyard.store.engines.db import Tx
from scripts.benchmark.deliveries import told_bot
from scripts.benchmark.ejabberd import archived
from scripts.benchmark.load import Figure, Load, measure, median
from scripts.benchmark.portal import Portal, chat
from scripts.benchmark.processes import child, database_seconds

CHATS = 100


class Chats(NamedTuple):
    """The ids of chats: those of two people and the bot that writes, and those in which another bot is told."""

    plain: tuple[int, ...]
    told: tuple[int, ...]


def many_chats(portal: Portal, seconds: float, rounds: int) -> None:
    """Print what messages and dialogs of many chats cost."""
    with child("handler") as (_, handler):
        chats = asyncio.run(portal.write(lambda context, tx: _filled(context, tx, portal, handler)))
        print(f"{'':34}{'per s':>9}{'CPU us':>9}{'x echo':>8}{'p50 ms':>8}{'p99 ms':>8}{'failed':>8}{'database':>10}")
        with portal.served() as (pid, port), child("echo") as (echo_pid, echo_port):
            floor = Load("", "/", json.dumps({"DIALOG_ID": "chat1"}))
            for load in loads(portal, chats):
                lines = []
                for _ in range(rounds):
                    base = measure(echo_pid, echo_port, floor, seconds).micros
                    before = _database(portal)
                    figure = measure(pid, port, load, seconds)
                    # The load before the measured one is short, and counted among its requests.
                    requests = figure.per_second * (seconds + min(1.0, seconds / 4))
                    lines.append((figure, figure.micros / base, (_database(portal) - before) / requests * 1e6))
                _line(load.name, median([figure for figure, _, _ in lines]), *_medians(lines))
    if portal.database:
        two_servers(portal, chats, seconds, rounds)
        archived(portal.database, portal.folder, seconds)


def loads(portal: Portal, chats: Chats) -> list[Load]:
    keys = portal.keys
    hook = f"/rest/{keys.user_id}/{keys.secret}"
    by_bot = json.dumps({"BOT_ID": keys.bot_id, "CLIENT_ID": "bench", "DIALOG_ID": "CHAT", "MESSAGE": "Hello there"})
    by_person = json.dumps({"DIALOG_ID": "CHAT", "MESSAGE": "Hello there"})
    kinds = (
        ("message.add, 100 chats", "imbot.message.add", by_bot, chats.plain),
        ("message.add, one chat", "imbot.message.add", by_bot, chats.plain[:1]),
        ("the same, 100 chats, a bot is told", "im.message.add", by_person, chats.told),
        ("the same, one chat, a bot is told", "im.message.add", by_person, chats.told[:1]),
        ("dialog.get, 100 chats", "imbot.dialog.get", json.dumps({"DIALOG_ID": "CHAT"}), chats.plain),
    )
    return [
        Load(f"{name} · {clients}", f"{hook}/{method}", body, clients=clients, chats=ids)
        for name, method, body, ids in kinds
        for clients in (16, 64)
    ]


def two_servers(portal: Portal, chats: Chats, seconds: float, rounds: int) -> None:
    """Print what one and two servers of one database take, each with clients of its own."""
    load = loads(portal, chats)[0]
    for count in (1, 2):
        totals, costs = [], []
        with ExitStack() as stack:
            servers = [
                stack.enter_context(child("portal", str(portal.folder), portal.database, core=n)) for n in range(count)
            ]
            for _ in range(rounds):
                before = _database(portal)
                with ThreadPoolExecutor(count) as threads:
                    figures = list(threads.map(lambda server: measure(server[0], server[1], load, seconds), servers))
                totals.append(sum(figure.per_second for figure in figures))
                requests = totals[-1] * (seconds + min(1.0, seconds / 4))
                costs.append(
                    (statistics.mean(f.micros for f in figures), (_database(portal) - before) / requests * 1e6)
                )
        micros, database = (statistics.median(column) for column in zip(*costs, strict=True))
        name = f"message.add, 100 chats, {count} servers"
        print(f"{name:34}{statistics.median(totals):>9,.0f}{micros:>9.0f}{'':>32}{database:>10.0f}", flush=True)


async def _filled(context: Context, tx: Tx, portal: Portal, handler: int) -> Chats:
    keys = portal.keys
    bot_id = await told_bot(context, tx, "told", f"http://127.0.0.1:{handler}/told")
    plain = [await chat(tx, [keys.user_id, keys.user_id + 1, keys.bot_id], 100) for _ in range(CHATS)]
    with_listener = [await chat(tx, [keys.user_id, keys.user_id + 1, bot_id], 100) for _ in range(CHATS)]
    return Chats(tuple(plain), tuple(with_listener))


def _database(portal: Portal) -> float:
    return database_seconds(urlsplit(portal.database).path[1:]) if portal.database else 0.0


def _medians(lines: list[tuple[Figure, float, float]]) -> tuple[float, float]:
    return statistics.median(ratio for _, ratio, _ in lines), statistics.median(micros for _, _, micros in lines)


def _line(name: str, figure: Figure, ratio: float, database: float) -> None:
    numbers = f"{figure.per_second:>9,.0f}{figure.micros:>9.0f}{ratio:>8.2f}"
    beside = f"{database:>10.0f}" if database else ""
    print(f"{name:34}{numbers}{figure.p50_ms:>8.2f}{figure.p99_ms:>8.2f}{figure.failed:>8}{beside}", flush=True)
