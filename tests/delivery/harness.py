"""Kill the server again and again while people write and bots answer, and look at what the clients saw.

Servers are forked from a process that has everything imported already, so that a start takes a blink.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import weakref
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from tests.delivery.handlers import Handler, Heard, head
from tests.world import Person, World

ROOT = Path(__file__).parents[2]
PEOPLE, BOTS = 3, 2
LONGEST = 0.4
"""Seconds from the first acknowledgement to the kill."""

# Reads "start FOLDER POINT NUMBER" and answers "PID PORT". A server with a point kills itself when it gets there for
# the NUMBERth time. Attempts follow one another within a second, so that failures do not slow the harness down.
NURSERY = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from botyard.config import Settings
from botyard.delivery import client, encoding, retries, scheduler
from botyard.server import Listener, application, open_context, serve
from botyard.store import leases

retries.RETRY_POLICIES["retry"] = retries.RETRY_POLICIES["retry"]._replace(schedule=(0,) + (1,) * 600)

def dying(point, number):
    count = itertools.count(1)
    def reach(name):
        if name == point and next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)
    post, end, write = client.HandlerClient.post, leases.end, scheduler.Scheduler._tick
    async def posting(*given):
        reach("before the post")
        answer = await post(*given)
        reach("after the post")
        return answer
    async def ending(*given, **named):
        reach("before the record")
        await end(*given, **named)
        reach("within the record")
    async def turning(self):
        busy = bool(self._outcomes)
        pause = await write(self)
        if busy:
            reach("after the record")
        return pause
    client.HandlerClient.post, leases.end, scheduler.Scheduler._tick = posting, ending, turning
    headers = encoding.headers
    encoding.headers = lambda *given: headers(*given) | {"X-Server": str(os.getpid())}

async def main(folder, out):
    context = await open_context(Settings(data=Path(folder), delivery_timeout=2.0))
    listener = Listener(application(context), "127.0.0.1", 0)
    await serve(context, [listener], lambda _: os.write(out, b"%d %d\\n" % (os.getpid(), listener.port)))

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    _, folder, point, number = line.rstrip("\\n").split("\\t")
    if os.fork() == 0:
        dying(point, int(number))
        asyncio.run(main(folder, 1))
        os._exit(0)
"""


async def until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something is true; what was in vain shows in the check."""
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether a server is there. Nobody waits for it, so nothing of it stays behind."""
    return Path(f"/proc/{pid}").exists()


class Nursery:
    """Starts servers on one folder, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "log").open("a")
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
        )

    def start(self, point: str = "-", number: int = 1) -> tuple[int, int]:
        """The process id and the port of a new server."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"start\t{self._folder / 'portal'}\t{point}\t{number}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, (self._folder / "log").read_text()[-2000:]
        pid, port = line.split()
        return int(pid), int(port)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.communicate(timeout=10)
        self._log.close()


class Taken(NamedTuple):
    """An event that a bot has: which delivery, what was said, which server brought it, and in which attempt."""

    delivery: str
    event_id: int
    text: str
    server: str
    attempt: int


