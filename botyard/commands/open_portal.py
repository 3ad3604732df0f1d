"""Opens a portal for maintenance commands: its database and keys, without a server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from botyard.commands.exit_codes import CommandError, ExitCode, did_you_mean, storage_errors
from botyard.config import Settings
from botyard.model.audit import COMMAND_LINE
from botyard.model.people import User
from botyard.portal import creation, database_note, users
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.tokens import Keyring
from botyard.portal.data_folder import claim, open_portal_database
from botyard.store import apps
from botyard.store import users as stored_users
from botyard.store.engines.db import Database, T, Tx, Work
from botyard.store.engines.migrate import migrate, pending


class OpenPortal(NamedTuple):
    """A portal being looked after."""

    database: Database
    keys: Keys
    settings: Settings
    now: int

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` as one transaction, in which the command line acts."""

        async def acting(tx: Tx) -> T:
            tx.actor = COMMAND_LINE
            return await work(tx)

        return await self.database.write(acting)

    @property
    def ring(self) -> Keyring:
        """What tokens are issued with."""
        return Keyring(self.keys, self.settings)


@asynccontextmanager
async def open_portal(settings: Settings, *, empty: bool = False) -> AsyncIterator[OpenPortal]:
    """Open the portal; with ``empty`` an empty database will do, and is brought up to date."""
    with storage_errors(settings):
        database_note.require(settings)
        if not empty and not settings.database and not (settings.data / database_note.SQLITE_FILE).exists():
            raise _no_portal(settings)
        database = await open_portal_database(settings)
        try:
            await (migrate(database) if empty else _require_ready(database, settings))
            yield OpenPortal(database, await claim(database, settings), settings, int(time.time()))
        finally:
            await database.close()


async def _require_ready(database: Database, settings: Settings) -> None:
    """A portal that a running server of another version uses is not changed behind its back."""
    missing = await pending(database)
    if missing and missing[0].startswith("0001"):
        raise _no_portal(settings)
    if missing:
        raise CommandError(
            "The database is not that of this version of Botyard; bring it up to date with 'botyard migrate'.",
            ExitCode.STORAGE,
        )
    if not await database.read(creation.exists):
        raise _no_portal(settings)


def _no_portal(settings: Settings) -> CommandError:
    where = "that database" if settings.database else str(settings.data)
    return CommandError(f"There is no portal in {where} yet; make one with 'botyard init' or 'botyard serve'.")


async def actor(tx: Tx) -> int:
    """In whose name the command line acts: the longest-standing administrator's."""
    user = await users.first_admin(tx)
    return user.id if user else 0


async def person(tx: Tx, who: str) -> User:
    """A person by login or id. Raises Failure."""
    user = await users.find(tx, who)
    if user is None or user.bot or user.deleted:
        suggestion = did_you_mean(who, [user.login for user in await stored_users.everyone(tx) if user.login])
        raise CommandError(
            f"There is nobody with the login or id {who!r}{suggestion or ';'} 'botyard user list' shows everybody."
        )
    return user


async def no_app(tx: Tx, client_id: str) -> CommandError:
    """What to say of an application that does not exist."""
    suggestion = did_you_mean(client_id, [app.client_id for app in await apps.all_apps(tx)])
    return CommandError(f"There is no application {client_id!r}{suggestion or ';'} 'botyard app list' shows them.")
