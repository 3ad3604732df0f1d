"""BB codes in a message: whom it mentions and which commands it calls.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/message-formatting.md. Everything here takes
time in proportion to the length of the text, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# What may follow a name: nothing ("[b]"), "=" and a value ("[url=…]"), or a space and attributes ("[img size=…]").
PAIRED = {
    **dict.fromkeys(("b", "i", "u", "s", "code"), ("",)),
    **dict.fromkeys(("size", "color", "user", "chat", "context"), ("=",)),
    **dict.fromkeys(("url", "put", "send", "call"), ("", "=")),
    "img": ("", " "),
}
SINGLE = {"br": ("",), "icon": ("=",), "timestamp": ("=",), "disk": ("=",)}
FORMS = PAIRED | SINGLE

# What may be a tag: the name of one, and what stands between it and the next bracket. Names are ASCII, in any case.
_TAG = re.compile(rf"\[(?:/({'|'.join(PAIRED)})|({'|'.join(FORMS)})(?:([= ])([^\[\]]*+))?)\]", re.IGNORECASE | re.ASCII)
_CODE_END = re.compile(r"\[/code\]", re.IGNORECASE | re.ASCII)
# Where a command may begin: at the start of a line.
_CALL = re.compile(r"(?:\A|\n|\[br\])/[^/\s]", re.IGNORECASE | re.ASCII)
_MENTION = re.compile(r"\[user=", re.IGNORECASE | re.ASCII)

EVERYBODY = "all"
"""What ``[USER=all]`` names: all who are in the chat."""
# Ids of people are BIGINT in the store.
ID_DIGITS = 18


class BBToken(NamedTuple):
    """A piece of a message; the ``raw`` parts of all pieces are the message. Text has no ``name``."""

    raw: str
    name: str = ""
    value: str = ""
    closing: bool = False


def mentions(text: str) -> tuple[int, ...]:
    """Ids of the people and bots mentioned, ``[USER=5]…[/USER]``, each once, in order."""
    if not _MENTION.search(text):
        return ()
    return tuple(dict.fromkeys(user_id for user_id in map(_user_id, _opened(text, "user")) if user_id))


def mentions_everybody(text: str) -> bool:
    """Whether all who are in the chat are mentioned, ``[USER=all]…[/USER]``."""
    if not _MENTION.search(text):
        return False
    return any(tag.value.strip().lower() == EVERYBODY for tag in _opened(text, "user"))


def without_mentions(text: str) -> str:
    """The message as bots read it: whoever is mentioned is cut, ``[USER=all]`` too; the end stays as written.

    A comma right behind the mention and the blanks after it go too. The samples of ONIMBOTMESSAGEADD
    turn "[USER=571]NewBot[/USER], create" into "create" and "[USER=567]NewBot[/USER] , how" into ", how".
    """
    pieces = list(tokens(text))
    ends = pairs(pieces)
    kept: list[str] = []
    index, cut = 0, False
    while index < len(pieces):
        piece = pieces[index]
        if index in ends and piece.name == "user" and (_user_id(piece) or piece.value.strip().lower() == EVERYBODY):
            index, cut = ends[index] + 1, True
            continue
        kept.append(piece.raw.removeprefix(",").lstrip() if cut else piece.raw)
        index, cut = index + 1, False
    return "".join(kept)


def commands(text: str) -> list[tuple[str, str]]:
    """Slash commands with their parameters: every line that begins with ``/name`` calls one.

    Text within ``[code]`` begins no command, but may be a parameter.
    """
    if not _CALL.search(text):
        return []
    calls = []
    for line in _lines(text):
        if line[:1] != "/":
            continue
        word, *params = line.split(maxsplit=1)
        # "/ or" and "//" begin remarks, not commands.
        if word[1:2] not in ("", "/"):
            calls.append((word[1:], params[0].rstrip() if params else ""))
    return calls


def tokens(text: str) -> Iterator[BBToken]:
    """Cut a message into texts and tags; what looks like a tag and is none is text."""
    last_code_end = max((end.start() for end in _CODE_END.finditer(text)), default=-1)
    in_code, done = False, 0
    for match in _TAG.finditer(text):
        closed, opened, sign, value = match.groups()
        name = (closed or opened).lower()
        if closed is None and (sign or "") not in FORMS[name]:
            continue
        if name == "code":
            # An end without a beginning, and a beginning that never ends, are text.
            if (closed is not None) != in_code or not (in_code or last_code_end > match.start()):
                continue
            in_code = closed is None
        elif in_code:
            continue
        if done < match.start():
            yield BBToken(text[done : match.start()])
        yield BBToken(match[0], name, value or "", closed is not None)
        done = match.end()
    if done < len(text):
        yield BBToken(text[done:])


def pairs(pieces: Sequence[BBToken]) -> dict[int, int]:
    """Index of each opening tag that is closed → index of the tag that closes it."""
    opened: dict[str, list[int]] = {}
    ends: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        if piece.name not in PAIRED:
            continue
        if not piece.closing:
            opened.setdefault(piece.name, []).append(index)
        elif waiting := opened.get(piece.name):
            ends[waiting.pop()] = index
    return ends


def _opened(text: str, name: str) -> Iterator[BBToken]:
    pieces = list(tokens(text))
    return (pieces[index] for index in sorted(pairs(pieces)) if pieces[index].name == name)


def _user_id(tag: BBToken) -> int:
    """The id in ``[USER=503]`` and in ``[USER=503 REPLACE]``, which system messages write; else 0."""
    word, _, _ = tag.value.strip().partition(" ")
    return int(word) if len(word) <= ID_DIGITS and word.isascii() and word.isdigit() else 0


def _lines(text: str) -> Iterator[str]:
    """Lines of a message; ``[br]`` breaks a line too, a line break within ``[code]`` does not."""
    pieces = list(tokens(text))
    ends = pairs(pieces)
    line: list[str] = []
    code_end = -1
    for index, piece in enumerate(pieces):
        if piece.name == "code" and index in ends:
            code_end = ends[index]
        if index <= code_end:
            line.append(piece.raw)
            continue
        head, *more = ["", ""] if piece.name == "br" else piece.raw.split("\n")
        line.append(head)
        for part in more:
            yield "".join(line)
            line = [part]
    yield "".join(line)
