"""Calls of REST methods by a webhook."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

SECONDS = 60.0
# The portal is on this machine, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CallFailed(Exception):
    """The portal has refused a call: ``code`` and ``text`` as it said them, ``hint`` what Botyard knows beside them."""

    def __init__(self, method: str, code: str, text: str, hint: str = "") -> None:
        sentence = f"{method}: {code} {text}".rstrip()
        super().__init__(f"{sentence} ({hint})" if hint else sentence)
        self.hint = hint
        self.code = code
        self.text = text


def call(webhook: str, method: str, params: dict[str, Any]) -> Any:
    """The result of a method. Raises CallFailed."""
    body, head = json.dumps(params).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(webhook + method, body, head)
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer)["result"]
    except urllib.error.HTTPError as refused:
        raise _failed(method, refused.code, refused.read(), refused.headers.get("Botyard-Hint", "")) from None


def _failed(method: str, status: int, body: bytes, hint: str) -> CallFailed:
    try:
        decoded = json.loads(body)
        code, text = str(decoded["error"]), str(decoded.get("error_description", ""))
    except (ValueError, KeyError, TypeError):
        code, text = str(status), body[:200].decode(errors="replace")
    return CallFailed(method, code, text, hint)
