"""A portal with its door out open, and a handler on the loopback, all on one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from botyard.delivery.client import HandlerClient
from botyard.delivery.service import DeliveryService
from botyard.model.deliveries import Attempt, Delivery
from botyard.server import PAYLOAD_BUILDERS
from botyard.store import deliveries, delivery_log
from tests.delivery.handlers import Handler
from tests.world import World


class Stage:
    """People write through the API, the door sends; time moves only with ``wait``."""

    def __init__(self, world: World, client: HandlerClient | None = None) -> None:
        self.world = world
        self.handler = Handler()
        self.service = DeliveryService(world.context, PAYLOAD_BUILDERS, client)
        world.run(self._start())

    async def _start(self) -> None:
        await self.handler.start()
        await self.service.start()

    def close(self) -> None:
        # First the handler: the service waits for requests that are open, and some handlers here never respond.
        self.world.run(self.handler.stop())
        self.world.run(self.service.stop())

    def bot(self, code: str = "echo", path: str = "/bot", **more: Any) -> int:
        """A bot whose handler is at a path; each has an owner of its own."""
        return self.world.add_bot(code=code, CLIENT_ID=f"client-{code}", EVENT_HANDLER=self.handler.url(path), **more)

    def say(self, bot_id: int, text: str) -> int:
        """Write to a bot in the private dialog."""
        return int(self.world.call("im.message.add", DIALOG_ID=str(bot_id), MESSAGE=text).result)

    def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Let the server work until something is true."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.world.run(asyncio.sleep(0.005))

    def settle(self, seconds: float = 0.2) -> None:
        """Let the server work for a while."""
        self.world.run(asyncio.sleep(seconds))

    def wait(self, seconds: float) -> None:
        """Let time pass, and the door notice."""
        self.world.wait(seconds)
        self.service._scheduler._commits.wake()
        self.settle(0.05)

    def deliveries(self, bot_id: int) -> list[Delivery]:
        """All deliveries to a bot, in order."""
        rows = self.world.read(
            lambda tx: tx.all("SELECT id FROM deliveries WHERE recipient = :bot ORDER BY id", bot=f"bot:{bot_id}")
        )
        return [self._find(row[0]) for row in rows]

    def _find(self, delivery_id: int) -> Delivery:
        found = self.world.read(lambda tx: delivery_log.find(tx, delivery_id))
        assert found is not None
        return found.delivery

    def attempts(self, bot_id: int) -> list[Attempt]:
        """All attempts to reach a bot, in order."""
        found: list[Attempt] = []
        for one in self.deliveries(bot_id):
            found += self.world.read(lambda tx, one=one: deliveries.attempts(tx, one.id))  # type: ignore[misc]
        return found

    def states(self, bot_id: int) -> list[str]:
        return [one.state for one in self.deliveries(bot_id)]
