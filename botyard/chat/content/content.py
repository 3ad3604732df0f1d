"""Parses what a message carries beside its text: attachments, a keyboard, a context menu.

The API takes each of them as an object, a bare list, a form-indexed list, one bare
entry or a JSON text. Here they become one shape, which is stored, given back by
message lists and sent in events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

import msgspec

from botyard.chat.content.blocks import attachments
from botyard.chat.content.buttons import buttons, items
from botyard.chat.content.lenient_parsing import Fields, ParseFailure, absent, decoded, empty
from botyard.errors import ApiError, Reason, raises


class Blank(Enum):
    """Why there is nothing to store."""

    ABSENT = "the parameter was not given: an edited message keeps what it has"
    CLEARED = "the parameter was given empty: an edited message loses what it has"


ABSENT: Final = Blank.ABSENT
CLEARED: Final = Blank.CLEARED
Content: TypeAlias = Blank | list[Fields]


class Bytes(int):
    """A size limit counted in bytes of UTF-8."""


class Characters(int):
    """A size limit counted in characters."""


# "30 KB" on the pages of imbot, "60,000 characters" on those of im, im.notify and imbot.v2; of the JSON that was sent.
ATTACH_LIMIT_V1: Final = Bytes(30_720)
KEYBOARD_LIMIT_V1: Final = Bytes(30_720)
MENU_LIMIT_V1: Final = Bytes(30_720)
ATTACH_LIMIT: Final = Characters(60_000)
KEYBOARD_LIMIT: Final = Characters(60_000)
MENU_LIMIT: Final = Characters(60_000)

SENT_MAX: Final = 16 * ATTACH_LIMIT
"""Characters of JSON text that is read to see how large it is: blanks and escapes may make it some times as long."""

# Bytes of UTF-8 that begin no character.
_CONTINUED: Final = bytes(range(0x80, 0xC0))


@raises(Reason.ATTACH_WRONG, Reason.ATTACH_TOO_BIG)
def attach(value: Any, *, limit: int = ATTACH_LIMIT_V1) -> Content:
    """Attachments of a message: ``[{ID, COLOR_TOKEN, COLOR?, BLOCKS}, …]``."""
    return _content(value, attachments, limit=limit, wrong=Reason.ATTACH_WRONG, too_big=Reason.ATTACH_TOO_BIG)


@raises(Reason.KEYBOARD_WRONG, Reason.KEYBOARD_TOO_BIG)
def keyboard(value: Any, *, bot_id: int, limit: int = KEYBOARD_LIMIT_V1) -> Content:
    """Buttons of a message: ``[{BOT_ID, TEXT, …}, {TYPE: NEWLINE}, …]``.

    ``bot_id`` is the sender's, 0 for a person; a BOT_ID within the keyboard wins.
    """
    return _content(
        value,
        lambda raw: buttons(raw, bot_id),
        limit=limit,
        wrong=Reason.KEYBOARD_WRONG,
        too_big=Reason.KEYBOARD_TOO_BIG,
    )


@raises(Reason.MENU_WRONG, Reason.MENU_TOO_BIG)
def menu(value: Any, *, bot_id: int, limit: int = MENU_LIMIT_V1) -> Content:
    """Items of a message's context menu: ``[{BOT_ID, TEXT, …}, …]``. ``bot_id`` as in ``keyboard``."""
    return _content(
        value, lambda raw: items(raw, bot_id), limit=limit, wrong=Reason.MENU_WRONG, too_big=Reason.MENU_TOO_BIG
    )


@raises(attach, keyboard, menu)
def merge(
    stored: Mapping[str, Any],
    *,
    attach: Content = ABSENT,
    keyboard: Content = ABSENT,
    menu: Content = ABSENT,
) -> dict[str, Any]:
    """A message's params after this content was given: set, taken away, or left as they were."""
    merged = dict(stored)
    for name, content in (("ATTACH", attach), ("KEYBOARD", keyboard), ("MENU", menu)):
        if content is CLEARED:
            merged.pop(name, None)
        elif content is not ABSENT:
            merged[name] = content
    return merged


def _content(value: Any, read: Callable[[Any], list[Fields]], *, limit: int, wrong: Reason, too_big: Reason) -> Content:
    if value is msgspec.UNSET or absent(value):
        return ABSENT
    if empty(value):
        return CLEARED
    if isinstance(value, str) and len(value) > SENT_MAX:
        raise ApiError(too_big, hint=f"the JSON text has {len(value)} characters")
    try:
        value = decoded(value)
        size = _size(value, limit)
        # What is too large is not read. What JSON has no words for, in a place that is not read, does not count.
        built = read(value) if size <= limit else []
        size = _length(msgspec.json.encode(built), limit) if size < 0 else size
    except ParseFailure as error:
        raise ApiError(wrong, hint=_fault(wrong, error)) from error
    except UnicodeError as error:
        # Text that is not valid Unicode (half of a surrogate pair) could not be stored.
        raise ApiError(wrong, hint=f"{_name(wrong)} holds half of a surrogate pair") from error
    if size > limit:
        unit = "bytes" if isinstance(limit, Bytes) else "characters"
        raise ApiError(too_big, hint=f"{_name(wrong)} is {size} {unit} of JSON; the limit is {limit}")
    return built or CLEARED


def _name(wrong: Reason) -> str:
    """The parameter of a problem: ATTACH, KEYBOARD or MENU."""
    return wrong.name.partition("_")[0]


def _fault(wrong: Reason, error: ParseFailure) -> str:
    # A path that begins with BLOCKS, BUTTONS or ITEMS says whose it is.
    return str(error) if error.path else f"{_name(wrong)}: {error}"


def _size(value: Any, limit: int) -> int:
    """The size of what was sent, -1 where JSON has no words for it.

    What is filled in here, up to five times as much, does not count.
    """
    try:
        return _length(msgspec.json.encode(value), limit)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return -1


def _length(serialised: bytes, limit: int) -> int:
    return len(serialised) if isinstance(limit, Bytes) else len(serialised.translate(None, _CONTINUED))
