"""BX24.js in a page of an application, in a frame of the web client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.portal import BrowserPortal, asked, called
from tests.browser.site import Site, page, serving
from tests.sdk.live import CHAT, Live

pytestmark = [pytest.mark.journey, pytest.mark.live]


@pytest.fixture(scope="module")
def site(live: Live, certificate: tuple[Path, Path]) -> Iterator[Site]:
    """An application whose pages load the library from the portal, but for one that was not changed."""
    library = f"{live.https_url}/api/v1/"
    files = {f"/{name}": page(name, library) for name in ("bx24.html", "installer.html", "unmodified.html")}
    files["/more.js"] = b"window.more = (window.more || 0) + 1;"
    with serving(files, certificate) as served:
        yield served


def test_an_unmodified_page_calls_a_method(portal: BrowserPortal, site: Site) -> None:
    """It loads the library by the vendor's name, which a line in the hosts file leads to the portal."""
    frame = portal.open_app(portal.add_app(site, "unmodified.html"))
    answer = frame.locator("#answer")
    expect(answer).to_contain_text('"id"')
    dialog = json.loads(answer.inner_text())
    assert dialog == portal.live.asked("imbot.dialog.get", {"DIALOG_ID": CHAT})["result"]


@pytest.fixture
def client_id(portal: BrowserPortal, site: Site) -> str:
    return portal.add_app(site, "bx24.html")


