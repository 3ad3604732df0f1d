"""A portal with https for the example bots, and the programs that they need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk import live as portals
from tests.sdk.live import Live
from tests.sdk.programs import Missing, node_modules


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """A portal for all example bots of one process."""
    with portals.live() as portal:
        yield portal


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder that holds b24jssdk."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} on this machine: the bots in JavaScript need it")
    try:
        return node_modules()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def with_php() -> None:
    """PHP with its curl extension."""
    if shutil.which("php") is None:
        pytest.skip("there is no php on this machine: the bots in PHP need it")
    loaded = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout.split()
    if not {"curl", "json"} <= set(loaded):
        pytest.skip("PHP lacks its curl extension: the bots in PHP need it")
