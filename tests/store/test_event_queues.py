"""Queues of events on SQLite: each look into a table goes by the index that was made for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

import pytest

from botyard.model.audit import Actor
from botyard.store import event_queues, messages
from botyard.store.engines.db import Row, Tx, Value
from tests.world import World


class Planned:
    """A transaction that asks how each statement would be carried out, and answers nothing."""

    caller_id = 0
    actor: Actor | None = None
    failure: BaseException | None = None
    now = 0

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.budget = tx.budget
        self.signals = tx.signals
        self.plans: list[str] = []

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        self.plans += [row[3] for row in await self._tx.all(f"EXPLAIN QUERY PLAN {sql}", **values)]
        return []

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        await self.all(sql, **values)
        return None

    async def run(self, sql: str, /, **values: Value) -> int:
        await self.all(sql, **values)
        return 0

    async def insert(self, sql: str, /, **values: Value) -> int:
        return await self.run(sql, **values)

    update = run

    async def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        for row in rows:
            await self.all(sql, **row)


Look = Callable[[Tx], Awaitable[object]]

LOOKS: list[tuple[str, Look]] = [
    ("members_listens (chat_id=?", lambda tx: event_queues.listening(tx, 1, 5)),
    ("deliveries_queue (recipient=? AND mark>?", lambda tx: event_queues.ready(tx, "bot:1", since=0, limit=9)),
    ("deliveries_queue (recipient=? AND mark=?", lambda tx: event_queues.ready(tx, "bot:1", since=0, limit=9)),
    ("deliveries_queue (recipient=?", lambda tx: event_queues.last(tx, "bot:1", 0)),
    (
        "deliveries_queue (recipient=? AND mark>? AND mark<?",
        lambda tx: event_queues.confirm(tx, "bot:1", offset=1, since=0),
    ),
    ("deliveries_queue (recipient=? AND mark>?", lambda tx: event_queues.clear_mark(tx, "bot:1")),
    ("deliveries_queue (recipient=?", lambda tx: event_queues.any_ready(tx, ["bot:1", "user:2"], 0)),
    ("messages_uuid (uuid=? AND chat_id=? AND author_id=?", lambda tx: messages.with_uuid(tx, 1, 1, uuid="x")),
    ("messages_chat (chat_id=? AND id>? AND id<?", lambda tx: messages.of_others(tx, 1, 1, after=0, upto=9, limit=10)),
]


@pytest.mark.parametrize(("index", "look"), LOOKS, ids=[index for index, _ in LOOKS])
def test_a_look_goes_by_its_index(world: World, index: str, look: Look) -> None:
    async def work(tx: Tx) -> list[str]:
        planned = Planned(tx)
        await look(planned)
        return planned.plans

    plans = world.read(work)
    assert any(index in plan for plan in plans), plans
    assert not any(plan.startswith("SCAN") for plan in plans), plans


def test_a_long_list_of_recipients_is_asked_for_in_parts(world: World) -> None:
    asked = [f"user:{number}" for number in range(600)]
    assert world.read(lambda tx: event_queues.any_ready(tx, asked, 0)) == []
    assert world.read(lambda tx: event_queues.any_ready(tx, [], 0)) == []
