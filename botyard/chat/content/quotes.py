"""Quotes in a text: lines that begin with ``>>``, and what stands between two lines of dashes.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/message-formatting.md. `ui/src/format/quotes.ts` is the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from botyard.chat.content.nodes import Break, Code, Node, Quote

Line = list[Node]

MARK = ">>"
_FENCE = re.compile(r"-{6,} *")
# "Ann Smith [28.11.2026 12:30] #chat7/42": who wrote what is quoted, when, and which message it was.
_HEADER = re.compile(
    r"(.{1,120}?) ?\[([^\[\]]{1,60})\](?: #((?:chat|sg)?[1-9][0-9]{0,14})/([1-9][0-9]{0,14}))?",
    re.IGNORECASE | re.ASCII,
)


def arranged(nodes: Sequence[Node]) -> list[Node]:
    """The nodes of a text with its quotes put together, and blocks of code on lines of their own marked as blocks.

    There is no break beside a block: it begins and ends a line anyway.
    """
    lines = _lines(nodes)
    fences = [place for place, line in enumerate(lines) if _is_fence(line)]
    items: list[Line | Quote] = []
    done = 0
    for begin, end in zip(fences[::2], fences[1::2], strict=False):
        items += _with_marks(lines[done:begin])
        items.append(_fenced(lines[begin + 1 : end]))
        done = end + 1
    items += _with_marks(lines[done:])
    return _joined(items)


def _lines(nodes: Sequence[Node]) -> list[Line]:
    lines: list[Line] = [[]]
    for node in nodes:
        if isinstance(node, Break):
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _is_fence(line: Line) -> bool:
    return len(line) == 1 and isinstance(line[0], str) and _FENCE.fullmatch(line[0]) is not None


def _fenced(lines: list[Line]) -> Quote:
    header = lines[0][0] if lines and len(lines[0]) == 1 else None
    match = _HEADER.fullmatch(header) if isinstance(header, str) else None
    children = _joined(_with_marks(lines[1:] if match else lines))
    if match is None:
        return Quote(children=children)
    return Quote(
        children=children,
        author=match[1].strip(" "),
        date=match[2],
        dialog=(match[3] or "").lower(),
        message=int(match[4] or 0),
    )


def _with_marks(lines: list[Line]) -> list[Line | Quote]:
    """Lines, those that are marked and follow one another as one quote."""
    items: list[Line | Quote] = []
    marked: list[Line | Quote] = []
    for line in lines:
        first = line[0] if line else None
        if isinstance(first, str) and first.startswith(MARK):
            rest = first.removeprefix(MARK).lstrip(" ")
            marked.append([rest, *line[1:]] if rest else line[1:])
            continue
        if marked:
            items.append(Quote(children=_joined(marked)))
            marked = []
        items.append(line)
    if marked:
        items.append(Quote(children=_joined(marked)))
    return items


def _joined(items: list[Line | Quote]) -> list[Node]:
    nodes: list[Node] = []
    after_line = False
    for item in items:
        if isinstance(item, Quote):
            nodes.append(item)
        elif len(item) == 1 and isinstance(item[0], Code):
            nodes.append(msgspec.structs.replace(item[0], block=True))
        else:
            if after_line:
                nodes.append(Break())
            nodes += item
            after_line = True
            continue
        after_line = False
    return nodes
