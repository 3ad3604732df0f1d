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
from tests.world import START, World


def test_a_password_is_hashed_with_argon2id_and_verified() -> None:
    stored = passwords.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "correct horse")
    assert not passwords.verify(stored, "correct empty_world")


def test_quick_hashes_are_verified_alike() -> None:
    assert passwords.verify(passwords.hashed_quickly("printed"), "printed")


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$broken"])
def test_somebody_without_a_password_cannot_sign_in(stored: str) -> None:
    assert not passwords.verify(stored, "")


def test_new_passwords_differ_and_are_long_enough() -> None:
    first, second = passwords.new_password(), passwords.new_password()
    assert first != second
    assert len(first) >= passwords.MINIMUM


@pytest.fixture
def world(empty_world: World) -> World:
    """A portal with nobody in it."""
    empty_world.write(creation.create_portal)
    return empty_world


def test_people_are_found_by_login_and_by_id(world: World) -> None:
    user_id = world.add_user("ann")
    for who in ("ann", str(user_id)):
        user = world.read(lambda tx, who=who: users.find(tx, who))  # type: ignore[misc]
        assert user is not None
        assert user.id == user_id
    for who in ("", "bob", "0", "9" * 30, "²"):
        assert world.read(lambda tx, who=who: users.find(tx, who)) is None  # type: ignore[misc]


def test_a_login_belongs_to_one_person(world: World) -> None:
    world.add_user("ann")
    with pytest.raises(Duplicate):
        world.add_user("ann")


def test_people_have_departments_kinds_and_names(world: World) -> None:
    profile = Profile(name="Eve", last_name="Guest", email="eve@partner.example")
    sales = world.write(lambda tx: departments.add(tx, "Sales"))

    user_id = world.write(
        lambda tx: users.add(tx, profile, login="eve", password_hash="h", kind=UserKind.EXTRANET, departments=[sales])
    )
    everybody = world.read(users.people)
    assert [(user.id, user.kind, users.display_name(user)) for user in everybody] == [
        (user_id, "extranet", "Eve Guest")
    ]
    assert world.read(lambda tx: departments_of(tx, [user_id])) == {user_id: [sales]}
    assert world.write(lambda tx: departments.named(tx, "Sales")) == sales
    assert world.write(lambda tx: departments.named(tx, "Support")) != sales
    assert [department.name for department in world.read(departments.tree)] == ["Sales", "Support"]


def test_the_first_administrator_is_the_oldest_active_one(world: World) -> None:
    world.add_user("ann")
    bob = world.add_user("bob", admin=True)
    world.add_user("cid", admin=True)
    admin = world.read(users.first_admin)
    assert admin is not None
    assert admin.id == bob


def test_an_application_is_registered_with_a_secret_that_is_not_stored(world: World) -> None:
    app, secret = world.register_app()
    assert app.client_id.replace(".", "").isalnum()
    assert secret.isalnum()
    stored = world.read(lambda tx: find_by_client(tx, app.client_id))
    assert stored is not None
    assert stored[1] != secret
    assert world.read(lambda tx: apps.check_secret(tx, world.context.keys, app.client_id, secret=secret)) == (app, True)
    assert world.read(lambda tx: apps.check_secret(tx, world.context.keys, app.client_id, secret="no")) == (app, False)
    assert world.read(lambda tx: apps.check_secret(tx, world.context.keys, "no", secret=secret)) == (None, False)


def test_an_application_is_blocked_and_restricted(world: World) -> None:
    ann = world.add_user("ann")
    app, _ = world.register_app()
    assert world.write(lambda tx: apps.block(tx, app.client_id, True))
    assert world.write(lambda tx: apps.restrict(tx, app.client_id, [ann]))
    changed = world.read(lambda tx: apps.get(tx, app.id))
    assert (changed.blocked, changed.restricted) == (True, True)
    assert world.write(lambda tx: apps.block(tx, app.client_id, False))
    assert world.write(lambda tx: apps.restrict(tx, app.client_id, None))
    assert world.read(lambda tx: apps.get(tx, app.id)) == app


def test_what_is_no_application_is_said_to_be_none(world: World) -> None:
    assert not world.write(lambda tx: apps.block(tx, "local.0.1", True))
    assert not world.write(lambda tx: apps.restrict(tx, "local.0.1", None))
    with pytest.raises(LookupError):
        world.read(lambda tx: apps.get(tx, 1_000_000))


def _caller(world: World, user_id: int, secret: str) -> Caller | None:
    return world.read(lambda tx: access.by_webhook(tx, user_id, world.context.keys.hash(secret)))


def test_a_webhook_opens_until_it_is_revoked(world: World) -> None:
    ann, bob = world.add_user("ann"), world.add_user("bob")
    made = world.write(
        lambda tx: webhooks.issue(tx, world.context.keys, user_id=ann, title="Script", scopes=["im", "user"])
    )
    assert made.secret.isalnum()
    assert made.path() == f"/rest/{ann}/{made.secret}/"
    caller = _caller(world, ann, made.secret)
    assert caller is not None
    assert caller.scopes == "im,user"
    assert _caller(world, bob, made.secret) is None
    world.wait(1)
    assert world.write(lambda tx: webhooks.revoke(tx, made.id))
    world.wait(1)
    assert not world.write(lambda tx: webhooks.revoke(tx, made.id))
    assert _caller(world, ann, made.secret) is None
    listed = world.read(webhooks.listed)
    assert [(key.prefix, key.revoked) for key in listed] == [(made.secret[:4], int(START) + 1)]


def test_switches_stand_where_they_were_put(world: World) -> None:
    assert world.read(portal_flags.all_flags) == {"rest": True, "maintenance": False, "https": False}
    world.write(lambda tx: portal_flags.set_flag(tx, "rest", False))
    world.write(lambda tx: portal_flags.set_flag(tx, "https", True))
    assert world.read(portal_flags.all_flags) == {"rest": False, "maintenance": False, "https": True}
    assert set(portal_flags.MEANINGS) == set(portal_flags.FLAGS)


def test_a_portal_is_made_once(empty_world: World) -> None:
    assert not empty_world.read(creation.exists)
    assert empty_world.read(portal_flags.all_flags) == {}
    admin_id = empty_world.write(lambda tx: creation.create_portal_with_admin(tx, "hash"))
    assert admin_id is not None
    assert empty_world.write(lambda tx: creation.create_portal_with_admin(tx, "other")) is None
    with pytest.raises(Duplicate):
        empty_world.write(lambda tx: creation.create_portal(tx))
    settings = empty_world.read(portal.get)
    assert settings is not None
    assert len(settings.member_id) == 32
    admin = empty_world.read(lambda tx: users.find(tx, "admin"))
    assert admin is not None
    assert (admin.id, admin.admin) == (admin_id, True)
