"""Pages: what goes into a template comes out as text, and each page keeps to its own policy."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest

from botyard.web.pages import TEMPLATES, redirect, show
from tests.web.browser import Browser, resident
from tests.world import World

EVIL = """<script>alert("'1'")</script>&amp;"""
FIELDS = {"csrf_token": EVIL, EVIL: "1"}
PAGES: dict[str, dict[str, Any]] = {
    "account.html": {"person": EVIL, "login": EVIL, "second_factor": True, "fields": FIELDS},
    "applications.html": {
        "applications": [
            {"client_id": EVIL, "title": EVIL, "permissions": [EVIL] * count, "since": EVIL, "used": EVIL}
            for count in (1, 6)
        ],
        "tokens": [{"id": 1, "permissions": [EVIL], "since": EVIL, "until": EVIL}],
        "fields": FIELDS,
    },
    "code.html": {"code": EVIL, "seconds": 30},
    "confirm.html": {"fields": FIELDS, "wrong": EVIL, "with_code": True},
    "consent.html": {
        "application": EVIL,
        "person": EVIL,
        "permissions": {EVIL: EVIL},
        "own": False,
        "administration": EVIL,
        "days": 180,
        "origin": EVIL,
        "fields": FIELDS,
    },
    "denied.html": {},
    "error.html": {"title": EVIL, "text": EVIL},
    "form_expired.html": {},
    "not_built.html": {},
    "password.html": {"login": EVIL, "initial": True, "fields": FIELDS, "wrong": EVIL},
    "password_chosen.html": {},
    "recovery_codes.html": {"codes": [EVIL], "onward": EVIL},
    "reset_password.html": {"login": EVIL, "fields": FIELDS, "wrong": EVIL},
    "second_factor.html": {"on": False, "left": 9, "demanded": True, "fields": FIELDS},
    "second_factor_set_up.html": {
        "secret": EVIL,
        "address": EVIL,
        "size": 9,
        "path": EVIL,
        "fields": FIELDS,
        "wrong": EVIL,
    },
    "sessions.html": {
        "sessions": [{"id": 1, "own": False, "browser": EVIL, "address": EVIL, "begun": EVIL, "seen": EVIL}] * 2,
        "zone": EVIL,
        "fields": FIELDS,
    },
    "sign_in.html": {"fields": FIELDS, "wrong": EVIL},
    "sign_in_code.html": {"fields": FIELDS, "wrong": EVIL},
    "signed_in.html": {"person": EVIL, "fields": FIELDS},
}
PARTS = {"layout.html", "form.html"}


def html(name: str) -> str:
    body = show(name, **PAGES[name]).body
    return bytes(body).decode()


def test_every_page_is_tried_here() -> None:
    assert {file.name for file in TEMPLATES.glob("*.html")} == {*PAGES, *PARTS}


@pytest.mark.parametrize("name", PAGES)
def test_values_are_text(name: str) -> None:
    page = html(name)
    assert "<script" not in page
    if PAGES[name]:
        assert EVIL in unescape(page)


@pytest.mark.parametrize("name", PAGES)
def test_the_style_of_a_page_is_the_one_that_its_policy_names(name: str) -> None:
    style = re.search(r"<style>(.*?)</style>", html(name), re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = show(name, **PAGES[name]).headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert 'style="' not in html(name)


@pytest.mark.parametrize("name", sorted([*PAGES, *PARTS]))
def test_nothing_in_a_template_is_taken_as_html(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert not re.search(r"\|\s*safe|autoescape|<script|javascript:|\son\w+=", source)


def test_a_value_that_is_missing_is_a_fault() -> None:
    with pytest.raises(Exception, match="person"):
        show("signed_in.html", fields={})


@pytest.mark.parametrize(("count", "folded"), [(15, False), (16, True)])
def test_many_permissions_are_folded(count: int, folded: bool) -> None:
    permissions = {f"scope{number}": f"Meaning {number}" for number in range(count)}
    page = bytes(show("consent.html", **{**PAGES["consent.html"], "permissions": permissions}).body).decode()
    assert page.count("<li>") == count
    assert (f"<summary>{count} permissions" in page) is folded


def test_a_redirect_is_one_address_on_one_line() -> None:
    response = redirect("https://app.test/back?a=1\r\nset-cookie: a=b&é=ü#x")
    assert (response.status_code, response.headers["location"]) == (
        303,
        "https://app.test/back?a=1%0D%0Aset-cookie:%20a=b&%C3%A9=%C3%BC#x",
    )
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_cookies_are_deleted_as_they_were_set(world: World) -> None:
    """A browser takes a cookie of `__Host-` away only if that is said under the same terms."""
    resident(world, "ann")
    browser = Browser(world)
    browser.sign_in("ann")
    browser.get("/login")
    browser.post("/logout", browser.fields)
    name, *flags = browser.last.headers["set-cookie"].split("; ")
    assert name == '__Host-botyard_sign_in=""'
    assert {"Path=/", "HttpOnly", "Secure", "Max-Age=0"} <= set(flags)


@pytest.mark.parametrize("value", ["x" * 201, "a b", "a-b", "é", '"', ""])
def test_an_odd_cookie_is_none(world: World, value: str) -> None:
    browser = Browser(world)
    browser.cookies["__Host-botyard_form"] = value
    assert "set-cookie" in browser.get("/login").headers


def test_the_template_engine_is_not_loaded_before_the_first_page() -> None:
    code = "import botyard.server, sys; print('jinja2' in sys.modules, 'starlette' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True"]
