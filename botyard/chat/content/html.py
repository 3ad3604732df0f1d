"""A message as HTML: BB codes become elements, everything else is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from botyard.chat.content import bbcode
from botyard.chat.content.bbcode import BBToken

_ELEMENTS = {"b": "b", "i": "i", "u": "u", "s": "s", "code": "code"}
_SCHEMES = ("http://", "https://", "mailto:", "tel:", "/")


def html(text: str) -> str:
    """The text in elements without styles, addresses as links; of a tag that has no element, only what it encloses."""
    pieces = list(bbcode.tokens(text))
    pairs = bbcode.pairs(pieces)
    ends = _nested(pairs)
    closed_by = {end: begin for begin, end in ends.items()}
    crossing = {*pairs, *pairs.values()} - {*ends, *closed_by}
    written: list[str] = []
    for index, piece in enumerate(pieces):
        if index in crossing:
            continue
        if index in ends:
            following = pieces[index + 1].raw if ends[index] == index + 2 else ""
            written.append(_opening(piece, following))
        elif index in closed_by:
            begin = closed_by[index]
            written.append(_closing(pieces[begin], pieces[begin + 1].raw if begin == index - 2 else ""))
        elif piece.name == "br":
            written.append("<br>")
        else:
            written.append(escape(piece.raw).replace("\n", "<br>"))
    return "".join(written)


def _nested(pairs: Mapping[int, int]) -> dict[int, int]:
    """Those pairs of tags that lie within one another; one that ends outside of where it began is left out."""
    begins = {end: begin for begin, end in pairs.items()}
    nested: dict[int, int] = {}
    open_tags: list[int] = []
    crossing: set[int] = set()
    for index in sorted([*pairs, *begins]):
        if index in pairs:
            open_tags.append(index)
        elif (begin := begins[index]) not in crossing:
            while open_tags[-1] != begin:
                crossing.add(open_tags.pop())
            nested[open_tags.pop()] = index
    return nested


def _opening(piece: BBToken, inside: str) -> str:
    if piece.name in _ELEMENTS:
        return f"<{_ELEMENTS[piece.name]}>"
    address = _address(piece, inside)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">' if address else ""


def _closing(piece: BBToken, inside: str) -> str:
    if piece.name in _ELEMENTS:
        return f"</{_ELEMENTS[piece.name]}>"
    return "</a>" if _address(piece, inside) else ""


def _address(piece: BBToken, inside: str) -> str:
    """Where a link or a picture leads; nothing where that would run a script."""
    if piece.name not in ("url", "img"):
        return ""
    address = (piece.value if piece.name == "url" and piece.value else inside).strip()
    return address if address.lower().startswith(_SCHEMES) and not address.startswith("//") else ""
