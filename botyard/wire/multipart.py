"""Multipart forms: their fields, decoded. The names are the bracketed names of `wire.forms`.

Docs: settings/how-to-call-rest-api/data-encoding.md. Uploaded files are not parameters, as in PHP, and are left out,
save where a method takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from botyard.errors import ApiError, ErrorCode
from botyard.wire import forms
from botyard.wire.limits import MAX_FILES, MAX_KEYS
from botyard.wire.surrogates import not_utf8
from botyard.wire.wide_text import WideText

if TYPE_CHECKING:  # The library defines it for type checkers only.
    from python_multipart.multipart import MultipartCallbacks


_PIECE = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_Value = bytes | tuple[bytes, IO[bytes]]


class FilePart(NamedTuple):
    """A file in a form: the name that it had with its sender, and its bytes."""

    name: str
    file: IO[bytes]


Keep = Callable[[], IO[bytes]]
"""Makes a place for the bytes of a file; whoever gives it closes the places."""


def parse(content_type: str, body: bytes) -> dict[str, Any]:
    """Read a multipart body. Raises ApiError where it cannot be read."""
    return forms.nest(_pairs(_read(_boundary(content_type), _pieces(body.removeprefix(_BOM)), None)))


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body a piece at a time, so that other threads have their turn."""
    return (body[at : at + _PIECE] for at in range(0, len(body), _PIECE))


def pick(content_type: str, body: bytes, wanted: frozenset[str]) -> dict[str, Any]:
    """Those fields whose names, in any case, are wanted. Raises ApiError where the body cannot be read."""
    return forms.nest(_pairs(_read(_boundary(content_type), _pieces(body.removeprefix(_BOM)), None, wanted)))


def parse_file(content_type: str, body: IO[bytes], keep: Keep) -> dict[str, Any]:
    """Read a multipart body from a file; the files in it are ``FilePart``."""
    if body.read(len(_BOM)) != _BOM:
        body.seek(0)
    pieces = iter(lambda: body.read(_PIECE), b"")
    return forms.nest(_pairs(_read(_boundary(content_type), pieces, keep)))


def _pairs(fields: Iterable[tuple[bytes, _Value]]) -> list[tuple[str, str | FilePart]]:
    wide = WideText()
    try:
        return [
            (_text(name, wide), _text(value, wide) if isinstance(value, bytes) else _part(*value, wide))
            for name, value in fields
        ]
    except UnicodeDecodeError as error:
        raise not_utf8(error) from None


def _part(name: bytes, file: IO[bytes], wide: WideText) -> FilePart:
    return FilePart(_text(name, wide), file)


def _text(raw: bytes, wide: WideText) -> str:
    if b"\0" in raw:
        raise ApiError(ErrorCode.BODY_NUL)
    wide.add(raw)
    return raw.decode()


def _boundary(content_type: str) -> bytes:
    _, options = parse_options_header(content_type.encode("latin-1", "replace"))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise ApiError(ErrorCode.BODY_MALFORMED, reason="the multipart boundary is missing")
    return boundary


def _read(
    boundary: bytes, body: Iterable[bytes], keep: Keep | None, wanted: frozenset[str] | None = None
) -> list[tuple[bytes, _Value]]:
    fields = _Fields(keep, wanted)
    try:
        parser = MultipartParser(boundary, fields.callbacks())
        for piece in body:
            parser.write(piece)
    except FormParserError:
        raise ApiError(ErrorCode.BODY_MALFORMED, reason="it is not valid multipart data") from None
    # A last part without a boundary after it is half a body. A last boundary without its two dashes
    # is not: the sample in the docs ends so.
    if fields.open:
        raise ApiError(ErrorCode.BODY_MALFORMED, reason="the multipart data ends too early")
    return fields.found


class _Fields:
    """Collects the fields of a body while the parser walks through it."""

    def __init__(self, keep: Keep | None, wanted: frozenset[str] | None) -> None:
        self.found: list[tuple[bytes, _Value]] = []
        self.open = False
        self._keep = keep
        self._wanted = wanted
        self._file: IO[bytes] | None = None
        self._files = 0
        self._parts = 0
        self._header = b""
        self._header_value = b""
        self._disposition = b""
        self._options: dict[bytes, bytes] = {}
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
            raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{self._parts} parts came so far", limit=MAX_KEYS)
        self._disposition = b""
        self._value = []
        self._file = None

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
        _, self._options = parse_options_header(self._disposition)
        if b"filename" in self._options and self._keep is not None:
            self._files += 1
            if self._files > MAX_FILES:
                raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{self._files} files came so far", limit=MAX_FILES)
            self._file = self._keep()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted is not None and not self._is_wanted():
            return
        if self._file is not None:
            self._file.write(data[start:end])
        else:
            self._value.append(data[start:end])

    def _is_wanted(self) -> bool:
        name = self._options.get(b"name", b"").decode(errors="replace").lower()
        return self._wanted is None or name in self._wanted

    def _part_end(self) -> None:
        self.open = False
        if not self._is_wanted():
            return
        name = self._options.get(b"name", b"")
        filename = self._options.get(b"filename")
        if not name or (filename is not None and self._file is None):
            return
        if len(self.found) == MAX_KEYS:
            raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{MAX_KEYS + 1} parts came so far", limit=MAX_KEYS)
        value: _Value = b"".join(self._value) if self._file is None else (filename or b"", self._file)
        self.found.append((name, value))
