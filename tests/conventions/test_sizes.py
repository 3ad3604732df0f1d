"""Files stay small enough to be read at once."""

from __future__ import annotations

from pathlib import Path

import botyard

LIMIT = 400
ROOT = Path(botyard.__file__).parent


def test_no_file_is_long() -> None:
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in ROOT.rglob("*.py")}
    assert {file: length for file, length in lengths.items() if length > LIMIT} == {}


def test_every_file_says_what_it_is_for() -> None:
    silent = [file for file in ROOT.rglob("*.py") if not file.read_text().startswith('"""')]
    assert silent == []
