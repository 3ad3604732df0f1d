"""What makes the web client quick, by counts: own messages do not wait, rows stay few, little is loaded."""

from __future__ import annotations

import gzip
import re
import time
from typing import TYPE_CHECKING

import pytest

from botyard.web import client
from tests.ui.browser import Person, call, needs_browser
from tests.ui.conftest import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = needs_browser

MOUNTED = 300
"""As many rows as the list may hold, however long one scrolls."""
KILOBYTES = 220


def test_little_is_loaded_at_first() -> None:
    page = (client.FOLDER / client.PAGE).read_text()
    scripts = set(re.findall(r'(?:src|href)="/online/(assets/[^"]+\.js)"', page))
    assert scripts
    size = sum(len(gzip.compress((client.FOLDER / name).read_bytes())) for name in scripts)
    assert size < KILOBYTES * 1000, f"{size} bytes in {sorted(scripts)}"


@pytest.mark.journey
def test_an_own_message_is_shown_before_the_portal_has_it(alice: Person) -> None:
    alice.open(2)
    held: list[Route] = []
    alice.page.route("**/rest/botyard.message.send*", lambda route: held.append(route))
    alice.field.fill("does not wait")
    shown = alice.page.evaluate("""() => new Promise((done) => {
      const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })
      document.activeElement.dispatchEvent(enter)
      requestAnimationFrame(() => done(document.querySelector('[role=log]').innerText.includes('does not wait')))
    })""")
    assert shown, "it is not in the next frame"
    assert alice.field.input_value() == ""
    for route in held:
        route.continue_()
    alice.page.unroute("**/rest/botyard.message.send*")
    alice.message("does not wait").get_by_role("img", name="Sent").wait_for()


@pytest.mark.journey
def test_rows_stay_few_however_far_one_scrolls_back(portal: Portal, alice: Person) -> None:
    chat = call(portal.url, "alice", "im.chat.add", TITLE="A long one", USERS=[2])
    dialog = f"chat{chat}"
    for start in range(0, 600, 50):
        calls = {f"c{n}": f"im.message.add?DIALOG_ID={dialog}&MESSAGE=number%20{n}" for n in range(start, start + 50)}
        call(portal.url, "alice", "batch", cmd=calls)
    alice.open(dialog)
    alice.sees("number 599")
    most = 0
    until = time.monotonic() + 120
    while time.monotonic() < until:
        count, first, end = alice.page.evaluate("""() => {
          const rows = document.querySelectorAll('[role=log] [data-message]')
          const box = document.querySelector('[role=log]').closest('.overflow-y-auto')
          box.scrollTop -= 2000
          return [rows.length, rows[0].innerText, box.scrollTop === 0]
        }""")
        most = max(most, count)
        if end and "created" in first:
            break
        alice.page.wait_for_timeout(50)
    else:
        pytest.fail("the beginning of the chat is not reached")
    assert most <= MOUNTED
