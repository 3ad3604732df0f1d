"""A portal whose people share a room for files."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(file_world: World) -> World:
    return file_world
