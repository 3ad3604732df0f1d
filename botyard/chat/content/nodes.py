"""What a formatted text is made of: nodes of a tree. A text is a plain string.

`ui/src/format/nodes.ts` names the same for the web client.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Branch(msgspec.Struct, frozen=True, kw_only=True, gc=True):
    """A node that encloses others."""

    children: list[Node]


class Break(msgspec.Struct, frozen=True, tag_field="type", tag="break"):
    """A line break."""


class Bold(Branch, frozen=True, tag_field="type", tag="bold"):
    """``[b]``."""


class Italic(Branch, frozen=True, tag_field="type", tag="italic"):
    """``[i]``."""


class Underline(Branch, frozen=True, tag_field="type", tag="underline"):
    """``[u]``."""


class Strike(Branch, frozen=True, tag_field="type", tag="strike"):
    """``[s]``."""


class Size(Branch, frozen=True, tag_field="type", tag="size"):
    """``[size=20]``, in pixels, from 8 to 30."""

    size: int


class Color(Branch, frozen=True, tag_field="type", tag="color"):
    """``[color=#ff0000]``, as ``#rgb`` or ``#rrggbb``."""

    color: str


class Link(Branch, frozen=True, tag_field="type", tag="link"):
    """``[url]``, ``[url=…]``, or an address in the text; its schemes are those of ``addresses.address``."""

    url: str


class UserMention(Branch, frozen=True, tag_field="type", tag="user", omit_defaults=True):
    """``[user=5]``, or of everybody ``[user=all]``; with ``replace`` the name of today stands for the one written."""

    id: int | str
    replace: bool = False


class ChatMention(Branch, frozen=True, tag_field="type", tag="chat"):
    """``[chat=7]``: the dialog is ``chat7``, or ``imol|7`` as written."""

    dialog: str


class Context(Branch, frozen=True, tag_field="type", tag="context"):
    """``[context=chat7/42]``: a message of a dialog."""

    dialog: str
    message: int


class Send(Branch, frozen=True, tag_field="type", tag="send"):
    """``[send=/help]``: a press sends the text."""

    text: str


class Put(Branch, frozen=True, tag_field="type", tag="put"):
    """``[put=/help]``: a press puts the text into the input field."""

    text: str


class PhoneCall(Branch, frozen=True, tag_field="type", tag="call"):
    """``[call=+1999]``."""

    number: str


class Code(msgspec.Struct, frozen=True, tag_field="type", tag="code"):
    """``[code]``; one of several lines, or on a line of its own, is a block."""

    text: str
    block: bool


class Image(msgspec.Struct, frozen=True, tag_field="type", tag="image"):
    """``[img size=medium]``: small, medium or large."""

    url: str
    size: str


class Icon(msgspec.Struct, frozen=True, tag_field="type", tag="icon"):
    """``[icon=… size=20 title=smile]``, in pixels."""

    url: str
    size: int
    title: str


class Timestamp(msgspec.Struct, frozen=True, tag_field="type", tag="timestamp"):
    """``[timestamp=1645844720 format=SHORT_TIME_FORMAT]``, seconds since 1970."""

    time: int
    format: str


class DiskFile(msgspec.Struct, frozen=True, tag_field="type", tag="disk"):
    """``[disk=123]``."""

    id: int


class Quote(Branch, frozen=True, tag_field="type", tag="quote", omit_defaults=True):
    """Lines that begin with ``>>``, or lines between two of dashes, whose first may say who wrote what follows."""

    author: str = ""
    date: str = ""
    dialog: str = ""
    message: int = 0


_Style: TypeAlias = Bold | Italic | Underline | Strike | Size | Color
_Pressed: TypeAlias = Link | UserMention | ChatMention | Context | Send | Put | PhoneCall
_Leaf: TypeAlias = Break | Code | Image | Icon | Timestamp | DiskFile
Node: TypeAlias = str | _Style | _Pressed | _Leaf | Quote
