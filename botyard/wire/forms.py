"""PHP forms: `a[b][]=1` to nested values, and nested values to `a%5Bb%5D%5B0%5D=1`.

Docs: settings/how-to-call-rest-api/data-encoding.md. Reading follows PHP's `$_POST`, writing `http_build_query`.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from typing import IO, Any

from botyard.errors import ApiError, ErrorCode
from botyard.wire.limits import MAX_DEPTH, MAX_KEYS
from botyard.wire.surrogates import not_utf8
from botyard.wire.wide_text import WideText

# Only such keys count when PHP looks for the next free index: "01", "-1" and "1e3" are names.
_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z")
_CUT_ESCAPE = re.compile(rb"%[0-9A-Fa-f]?\Z")
# A large value is unescaped piece by piece, so that the copies on the way stay small.
PIECE = 64 * 1024
# For `unescape`: 255 for each percent sign, 255 for each hexadecimal digit, and what such a digit is worth.
_SEPARATORS = b"&" * PIECE
_PERCENT = bytes(255 if byte == ord("%") else 0 for byte in range(256))
_HEX = bytes(255 if chr(byte) in string.hexdigits else 0 for byte in range(256))
_WORTH = bytes(int(chr(byte), 16) if chr(byte) in string.hexdigits else 0 for byte in range(256))
# Python refuses to write longer integers in decimal; nothing sensible is that long.
_MAX_INT_BITS = 4096
# Names up to this length are kept once they were written.
_SHORT = 40
MARK = "\ufeff"
"""The mark of UTF-8, which editors put before the first name; it belongs to no name."""


def parse(raw: bytes) -> dict[str, Any]:
    """Read a query string or a form body. Raises ApiError where it cannot be read."""
    if not raw:
        return {}
    if len(raw) > PIECE:
        raw = _trimmed(raw)
    raw = raw.strip(b"&")
    if len(raw) > MAX_KEYS and raw.count(b"&") >= MAX_KEYS:
        raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{raw.count(b'&') + 1} came", limit=MAX_KEYS)
    if len(raw) > PIECE:
        # It looks for NULs, too, but at no more than a piece at a time.
        return parse_file(BytesIO(raw))
    if b"\0" in raw or b"%00" in raw:
        raise ApiError(ErrorCode.BODY_NUL)
    return nest(_pairs(raw))


def _trimmed(raw: bytes) -> bytes:
    """A long form without most of the separators around it: to strip megabytes takes long."""
    start, end = 0, len(raw)
    while start < end and raw[start : start + PIECE] == _SEPARATORS:
        start += PIECE
    while start < end and raw[max(start, end - PIECE) : end] == _SEPARATORS:
        end -= PIECE
    return raw[start:end]


def parse_file(body: IO[bytes]) -> dict[str, Any]:
    """Read a form body from a file, whose large values are in memory hardly more than once."""
    pairs: list[tuple[str, str]] = []
    wide = WideText()
    for name, value in _streamed(body):
        wide.add(name)
        wide.add(value)
        try:
            pairs.append((name.decode(), value.decode()))
        except UnicodeDecodeError as error:
            raise not_utf8(error) from None
        if len(pairs) > MAX_KEYS:
            raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{len(pairs)} came so far", limit=MAX_KEYS)
    return nest(pairs)


def pick(raw: bytes, wanted: frozenset[str], *, longest: int) -> dict[str, str]:
    """Those fields of a form whose names, in any case, are wanted; the values of the others are not looked at.

    Values longer than ``longest`` bytes are left out. Raises ApiError where one that is wanted cannot be read.
    """
    picked: dict[str, str] = {}
    start = 0
    for _ in range(MAX_KEYS):
        end = raw.find(b"&", start)
        end = len(raw) if end < 0 else end
        name = raw[start : min(end, start + _SHORT)].partition(b"=")[0]
        if _unescaped_name(name).lower() in wanted and end - start <= longest:
            picked |= _pairs(raw[start:end])
        if end == len(raw):
            break
        start = end + 1
    return picked


def _unescaped_name(name: bytes) -> str:
    return unescape(name.replace(b"+", b" ")).decode(errors="replace").removeprefix(MARK)


def nest(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Build nested values from decoded names and values (or files), in the order in which they were sent."""
    if pairs and pairs[0][0][:1] == MARK:
        pairs = [(pairs[0][0][1:], pairs[0][1]), *pairs[1:]]
    flat = {name: value for name, value in pairs if name}
    if "[" not in "".join(flat):
        return flat
    root = _Branch()
    grown = 0
    for name, value in pairs:
        if not name:
            continue
        grown += root.place(_path(name), value)
        if grown > MAX_KEYS:
            hint = f"{len(pairs)} came, and the brackets of their names make more than {MAX_KEYS} values"
            raise ApiError(ErrorCode.BODY_TOO_MANY, hint=hint, limit=MAX_KEYS)
    return {name: _settle(value) for name, value in root.items()}


