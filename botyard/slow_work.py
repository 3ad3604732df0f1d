"""Threads for slow work of calls: pictures, hashing of passwords ahead of a method, files on their way to the disk.

They are few and their own, so that calls that wait for a picture do not take the threads by which everybody signs in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4

_threads = ThreadPoolExecutor(THREADS, "slow")


async def run_slow(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in one of these threads."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *args, **kwargs))


async def run_to_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same, and end no earlier than the work does, also when cancelled: a thread cannot be stopped."""
    under_way = asyncio.ensure_future(run_slow(work, *args, **kwargs))
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await asyncio.wait([under_way])
        raise
    finally:
        # It knows the exception, which knows this frame, and so would keep what the work was given for a while.
        del under_way
