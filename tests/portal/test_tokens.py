"""Pairs of tokens and the rotation of refresh tokens."""

from __future__ import annotations

from functools import partial

import pytest

from botyard.config import Settings
from botyard.errors import ApiError
from botyard.model.apps import App
from botyard.portal import creation
from botyard.portal.auth import consents, tokens
from botyard.portal.auth.tokens import DAY, Denied, Keyring, TokenPair
from botyard.store import access, apps, audit, incoming_webhooks, users
from botyard.store.access import Caller
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import Tx
from tests.world import START, World

NOW = int(START)
GRACE = 30


class Holder:
    """An application that was let in by one person."""

    def __init__(self, world: World, scopes: str = "im,imbot", *, admin: bool = False) -> None:
        self.world = world
        self.ring = world.keyring
        self.user_id = world.add_user("ann", admin=admin)
        self.app, _ = world.register_app(scopes)
        self.pair = world.write(lambda tx: tokens.issue(tx, self.ring, app=self.app, user_id=self.user_id))

    def refresh(self, text: str, now: int = NOW, scopes: str = "", app: App | None = None) -> TokenPair | Denied:
        self.world.time = now
        app = app or current(self)
        return self.world.write(lambda tx: tokens.refresh(tx, self.ring, app=app, text=text, scopes=scopes))

    def pair_for(self, text: str, now: int = NOW, scopes: str = "") -> TokenPair:
        pair = self.refresh(text, now, scopes)
        assert isinstance(pair, TokenPair)
        return pair

    def caller(self, text: str) -> Caller | None:
        return self.world.read(lambda tx: access.by_token(tx, self.world.context.keys.hash(text)))


@pytest.fixture
def world(empty_world: World) -> World:
    """A portal with nobody in it."""
    empty_world.write(creation.create_portal)
    return empty_world


@pytest.fixture
def holder(world: World) -> Holder:
    return Holder(world)


def test_an_access_token_names_its_person_application_and_permissions(holder: Holder) -> None:
    caller = holder.caller(holder.pair.access)
    assert caller is not None
    assert (caller.user_id, caller.client_id, caller.scopes) == (holder.user_id, holder.app.client_id, "im,imbot")
    assert caller.expires == holder.pair.expires == NOW + 3600


def test_a_refresh_token_opens_no_calls(holder: Holder) -> None:
    assert holder.caller(holder.pair.refresh) is None


def test_secrets_are_letters_and_digits_and_never_stored(holder: Holder) -> None:
    assert holder.pair.access.isalnum()
    assert holder.pair.refresh.isalnum()
    rows = holder.world.read(lambda tx: tx.all("SELECT * FROM tokens"))
    assert holder.pair.access not in repr(rows)
    assert holder.pair.refresh not in repr(rows)


def test_refreshing_gives_a_fresh_pair_and_leaves_the_old_access_token_alone(holder: Holder) -> None:
    second = holder.pair_for(holder.pair.refresh)
    assert second.access != holder.pair.access
    assert second.refresh != holder.pair.refresh
    assert holder.caller(second.access) is not None
    assert holder.caller(holder.pair.access) is not None


def test_racing_callers_may_use_a_replaced_token_for_a_moment(holder: Holder) -> None:
    holder.pair_for(holder.pair.refresh)
    late = holder.pair_for(holder.pair.refresh, NOW + GRACE - 1)
    assert holder.caller(late.access) is not None


def test_reuse_after_that_moment_is_refused_and_ends_nothing_else(holder: Holder) -> None:
    """A test run that starts from one file of tokens again and again must not end what it was given last time."""
    second = holder.pair_for(holder.pair.refresh)
    for _ in range(2):
        assert holder.refresh(holder.pair.refresh, NOW + GRACE) is Denied.USED
    assert holder.caller(second.access) is not None
    assert holder.caller(holder.pair.access) is not None
    third = holder.pair_for(second.refresh, NOW + GRACE)
    assert holder.refresh(second.refresh, NOW + 2 * GRACE) is Denied.USED
    assert isinstance(holder.refresh(third.refresh, NOW + 2 * GRACE), TokenPair)


def test_in_production_reuse_after_that_moment_ends_the_whole_family(holder: Holder) -> None:
    holder.ring = Keyring(holder.world.context.keys, Settings(profile="prod"))
    second = holder.pair_for(holder.pair.refresh)
    assert holder.refresh(holder.pair.refresh, NOW + GRACE) is Denied.USED
    assert holder.caller(second.access) is None
    assert holder.caller(holder.pair.access) is None
    assert holder.refresh(second.refresh, NOW + GRACE) is Denied.ENDED


