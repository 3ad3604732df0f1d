"""Characters that change what a reader sees of a text, written as escapes.

Control characters move the cursor and colour the terminal, those of C1 (U+0080 to U+009F) as those of ASCII do; marks
of direction show a text in another order than it has; separators of lines break one into two.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The same text with ``\\u202e`` for such a character; tabs and line feeds stay. JSON means the same as before."""
    return _HIDDEN.sub(_escape, text)


def _escape(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
