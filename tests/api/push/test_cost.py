"""What it costs to tell those who are connected: as many statements for thousands as for one."""

from __future__ import annotations

import pytest

from botyard.api.payloads import push_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.push import PushMessage
from botyard.store import events
from botyard.store.engines.db import Tx, Value
from tests.delivery.statements import Noted, NotedTx
from tests.rooms import BotRoom
from tests.story import reads, says, set_chat
from tests.world import World

MEMBERS = 3000


def crowded(world: World) -> tuple[BotRoom, list[int]]:
    """A chat with very many people in it."""
    room = BotRoom(world)

    async def work(tx: Tx) -> list[int]:
        columns = "id, kind, name, full_name, registered, updated"
        people = list(range(500_000, 500_000 + MEMBERS))
        rows: list[dict[str, Value]] = [{"id": user_id, "name": f"P{user_id}", "now": tx.now} for user_id in people]
        await tx.many(f"INSERT INTO users ({columns}) VALUES (:id, 'employee', :name, :name, :now, :now)", rows)
        await tx.many(
            "INSERT INTO members (chat_id, user_id, joined) VALUES (:chat, :user, 0)",
            [{"chat": room.chat, "user": user_id} for user_id in people],
        )
        return people

    people = world.write(work)
    set_chat(world, room.chat, members=MEMBERS + 2)
    return room, people


def measured(world: World, after: int, viewers: frozenset[int] | None) -> tuple[list[PushMessage], list[Noted]]:
    statements: list[Noted] = []

    async def work(tx: Tx) -> list[PushMessage]:
        # Very many rows are read beside the event loop, from the beginning.
        statements.clear()
        [(event_id,)] = await tx.all("SELECT MAX(id) FROM events WHERE id > :after", after=after)
        record = await events.find(tx, event_id)
        assert record is not None
        return await push_payloads.render(RenderBatch(NotedTx(tx, statements.append), world.context), record, viewers)

    return world.read(work), statements


@pytest.mark.parametrize("connected", [1, 100, MEMBERS])
def test_a_message_costs_five_statements_however_many_are_connected(portal: World, connected: int) -> None:
    room, people = crowded(portal)
    start = portal.last_event()
    says(portal, room.ann, room.dialog)
    [message], statements = measured(portal, start, frozenset(people[:connected]))
    assert message.user_ids is not None and len(message.user_ids) == connected
    # The chat, the viewers, the message, its author and the author's departments.
    assert len(statements) == 5
    assert sum(noted.rows for noted in statements) <= connected + 5


def test_what_nobody_who_is_connected_may_see_costs_the_chat_and_the_viewers(portal: World) -> None:
    room, _ = crowded(portal)
    start = portal.last_event()
    says(portal, room.ann, room.dialog)
    messages, statements = measured(portal, start, frozenset({portal.admin.id}))
    assert messages == [] and len(statements) == 2
    assert measured(portal, start, frozenset()) == ([], [])


def test_who_has_read_is_not_told_to_a_crowd(portal: World) -> None:
    room, people = crowded(portal)
    room.says("hi")
    start = portal.last_event()
    reads(portal, room.ann, room.dialog)
    messages, statements = measured(portal, start, frozenset([*people, room.ann.id]))
    assert [message.command for message in messages] == ["readMessageChat"]
    assert sum(noted.rows for noted in statements) <= 3
