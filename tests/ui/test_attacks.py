"""Whatever people and bots call themselves or write is shown as text: the page stays clean, its policy silent."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import Person, call, needs_browser
from tests.ui.conftest import Portal

pytestmark = [pytest.mark.journey, needs_browser]

ATTACKS = [entry["text"] for entry in json.loads(Path("tests/chat/formatting.json").read_text())["attacks"]]
FEW = [
    '<img src=x onerror="alert(1)">',
    "javascript:alert(1)",
    '"><script>alert(1)</script>',
    "[url=javascript:alert(1)]x[/url]",
]

CLEAN = Path(__file__).with_name("dirt.js").read_text()
"""Lists what must not be in the page, whatever was written."""


@pytest.fixture(scope="module")
def attacked(portal: Portal) -> str:
    """A chat in which everything is attacked."""
    url = portal.url
    chat = call(url, "ben", "im.chat.add", TITLE=FEW[0] + FEW[2], DESCRIPTION=FEW[2], USERS=[1], MESSAGE=FEW[0])
    dialog = f"chat{chat}"
    for attack in ATTACKS:
        # The portal takes no NUL.
        call(url, "ben", "im.message.add", DIALOG_ID=dialog, MESSAGE=attack.replace("\0", ""))
    for attack in FEW:
        blocks = [
            {"USER": {"NAME": attack, "AVATAR": attack, "LINK": attack}},
            {"LINK": {"NAME": attack, "LINK": attack, "DESC": attack, "PREVIEW": attack}},
            {"MESSAGE": attack},
            {"GRID": [{"NAME": attack, "VALUE": attack, "DISPLAY": "LINE", "LINK": attack, "COLOR": attack}]},
            {"IMAGE": [{"NAME": attack, "LINK": attack, "PREVIEW": attack}]},
            {"FILE": [{"NAME": attack, "LINK": attack}]},
            {"DELIMITER": {"SIZE": attack, "COLOR": attack}},
        ]
        for block in blocks:
            # Some of it is refused, which is as well.
            call(
                url,
                "ben",
                "im.message.add",
                checked=False,
                DIALOG_ID=dialog,
                MESSAGE="card",
                ATTACH={"BLOCKS": [block], "COLOR": attack},
            )
        keyboard = [
            {
                "TEXT": attack,
                "LINK": attack,
                "BG_COLOR": attack,
                "TEXT_COLOR": attack,
                "ACTION": "SEND",
                "ACTION_VALUE": attack,
            }
        ]
        call(
            url,
            "ben",
            "im.message.add",
            checked=False,
            DIALOG_ID=dialog,
            MESSAGE="keys",
            KEYBOARD=keyboard,
            MENU=keyboard,
        )
    call(
        url,
        "ben",
        "im.v2.File.upload",
        dialogId=dialog,
        fields={"name": 'x"><img src=x onerror=alert(1)>.svg', "content": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"},
    )
    call(
        url,
        "alice",
        "user.update",
        ID=3,
        NAME=FEW[0][:50],
        LAST_NAME=FEW[2][:50],
        WORK_POSITION=FEW[2][:100],
        PERSONAL_WWW="javascript:alert(1)",
    )
    call(url, "clara", "im.message.add", DIALOG_ID=1, MESSAGE=FEW[2])
    call(url, "ben", "im.notify.personal.add", USER_ID=1, MESSAGE=FEW[0] + FEW[3])
    return dialog


def ids_of(portal: Portal, dialog: str) -> list[int]:
    """The messages of a dialog, the newest first."""
    ids: list[int] = []
    while True:
        more: dict[str, Any] = {"LAST_ID": ids[-1]} if ids else {}
        page = call(portal.url, "alice", "im.dialog.messages.get", DIALOG_ID=dialog, LIMIT=50, **more)["messages"]
        if not page:
            return ids
        ids += sorted((message["id"] for message in page), reverse=True)


def test_nothing_that_is_written_runs(portal: Portal, attacked: str, alice: Person) -> None:
    alice.open(attacked)
    rows = alice.log.locator("[data-message]")
    rows.first.wait_for()
    every = ids_of(portal, attacked)
    seen: set[int] = set()
    # First to the beginning, then to the end.
    for end, at_edge in ((every[-1], rows.first), (every[0], rows.last)):
        shown: set[int] = set()
        until = time.monotonic() + 120
        while end not in shown:
            assert time.monotonic() < until, f"message {end} is not reached"
            at_edge.evaluate("row => row.scrollIntoView()")
            alice.page.wait_for_timeout(100)
            assert alice.page.evaluate(CLEAN) == []
            shown = set(map(int, rows.evaluate_all("rows => rows.map((row) => row.dataset.message)")))
            seen |= shown
    assert seen.issuperset(every)
    assert len(seen) > len(ATTACKS)


@pytest.mark.parametrize("path", ["", "chat/3", "people", "people/3", "notifications", "settings"])
def test_names_and_titles_are_text_on_every_screen(attacked: str, alice: Person, path: str) -> None:
    alice.page.goto(f"{alice.url}/online/{path}")
    alice.page.get_by_role("navigation", name="Areas").wait_for(state="attached")
    alice.page.wait_for_timeout(1_000)
    assert alice.page.evaluate(CLEAN) == []
