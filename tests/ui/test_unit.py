"""The web client's own tests of what needs no browser, in `ui/src/**/*.test.ts`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.journey
def test_the_units_of_the_client() -> None:
    command = [sys.executable, str(ROOT / "ui" / "build.py"), "test"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    if "npm ci failed" in ended.stderr or "there is neither the package" in ended.stderr:
        pytest.skip("the packages of the web client could not be installed")
    assert ended.returncode == 0, ended.stdout + ended.stderr
