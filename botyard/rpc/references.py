"""`$result[…]` in the commands of a batch: what a command takes from the results of those before it.

References multiply: a text of a kilobyte may name a result of a megabyte a hundred times. So what they fill in is
counted, whether a result is written into a text or takes the place of a whole parameter. Looking for them takes time as
well, on the event loop: the texts in which they are looked for count, too, and so does each reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.wire.limits import MAX_DEPTH

MAX_FILLED = 1024 * 1024
"""Bytes that references may fill in of one command, and the texts around them may have."""
MAX_FILLED_IN_ALL = 8 * MAX_FILLED
"""And of one batch."""
MAX_REFERENCES = 10_000
"""References of one batch, those included that cannot be resolved."""
MAX_DECODED = 2 * 1024 * 1024
"""Bytes of results that are held apart, so that their parts can be looked up, and the size of the largest of them."""
MAX_DECODED_IN_ALL = 16 * 1024 * 1024
"""Bytes of results that are taken apart for one batch."""

# No result is nested deeper than what can be sent; a longer path stays text.
_REFERENCE = re.compile(rf"\$result((?:\[[^\[\]]*\]){{1,{MAX_DEPTH}}})")
_STEP = re.compile(r"\[([^\[\]]*)\]")

_encode = msgspec.json.Encoder().encode


class References:
    """The results of a batch so far, and what was taken from them. ``results`` are the results as JSON."""

    def __init__(self, results: Mapping[str, msgspec.Raw]) -> None:
        self._results = results
        self._decoded: dict[str, Any] = {}
        self._held = 0
        self._taken_apart = 0
        self._filled = 0
        self._filled_before = 0
        self._seen = 0

    @property
    def filled(self) -> int:
        """Bytes that were filled in so far, with the texts around them."""
        return self._filled_before

    def fill(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of one command with their references replaced; what cannot be resolved stays as text.

        Raises BODY_TOO_BIG where that comes to too much.
        """
        self._filled = 0
        try:
            return {name.lower(): self._value(value) for name, value in params.items()}
        finally:
            self._filled_before += self._filled

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value) if "$result" in value else value
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value

    def _text(self, text: str) -> Any:
        self._count(len(text))
        whole = _REFERENCE.fullmatch(text)
        if not whole:
            return _REFERENCE.sub(self._in_text, text)
        value = self._look_up(whole.group(1))
        if value is None:
            return text
        self._count(len(value if isinstance(value, str) else _encode(value)))
        return value

    def _in_text(self, match: re.Match[str]) -> str:
        value = self._look_up(match.group(1))
        if isinstance(value, bool):
            return "1" if value else ""
        if not isinstance(value, str | int | float):
            return match.group(0)
        written = str(value)
        self._count(len(written))
        return written

    def _count(self, size: int) -> None:
        self._filled += size
        if self._filled > MAX_FILLED or self._filled_before + self._filled > MAX_FILLED_IN_ALL:
            raise _too_big(f"the results that are filled in come to {self._filled} bytes or more", MAX_FILLED)

    def _look_up(self, path: str) -> Any:
        """The value at ``[key][step]…`` of earlier results, or ``None``."""
        self._seen += 1
        if self._seen > MAX_REFERENCES:
            raise ApiError(ErrorCode.BODY_TOO_MANY, hint="the batch has too many references", limit=MAX_REFERENCES)
        key, *steps = _STEP.findall(path)
        if key not in self._results:
            return None
        value = self._result(key)
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 10:
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value

    def _result(self, key: str) -> Any:
        """A result taken apart. Of the others as many are kept as have room beside it."""
        if key in self._decoded:
            return self._decoded[key]
        raw = self._results[key]
        size = len(raw)
        self._taken_apart += size
        if size > MAX_DECODED or self._taken_apart > MAX_DECODED_IN_ALL:
            raise _too_big(f"the result {key[:40]!r} that is referred to has {size} bytes", MAX_DECODED)
        if self._held + size > MAX_DECODED:
            self._decoded, self._held = {}, 0
        self._decoded[key] = msgspec.json.decode(raw)
        self._held += size
        return self._decoded[key]


def _too_big(hint: str, limit: int) -> ApiError:
    return ApiError(ErrorCode.BODY_TOO_BIG, hint=hint, limit=limit)
