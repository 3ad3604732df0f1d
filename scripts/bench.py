"""Measure the hot paths beside a bare echo on the same web server, in the same run.

Requests per second swing with the machine, so the figure to compare is the server's
CPU time per request and its ratio to the echo. With wrk (Debian package wrk) the
load comes from another process and core; without it a small client written here is
used, and the requests per second are then the client's limit, not the server's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from botyard.chat import outbox
from botyard.config import Settings
from botyard.model.events import MessageSent
from botyard.model.people import Profile, UserKind
from botyard.portal.keys import new_client_id, new_secret
from botyard.rpc.call import Context
from botyard.server import Listener, application, open_context, serve
from botyard.store import apps, chats, portal, users
from botyard.store.db import Tx
from botyard.web.http import Receive, Scope, Send

TICK = os.sysconf("SC_CLK_TCK")
SCOPES = "im,imbot,user"
MESSAGES = (100, 10_000, 1_000_000)
MEMBERS = (2, 100, 10_000)


class Keys(NamedTuple):
    """What the load needs to know of the portal it calls."""

    user_id: int
    secret: str
    token: str
    chat_id: int
    bot_id: int
    by_messages: dict[int, int]
    by_members: dict[int, int]


class Load(NamedTuple):
    """One kind of request."""

    name: str
    path: str
    body: str
    verb: str = "POST"
    clients: int = 16


class Fleet(NamedTuple):
    """Bots that are told of everything: where their chats are, and a chat without any."""

    chats: list[int]
    quiet: int


class Figure(NamedTuple):
    """What one round measured."""

    per_second: float
    micros: float
    p50_ms: float
    p99_ms: float
    failed: int


# The servers: children of this program, pinned to one core.


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """The floor: read a body, decode it, answer it."""
    message = await receive()
    body = json.dumps(json.loads(message["body"] or b"{}")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve_echo() -> None:
    listener = Listener(echo, "127.0.0.1", 0)
    print(listener.port, flush=True)
    await listener.serve()


async def serve_portal(folder: Path, database: str) -> None:
    context = await open_context(Settings(data=folder, database=database))
    listener = Listener(application(context), "127.0.0.1", 0)
    await serve(context, [listener], lambda: print(listener.port, flush=True))


async def serve_handler() -> None:
    """A handler that answers at once. Its only word back is how many it has had: GET /count."""
    count = 0

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport
            self.seen = b""

        def data_received(self, data: bytes) -> None:
            nonlocal count
            self.seen += data
            while (end := self.seen.find(b"\r\n\r\n")) >= 0:
                size = re.search(rb"content-length: (\d+)", self.seen[:end], re.IGNORECASE)
                stop = end + 4 + (int(size[1]) if size else 0)
                if len(self.seen) < stop:
                    return
                asked = self.seen.startswith(b"GET")
                count += not asked
                said = str(count).encode() if asked else b"ok"
                self.seen = self.seen[stop:]
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))

    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def child(*arguments: str) -> Iterator[tuple[int, int]]:
    """A server of this file on the first core: ``(pid, port)``."""
    command = [sys.executable, __file__, *arguments]
    made = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        pin(made.pid, 0)
        assert made.stdout is not None
        yield made.pid, int(made.stdout.readline())
    finally:
        made.send_signal(signal.SIGTERM)
        try:
            made.wait(15)
        except subprocess.TimeoutExpired:
            made.kill()


def pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {core})


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


# The load.


def measure(pid: int, port: int, load: Load, seconds: float) -> Figure:
    """One round of a load, with the server's CPU time around it."""
    run = run_wrk if shutil.which("wrk") else run_here
    run(port, load, min(1.0, seconds / 4))
    before = cpu_seconds(pid)
    count, took, p50, p99, failed = run(port, load, seconds)
    spent = cpu_seconds(pid) - before
    return Figure(count / took, spent / max(1, count) * 1e6, p50, p99, failed)


