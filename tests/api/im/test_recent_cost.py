"""What a list of chats costs depends on what it shows, and not on how many chats there are."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.store.engines.budget import Budget
from botyard.store.engines.db import Tx
from tests.world import Person, World

MANY = 3_000
PAGE = 50


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
                f"""{numbers} INSERT INTO members (chat_id, user_id, joined, read_id, read_counted, last_id, last_at)
                    SELECT i, {person.id}, 0, CASE WHEN i % 100 = 0 THEN 0 ELSE i END,
                    CASE WHEN i % 100 = 0 THEN 0 ELSE 1 END, i, i FROM n"""
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
    "params",
    [
        {},
        {"OFFSET": 20},
        {"LAST_MESSAGE_DATE": "1970-01-02T04:10:00+00:00"},
        {"SKIP_OPENLINES": "Y"},
    ],
)
def test_a_page_of_many_chats(world: World, params: dict[str, Any]) -> None:
    ann = busy(world, MANY)
    assert len(world.call("im.recent.list", ann, params=params).result["items"]) == PAGE
    spent = cost(world, "im.recent.list", ann, **params)
    # A place and an entry for each chat, one more for what follows, the two people and the caller.
    assert spent.rows < 2 * PAGE + 10
    # About two hundred for a chat; reading all of them takes more than a hundred thousand.
    assert spent.steps < 25_000


def test_counters_of_many_chats(world: World) -> None:
    ann = busy(world, MANY)
    counters = world.call("im.counters.get", ann).result
    assert counters["TYPE"]["ALL"] == len(counters["CHAT"]) == MANY // 100
    spent = cost(world, "im.counters.get", ann)
    assert spent.rows < MANY // 100 + 5
    assert spent.steps < 6_000


def test_changes_among_many_chats(world: World) -> None:
    ann = busy(world, MANY)
    since = world.context.clock.atom(int(world.time))
    world.wait(1)
    world.send("news", world.admin, f"chat{world.add_chat(world.admin, [ann.id])}")
    assert len(world.call("im.recent.get", ann, LAST_SYNC_DATE=since).result) == 1
    assert cost(world, "im.recent.get", ann, LAST_SYNC_DATE=since).steps < 3_000


def test_lists_are_ends_of_indexes(portal: World) -> None:
    """On either engine."""
    ann = busy(portal, MANY)
    explain = "EXPLAIN QUERY PLAN" if portal.context.database.name == "sqlite" else "EXPLAIN"
    listed = f"""{explain} SELECT m.chat_id FROM members m JOIN chats c ON c.id = m.chat_id
        WHERE m.user_id = {ann.id} AND m.crowd = 0 AND m.last_id > m.hidden_id AND c.kind <> 'S'
        ORDER BY m.pinned DESC, m.last_at DESC, m.last_id DESC LIMIT 51"""
    unread = f"""{explain} SELECT m.chat_id FROM members m CROSS JOIN chats c WHERE c.id = m.chat_id
        AND m.user_id = {ann.id} AND m.crowd = 0 AND (m.last_id > m.read_id OR m.unread = 1)"""
    for sql, index in ((listed, "members_recent"), (unread, "members_unread")):
        plan = str(portal.read(lambda tx, sql=sql: tx.all(sql)))  # type: ignore[misc]  # Bound now.
        assert index in plan and "Sort" not in plan and "TEMP B-TREE" not in plan, plan
