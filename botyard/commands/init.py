"""`botyard init` and `botyard migrate`: make a portal, bring its database up to date."""

from __future__ import annotations

import asyncio
import shlex
from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.open_portal import open_portal
from botyard.portal import creation, first_password
from botyard.portal.auth import passwords
from botyard.portal.data_folder import claim, open_portal_database
from botyard.store.engines.db import Tx
from botyard.store.engines.migrate import migrate

ABOUT = """Make a portal with its first administrator, whose password is printed once; with --profile prod it is written
into a file of the data folder instead."""
EXAMPLES = """
botyard init
botyard init --data /var/lib/botyard
BOTYARD_DATABASE=postgresql://botyard@db/botyard botyard init --data /var/lib/botyard
"""


def command() -> click.Command:
    """The command, with its options."""
    return options.command("init", ABOUT, EXAMPLES, run, *options.settings(("data", "database", "profile")))


def run(args: SimpleNamespace) -> int:
    """Make the portal."""
    return asyncio.run(_init(args))


async def _init(args: SimpleNamespace) -> int:
    password = passwords.new_password()
    stored = passwords.hashed(password)
    async with open_portal(options.chosen(args), empty=True) as open_:

        async def work(tx: Tx) -> int | None:
            return await creation.create_portal_with_admin(tx, stored)

        admin_id = await open_.write(work)
    if admin_id is None:
        raise CommandError("There is a portal already; nothing was changed.")
    if args.profile == "prod":
        print(f"login and password: {first_password.write(args.data, password)}   (delete it when you have signed in)")
    else:
        print(f"login: {creation.ADMIN}")
        print(f"password: {password}   (it is not shown again)")
    print(f"\n{_next(args)}")
    return ExitCode.OK


def _next(args: SimpleNamespace) -> str:
    """What comes after a portal was made, as lines that work when pasted."""
    place = "" if args.data == options.DEFAULTS.data else f" --data {shlex.quote(str(args.data))}"
    if options.was_written("database"):
        # It may hold a password, which is not repeated.
        place += " --database …"
    return "\n".join(
        (
            f"botyard serve{place}   starts it; sign in at /login with this login and password",
            f"botyard webhook add {creation.ADMIN}{place}   prints an address by which scripts call the API",
        )
    )


def migrate_command() -> click.Command:
    """`botyard migrate`, with its options."""
    return options.command("migrate", MIGRATE_ABOUT, MIGRATE_EXAMPLES, migrate_run, *options.place())


MIGRATE_ABOUT = "Bring the database up to date. `botyard serve` does the same when it starts."
MIGRATE_EXAMPLES = "botyard migrate --data /var/lib/botyard"


def migrate_run(args: SimpleNamespace) -> int:
    """Bring the database up to date."""
    return asyncio.run(_migrate(args))


async def _migrate(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    with storage_errors(settings):
        database = await open_portal_database(settings)
        try:
            applied = await migrate(database)
            await claim(database, settings)
        finally:
            await database.close()
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("The database is up to date.")
    return ExitCode.OK
