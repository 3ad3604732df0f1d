"""A headless Chromium, and a portal with the web client for it.

Both end with their file: Playwright keeps an event loop running in its thread, and what comes next in the same process
may want one of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from botyard.web import client
from tests.browser.portal import BrowserPortal
from tests.sdk import live as portals
from tests.sdk.live import Live

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """A portal for all tests of a file."""
    if not (client.FOLDER / client.PAGE).exists():
        pytest.skip("the web client is not built: its build needs Node and the npm registry")
    with portals.live() as portal:
        yield portal


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, live: Live) -> Iterator[Browser]:
    """A browser for which the vendor's name leads to the portal, and which takes the portal's certificate."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip(f"there is no {CHROMIUM[0]} on this machine")
    port = urlsplit(live.https_url).port
    arguments = [f"--host-resolver-rules=MAP api.bitrix24.com:443 127.0.0.1:{port}", "--ignore-certificate-errors"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    browser = playwright.chromium.launch(executable_path=program, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(ignore_https_errors=True, locale="en-GB")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    yield opened
    context.close()


@pytest.fixture
def portal(live: Live, page: Page) -> BrowserPortal:
    """The portal in the browser, with alice signed in."""
    shown = BrowserPortal(live, page)
    shown.sign_in("alice")
    return shown


@pytest.fixture(scope="module")
def certificate(live: Live) -> tuple[Path, Path]:
    """The portal's certificate and key, for an application on the same machine."""
    folder = Path(live.ca_file).parent
    return folder / "cert.pem", folder / "key.pem"
