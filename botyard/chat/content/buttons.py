"""Parses the buttons under a message and the items of its context menu.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/message-keyboards.md, chats/messages/menu.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botyard.chat.content.lenient_parsing import (
    Fields,
    Grammar,
    ParseFailure,
    Table,
    choice,
    color,
    decoded,
    entries,
    fields,
    flag,
    misspelt,
    params,
    read,
    rows,
    text,
    token,
    whole,
)
from botyard.chat.content.links import link

T = TypeVar("T")
ACTIONS = frozenset({"PUT", "SEND", "COPY", "CALL", "DIALOG"})
NEWLINE = "NEWLINE"
_NEWLINE: Fields = {"TYPE": NEWLINE}

ITEM: Table = {"CONTEXT": choice("ALL", "MOBILE", "DESKTOP", default="ALL"), "DISABLED": flag}
BUTTON: Table = {
    "BLOCK": flag,
    **ITEM,
    "DISPLAY": choice("BLOCK", "LINE", default="BLOCK"),
    "WIDTH": whole,
    "BG_COLOR": color,
    "BG_COLOR_TOKEN": lambda value: token(value) or "base",
    "TEXT_COLOR": color,
    "OFF_BG_COLOR": color,
    "OFF_TEXT_COLOR": color,
}


def buttons(value: Any, bot_id: int) -> list[Fields]:
    """The buttons of a keyboard; each names the bot that its command goes to."""
    value, bot_id = _opened(value, bot_id, root="BUTTONS")
    keyboard: list[Fields] = []
    apart, place = False, 0
    for row in _listed(value, _BUTTONS, read=rows, root="BUTTONS"):
        built = _built(row.entries, lambda item: _button(item, bot_id), root="BUTTONS", first=place)
        place += len(built)
        # A list within the list, as keyboards of other messengers are written, is a line of its own.
        if keyboard and built and (row.nested or apart) and _NEWLINE not in (keyboard[-1], built[0]):
            keyboard.append(_NEWLINE)
        keyboard += built
        apart = row.nested
    return keyboard


def items(value: Any, bot_id: int) -> list[Fields]:
    """The items of a context menu; each names the bot that its command goes to."""
    value, bot_id = _opened(value, bot_id, root="ITEMS")
    listed = _listed(value, _ITEMS, read=entries, root="ITEMS")
    return _built(listed, lambda item: _item(item, bot_id), root="ITEMS")


def _listed(value: Any, grammar: Grammar, *, read: Callable[[Any, Grammar], list[T]], root: str) -> list[T]:
    """What a list holds; a fault inside of it has a path that begins with the root."""
    try:
        return read(value, grammar)
    except ParseFailure as wrong:
        raise (wrong.inside(root) if wrong.path else wrong) from None


def _built(sources: list[Fields], build: Callable[[Fields], Fields], *, root: str, first: int = 0) -> list[Fields]:
    """Buttons or items, of which the first has the place ``first``; one that is wrong is told by its place."""
    made: list[Fields] = []
    for place, source in enumerate(sources, first):
        try:
            made.append(build(source))
        except ParseFailure as wrong:
            raise wrong.inside(f"{root}[{place}]") from None
    return made


def _opened(value: Any, bot_id: int, *, root: str) -> tuple[Any, int]:
    """The list within an object, and the bot that the object names."""
    value = decoded(value)
    if isinstance(value, dict):
        full = fields(value)
        if root in full:
            # "Specify BOT_ID at the same level as BUTTONS", or a command may miss its bot.
            bot_id = whole(full.get("BOT_ID")) or bot_id
            value = full[root]
    return value, bot_id


def _is_one(source: Fields) -> bool:
    return "TEXT" in source or "TYPE" in source


_DEEDS = ("TEXT", "LINK", "COMMAND", "COMMAND_PARAMS", "ACTION", "ACTION_VALUE", "APP_ID", "APP_PARAMS")
_BUTTONS = Grammar("a list of buttons, or an object with BUTTONS", _is_one, ("BUTTONS", "TYPE", *_DEEDS))
_ITEMS = Grammar("a list of items, or an object with ITEMS", _is_one, ("ITEMS", *_DEEDS))


def _button(source: Fields, bot_id: int) -> Fields:
    if (text(source.get("TYPE")) or "").strip().upper() == NEWLINE:
        return _NEWLINE
    button = _head(source, bot_id) | read(BUTTON, source)
    if "COMMAND" not in button:
        # Only a bot can unblock a button, and only commands reach the bot.
        button["BLOCK"] = "N"
    return button


def _item(source: Fields, bot_id: int) -> Fields:
    return _head(source, bot_id) | read(ITEM, source)


def _head(source: Fields, bot_id: int) -> Fields:
    """Bot, caption and what happens on a press: every button and item needs the last two."""
    caption = text(source.get("TEXT"))
    if not caption or not caption.strip():
        raise ParseFailure(f"it needs TEXT{misspelt(source, _DEEDS)}")
    return {"BOT_ID": whole(source.get("BOT_ID")) or bot_id, "TEXT": caption, **_deed(source)}


def _deed(source: Fields) -> Fields:
    """The one thing that a press does; of several the first in the documented order."""
    deed = read({"LINK": link}, source) or _command(source) or _action(source) or _app(source)
    if not deed:
        raise ParseFailure(_no_deed(source))
    return deed


def _no_deed(source: Fields) -> str:
    if "ACTION" in source:
        spelling = misspelt(source, _DEEDS)
        return f"ACTION is one of {', '.join(sorted(ACTIONS))}, with ACTION_VALUE beside it{spelling}"
    return f"it needs one of LINK, COMMAND, ACTION, APP_ID{misspelt(source, _DEEDS)}"


def _command(source: Fields) -> Fields:
    """A command without its slash; the words after it are parameters ("echo repeat" in the samples)."""
    name, *rest = (text(source.get("COMMAND")) or "").strip().lstrip("/").split(maxsplit=1) or [""]
    if not name:
        return {}
    command_params = params(source.get("COMMAND_PARAMS"))
    return {"COMMAND": name, "COMMAND_PARAMS": " ".join(filter(None, [*rest, command_params]))}


def _action(source: Fields) -> Fields:
    action = (text(source.get("ACTION")) or "").strip().upper()
    value = text(source.get("ACTION_VALUE"))
    return {"ACTION": action, "ACTION_VALUE": value} if action in ACTIONS and value else {}


def _app(source: Fields) -> Fields:
    return read({"APP_ID": whole, "APP_PARAMS": params}, source) if whole(source.get("APP_ID")) else {}
