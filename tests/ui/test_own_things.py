"""What people change of themselves, and administrators of applications."""

from __future__ import annotations

import re

import pytest

from tests.ui.browser import Person, call, needs_browser
from tests.ui.conftest import Portal
from tests.worlds.pictures import noise

pytestmark = [pytest.mark.journey, needs_browser]


def test_somebody_who_is_no_administrator_changes_their_picture(portal: Portal, ben: Person, alice: Person) -> None:
    alice.open(2)
    ben.page.goto(f"{portal.url}/online/people/2")
    ben.page.get_by_role("button", name="Edit profile").click()
    dialog = ben.page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": noise(64, 1)}
    )
    dialog.locator("img").wait_for()
    address = str(call(portal.url, "alice", "im.user.get", ID=2)["avatar"])
    assert "/avatar/" in address
    # Others see it at once.
    alice.page.get_by_role("main").locator(f"header img[src*='{address.rpartition('/')[2]}']").first.wait_for()


def test_an_application_gets_another_secret(portal: Portal, alice: Person) -> None:
    made = call(portal.url, "alice", "botyard.app.add", TITLE="Calendar", SCOPE="im")
    alice.page.goto(f"{portal.url}/online/admin/applications")
    alice.page.get_by_role("button", name="Continue").click()
    alice.page.get_by_role("button", name="Allow", exact=True).click()
    row = alice.page.get_by_role("listitem").filter(has_text="Calendar")
    row.get_by_role("button").last.click()
    alice.page.get_by_role("menuitem", name="Make new secret").click()
    alice.page.get_by_role("alertdialog").get_by_role("button", name="Make new secret").click()
    dialog = alice.page.get_by_role("dialog", name="Make new secret")
    secret = dialog.locator("code").inner_text()
    assert re.fullmatch(r"\w{20,}", secret)
    assert secret != made["CLIENT_SECRET"]
    dialog.get_by_role("button", name="Done").click()
    assert secret not in alice.page.content()
