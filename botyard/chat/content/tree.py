"""A message as a tree: what its BB codes, its quotes and the addresses in it mean.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/message-formatting.md. The web client parses by the same rules
(`ui/src/format/tree.ts`); tests/chat/formatting.json holds both against each other. Takes time in proportion
to the length of the text, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from botyard.chat.content import bbcode, quotes
from botyard.chat.content.addresses import address, bare_links, picture_address
from botyard.chat.content.bbcode import BBToken
from botyard.chat.content.nodes import (
    Bold,
    Branch,
    Break,
    ChatMention,
    Code,
    Color,
    Context,
    DiskFile,
    Icon,
    Image,
    Italic,
    Link,
    Node,
    PhoneCall,
    Put,
    Quote,
    Send,
    Size,
    Strike,
    Timestamp,
    Underline,
    UserMention,
)

LENGTH_MAX: Final = 60_000
"""Characters of a text that is formatted: as long as an attachment may be. A longer one is shown as it is written."""
DEPTH_MAX: Final = 16
"""Tags within one another; of those within more, only what they enclose."""
SIZE_MIN, SIZE_MAX = 8, 30
ICON_SIZE, ICON_MIN, ICON_MAX = 20, 8, 100
IMAGE_SIZES = ("small", "medium", "large")

# What a press does something with; none lies within another.
_PRESSED = frozenset({"url", "user", "chat", "context", "send", "put", "call"})
_STYLES: Mapping[str, type[Bold | Italic | Underline | Strike]] = {"b": Bold, "i": Italic, "u": Underline, "s": Strike}
# Ids that JavaScript holds exactly.
_ID = r"[1-9][0-9]{0,14}"
_USER = re.compile(rf"({_ID}|all)( +replace)?", re.IGNORECASE | re.ASCII)
_CHAT = re.compile(rf"(?:chat)?({_ID})|((?:sg|imol\|){_ID})", re.IGNORECASE | re.ASCII)
_CONTEXT = re.compile(rf"((?:chat|sg)?{_ID})/({_ID})", re.IGNORECASE | re.ASCII)
_SIZE = re.compile(r"([0-9]{1,4})(?:px)?", re.IGNORECASE | re.ASCII)
_COLOR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)
_PHONE = re.compile(r"[+0-9*#][0-9 ()*#.\-]{1,31}")
_IMAGE = re.compile(r"size=([a-z]+)", re.IGNORECASE | re.ASCII)
_ICON_FIELD = re.compile(r" (size|width|height|title)=", re.IGNORECASE | re.ASCII)
_TIMESTAMP = re.compile(r"([0-9]{1,11})(?: +format=([a-z_]{1,40}))?", re.IGNORECASE | re.ASCII)
_TIME_FORMAT = "FORMAT_DATETIME"
_TRIM = " \t\r\n"

Made = Callable[[list[Node]], Node | None]


class _OpenTag(NamedTuple):
    """A tag that is not closed yet. One without ``made`` leaves only what it encloses, in the list around it."""

    name: str
    made: Made | None
    children: list[Node]


def parse(text: str) -> list[Node]:
    """The nodes of a text, in order."""
    if len(text) > LENGTH_MAX:
        return [text]
    return _linked(quotes.arranged(_inline(text.replace("\r\n", "\n"))))


def _inline(text: str) -> list[Node]:
    """The nodes without quotes and addresses. A tag that is not closed is text; of one that crosses, its content."""
    pieces = list(bbcode.tokens(text))
    pairs = bbcode.pairs(pieces)
    ends = _nested(pairs)
    closing = set(ends.values())
    crossing = {*pairs, *pairs.values()} - {*ends, *closing}
    nodes: list[Node] = []
    opened: list[_OpenTag] = []
    texts: list[str] = []
    depth = 0
    for index, piece in enumerate(pieces):
        if index in crossing:
            continue
        around = opened[-1].children if opened else nodes
        if index in ends:
            made = _made(piece, opened) if depth < DEPTH_MAX else None
            if made is None:
                opened.append(_OpenTag(piece.name, None, around))
                continue
            depth += 1
            _add_texts(around, texts)
            opened.append(_OpenTag(piece.name, made, []))
        elif index in closing:
            tag = opened.pop()
            if tag.made is not None:
                depth -= 1
                _add_texts(tag.children, texts)
                node = tag.made(tag.children)
                for child in tag.children if node is None else [node]:
                    _add(opened[-1].children if opened else nodes, child)
        elif isinstance(single := _single(piece), str):
            texts.append(single)
        else:
            _add_texts(around, texts)
            around.append(single)
    _add_texts(nodes, texts)
    return nodes


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


def _add_texts(nodes: list[Node], texts: list[str]) -> None:
    """Add the texts that have come together, line by line."""
    for place, line in enumerate("".join(texts).split("\n")):
        if place:
            nodes.append(Break())
        if line:
            _add(nodes, line)
    texts.clear()


def _add(nodes: list[Node], node: Node) -> None:
    """Add a node; a text behind another is joined to it."""
    if isinstance(node, str) and nodes and isinstance(before := nodes[-1], str):
        nodes[-1] = before + node
    else:
        nodes.append(node)


def _made(piece: BBToken, opened: list[_OpenTag]) -> Made | None:
    """What becomes of the tag once its content is known; None for one that means nothing here."""
    within = [tag.name for tag in opened if tag.made is not None]
    name, value = piece.name, piece.value.strip(_TRIM)
    if name in _PRESSED and ("img" in within or not _PRESSED.isdisjoint(within)):
        return None
    if name in _STYLES:
        style = _STYLES[name]
        return lambda children: style(children=children) if children else None
    if name == "code":
        return _code
    if name == "img":
        return None if "img" in within else _image(value)
    return _WITH_VALUE[name](value)


def _code(children: list[Node]) -> Node | None:
    written = "".join(child if isinstance(child, str) else "\n" for child in children).strip("\n")
    return Code(written, "\n" in written) if written else None


def _size(value: str) -> Made | None:
    match = _SIZE.fullmatch(value)
    size = min(max(int(match[1]), SIZE_MIN), SIZE_MAX) if match else 0
    return (lambda children: Size(size=size, children=children) if children else None) if size else None


def _color(value: str) -> Made | None:
    match = _COLOR.fullmatch(value)
    color = f"#{match[1].lower()}" if match else ""
    return (lambda children: Color(color=color, children=children) if children else None) if color else None


def _url(value: str) -> Made | None:
    def made(children: list[Node]) -> Node | None:
        url = address(value or _text(children))
        return Link(url=url, children=children or [url]) if url else None

    return made if not value or address(value) else None


def _user(value: str) -> Made | None:
    match = _USER.fullmatch(value)
    if not match:
        return None
    user_id = "all" if match[1].lower() == bbcode.EVERYBODY else int(match[1])
    return lambda children: UserMention(id=user_id, replace=bool(match[2]), children=children)


def _chat(value: str) -> Made | None:
    match = _CHAT.fullmatch(value)
    if not match:
        return None
    dialog = f"chat{match[1]}" if match[1] else match[2].lower()
    return lambda children: ChatMention(dialog=dialog, children=children)


def _context(value: str) -> Made | None:
    match = _CONTEXT.fullmatch(value)
    if not match:
        return None
    return lambda children: Context(dialog=match[1].lower(), message=int(match[2]), children=children)


def _send(value: str) -> Made:
    def made(children: list[Node]) -> Node | None:
        written = value or _text(children).strip(_TRIM)
        return Send(text=written, children=children or [written]) if written else None

    return made


def _put(value: str) -> Made:
    def made(children: list[Node]) -> Node | None:
        written = value or _text(children).strip(_TRIM)
        return Put(text=written, children=children or [written]) if written else None

    return made


def _call(value: str) -> Made:
    def made(children: list[Node]) -> Node | None:
        number = value or _text(children).strip(_TRIM)
        return PhoneCall(number=number, children=children or [number]) if _PHONE.fullmatch(number) else None

    return made


def _image(value: str) -> Made:
    match = _IMAGE.fullmatch(value)
    named = match[1].lower() if match else ""
    # "The size parameter is required": one that is missing or unknown is taken for the middle one.
    size = named if named in IMAGE_SIZES else "medium"

    def made(children: list[Node]) -> Node | None:
        url = picture_address(_text(children))
        return Image(url, size) if url else None

    return made


_WITH_VALUE: Mapping[str, Callable[[str], Made | None]] = {
    "size": _size,
    "color": _color,
    "url": _url,
    "user": _user,
    "chat": _chat,
    "context": _context,
    "send": _send,
    "put": _put,
    "call": _call,
}


def _single(piece: BBToken) -> Node:
    """A text, or a tag that encloses nothing; one that cannot be understood is text, as it is written."""
    if piece.name == "br":
        return "\n"
    if piece.name == "icon":
        return _icon(piece.value) or piece.raw
    if piece.name == "timestamp":
        match = _TIMESTAMP.fullmatch(piece.value.strip(_TRIM))
        return Timestamp(int(match[1]), (match[2] or _TIME_FORMAT).upper()) if match else piece.raw
    if piece.name == "disk":
        match = re.fullmatch(_ID, piece.value.strip(_TRIM))
        return DiskFile(int(match[0])) if match else piece.raw
    return piece.raw


def _icon(value: str) -> Icon | None:
    first, *rest = _ICON_FIELD.split(value)
    fields = {name.lower(): held.strip(_TRIM) for name, held in zip(rest[::2], rest[1::2], strict=True)}
    url = picture_address(first.strip(_TRIM).partition(" ")[0])
    match = _SIZE.fullmatch(fields.get("size") or fields.get("width") or fields.get("height") or "")
    size = min(max(int(match[1]), ICON_MIN), ICON_MAX) if match else ICON_SIZE
    return Icon(url, size, fields.get("title", "")) if url else None


def _text(nodes: list[Node]) -> str:
    """The words of nodes, a break as a line break."""
    written = []
    for node in nodes:
        if isinstance(node, str):
            written.append(node)
        elif isinstance(node, Break):
            written.append("\n")
        elif isinstance(node, Code):
            written.append(node.text)
        elif isinstance(node, Branch):
            written.append(_text(node.children))
    return "".join(written)


def _linked(nodes: list[Node]) -> list[Node]:
    """The nodes with the addresses in their texts as links."""
    linked: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            linked += _cut(node)
        elif isinstance(node, (Bold, Italic, Underline, Strike, Size, Color, Quote)):
            node.children[:] = _linked(node.children)
            linked.append(node)
        else:
            linked.append(node)
    return linked


def _cut(text: str) -> list[Node]:
    places = bare_links(text) if ":" in text else []
    cut: list[Node] = []
    done = 0
    for begin, end in places:
        if done < begin:
            cut.append(text[done:begin])
        cut.append(Link(url=text[begin:end], children=[text[begin:end]]))
        done = end
    if done < len(text):
        cut.append(text[done:])
    return cut
