"""What a list of chats costs: its top reads what it shows, all else looks once at each of one's own chats."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.store.engines.budget import Budget
from botyard.store.engines.db import Tx
from tests.world import Person, World

MANY = 3_000
PAGE = 50
LOOK = 40
"""Steps for a look at one chat; to show one takes two hundred."""


def busy(world: World, chats: int) -> Person:
    """Somebody in many chats of three, of which a few have something unread."""
    ann, bob, cid = (world.add_person(name) for name in ("Ann", "Bob", "Cid"))

    async def work(tx: Tx) -> None:
        numbers = f"""WITH RECURSIVE n (i) AS (SELECT CAST(100001 AS BIGINT) UNION ALL
                      SELECT i + 1 FROM n WHERE i < {100_000 + chats})"""
        await tx.run(
            f"""{numbers} INSERT INTO chats (id, kind, title, created, members, messages, counted, last_message_id)
                SELECT i, 'C', 'Room', 0, 3, 1, 1, i FROM n"""
        )
        await tx.run(
            f"""{numbers} INSERT INTO messages (id, chat_id, author_id, sent, text, counted)
                SELECT i, i, {bob.id}, i, 'Hello', 1 FROM n"""
        )
        for person in (ann, bob, cid):
            await tx.run(
                f"""{numbers} INSERT INTO members (chat_id, user_id, joined, read_id, read_counted)
                    SELECT i, {person.id}, 0, CASE WHEN i % 100 = 0 THEN 0 ELSE i END,
                    CASE WHEN i % 100 = 0 THEN 0 ELSE 1 END FROM n"""
            )

    world.write(work)
    return ann


def cost(world: World, method: str, by: Person, **params: Any) -> Budget:
    spent: list[Budget] = []
    world.context.limits.on_cost = lambda _, budget: spent.append(budget)
    assert world.call(method, by, params=params).status == 200
    world.context.limits.on_cost = None
    return spent[-1]


@pytest.mark.parametrize(
    ("params", "looks"),
    [
        ({}, 0),
        ({"OFFSET": 20}, 0),
        ({"SKIP_OPENLINES": "Y"}, 0),
        ({"OFFSET": 2000}, MANY),
        ({"LAST_MESSAGE_DATE": "1970-01-02T04:10:00+00:00"}, MANY),
    ],
)
def test_a_page_of_many_chats(world: World, params: dict[str, Any], looks: int) -> None:
    ann = busy(world, MANY)
    assert len(world.call("im.recent.list", ann, params=params).result["items"]) == PAGE
    spent = cost(world, "im.recent.list", ann, **params)
    # A place and an entry for each chat, one more for what follows, the two people and the caller.
    assert spent.rows < 2 * PAGE + 10
    assert spent.steps < LOOK * looks + 25_000


def test_counters_of_many_chats(world: World) -> None:
    ann = busy(world, MANY)
    counters = world.call("im.counters.get", ann).result
    assert counters["TYPE"]["ALL"] == len(counters["CHAT"]) == MANY // 100
    spent = cost(world, "im.counters.get", ann)
    assert spent.rows < MANY // 100 + 5
    assert spent.steps < LOOK * MANY + 6_000


def test_changes_among_many_chats(world: World) -> None:
    ann = busy(world, MANY)
    since = world.context.clock.atom(int(world.time))
    world.wait(1)
    world.send("news", world.admin, f"chat{world.add_chat(world.admin, [ann.id])}")
    assert len(world.call("im.recent.get", ann, LAST_SYNC_DATE=since).result) == 1
    assert cost(world, "im.recent.get", ann, LAST_SYNC_DATE=since).steps < LOOK * MANY


def test_a_message_changes_its_chat_and_its_author(portal: World) -> None:
    """Whoever else is in the chat."""
    ann, others = portal.add_person("Ann"), [portal.add_person(f"P{number}") for number in range(10)]
    chat = portal.add_chat(ann, [person.id for person in others])
    rows = "SELECT * FROM members WHERE chat_id = :chat ORDER BY user_id"
    before = portal.read(lambda tx: tx.all(rows, chat=chat))
    portal.send("news", ann, f"chat{chat}")
    after = portal.read(lambda tx: tx.all(rows, chat=chat))
    changed = [row for row, earlier in zip(after, before, strict=True) if row != earlier]
    assert [row[1] for row in changed] == [ann.id]