def run_wrk(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    script = (
        f"wrk.method={json.dumps(load.verb)}\n"
        f"wrk.body={json.dumps(load.body)}\n"
        'wrk.headers["Content-Type"]="application/json"\n'
        "done=function(s,l,r) io.write(string.format("
        '"RESULT %d %f %f %f %d\\n",s.requests,s.duration/1e6,l:percentile(50)/1e3,l:percentile(99)/1e3,'
        "s.errors.status+s.errors.connect+s.errors.read+s.errors.timeout)) end\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{load.clients}", f"-d{max(1, round(seconds))}s", "-s", file.name]
        pinned = ["taskset", "-c", "1", *command] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else command
        out = subprocess.run(
            [*pinned, f"http://127.0.0.1:{port}{load.path}"], capture_output=True, text=True, check=True
        ).stdout
    found = re.search(r"RESULT (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", out)
    if found is None:
        raise SystemExit(f"wrk said something else:\n{out}")
    return int(found[1]), float(found[2]), float(found[3]), float(found[4]), int(found[5])


def run_here(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    return asyncio.run(_clients(port, load, seconds))


async def _clients(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    body = load.body.encode()
    request = (
        f"{load.verb} {load.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    times: list[float] = []
    failed = 0
    until = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(size[1]) if size else 0)
            times.append(time.perf_counter() - begun)
            failed += b" 200 " not in head[:20]
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(load.clients)))
    took = time.perf_counter() - begun
    times.sort()
    return len(times), took, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3, failed


# The portal under load.


async def fill(context: Context, *, small: bool = False) -> Keys:
    """People, keys and chats of every size of the growth table."""
    now = int(time.time())

    async def work(tx: Tx) -> Keys:
        await portal.add(tx, "Bench", "0" * 32, now)
        user_id = await users.add(tx, UserKind.EMPLOYEE, Profile(name="Ada", last_name="Bench"), now, admin=True)
        secret, token = new_secret(), new_secret()
        hashed = context.keys.hash
        await apps.add_webhook(tx, user_id, hashed(secret), secret[:4], "bench", SCOPES, now)
        app_id = await apps.add(tx, new_client_id(), hashed(new_secret()), "Bench", SCOPES, now)
        await apps.add_token(
            tx,
            hash=hashed(token),
            kind="access",
            app_id=app_id,
            user_id=user_id,
            scopes=SCOPES,
            family="bench",
            now=now,
            expires=now + 86_400,
        )
        people = [user_id] + [
            await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"P{n}", last_name="Bench"), now)
            for n in range(1 if small else max(MEMBERS))
        ]
        bot_id = await users.add(tx, UserKind.BOT, Profile(name="Bot"), now)
        await tx.run(
            "INSERT INTO bots (user_id, owner, code, type, created) VALUES (:bot, :owner, 'bench', 'B', :now)",
            bot=bot_id,
            owner=f"hook:{hashed('client:bench')}",
            now=now,
        )
        sizes, crowds = (MESSAGES[:1], MEMBERS[:1]) if small else (MESSAGES, MEMBERS)
        by_messages = {count: await chat(tx, now, [*people[:2], bot_id], count) for count in sizes}
        by_members = {count: await chat(tx, now, people[:count], 100) for count in crowds}
        return Keys(user_id, secret, token, by_messages[100], bot_id, by_messages, by_members)

    return await context.database.write(work)


async def chat(tx: Tx, now: int, people: list[int], count: int) -> int:
    """A chat with its history, written at once; the first member has read half of it."""
    row = await tx.one(
        "INSERT INTO chats (kind, title, owner_id, created) VALUES ('C', 'Bench', :owner, :now) RETURNING id",
        owner=people[0],
        now=now,
    )
    assert row is not None
    chat_id = int(row[0])
    await tx.many(
        "INSERT INTO messages (chat_id, author_id, sent, text, counted) VALUES (:chat, :author, :now, :text, :counted)",
        (
            {"chat": chat_id, "author": people[n % 2], "now": now, "text": f"Message number {n}", "counted": n}
            for n in range(1, count + 1)
        ),
    )
    bounds = await tx.one("SELECT MIN(id), MAX(id) FROM messages WHERE chat_id = :chat", chat=chat_id)
    assert bounds is not None
    first, last = bounds
    await tx.many(
        """INSERT INTO members (chat_id, user_id, role, joined, read_id, read_counted, read_at, opened, bot)
           VALUES (:chat, :user, :role, :now, :read, :counted, :now, 1, :bot)""",
        (
            {
                "chat": chat_id,
                "user": user_id,
                "role": "owner" if place == 0 else "member",
                "now": now,
                "read": first + count // 2 if place == 0 else last,
                "counted": count // 2 if place == 0 else count,
                "bot": int(place == 2 and len(people) == 3),
            }
            for place, user_id in enumerate(people)
        ),
    )
    await tx.run(
        """UPDATE chats SET members = :members, bots = :bots, messages = :count, counted = :count,
           last_message_id = :last, last_author_id = :author, viewers = :viewers WHERE id = :id""",
        members=len(people),
        bots=int(len(people) == 3),
        count=count,
        last=last,
        author=people[count % 2],
        viewers=max(0, len(people) - 2),
        id=chat_id,
    )
    return chat_id


