"""Parses files as parameters: base64 text, and the objects and lists in which clients wrap it.

Docs: api-reference/files/how-to-upload-files.md, whose table gives each method one form; clients mix them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from botyard.chat.content.lenient_parsing import ParseFailure, absent, decoded

# `fileData` is [name, base64]; the two others go with a name beside them.
_PAIR = "filedata"
_NAMES = ("name", "filename")
_CONTENTS = ("content", "filecontent", "base64", "data")


class NamedFile(NamedTuple):
    """The name that a file was given, "" for none, and its content: text, or whatever else was sent."""

    name: str
    content: Any


def named(value: Any) -> NamedFile:
    """What a parameter holds: ``"base64"``, ``[name, base64]``, ``{fileData: [name, base64]}``, ``{name, content}``.

    Of nothing, in whatever spelling, the content is "".
    """
    value = _decoded(value)
    if value is None or value is False or absent(value) or value in ([], {}):
        return NamedFile("", "")
    if isinstance(value, Mapping):
        return _from_object(value)
    # A list of its own may stand around a pair, as where several files may be sent.
    if isinstance(value, list) and len(value) == 1:
        return named(value[0])
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
        return NamedFile(value[0], _text(value[1]))
    return NamedFile("", value)


def _from_object(value: Mapping[Any, Any]) -> NamedFile:
    held = {str(name).lower(): content for name, content in value.items()}
    if _PAIR in held:
        return named(held[_PAIR])
    if {*held} == {"0", "1"}:
        return named([held["0"], held["1"]])
    content = next((held[name] for name in _CONTENTS if name in held), value)
    name = next((held[name] for name in _NAMES if isinstance(held.get(name), str)), "")
    return NamedFile(name, _text(content))


def _text(content: Any) -> Any:
    return "" if content is None or absent(content) else content


def _decoded(value: Any) -> Any:
    try:
        return decoded(value)
    except ParseFailure:
        return value
