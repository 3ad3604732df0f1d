"""Responses for programs, from addresses outside `/rest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from botyard.web.http import COMMON, JSON

HEADERS = {name.decode(): value.decode() for name, value in COMMON}
"""What goes with every response that pages of any origin may read."""


def plain(content: bytes, media_type: str, more: Mapping[str, str] | None = None) -> Response:
    """Anything, as it is."""
    return Response(content, headers={**HEADERS, **(more or {})}, media_type=media_type)


def json(value: Any, status: int = 200) -> Response:
    """Any value as JSON."""
    return Response(msgspec.json.encode(value), status, HEADERS, JSON.decode())
