"""Lines for a terminal: gathered by the server, written by a thread of their own, dropped where nobody reads them.

A call leaves a few values here and nothing more; what they look like is the thread's business.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections import deque
from collections.abc import Callable
from functools import lru_cache

import msgspec

from botyard.wire.hint import one_line
from botyard.wire.visible import visible

SECONDS = 0.1
"""How long a line may wait for others to be written with it."""
MOST = 10_000
"""Lines that wait for a slow terminal; what comes beyond them is counted and dropped."""
FAREWELL_SECONDS = 1.0
NAME_MAX = 100
MASK = "***"

# Somebody who mistypes the address of a webhook calls a "method" that is its secret.
_SECRET = re.compile(r"(?=[\w-]*[a-z])(?=[\w-]*[0-9])[\w-]{20,}")


class Called(msgspec.Struct, frozen=True, gc=False):
    """A call that was responded to: ``text`` is its hint, or else the text of its error."""

    status: int
    method: str
    text: str
    seconds: float

    @property
    def name(self) -> str:
        """The method as it was called, without what may be a secret."""
        return _shown(self.method)

    @property
    def line(self) -> str:
        """``401 imbot.bot.list  needs scope imbot``, ``200 imbot.message.add  3 ms``."""
        if not self.text:
            return _line(self.status, self.method, round(self.seconds * 1000))
        return f"{self.status} {self.name}  {self.said}"

    @property
    def said(self) -> str:
        """What there is to say, without what may be a secret."""
        return _SECRET.sub(MASK, one_line(self.text)) if self.text else ""


def _shown(method: str) -> str:
    return _SECRET.sub(MASK, one_line(method, NAME_MAX)) or "-"


# Nearly all calls go well, are for few methods, and take few milliseconds.
@lru_cache(maxsize=1024)
def _line(status: int, method: str, milliseconds: int) -> str:
    return f"{status} {_shown(method)}  {milliseconds} ms"


Entry = object
Form = Callable[[Entry], str]


class Lines:
    """Takes entries from any thread at any pace; ``form`` makes lines of them, ``write`` takes many at once.

    Nobody waits: a writer that is slow loses lines, and says how many.
    """

    def __init__(self, form: Form, write: Callable[[str], object], most: int = MOST) -> None:
        self._form = form
        self._write = write
        self._most = most
        self._waiting: deque[Entry] = deque()
        self._dropped = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is left, within a second: a terminal that is stopped must not hold the server."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(FAREWELL_SECONDS)

    def add(self, entry: Entry) -> None:
        """Leave an entry to be written soon."""
        if len(self._waiting) < self._most:
            self._waiting.append(entry)
        else:
            self._dropped += 1

    def flush(self) -> None:
        """Write what waits now."""
        if not self._waiting:
            return
        # Entries are added meanwhile.
        entries = [self._waiting.popleft() for _ in range(len(self._waiting))]
        lines = [visible(self._form(entry)) for entry in entries]
        dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append(self._form(f"{dropped} lines were dropped: nobody read them fast enough."))
        # A terminal that is gone is no reason to stop.
        with contextlib.suppress(OSError, ValueError):
            self._write("\n".join(lines) + "\n")

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            self.flush()
        self.flush()
