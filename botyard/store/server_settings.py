"""What the server that ran last runs with: programs beside it say what is true of it, and not of their own defaults."""

from __future__ import annotations

from typing import NamedTuple

from botyard.store.engines.db import Tx


class ServerSettings(NamedTuple):
    """The settings of the same names in ``config.Settings``."""

    delivery: str
    delivery_timeout: float
    delivery_days: int
    profile: str


async def find(tx: Tx) -> ServerSettings | None:
    """What a server has noted last."""
    row = await tx.one("SELECT delivery, delivery_timeout, delivery_days, profile FROM server_settings WHERE id = 1")
    return ServerSettings(*row) if row else None


async def note(tx: Tx, settings: ServerSettings) -> None:
    """Note what the server runs with from now on."""
    await tx.run(
        """INSERT INTO server_settings (id, delivery, delivery_timeout, delivery_days, profile)
           VALUES (1, :delivery, :delivery_timeout, :delivery_days, :profile)
           ON CONFLICT (id) DO UPDATE SET delivery = :delivery, delivery_timeout = :delivery_timeout,
               delivery_days = :delivery_days, profile = :profile""",
        **settings._asdict(),
    )
