"""A temporary schema in a PostgreSQL database, for a portal that lives for one run."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from botyard.store.engines.db import Unavailable
from botyard.store.engines.postgres_errors import translated_errors
from botyard.store.engines.postgres_notify import CONNECT_SECONDS

PREFIX = "botyard_exec_"


@asynccontextmanager
async def schema(address: str) -> AsyncIterator[str]:
    """The address of a new schema in the database at ``address``, which is dropped at the end.

    Raises ``Unavailable`` where none can be made.
    """
    name = PREFIX + secrets.token_hex(6)
    await _run(address, f"CREATE SCHEMA {name}")
    try:
        yield _within(address, name)
    finally:
        await _run(address, f"DROP SCHEMA {name} CASCADE")


def _within(address: str, name: str) -> str:
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "search_path"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("search_path", name)])))


async def _run(address: str, sql: str) -> None:
    with translated_errors():
        connection = await asyncpg.connect(address, timeout=CONNECT_SECONDS)
        try:
            await connection.execute(sql)
        except asyncpg.InsufficientPrivilegeError as problem:
            raise Unavailable("The PostgreSQL account may not make a schema in this database.") from problem
        finally:
            await connection.close()
