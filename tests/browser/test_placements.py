"""Pages that applications have bound to placements of the person, of phones, of links and of no sight at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.portal import BrowserPortal, called
from tests.browser.site import Site, page, serving
from tests.sdk.live import Live

pytestmark = [pytest.mark.journey, pytest.mark.live]
PLACED = "/placed.html"
BOUND = {
    "USER_PROFILE_MENU": "My own notes",
    "IMMOBILE_CONTEXT_MENU": "Notes on phones",
    "REST_APP_URI": "Notes by a link",
    "PAGE_BACKGROUND_WORKER": "Unseen",
}


@pytest.fixture(scope="module")
def site(live: Live, certificate: tuple[Path, Path]) -> Iterator[Site]:
    shown = page("bx24.html", f"{live.https_url}/api/v1/")
    with serving({"/bx24.html": shown, PLACED: shown}, certificate) as served:
        yield served


@pytest.fixture
def client_id(portal: BrowserPortal, site: Site) -> Iterator[str]:
    """An application that has bound its pages, in a client that was loaded since."""
    client_id = portal.add_app(site, "bx24.html")
    frame = portal.open_ready(client_id)
    for place, title in BOUND.items():
        params: dict[str, Any] = {"PLACEMENT": place, "HANDLER": f"{site.origin}{PLACED}", "TITLE": title}
        params |= {"OPTIONS": {"errorHandlerUrl": f"{site.origin}/error"}} if "WORKER" in place else {}
        assert called(frame, "placement.bind", json.dumps(params))["data"] is True
    portal.page.goto(f"{portal.url}/online/chat/2")
    portal.page.get_by_role("textbox", name="Write a message").wait_for()
    yield client_id
    portal.live.asked("botyard.app.delete", {"CLIENT_ID": client_id})


def posted_to(portal: BrowserPortal, site: Site, place: str) -> Any:
    """What the page at a placement was told, once it has been asked for."""
    for _ in range(100):
        posted = [request.form for request in site.requests if request.form.get("PLACEMENT") == place]
        if posted:
            return json.loads(posted[-1]["PLACEMENT_OPTIONS"])
        portal.page.wait_for_timeout(100)
    raise AssertionError(f"nothing was posted to {place}")


def test_pages_of_the_person_of_links_and_unseen_ones(portal: BrowserPortal, site: Site, client_id: str) -> None:
    assert posted_to(portal, site, "PAGE_BACKGROUND_WORKER")["ID"] == "PAGE_BACKGROUND_WORKER"
    expect(portal.page.locator("iframe")).to_have_count(1)
    expect(portal.page.locator("iframe")).to_be_hidden()

    portal.page.get_by_role("navigation", name="Areas").get_by_role("button", name=re.compile("^Alice")).click()
    portal.page.get_by_role("menuitem", name="My own notes").click()
    assert posted_to(portal, site, "USER_PROFILE_MENU")["USER_ID"] == "1"
    portal.page.get_by_role("dialog", name="My own notes").get_by_role("button", name="Close").click()

    link = f"/marketplace/view/{client_id}/?params%5BdocId%5D=42"
    portal.live.asked("im.message.add", {"DIALOG_ID": "2", "MESSAGE": f"See [url={link}]the document[/url]"})
    portal.page.get_by_role("log").get_by_role("link", name="the document").last.click()
    assert posted_to(portal, site, "REST_APP_URI")["docId"] == "42"
    expect(portal.page.get_by_role("dialog", name="Notes by a link")).to_be_visible()
    assert portal.page.url == f"{portal.url}/online/chat/2"
    assert portal.complaints == []


def test_the_menu_of_phones_is_shown_on_phones(portal: BrowserPortal, site: Site, client_id: str) -> None:
    pages = portal.page.locator("form").get_by_role("button", name="Applications")
    expect(pages).to_have_count(0)
    portal.page.set_viewport_size({"width": 390, "height": 780})
    pages.click()
    portal.page.get_by_role("menuitem", name="Notes on phones").click()
    assert posted_to(portal, site, "IMMOBILE_CONTEXT_MENU") == {"dialogId": "2"}

    portal.page.goto(f"{portal.url}/online/")
    chats = portal.page.get_by_role("region", name="Chats")
    chats.get_by_role("button", name=re.compile("^Alice")).click()
    portal.page.get_by_role("menuitem", name="My own notes").click()
    expect(portal.page.get_by_role("dialog", name="My own notes")).to_be_visible()


def test_a_link_is_opened_outside_of_the_client(portal: BrowserPortal, site: Site, client_id: str) -> None:
    portal.page.goto(f"{portal.url}/marketplace/view/{client_id}/?params[docId]=43")
    expect(portal.page.get_by_role("dialog", name="Notes by a link")).to_be_visible()
    assert posted_to(portal, site, "REST_APP_URI")["docId"] == "43"
    assert portal.page.url == f"{portal.url}/online/"
    assert portal.complaints == []


def test_departments_are_chosen_for_rights(portal: BrowserPortal, site: Site, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    frame.evaluate("BX24.selectAccess(['U2'], (rights) => { window.rights = rights; })")
    dialog = portal.page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("supp")
    dialog.get_by_role("button", name=re.compile("^Support")).click()
    dialog.get_by_role("button", name="Choose", exact=True).click()
    frame.wait_for_function("window.rights")
    [right] = frame.evaluate("window.rights")
    assert (right["id"][:2], right["name"]) == ("DR", "Support")
    assert called(frame, "access.name", json.dumps({"ACCESS": [right["id"]]}))["data"]
