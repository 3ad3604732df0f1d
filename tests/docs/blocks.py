"""The code blocks of a page, in order, with the notes that stand above them.

A block of ``sh`` is run. What cannot be run here has a note above it that says why, ``<!-- not run: … -->``;
a block of another language has one that names the file it goes to, ``<!-- file: … -->``. A block of ``json`` behind
one of ``sh`` is what the last command prints.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_NOTE = re.compile(r"<!-- (not run|file): (.+?) -->")


class Block(NamedTuple):
    """A block of code. ``why`` is the reason it is not run, ``file`` where it is written to."""

    line: int
    language: str
    text: str
    why: str = ""
    file: str = ""


def blocks(page: Path) -> list[Block]:
    """Every code block of a page."""
    fenced: list[Block] = []
    lines = page.read_text().splitlines()
    opened: int | None = None
    note = ""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            if opened is None:
                opened = number
            else:
                language = lines[opened - 1].strip().removeprefix("```")
                text = "\n".join(lines[opened : number - 1])
                fenced.append(_noted(Block(opened, language, text), note))
                opened, note = None, ""
        elif opened is None and line.strip():
            note = line
    return fenced


def _noted(block: Block, note: str) -> Block:
    match = _NOTE.fullmatch(note.strip())
    if match is None:
        return block
    return block._replace(why=match[2]) if match[1] == "not run" else block._replace(file=match[2])
