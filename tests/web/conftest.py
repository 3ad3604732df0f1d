"""A portal with the methods of the lab, one that listens on a real socket, and a signed-in browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rpc.lab import furnish
from tests.web.browser import Browser, resident
from tests.web.live import Live
from tests.world import World


@pytest.fixture
def lab(world: World) -> World:
    """A portal that answers `lab.*` too."""
    return furnish(world)


@pytest.fixture
def ann(portal: World) -> Browser:
    """A browser in which Ann has just signed in."""
    resident(portal, "ann")
    browser = Browser(portal)
    browser.sign_in("ann")
    return browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A portal on a port of this machine, shared by the tests of a file, in which nothing goes wrong inside."""
    server = Live(tmp_path_factory.mktemp("live"))
    yield server
    server.close()
    logged = "\n".join(server.lines)
    assert "Traceback" not in logged
    assert "ERROR" not in logged
    assert server.world.admin.secret not in logged
