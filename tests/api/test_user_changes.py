"""`user.add` and `user.update`: people as administrators invite and change them."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.api.shapes.user_fields import DETAILS
from botyard.model.people import UserKind
from botyard.portal import users as portal_users
from botyard.store import users as stored_users
from tests.world import World
from tests.worlds.samples import picture


def department(world: World) -> int:
    """Any department."""
    made = world.call("department.get").result
    return int(made[0]["ID"]) if made else int(world.call("department.add", NAME="Company", PARENT=0).result)


def shown(world: World, user_id: int) -> dict[str, Any]:
    [person] = world.call("user.get", ID=user_id).result
    return dict(person)


def invited(world: World, email: str = "kim@example.com", **params: Any) -> int:
    return int(world.call("user.add", EMAIL=email, UF_DEPARTMENT=[department(world)], **params).result)


def test_an_employee_is_invited(portal: World) -> None:
    user_id = invited(portal, NAME="Kim", LAST_NAME="Lee", WORK_POSITION="Cook", PERSONAL_GENDER="f")
    person = shown(portal, user_id)
    assert (person["NAME"], person["LAST_NAME"], person["EMAIL"]) == ("Kim", "Lee", "kim@example.com")
    assert (person["WORK_POSITION"], person["PERSONAL_GENDER"], person["USER_TYPE"]) == ("Cook", "F", "employee")
    assert person["UF_DEPARTMENT"] == [department(portal)]
    stored = portal.read(lambda tx: portal_users.find_login(tx, "kim@example.com"))
    assert stored is not None
    assert (stored.id, stored.admin) == (user_id, False)


@pytest.mark.parametrize("form", ["{0}", "[{0}]", "one", "list", "text"])
def test_departments_come_as_one_number_or_several(portal: World, form: str) -> None:
    """The page says text, and its own prose a list."""
    place = department(portal)
    sent = {"one": place, "list": [place], "text": str(place)}.get(form, form.format(place))
    user_id = portal.call("user.add", EMAIL="kim@example.com", UF_DEPARTMENT=sent).result
    assert shown(portal, user_id)["UF_DEPARTMENT"] == [place]
    assert portal.call("user.update", ID=user_id, UF_DEPARTMENT="").result is True
    assert shown(portal, user_id)["UF_DEPARTMENT"] == []


def test_somebody_from_outside_is_invited(portal: World) -> None:
    user_id = portal.call("user.add", EMAIL="out@example.com", EXTRANET="Y", SONET_GROUP_ID=[3]).result
    person = portal.call("user.get", ID=user_id, ADMIN_MODE=True).result[0]
    assert (person["USER_TYPE"], person["NAME"]) == ("extranet", "out@example.com")


@pytest.mark.parametrize("email", ["", "kim", "a b@example.com", "@", None, "k" * 60 + "@example.com"])
def test_an_invitation_needs_an_address(portal: World, email: str | None) -> None:
    refused = portal.call("user.add", EMAIL=email, UF_DEPARTMENT=[department(portal)])
    assert (refused.status, refused.error, refused.text) == (400, "ERROR_ARGUMENT", "wrong_email")


def test_an_address_is_one_persons(portal: World) -> None:
    first, second = invited(portal), invited(portal, "lou@example.com")
    refused = portal.call("user.add", EMAIL="kim@example.com", UF_DEPARTMENT=[department(portal)])
    assert (refused.error, refused.text) == ("ERROR_ARGUMENT", "A user with this email already exists")
    assert portal.call("user.update", ID=second, EMAIL="kim@example.com").error == "ERROR_CORE"
    assert portal.call("user.update", ID=second, EMAIL="no address").error == "ERROR_CORE"
    assert portal.call("user.update", ID=first, EMAIL="kim@example.com", NAME="Kim").result is True


def test_letters_of_an_address_do_not_matter(portal: World) -> None:
    invited(portal, "Kim@Example.com")
    assert (
        portal.call("user.add", EMAIL="kim@example.COM", UF_DEPARTMENT=[department(portal)]).error == "ERROR_ARGUMENT"
    )


def test_of_two_invitations_at_once_one_is_refused(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other, and the database keeps one login."""

    async def unseen(*_: object) -> None:
        return None

    invited(portal)
    monkeypatch.setattr(stored_users, "email_taken", unseen)
    monkeypatch.setattr(portal_users, "find_login", unseen)
    refused = portal.call("user.add", EMAIL="kim@example.com", UF_DEPARTMENT=[department(portal)])
    assert (refused.error, refused.text) == ("ERROR_ARGUMENT", "A user with this email already exists")