class Bots(Handler):
    """Bots that mostly answer 200, and now and then in the chat too."""

    def __init__(self, run: Harness, chance: random.Random) -> None:
        super().__init__()
        self._run = run
        self._chance = chance
        self.taken: dict[tuple[str, str], list[Taken]] = defaultdict(list)
        self.answering: set[asyncio.Task[None]] = set()
        self._used: weakref.WeakSet[asyncio.StreamWriter] = weakref.WeakSet()

    async def respond(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        draw = self._chance.random()
        # Also after an answer of 500: the server uses that connection again, and tries once more where it is closed.
        reused = writer in self._used
        self._used.add(writer)
        if draw < 0.05:
            writer.write(head(500, 0))
            return
        if draw < 0.08 and reused:
            # Taken for a connection that was being closed already: the same comes on a new one.
            writer.close()
            raise ConnectionResetError
        if draw < 0.3:
            await asyncio.sleep(self._chance.uniform(0, 0.02))
        form = heard.form
        params = form["data"]["PARAMS"]
        event_id, delivery = heard.headers["webhook-id"].split(".")
        dialog = (heard.path, params.get("FROM_USER_ID", ""))
        taken = Taken(delivery, int(event_id), params.get("MESSAGE", ""), heard.headers["x-server"], heard.attempt)
        if draw < 0.08:
            # The bot has it, and does not say so: it must not come again.
            self._take(form, dialog, taken)
            writer.close()
            raise ConnectionResetError
        writer.write(head(200, 0))
        # From here on the server may have it.
        await writer.drain()
        if self._take(form, dialog, taken) and draw > 0.9:
            task = asyncio.create_task(self._run.answered(heard.path, params["DIALOG_ID"], params["MESSAGE"]))
            self.answering.add(task)
            task.add_done_callback(self.answering.discard)

    def _take(self, form: dict[str, Any], dialog: tuple[str, str], taken: Taken) -> bool:
        if form["event"] != "ONIMBOTMESSAGEADD":
            return False
        self.taken[dialog].append(taken)
        return True


class Harness:
    """One portal, its people and its bots, through as many servers as it takes."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.kills = 0
        self.port = 0
        self.acknowledged: list[tuple[int, str]] = []
        self.nursery = Nursery(folder)
        self.servers: list[str] = []
        """Their process ids, in the order of their starts."""
        self.bots = Bots(self, self.chance)
        self._writing = True
        self.people: list[Person] = []
        self.bot_ids: list[int] = []

    async def run(self, kills: int) -> None:
        """Kill so many servers at random instants, then let the last one finish."""
        await self.open()
        builders = [asyncio.create_task(self._write(person)) for person in self.people]
        for _ in range(kills):
            pid = self.begin()
            known = len(self.acknowledged)
            await until(lambda known=known: len(self.acknowledged) > known, 20)  # type: ignore[misc]
            await asyncio.sleep(self.chance.uniform(0, LONGEST))
            self.kill(pid)
        self._writing = False
        await asyncio.gather(*builders)
        await self.finish()

    async def open(self) -> None:
        """Make the portal, and start the bots."""
        await self.bots.start()
        await asyncio.to_thread(self._make)

    def _make(self) -> None:
        world = World(self.folder / "portal")
        self.people = [world.add_person(f"Ann{number}") for number in range(PEOPLE)]
        for number in range(BOTS):
            path = f"/bot{number}"
            handler = self.bots.url(path)
            self.bot_ids.append(world.add_bot(code=path, CLIENT_ID=f"client{number}", EVENT_HANDLER=handler))
        self._admin = world.admin
        world.close()

    def begin(self, point: str = "-", number: int = 1) -> int:
        """Start a server; its process id."""
        pid, self.port = self.nursery.start(point, number)
        self.servers.append(str(pid))
        return pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.kills += 1

    async def finish(self) -> None:
        """Start a last server and wait until nothing is open any more."""
        pid = self.begin()
        # A dialog that fails now and then is a second behind each time.
        await until(lambda: not self._open(), 300)
        await asyncio.gather(*self.bots.answering)
        os.kill(pid, signal.SIGTERM)
        await until(lambda: not alive(pid), 20)
        await self.bots.stop()
        self.nursery.close()

    async def say(self, person: Person, bot_id: int, text: str) -> None:
        """Write to a bot; what is not acknowledged may or may not have happened."""
        params = {"DIALOG_ID": str(bot_id), "MESSAGE": text}
        await self._called(f"{person.path}/im.message.add", params, text)

    async def _write(self, person: Person) -> None:
        number = 0
        while self._writing:
            number += 1
            await self.say(person, self.chance.choice(self.bot_ids), f"{person.id}:{number}")
            await asyncio.sleep(self.chance.uniform(0, 0.02))

    async def answered(self, path: str, dialog: str, text: str) -> None:
        """A bot answers in the chat."""
        number = int(path.removeprefix("/bot"))
        params = {
            "BOT_ID": self.bot_ids[number],
            "CLIENT_ID": f"client{number}",
            "DIALOG_ID": dialog,
            "MESSAGE": f"Re: {text}",
        }
        await self._called(f"{self._admin.path}/imbot.message.add", params, params["MESSAGE"])

    async def _called(self, path: str, payload: dict[str, Any], text: Any) -> None:
        body = json.dumps(payload).encode()
        asked = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            await asyncio.sleep(0.01)
            return
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
            writer.write(asked)
            answer = await asyncio.wait_for(reader.read(), 20)
            response = json.loads(answer.partition(b"\r\n\r\n")[2])
            self.acknowledged.append((int(response["result"]), str(text)))
        writer.close()

    # What the clients saw.

    def _rows(self, sql: str) -> list[Any]:
        with contextlib.closing(apsw.Connection(str(self.folder / "portal" / "botyard.db"))) as connection:
            connection.set_busy_timeout(5000)
            return connection.execute(sql).fetchall()

    def _open(self) -> bool:
        return bool(self._rows("SELECT 1 FROM deliveries WHERE state IN ('waiting', 'sending') LIMIT 1"))

    def check(self) -> None:
        """Nothing acknowledged is lost, every event arrived, in order, and none again after its last word."""
        stored = dict(self._rows("SELECT id, text FROM messages"))
        assert [message for message in self.acknowledged if stored.get(message[0]) != message[1]] == []
        states = dict(self._rows("SELECT state, COUNT(*) FROM deliveries GROUP BY state"))
        assert set(states) <= {"done", "unconfirmed"}, states
        arrived = {taken.text for dialog in self.bots.taken.values() for taken in dialog}
        texts = {text for _, text in self.acknowledged if not text.startswith("Re: ")}
        assert texts - arrived == set()
        for dialog in self.bots.taken.values():
            self._check_dialog(dialog)
        print(
            f"{self.kills} kills: {len(self.acknowledged)} acknowledged, {sum(states.values())} deliveries, "
            f"{sum(len(dialog) for dialog in self.bots.taken.values())} taken"
        )

    def _check_dialog(self, dialog: list[Taken]) -> None:
        first: dict[str, Taken] = {}
        for taken in dialog:
            first.setdefault(taken.delivery, taken)
        # The same event again: only from the next server, where the one before died with the answer in its hands.
        brought = [(taken.delivery, taken.server) for taken in dialog]
        assert len(set(brought)) == len(brought)
        attempts: dict[str, list[int]] = defaultdict(list)
        # By the servers and not by their arrival: the last request of a dead one may be read after that of the next.
        for taken in sorted(dialog, key=lambda taken: self.servers.index(taken.server)):
            attempts[taken.delivery].append(taken.attempt)
        # What is repeated says so.
        assert all(numbers == sorted(set(numbers)) for numbers in attempts.values()), attempts
        order = [taken.event_id for taken in first.values()]
        assert order == sorted(order)
        numbers = [int(taken.text.rpartition(":")[2]) for taken in first.values()]
        assert numbers == sorted(numbers)
