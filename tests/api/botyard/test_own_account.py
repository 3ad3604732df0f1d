"""`botyard.profile.*` and `botyard.session.*`: what people do with their own account."""

from __future__ import annotations

import pytest

from botyard.model.people import UserKind
from botyard.portal.auth.throttle import PER_ACCOUNT
from tests.web.browser import PASSWORD, Browser, resident
from tests.web.test_second_factor import set_up
from tests.world import Person, World

NEW = "staple battery horse"
SCOPES = "im,botyard.self"


@pytest.fixture
def ann(portal: World) -> Person:
    """Ann, by a webhook for her own account."""
    return portal.add_webhook(resident(portal, "ann"), SCOPES)


def change(world: World, who: Person, present: str = PASSWORD, new: str = NEW) -> str:
    answer = world.call("botyard.profile.password.set", who, PASSWORD=present, NEW_PASSWORD=new)
    return answer.error if answer.status != 200 else str(answer.result)


def test_a_password_is_changed_by_the_present_one(portal: World, ann: Person) -> None:
    browser = Browser(portal)
    browser.sign_in("ann")
    assert change(portal, ann) == "True"
    assert browser.get("/account").status == 303
    assert Browser(portal).sign_in("ann").status == 403
    assert Browser(portal).sign_in("ann", NEW).headers["location"] == "/login"
    # Keys are no sessions.
    assert portal.call("botyard.session.list", ann).status == 200


@pytest.mark.parametrize(
    ("present", "new", "error"),
    [
        ("wrong", NEW, "PASSWORD_WRONG"),
        ("", NEW, "PASSWORD_WRONG"),
        (PASSWORD, "short", "PASSWORD_WEAK"),
        (PASSWORD, "", "PASSWORD_WEAK"),
        (PASSWORD, PASSWORD, "PASSWORD_WEAK"),
    ],
)
def test_which_passwords_are_not_taken(portal: World, ann: Person, present: str, new: str, error: str) -> None:
    assert change(portal, ann, present, new) == error
    assert Browser(portal).sign_in("ann").status == 303


def test_with_a_second_factor_it_takes_a_code(portal: World, ann: Person) -> None:
    """A key and the present password are not enough, as they are not on the page."""
    browser = Browser(portal)
    browser.sign_in("ann")
    device, recovery_codes = set_up(browser)
    used = device.code
    assert [change_with(portal, ann, code) for code in ("", "000000", used)] == ["CODE_WRONG"] * 3
    # Whoever has a code and not the password learns nothing of the code, and does not use it up.
    right = device.next()
    assert change_with(portal, ann, right, present="wrong") == "PASSWORD_WRONG"
    assert change_with(portal, ann, right) == "True"
    assert change_with(portal, ann, recovery_codes[0], NEW, PASSWORD + " again") == "True"
    assert change_with(portal, ann, recovery_codes[0], PASSWORD + " again") == "CODE_WRONG"
    events = [entry["EVENT"] for entry in portal.call("botyard.audit.list", EVENT="code.refused").result["ENTRIES"]]
    assert len(events) == 4


def test_guesses_at_codes_are_throttled_like_those_of_the_page(portal: World, ann: Person) -> None:
    browser = Browser(portal)
    browser.sign_in("ann")
    device, _ = set_up(browser)
    errors = [change_with(portal, ann, "000000") for _ in range(PER_ACCOUNT.burst + 1)]
    assert errors == ["CODE_WRONG"] * PER_ACCOUNT.burst + ["TOO_MANY_ATTEMPTS"]
    assert change_with(portal, ann, device.next()) == "TOO_MANY_ATTEMPTS"


def change_with(world: World, who: Person, code: str, present: str = PASSWORD, new: str = NEW) -> str:
    params = {"PASSWORD": present, "NEW_PASSWORD": new, "CODE": code}
    answer = world.call("botyard.profile.password.set", who, params)
    return answer.error if answer.status != 200 else str(answer.result)


def test_guesses_at_the_present_password_are_throttled_in_a_batch_too(portal: World, ann: Person) -> None:
    commands = {
        f"c{number}": f"botyard.profile.password.set?PASSWORD=guess{number}&NEW_PASSWORD=staple+battery+horse"
        for number in range(PER_ACCOUNT.burst + 3)
    }
    errors = portal.call("batch", ann, params={"cmd": commands}).body["result"]["result_error"]
    codes = [error["error"] for error in errors.values()]
    assert codes == ["PASSWORD_WRONG"] * PER_ACCOUNT.burst + ["TOO_MANY_ATTEMPTS"] * 3
    assert change(portal, ann) == "TOO_MANY_ATTEMPTS"
    portal.wait(PER_ACCOUNT.seconds)
    assert change(portal, ann) == "True"


