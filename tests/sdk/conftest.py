"""The live portal of the session, and the programs that a machine may lack."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk import live as portals
from tests.sdk.live import Live
from tests.sdk.programs import Missing, node_modules, python_clients


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """A portal for all tests of one process."""
    _require("curl", "every client's answer is compared with cURL's")
    with portals.live() as portal:
        yield portal


@pytest.fixture(scope="session")
def expired(live: Live) -> str:
    """An access token that the portal knows and no longer takes."""
    token = live.dying_token()
    time.sleep(1.1)
    return token


@pytest.fixture
def trusted(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """The portal, with this process told to trust its certificates and to go straight there."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", live.ca_file)
    monkeypatch.setenv("SSL_CERT_FILE", live.ca_file)
    monkeypatch.setenv("NO_PROXY", "*")
    return live


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of the npm clients."""
    _require("node", "the npm clients run on it")
    _require("npm", "it installs the npm clients")
    try:
        return node_modules()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def more_clients() -> Path:
    """The folder of the Python clients that are kept out of the environment."""
    try:
        return python_clients()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def php() -> str:
    """PHP with its curl extension."""
    _require("php", "the PHP clients run on it")
    loaded = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout.split()
    if not {"curl", "json"} <= set(loaded):
        pytest.skip("PHP lacks its curl extension: the PHP clients need it")
    return "php"


def _require(program: str, why: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine: {why}")
