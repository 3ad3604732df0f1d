"""Addresses in the text of a message: where a link may lead, and which words are links by themselves.

`ui/src/format/addresses.ts` is the same in the web client; tests/chat/formatting.json holds both against each other.
"""

from __future__ import annotations

import re

# Control characters, and blanks of any kind: what Python and JavaScript call a blank is not the same.
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_BLANKS = r"\x20\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|[^/?#\\@:\[\]{_CONTROLS}{_BLANKS}]+)(?::[0-9]{{0,5}})?"
_WEB = re.compile(rf"https?://(?:[^/?#\\@{_CONTROLS}]*@)?{_HOST}(?:[/?#][^{_CONTROLS}]*)?", re.IGNORECASE | re.ASCII)
_OTHER = re.compile(rf"(?:mailto|tel):[^{_CONTROLS}]+", re.IGNORECASE | re.ASCII)
# Browsers read "//host" and "/\host" as another site, so these are no paths of the portal.
_LOCAL = re.compile(rf"/(?:[^/\\{_CONTROLS}][^{_CONTROLS}]*)?")

_IN_LINK = rf"[^{_CONTROLS}{_BLANKS}<>\"\[\]{{}}|\\^`]"
_BARE = re.compile(
    rf"(?<![A-Za-z0-9_])(?:https?://{_IN_LINK}+|mailto:{_IN_LINK}+|tel:\+?[0-9]{_IN_LINK}*)", re.IGNORECASE | re.ASCII
)
_ENDS_SENTENCE = frozenset(".,;:!?'*_~…»”’")


def address(text: str) -> str:
    """The address that a link may lead to, or nothing: http, https, mailto, tel, and paths of the portal."""
    trimmed = text.strip(" \t\r\n")
    allowed = _WEB.fullmatch(trimmed) or _OTHER.fullmatch(trimmed) or _LOCAL.fullmatch(trimmed)
    return trimmed if allowed else ""


def picture_address(text: str) -> str:
    """The address that a picture may come from, or nothing: http, https, and paths of the portal."""
    trimmed = text.strip(" \t\r\n")
    return trimmed if _WEB.fullmatch(trimmed) or _LOCAL.fullmatch(trimmed) else ""


def bare_links(text: str) -> list[tuple[int, int]]:
    """Where in a text without codes links begin and end; a full stop or a bracket behind one is not part of it."""
    places = []
    for match in _BARE.finditer(text):
        link = _without_punctuation(match[0])
        if address(link) and (not link.lower().startswith("mailto:") or "@" in link):
            places.append((match.start(), match.start() + len(link)))
    return places


def _without_punctuation(link: str) -> str:
    end = len(link)
    surplus = link.count(")") - link.count("(")
    while end:
        sign = link[end - 1]
        if sign == ")" and surplus > 0:
            surplus -= 1
        elif sign not in _ENDS_SENTENCE:
            break
        end -= 1
    return link[:end]
