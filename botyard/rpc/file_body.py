"""Results that are files, and no JSON."""

from __future__ import annotations

import msgspec


class FileBody(msgspec.Struct, frozen=True):
    """A file to be downloaded: the response itself, or base64 text beside its name in a batch."""

    name: str
    content: bytes
