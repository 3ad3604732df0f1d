"""A portal whose people share a room for files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portals import ENGINES, opened
from tests.world import World


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


@pytest.fixture(params=ENGINES)
def tight_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The same with room for 1 MiB of each person."""
    with opened(request, request.param, tmp_path / "portal", World, file_quota=1) as world:
        world.open_file_room()
        yield world
