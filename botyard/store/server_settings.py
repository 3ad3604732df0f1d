"""What the server that ran last runs with: programs beside it say what is true of it, and not of their own defaults."""

from __future__ import annotations

from typing import NamedTuple

from botyard.store.engines.db import Tx
from botyard.store.records import Record, insert


class ServerSettings(NamedTuple):
    """The settings of the same names in ``config.Settings``."""

    delivery: str
    delivery_timeout: float
    delivery_days: int
    profile: str


_SETTINGS = Record(ServerSettings, "server_settings s")
_NOTE = f"""{insert("server_settings", ("id", *ServerSettings._fields))}
 ON CONFLICT (id) DO UPDATE SET {_SETTINGS.assignments()}"""
_FIND = f"{_SETTINGS.select} WHERE s.id = 1"


async def find(tx: Tx) -> ServerSettings | None:
    """What a server has noted last."""
    return _SETTINGS.read(await tx.one(_FIND))


async def note(tx: Tx, settings: ServerSettings) -> None:
    """Note what the server runs with from now on."""
    await tx.run(_NOTE, id=1, **_SETTINGS.values(settings))
