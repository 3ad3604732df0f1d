"""The body of an event is made once for all bots of a chat."""

from __future__ import annotations

from typing import Any

from botyard.api.payloads import chat_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.store import events
from botyard.store.engines.db import Tx
from tests.world import World

Viewer = tuple[int, bool]


def bodies(world: World, event_id: int, viewers: list[Viewer], *, together: bool) -> list[dict[str, Any] | None]:
    """What these viewers, bots or not, are told of an event, in one batch or each in its own."""

    async def work(tx: Tx) -> list[dict[str, Any] | None]:
        what = await events.find(tx, event_id)
        assert what is not None
        batch = RenderBatch(tx, world.context)
        return [
            await chat_payloads.render(
                batch if together else RenderBatch(tx, world.context), what, user_id, to_bot=to_bot
            )
            for user_id, to_bot in viewers
        ]

    return world.read(work)


def test_bots_of_a_group_chat_share_it(portal: World) -> None:
    portal.open_bot_room()
    portal.send("hello", portal.ann)
    viewers = [(portal.echo, True), (portal.eye, True), (portal.ann.id, False), (portal.bob.id, False)]
    shared = bodies(portal, portal.last_event(), viewers, together=True)
    assert shared == bodies(portal, portal.last_event(), viewers, together=False)
    assert shared[0] is shared[1]
    assert shared[2] is shared[3]
    assert shared[0] != shared[2]


def test_in_a_private_dialog_each_has_its_own(portal: World) -> None:
    portal.open_bot_room()
    portal.send("hello", portal.ann, str(portal.echo))
    viewers = [(portal.echo, True), (portal.ann.id, False), (portal.echo, False)]
    own = bodies(portal, portal.last_event(), viewers, together=True)
    assert own == bodies(portal, portal.last_event(), viewers, together=False)
    assert [body and body["chat"]["dialogId"] for body in own] == [
        str(portal.ann.id),
        str(portal.echo),
        str(portal.ann.id),
    ]
