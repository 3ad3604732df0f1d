"""JSON text in a parameter: how much of it is read, and what is wrong with it."""

from __future__ import annotations

import threading
from typing import Any

from botyard.errors import ApiError, ErrorCode, Problem
from botyard.wire import body
from botyard.wire.limits import MAX_DEPTH, MAX_KEYS
from botyard.wire.surrogates import HALF

_FAULTS: dict[Problem, str] = {
    ErrorCode.BODY_SURROGATE: f"it holds {HALF}",
    ErrorCode.BODY_NUL: "it holds a NUL character",
    ErrorCode.BODY_TOO_DEEP: f"it is nested deeper than {MAX_DEPTH} levels",
    ErrorCode.BODY_TOO_MANY: f"it holds more than {MAX_KEYS} values",
}


def fault(text: str) -> str:
    """What is wrong with it, as a caller is told; "" for JSON that can be read."""
    try:
        body.json(text.lstrip(body.BLANKS).encode(errors="surrogatepass"))
    except ApiError as refused:
        return _FAULTS.get(refused.problem) or str(refused.words.get("reason", "it is not valid JSON"))
    return ""


class _JsonTexts(threading.local):
    """The JSON texts in the parameters of one call, which together may hold as many values as a body."""

    left = MAX_KEYS
    """Values that may still come; whoever begins to read a call sets it."""

    def decode(self, text: str) -> Any:
        """Raises ApiError for what cannot be read, or is too much, and UnicodeEncodeError."""
        raw = text.encode()
        value = body.json(raw, most=self.left)
        self.left -= body.count_values(raw)
        return value


json_texts = _JsonTexts()
