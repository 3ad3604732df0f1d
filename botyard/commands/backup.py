"""`botyard backup` and `botyard restore`: a whole portal to one file and back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.open_portal import open_portal
from botyard.config import Settings
from botyard.model.audit import COMMAND_LINE, AuditEvent
from botyard.portal import audit, backup, restore
from botyard.portal.data_folder import claim, open_portal_database
from botyard.portal.database_note import SQLITE_FILE
from botyard.store.engines.connect import open_blobs, open_database
from botyard.store.engines.db import Database

ABOUT = (
    "Put a whole portal into FILE, which must not be there yet: its database, key, certificates and files, as they are "
    "at one moment. The server may run meanwhile. Whoever has the file has the portal: keep it as you keep passwords."
)
EXAMPLES = """
botyard backup portal.tar
botyard backup --data /var/lib/botyard /backups/botyard-$(date +%F).tar
"""
RESTORE_ABOUT = (
    "Make a portal out of FILE, a backup, in an empty data folder and, with --database, an empty database. "
    "The whole file is looked through first. It may come from SQLite and go to PostgreSQL, or the other way round."
)
RESTORE_EXAMPLES = """
botyard restore portal.tar --data /var/lib/botyard
BOTYARD_DATABASE=postgresql://botyard@db/botyard botyard restore portal.tar --data /var/lib/botyard
"""


def command() -> click.Command:
    """`botyard backup`, with its options."""
    return options.command("backup", ABOUT, EXAMPLES, run, options.argument("file", read=Path), *_options())


def _options() -> list[click.Option]:
    return [options.setting("files"), *options.place()]


def run(args: SimpleNamespace) -> int:
    """Make a backup."""
    if str(args.file) == "-":
        raise CommandError("A backup goes to a file, not to standard output; name one.", ExitCode.USAGE)
    return asyncio.run(_backup(args))


async def _backup(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    async with open_portal(settings) as open_:
        blobs = open_blobs(args.files, settings.data / "files")
        try:
            done = await backup.write(args.file, open_.database, blobs=blobs, data=settings.data)
        except OSError as problem:
            raise CommandError(
                f"The backup could not be made: {_words(problem)}. Nothing was left behind."
            ) from problem
        details: dict[str, str | int | None] = {"rows": done.rows, "files": done.blobs}
        await open_.write(lambda tx: audit.record(tx, AuditEvent.BACKUP_MADE, details=details))
    print(f"{args.file}: {done.rows} rows and {done.blobs} files")
    return ExitCode.OK


def restore_command() -> click.Command:
    """`botyard restore`, with its options."""
    file = options.argument("file", read=Path)
    return options.command("restore", RESTORE_ABOUT, RESTORE_EXAMPLES, restore_run, file, *_options())


def restore_run(args: SimpleNamespace) -> int:
    """Restore a backup."""
    return asyncio.run(_restore(args))


async def _restore(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    try:
        restore.require_empty(settings.data)
        backup_file = restore.check(args.file)
    except restore.InvalidBackup as problem:
        raise _refused(problem) from problem
    except OSError as problem:
        raise CommandError(f"The backup cannot be read: {_words(problem)}.") from problem
    with storage_errors(settings):
        try:
            await restore.put(args.file, backup_file, data=settings.data, openers=_openers(settings, args.files))
        except restore.InvalidBackup as problem:
            raise _refused(problem) from problem
        database = await open_portal_database(settings)
        try:
            # As the server will: the key must be the one of this database, and the folder notes which it is.
            await claim(database, settings)
            await database.write(lambda tx: audit.record(tx, AuditEvent.BACKUP_RESTORED, by=COMMAND_LINE))
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
