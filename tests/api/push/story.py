"""Commands of live connections, rendered from the log of a portal as whoever is connected is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from botyard.api.payloads import push_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.push import PushMessage
from botyard.store import events
from botyard.store.engines.db import Tx
from tests.world import World
from tests.worlds.records import Person


class Told(NamedTuple):
    """A command, as it reaches one person."""

    command: str
    params: dict[str, Any]


def rendered(world: World, after: int, viewers: Iterable[Person | int] | None = None) -> list[PushMessage]:
    """The commands of all events after one, in order."""
    connected = None if viewers is None else frozenset(v if isinstance(v, int) else v.id for v in viewers)

    async def work(tx: Tx) -> list[PushMessage]:
        messages: list[PushMessage] = []
        for (event_id,) in await tx.all("SELECT id FROM events WHERE id > :after ORDER BY id", after=after):
            record = await events.find(tx, event_id)
            assert record is not None
            messages += await push_payloads.render(RenderBatch(tx, world.context), record, connected)
        return messages

    return world.read(work)


def commands_for(world: World, person: Person | int, after: int) -> list[Told]:
    """What one person who is connected is told of everything after an event."""
    user_id = person if isinstance(person, int) else person.id
    return [
        Told(message.command, {**message.params, **message.user_params.get(user_id, {})})
        for message in rendered(world, after, [user_id])
        if message.user_ids is not None and user_id in message.user_ids
    ]
