"""One browser, and one portal at an address that stays, for the journeys of a file."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.serving import Serving
from tests.ui.browser import Person, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Portal:
    """A demo portal, which can be killed and started anew."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        # The last word on a port counts.
        self.serving = Serving(self.data, "--demo", "--port", str(self.port))
        self.url = self.serving.url

    def kill(self) -> None:
        self.serving.process.kill()
        self.serving.process.communicate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = Portal(tmp_path_factory.mktemp("portal") / "data")
    yield made
    made.kill()


@pytest.fixture
def alice(browser: Browser, portal: Portal) -> Iterator[Person]:
    person = Person(browser, portal.url, "alice").sign_in()
    yield person
    person.close()


@pytest.fixture
def ben(browser: Browser, portal: Portal) -> Iterator[Person]:
    person = Person(browser, portal.url, "ben").sign_in()
    yield person
    person.close()