async def prepared(folder: Path, database: str, *, small: bool = False) -> Keys:
    context = await open_context(Settings(data=folder, database=database))
    keys = await fill(context, small=small)
    await context.database.close()
    return keys


# The report.


def loads(keys: Keys) -> list[Load]:
    hook = f"/rest/{keys.user_id}/{keys.secret}"
    dialog = json.dumps({"DIALOG_ID": f"chat{keys.chat_id}"})
    signed = json.dumps({"DIALOG_ID": f"chat{keys.chat_id}", "auth": keys.token})
    said = {"BOT_ID": keys.bot_id, "CLIENT_ID": "bench", "DIALOG_ID": f"chat{keys.chat_id}", "MESSAGE": "Hello there"}
    history = json.dumps({"DIALOG_ID": f"chat{keys.by_messages[10_000]}", "LIMIT": 50})
    return [
        Load("imbot.dialog.get, webhook, JSON", f"{hook}/imbot.dialog.get", dialog),
        Load("imbot.dialog.get, OAuth, JSON", "/rest/imbot.dialog.get", signed),
        Load("imbot.dialog.get, webhook, GET", f"{hook}/imbot.dialog.get?DIALOG_ID=chat{keys.chat_id}", "", "GET"),
        Load("history of 50", f"{hook}/im.dialog.messages.get", history),
        Load("imbot.message.add, durable", f"{hook}/imbot.message.add", json.dumps(said)),
        Load("imbot.message.add, 64 clients", f"{hook}/imbot.message.add", json.dumps(said), clients=64),
    ]


def report(seconds: float, rounds: int, folder: Path, database: str) -> None:
    """Measure everything and print the tables."""
    print("filling a portal with chats of up to 1,000,000 messages and 10,000 members …", flush=True)
    keys = asyncio.run(prepared(folder, database))
    print(f"{'':34}{'per s':>9}{'CPU us':>9}{'x echo':>8}{'p50 ms':>8}{'p99 ms':>8}{'failed':>8}")
    with child("--echo") as (echo_pid, echo_port), child("--portal", str(folder), database) as (pid, port):
        floor = Load("bare echo on the same server", "/", json.dumps({"DIALOG_ID": f"chat{keys.chat_id}"}))
        bases: list[Figure] = []
        for load in loads(keys):
            pairs = []
            for _ in range(rounds):
                # The echo runs right before each round: the machine's pace at that moment is in both.
                bases.append(measure(echo_pid, echo_port, floor, seconds))
                pairs.append((bases[-1].micros, measure(pid, port, load, seconds)))
            ratio = statistics.median(found.micros / base for base, found in pairs)
            line(load.name, median([found for _, found in pairs]), ratio)
        echo_figure = median(bases)
        base = echo_figure.micros
        line(floor.name, echo_figure, 1.0)
        hook = f"/rest/{keys.user_id}/{keys.secret}/imbot.dialog.get"
        for title, chats in (("messages", keys.by_messages), ("members", keys.by_members)):
            grown: list[float] = []
            for count, chat_id in chats.items():
                load = Load("", hook, json.dumps({"DIALOG_ID": f"chat{chat_id}"}), clients=1)
                found = median([measure(pid, port, load, seconds) for _ in range(rounds)])
                grown.append(found.micros)
                line(f"dialog.get, {count:,} {title}", found, found.micros / base)
            print(f"  growth of CPU: {max(grown) / grown[0] - 1:+.0%}")
        print(f"memory after load: {resident_mib(pid):.0f} MiB")
        fetching(port, keys)
    deliveries(seconds, rounds, folder, database, keys)
    print(f"start to first answer: {start_time(folder, database) * 1e3:.0f} ms")


# Fetching.

FETCHES = 100


