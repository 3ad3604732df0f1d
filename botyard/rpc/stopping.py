"""Tells those who hold connections that the server stops, so that they let them go."""

from __future__ import annotations

from collections.abc import Callable


class Stopping:
    """Whether the server stops, and who is to be told."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], None]] = []

    def on(self, callback: Callable[[], None]) -> None:
        """Call this when the server stops."""
        self._callbacks.append(callback)

    def begin(self) -> None:
        """The server stops."""
        for callback in self._callbacks:
            callback()
