"""The browser of tests/ui, before a portal over https that applications show pages in.

Both end with their file: Playwright keeps an event loop running in its thread, and what comes next in the same process
may want one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.portal import BrowserPortal
from tests.sdk import live as portals
from tests.sdk.live import Live
from tests.ui.browser import chromium, missing


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """A portal for all tests of a file."""
    if reason := missing():
        pytest.skip(reason)
    with portals.live() as portal:
        yield portal


@pytest.fixture(scope="module")
def browser(live: Live) -> Iterator[Browser]:
    """A browser for which the vendor's name leads to the portal, and which takes the portal's certificate."""
    port = urlsplit(live.https_url).port
    rules = f"--host-resolver-rules=MAP api.bitrix24.com:443 127.0.0.1:{port}"
    with chromium(rules, "--ignore-certificate-errors") as started:
        yield started


@pytest.fixture
def portal(live: Live, browser: Browser) -> Iterator[BrowserPortal]:
    """The portal in the browser, with alice signed in."""
    shown = BrowserPortal(browser, live, "alice")
    shown.sign_in()
    yield shown
    shown.context.close()


@pytest.fixture(scope="module")
def certificate(live: Live) -> tuple[Path, Path]:
    """The portal's certificate and key, for an application on the same machine."""
    folder = Path(live.ca_file).parent
    return folder / "cert.pem", folder / "key.pem"
