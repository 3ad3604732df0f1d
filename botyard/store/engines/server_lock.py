"""One server for one SQLite file: a lock on a file of its own, which ends with the process whatever ends it.

It is not on the database file itself: whoever closes a descriptor of that takes SQLite's locks away. The folder that
the file really lies in is locked too, for it cannot be removed as a file in it can; where a system locks no folders,
the file alone has to do.
Commands that look after a portal do not take it; they may be used while the server runs.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from botyard.store.engines.db import FolderUnusable

FILE = "botyard.lock"


@contextlib.contextmanager
def only_server(database: Path) -> Iterator[None]:
    """Be the only server of a SQLite file for a while. Raises FolderUnusable where there is one; OSError."""
    # Where the file is a link, its neighbours are beside what it leads to, and so is its server's lock.
    folder = database.resolve().parent if database.is_symlink() else database.parent
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    place = -1
    try:
        _take(descriptor, folder, descriptor)
        place = os.open(folder, os.O_RDONLY)
        with contextlib.suppress(OSError):
            _take(place, folder, descriptor)
        _sign(descriptor)
        yield
    finally:
        if place >= 0:
            os.close(place)
        # The file stays: removed, two servers could hold locks on two files of the same name.
        os.close(descriptor)


def _take(descriptor: int, folder: Path, signed: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        number = os.pread(signed, 32, 0).decode("ascii", "replace").strip()
        who = f" (process {number})" if number.isdigit() else ""
        raise FolderUnusable(
            f"A server is running already on {folder}{who}; stop it first, or name another folder with --data."
        ) from problem


def _sign(descriptor: int) -> None:
    """Leave the number of the process for the sentence above; a full disk is no reason not to start."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
