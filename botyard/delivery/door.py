"""The door out as a whole: what the composition root starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from botyard.delivery.client import Client
from botyard.delivery.guard import Guard
from botyard.delivery.hooks import Hooks
from botyard.delivery.keeping import keep
from botyard.delivery.words import Writer
from botyard.rpc.call import Context

log = logging.getLogger(__name__)

WARNING = (
    "Profile dev: event handlers may be on this machine and in private networks. "
    "Start with --profile prod where strangers can register bots."
)


class Door:
    """Delivery of events. ``writers`` has one for each kind of recipients."""

    def __init__(self, context: Context, writers: Mapping[str, Writer], client: Client | None = None) -> None:
        self.guard = Guard(context.settings.profile)
        self._context = context
        self._client = client or Client(self.guard, context.settings.delivery_timeout)
        self._hooks = Hooks(context, writers, self._client.post)
        self._keeping: asyncio.Task[None] | None = None

    def warn(self) -> None:
        """Say it where the server may connect to what is near."""
        if self.guard.open:
            log.warning(WARNING)

    async def start(self) -> None:
        """Begin to send what is due."""
        await self._hooks.start()
        self._keeping = asyncio.create_task(keep(self._context), name="keeping")

    async def stop(self) -> None:
        """Finish what is under way; what does not end soon is due again at the next start."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        await self._hooks.stop()
        await self._client.close()
