"""Deliveries of events to a handler on the loopback, all on the portal's event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from botyard.delivery.client import HandlerClient
from botyard.delivery.rendering import PayloadBuilder
from botyard.delivery.service import DeliveryService
from botyard.model.deliveries import Attempt, Delivery
from botyard.server import PAYLOAD_BUILDERS
from botyard.store import deliveries, delivery_log
from tests.delivery.handlers import Handler
from tests.worlds.bots import Bots


class Deliveries(Bots):
    """What is sent once `start_delivery` was called. The portal's time moves only as a test says."""

    handler: Handler
    _service: DeliveryService | None = None

    def start_delivery(
        self, client: HandlerClient | None = None, builders: Mapping[str, PayloadBuilder] = PAYLOAD_BUILDERS
    ) -> None:
        """Start the delivery service, and a handler."""
        self.handler = Handler()
        self.run(self.handler.start())
        self._service = DeliveryService(self.context, builders, client)
        self.run(self._service.start())

    def restart_delivery(self, *, meanwhile: float) -> None:
        """Another delivery service goes on, after so many seconds by the clock."""
        self.run(self.delivery.stop())
        self.set_clock(meanwhile)
        self._service = DeliveryService(self.context, PAYLOAD_BUILDERS)
        self.run(self._service.start())

    @property
    def delivery(self) -> DeliveryService:
        """The delivery service, which was started."""
        assert self._service is not None
        return self._service

    def stop_delivery(self) -> None:
        """Stop the handler and the delivery service."""
        # First the handler: the service waits for requests that are open, and some handlers never respond.
        self.run(self.handler.stop())
        self.run(self.delivery.stop())
        self._service = None

    def close(self) -> None:
        if self._service is not None:
            self.stop_delivery()
        super().close()

    def add_bot_with_handler(self, code: str = "echo", path: str = "/bot", **more: Any) -> int:
        """Add a bot whose handler is at a path; each has an owner of its own."""
        return self.add_bot(
            code=code, CLIENT_ID=f"client-of-the-bot-{code}", EVENT_HANDLER=self.handler.url(path), **more
        )

    def greeted_bot(self) -> int:
        """Add a bot that has been told of its private dialog and of a message there."""
        bot = self.add_bot_with_handler()
        self.send_to(bot, "zero")
        self.run_until(lambda: self.states(bot) == ["done", "done"])
        self.handler.heard.clear()
        return bot

    def run_until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Let the server work until something is true."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.run(asyncio.sleep(0.005))

    def run_for(self, seconds: float = 0.2) -> None:
        """Let the server work for a while."""
        self.run(asyncio.sleep(seconds))

    def wait_and_deliver(self, seconds: float) -> None:
        """Let time pass, and the delivery service notice, which any commit has it look."""
        self.wait(seconds)
        self.write(lambda tx: tx.run("UPDATE portal SET title = title"))
        self.run_for(0.05)

    def deliveries(self, bot_id: int) -> list[Delivery]:
        """All deliveries to a bot, in order."""
        rows = self.read(
            lambda tx: tx.all("SELECT id FROM deliveries WHERE recipient = :bot ORDER BY id", bot=f"bot:{bot_id}")
        )
        return [self._delivery(row[0]) for row in rows]

    def _delivery(self, delivery_id: int) -> Delivery:
        entry = self.read(lambda tx: delivery_log.find(tx, delivery_id))
        assert entry is not None
        return entry.delivery

    def attempts(self, bot_id: int) -> list[Attempt]:
        """All attempts to reach a bot, in order."""
        attempts: list[Attempt] = []
        for delivery in self.deliveries(bot_id):
            attempts += self.read(lambda tx, of=delivery.id: deliveries.attempts(tx, of))  # type: ignore[misc]
        return attempts

    def states(self, bot_id: int) -> list[str]:
        """The states of all deliveries to a bot, in order."""
        return [delivery.state for delivery in self.deliveries(bot_id)]

    def heard_messages(self) -> list[str]:
        """The texts of the messages that the handler was told of, in order."""
        return [heard.message for heard in self.handler.heard]