def test_what_is_posted_is_what_the_documentation_says(portal: BrowserPortal, site: Site, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    request = site.last("/bx24.html")
    assert set(request.query) == {"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}
    assert request.query["DOMAIN"] == portal.live.address
    assert (request.form["PLACEMENT"], request.query["PROTOCOL"]) == ("DEFAULT", "1")
    name = f"{request.query['DOMAIN']}|1|{request.query['APP_SID']}"
    assert frame.evaluate("window.name") == name
    token = frame.evaluate("BX24.getAuth()")
    assert token["access_token"] == request.form["AUTH_ID"]
    assert token["member_id"] == request.form["member_id"]
    assert portal.complaints == []


def test_calls(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    assert called(frame, "profile")["data"]["ID"] == "1"
    refused = called(frame, "imbot.dialog.get", "{DIALOG_ID: 'chat424242'}")
    assert (refused["error"], refused["status"], refused.get("data")) == ("ACCESS_ERROR", 403, None)
    people = called(frame, "user.get", "{sort: 'ID', order: 'ASC', filter: {ACTIVE: true}}")
    assert (len(people["data"]), people["more"], people["time"]) == (50, True, "object")
    assert people["total"] > 50
    pages = frame.evaluate(
        """() => new Promise((resolve) => {
            const sizes = [];
            BX24.callMethod('user.get', {sort: 'ID'}, (result) => {
                sizes.push(result.data().length);
                if (!result.more()) return resolve([sizes, result.next()]);
                if (!(result.next() instanceof XMLHttpRequest)) resolve('no request');
            });
        })"""
    )
    assert pages == [[50, people["total"] - 50], False]
    sent = called(frame, "im.message.add", "{DIALOG_ID: 'chat2001', MESSAGE: document.getElementById('field')}")
    [message] = portal.live.asked("im.dialog.messages.get", {"DIALOG_ID": CHAT, "LIMIT": 1})["result"]["messages"]
    assert (message["id"], message["text"]) == (sent["data"], "from a field")


def test_files_of_a_form_field_are_sent_with_their_names(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    frame.set_input_files("#file", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"})
    read = frame.evaluate(
        """() => new Promise((resolve) => {
            BX24.callMethod('user.option.set', {options: {file: document.getElementById('file')}}, () =>
                BX24.callMethod('user.option.get', {option: 'file'}, (result) => resolve(result.data())));
        })"""
    )
    assert read in ([["note.txt", "aGVsbG8="]], {"0": {"0": "note.txt", "1": "aGVsbG8="}})


def test_batches(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    script = """(halt) => new Promise((resolve) => BX24.callBatch({
        me: ['profile', {}],
        wrong: {method: 'imbot.dialog.get', params: {DIALOG_ID: ''}},
        again: {method: 'user.get', params: {ID: '$result[me][ID]'}},
    }, (result) => resolve(Object.fromEntries(Object.entries(result).map(([name, each]) =>
        [name, each.error() ? each.error().ex.error : each.data()]))), halt))"""
    results = frame.evaluate(script, False)
    assert (results["me"]["ID"], results["wrong"], results["again"][0]["ID"]) == ("1", "DIALOG_ID_EMPTY", "1")
    assert set(frame.evaluate(script, True)) == {"me", "wrong"}
    listed = frame.evaluate(
        """() => new Promise((resolve) => BX24.callBatch([['profile', {}], ['user.get', {}]], (results) =>
            resolve([Array.isArray(results), results.length, results[1].total() > 50, results[1].more()])))"""
    )
    assert listed == [True, 2, True, True]
    refused = frame.evaluate(
        """() => new Promise((resolve) => BX24.callBatch([], (results) => resolve(results.length)))"""
    )
    assert refused == 0


def test_a_token_that_is_over_is_renewed(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    before = frame.evaluate("BX24.getAuth().access_token")
    renewed = asked(frame, "BX24.refreshAuth(CALL)")
    assert renewed["access_token"] != before
    assert frame.evaluate("BX24.getAuth().access_token") == renewed["access_token"]

    # Hours later: what the browser shows as the time decides, and then what the portal says of the token.
    frame.evaluate(
        "() => { const real = Date; Date.prototype.getTime = function () { return real.now() + 7200000; }; }"
    )
    assert frame.evaluate("BX24.getAuth()") is False
    assert called(frame, "profile")["data"]["ID"] == "1"


def test_options(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    # It tells nobody when it is done.
    with portal.page.expect_response("**/rest/user.option.set*"):
        frame.evaluate("BX24.userOption.set('size', {a: [1, 'two']})")
    assert frame.evaluate("BX24.userOption.get('size')") == {"a": [1, "two"]}
    assert asked(frame, "BX24.appOption.set('color', 'red', CALL)") == {"color": "red"}
    again = portal.open_ready(client_id)
    assert again.evaluate("[BX24.appOption.get('color'), BX24.userOption.get('size')]") == ["red", {"a": [1, "two"]}]


def test_handlers_of_events_are_bound(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    bound = "(result) => CALL(result.error() ? result.error().ex.error : result.data())"
    assert asked(frame, f"BX24.callBind('OnAppUninstall', 'https://example.com/handler/', 0, {bound})") is True
    assert asked(frame, f"BX24.callUnbind('OnAppUninstall', 'https://example.com/handler/', 0, {bound})") == {
        "count": 1
    }


def test_the_frame_and_its_surroundings(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    element = portal.page.locator("iframe")
    asked(frame, "BX24.resizeWindow(400, 300, CALL)")
    expect(element).to_have_css("width", "400px")
    expect(element).to_have_css("height", "300px")
    frame.evaluate("document.body.insertAdjacentHTML('beforeend', '<div style=\"height: 1500px\"></div>')")
    asked(frame, "BX24.fitWindow(CALL)")
    portal.until("document.querySelector('iframe').offsetHeight > 1500")
    asked(frame, "BX24.scrollParentWindow(200, CALL)")
    portal.until("document.querySelector('iframe').parentElement.scrollTop === 200")
    asked(frame, "BX24.setTitle('Another title', CALL)")
    expect(portal.page.get_by_role("heading", name="Another title")).to_be_visible()
    assert frame.evaluate("[BX24.isAdmin(), BX24.getLang(), BX24.getDomain()]") == [True, "en", portal.live.address]
    assert asked(frame, "BX24.placement.getInterface(CALL)") == {"command": [], "event": []}
    assert frame.evaluate("BX24.placement.info()") == {"placement": "DEFAULT", "options": {"URI": "/online/"}}
    assert asked(frame, "BX24.placement.call('reloadData', {}, CALL)") == []
    assert asked(frame, "BX24.openPath('/crm/deal/details/5/', CALL)") == {
        "result": "error",
        "errorCode": "PATH_NOT_AVAILABLE",
    }


def test_tools_for_pages(portal: BrowserPortal, site: Site, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    asked(frame, f"BX24.loadScript(['{site.origin}/more.js', '{site.origin}/more.js'], CALL)")
    assert frame.evaluate("[window.more, BX24.isReady()]") == [2, True]
    script = """() => {
        const button = document.createElement('button');
        const seen = [];
        const target = {name: 'target', click() { seen.push(this.name, BX24.proxyContext() === button); }};
        const proxy = BX24.proxy(target.click, target);
        BX24.bind(button, 'click', proxy);
        button.click();
        BX24.unbind(button, 'click', proxy);
        button.click();
        return [seen, proxy === BX24.proxy(target.click, target), BX24.proxyContext()];
    }"""
    assert frame.evaluate(script) == [["target", True], True, None]


def test_people_are_chosen(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    frame.evaluate("BX24.selectUser((user) => { window.chosen = user; })")
    portal.page.get_by_role("dialog").get_by_role("button", name="Ben").first.click()
    frame.wait_for_function("window.chosen")
    chosen = frame.evaluate("window.chosen")
    assert (chosen["id"], chosen["name"].split()[0]) == (2, "Ben")
    frame.evaluate("BX24.selectUsers((users) => { window.several = users; })")
    dialog = portal.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ben").first.click()
    dialog.get_by_role("button", name="Choose", exact=True).click()
    frame.wait_for_function("window.several")
    assert [user["id"] for user in frame.evaluate("window.several")] == [2]
    frame.evaluate("BX24.selectAccess((rights) => { window.rights = rights; })")
    dialog.get_by_role("button", name="Everybody with an account").click()
    dialog.get_by_role("button", name="Choose", exact=True).click()
    frame.wait_for_function("window.rights")
    assert [right["id"] for right in frame.evaluate("window.rights")] == ["AU"]


def test_an_application_opens_itself_in_a_panel(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    frame.evaluate(
        "BX24.openApplication({opened: true}, () => { window.ended = true; }, {title: 'My title', width: 450})"
    )
    dialog = portal.page.get_by_role("dialog", name="My title")
    inner = dialog.locator("iframe").element_handle().content_frame()
    assert inner is not None
    expect(inner.locator("#state")).to_have_text("ready")
    options = inner.evaluate("BX24.placement.info().options")
    assert (options["opened"], options["bx24_width"]) == (True, 450)
    inner.evaluate("BX24.closeApplication()")
    expect(dialog).to_have_count(0)
    frame.wait_for_function("window.ended === true")


def test_a_chat_is_opened(portal: BrowserPortal, client_id: str) -> None:
    frame = portal.open_ready(client_id)
    opening = "BX.Runtime.loadExtension('im.public.iframe').then((it) => it.Messenger.openChat('chat2001'))"
    frame.evaluate(f"() => {{ {opening}; }}")
    portal.page.wait_for_url(f"{portal.url}/online/chat/chat2001")


def test_an_installer_finishes_and_the_application_opens(portal: BrowserPortal, site: Site) -> None:
    plan = {"INSTALL_URL": f"{site.origin}/installer.html", "WIZARD": "Y", "TITLE": "Wizard"}
    client_id = portal.add_app(site, "bx24.html", **plan)
    frame = portal.open_app(client_id)
    frame.wait_for_selector("body[data-bound='true']")
    portal.page.goto(f"{portal.url}/online/apps")
    expect(portal.page.get_by_text("Not installed yet")).to_be_visible()
    frame = portal.open_app(client_id)
    frame.click("#finish")
    portal.page.frame_locator("iframe").locator("#state").get_by_text("ready").wait_for()
    portal.page.goto(f"{portal.url}/online/apps")
    expect(portal.page.get_by_role("link", name="Bound by an installer")).to_be_visible()
