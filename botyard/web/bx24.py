"""`/api/v1/`: the library that pages of applications load, also under the vendor's name by a line in the hosts file."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from botyard.rpc.call import Context
from botyard.web import responses

FILE = Path(__file__).with_name("bx24.js")
KIND = "text/javascript; charset=utf-8"
SECONDS = 3600
"""For so long a browser need not ask whether there is another version."""


class _Library(NamedTuple):
    content: bytes
    tag: str


@cache
def _library() -> _Library:
    content = FILE.read_bytes()
    return _Library(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


async def bx24(context: Context, request: Request) -> Response:
    """The library, for pages of any origin."""
    library = _library()
    headers = {
        "cache-control": f"public, max-age={SECONDS}",
        "cross-origin-resource-policy": "cross-origin",
        "etag": library.tag,
    }
    if request.headers.get("if-none-match") == library.tag:
        return Response(status_code=304, headers={**responses.HEADERS, **headers})
    return responses.plain(library.content, KIND, headers)