def test_in_production_keys_end_that_were_made_with_what_came_twice(holder: Holder) -> None:
    """One of the two who had the token is a thief, and may have made keys with it."""
    world = holder.world
    holder.ring = Keyring(world.context.keys, Settings(profile="prod"))
    made_with = [f"app:{holder.app.id}:{holder.user_id}", f"app:{holder.app.id}:{holder.user_id + 1}"]
    for key in made_with:
        world.add_webhook(holder.user_id)
        sql = "UPDATE webhooks SET made_with = :key WHERE made_with = ''"
        world.write(partial(_run, sql=sql, key=key))
    holder.pair_for(holder.pair.refresh)
    assert holder.refresh(holder.pair.refresh, NOW + GRACE) is Denied.USED
    hooks = world.read(incoming_webhooks.all_webhooks)
    assert [(hook.made_with, hook.revoked is not None) for hook in hooks] == [
        (made_with[0], True),
        (made_with[1], False),
    ]
    recorded = world.read(lambda tx: audit.page(tx, AuditFilter()))
    assert {entry.event for entry in recorded} >= {"token.reused", "token.revoked", "webhook.revoked"}


async def _run(tx: Tx, *, sql: str, key: str) -> None:
    await tx.run(sql, key=key)


def test_reuse_does_not_end_other_families(holder: Holder) -> None:
    world = holder.world
    holder.ring = Keyring(world.context.keys, Settings(profile="prod"))
    other = world.write(lambda tx: tokens.issue(tx, holder.ring, app=holder.app, user_id=holder.user_id))
    holder.pair_for(holder.pair.refresh)
    holder.refresh(holder.pair.refresh, NOW + GRACE)
    assert holder.caller(other.access) is not None


def test_a_refresh_token_dies_after_its_days(holder: Holder) -> None:
    assert holder.refresh(holder.pair.refresh, NOW + 180 * DAY) is Denied.GRANT
    assert isinstance(holder.refresh(holder.pair.refresh, NOW + 180 * DAY - 1), TokenPair)


def test_another_application_gets_nothing_for_it(holder: Holder) -> None:
    other, _ = holder.world.register_app(title="Other")
    assert holder.refresh(holder.pair.refresh, app=other) is Denied.GRANT
    assert isinstance(holder.refresh(holder.pair.refresh), TokenPair)


def test_an_access_token_cannot_refresh(holder: Holder) -> None:
    assert holder.refresh(holder.pair.access) is Denied.GRANT


def test_a_person_who_left_gets_no_more_tokens(holder: Holder) -> None:
    holder.world.write(lambda tx: users.set_active(tx, holder.user_id, False))
    assert holder.refresh(holder.pair.refresh) is Denied.INACTIVE


def test_fewer_permissions_may_be_asked_for(holder: Holder) -> None:
    narrow = holder.pair_for(holder.pair.refresh, scopes="im")
    assert narrow.scopes == "im"
    caller = holder.caller(narrow.access)
    assert caller is not None
    assert caller.scopes == "im"
    assert holder.refresh(narrow.refresh, scopes="im,imbot") is Denied.PERSON_SCOPE


def test_more_permissions_than_the_application_has_are_refused_and_use_nothing_up(holder: Holder) -> None:
    assert holder.refresh(holder.pair.refresh, scopes="im,disk") is Denied.APP_SCOPE
    assert isinstance(holder.refresh(holder.pair.refresh, NOW + 2 * GRACE), TokenPair)


def test_a_session_belongs_to_no_application(world: World) -> None:
    user_id = world.add_user("ann")
    text, expires = world.write(lambda tx: tokens.session(tx, world.keyring, user_id=user_id, scopes="im"))
    caller = world.read(lambda tx: access.by_token(tx, world.context.keys.hash(text)))
    assert caller is not None
    assert (caller.user_id, caller.app_id, caller.scopes) == (user_id, None, "im")
    assert expires == NOW + 3600


def test_tokens_are_forgotten_once_nothing_can_come_of_them(holder: Holder) -> None:
    world = holder.world

    def count() -> int:
        row = world.read(lambda tx: tx.one("SELECT COUNT(*) FROM tokens"))
        assert row is not None
        return int(row[0])

    # An old access token is still known while the refresh token beside it lives.
    world.time = NOW + 180 * DAY
    assert world.write(lambda tx: tokens.prune(tx, holder.ring.settings, tx.now, limit=10)) == 0
    world.time += 3601
    assert world.write(lambda tx: tokens.prune(tx, holder.ring.settings, tx.now, limit=10)) == 1
    assert count() == 1
    world.time = NOW + 360 * DAY + 1
    assert world.write(lambda tx: tokens.prune(tx, holder.ring.settings, tx.now, limit=10)) == 1
    assert count() == 0


