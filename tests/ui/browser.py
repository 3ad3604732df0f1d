"""People in a browser: Chromium, driven by Playwright, before a portal in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from botyard.web import client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
SCREENS = os.environ.get("BOTYARD_SCREENS", "")
"""A folder to keep screenshots in; they are none of the tests' results."""
PASSWORDS = {name: f"{name}-demo" for name in ("alice", "ben", "clara", "daniel", "eva")}
PEOPLE = {"alice": 1, "ben": 2, "clara": 3, "daniel": 4, "eva": 5}

# What a browser says by itself where a request fails, as it has to in tests that take the connection away, and where a
# page of an application, which is of another origin, is put into a frame.
_BY_ITSELF = re.compile(r"Failed to load resource|net::ERR_|WebSocket connection to|both allow-scripts and allow-same")


def missing() -> str:
    """What these tests lack here, or nothing."""
    if not CHROMIUM:
        return "no Chromium: the web client is not tried in a browser"
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "no playwright: the web client is not tried in a browser"
    if not (client.FOLDER / client.PAGE).exists():
        return "the web client is not built: it is not tried in a browser"
    return ""


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A browser without a window, with arguments of its command line."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox of Chromium needs rights that containers do not give; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            browser.close()


class Screen(NamedTuple):
    """A size of window, and a theme."""

    width: int = 1280
    height: int = 800
    theme: str = "light"
    touch: bool = False


DESKTOP = Screen()
PHONE = Screen(390, 780, touch=True)


class Person:
    """Somebody who is signed in, with a window of their own; what their console complains of is kept."""

    def __init__(self, browser: Browser, url: str, login: str, screen: Screen = DESKTOP, *, password: str = "") -> None:
        self.url, self.login = url, login
        self.password = password or PASSWORDS[login]
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.theme == "dark" else "light",
            has_touch=screen.touch,
            is_mobile=screen.touch,
            locale="en-GB",
            # Of portals in tests.
            ignore_https_errors=True,
        )
        self.context.set_default_timeout(30_000)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("dialog", lambda dialog: self._alerted(dialog))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not _BY_ITSELF.search(text):
            self.complaints.append(f"{kind}: {text}")

    def _alerted(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def sign_in(self) -> Person:
        """Open the portal as a newcomer does, and sign in by its form."""
        self.page.goto(f"{self.url}/")
        # A portal that anybody may open is asked for by a browser, which says what it reads.
        self.page.get_by_label("Login").fill(self.login)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("navigation", name="Areas").wait_for(state="attached")
        return self

    def open(self, dialog: int | str) -> Person:
        """Go to a dialog by its address."""
        self.page.goto(f"{self.url}/online/chat/{dialog}")
        self.field.wait_for()
        return self

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write a message")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    def message(self, text: str) -> Locator:
        """The message with a text, which has to be there once."""
        return self.log.locator("[data-message]").filter(has_text=text)

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def sees(self, text: str) -> Locator:
        """Wait for a message, and return it."""
        message = self.message(text)
        message.first.wait_for()
        return message

    def until(self, expression: str) -> None:
        """Wait until an expression of JavaScript is true; the policy of the page forbids Playwright to wait there."""
        end = time.monotonic() + 30
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            self.page.wait_for_timeout(50)

    def screenshot(self, name: str) -> None:
        if SCREENS:
            Path(SCREENS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SCREENS}/{name}.png")

    def close(self) -> None:
        """Close the window. What the console complained of fails the test."""
        self.context.close()
        assert self.complaints == []


def call(url: str, login: str, method: str, *, checked: bool = True, **params: Any) -> Any:
    """What a method returns to the demo webhook of a person; ``None`` for an error that is not ``checked`` for."""
    secret = ("0123456789abcdef" * 3)[PEOPLE[login] - 1 :][:32]
    response = httpx.post(f"{url}/rest/{PEOPLE[login]}/{secret}/{method}", json=params, timeout=30, trust_env=False)
    body = response.json()
    assert not checked or "error" not in body, body
    return body.get("result")


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "everything is here")
