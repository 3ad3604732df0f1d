"""What the command line says goes somewhere, and that may not want it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-c", "from botyard.cli import main; raise SystemExit(main())"]
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full: this system has no file that is always full")
@pytest.mark.parametrize("words", [["methods"], ["openapi"]])
def test_output_that_has_no_room_is_told_in_a_sentence(words: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run([*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "botyard: The output cannot be written: No space left on device.\n"


def test_a_reader_who_has_seen_enough_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run([*PROGRAM, "methods"], stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
