"""Keeps what any stranger can have the log say, as often as it pleases, to a line a minute."""

from __future__ import annotations

import logging

SECONDS = 60.0
BROKEN = "Invalid HTTP request received."
"""What uvicorn says of each request that it cannot read."""


class RepeatedLines(logging.Filter):
    """Lets one line a minute through of those that say the same, with the number of those that it has held back."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._since = float("-inf")
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be logged; its text is completed here."""
        if record.msg != self._text:
            return True
        if 0 <= record.created - self._since < SECONDS:
            self._held_back += 1
            return False
        if self._held_back:
            record.msg = f"{self._text} ({self._held_back} more before this one)"
        self._since, self._held_back = record.created, 0
        return True


def bound() -> None:
    """Bound what uvicorn logs of requests that it cannot read; once is enough."""
    log = logging.getLogger("uvicorn.error")
    if not any(isinstance(each, RepeatedLines) for each in log.filters):
        log.addFilter(RepeatedLines(BROKEN))
