"""`botyard.webhook.*`, `botyard.user.*`, `botyard.portal.*`: what administrators do beside applications."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.portal import departments
from botyard.store.users import departments_of
from tests.web.browser import Browser
from tests.world import Person, World


def hook(url: str) -> Person:
    """A webhook by its address."""
    user, secret = url.rstrip("/").split("/")[-2:]
    return Person(int(user), secret)


# Webhooks.


def test_a_webhook_opens_until_it_is_revoked(portal: World) -> None:
    made = portal.call("botyard.webhook.add", TITLE="Backup", SCOPE="im,user").result
    assert made["USER_ID"] == portal.admin.id
    key = hook(made["URL"])
    assert made["URL"] == f"http://botyard.test/rest/{key.id}/{key.secret}/"
    assert portal.call("profile", key).status == 200
    assert portal.call("imbot.bot.list", key).error == "insufficient_scope"
    listed = portal.call("botyard.webhook.list").result[-1]
    assert (listed["TITLE"], listed["SCOPE"], listed["REVOKED"]) == ("Backup", ["im", "user"], None)
    assert key.secret not in str(listed)
    assert key.secret.startswith(listed["PREFIX"])
    assert portal.call("botyard.webhook.revoke", ID=made["ID"]).result is True
    assert portal.call("profile", key).error == "INVALID_CREDENTIALS"
    assert portal.call("botyard.webhook.list").result[-1]["REVOKED"] is not None
    assert portal.call("botyard.webhook.revoke", ID=made["ID"]).error == "WEBHOOK_NOT_FOUND"


def test_a_webhook_needs_somebody_and_permissions(portal: World) -> None:
    assert portal.call("botyard.webhook.add", USER_ID=99_999, SCOPE="im").error == "USER_NOT_FOUND"
    assert portal.call("botyard.webhook.add", SCOPE="magic").error == "ERROR_ARGUMENT"
    assert portal.call("botyard.webhook.add", SCOPE=[]).error == "ERROR_ARGUMENT"
    assert portal.call("botyard.webhook.add", USER_ID=portal.add_bot(), SCOPE="im").error == "USER_NOT_FOUND"


# People.


def test_a_person_is_added_and_signs_in(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben", NAME="Ben", LAST_NAME="Bee", EMAIL="ben@a.test").result
    assert (made["KIND"], made["ACTIVE"], made["ADMIN"], made["LAST_LOGIN"]) == ("employee", True, False, None)
    assert Browser(portal).sign_in("ben", made["PASSWORD"]).status == 303
    shown = portal.call("botyard.user.get", ID=made["ID"]).result
    assert shown["LAST_LOGIN"] is not None
    assert "PASSWORD" not in shown
    assert [body["user_id"] for kind, body in portal.events() if kind == "UserAdded"] == [made["ID"]]


def test_a_chosen_password_is_not_repeated(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben", PASSWORD="a good long one").result
    assert made["PASSWORD"] is None
    assert Browser(portal).sign_in("ben", "a good long one").status == 303


@pytest.mark.parametrize("weak", ["short", "Password123", "ababababab", "benjamin.b", "Franklin-1706", "x" * 1001])
def test_a_password_that_is_tried_first_is_refused(world: World, weak: str) -> None:
    ben = {"LOGIN": "benjamin.b", "NAME": "Ben", "LAST_NAME": "Franklin"}
    answer = world.call("botyard.user.add", params={**ben, "PASSWORD": weak})
    assert answer.error == "PASSWORD_WEAK"
    assert weak not in str(answer.body)
    # The same for a person who is there already, of whom the call names nothing but the id.
    made = world.call("botyard.user.add", params=ben).result
    again = world.call("botyard.user.password", ID=made["ID"], PASSWORD=weak)
    assert (again.error, again.text) == ("PASSWORD_WEAK", answer.text)
    assert Browser(world).sign_in("benjamin.b", made["PASSWORD"]).status == 303


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"LOGIN": "ann"}, "LOGIN_TAKEN"),
        ({}, "ERROR_ARGUMENT"),
        ({"LOGIN": "x", "KIND": "bot"}, "ERROR_ARGUMENT"),
        ({"LOGIN": "x", "KIND": "guest"}, "ERROR_ARGUMENT"),
        ({"LOGIN": "x", "DEPARTMENT": [99]}, "ERROR_ARGUMENT"),
        ({"LOGIN": "x" * 51}, "ERROR_ARGUMENT"),
        ({"LOGIN": "ann\tlee"}, "ERROR_ARGUMENT"),
        ({"LOGIN": "ann\u202elee"}, "ERROR_ARGUMENT"),
    ],
    ids=str,
)
def test_who_cannot_be_added(world: World, params: dict[str, Any], error: str) -> None:
    world.call("botyard.user.add", LOGIN="ann")
    assert world.call("botyard.user.add", params=params).error == error


def test_a_guest_has_no_login_and_is_told_what_is_not_for_guests(portal: World) -> None:
    guest = portal.call("botyard.user.add", KIND="guest", NAME="Gil").result
    assert (guest["LOGIN"], guest["PASSWORD"]) == ("", None)
    key = hook(portal.call("botyard.webhook.add", USER_ID=guest["ID"], SCOPE="im,user").result["URL"])
    assert portal.call("profile", key).status == 200
    # The page of user.get does not name this code; it is one that any method may answer with.
    assert portal.post(f"{key.path}/user.get").error == "AUTHORIZE_ERROR"
    assert portal.call("botyard.user.password", ID=guest["ID"]).error == "USER_NOT_FOUND"


def test_somebody_sent_away_opens_nothing_until_let_back_in(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben").result
    key = hook(portal.call("botyard.webhook.add", USER_ID=made["ID"], SCOPE="user").result["URL"])
    browser = Browser(portal)
    browser.sign_in("ben", made["PASSWORD"])
    assert portal.call("botyard.user.deactivate", ID=made["ID"]).result is True
    assert portal.call("profile", key).error == "INVALID_CREDENTIALS"
    assert portal.call("botyard.user.get", ID=made["ID"]).result["ACTIVE"] is False
    assert portal.call("botyard.user.activate", ID=made["ID"]).result is True
    assert portal.call("profile", key).status == 200
    # A browser has to sign in again.
    browser.get("/login")
    assert "Password" in browser.html


def test_a_new_password_signs_out_who_used_the_old_one(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben").result
    browser = Browser(portal)
    browser.sign_in("ben", made["PASSWORD"])
    renewed = portal.call("botyard.user.password", ID=made["ID"]).result["PASSWORD"]
    browser.get("/login")
    assert "Password" in browser.html
    assert browser.sign_in("ben", made["PASSWORD"]).status == 403
    assert browser.sign_in("ben", renewed).status == 303
    assert portal.call("botyard.user.password", ID=made["ID"], PASSWORD="another good one").result == {"PASSWORD": None}
    assert portal.call("botyard.user.password", ID=99_999).error == "USER_NOT_FOUND"


def test_the_last_administrator_stays(portal: World) -> None:
    me = portal.admin.id
    assert portal.call("botyard.user.deactivate", ID=me).error == "LAST_ADMIN"
    assert portal.call("botyard.user.update", ID=me, ADMIN=False).error == "LAST_ADMIN"
    other = portal.call("botyard.user.add", LOGIN="ben").result["ID"]
    assert portal.call("botyard.user.update", ID=other, ADMIN="Y").result["ADMIN"] is True
    assert portal.call("botyard.user.update", ID=me, ADMIN="N").result["ADMIN"] is False
    assert portal.call("botyard.user.list").error == "ACCESS_DENIED"


def test_people_are_changed(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben", NAME="Ben", EMAIL="ben@a.test").result
    changed = portal.call("botyard.user.update", ID=made["ID"], NAME="Benno", WORK_POSITION="Tester").result
    assert (changed["NAME"], changed["WORK_POSITION"], changed["EMAIL"]) == ("Benno", "Tester", "ben@a.test")


def test_a_login_and_departments_are_changed(portal: World) -> None:
    sales = portal.write(lambda tx: departments.add(tx, "Sales"))
    made = portal.call("botyard.user.add", LOGIN="ben").result
    portal.call("botyard.user.add", LOGIN="ann")
    for login in ("ann", "", " ", "x" * 51, "be\tn"):
        refused = portal.call("botyard.user.update", ID=made["ID"], LOGIN=login, NAME="Other")
        assert refused.error == ("LOGIN_TAKEN" if login == "ann" else "ERROR_ARGUMENT")
    assert portal.call("botyard.user.update", ID=made["ID"], DEPARTMENT=[99]).error == "ERROR_ARGUMENT"
    assert portal.call("botyard.user.get", ID=made["ID"]).result["NAME"] == "ben"
    changed = portal.call("botyard.user.update", ID=made["ID"], LOGIN="benno", DEPARTMENT=[sales]).result
    assert changed["LOGIN"] == "benno"
    assert portal.read(lambda tx: departments_of(tx, [made["ID"]])) == {made["ID"]: [sales]}
    assert portal.call("botyard.user.update", ID=made["ID"], LOGIN="benno").status == 200
    assert Browser(portal).sign_in("ben", made["PASSWORD"]).status == 403
    assert Browser(portal).sign_in("benno", made["PASSWORD"]).status == 303
    guest = portal.call("botyard.user.add", KIND="guest", NAME="Gil").result["ID"]
    assert portal.call("botyard.user.update", ID=guest, LOGIN="gil").error == "ERROR_ARGUMENT"


def test_people_are_listed_by_kind_and_by_page(portal: World) -> None:
    portal.add_bot()
    for number in range(51):
        portal.call("botyard.user.add", KIND="guest", NAME=f"Guest {number}")
    first = portal.call("botyard.user.list", KIND="guest")
    assert (len(first.result), first.body["total"], first.body["next"]) == (50, 51, 50)
    rest = portal.call("botyard.user.list", KIND="guest", START=50)
    assert (len(rest.result), "next" in rest.body) == (1, False)
    everybody = portal.call("botyard.user.list").body
    assert everybody["total"] == 52


# Switches.


def test_switches_are_shown_and_turned(portal: World) -> None:
    assert portal.call("botyard.portal.get").result == {"rest": True, "maintenance": False, "https": False}
    assert portal.call("botyard.portal.switch", NAME="nothing", ON=True).error == "SWITCH_NOT_FOUND"
    turned = portal.call("botyard.portal.switch", NAME="https", ON="Y").result
    assert turned["https"] is True
    assert portal.call("profile").text == "Https required"