def test_a_refresh_looks_at_the_application_again(holder: Holder) -> None:
    world, app = holder.world, holder.app
    world.write(lambda tx: apps.set_blocked(tx, app.id, True))
    assert holder.refresh(holder.pair.refresh, app=current(holder)) is Denied.BLOCKED
    world.write(lambda tx: apps.set_blocked(tx, app.id, False))
    world.write(lambda tx: apps.restrict(tx, app.id, []))
    assert holder.refresh(holder.pair.refresh, app=current(holder)) is Denied.NOT_ADMITTED
    world.write(lambda tx: apps.restrict(tx, app.id, None))
    world.write(lambda tx: tx.run("UPDATE apps SET installed = 0"))
    assert holder.refresh(holder.pair.refresh, app=current(holder)) is Denied.NOT_INSTALLED
    world.write(lambda tx: tx.run("UPDATE apps SET installed = 1"))
    assert isinstance(holder.refresh(holder.pair.refresh, app=current(holder)), TokenPair)


def test_a_refresh_gives_no_more_than_the_application_still_has(holder: Holder) -> None:
    holder.world.write(lambda tx: apps.set_scopes(tx, holder.app.id, "disk,imbot"))
    assert holder.pair_for(holder.pair.refresh).scopes == "imbot"
    assert holder.refresh(holder.pair.refresh, scopes="im,imbot", app=current(holder)) is Denied.APP_SCOPE
    holder.world.write(lambda tx: apps.set_scopes(tx, holder.app.id, "disk"))
    assert holder.refresh(holder.pair.refresh, app=current(holder)) is Denied.WITHDRAWN


def test_a_refresh_gives_no_more_than_the_person_granted(holder: Holder) -> None:
    holder.world.write(lambda tx: consents.grant(tx, holder.app, holder.user_id, scopes="im"))
    assert holder.pair_for(holder.pair.refresh).scopes == "im"
    assert holder.refresh(holder.pair.refresh, scopes="im,imbot") is Denied.PERSON_SCOPE


def test_who_is_no_administrator_any_more_renews_no_administration(world: World) -> None:
    holder = Holder(world, "im,botyard", admin=True)
    assert holder.pair_for(holder.pair.refresh).scopes == "im,botyard"
    world.write(lambda tx: users.set_admin(tx, holder.user_id, False))
    assert holder.pair_for(holder.pair.refresh).scopes == "im"


def current(holder: Holder) -> App:
    """The application as it is now."""
    app = holder.world.read(lambda tx: apps.find(tx, holder.app.id))
    assert app is not None
    return app


def test_a_line_of_refresh_tokens_ends_however_often_it_is_renewed(holder: Holder) -> None:
    second = holder.pair_for(holder.pair.refresh, NOW + 100 * DAY)
    third = holder.pair_for(second.refresh, NOW + 179 * DAY)
    assert holder.refresh(third.refresh, NOW + 180 * DAY) is Denied.GRANT
    holder.ring = Keyring(holder.world.context.keys, Settings(grant_days=0))
    holder.world.time = NOW
    endless = holder.world.write(lambda tx: tokens.issue(tx, holder.ring, app=holder.app, user_id=holder.user_id))
    for days in (170, 340, 510):
        endless = holder.pair_for(endless.refresh, NOW + days * DAY)


def test_no_token_is_granted_to_an_application_that_is_not_installed(holder: Holder) -> None:
    holder.world.write(lambda tx: tx.run("UPDATE apps SET installed = 0"))
    app = current(holder)
    with pytest.raises(ApiError):
        holder.world.write(lambda tx: tokens.grant(tx, holder.ring, app=app, user_id=holder.user_id))


def test_a_persons_own_token_lives_for_a_year_at_most(holder: Holder) -> None:
    year = 365 * DAY
    _, expires = holder.world.write(
        lambda tx: tokens.session(tx, holder.ring, user_id=holder.user_id, scopes="im", seconds=year)
    )
    assert expires >= NOW + year
    with pytest.raises(ApiError):
        holder.world.write(
            lambda tx: tokens.session(tx, holder.ring, user_id=holder.user_id, scopes="im", seconds=year + 1)
        )
