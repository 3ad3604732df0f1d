"""A message as HTML: a few nodes become elements, of all others the words, and everything is escaped."""

from __future__ import annotations

from html import escape

from botyard.chat.content.nodes import (
    Bold,
    Branch,
    Break,
    Code,
    DiskFile,
    Icon,
    Image,
    Italic,
    Link,
    Node,
    Quote,
    Strike,
    Timestamp,
    Underline,
)
from botyard.chat.content.plain_text import FILE, moment
from botyard.chat.content.tree import parse

_ELEMENTS: dict[type[Branch], str] = {Bold: "b", Italic: "i", Underline: "u", Strike: "s", Quote: "blockquote"}


def html(text: str) -> str:
    """The text in elements without styles, addresses as links; of what has no element, only what it encloses."""
    return "".join(map(_element, parse(text)))


def _element(node: Node) -> str:
    if isinstance(node, str):
        return escape(node)
    if isinstance(node, Break):
        return "<br>"
    if isinstance(node, Code):
        return f"<code>{escape(node.text).replace(chr(10), '<br>')}</code>"
    if isinstance(node, Image):
        return _link(node.url, escape(node.url))
    if isinstance(node, Icon):
        return escape(node.title)
    if isinstance(node, DiskFile):
        return FILE
    if isinstance(node, Timestamp):
        return escape(moment(node))
    inside = "".join(map(_element, node.children))
    if isinstance(node, Link):
        return _link(node.url, inside)
    if isinstance(node, Quote) and node.author:
        inside = f"<b>{escape(node.author)}</b><br>{inside}"
    name = _ELEMENTS.get(type(node))
    return f"<{name}>{inside}</{name}>" if name else inside


def _link(url: str, inside: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{inside}</a>'
