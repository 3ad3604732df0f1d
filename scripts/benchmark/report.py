"""The tables: each kind of request beside the echo, growth with the size of chats, and the rest."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from scripts.benchmark.deliveries import deliveries
from scripts.benchmark.fetching import fetching
from scripts.benchmark.lists import lists
from scripts.benchmark.load import Figure, Load, line, measure, median
from scripts.benchmark.many_chats import many_chats
from scripts.benchmark.portal import Keys, Portal, prepared
from scripts.benchmark.processes import ROOT, child, resident_mib


def report(folder: Path, database: str, seconds: float, rounds: int) -> None:
    """Measure everything and print the tables."""
    print("filling a portal with chats of up to 1,000,000 messages and 10,000 members …", flush=True)
    portal = asyncio.run(prepared(folder, database))
    print(f"{'':34}{'per s':>9}{'CPU us':>9}{'x echo':>8}{'p50 ms':>8}{'p99 ms':>8}{'failed':>8}")
    with portal.served() as (pid, port):
        base = requests(pid, port, portal.keys, seconds, rounds)
        growth(pid, port, portal.keys, seconds, rounds, base)
        print(f"memory after load: {resident_mib(pid):.0f} MiB")
        fetching(port, portal.keys)
    lists(portal, seconds, rounds)
    many_chats(portal, seconds, rounds)
    deliveries(portal, seconds, rounds)
    print(f"start to first answer: {start_time(portal) * 1e3:.0f} ms")
    throwaway = statistics.median(exec_time() for _ in range(max(rounds, 3)))
    print(f"botyard exec, until its command runs: {throwaway * 1e3:.0f} ms (at most 700)")
    print(f"botyard.portal.reset of the demo, after a message: {exec_result(RESETS) * 1e3:.0f} ms (at most 50)")


def requests(pid: int, port: int, keys: Keys, seconds: float, rounds: int) -> float:
    """Print what each kind of request costs; return what the echo does, in microseconds."""
    floor = Load("bare echo on the same server", "/", json.dumps({"DIALOG_ID": f"chat{keys.chat_id}"}))
    bases: list[Figure] = []
    with child("echo") as (echo_pid, echo_port):
        for load in loads(keys):
            pairs = []
            for _ in range(rounds):
                # The echo runs right before each round: the machine's pace at that moment is in both.
                bases.append(measure(echo_pid, echo_port, floor, seconds))
                pairs.append((bases[-1].micros, measure(pid, port, load, seconds)))
            ratio = statistics.median(figure.micros / base for base, figure in pairs)
            line(load.name, median([figure for _, figure in pairs]), ratio)
    figure = median(bases)
    line(floor.name, figure, 1.0)
    return figure.micros


def growth(pid: int, port: int, keys: Keys, seconds: float, rounds: int, base: float) -> None:
    """Print what one request costs in chats of all sizes."""
    hook = f"/rest/{keys.user_id}/{keys.secret}/imbot.dialog.get"
    for title, chats in (("messages", keys.by_messages), ("members", keys.by_members)):
        by_count: dict[int, list[Figure]] = {count: [] for count in chats}
        for _ in range(rounds):
            # In turns, so that the machine's pace at that moment is in all of them.
            for count, chat_id in chats.items():
                load = Load("", hook, json.dumps({"DIALOG_ID": f"chat{chat_id}"}), clients=1)
                by_count[count].append(measure(pid, port, load, seconds))
        for count, figures in by_count.items():
            line(f"dialog.get, {count:,} {title}", median(figures), median(figures).micros / base)
        first, *others = by_count.values()
        grown = [
            statistics.median(big.micros / small.micros for small, big in zip(first, other, strict=True))
            for other in others
        ]
        print(f"  growth of CPU: {max(grown) - 1:+.0%}")


def loads(keys: Keys) -> list[Load]:
    hook = f"/rest/{keys.user_id}/{keys.secret}"
    dialog = json.dumps({"DIALOG_ID": f"chat{keys.chat_id}"})
    signed = json.dumps({"DIALOG_ID": f"chat{keys.chat_id}", "auth": keys.token})
    params = {"BOT_ID": keys.bot_id, "CLIENT_ID": "bench", "DIALOG_ID": f"chat{keys.chat_id}", "MESSAGE": "Hello there"}
    history = json.dumps({"DIALOG_ID": f"chat{keys.by_messages[10_000]}", "LIMIT": 50})
    return [
        Load("imbot.dialog.get, webhook, JSON", f"{hook}/imbot.dialog.get", dialog),
        Load("imbot.dialog.get, OAuth, JSON", "/rest/imbot.dialog.get", signed),
        Load("imbot.dialog.get, webhook, GET", f"{hook}/imbot.dialog.get?DIALOG_ID=chat{keys.chat_id}", "", "GET"),
        Load("history of 50", f"{hook}/im.dialog.messages.get", history),
        Load("imbot.message.add, durable", f"{hook}/imbot.message.add", json.dumps(params)),
        Load("imbot.message.add, 64 clients", f"{hook}/imbot.message.add", json.dumps(params), clients=64),
    ]


def start_time(portal: Portal) -> float:
    """From the start of the process to its first answer, in seconds."""
    begun = time.perf_counter()
    with portal.served() as (_, port), socket.create_connection(("127.0.0.1", port)) as made:
        made.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        made.recv(1000)
        return time.perf_counter() - begun


STARTED = "import time; print(time.clock_gettime(time.CLOCK_MONOTONIC))"
RESETS = """
import os, statistics, time, urllib.request
def call(words):
    begun = time.perf_counter()
    urllib.request.urlopen(os.environ["BOTYARD_WEBHOOK_URL"] + words).read()
    return time.perf_counter() - begun
times = []
for _ in range(20):
    call("im.message.add?DIALOG_ID=2&MESSAGE=Hi")
    times.append(call("botyard.portal.reset"))
print(statistics.median(times))
"""


def exec_time() -> float:
    """From the start of `botyard exec` until the command in it runs, in seconds."""
    # Of one clock in all processes of the machine.
    begun = time.clock_gettime(time.CLOCK_MONOTONIC)
    return exec_result(STARTED) - begun


def exec_result(script: str) -> float:
    """The number that a script prints beside a throwaway portal."""
    command = [sys.executable, "-m", "botyard", "exec", "--", sys.executable, "-S", "-c", script]
    # As it is installed: with its bytecode, which the first of several starts writes here.
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ended = subprocess.run(command, cwd=ROOT, env=compiled, stdout=subprocess.PIPE, text=True, check=True)
    return float(ended.stdout)
