"""An outage of the database: logged once when it begins and once when it ends."""

from __future__ import annotations

import logging
import secrets
import time

from botyard.store.engines.db import Unavailable

log = logging.getLogger("botyard.database")


class Outage:
    """Whether there is one, and why. ``reason`` is empty while there is none."""

    def __init__(self) -> None:
        self.reason = ""
        self._mark = ""
        self._since = 0.0
        self._final = False

    def begin(self, reason: str, *, final: bool = False) -> None:
        """Refuse for this reason from now on; a final one lasts as long as the process. Told once."""
        if self.reason and (self._final or not final):
            return
        self.reason, self._final, self._since = reason, final, time.monotonic()
        # The calls that are refused meanwhile name the same line of the log.
        self._mark = secrets.token_hex(4)
        log.error("%s %s Calls are refused %s.", self._mark, reason, "from now on" if final else "until it is back")

    def end(self) -> None:
        """It is over, if there was one and it was none for good."""
        if not self.reason or self._final:
            return
        log.warning("%s The database is back after %.0f s.", self._mark, time.monotonic() - self._since)
        self.reason = ""

    def refusal(self) -> Unavailable:
        """What a call is refused with while it lasts."""
        return Unavailable(self.reason, self._mark)
