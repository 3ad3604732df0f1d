"""Says once that no descriptors are left for new connections, and once that there are some again.

The event loop accepts nothing while there are none, and says nothing of it: callers wait, and nobody knows why.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Callable

log = logging.getLogger(__name__)

SECONDS = 1.0
"""How often it is looked at."""


def are_left() -> bool:
    """Whether this process can open anything more."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as problem:
        return problem.errno not in (errno.EMFILE, errno.ENFILE)
    return True


async def watch(relieve: Callable[[], object]) -> None:
    """Look every second, until it is cancelled; ``relieve`` is called while there are none."""
    left = True
    while True:
        await asyncio.sleep(SECONDS)
        before, left = left, are_left()
        if not left:
            relieve()
        if before and not left:
            log.error("No file descriptors are left, so new connections wait; raise the limit (ulimit -n).")
        elif left and not before:
            log.warning("There are file descriptors again.")
