"""Responses of methods called with `.xml`.

Docs: settings/how-to-call-rest-api/general-principles.md, "Request Result".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from botyard.wire.forms import text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# A bare carriage return would be read back as a line feed.
_ENTITIES = {"\r": "&#13;"}


def render(value: Any) -> bytes:
    """Write an envelope as XML: the JSON answer's names as elements, list items as `<item>`.

    A name that XML does not allow becomes `<item key="…">`; true is 1, false 0, null an empty element.
    """
    inside = _content(msgspec.to_builtins(value, str_keys=True))
    return f'<?xml version="1.0" encoding="UTF-8"?><response>{inside}</response>'.encode()


def _content(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_named(str(key), item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{_content(item)}</item>" for item in value)
    return escape(_illegal().sub("", text(value)), _ENTITIES)


@cache
def _illegal() -> re.Pattern[str]:
    """What XML 1.0 cannot hold at all, not even escaped: control characters, surrogates and two code points."""
    # Slow to compile, and few ask for XML.
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _named(name: str, value: Any) -> str:
    if _NAME.match(name):
        return f"<{name}>{_content(value)}</{name}>"
    return f"<item key={quoteattr(_illegal().sub('', name))}>{_content(value)}</item>"