def fetching(port: int, keys: Keys) -> None:
    """How soon a bot that polls with `wait` has a message, from the moment that a person sends it."""
    waiting = http.client.HTTPConnection("127.0.0.1", port)
    sending = http.client.HTTPConnection("127.0.0.1", port)
    token = "bench-fetch"  # noqa: S105  # It opens a bot of this throwaway portal.
    fields = {"code": "fetching", "botToken": token, "properties": {"name": "Fetching"}, "eventMode": "fetch"}
    bot_id = called(sending, keys, "imbot.v2.Bot.register", {"fields": fields})["bot"]["id"]
    asked = {"botId": bot_id, "botToken": token, "wait": 20}
    called(sending, keys, "im.message.add", {"DIALOG_ID": str(bot_id), "MESSAGE": "first"})
    seen = called(waiting, keys, "imbot.v2.Event.get", asked)
    times: list[float] = []
    with contextlib.closing(waiting), contextlib.closing(sending), ThreadPoolExecutor(1) as thread:
        for number in range(FETCHES):
            poll = thread.submit(fetched, waiting, keys, asked | {"offset": seen["nextOffset"]})
            time.sleep(0.02)
            begun = time.perf_counter()
            called(sending, keys, "im.message.add", {"DIALOG_ID": str(bot_id), "MESSAGE": f"Number {number}"})
            seen, came = poll.result()
            times.append((came - begun) * 1e3)
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"fetch with wait, from sending:    p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def fetched(made: http.client.HTTPConnection, keys: Keys, asked: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """One poll that ends with events, and when it ended."""
    while True:
        found = called(made, keys, "imbot.v2.Event.get", asked)
        if found["events"]:
            return found, time.perf_counter()


def called(made: http.client.HTTPConnection, keys: Keys, method: str, params: dict[str, Any]) -> Any:
    """The result of one call by webhook."""
    path = f"/rest/{keys.user_id}/{keys.secret}/{method}"
    made.request("POST", path, json.dumps(params), {"Content-Type": "application/json"})
    body = json.loads(made.getresponse().read())
    assert "result" in body, body
    return body["result"]


# Deliveries.

BOTS, CHATS_EACH = 40, 5
BACKLOG = 10_000
IDLE_SECONDS = 1.5
"""Nothing has left for so long: nothing is left."""


async def fleet(context: Context, keys: Keys, port: int) -> Fleet:
    """Bots that hear everything in their chats, with the sender."""
    now = int(time.time())

    async def work(tx: Tx) -> Fleet:
        chats = []
        for number in range(BOTS):
            owner = f"hook:{context.keys.hash(f'client:fleet{number}')}"
            bot_id = await users.add(tx, UserKind.BOT, Profile(name=f"Fleet {number}"), now)
            await tx.run(
                "INSERT INTO bots (user_id, owner, code, type, created) VALUES (:bot, :owner, :code, 'S', :now)",
                bot=bot_id,
                owner=owner,
                code=f"fleet{number}",
                now=now,
            )
            url = f"http://127.0.0.1:{port}/{number}"
            await tx.run("INSERT INTO bot_handlers (owner, message_add) VALUES (:owner, :url)", owner=owner, url=url)
            chats += [await chat(tx, now, [keys.user_id, keys.user_id + 1, bot_id], 10) for _ in range(CHATS_EACH)]
        return Fleet(chats, await chat(tx, now, [keys.user_id, keys.user_id + 1], 10))

    return await context.database.write(work)


async def backlog(folder: Path, database: str, keys: Keys, found: Fleet, count: int) -> None:
    """What so many messages to the fleet leave behind for a server that starts now."""
    context = await open_context(Settings(data=folder, database=database))
    now = int(time.time())

    async def work(tx: Tx) -> None:
        for number in range(count):
            chat_id = found.chats[number % len(found.chats)]
            place = await chats.fresh(tx, chat_id)
            event = MessageSent(actor_id=keys.user_id, chat_id=chat_id, message_id=1, text="Hello there", system=False)
            await outbox.publish(tx, event, now, place)

    await context.database.write(work)
    await context.database.close()


def arrived(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port)) as made:
        made.sendall(b"GET /count HTTP/1.1\r\n\r\n")
        return int(made.recv(1000).rpartition(b"\r\n")[2])


class Sender(NamedTuple):
    """What somebody who writes messages met: p50 and p95 of a call at a steady pace, and calls per second at full."""

    p50_ms: float
    p95_ms: float
    per_second: float


def deliveries(seconds: float, rounds: int, folder: Path, database: str, keys: Keys) -> None:
    """How fast events leave, and what that costs those who write messages meanwhile."""

    async def prepare(port: int) -> Fleet:
        context = await open_context(Settings(data=folder, database=database))
        found = await fleet(context, keys, port)
        await context.database.close()
        return found

    with child("--handler") as (handler_pid, handler_port):
        pin(handler_pid, 1)
        found = asyncio.run(prepare(handler_port))
        said = {"DIALOG_ID": f"chat{found.quiet}", "MESSAGE": "Hello there"}
        load = Load("", f"/rest/{keys.user_id}/{keys.secret}/im.message.add", json.dumps(said))

        def drained() -> tuple[int, float, float]:
            """How many left until none came any more, in how many seconds and CPU seconds."""
            with child("--portal", str(folder), database) as (pid, _):
                first, begun, spent = arrived(handler_port), time.perf_counter(), cpu_seconds(pid)
                last, end, used = first, begun, 0.0
                while time.perf_counter() < end + IDLE_SECONDS:
                    time.sleep(0.01)
                    if (now := arrived(handler_port)) != last:
                        last, end, used = now, time.perf_counter(), cpu_seconds(pid) - spent
                return last - first, end - begun, used

        def sending(backlog_of: int) -> tuple[Sender, int]:
            """A sender beside so many events that wait to leave; how many left meanwhile."""
            if backlog_of:
                asyncio.run(backlog(folder, database, keys, found, backlog_of))
            with child("--portal", str(folder), database) as (pid, port):
                before = arrived(handler_port)
                p50, p95 = paced(port, load, min(seconds, 3))
                full = measure(pid, port, load, min(seconds, 3))
                return Sender(p50, p95, full.per_second), arrived(handler_port) - before

        asyncio.run(backlog(folder, database, keys, found, BACKLOG))
        count, took, spent = drained()
        print(f"{'webhook deliveries':34}{count / took:>9,.0f}{spent / count * 1e6:>9.0f}", flush=True)
        pairs: list[tuple[Sender, Sender]] = []
        left = 0
        for _ in range(rounds):
            # In turns, so that the machine's pace at that moment is in both.
            alone, _none = sending(0)
            beside, count = sending(BACKLOG)
            left += count
            pairs.append((alone, beside))
            drained()
    alone, beside = (Sender(*map(statistics.median, zip(*some, strict=True))) for some in zip(*pairs, strict=True))
    slower = statistics.median(beside.p50_ms / alone.p50_ms - 1 for alone, beside in pairs)
    fewer = statistics.median(beside.per_second / alone.per_second - 1 for alone, beside in pairs)
    print(f"  message add at {PACE}/s alone: p50 {alone.p50_ms:.2f} ms, p95 {alone.p95_ms:.2f} ms")
    print(f"  while events leave:       p50 {beside.p50_ms:.2f} ms ({slower:+.0%}), p95 {beside.p95_ms:.2f} ms")
    print(
        f"  message add, as many as go: {alone.per_second:,.0f}/s alone, {beside.per_second:,.0f}/s while events leave "
        f"({fewer:+.0%}); {left / rounds:,.0f} deliveries in a round"
    )


PACE = 100


def paced(port: int, load: Load, seconds: float) -> tuple[float, float]:
    """A sender who writes at a steady pace: p50 and p95 of what a call takes, in ms."""
    times: list[float] = []
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as made:
        begun = time.perf_counter()
        for number in range(int(seconds * PACE)):
            time.sleep(max(0.0, begun + number / PACE - time.perf_counter()))
            asked = time.perf_counter()
            made.request("POST", load.path, load.body, {"Content-Type": "application/json"})
            answer = made.getresponse()
            answer.read()
            times.append((time.perf_counter() - asked) * 1e3)
            assert answer.status == 200
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def line(name: str, found: Figure, ratio: float) -> None:
    numbers = f"{found.per_second:>9,.0f}{found.micros:>9.0f}{ratio:>8.2f}"
    print(f"{name:34}{numbers}{found.p50_ms:>8.2f}{found.p99_ms:>8.2f}{found.failed:>8}", flush=True)


def median(found: list[Figure]) -> Figure:
    """Each column's median over the rounds; failures are added up."""
    per_second, micros, p50, p99, failed = zip(*found, strict=True)
    middle = statistics.median
    return Figure(middle(per_second), middle(micros), middle(p50), middle(p99), sum(failed))


def start_time(folder: Path, database: str) -> float:
    """From the start of the process to its first answer."""
    begun = time.perf_counter()
    with child("--portal", str(folder), database) as (_, port), socket.create_connection(("127.0.0.1", port)) as made:
        made.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        made.recv(1000)
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each load; the median is printed")
    parser.add_argument("--database", default="", help="postgresql://… of an empty database instead of SQLite")
    parser.add_argument("--only-deliveries", action="store_true", help="leave out the rest")
    parser.add_argument("--echo", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--handler", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--portal", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    work: Callable[[], Coroutine[Any, Any, None]] | None = None
    if given.echo:
        work = serve_echo
    elif given.handler:
        work = serve_handler
    elif given.portal:
        folder, database = given.portal
        work = lambda: serve_portal(Path(folder), database)  # noqa: E731  # A two-line closure reads no better.
    if work is not None:
        import uvloop

        uvloop.run(work())
        return
    with tempfile.TemporaryDirectory() as made:
        if given.only_deliveries:
            keys = asyncio.run(prepared(Path(made), given.database, small=True))
            deliveries(given.seconds, given.rounds, Path(made), given.database, keys)
            return
        report(given.seconds, given.rounds, Path(made), given.database)


if __name__ == "__main__":
    main()
