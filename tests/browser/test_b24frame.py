"""`B24Frame` of the official SDK, unmodified, in a frame of the web client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.portal import BrowserPortal
from tests.browser.site import Site, page, serving
from tests.sdk.conftest import modules

pytestmark = [pytest.mark.journey, pytest.mark.live, pytest.mark.sdk]

__all__ = ["modules"]


@pytest.fixture(scope="module")
def site(modules: Path, certificate: tuple[Path, Path]) -> Iterator[Site]:
    """An application with the bundle that npm installs."""
    bundle = modules / "@bitrix24" / "b24jssdk" / "dist" / "umd" / "index.min.js"
    with serving({"/sdk.html": page("sdk.html"), "/sdk.js": bundle.read_bytes()}, certificate) as served:
        yield served


@pytest.fixture
def frame(portal: BrowserPortal, site: Site) -> Frame:
    shown = portal.open_ready(portal.add_app(site, "sdk.html"))
    return shown


def test_it_starts_and_calls(portal: BrowserPortal, frame: Frame) -> None:
    call = "await $b24.actions.v2.call.make({method: 'profile'})"
    profile = frame.evaluate(f"async () => ({call}).getData().result")
    assert profile["ID"] == "1"
    placement = frame.evaluate("[$b24.placement.title, $b24.placement.isDefault, $b24.getLang(), $b24.auth.isAdmin]")
    assert placement == ["DEFAULT", True, "en", True]
    assert frame.evaluate("$b24.getTargetOrigin()") == portal.url
    assert frame.evaluate("$b24.isFirstRun") is True


def test_the_first_run_comes_once(portal: BrowserPortal, site: Site) -> None:
    client_id = portal.add_app(site, "sdk.html")
    runs = []
    for _ in range(2):
        shown = portal.open_ready(client_id)
        runs.append(shown.evaluate("$b24.isFirstRun"))
    assert runs == [True, False]


def test_it_renews_its_token(frame: Frame) -> None:
    before = frame.evaluate("$b24.auth.getAuthData().access_token")
    after = frame.evaluate("async () => (await $b24.auth.refreshAuth()).access_token")
    assert after != before
    call = "await $b24.actions.v2.call.make({method: 'profile'})"
    assert frame.evaluate(f"async () => ({call}).getData().result.ID") == "1"


def test_its_window(portal: BrowserPortal, frame: Frame) -> None:
    frame.evaluate("$b24.parent.setTitle('Title of the SDK')")
    expect(portal.page.get_by_role("heading", name="Title of the SDK")).to_be_visible()
    frame.evaluate("$b24.parent.resizeWindow(500, 350)")
    element = portal.page.locator("iframe")
    expect(element).to_have_css("width", "500px")
    expect(element).to_have_css("height", "350px")
    frame.evaluate("$b24.parent.fitWindow()")
    frame.evaluate("$b24.parent.scrollParentWindow(10)")


def test_nothing_is_waited_for(frame: Frame) -> None:
    """Commands of the SDK that mean nothing here are answered at once: its own timer of 900 ms does not run out."""
    commands = [
        "$b24.parent.imCallTo(2)",
        "$b24.parent.imPhoneTo('+14151234567')",
        "$b24.placement.getInterface()",
        "$b24.placement.call('reloadData')",
        "$b24.placement.bindEvent('CallCard::BeforeClose', () => {})",
        "$b24.placement.setValue('a:b')",
        "$b24.dialog.selectCRM({entityType: ['deal'], multiple: false})",
        "$b24.slider.openPath($b24.slider.getUrl('/crm/deal/details/5/'), 950).catch((fault) => fault.message)",
    ]
    script = """async () => {
        const began = performance.now();
        const result = await CALL;
        return [performance.now() - began, result];
    }"""
    slow = {call: took for call in commands if (took := frame.evaluate(script.replace("CALL", call)))[0] > 800}
    assert slow == {}


def test_options(portal: BrowserPortal, site: Site) -> None:
    client_id = portal.add_app(site, "sdk.html")
    shown = portal.open_ready(client_id)
    shown.evaluate("$b24.options.appSet('color', 'red')")
    shown.evaluate("$b24.options.userSet('size', 'large')")
    again = portal.open_ready(client_id)
    assert again.evaluate("[$b24.options.appGet('color'), $b24.options.userGet('size')]") == ["red", "large"]


def test_a_person_is_chosen(portal: BrowserPortal, frame: Frame) -> None:
    frame.evaluate("() => { $b24.dialog.selectUser().then((user) => { window.chosen = user; }); }")
    portal.page.get_by_role("dialog").get_by_role("button", name="Ben").first.click()
    frame.wait_for_function("window.chosen")
    assert frame.evaluate("window.chosen.id") == 2
    frame.evaluate("() => { $b24.dialog.selectUser().then((user) => { window.nobody = user; }); }")
    portal.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    frame.wait_for_function("window.nobody === null")


def test_it_finishes_an_installation(portal: BrowserPortal, site: Site) -> None:
    plan = {"INSTALL_URL": f"{site.origin}/sdk.html?install=1", "WIZARD": "Y"}
    client_id = portal.add_app(site, "sdk.html", **plan)
    shown = portal.open_ready(client_id)
    assert shown.evaluate("$b24.isInstallMode") is True
    # The page of the installation stays ready until the application's own page takes its place.
    with portal.page.expect_event(
        "framenavigated", lambda frame: frame.url.startswith(f"{site.origin}/sdk.html") and "install" not in frame.url
    ):
        shown.evaluate("() => { $b24.installFinish(); }")
    opened = portal.frame()
    expect(opened.locator("#state")).to_have_text("ready")
    assert opened.evaluate("[$b24.isInstallMode, location.search.includes('install')]") == [False, False]
