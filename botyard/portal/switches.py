"""The administrator's switches of the whole portal."""

from __future__ import annotations

from botyard.store import portal
from botyard.store.db import Tx

SWITCHES = {"rest": "rest_enabled", "maintenance": "maintenance", "https": "https_required"}
"""The switches by the words of the command line."""

MEANINGS = {
    "rest": "whether REST calls are answered at all",
    "maintenance": "whether every call is answered PORTAL_DELETED",
    "https": "whether calls over plain http are refused",
}


async def turn(tx: Tx, name: str, on: bool) -> None:
    """Turn one of ``SWITCHES`` on or off."""
    await portal.switch(tx, SWITCHES[name], on)


async def positions(tx: Tx) -> dict[str, bool]:
    """Where each switch stands."""
    found = await portal.get(tx)
    return {name: bool(getattr(found, column)) for name, column in SWITCHES.items()} if found else {}
