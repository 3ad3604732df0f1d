"""The second factor: setting it up, signing in with it, recovery codes, and what guesses come to."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from pyotp import TOTP

from botyard.portal.auth.second_factors import PERIOD, RECOVERY_CODES
from botyard.portal.auth.sessions import CODE_SECONDS, RECENT_SECONDS, WRONG_CODES
from botyard.portal.auth.throttle import PER_ACCOUNT
from botyard.store import users
from botyard.web.second_factor import qr_code
from tests.conftest import MakeWorld
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World

COOKIE = "__Host-botyard_sign_in"
PAGE = "/account/second-factor"


class Device:
    """An authenticator application."""

    def __init__(self, world: World, secret: str) -> None:
        self.world = world
        self.secret = secret

    @property
    def code(self) -> str:
        return TOTP(self.secret).at(int(self.world.time))

    def next(self) -> str:
        """The code of the next period, which was surely not used."""
        self.world.wait(PERIOD)
        return self.code


def begin(browser: Browser) -> Device:
    """Ask for a secret."""
    browser.get(PAGE)
    browser.post(PAGE, {**browser.fields, "do": "begin"})
    match = re.search(r"enter the key <code>([A-Z2-7]+)</code>", browser.html)
    assert match, browser.html
    return Device(browser.world, match[1])


def set_up(browser: Browser) -> tuple[Device, list[str]]:
    """Switch it on: the device, and the recovery codes."""
    device = begin(browser)
    browser.post(PAGE, {**browser.fields, "do": "confirm", "code": device.code})
    assert browser.last.status == 200, browser.html
    return device, re.findall(r"<li><code>([a-z2-7-]+)</code>", browser.html)


def enter(world: World, code: str | Callable[[], str]) -> Browser:
    """Sign Ann in by a new browser."""
    browser = Browser(world)
    browser.sign_in("ann")
    assert browser.last.headers.get("location") == "/login/code"
    browser.get("/login/code")
    browser.post("/login/code", {**browser.fields, "code": code if isinstance(code, str) else code()})
    return browser


def signed_in(browser: Browser) -> bool:
    return browser.get("/account").status == 200


# Setting it up.


def test_it_is_set_up_with_a_code_and_gives_recovery_codes_once(ann: Browser) -> None:
    other = Browser(ann.world)
    other.sign_in("ann")
    before = ann.cookies[COOKIE]
    device, codes = set_up(ann)
    assert len(codes) == len(set(codes)) == RECOVERY_CODES
    assert all(len(code.replace("-", "")) == 32 for code in codes)
    assert ann.cookies[COOKIE] != before
    assert signed_in(ann)
    assert not signed_in(other)
    ann.get(PAGE)
    assert "It is on" in ann.html
    assert device.secret not in ann.html
    assert codes[0] not in ann.html
    ann.post(PAGE, {**ann.fields, "do": "begin"})
    assert device.secret not in ann.html


def test_a_secret_that_was_not_confirmed_asks_nobody_for_codes(ann: Browser) -> None:
    device = begin(ann)
    assert ann.post(PAGE, {**ann.fields, "do": "confirm", "code": "000000"}).status == 403
    assert "The code is wrong." in ann.html
    # The same secret is shown again, or what was scanned would be of no use.
    assert device.secret in ann.html
    assert Browser(ann.world).sign_in("ann").headers["location"] == "/login"


def test_the_page_shows_a_qr_code_of_the_same_secret(ann: Browser) -> None:
    device = begin(ann)
    address = re.search(r'href="(otpauth://[^"]*)"', ann.html)
    assert address
    assert f"secret={device.secret}" in unescape(address[1])
    size, path = qr_code(unescape(address[1]))
    assert f'viewBox="0 0 {size} {size}"' in ann.html
    assert f'd="{path}"' in ann.html
    assert re.fullmatch(r"[Mhvz0-9 -]+", path)


def test_nothing_of_it_is_kept_in_plain_text(ann: Browser, caplog: pytest.LogCaptureFixture) -> None:
    device, codes = set_up(ann)
    enter(ann.world, device.next)
    rows = [
        str(ann.world.read(lambda tx, table=table: tx.all(f"SELECT * FROM {table}")))  # type: ignore[misc]
        for table in ("second_factors", "recovery_codes", "sessions", "audit_log")
    ]
    for secret in (device.secret, codes[0], codes[0].replace("-", "")):
        assert secret not in "".join(rows)
        assert secret not in caplog.text


def test_the_secret_of_one_row_cannot_be_read_in_another(ann: Browser) -> None:
    set_up(ann)
    world = ann.world
    ben = resident(world, "ben")
    copy = "INSERT INTO second_factors (user_id, secret, confirmed) SELECT :ben, secret, confirmed FROM second_factors"
    world.write(lambda tx: tx.run(copy, ben=ben))
    browser = Browser(world)
    browser.sign_in("ben")
    browser.get("/login/code")
    assert browser.post("/login/code", {**browser.fields, "code": "123456"}).status == 500


# Signing in.


def test_a_password_alone_opens_nothing(ann: Browser) -> None:
    device, _ = set_up(ann)
    browser = Browser(ann.world)
    assert browser.sign_in("ann").headers["location"] == "/login/code"
    for path in ("/account", "/account/password", "/account/sessions", PAGE, "/account/confirm", "/login"):
        assert browser.get(path).headers["location"].startswith("/login/code")
    assert browser.get("/oauth/authorize/?client_id=nothing").status == 400
    ann.get("/account/sessions")
    # What waits for a code is no session yet.
    assert ann.html.count("signed in 2026") == 1
    before = browser.cookies[COOKIE]
    browser.get("/login/code")
    assert browser.post("/login/code", {**browser.fields, "code": device.next()}).status == 303
    assert browser.cookies[COOKIE] != before
    assert signed_in(browser)
    browser.cookies[COOKIE] = before
    assert not signed_in(browser)


def test_it_leads_on_to_the_consent_page(ann: Browser) -> None:
    """Signing in for an application takes the second step as well."""
    device, _ = set_up(ann)
    app = ann.world.add_app()
    target = f"/oauth/authorize/?client_id={app.client_id}"
    browser = Browser(ann.world)
    browser.get(target)
    answer = browser.get(browser.last.headers["location"])
    answer = browser.post("/login", {**browser.fields, "login": "ann", "password": PASSWORD})
    assert answer.headers["location"].startswith("/login/code?next=%2Foauth")
    browser.get(target)
    assert "Allow" not in browser.html
    browser.get(answer.headers["location"])
    answer = browser.post("/login/code", {**browser.fields, "code": device.next()})
    assert answer.headers["location"] == target
    browser.get(target)
    assert "Allow" in browser.html


def test_a_code_is_good_once(ann: Browser) -> None:
    device, _ = set_up(ann)
    # The one by which it was set up is used already.
    assert not signed_in(enter(ann.world, device.code))
    code = device.next()
    assert signed_in(enter(ann.world, code))
    assert not signed_in(enter(ann.world, code))
    # Nor is the code of the period before, which a device that is slow would show.
    assert not signed_in(enter(ann.world, TOTP(device.secret).at(int(ann.world.time) - PERIOD)))


def test_a_code_that_comes_twice_at_once_is_good_once(ann: Browser) -> None:
    device, codes = set_up(ann)
    for code in (device.next(), codes[0]):
        browsers = [Browser(ann.world) for _ in range(4)]
        for browser in browsers:
            browser.sign_in("ann")
            browser.get("/login/code")
        posts = [browser.post_later("/login/code", {**browser.fields, "code": code}) for browser in browsers]
        statuses = [status for status, *_ in ann.world.gather(*posts)]
        assert sorted(statuses) == [303, 403, 403, 403]
        ann.world.wait(3 * PER_ACCOUNT.seconds)


def test_a_clock_may_be_off_by_one_period(ann: Browser) -> None:
    device, _ = set_up(ann)
    ann.world.wait(10 * PERIOD)
    now = int(ann.world.time)
    totp = TOTP(device.secret)
    assert not signed_in(enter(ann.world, totp.at(now - 2 * PERIOD)))
    assert not signed_in(enter(ann.world, totp.at(now + 2 * PERIOD)))
    assert signed_in(enter(ann.world, totp.at(now - PERIOD)))
    assert signed_in(enter(ann.world, totp.at(now + PERIOD)))


def test_codes_are_read_as_people_type_them(ann: Browser) -> None:
    device, codes = set_up(ann)
    code = device.next()
    assert signed_in(enter(ann.world, f" {code[:3]} {code[3:]} "))
    assert signed_in(enter(ann.world, codes[0].upper().replace("-", " ")))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "x" * 5000, "\x00", "-" * 24])
def test_odd_codes_are_wrong_codes(ann: Browser, code: str) -> None:
    set_up(ann)
    browser = enter(ann.world, code)
    assert browser.last.status in (400, 403)
    assert not signed_in(browser)


def test_a_recovery_code_is_good_once(ann: Browser) -> None:
    _, codes = set_up(ann)
    assert signed_in(enter(ann.world, codes[3]))
    assert not signed_in(enter(ann.world, codes[3]))
    ann.get(PAGE)
    assert f"{RECOVERY_CODES - 1} recovery codes left" in ann.html


def test_new_recovery_codes_replace_the_old_ones(ann: Browser) -> None:
    _, codes = set_up(ann)
    ann.get(PAGE)
    ann.post(PAGE, {**ann.fields, "do": "codes"})
    fresh = re.findall(r"<li><code>([a-z2-7-]+)</code>", ann.html)
    assert not set(fresh) & set(codes)
    assert not signed_in(enter(ann.world, codes[0]))
    assert signed_in(enter(ann.world, fresh[0]))


def test_the_recovery_codes_of_others_open_nothing(ann: Browser) -> None:
    set_up(ann)
    resident(ann.world, "ben")
    ben = Browser(ann.world)
    ben.sign_in("ben")
    _, codes = set_up(ben)
    assert not signed_in(enter(ann.world, codes[0]))


# Guessing.


def test_after_some_wrong_codes_the_password_has_to_come_again(ann: Browser) -> None:
    device, _ = set_up(ann)
    browser = Browser(ann.world)
    browser.sign_in("ann")
    browser.get("/login/code")
    for number in range(WRONG_CODES):
        assert browser.post("/login/code", {**browser.fields, "code": f"00000{number}"}).status == 403
    assert "Sign in again" in browser.html
    browser.get("/login")
    assert 'name="password"' in browser.html
    assert browser.get("/login/code").headers["location"] == "/login"
    assert device.secret


def test_codes_are_throttled_for_each_account_from_wherever_they_come(ann: Browser) -> None:
    device, _ = set_up(ann)
    for number in range(PER_ACCOUNT.burst):
        enter(ann.world, f"00000{number}")
    # Neither another browser nor the right password, entered anew, allows more guesses.
    browser = enter(ann.world, device.next)
    assert browser.last.status in (303, 429)
    enter(ann.world, "111111")
    browser = enter(ann.world, device.code)
    assert browser.last.status == 429
    assert int(browser.last.headers["retry-after"]) > 0
    ann.world.wait(2 * PER_ACCOUNT.seconds)
    assert signed_in(enter(ann.world, device.code))


def test_a_code_has_to_come_soon(ann: Browser) -> None:
    device, _ = set_up(ann)
    browser = Browser(ann.world)
    browser.sign_in("ann")
    browser.get("/login/code")
    ann.world.wait(CODE_SECONDS)
    assert browser.post("/login/code", {**browser.fields, "code": device.code}).status == 403
    assert not signed_in(browser)


def test_a_code_needs_a_form_of_ours(ann: Browser) -> None:
    device, _ = set_up(ann)
    browser = Browser(ann.world)
    browser.sign_in("ann")
    browser.get("/login/code")
    fields = {**browser.fields, "code": device.next()}
    assert browser.post("/login/code", {**fields, "csrf_token": "0" * 32}).status == 403
    assert browser.post("/login/code", fields, origin="https://evil.test").status == 403
    assert browser.post("/login/code", fields).status == 303


@pytest.mark.parametrize("what", ["deactivate", "delete", "password"])
def test_what_happens_to_the_person_meanwhile_ends_the_sign_in(ann: Browser, what: str) -> None:
    device, _ = set_up(ann)
    world = ann.world
    browser = Browser(world)
    browser.sign_in("ann")
    browser.get("/login/code")
    user = world.read(lambda tx: users.find_by_login(tx, "ann"))
    assert user is not None
    assert world.call(f"botyard.user.{what}", ID=user.id).status == 200
    assert browser.post("/login/code", {**browser.fields, "code": device.next()}).status == 403
    assert not signed_in(browser)


# Confirming, turning off, resetting.


def test_confirming_takes_the_code_as_well(ann: Browser) -> None:
    device, _ = set_up(ann)
    ann.world.wait(RECENT_SECONDS + 1)
    ann.get(PAGE)
    ann.get(ann.last.headers["location"])
    assert 'name="code"' in ann.html
    assert ann.post("/account/confirm", {**ann.fields, "password": PASSWORD}).status == 403
    assert ann.post("/account/confirm", {**ann.fields, "password": PASSWORD, "code": "000000"}).status == 403
    code = device.next()
    assert ann.post("/account/confirm", {**ann.fields, "password": PASSWORD, "code": code}).status == 303
    assert ann.get(PAGE).status == 200
    ann.world.wait(RECENT_SECONDS + 1)
    ann.get("/account/confirm")
    assert ann.post("/account/confirm", {**ann.fields, "password": PASSWORD, "code": code}).status == 403


def test_it_is_turned_off_by_a_form_of_ours_only(ann: Browser) -> None:
    set_up(ann)
    assert ann.post(PAGE, {"do": "off"}).status == 403
    ann.get(PAGE)
    assert ann.post(PAGE, {**ann.fields, "do": "off"}).status == 303
    ann.get(PAGE)
    assert "It is off" in ann.html
    assert Browser(ann.world).sign_in("ann").headers["location"] == "/login"
    assert ann.world.read(lambda tx: tx.all("SELECT * FROM recovery_codes")) == []


def test_an_administrator_resets_it_for_somebody_who_has_lost_it(ann: Browser) -> None:
    set_up(ann)
    user = ann.world.read(lambda tx: users.find_by_login(tx, "ann"))
    assert user is not None
    assert ann.world.call("botyard.user.second.factor.reset", ID=user.id).result is True
    assert not signed_in(ann)
    assert Browser(ann.world).sign_in("ann").headers["location"] == "/login"
    assert ann.world.call("botyard.user.second.factor.reset", ID=user.id).result is False
    stranger = ann.world.add_person("Ben")
    assert ann.world.call("botyard.user.second.factor.reset", stranger, ID=user.id).error == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("wanted", "admin", "asked"),
    [("administrators", True, True), ("administrators", False, False), ("everybody", False, True)],
)
def test_a_portal_may_demand_it(make_world: MakeWorld, wanted: str, admin: bool, asked: bool) -> None:
    world = make_world(require_second_factor=wanted)
    resident(world, "ann", admin=admin)
    browser = Browser(world)
    location = browser.sign_in("ann").headers["location"]
    if not asked:
        assert location == "/login"
        return
    assert location == PAGE
    assert browser.get("/account").headers["location"].startswith(PAGE)
    assert browser.get("/account/password").headers["location"].startswith(PAGE)
    browser.get(PAGE)
    assert "wants you to set it up" in browser.html
    # That takes some people a while.
    world.wait(RECENT_SECONDS + 1)
    browser.get(browser.get(PAGE).headers["location"])
    browser.post("/account/confirm", {**browser.fields, "password": PASSWORD})
    set_up(browser)
    assert signed_in(browser)
