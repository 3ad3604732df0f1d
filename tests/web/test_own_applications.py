"""`/account/applications`: what acts in somebody's name, and the end of it."""

from __future__ import annotations

import pytest

from botyard.portal.auth import tokens
from tests.web.browser import Browser, resident
from tests.world import AppKey, World

PAGE = "/account/applications"


@pytest.fixture
def app(portal: World) -> AppKey:
    return portal.add_app(resident(portal, "ann"), scopes="im,user", title="Robot <b>")


@pytest.fixture
def ann(portal: World, app: AppKey) -> Browser:
    browser = Browser(portal)
    browser.sign_in("ann")
    return browser


def test_who_is_not_signed_in_is_led_there_and_back(portal: World, app: AppKey) -> None:
    stranger = Browser(portal)
    assert stranger.get(PAGE).headers["location"] == "/login?next=%2Faccount%2Fapplications"
    assert stranger.sign_in("ann", path="/login?next=%2Faccount%2Fapplications").headers["location"] == PAGE


def test_applications_with_access_are_listed(ann: Browser, app: AppKey) -> None:
    assert ann.get(PAGE).status == 200
    for word in ("Robot &lt;b&gt;", "Chat and Notifications", "Users", "never used", app.client_id):
        assert word in ann.html
    assert "<b>" not in ann.html
    assert "/account/applications" in ann.get("/account").body.decode()


def test_access_is_ended(ann: Browser, app: AppKey) -> None:
    ann.get(PAGE)
    answer = ann.post(PAGE, {**ann.fields, "application": app.client_id})
    assert (answer.status, answer.headers["location"]) == (303, PAGE)
    ann.get(PAGE)
    assert "No application acts in your name." in ann.html
    assert ann.world.call("profile", app).error == "invalid_token"


def test_ones_own_token_is_ended(ann: Browser, app: AppKey) -> None:
    world = ann.world
    text, _ = world.write(lambda tx: tokens.session(tx, world.keyring, user_id=app.user_id, scopes="im"))
    others, _ = world.write(lambda tx: tokens.session(tx, world.keyring, user_id=world.admin.id, scopes="im"))
    ann.get(PAGE)
    numbers = [part.split('"')[0] for part in ann.html.split('name="token" value="')[1:]]
    assert len(numbers) == 1
    ann.post(PAGE, {**ann.fields, "token": numbers[0]})
    assert world.call("profile", text).error == "invalid_token"
    ann.get(PAGE)
    fields = ann.fields
    for number in (*range(1, 20), "x"):
        assert ann.post(PAGE, {**fields, "token": str(number)}).status == 303
    assert world.call("profile", others).status == 200


def test_a_form_of_another_page_is_refused(ann: Browser, app: AppKey) -> None:
    ann.get(PAGE)
    for answer in (
        ann.post(PAGE, {"application": app.client_id}),
        ann.post(PAGE, {**ann.fields, "application": app.client_id}, sec_fetch_site="cross-site"),
        ann.post(PAGE, {**ann.fields, "application": app.client_id}, origin="https://evil.test"),
    ):
        assert answer.status == 403
    assert ann.world.call("profile", app).status == 200
