"""The connections to SQLite that the product opens, for tests that trace or break them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import apsw


@contextlib.contextmanager
def noted() -> Iterator[list[apsw.Connection]]:
    """Note the connections that are opened meanwhile, in order: of a database first the one that writes."""
    connections: list[apsw.Connection] = []

    def note(connection: apsw.Connection) -> None:
        connections.append(connection)

    apsw.connection_hooks.append(note)
    try:
        yield connections
    finally:
        apsw.connection_hooks.remove(note)
