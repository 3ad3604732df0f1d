"""The data folder of a portal: checks that folder, database and key belong together."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from botyard.config import Settings
from botyard.portal import creation, database_note
from botyard.portal.auth import keys
from botyard.portal.auth.keys import Keys
from botyard.portal.database_note import SQLITE_FILE
from botyard.store import secret_keys
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, FolderUnusable, Tx
from botyard.store.engines.migrate import has_schema
from botyard.store.engines.server_lock import FILE as LOCK

_LEFT_BY_START = frozenset({LOCK, "tls"})


@contextlib.contextmanager
def created_folder(folder: Path) -> Iterator[None]:
    """Make a folder; it is removed again when the body fails before anything worth keeping is in it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            _unmake(missing)
        raise


def _unmake(missing: list[Path]) -> None:
    """Remove folders that were just made, the innermost first; whatever is more than a start leaves stays."""
    if not missing or {path.name for path in missing[0].iterdir()} - _LEFT_BY_START:
        return
    shutil.rmtree(missing[0])
    for path in missing[1:]:
        path.rmdir()


async def open_portal_database(settings: Settings) -> Database:
    """Open the database of a data folder; both are made where there are none. Migrations are the caller's.

    Raises Unavailable, FolderUnusable where the folder belongs to another database, or its own has become empty.
    """
    with created_folder(settings.data):
        database_note.require(settings)
        # Asked before the database: of several servers that make one portal, one may leave its traces meanwhile.
        problem = database_note.emptied(settings)
        database = await open_database(settings.database or settings.data / SQLITE_FILE)
    if not problem:
        return database
    try:
        if not await has_schema(database):
            raise FolderUnusable(problem)
    except BaseException:
        await database.close()
        raise
    return database


async def claim(database: Database, settings: Settings) -> Keys:
    """The keys of the portal in a database that is up to date, and the note that the folder belongs to it.

    Raises FolderUnusable where it does not.
    """
    if await database.read(_in_use):
        # Noted only once the key has shown that it is the right database.
        kept = await open_keys(database, settings.data)
        database_note.write(settings)
        return kept
    database_note.require_new(settings)
    # Noted before there is a key: a folder with a key and without a note is never one that was just being made.
    database_note.write(settings)
    return await open_keys(database, settings.data)


async def open_keys(database: Database, folder: Path) -> Keys:
    """The keys of the portal in a database that is up to date; made where there is no portal yet.

    Raises FolderUnusable where they are missing, damaged or another portal's: with other keys
    every webhook and every token would be unknown.
    """
    kept = keys.read(folder, lambda: database.now())
    if kept is None:
        if await database.read(_in_use):
            raise FolderUnusable(
                f"The portal's key is missing: restore {folder / keys.FILE} from a backup, or copy it from the data "
                "folder that the portal was made with."
            )
        kept = keys.make(folder)
    known = await database.read(secret_keys.fingerprints)
    if not known:
        await database.write(lambda tx: secret_keys.add_first(tx, kept.fingerprint))
        # Another process may have been faster, with another key.
        known = await database.read(secret_keys.fingerprints)
    if kept.fingerprint not in known:
        raise FolderUnusable(
            f"The key in {folder / keys.FILE} is not that of the portal in this database; restore the right one."
        )
    ended = known.intersection(kept.ended)
    if ended:
        await database.write(lambda tx: secret_keys.forget(tx, ended))
    return kept


async def _in_use(tx: Tx) -> bool:
    """Whether somebody may hold secrets that were made with a key."""
    return bool(await secret_keys.fingerprints(tx)) or await creation.exists(tx)
