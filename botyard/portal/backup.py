"""One file that holds a whole portal: an uncompressed tar of rows, keys, certificates and the bytes of files.

The rows are those of one moment, whoever writes meanwhile, and the bytes are held in place until they are copied.
The last member says how long each of the others is, and its checksum.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import secrets
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from botyard import __version__, atomic_file
from botyard.store import files
from botyard.store.engines import migrate, portable_rows
from botyard.store.engines.blobs import CHUNK, Blobs
from botyard.store.engines.db import Database, Row, Tx

FORMAT = 1
MANIFEST, SUMS = "manifest.json", "sums.json"
KEPT = ("secret.key", "demo.json")
"""Files of the data folder that are part of the portal, where they are there."""
TLS = "tls"
HOLD_SECONDS = 3600
RENEW_SECONDS = 600


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, as its first member says."""

    format: int
    version: str
    created: int
    engine: str
    migrations: dict[int, tuple[str, str]]
    tables: dict[str, list[str]]
    last_numbers: dict[str, int]


class Sum(msgspec.Struct, frozen=True):
    """Length and SHA-256 of a member."""

    size: int
    sha256: str


class BackupResult(NamedTuple):
    """What was put into a backup."""

    rows: int
    blobs: int


class Archive:
    """A tar file being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  # See ``close``.
        self._sums: dict[str, Sum] = {}

    def add(self, name: str, source: IO[bytes], *, size: int) -> None:
        """Add a member from where ``source`` stands. Raises OSError where it is shorter than ``size``."""
        hashed = _Hashed(source)
        self._tar.addfile(_info(name, size), hashed)
        self._sums[name] = Sum(size, hashed.sum.hexdigest())

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), size=len(content))

    def close(self) -> None:
        """Say what is in it, and end it."""
        content = msgspec.json.encode(self._sums)
        self._tar.addfile(_info(SUMS, len(content)), io.BytesIO(content))
        self._tar.close()


class _Hashed:
    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.sum.update(piece)
        return piece


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info


async def write(target: Path, database: Database, *, blobs: Blobs, data: Path) -> BackupResult:
    """Make a backup. The file appears when it is whole, readable by its owner only.

    Raises ``Unavailable``, and ``OSError`` also where there is such a file already.
    """
    with _drafted(target) as out:
        return await _written(out, database, blobs=blobs, data=data)


@contextmanager
def _drafted(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which gets its name when it is on the disk, or vanishes."""
    folder = target.absolute().parent
    if target.exists():
        raise FileExistsError(errno.EEXIST, "there is such a file already", str(target))
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=folder)
    except OSError as problem:
        # Of the name that was asked for; that of the draft tells nobody anything.
        raise OSError(problem.errno, problem.strerror, str(target)) from problem
    os.close(descriptor)
    draft = Path(name)
    try:
        with draft.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _place(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    atomic_file.sync_folder(folder)


def _place(draft: Path, target: Path) -> None:
    """Give the file its name, which nobody else may have taken meanwhile."""
    try:
        os.link(draft, target)
    except FileExistsError as problem:
        raise FileExistsError(problem.errno, "there is such a file already", str(target)) from problem
    except OSError:
        # Some file systems have no links.
        draft.rename(target)


async def _written(out: IO[bytes], database: Database, *, blobs: Blobs, data: Path) -> BackupResult:
    archive = Archive(out)
    hold = _Hold(database)
    await hold.renew()
    try:
        taken = await database.snapshot(lambda tx: _rows(tx, database.name, archive, beside=Path(out.name).parent))
        for name in KEPT:
            _keep(archive, data / name, name=name)
        for path in sorted((data / TLS).glob("*.pem")):
            _keep(archive, path, name=f"{TLS}/{path.name}")
        for name, size in taken.blobs.items():
            archive.add(f"files/{name}", io.BufferedReader(_Blob(blobs, name), CHUNK), size=size)
            await hold.renew()
    finally:
        await hold.end()
    archive.close()
    return BackupResult(taken.rows, len(taken.blobs))


class _Hold:
    """Keeps the bytes of files in place while a backup is made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = secrets.token_hex(8)
        self._renewed = 0.0

    async def renew(self) -> None:
        """Say so again, now and then."""
        if self._renewed and time.monotonic() - self._renewed < RENEW_SECONDS:
            return
        self._renewed = time.monotonic()
        until = int(time.time()) + HOLD_SECONDS
        await self._database.write(lambda tx: files.hold(tx, self._name, until))

    async def end(self) -> None:
        await self._database.write(lambda tx: files.release(tx, self._name))


class _Blob(io.RawIOBase):
    """The bytes of a file as something that can be read."""

    def __init__(self, blobs: Blobs, name: str) -> None:
        self._read: Callable[[int, int], bytes] = lambda start, length: blobs.read(name, start, length)
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._read(self._at, len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class _Taken(NamedTuple):
    """What is left to copy after the rows: names of bytes, with their sizes."""

    rows: int
    blobs: dict[str, int]


async def _rows(tx: Tx, engine: str, archive: Archive, *, beside: Path) -> _Taken:
    tables = await portable_rows.tables(tx, engine)
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        created=int(time.time()),
        engine=engine,
        migrations=await migrate.applied(tx),
        tables=tables,
        last_numbers=await portable_rows.last_numbers(tx, engine, tables),
    )
    archive.add_bytes(MANIFEST, msgspec.json.encode(manifest))
    count = 0
    for table, columns in tables.items():
        with tempfile.TemporaryFile(dir=beside) as buffer:
            async for page in portable_rows.rows(tx, engine, table, columns=columns):
                buffer.write(b"".join(line(row) for row in page))
                count += len(page)
            size = buffer.tell()
            buffer.seek(0)
            archive.add(f"rows/{table}.jsonl", buffer, size=size)
    return _Taken(count, await _blobs(tx))


async def _blobs(tx: Tx) -> dict[str, int]:
    sizes = {str(blob): int(size) for blob, size in await tx.all("SELECT blob, size FROM files")}
    previews = await tx.all("SELECT preview, preview_size FROM files WHERE preview <> ''")
    return sizes | {str(name): int(size) for name, size in previews}


def _keep(archive: Archive, path: Path, *, name: str) -> None:
    try:
        archive.add_bytes(name, path.read_bytes())
    except FileNotFoundError:
        return


def line(row: Row) -> bytes:
    """A row as a line of JSON; bytes are an object with base64 text in it."""
    values = [{"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value for value in row]
    return msgspec.json.encode(values) + b"\n"


def values(text: IO[bytes]) -> Iterator[list[Any]]:
    """The rows of such lines."""
    decoder = msgspec.json.Decoder(list[Any])
    for row_line in text:
        yield [
            base64.b64decode(value["base64"]) if isinstance(value, dict) else value
            for value in decoder.decode(row_line)
        ]