def test_sessions_are_listed_and_ended(portal: World, ann: Person) -> None:
    browsers = [Browser(portal) for _ in range(3)]
    for number, browser in enumerate(browsers):
        browser.sign_in("ann", **{"user-agent": f"Browser {number}"})
    listed = portal.call("botyard.session.list", ann).result
    assert sorted(session["BROWSER"] for session in listed) == ["Browser 0", "Browser 1", "Browser 2"]
    assert {*listed[0]} == {"ID", "CREATED", "LAST_SEEN", "EXPIRES", "ADDRESS", "BROWSER"}
    number = next(session["ID"] for session in listed if session["BROWSER"] == "Browser 1")
    assert portal.call("botyard.session.end", ann, ID=number).result is True
    assert portal.call("botyard.session.end", ann, ID=number).result is False
    assert [browser.get("/account").status for browser in browsers] == [200, 303, 200]
    assert portal.call("botyard.session.end.all", ann).result == 2
    assert [browser.get("/account").status for browser in browsers] == [303, 303, 303]


def test_nobody_sees_or_ends_the_sessions_of_others(portal: World, ann: Person) -> None:
    browser = Browser(portal)
    browser.sign_in("ann")
    [mine] = portal.call("botyard.session.list", ann).result
    ben = portal.add_webhook(resident(portal, "ben"), SCOPES)
    assert portal.call("botyard.session.list", ben).result == []
    assert portal.call("botyard.session.end", ben, ID=mine["ID"]).result is False
    assert portal.call("botyard.session.end.all", ben).result == 0
    assert browser.get("/account").status == 200


def test_people_change_what_is_known_of_them_and_nothing_else(portal: World, ann: Person) -> None:
    more = {"LOGIN": "root", "ADMIN": True, "ID": portal.admin.id}
    changed = portal.call("botyard.profile.update", ann, params={"NAME": "Anna", **more}).result
    assert (changed["ID"], changed["NAME"], changed["LOGIN"], changed["ADMIN"]) == (ann.id, "Anna", "ann", False)
    assert portal.call("botyard.user.get", ID=portal.admin.id).result["NAME"] == "Ada"
    outsider = portal.add_webhook(resident(portal, "eve", kind=UserKind.EXTRANET), SCOPES)
    assert portal.call("botyard.profile.update", outsider, NAME="Eva").error == "ACCESS_DENIED"


def moved(world: World, who: Person, email: str, **params: str) -> str:
    answer = world.call("botyard.profile.update", who, params={"EMAIL": email, **params})
    return answer.error if answer.status != 200 else str(answer.result["EMAIL"])


def test_another_address_takes_the_password(portal: World, ann: Person) -> None:
    """Links for a new password may go there."""
    assert moved(portal, ann, "eve@test") == "PASSWORD_WRONG"
    assert moved(portal, ann, "eve@test", PASSWORD="wrong", NAME="Eve") == "PASSWORD_WRONG"
    assert portal.call("botyard.user.get", ID=ann.id).result["NAME"] != "Eve"
    assert moved(portal, ann, "ann@test", PASSWORD=PASSWORD) == "ann@test"
    # The same one is no change, and all else takes none.
    assert moved(portal, ann, "ann@test", NAME="Anna") == "ann@test"
    assert moved(portal, ann, "") == "PASSWORD_WRONG"
    details = [entry["DETAILS"] for entry in portal.call("botyard.audit.list", EVENT="user.changed").result["ENTRIES"]]
    assert [entry.get("email") for entry in details if entry] == ["ann@test"]


def test_another_address_takes_a_code_where_there_is_a_second_factor(portal: World, ann: Person) -> None:
    browser = Browser(portal)
    browser.sign_in("ann")
    device, _ = set_up(browser)
    assert moved(portal, ann, "ann@test", PASSWORD=PASSWORD) == "CODE_WRONG"
    assert moved(portal, ann, "ann@test", PASSWORD=PASSWORD, CODE=device.next()) == "ann@test"


def test_guesses_at_it_are_throttled(portal: World, ann: Person) -> None:
    errors = [moved(portal, ann, "eve@test", PASSWORD="guess") for _ in range(PER_ACCOUNT.burst + 1)]
    assert errors == ["PASSWORD_WRONG"] * PER_ACCOUNT.burst + ["TOO_MANY_ATTEMPTS"]
    assert moved(portal, ann, "ann@test", PASSWORD=PASSWORD) == "TOO_MANY_ATTEMPTS"


def test_an_administrator_signs_somebody_out(portal: World, ann: Person) -> None:
    browser = Browser(portal)
    browser.sign_in("ann")
    assert portal.call("botyard.user.signout", ID=ann.id).result == 1
    assert portal.call("botyard.user.signout", ID=ann.id).result == 0
    assert browser.get("/account").status == 303
    assert portal.call("botyard.user.signout", ann, ID=ann.id).error == "insufficient_scope"


METHODS = ["botyard.profile.password.set", "botyard.session.list", "botyard.session.end", "botyard.session.end.all"]


@pytest.mark.parametrize("method", METHODS)
def test_it_takes_the_permission_and_an_account(portal: World, method: str) -> None:
    somebody = resident(portal, "ann")
    assert portal.call(method, portal.add_webhook(somebody, "im,botyard")).error == "insufficient_scope"
    guest = resident(portal, "guest", kind=UserKind.GUEST)
    assert portal.call(method, portal.add_webhook(guest, SCOPES)).error == "ACCESS_DENIED"
    outsider = resident(portal, "eve", kind=UserKind.EXTRANET)
    assert portal.call(method, portal.add_webhook(outsider, SCOPES)).body.get("error") in (
        None,
        "ERROR_ARGUMENT",
        "PASSWORD_WRONG",
    )
