"""Restores a portal from a backup: checks all of it first, then writes all of it or nothing."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from botyard import atomic_file
from botyard.portal.backup import FORMAT, KEPT, MANIFEST, SUMS, TLS, Manifest, Sum, values
from botyard.store.engines import blobs, migrate, portable_rows
from botyard.store.engines.blobs import CHUNK, Blobs
from botyard.store.engines.db import Database, Tx, Unavailable

SPARED = frozenset({"lost+found"})
"""What may lie in an empty data folder: where a file system begins."""


class InvalidBackup(Exception):
    """A file that nothing can be restored from, or a place that it cannot be restored to; the text is a sentence."""


class OtherVersion(InvalidBackup):
    """A backup whose tables are not those that this version makes."""


class Backup(NamedTuple):
    """A backup that was checked."""

    manifest: Manifest
    members: dict[str, tarfile.TarInfo]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, msgspec.MsgspecError, ValueError) as problem:
        raise InvalidBackup(f"{path} is no whole backup: it is damaged, or was cut off.") from problem


def check(path: Path) -> Backup:
    """Read a whole backup and check that every byte is as it was written.

    Raises InvalidBackup and ``OSError``.
    """
    with _told(path), tarfile.open(path, "r:") as tar:
        members = {member.name: member for member in tar.getmembers()}
        sums = msgspec.json.decode(_content(tar, members.pop(SUMS, None)), type=dict[str, Sum])
        for name, member in members.items():
            if not _fine(name) or sums.get(name) != Sum(member.size, _hash(_opened(tar, member))):
                raise ValueError(name)
        if members.keys() != sums.keys():
            raise ValueError("members are missing")
        manifest = msgspec.json.decode(_content(tar, members.get(MANIFEST)), type=Manifest)
    if manifest.format != FORMAT:
        raise OtherVersion(f"{path} was made by another version of Botyard, {manifest.version}.")
    _require_known(path, manifest)
    return Backup(manifest, members)


def _require_known(path: Path, manifest: Manifest) -> None:
    numbers = sorted(manifest.migrations)
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise OtherVersion(f"{path} does not say which version's tables it holds; it cannot be restored.")
    try:
        migrate.require_known(manifest.migrations)
    except Unavailable as problem:
        raise OtherVersion(f"{path} cannot be restored: {problem.reason}") from problem


def _fine(name: str) -> bool:
    """Whether a member is one that we write; nothing else is ever put anywhere."""
    folder, _, last = name.rpartition("/")
    if folder == "rows":
        return portable_rows.checked(last.removesuffix(".jsonl")) != ""
    if folder == "files":
        return blobs.checked_name(last) != ""
    return name in (MANIFEST, *KEPT) or (folder == TLS and last.endswith(".pem") and "/" not in last)


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> IO[bytes]:
    stream = tar.extractfile(member) if member is not None else None
    if stream is None:
        raise ValueError("a member is missing")
    return stream


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> bytes:
    return _opened(tar, member).read()


def _hash(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := source.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()


def require_empty(data: Path) -> None:
    """Check that a data folder is empty. Raises InvalidBackup."""
    if data.exists() and {path.name for path in data.iterdir()} - SPARED:
        raise InvalidBackup(f"{data} is not empty; a backup is restored into a new folder only.")


class Openers(NamedTuple):
    """How the database and the place of files are opened, in a folder where they do not lie elsewhere."""

    rows: Callable[[Path], Awaitable[Database]]
    files: Callable[[Path], Blobs]


async def put(path: Path, backup: Backup, *, data: Path, openers: Openers) -> None:
    """Restore a checked backup into an empty folder.

    The database comes last: until it is there, there is no portal. Where anything fails, the folder is as empty as
    before, and so is the database.
    """
    with (
        _drafted(data) as draft,
        tarfile.open(path, "r:") as tar,
        _taken_back(openers.files(draft.folder / "files")) as keep,
    ):
        _put_files(tar, backup, folder=draft.folder, keep=keep)
        draft.place()
        database = await openers.rows(draft.folder)
        try:
            with _told(path):
                await database.write(lambda tx: _put_rows(tx, database.name, tar, backup=backup))
        finally:
            await database.close()
        draft.place()


class _Draft:
    """A folder within the data folder, from which what is whole is moved to its place."""

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._data = data
        self._placed: list[Path] = []
        self.folder = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data))

    def place(self) -> None:
        """Move everything that is there."""
        for made in list(self.folder.iterdir()):
            self._placed.append(self._data / made.name)
            made.rename(self._placed[-1])
        atomic_file.sync_folder(self._data)

    def undo(self) -> None:
        """Remove everything that was moved."""
        for path in self._placed:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@contextmanager
def _drafted(data: Path) -> Iterator[_Draft]:
    draft = _Draft(data)
    try:
        yield draft
    except BaseException:
        draft.undo()
        raise
    finally:
        shutil.rmtree(draft.folder)


@contextmanager
def _taken_back(kept: Blobs) -> Iterator[Callable[[str, IO[bytes]], None]]:
    """Keeps bytes that vanish again where anything fails; what lay in a bucket before stays."""
    made: list[str] = []

    def keep(name: str, source: IO[bytes]) -> None:
        if not _there(kept, name):
            made.append(name)
        kept.put(name, source)

    try:
        yield keep
    except BaseException:
        for name in made:
            with suppress(OSError):
                kept.delete(name)
        raise


def _there(kept: Blobs, name: str) -> bool:
    try:
        kept.read(name, 0, 1)
    except FileNotFoundError:
        return False
    except OSError:
        # Nobody can tell, and what is another portal's is not deleted.
        return True
    return True


def _put_files(tar: tarfile.TarFile, backup: Backup, *, folder: Path, keep: Callable[[str, IO[bytes]], None]) -> None:
    for name, member in backup.members.items():
        within, _, last = name.rpartition("/")
        if within == "files":
            keep(last, _opened(tar, member))
        elif name in KEPT or within == TLS:
            (folder / within).mkdir(mode=0o700, exist_ok=True)
            atomic_file.replace(folder / name, _content(tar, member))


async def _put_rows(tx: Tx, engine: str, tar: tarfile.TarFile, *, backup: Backup) -> None:
    manifest = backup.manifest
    if not await portable_rows.empty(tx, engine):
        raise InvalidBackup("That database is not empty; a backup is restored into a new one only.")
    await migrate.apply(tx, engine, last=max(manifest.migrations))
    _require_tables(await portable_rows.tables(tx, engine), backup)
    tied = await portable_rows.clear(tx, engine, manifest.tables)
    for table, columns in manifest.tables.items():
        with _opened(tar, backup.members[f"rows/{table}.jsonl"]) as text:
            await portable_rows.load(tx, table, columns, source=values(text))
    await portable_rows.tie(tx, tied)
    await portable_rows.set_last_numbers(tx, engine, manifest.last_numbers)
    # A backup of an earlier version comes out as a portal of this one.
    await migrate.apply(tx, engine)


def _require_tables(made: dict[str, list[str]], backup: Backup) -> None:
    """See that the backup has the tables and columns that its migrations make, and rows for each."""
    expected = backup.manifest.tables
    for name in sorted(made.keys() ^ expected.keys()):
        raise OtherVersion(f"The backup {'lacks the' if name in made else 'has an unknown'} table {name}.")
    for name, columns in made.items():
        if sorted(columns) != sorted(expected[name]):
            wrong = ", ".join(sorted(set(columns) ^ set(expected[name]))) or "one twice"
            raise OtherVersion(f"The columns of table {name} in the backup are not those of its version: {wrong}.")
        if f"rows/{name}.jsonl" not in backup.members:
            raise OtherVersion(f"The backup lacks the rows of table {name}.")
