"""A message in one line, as lists of chats and notifications show it. `ui/src/format/plain.ts` is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from botyard.chat.content.nodes import Branch, Break, Code, DiskFile, Icon, Image, Node, Quote, Timestamp
from botyard.chat.content.quotes import MARK
from botyard.chat.content.tree import parse

FILE = "[File]"
_FENCE = "------"


def plain(text: str) -> str:
    """The words of a message without codes, a line break as a blank.

    A whole message that is quoted is left out where whoever quotes it says something too.
    """
    if not _formatted(text):
        return " ".join(text.split())
    nodes = parse(text)
    own = [node for node in nodes if not (isinstance(node, Quote) and node.author)]
    return _line(own) or _line(nodes)


def words(text: str) -> str:
    """All that people read of a message, what it quotes too."""
    return _line(parse(text)) if _formatted(text) else text


def _formatted(text: str) -> bool:
    return "[" in text or MARK in text or _FENCE in text


def _line(nodes: list[Node]) -> str:
    return " ".join("".join(_words(nodes)).split())


def moment(node: Timestamp) -> str:
    """When a timestamp is, for readers whose time zone is not known."""
    # Eleven digits of seconds are within the years of datetime.
    return f"{datetime.fromtimestamp(node.time, UTC):%Y-%m-%d %H:%M} UTC"


def _words(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, Break):
            yield " "
        elif isinstance(node, Code):
            yield f" {node.text} " if node.block else node.text
        elif isinstance(node, Image):
            yield f" {node.url} "
        elif isinstance(node, Icon):
            yield node.title
        elif isinstance(node, DiskFile):
            yield FILE
        elif isinstance(node, Timestamp):
            yield moment(node)
        elif isinstance(node, Quote):
            yield " "
            yield from _words(node.children)
            yield " "
        elif isinstance(node, Branch):
            yield from _words(node.children)
