"""How a command ends: its exit code, and the one sentence it says when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from botyard.store.db import Duplicate, Unavailable


class Exit(IntEnum):
    """What a shell sees. `botyard exec` answers with the status of its command wherever that ran."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    ADDRESS = 3
    STORAGE = 4
    SEED = 5
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127
    SIGNAL = 128
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done",
    Exit.FAILURE: "what was asked for could not be done",
    Exit.USAGE: "the command line is wrong",
    Exit.ADDRESS: "the address or port cannot be listened on, most often because it is taken",
    Exit.STORAGE: "the data folder or the database cannot be used",
    Exit.SEED: "the seed file is wrong",
    Exit.NOT_EXECUTABLE: "`botyard exec`: the command is no program",
    Exit.NOT_FOUND: "`botyard exec`: the command was not found",
    Exit.SIGNAL: "`botyard exec`: 128 and the number of the signal that ended the command",
    Exit.INTERRUPTED: "interrupted with Ctrl-C",
}


class Failure(Exception):
    """A command that cannot do what it was asked to; the text is one clear sentence."""

    def __init__(self, sentence: str, code: Exit = Exit.FAILURE) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


@contextmanager
def storage(data: Path) -> Iterator[None]:
    """Tell what goes wrong with the database or the data folder in a sentence."""
    try:
        yield
    except Unavailable as problem:
        raise Failure(problem.reason, Exit.STORAGE) from problem
    except Duplicate as problem:
        raise Failure("Another command has just added the same; nothing was done.") from problem
    except OSError as problem:
        raise Failure(f"The data folder {data} cannot be used: {problem.strerror}.", Exit.STORAGE) from problem
