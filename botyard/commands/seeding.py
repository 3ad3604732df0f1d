"""The seed of `botyard exec` and `botyard serve`, and the errors in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.demo.seed import NOTHING, InvalidSeed, Seed


@contextmanager
def seeded(file: Path | None) -> Iterator[Seed]:
    """What is in a seed file. What is wrong with it, there or when it is planted, is told with its place."""
    if file is None:
        yield NOTHING
        return
    # YAML takes a moment to import, and few portals need it.
    from botyard.demo import seed_file

    try:
        extra = seed_file.read(file)
    except InvalidSeed as wrong:
        raise CommandError(str(wrong), ExitCode.SEED) from wrong
    try:
        yield extra
    except InvalidSeed as wrong:
        raise CommandError(seed_file.located(file, wrong), ExitCode.SEED) from wrong
