"""HTTP Basic, by which libraries of OAuth name an application and its secret at the token endpoint.

Docs: RFC 6749, 2.3.1.
"""

from __future__ import annotations

import binascii
from typing import NamedTuple
from urllib.parse import unquote_plus

SCHEME = "basic"
CHALLENGE = b'Basic realm="oauth", charset="UTF-8"'


class BasicCredentials(NamedTuple):
    """An application's id and secret as they stood in the header; both empty where that could not be read."""

    client_id: str
    secret: str


def read(header: str) -> BasicCredentials | None:
    """What an `Authorization` header says; ``None`` where it is absent or of another scheme."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != SCHEME:
        return None
    try:
        text = binascii.a2b_base64(encoded.strip(), strict_mode=True).decode()
        client_id, _, secret = text.partition(":")
        # Both were encoded as in a form before they were put together.
        named = BasicCredentials(unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict"))
    except ValueError:
        return BasicCredentials("", "")
    # PostgreSQL takes no NUL in a text, and no application has one in its name.
    return BasicCredentials("", "") if "\0" in named.client_id + named.secret else named
