"""How a command ends: its exit code, and one sentence if it fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from enum import IntEnum

from botyard.config import Settings
from botyard.errors import ApiError
from botyard.portal.database_note import SQLITE_FILE
from botyard.store.engines.db import Duplicate, FilesUnavailable, FolderUnusable, Unavailable

FILE = SQLITE_FILE


class ExitCode(IntEnum):
    """What a shell sees; docs/reference/exit-codes.md tells each. `botyard exec` ends as its command does."""

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


class CommandError(Exception):
    """A command that cannot do what it was asked to; the text is one clear sentence."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.FAILURE) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def did_you_mean(name: str, names: Collection[str]) -> str:
    """A suggestion for a name that does not exist, such as `; did you mean 'ann'?`; nothing where none is alike."""
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(name.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[close[0]]!r}?" if close else ""


@contextmanager
def storage_errors(settings: Settings) -> Iterator[None]:
    """Tell what a verb refuses, or what goes wrong with the database or the data folder, in a sentence."""
    try:
        yield
    except ApiError as refused:
        raise CommandError(f"{refused.text}.") from refused
    except Unavailable as problem:
        # The address of a server is not repeated: it may hold a password.
        named = settings.database or isinstance(problem, (FilesUnavailable, FolderUnusable))
        where = "" if named else f": {settings.data / FILE}"
        raise CommandError(f"{problem.reason.removesuffix('.')}{where}.", ExitCode.STORAGE) from problem
    except Duplicate as problem:
        raise CommandError("Another command has just added the same; nothing was done.") from problem
    except OSError as problem:
        no_folder = isinstance(problem, (FileExistsError, NotADirectoryError))
        reason = "there is a file in its place" if no_folder else problem.strerror
        raise CommandError(f"The data folder {settings.data} cannot be used: {reason}.", ExitCode.STORAGE) from problem
