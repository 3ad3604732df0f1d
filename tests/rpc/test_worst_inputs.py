"""Every method with its largest inputs, on a portal with many rows of everything: what a call costs is counted.

`scripts/bench --worst` sends the same calls to a server and measures milliseconds and memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
import pytest

from botyard.commands.permissions import usual_scopes
from botyard.demo.known_keys import KnownKeys
from botyard.demo.provisioning import DemoPortal, provision
from botyard.rpc.method import V3, Method, Mode
from botyard.server import application
from botyard.store.engines.db import Database, Tx, Work
from scripts import samples
from scripts.benchmark import crowd
from scripts.benchmark.worst import ordered
from scripts.benchmark.worst_inputs import WorstInput, inputs
from scripts.reference import REGISTRY
from tests.delivery.statements import NotedDatabase, NotedTx
from tests.world import Person, World

T = TypeVar("T")

SENT_MAX = 300_000
"""Larger bodies are for `scripts/bench` and `tests/wire`."""
LEFT_OUT = ("wait: most",)
"""It waits."""


class Cost(NamedTuple):
    """What a call may cost: statements, rows that are read, and bytes of the response."""

    statements: int = 60
    rows: int = 1_100
    answered: int = 1_100_000


REFUSED = ("im.message.command",)
"""The message with the button is in another chat than its bot, since all messages are in one."""
PEOPLE = len(crowd.PEOPLE)
MORE: dict[str, Cost] = {
    # Three statements for each person who joins, and a message.
    **dict.fromkeys(
        ("im.chat.add", "imbot.chat.add", "imbot.v2.Chat.add"), Cost(statements=3 * PEOPLE + 60, rows=3 * PEOPLE)
    ),
    **dict.fromkeys(
        ("im.chat.user.add", "imbot.chat.user.add", "imbot.v2.Chat.User.add"), Cost(statements=3 * PEOPLE + 60)
    ),
    # Thirteen for each of a hundred messages that are carried on.
    "imbot.v2.Chat.Message.send": Cost(statements=1_500),
    # What a bot leaves behind in each of its chats.
    **dict.fromkeys(("imbot.unregister", "imbot.v2.Bot.unregister"), Cost(statements=200)),
    # The same of its bots, and what the application itself has bound and kept.
    "botyard.app.delete": Cost(statements=80),
    **dict.fromkeys(
        ("imbot.v2.Chat.Manager.add", "imbot.v2.Chat.Manager.delete"), Cost(statements=3 * PEOPLE + 60, rows=3 * PEOPLE)
    ),
    # Fifty messages of 80 kilobytes each.
    # What the application keeps for all, and for the person: a mebibyte each.
    "botyard.placement.open": Cost(answered=2_300_000),
    "im.dialog.messages.get": Cost(answered=4_500_000),
    "imbot.v2.Chat.Message.getContext": Cost(answered=4_500_000),
    **dict.fromkeys(
        ("botyard.message.context", "botyard.chat.pin.list", "botyard.message.mention.list"), Cost(answered=4_500_000)
    ),
    # As many that are carried on as for a bot.
    "botyard.message.forward": Cost(statements=1_500),
    # Histories until the response has the size of one call.
    "batch": Cost(statements=50 * 60, rows=50 * 200, answered=8_500_000),
}


class TakenBack(Exception):
    """Not an error: it takes back what a call has written."""


class OnceOnly(NotedDatabase):
    """A database that notes its statements and keeps nothing, so that each call finds what the one before has found."""

    keeps = False
    """What others build on is kept."""

    async def write(self, work: Work[T], /) -> T:
        if self.keeps:
            return await self._database.write(work)
        done: list[T] = []

        async def taken_back(tx: Tx) -> None:
            done[:] = [await work(NotedTx(tx, self.statements.append))]
            raise TakenBack

        try:
            await self._database.write(taken_back)
        except TakenBack:
            return done[0]
        raise AssertionError("nothing was taken back")


class Crowded(World):
    """A demo portal with the rows of the benchmark."""

    def make_portal(self) -> Person:
        place = DemoPortal(self.context.database, self.context.keys, self.settings, usual_scopes())
        shown = self.run(provision(place, keyset=KnownKeys())).credentials
        self.write(lambda tx: crowd.fill(tx, samples.APPLICATION))
        self.token = shown.application.access_token
        self.own_token = self.add_token(shown.people[0].id, None)
        self.noted = OnceOnly(self.context.database)
        self.context = msgspec.structs.replace(self.context, database=cast(Database, self.noted))
        self.app = application(self.context)
        return Person(shown.people[0].id, shown.people[0].webhook)

    def counted(self, sent: WorstInput, method: Method) -> tuple[int, Cost, Any]:
        """The status of a call, what it cost, and its result."""
        self.noted.statements.clear()
        # What goes on from one transaction to the next would never come to an end.
        self.noted.keeps = method.mode is Mode.OWN
        status, raw = self._called(sent, method)
        noted = self.noted.statements
        return status, Cost(len(noted), sum(statement.rows for statement in noted), len(raw)), raw

    def made(self, sent: WorstInput, method: Method) -> Any:
        """The result of a call that others build on, unless it was made for an earlier one and is there."""
        self.noted.keeps = True
        try:
            body = json.loads(self._called(sent, method)[1])
            assert "result" in body or body["error_description"].endswith("already exists"), body
            return body.get("result")
        finally:
            self.noted.keeps = False

    def _called(self, sent: WorstInput, method: Method) -> tuple[int, bytes]:
        path = f"{self.admin.path}/{method.name.removeprefix(V3)}"
        if samples.needs_token(method):
            path = f"/rest/{method.name}?auth={self.token}"
        if samples.needs_own_token(method):
            path = f"/rest/{method.name}?auth={self.own_token}"
        if method.name.startswith(V3):
            path = path.replace("/rest/", "/rest/api/")
        status, _, raw = self.run(self.exchange("POST", path, [sent.sent], {"content-type": sent.kind}, "http"))
        return status, raw


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Crowded]:
    world = Crowded(tmp_path)
    yield world
    world.close()


BY_NAME = {method.name: method for method in REGISTRY}


def test_no_call_costs_more_than_it_may(crowded: Crowded) -> None:
    dearer, failed = [], []
    for method in ordered():
        made = None
        for name in samples.BEFORE.get(method.name, ()):
            made = crowded.made(next(inputs(BY_NAME[name])), BY_NAME[name])
        most = MORE.get(method.name, Cost())
        for sent in inputs(method, made):
            if len(sent.sent) > SENT_MAX or sent.label in LEFT_OUT:
                continue
            status, cost, raw = crowded.counted(sent, method)
            # What takes long is taken off the event loop, and runs anew.
            if cost.answered > most.answered or cost.statements > 2 * most.statements or cost.rows > 2 * most.rows:
                dearer.append((method.name, sent.label, status, cost))
            if sent.label == "example" and status != 200 and method.name not in REFUSED:
                failed.append((method.name, status, raw[:200]))
    assert dearer == [], "\n".join(map(str, dearer))
    assert [name for name, *_ in failed] == [], failed
