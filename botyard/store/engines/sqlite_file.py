"""Opens a SQLite file, and translates the errors of SQLite."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path

import apsw

from botyard.store.engines.db import Duplicate, FolderUnusable, Unavailable
from botyard.store.engines.like_any import SQLiteValue, like_any

PREPARED = 256  # statements kept prepared per connection; looked through one by one at each statement
CACHE_KIB = 16 * 1024  # pages kept in memory per connection
WAL_BYTES = 64 * 1024 * 1024  # what a checkpoint leaves of a grown log
# A connection is used by one thread at a time, which its owner sees to: SQLite need not take a lock for each value.
_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX

_REASONS: tuple[tuple[type[apsw.Error], str], ...] = (
    (apsw.BusyError, "The database file is locked by another process."),
    (apsw.LockedError, "The database file is locked by another process."),
    (apsw.ProtocolError, "The database file is locked by another process."),
    (apsw.FullError, "The disk is full, or the database file has reached its limit."),
    (apsw.ReadOnlyError, "The database file is read-only."),
    (apsw.CorruptError, "The database file is damaged."),
    (apsw.NotADBError, "The file is not a SQLite database, or it is damaged."),
    (apsw.CantOpenError, "The database file cannot be opened."),
    (apsw.PermissionsError, "The database file may not be used by this account."),
    (apsw.IOError, "The disk reported an error while the database file was in use."),
    (apsw.NoMemError, "There is not enough memory for the database."),
    (apsw.ConnectionClosedError, "The database is closed."),
)
_UNIQUE = (
    apsw.SQLITE_CONSTRAINT_UNIQUE,
    apsw.SQLITE_CONSTRAINT_PRIMARYKEY,
    apsw.SQLITE_CONSTRAINT_ROWID,
)


def translate_error(problem: apsw.Error) -> Exception:
    """The store's own error for one of the engine, or the engine's where only a mistake in the program explains it."""
    if isinstance(problem, apsw.ConstraintError) and getattr(problem, "extendedresult", 0) in _UNIQUE:
        return Duplicate(str(problem))
    for kind, reason in _REASONS:
        if isinstance(problem, kind):
            return Unavailable(reason)
    return problem


def connect(path: str | Path, *, busy_timeout: float, create: bool = True) -> apsw.Connection:
    """A connection set up as both the reader and the writer need it; ``Unavailable`` says why it cannot be had."""
    if str(path) in ("", ":memory:"):
        raise Unavailable("SQLite needs the path of a file; a database in memory is not supported.")
    if create:
        _create(path)
    _require_one_name(path)
    try:
        connection = apsw.Connection(os.fspath(path), flags=_FLAGS, statementcachesize=PREPARED)
    except apsw.Error as problem:
        raise translate_error(problem) from problem
    try:
        _prepare(connection, busy_timeout=busy_timeout)
    except apsw.Error as problem:
        connection.close()
        raise translate_error(problem) from problem
    return connection


def _create(path: str | Path) -> None:
    """Make the file where there is none, for its owner only; the log beside it takes over its rights.

    A file that is there is never opened: the system forgets all locks that a process has on a file
    whenever the process closes any descriptor of it, and SQLite would not know. Another process could
    then take the log away, with all that was written to it since. Nothing but SQLite opens these files.
    """
    if os.path.exists(path):
        return
    # Whatever else is wrong, SQLite will say.
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _require_one_name(path: str | Path) -> None:
    """Raises FolderUnusable for a file with two names: SQLite would keep a log beside each, and spoil the file."""
    with contextlib.suppress(OSError):
        status = os.stat(path)
        # A folder has more names than one by nature; that it is no database, SQLite says.
        if status.st_nlink > 1 and stat.S_ISREG(status.st_mode):
            raise FolderUnusable(
                f"{path} has another name, a hard link, under which it could be written to at the same time; "
                "remove one of the two, or copy the file."
            )


def _prepare(connection: apsw.Connection, *, busy_timeout: float) -> None:
    connection.set_busy_timeout(int(busy_timeout * 1000))
    if connection.readonly("main"):
        raise apsw.ReadOnlyError("attempt to write a readonly database")
    # The wheel has STAT4, with which a statement is prepared anew for other values: six times the cost of a read.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    # As PostgreSQL reads it: double quotes are names only.
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    _enter_wal(connection, until=time.monotonic() + busy_timeout)
    connection.pragma("synchronous", "FULL")
    connection.pragma("foreign_keys", 1)
    connection.pragma("case_sensitive_like", 1)
    connection.pragma("cache_size", -CACHE_KIB)
    connection.pragma("temp_store", "MEMORY")
    connection.pragma("journal_size_limit", WAL_BYTES)
    connection.create_scalar_function("lower", _lower, 1, deterministic=True)
    # What SQLite calls for ``text REGEXP patterns``.
    connection.create_scalar_function("regexp", _regexp, 2, deterministic=True)
    # Everything above leaves the contents alone; a damaged file should be refused now, not at the first call.
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()


def _enter_wal(connection: apsw.Connection, *, until: float) -> None:
    # Two processes that create the file at once: SQLite does not wait here, it says busy.
    while True:
        try:
            connection.pragma("journal_mode", "WAL")
            return
        except apsw.BusyError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.01)


def _lower(*values: SQLiteValue) -> SQLiteValue:
    value = values[0]
    return value.lower() if isinstance(value, str) else value


def _regexp(*values: SQLiteValue) -> SQLiteValue:
    patterns, text = values
    return like_any(patterns, text)
