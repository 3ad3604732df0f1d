"""The event loop of a portal that lives in the process of its test."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Runs one piece of work after the other, as `asyncio.Runner` does, but hears no Ctrl-C.

    To set that up, Python writes down the task with all that it returned, for an error that it then drops: a third of
    the processor time of tests that run many short pieces of work.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._runner.get_loop()

    def close(self) -> None:
        """End what still runs."""
        self._runner.close()
