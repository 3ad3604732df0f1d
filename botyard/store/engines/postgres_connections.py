"""Connections that are taken again and again: lending one costs the pool as much as a short statement."""

from __future__ import annotations

import contextlib
from typing import Any

import asyncpg

from botyard.store.engines.postgres_errors import DRIVER

ACQUIRE_SECONDS = 10.0  # how long a call waits for a free connection


class KeptConnections:
    """Connections of the pool, kept between one use and the next."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._idle: list[Any] = []

    async def take(self) -> Any:
        """A connection that nobody else has; raises what the driver raises where there is none."""
        while self._idle:
            connection = self._idle.pop()
            if _is_sound(connection):
                return connection
            await self._release(connection)
        return await self._pool.acquire(timeout=ACQUIRE_SECONDS)

    async def give_back(self, connection: Any) -> None:
        """Keep a connection for the next use, unless it is broken or stuck in a transaction."""
        if _is_sound(connection):
            self._idle.append(connection)
        else:
            await self._release(connection)

    async def close(self) -> None:
        """Return to the pool what is kept."""
        while self._idle:
            await self._release(self._idle.pop())

    async def _release(self, connection: Any) -> None:
        with contextlib.suppress(*DRIVER):
            await self._pool.release(connection)


def _is_sound(connection: Any) -> bool:
    try:
        return not (connection.is_closed() or connection.is_in_transaction())
    except asyncpg.InterfaceError:
        # Broken: the pool has taken it back already.
        return False
