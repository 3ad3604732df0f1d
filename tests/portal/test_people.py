"""People, passwords, applications, webhooks, switches, and the making of a portal."""

from __future__ import annotations

import pytest

from botyard.model.people import Profile, UserKind
from botyard.portal import apps, creation, departments, portal_flags, users, webhooks
from botyard.portal.auth import passwords
from botyard.store import access, portal
from botyard.store.access import Caller
from botyard.store.apps import find_by_client
from botyard.store.engines.db import Duplicate
from botyard.store.users import departments_of
from tests.portal.conftest import NOW, House


def test_a_password_is_hashed_with_argon2id_and_verified() -> None:
    stored = passwords.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "correct horse")
    assert not passwords.verify(stored, "correct house")


def test_quick_hashes_are_verified_alike() -> None:
    assert passwords.verify(passwords.hashed_quickly("printed"), "printed")


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$broken"])
def test_somebody_without_a_password_cannot_sign_in(stored: str) -> None:
    assert not passwords.verify(stored, "")


def test_new_passwords_differ_and_are_long_enough() -> None:
    one, two = passwords.new_password(), passwords.new_password()
    assert one != two
    assert len(one) >= passwords.MINIMUM


def test_people_are_found_by_login_and_by_id(house: House) -> None:
    user_id = house.person("ann")
    for who in ("ann", str(user_id)):
        found = house.read(lambda tx, who=who: users.find(tx, who))  # type: ignore[misc]
        assert found is not None
        assert found.id == user_id
    for who in ("", "bob", "0", "9" * 30, "²"):
        assert house.read(lambda tx, who=who: users.find(tx, who)) is None  # type: ignore[misc]


def test_a_login_belongs_to_one_person(house: House) -> None:
    house.person("ann")
    with pytest.raises(Duplicate):
        house.person("ann")


def test_people_have_departments_kinds_and_names(house: House) -> None:
    profile = Profile(name="Eve", last_name="Guest", email="eve@partner.example")
    sales = house.write(lambda tx: departments.add(tx, "Sales"))

    user_id = house.write(
        lambda tx: users.add(tx, profile, login="eve", password_hash="h", kind=UserKind.EXTRANET, departments=[sales])
    )
    everybody = house.read(users.people)
    assert [(user.id, user.kind, users.display_name(user)) for user in everybody] == [
        (user_id, "extranet", "Eve Guest")
    ]
    assert house.read(lambda tx: departments_of(tx, [user_id])) == {user_id: [sales]}
    assert house.write(lambda tx: departments.named(tx, "Sales")) == sales
    assert house.write(lambda tx: departments.named(tx, "Support")) != sales
    assert [found.name for found in house.read(departments.listed)] == ["Sales", "Support"]


def test_the_first_administrator_is_the_oldest_active_one(house: House) -> None:
    house.person("ann")
    bob = house.person("bob", admin=True)
    house.person("cid", admin=True)
    found = house.read(users.first_admin)
    assert found is not None
    assert found.id == bob


def test_an_application_is_registered_with_a_secret_that_is_not_stored(house: House) -> None:
    app, secret = house.app()
    assert app.client_id.replace(".", "").isalnum()
    assert secret.isalnum()
    stored = house.read(lambda tx: find_by_client(tx, app.client_id))
    assert stored is not None
    assert stored[1] != secret
    assert house.read(lambda tx: apps.check_secret(tx, house.keys, app.client_id, secret)) == (app, True)
    assert house.read(lambda tx: apps.check_secret(tx, house.keys, app.client_id, "no")) == (app, False)
    assert house.read(lambda tx: apps.check_secret(tx, house.keys, "no", secret)) == (None, False)


def test_an_application_is_blocked_and_restricted(house: House) -> None:
    ann = house.person("ann")
    app, _ = house.app()
    assert house.write(lambda tx: apps.block(tx, app.client_id, True))
    assert house.write(lambda tx: apps.restrict(tx, app.client_id, [ann]))
    changed = house.read(lambda tx: apps.get(tx, app.id))
    assert (changed.blocked, changed.restricted) == (True, True)
    assert house.write(lambda tx: apps.block(tx, app.client_id, False))
    assert house.write(lambda tx: apps.restrict(tx, app.client_id, None))
    assert house.read(lambda tx: apps.get(tx, app.id)) == app


def test_what_is_no_application_is_said_to_be_none(house: House) -> None:
    assert not house.write(lambda tx: apps.block(tx, "local.0.1", True))
    assert not house.write(lambda tx: apps.restrict(tx, "local.0.1", None))
    with pytest.raises(LookupError):
        house.read(lambda tx: apps.get(tx, 1))


def _caller(house: House, user_id: int, secret: str) -> Caller | None:
    return house.read(lambda tx: access.by_webhook(tx, user_id, house.keys.hash(secret)))


def test_a_webhook_opens_until_it_is_revoked(house: House) -> None:
    ann, bob = house.person("ann"), house.person("bob")
    made = house.write(lambda tx: webhooks.issue(tx, house.keys, user_id=ann, title="Script", scopes=["im", "user"]))
    assert made.secret.isalnum()
    assert made.path() == f"/rest/{ann}/{made.secret}/"
    caller = _caller(house, ann, made.secret)
    assert caller is not None
    assert caller.scopes == "im,user"
    assert _caller(house, bob, made.secret) is None
    house.now = NOW + 1
    assert house.write(lambda tx: webhooks.revoke(tx, made.id))
    house.now = NOW + 2
    assert not house.write(lambda tx: webhooks.revoke(tx, made.id))
    assert _caller(house, ann, made.secret) is None
    listed = house.read(webhooks.listed)
    assert [(one.prefix, one.revoked) for one in listed] == [(made.secret[:4], NOW + 1)]


def test_switches_stand_where_they_were_put(house: House) -> None:
    assert house.read(portal_flags.all_flags) == {"rest": True, "maintenance": False, "https": False}
    house.write(lambda tx: portal_flags.set_flag(tx, "rest", False))
    house.write(lambda tx: portal_flags.set_flag(tx, "https", True))
    assert house.read(portal_flags.all_flags) == {"rest": False, "maintenance": False, "https": True}
    assert set(portal_flags.MEANINGS) == set(portal_flags.FLAGS)


def test_a_portal_is_made_once(empty: House) -> None:
    assert not empty.read(creation.exists)
    assert empty.read(portal_flags.all_flags) == {}
    admin_id = empty.write(lambda tx: creation.create_portal_with_admin(tx, "hash"))
    assert admin_id is not None
    assert empty.write(lambda tx: creation.create_portal_with_admin(tx, "other")) is None
    with pytest.raises(Duplicate):
        empty.write(lambda tx: creation.create_portal(tx))
    found = empty.read(portal.get)
    assert found is not None
    assert len(found.member_id) == 32
    admin = empty.read(lambda tx: users.find(tx, "admin"))
    assert admin is not None
    assert (admin.id, admin.admin) == (admin_id, True)
