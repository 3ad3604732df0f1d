"""What people change of themselves, and administrators of applications."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.ui.browser import Person, call, needs_browser
from tests.ui.conftest import Portal
from tests.worlds.pictures import noise

pytestmark = [pytest.mark.journey, needs_browser]


def administration(portal: Portal, person: Person, page: str) -> None:
    """Open a page of the administration, and allow this browser to administer."""
    person.page.goto(f"{portal.url}/online/admin/{page}")
    person.page.get_by_role("button", name="Continue").click()
    person.page.get_by_role("button", name="Allow", exact=True).click()
    person.page.get_by_role("heading", name="Administration").wait_for()


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
    administration(portal, alice, "applications")
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


def test_an_application_is_registered_by_its_form(portal: Portal, alice: Person) -> None:
    administration(portal, alice, "applications")
    alice.page.get_by_role("button", name="Register application").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Stock list")
    dialog.get_by_role("button", name="Save").click()
    dialog.locator("code").last.wait_for()
    shown = [code.inner_text() for code in dialog.locator("code").all()]
    dialog.get_by_role("button", name="Done").click()
    apps = {app["TITLE"]: app for app in call(portal.url, "alice", "botyard.app.list")}
    assert shown[0] == apps["Stock list"]["CLIENT_ID"]
    assert re.fullmatch(r"\w{20,}", shown[1])
    row = alice.page.get_by_role("listitem").filter(has_text="Stock list")
    row.get_by_role("button").last.click()
    alice.page.get_by_role("menuitem", name="Edit").click()
    dialog.get_by_label("Title").fill("List of stock")
    dialog.get_by_role("button", name="Save").click()
    alice.page.get_by_role("listitem").filter(has_text="List of stock").wait_for()


def test_a_webhook_is_made_replaced_and_revoked(portal: Portal, alice: Person) -> None:
    administration(portal, alice, "webhooks")
    alice.page.get_by_role("button", name="Make webhook").click()
    dialog = alice.page.get_by_role("dialog", name="Make webhook")
    dialog.get_by_label("Title").fill("Nightly script")
    dialog.get_by_role("button", name="Make webhook").click()
    first = dialog.locator("code").inner_text()
    assert httpx.get(f"{first}profile", trust_env=False).status_code == 200
    dialog.get_by_role("button", name="Done").click()
    assert first not in alice.page.content()
    row = alice.page.get_by_role("listitem").filter(has_text="Nightly script")
    row.get_by_role("button").last.click()
    alice.page.get_by_role("menuitem", name="Replace the address").click()
    alice.page.get_by_role("alertdialog").get_by_role("button", name="Replace the address").click()
    second = alice.page.get_by_role("dialog", name="Replace the address").locator("code").inner_text()
    alice.page.get_by_role("button", name="Done").click()
    row.nth(1).wait_for(state="detached")
    assert httpx.get(f"{first}profile", trust_env=False).status_code == 401
    assert httpx.get(f"{second}profile", trust_env=False).status_code == 200
    row.get_by_role("button").last.click()
    alice.page.get_by_role("menuitem", name="Revoke").click()
    alice.page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    row.wait_for(state="detached")
    assert httpx.get(f"{second}profile", trust_env=False).status_code == 401


def test_who_has_a_link_joins_a_chat_and_leaves_it(portal: Portal, alice: Person, ben: Person) -> None:
    chat = call(portal.url, "alice", "im.chat.add", TITLE="By invitation", USERS=[3])
    alice.open(f"chat{chat}")
    alice.page.get_by_role("button", name="Show details").click()
    alice.page.get_by_role("button", name="Actions").last.click()
    alice.page.get_by_role("menuitem", name="Invitation links").click()
    dialog = alice.page.get_by_role("dialog", name="Invitation links")
    dialog.get_by_role("button", name="Make link").click()
    ben.page.goto(dialog.locator("code").inner_text())
    ben.page.get_by_text("Alice Novak invites you to this chat.").wait_for()
    ben.page.get_by_role("button", name="Join chat").click()
    ben.field.wait_for()
    ben.say("I am in")
    alice.page.keyboard.press("Escape")
    alice.sees("I am in")
    ben.page.get_by_role("button", name="Show details").click()
    ben.page.get_by_role("button", name="Actions").last.click()
    ben.page.get_by_role("menuitem", name="Leave chat").click()
    ben.page.get_by_role("alertdialog").get_by_role("button", name="Leave chat").click()
    ben.page.get_by_role("heading", name="Choose a chat").wait_for()
    ben.page.get_by_role("link", name="By invitation").wait_for(state="detached")
