"""Multipart forms: their fields, decoded. The names are the bracketed names of `wire.forms`.

Docs: settings/how-to-call-rest-api/data-encoding.md. Uploaded files are not parameters, as in PHP, and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from botyard.errors import Problem, Refused
from botyard.wire import forms
from botyard.wire.limits import MAX_KEYS

if TYPE_CHECKING:  # The library defines it for type checkers only.
    from python_multipart.multipart import MultipartCallbacks


def parse(content_type: str, body: bytes) -> dict[str, Any]:
    """Read a multipart body. Raises Refused where it cannot be read."""
    return forms.nest(_pairs(content_type, body))


def _pairs(content_type: str, body: bytes) -> list[tuple[str, str]]:
    fields = _read(_boundary(content_type), body)
    if any(b"\0" in name or b"\0" in value for name, value in fields):
        raise Refused(Problem.BODY_NUL)
    try:
        return [(name.decode(), value.decode()) for name, value in fields]
    except UnicodeDecodeError:
        raise Refused(Problem.BODY_NOT_UTF8) from None


def _boundary(content_type: str) -> bytes:
    _, options = parse_options_header(content_type.encode("latin-1", "replace"))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise Refused(Problem.BODY_MALFORMED, reason="the multipart boundary is missing")
    return boundary


def _read(boundary: bytes, body: bytes) -> list[tuple[bytes, bytes]]:
    fields = _Fields()
    try:
        parser = MultipartParser(boundary, fields.callbacks())
        parser.write(body)
    except FormParserError:
        raise Refused(Problem.BODY_MALFORMED, reason="it is not valid multipart data") from None
    # A last part without a boundary after it is half a body. A last boundary without its two dashes
    # is not: the sample in the docs ends so.
    if fields.open:
        raise Refused(Problem.BODY_MALFORMED, reason="the multipart data ends too early")
    return fields.found


class _Fields:
    """Collects the fields of a body while the parser walks through it."""

    def __init__(self) -> None:
        self.found: list[tuple[bytes, bytes]] = []
        self.open = False
        self._parts = 0
        self._header = b""
        self._header_value = b""
        self._disposition = b""
        self._value: list[bytes] = []

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begin,
            "on_header_begin": self._header_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_data,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_KEYS + 1:  # One more begins after a last boundary without its dashes.
            raise Refused(Problem.BODY_TOO_MANY, limit=MAX_KEYS)
        self._disposition = b""
        self._value = []

    def _header_begin(self) -> None:
        self._header = self._header_value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_data(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._header_value

    def _headers_finished(self) -> None:
        self.open = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._value.append(data[start:end])

    def _part_end(self) -> None:
        self.open = False
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"")
        if not name or b"filename" in options:
            return
        if len(self.found) == MAX_KEYS:
            raise Refused(Problem.BODY_TOO_MANY, limit=MAX_KEYS)
        self.found.append((name, b"".join(self._value)))