def unmarked(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters, the first name without the mark of UTF-8."""
    first = next(iter(params), "")
    if first[:1] != MARK:
        return params
    rest = {name: value for name, value in params.items() if name != first}
    return {first[1:]: params[first]} | rest


def encode(value: Mapping[str, Any]) -> str:
    """Write nested values as a form body: true is "1", false "0", None "", and empty arrays vanish."""
    parts: list[str] = []
    for name, item in value.items():
        _write(parts, _name(str(name)), item)
    return "&".join(parts)


def _write(parts: list[str], name: str, value: Any) -> None:
    """Add what a value comes to: an array is its leaves, each under its path."""
    # Of ten values nine are texts, and a dict is known much sooner than any other mapping.
    if isinstance(value, str):
        parts.append(f"{name}={_quoted(value)}")
    elif isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101
        for key, item in value.items():
            _write(parts, f"{name}%5B{_name(str(key))}%5D", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _write(parts, f"{name}%5B{index}%5D", item)
    else:
        parts.append(f"{name}={_quoted(text(value))}")


# What PHP's urlencode makes of each byte: plain letters, digits and these three stay.
_PLAIN = frozenset(string.ascii_letters + string.digits + "-._")
_ESCAPES = ["+" if byte == " " else byte if byte in _PLAIN else f"%{ord(byte):02X}" for byte in map(chr, range(256))]


def _name(plain: str) -> str:
    """The same few names come again and again."""
    return _short(plain) if len(plain) <= _SHORT else _quoted(plain)


@lru_cache(maxsize=1024)
def _short(plain: str) -> str:
    return _quoted(plain)


def _quoted(plain: str) -> str:
    """A name or a value as it stands in a form; what is no character becomes a question mark."""
    if plain.isascii():
        return plain if plain.isalnum() else plain.translate(_ESCAPES)
    return plain.encode(errors="replace").decode("latin-1").translate(_ESCAPES)


def text(value: object) -> str:
    """Write one scalar as PHP puts it into a form; anything that is not a scalar has no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _MAX_INT_BITS else ""
    if isinstance(value, float):
        return _float_text(value)
    return ""


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


class _Branch(dict[str, Any]):
    """An array in the making: it knows its next free index, and whether `name[]=` was the last thing it got."""

    __slots__ = ("bare", "next")

    def __init__(self) -> None:
        super().__init__()
        self.next = 0
        self.bare = False

    def put(self, key: str, value: Any) -> None:
        """Set ``key``, or the next free index where the brackets were empty."""
        self.bare = not key and value == ""
        if not key:
            key = str(self.next)
            self.next += 1
        elif _INDEX.match(key):
            self.next = max(self.next, int(key) + 1)
        self[key] = value

    def place(self, path: list[str], value: Any) -> int:
        """Put ``value`` at the end of ``path`` and say how many branches had to grow for it."""
        branch, grown = self, 0
        for key in path[:-1]:
            child = branch.get(key) if key else None
            if not isinstance(child, _Branch):
                child = _Branch()
                branch.put(key, child)
                grown += 1
            branch = child
        branch.put(path[-1], value)
        return grown


def _settle(value: Any) -> Any:
    """Turn a finished branch into a list where its keys are 0, 1, 2… in order, else into a plain dict."""
    if not isinstance(value, _Branch):
        return value
    if value.bare and len(value) == 1:
        return []
    if value.next == len(value) and all(key == str(index) for index, key in enumerate(value)):
        return [_settle(item) for item in value.values()]
    return {key: _settle(item) for key, item in value.items()}


def _path(name: str) -> list[str]:
    """Split `a[b][]` into its keys; like PHP, text after a closing bracket is ignored.

    A bracket that never closes, or one in front, makes the whole name an ordinary one.
    """
    start = name.find("[")
    if start <= 0:
        return [name]
    path = [name[:start]]
    while name.startswith("[", start):
        end = name.find("]", start)
        if end < 0:
            return [name]
        path.append(name[start + 1 : end])
        if len(path) > MAX_DEPTH:
            raise ApiError(ErrorCode.BODY_TOO_DEEP, limit=MAX_DEPTH)
        start = end + 1
    return path


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        sent = raw.decode()
        halves = [pair.partition("=") for pair in sent.split("&")]
        if "%" not in sent and "+" not in sent:
            return [(name, value) for name, _, value in halves]
        return [(_unquote(name), _unquote(value)) for name, _, value in halves]
    except UnicodeDecodeError as error:
        raise not_utf8(error) from None


def _streamed(body: IO[bytes]) -> Iterator[tuple[bytearray, bytearray]]:
    """Names and values, unescaped while they are read."""
    field = _Field()
    while piece := body.read(PIECE):
        *ended, rest = piece.split(b"&")
        for part in ended:
            field.add(part)
            yield field.finished()
            field = _Field()
        field.add(rest)
    yield field.finished()


class _Field:
    """One `name=value` of a form, that comes in parts."""

    def __init__(self) -> None:
        self._halves = [bytearray()]
        self._cut = b""

    def add(self, part: bytes) -> None:
        """Take in what comes next; an escape that is cut in two waits for its other half. Raises BODY_NUL."""
        part = self._cut + part
        if b"\0" in part or b"%00" in part:
            raise ApiError(ErrorCode.BODY_NUL)
        cut = _CUT_ESCAPE.search(part, max(0, len(part) - 2))
        end = cut.start() if cut else len(part)
        self._cut = part[end:]
        if len(self._halves) == 1 and b"=" in part[:end]:
            place = part.index(b"=")
            self._halves[0] += unescape(part[:place].replace(b"+", b" "))
            self._halves.append(bytearray(unescape(part[place + 1 : end].replace(b"+", b" "))))
        else:
            self._halves[-1] += unescape(part[:end].replace(b"+", b" "))

    def finished(self) -> tuple[bytearray, bytearray]:
        """The name and the value; an escape that stays by half stands for itself."""
        self._halves[-1] += self._cut
        return self._halves[0], self._halves[1] if len(self._halves) > 1 else bytearray()


def _unquote(sent: str) -> str:
    if "+" in sent:
        sent = sent.replace("+", " ")
    return unescape(sent.encode()).decode() if "%" in sent else sent


def unescape(raw: bytes) -> bytes:
    """Resolve `%41` in bytes without NULs; a percent sign that begins no escape stands for itself.

    All escapes at once, as arithmetic on the whole text as one number: the time is the same for any text of a length,
    and a fraction of what a step for each escape would take.
    """
    if b"%" not in raw:
        return raw
    digits = int.from_bytes(raw.translate(_HEX), "little")
    escapes = int.from_bytes(raw.translate(_PERCENT), "little") & digits >> 8 & digits >> 16
    if not escapes:
        return raw
    worth = int.from_bytes(raw.translate(_WORTH), "little") >> 8
    resolved = (worth << 4 | worth >> 8) & escapes
    text = int.from_bytes(raw, "little")
    covered = escapes | escapes << 8 | escapes << 16
    # What an escape leaves behind its first place are two zeros, and nothing else is one.
    return (text ^ (text & covered) | resolved).to_bytes(len(raw), "little").translate(None, b"\0")
