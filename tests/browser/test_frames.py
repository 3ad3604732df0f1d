"""What keeps pages of applications apart from the web client, from one another, and from other sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.portal import BrowserPortal
from tests.browser.site import Site, page, serving
from tests.sdk.live import Live

pytestmark = [pytest.mark.journey, pytest.mark.live]


@pytest.fixture(scope="module")
def site(live: Live, certificate: tuple[Path, Path]) -> Iterator[Site]:
    with serving({"/bx24.html": page("bx24.html", f"{live.https_url}/api/v1/")}, certificate) as served:
        yield served


@pytest.fixture(scope="module")
def elsewhere(certificate: tuple[Path, Path]) -> Iterator[Site]:
    """Another site."""
    with serving({"/intruder.html": page("intruder.html")}, certificate) as served:
        yield served


def test_messages_of_another_site_are_ignored(portal: BrowserPortal, site: Site, elsewhere: Site) -> None:
    """Also with the session of the page: a page in the page knows it, and is of another origin and window."""
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    sid = frame.evaluate("window.name.split('|')[2]")
    frame.evaluate(
        """(address) => new Promise((resolve) => {
            const inner = document.createElement('iframe');
            inner.onload = () => resolve();
            inner.src = address;
            document.body.append(inner);
        })""",
        f"{elsewhere.origin}/intruder.html",
    )
    inner = frame.child_frames[0]
    script = """(sid) => new Promise((resolve) => {
        window.addEventListener('message', (event) => resolve(event.data));
        for (const target of [window.top, window.parent]) {
            target.postMessage('getInitData:mine:' + sid, '*');
            target.postMessage('setTitle:{"title":"Taken over"}:mine:' + sid, '*');
        }
        setTimeout(() => resolve('nothing'), 1500);
    })"""
    assert inner.evaluate(script, sid) == "nothing"
    expect(portal.page.get_by_role("heading", name="Taken over")).to_have_count(0)


def test_messages_with_another_session_are_ignored(portal: BrowserPortal, site: Site) -> None:
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    script = """() => new Promise((resolve) => {
        window.addEventListener('message', (event) => resolve(event.data));
        window.parent.postMessage('getInitData:mine:0123456789abcdef0123456789abcdef', '*');
        setTimeout(() => resolve('nothing'), 1500);
    })"""
    assert frame.evaluate(script) == "nothing"


def test_a_page_that_went_elsewhere_is_not_answered(portal: BrowserPortal, site: Site, elsewhere: Site) -> None:
    """It has the window and the session, and another origin: the browser would not even deliver an answer."""
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    sid = frame.evaluate("window.name.split('|')[2]")
    # The policy of the client does not let a frame go where no application is.
    frame.evaluate("(address) => { location.href = address; }", f"{elsewhere.origin}/intruder.html")
    portal.page.wait_for_timeout(1000)
    assert not any(request.path == "/intruder.html" for request in elsewhere.requests if sid in str(request))
    assert portal.page.url.startswith(f"{portal.url}/online/apps/")


def test_a_page_cannot_lead_the_client_elsewhere(portal: BrowserPortal, site: Site, elsewhere: Site) -> None:
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    script = (
        "(address) => { try { window.top.location = address; return 'left'; } catch (fault) { return fault.name; } }"
    )
    assert frame.evaluate(script, f"{elsewhere.origin}/intruder.html") == "SecurityError"
    sandbox = portal.page.get_attribute("iframe", "sandbox") or ""
    assert "allow-top-navigation" not in sandbox
    assert portal.page.url.startswith(f"{portal.url}/online/apps/")


def test_a_page_reads_nothing_of_the_client(portal: BrowserPortal, site: Site) -> None:
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    script = "() => { try { return String(window.parent.localStorage); } catch (fault) { return fault.name; } }"
    assert frame.evaluate(script) == "SecurityError"
    own = portal.page.evaluate("localStorage.getItem('botyard.tokens')")
    token = frame.evaluate("BX24.getAuth().access_token")
    assert token not in own


def test_an_application_gets_no_tokens_of_another(portal: BrowserPortal, site: Site) -> None:
    other = portal.add_app(site, "bx24.html", TITLE="Other")
    frame = portal.open_ready(portal.add_app(site, "bx24.html"))
    script = """(other) => new Promise((resolve) => BX24.callMethod('botyard.placement.open', {CLIENT_ID: other},
        (result) => resolve(result.error() && result.error().ex.error)))"""
    assert frame.evaluate(script, other) == "ACCESS_DENIED"


def test_who_has_taken_access_back_is_asked(portal: BrowserPortal, site: Site) -> None:
    client_id = portal.add_app(site, "bx24.html")
    portal.open_ready(client_id)
    issued = portal.live.asked("botyard.token.issue", {"USER_ID": 1, "SCOPE": "botyard.self"})
    revoked = portal.live.curl(
        f"{portal.live.url}/rest/botyard.consent.revoke?auth={issued['result']['ACCESS_TOKEN']}",
        "-d",
        f"CLIENT_ID={client_id}",
    )
    assert revoked["result"] is True
    portal.page.goto(f"{portal.url}/online/apps/{client_id}")
    portal.page.get_by_role("button", name="Allow and open").click()
    expect(portal.page.frame_locator("iframe").locator("#state")).to_have_text("ready")
