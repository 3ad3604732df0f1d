"""Translates the errors of PostgreSQL and its driver."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import asyncpg

from botyard.store.engines.db import Duplicate, Unavailable

# By SQLSTATE: the whole code first, then its class.
_REASONS: Mapping[str, str] = {
    "25006": "The PostgreSQL server is read-only.",
    "3D000": "The PostgreSQL server has no database of this name.",
    "40001": "Other calls kept changing the same rows; try again.",
    "40P01": "Other calls kept changing the same rows; try again.",
    "53100": "The disk of the PostgreSQL server is full.",
    "53300": "The PostgreSQL server accepts no more connections.",
    "55P03": "The rows are locked by another program.",
    "57014": "The PostgreSQL server did not finish in time.",
    "08": "The connection to the PostgreSQL server is broken.",
    "28": "The PostgreSQL server refuses the name or the password.",
    "53": "The PostgreSQL server is out of resources.",
    "57": "The PostgreSQL server is shutting down or starting up.",
    "58": "The PostgreSQL server reports an error of its disk.",
    "XX": "The PostgreSQL database is damaged.",
}
_UNREACHABLE = "The PostgreSQL server cannot be reached."
_CLOSED = "The connection to the PostgreSQL server is closed."
_GONE = ("is closed", "is closing", "been released")
SLOW = "The PostgreSQL server did not answer in time."
# Deadlock and serialization failure; and a plan gone stale because another process has just migrated.
PASSING = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InvalidCachedStatementError,
)
DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# What the loss of the whole server looks like, and that of a single connection as well.
_LOST = frozenset({_UNREACHABLE, _CLOSED, SLOW, _REASONS["08"], _REASONS["57"]})


def translate_error(problem: BaseException) -> BaseException:
    """The store's own error for one of the driver, or the driver's where only a mistake in the program explains it."""
    if isinstance(problem, asyncpg.UniqueViolationError):
        return Duplicate(str(problem))
    if isinstance(problem, TimeoutError):
        return Unavailable(SLOW)
    if isinstance(problem, OSError):
        return Unavailable(_UNREACHABLE)
    if isinstance(problem, asyncpg.PostgresError):
        code = problem.sqlstate or ""
        reason = _REASONS.get(code) or _REASONS.get(code[:2])
        return Unavailable(reason) if reason else problem
    # How the driver speaks of a connection that ended while nobody was asking; its other complaints are of the caller.
    if isinstance(problem, asyncpg.InternalClientError) or any(word in str(problem) for word in _GONE):
        return Unavailable(_CLOSED)
    return problem


@contextlib.contextmanager
def translated_errors() -> Iterator[None]:
    try:
        yield
    except DRIVER as problem:
        error = translate_error(problem)
        if error is problem:
            raise
        raise error from problem


def reason_of(problem: BaseException) -> str:
    """An error of the driver in a sentence, whatever it is."""
    error = translate_error(problem)
    return error.reason if isinstance(error, Unavailable) else str(error)


def lost_by(problem: BaseException) -> bool:
    """Whether the connection went with an error of the driver: neither a statement nor its work is at fault."""
    error = translate_error(problem)
    return isinstance(error, Unavailable) and error.reason in _LOST - {SLOW}


def server_lost(problem: Unavailable) -> bool:
    """Whether the server may be gone: it is not the call that is at fault, nor what it asked for."""
    return problem.reason in _LOST
