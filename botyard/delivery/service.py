"""The delivery service as a whole: what the composition root starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from botyard.delivery.client import HandlerClient
from botyard.delivery.guard import Guard
from botyard.delivery.rendering import PayloadBuilder
from botyard.delivery.retention import run
from botyard.delivery.scheduler import SHUTDOWN_SECONDS, Scheduler
from botyard.delivery.timekeeping import Timekeeper
from botyard.rpc.call import Context
from botyard.store import server_settings
from botyard.store.server_settings import ServerSettings

NEAR = (
    "Profile dev: event handlers may be on this machine and in private networks. "
    "Start with --profile prod where strangers can register bots."
)
KNOWN_KEYS = (
    "Everybody knows the keys of this demo: only programs on this machine may use them, and handlers are called on "
    "this machine only. A demo that others can reach is made with --random-keys and another --data."
)


class DeliveryService:
    """Delivery of events. ``builders`` has one for each kind of recipients."""

    def __init__(
        self, context: Context, builders: Mapping[str, PayloadBuilder], client: HandlerClient | None = None
    ) -> None:
        self.guard = Guard(context.settings.profile, loopback_only=context.loopback_only)
        self._context = context
        self._client = client or HandlerClient(self.guard, context.settings.delivery_timeout)
        self._scheduler = Scheduler(context, builders, self._client.post, cut=self._client.cut)
        self.timekeeper = Timekeeper(context)
        self._retention: asyncio.Task[None] | None = None

    @property
    def warnings(self) -> list[str]:
        """What the administrator should know before strangers come."""
        if self._context.loopback_only:
            return [KNOWN_KEYS]
        return [NEAR] if self.guard.open else []

    async def start(self) -> None:
        """Begin to send what is due."""
        await self._note_settings()
        await self.timekeeper.start()
        await self._scheduler.start()
        self._context.snapshots.pauses.append(self.paused)
        self._retention = asyncio.create_task(run(self._context), name="retention")

    async def _note_settings(self) -> None:
        """Let programs beside the server know how it delivers."""
        database, configured = self._context.database, self._context.settings
        settings = ServerSettings(
            configured.delivery, configured.delivery_timeout, configured.delivery_days, configured.profile
        )
        # Most starts find them as they are, and need not write.
        if await database.read(server_settings.find) != settings:
            await database.write(lambda tx: server_settings.note(tx, settings))

    async def stop(self, seconds: float = SHUTDOWN_SECONDS) -> None:
        """Finish what is under way; what does not end within a time is due again at the next start."""
        if self._retention is not None:
            self._context.snapshots.pauses.remove(self.paused)
            self._retention.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._retention
            self._retention = None
        await self.timekeeper.stop()
        await self._scheduler.stop(seconds)
        await self._client.close()

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """While the portal is set back: what is on its way ends here, and what is due afterwards is found anew."""
        await self._scheduler.abandon()
        try:
            yield
        finally:
            await self._scheduler.start()
