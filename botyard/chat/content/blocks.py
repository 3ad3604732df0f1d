"""Blocks of an attachment, as the block collection pages document them.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/attachments/block-collections/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from botyard.chat.content.lenient_parsing import (
    Fields,
    Grammar,
    ParseFailure,
    Table,
    choice,
    color,
    empty,
    entries,
    fields,
    misspelt,
    read,
    text,
    token,
    whole,
)
from botyard.chat.content.links import link
from botyard.wire.body import BLANKS
from botyard.wire.hint import kind_of

# "If the value is not specified or is incorrect, 200 is used."
DELIMITER_SIZE = 200

USER: Table = {
    "NAME": text,
    "AVATAR": link,
    "LINK": link,
    "USER_ID": whole,
    "CHAT_ID": whole,
    "BOT_ID": whole,
    "NETWORK_ID": text,
    "AVATAR_TYPE": choice("USER", "CHAT", "BOT"),
}
LINK: Table = {
    "LINK": link,
    "NAME": text,
    "DESC": text,
    "HTML": text,
    "PREVIEW": link,
    "WIDTH": whole,
    "HEIGHT": whole,
    "USER_ID": whole,
    "CHAT_ID": whole,
    "NETWORK_ID": text,
}
GRID: Table = {
    # COLUMN is how ROW was called before; published clients still send it.
    "DISPLAY": choice("BLOCK", "LINE", "ROW", "COLUMN", "TABLE", default="BLOCK"),
    "NAME": text,
    "VALUE": text,
    "WIDTH": whole,
    "HEIGHT": whole,
    "COLOR_TOKEN": token,
    "COLOR": color,
    "LINK": link,
    "USER_ID": whole,
    "CHAT_ID": whole,
}
IMAGE: Table = {"LINK": link, "NAME": text, "PREVIEW": link, "WIDTH": whole, "HEIGHT": whole}
FILE: Table = {"LINK": link, "NAME": text, "SIZE": whole}


def attachments(value: Any) -> list[Fields]:
    """Attachments as they are stored: ID, COLOR_TOKEN, maybe COLOR, and BLOCKS.

    Bare blocks that follow one another make one attachment.
    """
    built: list[Fields] = []
    items = entries(value, _ATTACHMENTS)
    for full, group in groupby(items, key=lambda item: "BLOCKS" in item):
        for source in group if full else [{"BLOCKS": list(group)}]:
            blocks = _all_blocks(source["BLOCKS"])
            if blocks:
                built.append(_attachment(source, blocks, number=len(built) + 1))
    return built


def _all_blocks(value: Any) -> list[Fields]:
    built: list[Fields] = []
    try:
        listed = entries(value, _BLOCKS)
    except ParseFailure as wrong:
        raise wrong.inside("BLOCKS") from None
    for place, item in enumerate(listed):
        try:
            built += _blocks(item)
        except ParseFailure as wrong:
            raise wrong.inside(f"BLOCKS[{place}]") from None
    return built


def _attachment(source: Fields, blocks: list[Fields], *, number: int) -> Fields:
    # Both kinds of colour are taken in either field.
    shown_color = color(source.get("COLOR")) or color(source.get("COLOR_TOKEN"))
    named = token(source.get("COLOR_TOKEN")) or token(source.get("COLOR")) or "base"
    head: Fields = {"ID": whole(source.get("ID")) or number, "COLOR_TOKEN": named}
    if shown_color:
        head["COLOR"] = shown_color
    return {**head, "BLOCKS": blocks}


def _is_block(source: Fields) -> bool:
    return not KINDS.keys().isdisjoint(source)


def _blocks(source: Fields) -> Iterator[Fields]:
    """One block per known name: documented is one name, a PHP array easily gathers several."""
    kinds = [name for name in source if name in KINDS]
    if not kinds:
        meant = misspelt(source, KINDS).partition(": ")[2]
        known = meant or f"known: {', '.join(KINDS)}"
        raise ParseFailure(f"unknown block {', '.join(source)[:60] or '(empty)'}; {known}")
    for kind in kinds:
        try:
            yield from ({kind: held} for held in KINDS[kind](source[kind]))
        except ParseFailure as wrong:
            raise wrong.inside(kind) from None


def _message(value: Any) -> list[Any]:
    words = text(value)
    if words is None:
        raise ParseFailure(f"expected a text, got {kind_of(value)}")
    return [words]


def _delimiter(value: Any) -> list[Any]:
    # A sample of imbot.command.answer says just {"DELIMITER": true}; PHP sends an empty array for no fields.
    source = fields(value) if isinstance(value, dict) else {}
    shown_color = color(source.get("COLOR"))
    size = whole(source.get("SIZE")) or DELIMITER_SIZE
    return [{"SIZE": size, "COLOR": shown_color} if shown_color else {"SIZE": size}]


def _one_by_one(name: str, build: Callable[[Fields], Fields]) -> Callable[[Any], list[Any]]:
    """Blocks that hold one object; a list of objects makes several blocks."""
    return lambda value: [build(item) for item in _objects(value, name)]


def _together(name: str, build: Callable[[Fields], Fields]) -> Callable[[Any], list[Any]]:
    """Blocks that hold a list of objects; one object makes a list of one."""
    return lambda value: [[build(item) for item in _objects(value, name)]]


def _objects(value: Any, name: str) -> list[Fields]:
    # {"IMAGE": "https://…"} means the field without which the block could not be.
    bare = isinstance(value, str) and not value.lstrip(BLANKS).startswith(("[", "{")) and not empty(value)
    built = [{name: value}] if bare else entries(value, _ANY)
    if not built:
        raise ParseFailure("it is empty")
    return built


def _user(source: Fields) -> Fields:
    block = read(USER, source)
    if not block.get("NAME"):
        raise ParseFailure(f"it needs NAME{misspelt(source, USER)}")
    return block


def _link(source: Fields) -> Fields:
    block = read(LINK, source)
    if block.keys().isdisjoint(("LINK", "USER_ID", "CHAT_ID", "NETWORK_ID")):
        raise ParseFailure(f"it needs one of LINK, USER_ID, CHAT_ID, NETWORK_ID{misspelt(source, LINK)}")
    if not block.get("NAME") and "LINK" in block:
        block["NAME"] = block["LINK"]
    return block


def _cell(source: Fields) -> Fields:
    cell = read(GRID, source)
    if cell["DISPLAY"] == "COLUMN":
        cell["DISPLAY"] = "ROW"
    if cell.keys().isdisjoint(("NAME", "VALUE")):
        raise ParseFailure(f"it needs NAME or VALUE{misspelt(source, GRID)}")
    return cell


def _image(source: Fields) -> Fields:
    image = read(IMAGE, source)
    if "LINK" not in image:
        raise ParseFailure(f"it needs LINK{misspelt(source, IMAGE)}")
    return {"PREVIEW": image["LINK"], **image}


def _file(source: Fields) -> Fields:
    file = read(FILE, source)
    if "LINK" not in file:
        raise ParseFailure(f"it needs LINK{misspelt(source, FILE)}")
    return file


# The links page names RICH_LINK beside LINK without fields of its own.
KINDS: dict[str, Callable[[Any], list[Any]]] = {
    "MESSAGE": _message,
    "LINK": _one_by_one("LINK", _link),
    "RICH_LINK": _one_by_one("LINK", _link),
    "USER": _one_by_one("NAME", _user),
    "GRID": _together("VALUE", _cell),
    "IMAGE": _together("LINK", _image),
    "FILE": _together("LINK", _file),
    "DELIMITER": _delimiter,
}

_ATTACHMENTS = Grammar(
    "a list of blocks, or an object with BLOCKS",
    lambda item: "BLOCKS" in item or _is_block(item),
    ("BLOCKS", *KINDS),
)
_BLOCKS = Grammar("a list of blocks", _is_block, tuple(KINDS))
_ANY = Grammar("an object, or a list of them", lambda item: True, ())
