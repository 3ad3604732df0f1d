"""A portal with the methods of the lab."""

from __future__ import annotations

import pytest

from tests.rpc.lab import furnish
from tests.world import World


@pytest.fixture
def lab(world: World) -> World:
    """A portal that answers `lab.*` too."""
    return furnish(world)


@pytest.fixture
def lab_on_each(portal: World) -> World:
    """The same on each engine in turn."""
    return furnish(portal)
