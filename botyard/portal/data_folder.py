"""The data folder of a portal: whether its key belongs to the database."""

from __future__ import annotations

import time
from pathlib import Path

from botyard.portal import keys, setup
from botyard.portal.keys import Keys
from botyard.store import secret_keys
from botyard.store.db import Database, FolderUnusable, Tx


async def open_keys(database: Database, folder: Path) -> Keys:
    """The keys of the portal in a database that is up to date; made where there is no portal yet.

    Raises FolderUnusable where they are missing, damaged or another portal's: with other keys
    every webhook and every token would be unknown.
    """
    kept = keys.read(folder)
    if kept is None:
        if await database.read(_in_use):
            raise FolderUnusable(
                f"The portal's key is missing: restore {folder / keys.FILE} from a backup, or copy it from the data "
                "folder that the portal was made with."
            )
        kept = keys.make(folder)
    known = await database.read(secret_keys.fingerprints)
    if not known:
        await database.write(lambda tx: secret_keys.add_first(tx, kept.fingerprint, int(time.time())))
        # Another process may have been faster, with another key.
        known = await database.read(secret_keys.fingerprints)
    if kept.fingerprint not in known:
        raise FolderUnusable(
            f"The key in {folder / keys.FILE} is not that of the portal in this database; restore the right one."
        )
    return kept


async def _in_use(tx: Tx) -> bool:
    """Whether somebody may hold secrets that were made with a key."""
    return bool(await secret_keys.fingerprints(tx)) or await setup.exists(tx)
