"""Texts beyond ASCII: what arrives as one byte, or as an escape, may take four in memory."""

from __future__ import annotations

from botyard.errors import ApiError, ErrorCode
from botyard.wire.limits import MAX_WIDE


class WideText:
    """Counts the texts beyond ASCII in one body."""

    def __init__(self) -> None:
        self._bytes = 0

    def add(self, text: bytes | bytearray, *, escaped: bool = False) -> None:
        """Count a text; ``escaped`` says that it holds escapes of such characters. Raises BODY_TOO_BIG."""
        if not escaped and text.isascii():
            return
        self._bytes += len(text)
        if self._bytes > MAX_WIDE:
            raise ApiError(ErrorCode.BODY_TOO_BIG, hint="more of it than that is text beyond ASCII", limit=MAX_WIDE)