def test_an_invitation_needs_a_place(portal: World) -> None:
    for params, code, text in (
        ({}, "ERROR_ARGUMENT", "no_extranet_field"),
        ({"UF_DEPARTMENT": []}, "ERROR_ARGUMENT", "no_extranet_field"),
        ({"UF_DEPARTMENT": [10**9]}, "ERROR_CORE", ""),
        ({"UF_DEPARTMENT": "x"}, "ERROR_CORE", ""),
        ({"EXTRANET": "Y"}, "ERROR_GROUPID", "Group code not specified"),
        ({"EXTRANET": "Y", "SONET_GROUP_ID": "x"}, "ERROR_NO_GROUP", "Group is specified incorrectly"),
    ):
        refused = portal.call("user.add", params={"EMAIL": "kim@example.com", **params})
        assert (refused.status, refused.error, refused.text) == (400, code, text)
    assert portal.read(lambda tx: portal_users.find_login(tx, "kim@example.com")) is None


def test_every_documented_field_is_kept(portal: World) -> None:
    fields = {name: f"some {name}" for name in DETAILS}
    user_id = invited(portal, **fields)
    assert shown(portal, user_id).items() >= fields.items()
    assert portal.call("user.update", ID=user_id, PERSONAL_ICQ="", WORK_COMPANY="Botyard").result is True
    person = shown(portal, user_id)
    assert (person.get("PERSONAL_ICQ"), person["WORK_COMPANY"], person["UF_XING"]) == (None, "Botyard", "some UF_XING")


@pytest.mark.parametrize(("sent", "kept"), [("1990-02-03", "1990-02-03"), ("3.2.1990", "1990-02-03"), ("", "")])
def test_a_day_of_birth(portal: World, sent: str, kept: str) -> None:
    assert shown(portal, invited(portal, PERSONAL_BIRTHDAY=sent))["PERSONAL_BIRTHDAY"][:10] == kept


@pytest.mark.parametrize(
    "field", [{"PERSONAL_BIRTHDAY": "31.2.1990"}, {"PERSONAL_GENDER": "X"}, {"PERSONAL_PHOTO": ["a.png", "no picture"]}]
)
def test_a_field_that_cannot_be_set(portal: World, field: dict[str, Any]) -> None:
    user_id = invited(portal)
    assert portal.call("user.update", params={"ID": user_id, "NAME": "New", **field}).error == "ERROR_CORE"
    assert shown(portal, user_id)["NAME"] == "kim@example.com"
    refused = portal.call(
        "user.add", params={"EMAIL": "lou@example.com", "UF_DEPARTMENT": [department(portal)], **field}
    )
    assert refused.error == "ERROR_CORE"


def test_a_photo(portal: World) -> None:
    user_id = invited(portal, PERSONAL_PHOTO=["me.png", picture()])
    assert "/avatar/" in shown(portal, user_id)["PERSONAL_PHOTO"]


def test_a_person_is_dismissed_and_comes_back(portal: World) -> None:
    user_id = invited(portal)
    assert portal.call("user.update", ID=user_id, ACTIVE="N").result is True
    assert shown(portal, user_id)["ACTIVE"] is False
    assert portal.call("user.update", ID=user_id, ACTIVE=True, UF_DEPARTMENT=[]).result is True
    person = shown(portal, user_id)
    assert (person["ACTIVE"], person["UF_DEPARTMENT"]) == (True, [])
    assert portal.call("user.update", ID=portal.admin.id, ACTIVE="N").error == "ERROR_CORE"


def test_only_people_are_changed(portal: World) -> None:
    for user_id in (10**9, 0, "x"):
        refused = portal.call("user.update", ID=user_id, NAME="New")
        assert (refused.status, refused.error, refused.text) == (400, "ERROR_CORE", "access_denied")


def test_only_administrators_invite_and_change(portal: World) -> None:
    ann = portal.add_person("Ann")
    for method in ("user.add", "user.update"):
        refused = portal.call(method, ann, ID=ann.id, EMAIL="kim@example.com")
        assert (refused.status, refused.error, refused.text) == (400, "ERROR_CORE", "access_denied")


def test_what_was_known_is_forgotten_with_the_account(portal: World) -> None:
    user_id = invited(portal, UF_SKILLS="cooking")
    assert portal.call("botyard.user.delete", ID=user_id).result is True
    rows = portal.read(lambda tx: tx.all("SELECT fields FROM user_details WHERE user_id = :id", id=user_id))
    assert list(rows) == []


def test_a_guest_of_the_portal_is_changed_too(portal: World) -> None:
    guest = portal.add_person("Guest", kind=UserKind.GUEST)
    assert portal.call("user.update", ID=guest.id, PERSONAL_CITY="Rome").result is True
