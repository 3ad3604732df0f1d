"""A Dockerfile as its instructions, and what its build may copy."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path
from typing import NamedTuple


class Instruction(NamedTuple):
    """An instruction, and the number of the stage that it belongs to."""

    stage: int
    name: str
    text: str


class Dockerfile(NamedTuple):
    """The instructions of a file, in order."""

    instructions: list[Instruction]

    def texts(self, name: str) -> list[str]:
        """What every instruction of that name says."""
        return [instruction.text for instruction in self.instructions if instruction.name == name]

    def last(self, name: str) -> str:
        """What holds in the image: the last instruction of that name in the last stage."""
        stage = self.instructions[-1].stage
        return [
            instruction.text
            for instruction in self.instructions
            if instruction.name == name and instruction.stage == stage
        ][-1]

    def words(self, name: str) -> list[str]:
        """A command in exec form; ValueError for one that a shell would run."""
        words: list[str] = json.loads(self.last(name).partition("CMD ")[2] or self.last(name))
        return words

    def copied(self) -> list[str]:
        """What is copied out of the folder that the image is built in."""
        return [source for text in self.texts("COPY") if "--from=" not in text for source in text.split()[:-1]]


def read(path: Path) -> Dockerfile:
    """Read a Dockerfile."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    instructions: list[Instruction] = []
    stage = -1
    for line in filter(None, text.splitlines()):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        instructions.append(Instruction(stage, name, rest.strip()))
    return Dockerfile(instructions)


def ignored(path: Path, name: str) -> bool:
    """Whether a file of patterns keeps a path out of the build; of those that match, the last one counts."""
    out = False
    for line in path.read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        if line and not line.startswith("#") and _matches(name, pattern, anywhere="**/" in line):
            out = not line.startswith("!")
    return out


def _matches(name: str, pattern: str, *, anywhere: bool) -> bool:
    parts = name.split("/")
    if anywhere:
        return any(fnmatch.fnmatch(part, pattern) for part in parts)
    # What holds for a folder holds for everything in it.
    return any(fnmatch.fnmatch("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1))
