"""Snapshots of the portal in the server's memory, for tests; in profile dev only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING

from botyard.store.engines import snapshots
from botyard.store.engines.snapshots import Snapshot, TooLarge

if TYPE_CHECKING:
    from botyard.rpc.call import Context

KEPT_MAX = 16
# No name that a caller can give.
_START = ""

Pause = Callable[[], AbstractAsyncContextManager[None]]


class Snapshots:
    """What is kept, by name. ``pauses`` are taken while the rows go back: what works on them must not run then."""

    def __init__(self) -> None:
        self.pauses: list[Pause] = []
        self._kept: dict[str, Snapshot] = {}
        # One way back at a time; a second one would find rows that are half gone on PostgreSQL.
        self._lock = asyncio.Lock()

    async def begin(self, context: Context) -> None:
        """Keep the portal as it is at its start, for ``reset``. One that is too large, or in use, is left alone."""
        if context.settings.profile != "dev":
            return
        with contextlib.suppress(TooLarge):
            self._kept[_START] = await self._taken(context)

    def full(self, name: str) -> bool:
        """Whether there is no room for one more of this name."""
        return name not in self._kept and len(self._kept.keys() - {_START}) >= KEPT_MAX

    async def keep(self, context: Context, name: str) -> Snapshot:
        """Keep the portal as it is now; one of the same name is replaced. Raises ``TooLarge``."""
        snapshot = self._kept[name] = await self._taken(context)
        return snapshot

    async def restore(self, context: Context, name: str = _START) -> bool:
        """Make the portal what it was when the snapshot was taken, or at its start; false where there is none."""
        kept = self._kept.get(name)
        if kept is not None:
            await self._go_back(context, kept)
        return kept is not None

    def blobs(self) -> set[str]:
        """The bytes that a way back would need again."""
        return {name for kept in self._kept.values() for name in kept.blobs}

    async def _taken(self, context: Context) -> Snapshot:
        database = context.database
        return await database.write(lambda tx: snapshots.take(tx, database.name))

    async def _go_back(self, context: Context, kept: Snapshot) -> None:
        database = context.database
        async with self._lock, AsyncExitStack() as stack:
            for pause in self.pauses:
                await stack.enter_async_context(pause())
            context.long_poll.dismiss()
            await database.write(lambda tx: snapshots.restore(tx, database.name, kept))
            # Once more, for those who came in between: they have looked at what is no more.
            context.long_poll.dismiss()
            context.limits.forget()
            context.password_sign_in.forget()
