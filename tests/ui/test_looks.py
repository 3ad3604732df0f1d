"""Every main state in a picture, where BOTYARD_SCREENS names a folder; in any case all fit on a small phone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from botyard.demo.picture import picture
from tests.ui.browser import SCREENS, Person, Screen, call, needs_browser
from tests.ui.conftest import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, needs_browser]

SMALL = Screen(320, 640, touch=True)
KEPT = [
    Screen(width, height, theme, touch=width < 1000)
    for theme in ("light", "dark")
    for width, height in ((1280, 800), (768, 1024), (375, 667))
]
"""The sizes and themes of which pictures are kept."""

Do = Callable[[Person], object]


def _menu(person: Person) -> None:
    person.log.locator("[data-bubble]").last.click(button="right")
    person.page.get_by_role("menu").wait_for()


def _choose(name: str) -> Do:
    def act(person: Person) -> None:
        _menu(person)
        person.page.get_by_role("menuitem", name=name, exact=True).click()

    return act


def _press(name: str) -> Do:
    return lambda person: person.page.get_by_role("button", name=name, exact=True).first.click()


def _write(text: str) -> Do:
    return lambda person: person.field.fill(text)


def _key(keys: str) -> Do:
    return lambda person: person.page.keyboard.press(keys)


def _large(person: Person) -> None:
    person.log.get_by_role("button", name="Open the picture").last.click()


def _offline(person: Person) -> None:
    person.context.set_offline(True)
    person.page.get_by_text("No connection.").wait_for()


def _allow(person: Person) -> None:
    person.page.get_by_role("button", name="Continue").click()
    person.page.get_by_role("button", name="Allow", exact=True).click()
    person.page.get_by_role("button", name="Add person").wait_for()


STATES: dict[str, tuple[str, Do | None]] = {
    "start": ("", None),
    "new-chat": ("", _press("New chat")),
    "jump": ("", _key("Control+k")),
    "shortcuts": ("", _key("?")),
    "group": ("chat/chat2001", None),
    "pictures": ("chat/{pictures}", None),
    "lightbox": ("chat/{pictures}", _large),
    "right-to-left": ("chat/{right}", None),
    "bot": ("chat/1001", None),
    "commands": ("chat/1001", _write("/")),
    "mention": ("chat/chat2001", _write("@")),
    "emoji": ("chat/2", _press("Emoji")),
    "search": ("chat/2", _press("Search this chat")),
    "menu": ("chat/2", _menu),
    "reply": ("chat/2", _choose("Reply")),
    "forward": ("chat/2", _choose("Forward")),
    "details": ("chat/chat2001", _press("Show details")),
    "people": ("people", None),
    "person": ("people/2", None),
    "notifications": ("notifications", None),
    "settings": ("settings", None),
    "general": ("settings/general", None),
    "security": ("settings/security", None),
    "about": ("settings/about", None),
    "applications": ("apps", None),
    "first-bot": ("first-bot", None),
    "prove": ("admin", None),
    "administration": ("admin/people", _allow),
    "departments": ("admin/departments", None),
    "webhooks": ("admin/webhooks", None),
    "registered": ("admin/applications", None),
    "audit": ("admin/audit", None),
    "offline": ("chat/2", _offline),
}
WORDS = {
    "ben": "مرحبا! هل رأيت التصميم الجديد؟",
    "alice": "نعم، يبدو رائعا. The dark one too.",
    "clara": "שלום לכולם, נראה טוב 👍",
}


@pytest.fixture(scope="module")
def chats(portal: Portal) -> dict[str, str]:
    """Chats with pictures, and with texts that run from right to left."""
    made = call(portal.url, "ben", "im.chat.add", TITLE="Photos and files", USERS=[1, 2, 3])
    for name in ("sunrise", "a-name-that-is-longer-than-the-bubble-is-wide-on-any-phone"):
        call(
            portal.url,
            "ben",
            "botyard.message.file.send",
            DIALOG_ID=f"chat{made}",
            TEMPLATE_ID=str(uuid4()),
            NAME=f"{name}.png",
            CONTENT=base64.b64encode(picture(name).content).decode(),
        )
    right = call(portal.url, "ben", "im.chat.add", TITLE="تصميم الواجهة الجديدة", USERS=[1, 2, 3])
    for login, text in WORDS.items():
        call(portal.url, login, "im.message.add", DIALOG_ID=f"chat{right}", MESSAGE=text)
    return {"pictures": f"chat{made}", "right": f"chat{right}"}


@pytest.mark.parametrize("screen", KEPT if SCREENS else [SMALL], ids=lambda screen: f"{screen.theme}-{screen.width}")
def test_every_main_state_fits(browser: Browser, portal: Portal, chats: dict[str, str], screen: Screen) -> None:
    person = Person(browser, portal.url, "alice", screen)
    person.page.goto(f"{portal.url}/")
    person.screenshot(f"{screen.theme}-{screen.width}-sign-in")
    person.sign_in()
    wide = {}
    for name, (path, act) in STATES.items():
        person.page.goto(f"{portal.url}/online/{path.format(**chats)}")
        person.page.locator("main:visible").first.wait_for()
        if path.startswith("chat/"):
            person.log.locator("[data-message]").first.wait_for()
        if act:
            act(person)
        if SCREENS:
            person.page.wait_for_timeout(700)
            person.screenshot(f"{screen.theme}-{screen.width}-{name}")
        if over := person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"):
            wide[name] = over
        if path.startswith("chat/") and name in ("commands", "mention", "reply"):
            # What was begun is no draft of the states that follow.
            person.field.fill("")
    person.close()
    assert wide == {}
