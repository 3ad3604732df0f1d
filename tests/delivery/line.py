"""A server's way to its database, which is cut where the server dies."""

from __future__ import annotations

import asyncio
from typing import Any

from botyard.store.engines.db import Database, T, Work


class Line:
    """A database until it is cut; whatever is asked for afterwards never happens. ``names`` are held through it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cut = False
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def cut(self) -> None:
        self._cut = True

    async def read(self, work: Work[T], /) -> T:
        self._require()
        return await self._database.read(work)

    async def write(self, work: Work[T], /) -> T:
        self._require()
        return await self._database.write(work)

    async def write_unordered(self, work: Work[T], /) -> T:
        self._require()
        return await self._database.write_unordered(work)

    async def hold(self, name: str, /) -> None:
        self.names.add(name)
        await self._database.hold(name)

    def _require(self) -> None:
        if self._cut:
            raise asyncio.CancelledError
