"""Offers to speak another protocol, and how they are declined.

b24phpsdk, like all that lets libcurl speak HTTP/2, offers h2c with every call by plain http. The parser stops after
the head of such a request, and its body is lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, Protocol

import httptools

from botyard.model.addresses import SOCKETS

_OFFERING = frozenset({b"upgrade", b"http2-settings"})
"""Headers that make an offer, and the words of `Connection` that go with them."""


_SOCKET = [part for part in SOCKETS.encode().split(b"/") if part]


def is_socket(target: bytes) -> bool:
    """Whether a WebSocket may be opened at the target of a request."""
    return [part for part in target.partition(b"?")[0].split(b"/") if part] == _SOCKET


class Reader(Protocol):
    """What a parser reads for."""

    def declines_offer(self) -> bool:
        """Whether the request read now offers a protocol that is not spoken here."""

    def read_on(self, rest: bytes) -> None:
        """Read the request under way again without its offer, and what comes after its head."""


class OfferParser(httptools.HttpRequestParser):
    """A parser that reads on after an offer that is declined, as if it had not been made."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._reader = reader
        with contextlib.suppress(AttributeError):
            # As uvicorn has it.
            self.set_dangerous_leniencies(lenient_data_after_close=True)

    def feed_data(self, data: Any) -> None:
        """Raises HttpParserUpgrade for an offer that is taken up."""
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._reader.declines_offer():
                raise
            self._reader.read_on(data[offer.args[0] :])


def head_without_offer(
    parser: httptools.HttpRequestParser, target: bytes, headers: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """The head that a parser has read, less what made the offer."""
    lines = [b"%b %b HTTP/%b" % (parser.get_method(), target, parser.get_http_version().encode())]
    for name, value in headers:
        if name == b"connection":
            value = b",".join(word for word in value.split(b",") if word.strip().lower() not in _OFFERING)
        if name not in _OFFERING and value:
            lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join([*lines, b"", b""])
