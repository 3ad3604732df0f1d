"""Mentions, searches, links and what is passed on, in a browser before a portal with real live connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import Person, call, needs_browser
from tests.ui.conftest import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = [pytest.mark.journey, needs_browser]
CHAT = "chat2001"
FOR_BEN = "[USER=2]Ben Carter[/USER]"


def row(person: Person, name: str) -> Locator:
    """A row in the list of chats."""
    return person.page.get_by_role("region", name="Chats").get_by_role("link", name=re.compile(f"^{name}"))


def write(portal: Portal, login: str, text: str, dialog: str = CHAT) -> int:
    return int(call(portal.url, login, "im.message.add", DIALOG_ID=dialog, MESSAGE=text))


def test_unread_mentions_are_the_same_on_every_device_and_lead_to_their_messages(
    browser: Browser, portal: Portal, ben: Person
) -> None:
    title = str(call(portal.url, "ben", "im.dialog.get", DIALOG_ID=CHAT)["name"])
    ben.open(1)
    first = write(portal, "alice", f"{FOR_BEN}, the first question")
    for number in range(30):
        write(portal, "alice", f"line {number}\nof a long\nconversation")
    second = write(portal, "alice", f"{FOR_BEN}, the second question")
    write(portal, "alice", "nothing for you")
    row(ben, title).get_by_label("You are mentioned").wait_for()
    ben.page.reload()
    row(ben, title).get_by_label("You are mentioned").wait_for()
    phone = Person(browser, portal.url, "ben").sign_in()
    row(phone, title).get_by_label("You are mentioned").wait_for()
    phone.page.get_by_role("radio", name=re.compile("Mentions")).click()
    row(phone, title).wait_for()
    ben.page.keyboard.press("Alt+M")
    ben.log.locator(f"[data-message='{first}']").wait_for()
    ben.page.get_by_role("button", name="Go to the next mention").click()
    ben.log.locator(f"[data-message='{second}']").wait_for()
    row(ben, title).get_by_label("You are mentioned").wait_for(state="detached")
    row(phone, title).wait_for(state="detached")
    phone.close()


def test_a_search_finds_people_and_chats_and_has_own_choices_first(portal: Portal, alice: Person) -> None:
    chat = call(portal.url, "alice", "im.chat.add", TITLE="Événements", USERS=[2])
    alice.open(2)
    alice.page.keyboard.press("Control+K")
    field = alice.page.get_by_role("combobox", name="People, chats, departments")
    field.fill("evenem")
    alice.page.get_by_role("option", name=re.compile("Événements")).wait_for()
    # What was found is kept behind the way there.
    with alice.page.expect_response("**/rest/im.search.last.add*"):
        field.press("Enter")
    alice.page.wait_for_url(f"**/chat/chat{chat}")
    alice.page.keyboard.press("Control+K")
    alice.page.get_by_role("option").first.filter(has_text="Événements").wait_for()
    alice.page.get_by_role("button", name="Forget what I searched for").click()
    alice.page.get_by_role("button", name="Forget what I searched for").wait_for(state="detached")
    assert call(portal.url, "alice", "im.search.last.get") == []
    alice.page.keyboard.press("Escape")


def test_links_of_a_chat_come_and_go_with_their_messages(portal: Portal, alice: Person) -> None:
    alice.page.set_viewport_size({"width": 1400, "height": 800})
    alice.open(CHAT)
    alice.page.get_by_role("button", name="Show details").click()
    alice.page.get_by_role("tab", name="Links").click()
    message = write(portal, "ben", "Read https://news.example.org/today first")
    link = alice.page.get_by_role("complementary", name="Details").get_by_role("link", name=re.compile("news.example"))
    link.wait_for()
    assert link.get_attribute("rel") == "noopener noreferrer"
    alice.screenshot("links")
    call(portal.url, "ben", "im.message.delete", MESSAGE_ID=message)
    link.wait_for(state="detached")
    alice.page.get_by_role("button", name="Show details").click()


def test_a_message_is_forwarded_to_somebody_who_is_not_in_the_list(portal: Portal, alice: Person) -> None:
    stranger = call(
        portal.url, "alice", "user.add", EMAIL="zoe@example.test", NAME="Zoë", LAST_NAME="Köhler", UF_DEPARTMENT=[1]
    )
    write(portal, "alice", "To be passed on", "2")
    alice.open(2)
    alice.sees("To be passed on").first.click(button="right")
    alice.page.get_by_role("menuitem", name="Forward").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("kohl")
    dialog.get_by_role("checkbox", name=re.compile("Zoë Köhler")).click()
    dialog.get_by_role("button", name="Forward").click()
    alice.page.wait_for_url(f"**/chat/{stranger}")
    alice.sees("To be passed on")


def test_a_reply_that_carries_a_file_is_a_reply(portal: Portal, alice: Person) -> None:
    question = write(portal, "ben", "Where is the plan?", "1")
    alice.open(2)
    alice.sees("Where is the plan?").first.click(button="right")
    alice.page.get_by_role("menuitem", name="Reply", exact=True).click()
    alice.page.locator("input[type=file]").first.set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"It is here."}
    )
    alice.say("Here it is")
    alice.sees("Here it is").get_by_title(re.compile("Where is the plan")).wait_for()
    alice.message("Here it is").get_by_text("plan.txt").first.wait_for()
    history = call(portal.url, "alice", "im.dialog.messages.get", DIALOG_ID="2", LIMIT=5)["messages"]
    sent = next(message for message in history if message["text"] == "Here it is")
    assert str(sent["params"]["REPLY_ID"]) == str(question)
    assert sent["params"]["FILE_ID"]


def test_a_notification_shows_its_attachment(portal: Portal, alice: Person) -> None:
    attach = [{"LINK": {"NAME": "The order", "LINK": "https://shop.example.org/7", "DESC": "Ten chairs"}}]
    call(portal.url, "ben", "im.notify.personal.add", USER_ID=1, MESSAGE="An order has come", ATTACH=attach)
    alice.page.goto(f"{portal.url}/online/notifications")
    notice = alice.page.get_by_role("listitem").filter(has_text="An order has come")
    notice.get_by_role("link", name="The order").wait_for()
    notice.get_by_text("Ten chairs").wait_for()
