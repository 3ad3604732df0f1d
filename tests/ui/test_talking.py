"""Two people and a bot in two windows, before a portal with real live connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import PHONE, Person, call, needs_browser
from tests.ui.conftest import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, needs_browser]


def test_what_one_writes_the_other_reads_at_once(alice: Person, ben: Person) -> None:
    alice.open(2)
    ben.open(1)
    alice.say("Shall we have lunch?")
    ben.sees("Shall we have lunch?")
    ben.say("At noon")
    alice.sees("At noon")
    # Ben has it on his screen.
    alice.message("Shall we have lunch?").get_by_label("Read").filter(visible=True).first.wait_for()
    assert alice.log.get_by_text("Shall we have lunch?").count() == 1
    alice.screenshot("dialog")


def test_a_chat_that_is_not_open_counts_what_is_unread(alice: Person, ben: Person) -> None:
    alice.open("chat2001")
    ben.open(1)
    row = alice.page.get_by_role("region", name="Chats").get_by_role("link", name=re.compile("^Ben Carter"))
    ben.say("Where are you?")
    row.get_by_text("Where are you?").wait_for()
    row.get_by_title(re.compile("unread message")).wait_for()
    row.click()
    alice.sees("Where are you?")
    row.get_by_title(re.compile("unread message")).wait_for(state="detached")


def test_a_bot_takes_commands_and_its_buttons_are_pressed(alice: Person) -> None:
    alice.open(1001)
    alice.say("/help")
    alice.sees("I repeat what I hear.")
    alice.screenshot("bot")
    alice.log.get_by_role("button", name="Latest build").last.click()
    alice.sees("The latest build:")


def test_a_reload_shows_the_same(alice: Person) -> None:
    alice.open(2)
    alice.say("Kept over a reload")
    alice.sees("Kept over a reload")
    kept = "JSON.stringify({...localStorage}).includes('begun and not sent')"
    alice.field.fill("begun and not sent")
    alice.until(kept)
    alice.page.reload()
    alice.sees("Kept over a reload")
    alice.until("document.querySelector('textarea').value === 'begun and not sent'")
    alice.field.fill("")
    alice.until(f"!{kept}")


def test_what_is_written_without_a_connection_is_sent_once_when_it_is_back(alice: Person, ben: Person) -> None:
    alice.open(2)
    ben.open(1)
    alice.context.set_offline(True)
    alice.say("first without a connection")
    alice.say("second without a connection")
    alice.page.get_by_text("No connection.").wait_for()
    ben.say("and from the other side")
    ben.sees("and from the other side")
    alice.context.set_offline(False)
    ben.sees("first without a connection")
    ben.sees("second without a connection")
    alice.sees("and from the other side")
    alice.page.get_by_text("No connection.").wait_for(state="detached")
    for person in (alice, ben):
        for text in ("first without", "second without", "and from the other"):
            assert person.message(text).count() == 1, (person.login, text)


def test_a_server_that_is_killed_loses_nothing(portal: Portal, alice: Person, ben: Person) -> None:
    alice.open(2)
    ben.open(1)
    alice.say("before it was killed")
    ben.sees("before it was killed")
    portal.kill()
    alice.say("while it was gone")
    ben.page.get_by_text("No connection.").wait_for()
    portal.start()
    ben.sees("while it was gone")
    ben.say("back again")
    alice.sees("back again")
    for person in (alice, ben):
        for text in ("before it was killed", "while it was gone", "back again"):
            assert person.message(text).count() == 1, (person.login, text)


def test_the_vendors_address_of_a_message_leads_to_it(portal: Portal, alice: Person) -> None:
    history = call(portal.url, "alice", "im.dialog.messages.get", DIALOG_ID="chat2001", LIMIT=50)["messages"]
    target = history[-1]
    alice.page.goto(f"{portal.url}/online/?IM_DIALOG=chat2001&IM_MESSAGE={target['id']}")
    alice.log.locator(f"[data-message='{target['id']}']").wait_for()


def test_on_a_phone_one_pane_is_shown_at_a_time(browser: Browser, portal: Portal) -> None:
    person = Person(browser, portal.url, "clara", PHONE).sign_in()
    chats = person.page.get_by_role("region", name="Chats")
    chats.wait_for()
    person.screenshot("phone-list")
    chats.get_by_role("link", name=re.compile("Release 1.0")).click()
    person.field.wait_for()
    chats.wait_for(state="hidden")
    person.screenshot("phone-chat")
    wide = person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
    person.page.get_by_role("button", name="Back").click()
    chats.wait_for()
    person.close()


def test_everything_is_done_by_keyboard(alice: Person, ben: Person) -> None:
    ben.open(1)
    alice.page.goto(f"{alice.url}/online/")
    alice.page.get_by_role("region", name="Chats").get_by_role("link").first.wait_for()
    alice.page.keyboard.press("Control+k")
    alice.page.locator("[role=combobox]:focus").wait_for()
    alice.page.keyboard.type("Ben Ca")
    alice.page.get_by_role("option", name=re.compile("Ben Carter")).first.wait_for()
    alice.page.keyboard.press("Enter")
    alice.page.locator("textarea:focus").wait_for()
    alice.page.keyboard.type("by keyboard alone")
    alice.page.keyboard.press("Enter")
    ben.sees("by keyboard alone")


def test_who_signs_out_comes_to_the_sign_in_form(browser: Browser, portal: Portal) -> None:
    person = Person(browser, portal.url, "daniel").sign_in()
    person.page.goto(f"{portal.url}/online/settings")
    person.page.get_by_role("button", name="Sign out").first.click()
    person.page.get_by_role("alertdialog").or_(person.page.get_by_role("dialog")).get_by_role(
        "button", name="Sign out"
    ).click()
    person.page.wait_for_url(re.compile(r"/log(in|out)"))
    person.close()
