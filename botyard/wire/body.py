"""What a caller sent, as one dict: query and body, whichever way the body is written.

Docs: settings/how-to-call-rest-api/data-encoding.md.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from functools import lru_cache
from itertools import islice
from json import detect_encoding
from typing import IO, Any, NamedTuple

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.wire import forms, multipart
from botyard.wire.json_strings import STRETCH, count_escapes, places, stretches, with_plain_slashes
from botyard.wire.limits import (
    MAX_BODY,
    MAX_DEPTH,
    MAX_ESCAPES,
    MAX_KEYS,
    MAX_TYPE_ECHO,
    MAX_UPLOAD,
    MAX_WIDE,
    SMALL_BODY,
)
from botyard.wire.multipart import Keep
from botyard.wire.surrogates import half_character, lone_escape, not_utf8
from botyard.wire.wide_text import WideText

# Clients that announce a Latin charset send UTF-8 all the same, or escapes; portals do not look at it.
_UTF_8 = ("utf-8", "utf8", "us-ascii", "iso-8859-1")
_BOM = b"\xef\xbb\xbf"
BLANKS = " \t\r\n\ufeff"
"""What may stand before JSON text: blanks, and the mark of UTF-8."""
# A string, closed or not: what JSON keeps without its strings is pure structure. Possessive, so linear.
JSON_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
_JSON_BLANKS = b" \t\r\n"
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_JSON_PLACE = re.compile(r"\(byte (\d+)\)")
# An escape of a character beyond the first 256, which take one byte: some clients write "+" in base64 as an escape.
_WIDE_ESCAPE = re.compile(rb"\\u(?!00)")
_JSON_START = re.compile(rb"[ \t\r\n]*+[\[{]")
# What hardly a form begins with: blanks, the mark of UTF-8, and JSON.
_ODD_START = frozenset(b"{[ \t\r\n\xef")
# The first field of a form: a plain name, perhaps with brackets, and a value.
_FORM_START = re.compile(rb"&*+[A-Za-z0-9_.%+\[\]-]++=")

TOKEN_NAMES = ("auth", "access_token")
"""The names under which a token may stand among the parameters; the first counts."""
_TOKENS = frozenset(TOKEN_NAMES)
# Longer than any token, with its name.
_MAX_TOKEN = 4096
_RAW_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode(content_type: str, body: bytes, query: bytes, *, limit: int = MAX_BODY) -> dict[str, Any]:
    """Merge query and body into one dict; of the same name in both, the body's value wins.

    Top-level names are lower-cased, because clients disagree on their case. Raises ApiError where
    something cannot be read.
    """
    if len(body) > limit:
        raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"the body is {len(body)} bytes", limit=limit)
    if len(query) > MAX_BODY:
        raise ApiError(ErrorCode.BODY_TOO_BIG, hint=f"the query is {len(query)} bytes", limit=MAX_BODY)
    return _merged(query, _body(content_type, body) if body else {})


def token(content_type: str, body: bytes, query: bytes) -> str:
    """The token in a body or a query, "" for none, as ``decode`` would return it but with nothing else decoded.

    So that a large body is read only for callers who are known. Raises ApiError where it cannot be looked for.
    """
    sent: dict[str, Any] = {name.lower(): value for name, value in forms.parse(query).items()}
    sent |= {name.lower(): value for name, value in _token_fields(content_type, body).items()}
    credential = next((sent[name] for name in TOKEN_NAMES if sent.get(name)), "")
    return credential if isinstance(credential, str) else ""


def _token_fields(content_type: str, body: bytes) -> dict[str, Any]:
    kind, _ = _media(content_type)
    if kind == "multipart/form-data":
        return multipart.pick(content_type, body, _TOKENS)
    text = body.removeprefix(_BOM)
    in_json = kind == "application/json" or kind.endswith("+json")
    if in_json or _JSON_START.match(text):
        try:
            check_structure(text)
            return {
                name: msgspec.json.decode(value)
                for name, value in _RAW_MEMBERS.decode(text).items()
                if name.lower() in _TOKENS and len(value) <= _MAX_TOKEN
            }
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # `decode` says what is wrong with it, to those who are known.
            if in_json:
                return {}
    return forms.pick(text, _TOKENS, longest=_MAX_TOKEN)


def names(content_type: str, body: bytes, query: bytes) -> list[str]:
    """The names of what `decode` has read, as they were sent."""
    return [*forms.parse(query), *(_body(content_type, body) if body else ())]


def decode_file(content_type: str, body: IO[bytes], query: bytes, keep: Keep) -> dict[str, Any]:
    """The same for a body in a file, which may be longer; files in a form become ``multipart.FilePart``."""
    body.seek(0)
    kind, charset = _media(content_type)
    if charset in _UTF_8 and kind == "multipart/form-data":
        return _merged(query, multipart.parse_file(content_type, body, keep))
    if charset in _UTF_8 and kind == "application/x-www-form-urlencoded" and not _odd(body):
        return _merged(query, forms.parse_file(body))
    return decode(content_type, body.read(), query, limit=MAX_UPLOAD)


def _merged(query: bytes, params: dict[str, Any]) -> dict[str, Any]:
    named = {name.lower(): value for name, value in forms.parse(query).items()} if query else {}
    for name, value in params.items():
        named[name.lower()] = value
    return named


def json(raw: bytes, *, most: int = MAX_KEYS) -> Any:
    """Read JSON text within the limits of requests, of ``most`` values. Raises ApiError where it cannot be read."""
    if b"\0" in raw:
        raise _with_nul(raw)
    if len(raw) > SMALL_BODY:
        raw = with_plain_slashes(raw)
        if count_escapes(raw) > MAX_ESCAPES:
            raise ApiError(ErrorCode.BODY_ESCAPES, limit=MAX_ESCAPES)
    if len(raw) > 2 * min(MAX_DEPTH, most):
        check_structure(raw, most)
    if len(raw) > MAX_WIDE:
        _check_width(raw)
    try:
        value = msgspec.json.decode(raw)
    except UnicodeDecodeError as error:
        raise not_utf8(error) from None
    except RecursionError:
        raise ApiError(ErrorCode.BODY_TOO_DEEP, limit=MAX_DEPTH) from None
    except msgspec.ValidationError:
        raise ApiError(ErrorCode.BODY_MALFORMED, reason="a number in the JSON is out of range") from None
    except msgspec.DecodeError as error:
        raise _json_problem(raw, str(error)) from None
    if b"\\u0000" in raw and _holds_nul(value):
        raise ApiError(ErrorCode.BODY_NUL)
    return value


def _with_nul(raw: bytes) -> ApiError:
    """The refusal of bytes with NULs among them: JSON in UTF-16 or UTF-32 has them in every other place."""
    encoding = detect_encoding(raw).upper()[:6]
    if encoding in ("UTF-16", "UTF-32"):
        return ApiError(ErrorCode.BODY_NOT_UTF8, hint=f"the JSON is in {encoding}; send it in UTF-8")
    return ApiError(ErrorCode.BODY_NUL)


class _Media(NamedTuple):
    kind: str
    charset: str


@lru_cache(maxsize=256)
def _media(content_type: str) -> _Media:
    kind, *parameters = content_type.lower().split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charset = next((value.strip().strip("\"'") for name, _, value in pairs if name.strip() == "charset"), "utf-8")
    return _Media(kind.strip(), charset)


def _body(content_type: str, body: bytes) -> dict[str, Any]:
    kind, charset = _media(content_type)
    if charset not in _UTF_8:
        raise ApiError(ErrorCode.BODY_TYPE, type=_echo(content_type))
    if kind == "application/json" or kind.endswith("+json"):
        return _json_params(body)
    if kind == "application/x-www-form-urlencoded":
        return _form(body)
    if kind == "multipart/form-data":
        return multipart.parse(content_type, body)
    return _unlabelled(content_type, body)


def _odd(body: IO[bytes]) -> bool:
    start = body.read(1)
    body.seek(0)
    return bool(start) and start[0] in _ODD_START


def _form(body: bytes) -> dict[str, Any]:
    """Read a form, or what only calls itself one: `curl -d '{…}'` sends JSON under this type.

    Only the body as it was sent counts, before any escape is resolved, and only where it is JSON as a
    whole: `{a}=1` is a form. What holds no "=" says nothing as a form, so it gets the errors of JSON.
    """
    if body[0] not in _ODD_START:
        return forms.parse(body)
    text = body.removeprefix(_BOM)
    if _JSON_START.match(text):
        try:
            return _json_params(text)
        except ApiError as refused:
            if refused.problem is not ErrorCode.BODY_MALFORMED or b"=" not in text:
                raise
    return forms.parse(text)


def _unlabelled(content_type: str, body: bytes) -> dict[str, Any]:
    """Read a body by its looks: beacons, `fetch` and hand-made requests label JSON and forms as text, or not at all."""
    start = body.removeprefix(_BOM).lstrip()
    if not start:
        return {}
    if start[:1] in (b"{", b"["):
        return _json_params(body)
    if _FORM_START.match(start):
        return forms.parse(start)
    raise ApiError(ErrorCode.BODY_TYPE, type=_echo(content_type))


def _json_params(body: bytes) -> dict[str, Any]:
    text = body.removeprefix(_BOM)
    if not text[:STRETCH].strip():
        text = text.lstrip()
        if not text:
            return {}
    value = json(text)
    if isinstance(value, dict):
        return forms.unmarked(value)
    # The PHP SDK sends `[]` where there are no parameters; a list holds positional ones.
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    if value is None:
        return {}
    raise ApiError(ErrorCode.BODY_MALFORMED, reason="the JSON must be an object or an array")


def check_structure(raw: bytes, most: int = MAX_KEYS) -> None:
    """Refuse JSON that is too deep or too wide, before it costs memory.

    Counting bytes settles nearly every body. Only where that is not enough, since texts may hold any
    number of brackets and commas, are the strings taken out and the rest counted exactly.
    """
    opened = raw.count(b"[") + raw.count(b"{")
    may_be_wide = len(raw) > 2 * most and opened + raw.count(b",") > most
    if opened <= MAX_DEPTH and not may_be_wide:
        return
    bare, strings = _without_strings(raw, 2 * most + 1)
    brackets = b"".join(piece.translate(None, _NOT_BRACKETS) for piece in stretches(bare))
    # More brackets than this are too wide anyhow; a long row of them need not be walked.
    if _depth(brackets[: 2 * most + 2]) > MAX_DEPTH:
        raise ApiError(ErrorCode.BODY_TOO_DEEP, limit=MAX_DEPTH)
    # Every string is a name or an element's value, so a text with more of them is too wide already.
    if strings > 2 * most:
        raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"more than {2 * most} texts and names came", limit=MAX_KEYS)
    if (elements := count_elements(bare)) > most:
        raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{elements} names and elements came", limit=MAX_KEYS)


def _without_strings(raw: bytes, count: int) -> tuple[bytes, int]:
    """JSON text with a digit in the place of each of its first ``count`` strings, and how many these are."""
    if len(raw) <= 2 * STRETCH:
        return JSON_STRING.subn(b"0", raw, count=count)
    bare, last = [], 0
    for start, end in islice(places(raw), count):
        bare.append(raw[last : start - 1])
        last = end + 1
    bare.append(raw[last:])
    return b"0".join(bare), len(bare) - 1


def _check_width(raw: bytes) -> None:
    """Refuse JSON with too much text beyond ASCII. Few of its strings are looked at, since the structure is checked."""
    if raw.isascii() and not _WIDE_ESCAPE.search(raw):
        return
    wide = WideText()
    for start, end in places(raw):
        string = raw[start:end]
        wide.add(string, escaped=_WIDE_ESCAPE.search(string) is not None)


def count_values(raw: bytes) -> int:
    """How many names and list elements JSON text holds that could be read; of a few not fewer than there are."""
    bound = raw.count(b",") + raw.count(b"[") + raw.count(b"{")
    return bound if bound <= MAX_DEPTH else count_elements(JSON_STRING.sub(b"0", raw))


def count_elements(bare: bytes) -> int:
    """Count names and list elements: one for each comma, and one more for each bracket that holds anything."""
    tight = b"".join(piece.translate(None, _JSON_BLANKS) for piece in stretches(bare))
    opened = tight.count(b"[") + tight.count(b"{")
    return tight.count(b",") + opened - tight.count(b"[]") - tight.count(b"{}")


def _depth(brackets: bytes) -> int:
    depth = deepest = 0
    for bracket in brackets:
        if bracket in b"[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > MAX_DEPTH:
                    break
        else:
            depth -= 1
    return deepest


def _json_problem(raw: bytes, message: str) -> ApiError:
    try:
        _require_utf8(raw)
    except UnicodeDecodeError as error:
        return not_utf8(error)
    place = _JSON_PLACE.search(message)
    # The decoder takes a text that ends within six bytes of a lone surrogate for one that is cut off.
    lone = lone_escape(raw) if len(raw) <= SMALL_BODY else None
    if lone is not None and (place is None or lone < int(place[1])):
        return half_character(lone)
    if place:
        return ApiError(ErrorCode.BODY_MALFORMED, reason=f"it is not valid JSON {place[0]}")
    return ApiError(ErrorCode.BODY_MALFORMED, reason="the JSON ends too early")


def _require_utf8(raw: bytes) -> None:
    """Raise what decoding raises, without the text in memory: it might be four times the size."""
    reader = getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), forms.PIECE):
        reader.decode(raw[start : start + forms.PIECE])
    reader.decode(b"", final=True)


def _holds_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _echo(content_type: str) -> str:
    return content_type[:MAX_TYPE_ECHO] or "(none)"
