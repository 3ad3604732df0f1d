"""`botyard backup` and `botyard restore`: a whole portal to one file and back."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.open_portal import open_portal
from botyard.config import Settings
from botyard.portal import backup, restore
from botyard.portal.data_folder import claim, open_portal_database
from botyard.portal.database_note import SQLITE_FILE
from botyard.store.engines.connect import open_blobs, open_database
from botyard.store.engines.db import Database

ABOUT = (
    "Put a whole portal into one file: its database, key, certificates and files, as they are at one moment. "
    "The server may run meanwhile. Whoever has the file has the portal: keep it as you keep passwords."
)
EXAMPLES = """
botyard backup portal.tar
botyard backup --data /var/lib/botyard /backups/botyard-$(date +%F).tar
"""
RESTORE_ABOUT = (
    "Make a portal out of a backup, in an empty data folder and, with --database, an empty database. "
    "The whole file is looked through first. It may come from SQLite and go to PostgreSQL, or the other way round."
)
RESTORE_EXAMPLES = """
botyard restore portal.tar --data /var/lib/botyard
BOTYARD_DATABASE=postgresql://botyard@db/botyard botyard restore portal.tar --data /var/lib/botyard
"""


def parser() -> options.Parser:
    """The options of `botyard backup`."""
    made = options.parser("backup", ABOUT, EXAMPLES)
    made.add_argument("file", type=Path, metavar="FILE", help="the file to make; it must not be there yet")
    options.add_files(made)
    options.add_place(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Make a backup."""
    if str(args.file) == "-":
        raise CommandError("A backup goes to a file, not to standard output; name one.", ExitCode.USAGE)
    return asyncio.run(_backup(args))


async def _backup(args: argparse.Namespace) -> int:
    settings = options.place(args)
    async with open_portal(settings) as open_:
        blobs = open_blobs(args.files, settings.data / "files")
        try:
            done = await backup.write(args.file, open_.database, blobs, settings.data)
        except OSError as problem:
            raise CommandError(
                f"The backup could not be made: {_words(problem)}. Nothing was left behind."
            ) from problem
    print(f"{args.file}: {done.rows} rows and {done.blobs} files")
    return ExitCode.OK


def restore_parser() -> options.Parser:
    """The options of `botyard restore`."""
    made = options.parser("restore", RESTORE_ABOUT, RESTORE_EXAMPLES)
    made.add_argument("file", type=Path, metavar="FILE", help="a file that botyard backup has made")
    options.add_files(made)
    options.add_place(made)
    return made


def restore_run(args: argparse.Namespace) -> int:
    """Restore a backup."""
    return asyncio.run(_restore(args))


async def _restore(args: argparse.Namespace) -> int:
    settings = options.place(args)
    try:
        restore.require_empty(settings.data)
        backup_file = restore.check(args.file)
    except restore.InvalidBackup as problem:
        raise _refused(problem) from problem
    except OSError as problem:
        raise CommandError(f"The backup cannot be read: {_words(problem)}.") from problem
    with storage_errors(settings):
        try:
            await restore.put(args.file, backup_file, settings.data, _openers(settings, args.files))
        except restore.InvalidBackup as problem:
            raise _refused(problem) from problem
        database = await open_portal_database(settings)
        try:
            # As the server will: the key must be the one of this database, and the folder notes which it is.
            await claim(database, settings)
        finally:
            await database.close()
    print(f"{args.file} was restored into {settings.data}; 'botyard serve' with the same options runs the portal.")
    return ExitCode.OK


def _openers(settings: Settings, files: str) -> restore.Openers:
    async def rows(folder: Path) -> Database:
        return await open_database(settings.database or folder / SQLITE_FILE)

    return restore.Openers(rows, lambda folder: open_blobs(files, folder))


def _refused(problem: restore.InvalidBackup) -> CommandError:
    return CommandError(
        str(problem), ExitCode.STORAGE if isinstance(problem, restore.OtherVersion) else ExitCode.FAILURE
    )


def _words(problem: OSError) -> str:
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}{problem.strerror or problem}"
