"""A server that dies in the middle of a request: who starts next takes up its leases at once, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import pytest

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.delivery import scheduler
from botyard.delivery.rendering import SignedPayload
from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.model.deliveries import Delivery, EndReason, State
from botyard.model.events import EventRecord, MessageSent
from botyard.model.owners import Owner
from botyard.rpc.call import Context
from botyard.server import open_context
from botyard.store import deliveries, events
from botyard.store.engines.db import Tx
from tests.delivery.line import Line
from tests.world import World


async def write(batch: RenderBatch, what: EventRecord, delivery: Delivery) -> SignedPayload | EndReason:
    return SignedPayload(WebhookPayload("TEST", {"ID": what.id}, {}, "http://127.0.0.1/"), Owner("hook:x"))


class Server:
    """A scheduler whose handler never answers, and what it has sent: ``(delivery, attempt)``."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.sent: list[tuple[int, int]] = []
        self.line = Line(context.database)
        on_line = msgspec.structs.replace(context, database=self.line)
        self.scheduler = Scheduler(on_line, {"bot": write}, self._send, poll=0.02)

    async def _send(
        self, address: str, body: bytes, headers: Mapping[str, str], written: Callable[[], None]
    ) -> HandlerResponse:
        written()
        self.sent.append((int(headers["Webhook-Id"].split(".")[1]), int(headers["Botyard-Attempt"])))
        await asyncio.sleep(3600)
        raise AssertionError

    async def sends(self, count: int) -> None:
        for _ in range(1000):
            if len(self.sent) >= count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"sent {self.sent}")

    async def die(self) -> None:
        """As kill -9 does it: all ends in the middle, nothing more is recorded, and the connections are closed."""
        self.line.cut()
        await self.scheduler.abandon()
        await self.context.database.close()


def test_leases_are_taken_up_at_once(portal: World) -> None:

    async def publish(tx: Tx) -> None:
        event = MessageSent(actor_id=1, chat_id=1, message_id=1, text="", system=False)
        for chat in (1, 2, 2):
            await deliveries.add(tx, await events.append(tx, event), chat, recipients=[("bot:1", State.WAITING)])

    portal.write(publish)
    earlier, later, _ = (row[0] for row in portal.read(lambda tx: tx.all("SELECT id FROM deliveries ORDER BY id")))

    async def work() -> None:
        first = Server(await open_context(portal.settings, portal.context.clock))
        await first.scheduler.start()
        await first.sends(2)
        # One is lost in between, and the next comes at once. The clock stands still all the while.
        context = await open_context(portal.settings, portal.context.clock)
        await first.die()
        second = Server(context)
        await second.scheduler.start()
        try:
            await second.sends(2)
            assert sorted(first.sent) == [(earlier, 1), (later, 1)]
            assert sorted(second.sent) == [(earlier, 2), (later, 2)]
        finally:
            await second.scheduler.stop(0.01)
            await context.database.close()

    portal.run(work())
    tried = portal.read(lambda tx: deliveries.attempts(tx, earlier))
    assert [made.problem.partition(":")[0] for made in tried] == ["interrupted"]


def test_leases_of_the_living_are_left_alone(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if portal.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")

    async def publish(tx: Tx) -> None:
        event = MessageSent(actor_id=1, chat_id=1, message_id=1, text="", system=False)
        await deliveries.add(tx, await events.append(tx, event), 1, recipients=[("bot:1", State.WAITING)])

    portal.write(publish)

    async def work() -> None:
        first = Server(portal.context)
        await first.scheduler.start()
        await first.sends(1)
        context = await open_context(portal.settings, portal.context.clock)
        second = Server(context)
        await second.scheduler.start()
        await asyncio.sleep(0.3)
        assert second.sent == []
        # Now they look all the time.
        monkeypatch.setattr(scheduler, "TAKEOVER_SECONDS", 0.0)
        await asyncio.sleep(0.3)
        assert (len(first.sent), second.sent) == (1, [])
        for engine in (first, second):
            await engine.scheduler.stop(0.01)
        await context.database.close()

    portal.run(work())
