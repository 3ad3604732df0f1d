"""A portal with a push server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.push import hub
from tests.web.live import Live


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    # What the tests do is done by another program, of whose commits nothing is heard on SQLite.
    monkeypatch.setattr(hub, "POLL_SECONDS", 0.02)
    portal = Live(tmp_path)
    portal.world.set_clock(time.time() - portal.world.time)
    yield portal
    portal.close()
