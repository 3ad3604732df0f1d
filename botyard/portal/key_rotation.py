"""Replaces the portal's key: docs/adr/0033-replacing-the-key.md says what comes of each thing derived from it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from botyard import atomic_file
from botyard.model.audit import Actor, AuditEvent
from botyard.portal import audit
from botyard.portal.auth import key_file, keys, second_factors
from botyard.portal.auth.key_file import Former, KeyFile
from botyard.portal.auth.keys import Keys
from botyard.store import bots, secret_keys
from botyard.store.engines.db import Database, Tx

DAY = 86_400


async def rotate(database: Database, folder: Path, *, now: int, days: int, by: Actor, events: bool = False) -> KeyFile:
    """Make another key; what was made with the one before works for so many days. Raises FolderUnusable, OSError.

    The database knows the new key before the file has it: whatever moment this is cut off at, the portal still starts.
    """
    before = keys.read_file(folder)
    made = key_file.replaced(before, now=now, until=now + days * DAY, events=events)

    async def work(tx: Tx) -> None:
        await _know(tx, made)
        if events:
            await _name_anew(tx, keys.of(made))
        await audit.record(tx, AuditEvent.SECRET_ROTATED, by=by, details={"days": days, "events": int(events)})

    await database.write(work)
    atomic_file.replace(folder / key_file.FILE, key_file.content(made))
    if not days:
        # Nobody will be able to later on. Otherwise the next start does it: a server that runs has the key before.
        every = (Former(before.pepper, now), *before.former)
        both = keys.of(msgspec.structs.replace(made, former=every), lambda: 0.0)
        await settle(database, both)
    return made


async def settle(database: Database, made: Keys) -> None:
    """Encrypt anew what has to be read again, after the key was replaced."""
    if made.former:
        await database.write(lambda tx: second_factors.encrypt_anew(tx, made))


async def finish(database: Database, folder: Path, *, by: Actor) -> int:
    """Accept the key only that is the latest, and return how many there were before it. Raises as ``rotate``."""
    file = keys.read_file(folder)
    if not file.former:
        return 0
    await settle(database, keys.of(file, lambda: 0.0))
    made = key_file.finished(file)
    # Here the file comes first: what the database still knows does no harm.
    atomic_file.replace(folder / key_file.FILE, key_file.content(made))

    async def work(tx: Tx) -> None:
        await _know(tx, made)
        await audit.record(tx, AuditEvent.SECRET_FINISHED, by=by, details={"number": len(file.former)})

    await database.write(work)
    return len(file.former)


async def _know(tx: Tx, file: KeyFile) -> None:
    """Let the database accept the keys of a file, and no others."""
    accepted = [Keys(pepper).fingerprint for pepper in (file.pepper, *(former.pepper for former in file.former))]
    await secret_keys.replace(tx, accepted)


async def _name_anew(tx: Tx, made: Keys) -> None:
    """Let webhooks' bots be found by the tokens that their events carry from now on."""
    for owner in await bots.aliased_owners(tx):
        await bots.replace_alias(tx, owner, made.alias(made.application_token(owner)))
