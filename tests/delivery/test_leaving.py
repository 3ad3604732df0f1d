"""Requests of one dialog leave one after another, also where nobody waits for a response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import pytest

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.delivery import queue
from botyard.delivery.rendering import SignedPayload
from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.model.deliveries import Delivery, EndReason, State
from botyard.model.event import Event
from botyard.model.events import EventRecord, MemberJoined, MessageSent
from botyard.model.owners import Owner
from botyard.store import deliveries, events
from botyard.store.engines.db import Tx
from tests.world import World

JOINED = MemberJoined(actor_id=1, chat_id=1, user_id=2, history=False)
SAID = MessageSent(actor_id=1, chat_id=1, message_id=1, text="", system=False)


async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
    payload = WebhookPayload("TEST", {"ID": what.id}, {}, f"http://127.0.0.1/{delivery.ordering_key}")
    return SignedPayload(payload, Owner("hook:x"))


class Handler:
    """Never responds. A request to it is written when the test says so: ``sent`` are paths, in order."""

    def __init__(self, world: World, mode: str) -> None:
        settings = msgspec.structs.replace(world.context.settings, delivery=mode)
        context = msgspec.structs.replace(world.context, settings=settings)
        self.scheduler = Scheduler(context, {"bot": write}, self._send, poll=0.02)
        self.sent: list[str] = []
        self.written: list[Callable[[], None]] = []

    async def _send(
        self, address: str, body: bytes, headers: Mapping[str, str], written: Callable[[], None]
    ) -> HandlerResponse:
        self.sent.append(address[-1])
        self.written.append(written)
        await asyncio.sleep(3600)
        raise AssertionError

    async def heard(self, count: int) -> list[str]:
        """What was sent, once that is so much."""
        for _ in range(2000):
            if len(self.sent) >= count:
                return self.sent
            await asyncio.sleep(0.01)
        raise AssertionError(f"sent {self.sent}")


def publish(world: World, *happened: tuple[Event, int]) -> None:
    async def work(tx: Tx) -> None:
        for event, dialog in happened:
            await deliveries.add(tx, await events.append(tx, event), dialog, recipients=[("bot:2", State.WAITING)])

    world.write(work)


@pytest.mark.parametrize(
    ("mode", "first"), [("retry", JOINED), ("strict", JOINED), ("compat", JOINED), ("compat", SAID)]
)
def test_the_next_request_waits_until_the_one_before_is_written(
    portal: World, monkeypatch: pytest.MonkeyPatch, mode: str, first: Event
) -> None:
    """On two connections that are opened at once it might arrive before it."""
    monkeypatch.setattr(queue, "WRITING_SECONDS", 3600.0)
    publish(portal, (first, 1), (SAID, 1), (SAID, 2))

    async def work() -> None:
        handler = Handler(portal, mode)
        await handler.scheduler.start()
        try:
            assert sorted(await handler.heard(2)) == ["1", "2"]
            # Others do not wait: those that come later have left before it.
            await portal.context.database.write(_more)
            assert sorted(await handler.heard(3)) == ["1", "2", "3"]
            handler.written[handler.sent.index("1")]()
            assert (await handler.heard(4))[-1] == "1"
        finally:
            await handler.scheduler.stop(0.01)

    portal.run(work())


def test_who_cannot_be_reached_holds_up_nobody(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "WRITING_SECONDS", 0.01)
    publish(portal, (JOINED, 1), (SAID, 1))

    async def work() -> None:
        handler = Handler(portal, "retry")
        await handler.scheduler.start()
        try:
            assert await handler.heard(2) == ["1", "1"]
        finally:
            await handler.scheduler.stop(0.01)

    portal.run(work())


async def _more(tx: Tx) -> None:
    await deliveries.add(tx, await events.append(tx, SAID), 3, recipients=[("bot:2", State.WAITING)])
