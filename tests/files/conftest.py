"""A chat for files, on each engine."""

from __future__ import annotations

import pytest

from tests.files.room import Room
from tests.world import World


@pytest.fixture
def room(portal: World) -> Room:
    """A chat of two people."""
    return Room(portal)
