"""The portal's key is replaced: what was made with the one before works for a while, and for good where it is used."""

from __future__ import annotations

import stat
from urllib.parse import urlencode

import pytest
from pyotp import TOTP

from botyard import atomic_file
from botyard.model.audit import COMMAND_LINE, AuditEvent
from botyard.portal import apps, key_rotation
from botyard.portal.apps import Registered
from botyard.portal.auth import key_file, keys, password_changes, renewals, second_factors, signed_urls, tokens
from botyard.portal.auth.tokens import Keyring, TokenPair
from botyard.server import application, open_context
from botyard.store import apps as stored_apps
from botyard.store import audit, bots, users
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import FolderUnusable, Tx
from botyard.store.key_hashes import HashKind
from tests.web.browser import Browser, resident
from tests.world import World

DAY = 86_400


def rotate(world: World, *, days: int = 30, events: bool = False) -> None:
    """Replace the key, and start the server again."""
    settings = world.settings
    world.run(
        key_rotation.rotate(
            world.context.database, settings.data, now=int(world.now()), days=days, events=events, by=COMMAND_LINE
        )
    )
    restart(world)


def restart(world: World) -> None:
    """Open the portal as a server that starts does, in the same database."""
    world.context = world.run(open_context(world.settings, world.context.clock, world.context.database))
    world.app = application(world.context)


def written(world: World) -> None:
    """What was used is stored anew."""
    world.run(renewals.write(world.context.database, world.context.keys))


def works(world: World, path: str) -> bool:
    return world.get(f"{path}/profile").status == 200


# What people and programs hold.


def test_a_webhook_works_for_a_while_and_for_good_when_it_is_used(portal: World) -> None:
    used, unused = (portal.add_webhook(portal.admin.id) for _ in range(2))
    rotate(portal)
    assert works(portal, used.path)
    written(portal)
    portal.wait(31 * DAY)
    assert (works(portal, used.path), works(portal, unused.path)) == (True, False)
    restart(portal)
    assert (works(portal, used.path), works(portal, unused.path)) == (True, False)


def test_a_wrong_webhook_is_as_wrong_as_before(portal: World) -> None:
    rotate(portal)
    assert portal.get(f"/rest/{portal.admin.id}/wrong/profile").error == "INVALID_CREDENTIALS"
    assert portal.context.keys.take_renewals() == set()


def test_what_was_stored_anew_is_found_at_once(portal: World) -> None:
    rotate(portal)
    assert works(portal, portal.admin.path)
    assert len(portal.context.keys.take_renewals()) == 1
    assert works(portal, portal.admin.path)
    written(portal)
    assert works(portal, portal.admin.path)
    assert portal.context.keys.take_renewals() == set()


def test_a_token_of_an_application(portal: World) -> None:
    key = portal.add_app()
    rotate(portal)
    assert portal.get(f"/rest/profile?auth={key.token}").status == 200
    assert [renewal.kind for renewal in portal.context.keys.take_renewals()] == [HashKind.TOKEN]
    assert portal.get(f"/rest/profile?auth={key.token}").status == 200
    written(portal)
    assert portal.get(f"/rest/profile?auth={key.token}").status == 200
    assert portal.context.keys.take_renewals() == set()


def test_an_application_s_secret_and_its_refresh_token(portal: World) -> None:
    made, pair = portal.write(lambda tx: registered(portal, tx))
    before = portal.context.keys
    rotate(portal)

    async def stored(tx: Tx) -> str:
        registration = await stored_apps.find_by_client(tx, made.app.client_id)
        assert registration is not None
        return registration[1]

    assert portal.read(stored) == before.hash(made.secret)
    words = {"grant_type": "refresh_token", "client_id": made.app.client_id, "client_secret": made.secret}
    answer = portal.get(f"/oauth/token/?{urlencode(words | {'refresh_token': pair.refresh})}")
    assert answer.status == 200
    assert portal.get(f"/rest/profile?auth={answer.body['access_token']}").status == 200
    written(portal)
    assert portal.read(stored) == portal.context.keys.hash(made.secret)
    assert portal.get(f"/oauth/token/?{urlencode(words | {'refresh_token': 'none'})}").error == "invalid_grant"


async def registered(world: World, tx: Tx) -> tuple[Registered, TokenPair]:
    made = await apps.register(tx, world.context.keys, title="Test", scopes=["user"])
    ring = Keyring(world.context.keys, world.settings)
    return made, await tokens.issue(tx, ring, app=made.app, user_id=world.admin.id)


def test_a_link_to_a_file(portal: World) -> None:
    link = signed_urls.FileLink("im", 1, portal.admin.id, signed_urls.SHOW, int(portal.now()) + 60 * DAY)
    text = signed_urls.token(portal.context.keys, link)
    rotate(portal)
    assert signed_urls.read(portal.context.keys, text, now=int(portal.now())) == link
    assert signed_urls.token(portal.context.keys, link) != text
    portal.wait(31 * DAY)
    assert signed_urls.read(portal.context.keys, text, now=int(portal.now())) is None


def test_somebody_who_is_signed_in(portal: World) -> None:
    resident(portal, "ann")
    browser = Browser(portal)
    browser.sign_in("ann")
    assert shown(browser)
    rotate(portal)
    assert shown(browser)
    rotate(portal, days=0)
    assert not shown(browser)


def shown(browser: Browser) -> bool:
    """Whether somebody is signed in."""
    browser.get("/login")
    return "Ann" in browser.html


def test_second_factors_and_their_recovery_codes(portal: World) -> None:
    """Also of somebody who does not sign in before the key of then is accepted no longer."""
    user_id = resident(portal, "ann")

    async def enrolled(tx: Tx) -> tuple[str, list[str]]:
        user = await users.find(tx, user_id)
        assert user is not None
        begun = await second_factors.begin(tx, portal.context.keys, user, domain="botyard.test")
        assert begun is not None
        code = TOTP(begun.secret).at(tx.now)
        codes = await second_factors.confirm(tx, portal.context.keys, user_id, code=code)
        assert codes is not None
        return begun.secret, codes

    secret, codes = portal.write(enrolled)

    def right(code: str) -> bool:
        return portal.write(lambda tx: second_factors.check(tx, portal.context.keys, user_id, code=code))

    for days, wait in ((30, 31 * DAY), (0, 60), (30, 60)):
        rotate(portal, days=days)
        portal.wait(wait)
        if days == 30:
            portal.run(key_rotation.finish(portal.context.database, portal.settings.data, by=COMMAND_LINE))
        restart(portal)
        assert right(TOTP(secret).at(int(portal.now())))
        assert right(codes.pop())


def test_a_link_for_a_new_password(portal: World) -> None:
    user_id = resident(portal, "ann")

    async def made(tx: Tx) -> str:
        user = await users.find(tx, user_id)
        assert user is not None
        return (await password_changes.make_link(tx, portal.context.keys, user)).secret

    secret = portal.write(made)
    rotate(portal)
    owner = portal.read(lambda tx: password_changes.link_owner(tx, portal.context.keys, secret))
    assert owner is not None and owner.id == user_id


# What bots know or chose.


def test_webhooks_bots_keep_their_owner_their_token_and_their_signature(portal: World) -> None:
    before = portal.context.keys
    owner = before.hook_owner("chosen")
    for days in (30, 30, 0):
        rotate(portal, days=days)
        after = portal.context.keys
        assert after.fingerprint != before.fingerprint
        assert after.hook_owner("chosen") == before.hook_owner("chosen")
        assert after.application_token(owner) == before.application_token(owner)
        assert after.signing_secret(owner) == before.signing_secret(owner)
        assert after.alias("token") == before.alias("token")
        assert after.event_token("seed") != before.event_token("seed")


def test_what_events_carry_is_replaced_on_demand(portal: World) -> None:
    owner = portal.context.keys.hook_owner("chosen")
    before = portal.context.keys
    portal.write(lambda tx: bots.set_alias(tx, owner, before.alias(before.application_token(owner))))
    rotate(portal, events=True)
    after = portal.context.keys
    assert after.hook_owner("chosen") == owner
    assert after.application_token(owner) != before.application_token(owner)
    assert after.signing_secret(owner) != before.signing_secret(owner)
    new = after.alias(after.application_token(owner))
    assert portal.read(lambda tx: bots.alias_owner(tx, new)) == owner
    assert portal.read(lambda tx: bots.alias_owner(tx, before.alias(before.application_token(owner)))) == ""
    rotate(portal)
    assert portal.context.keys.application_token(owner) == after.application_token(owner)


# The file, the folder and the database.


def test_the_file_stays_closed_and_holds_what_is_needed(portal: World) -> None:
    file = portal.settings.data / keys.FILE
    first = file.read_bytes().strip()
    rotate(portal)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text().split()
    assert lines.count(first.decode()) == 3, "as former key, for names, and for what events carry"
    assert key_file.content(key_file.parse(file.read_bytes())) == file.read_bytes()
    assert portal.run(key_rotation.finish(portal.context.database, portal.settings.data, by=COMMAND_LINE)) == 1
    assert first.decode() in file.read_text()
    assert "former" not in file.read_text()
    assert portal.run(key_rotation.finish(portal.context.database, portal.settings.data, by=COMMAND_LINE)) == 0


def test_another_folder_with_the_key_before_opens_until_its_time_is_over(portal: World) -> None:
    """Two servers on one database: the second has not been given the new key yet."""
    file = portal.settings.data / keys.FILE
    before = file.read_bytes()
    rotate(portal)
    after = file.read_bytes()
    file.write_bytes(before)
    restart(portal)
    assert works(portal, portal.admin.path)
    file.write_bytes(after)
    portal.wait(31 * DAY)
    restart(portal)
    file.write_bytes(before)
    with pytest.raises(FolderUnusable, match=r"is not that of the portal"):
        restart(portal)


def test_none_before_is_accepted_at_once(portal: World) -> None:
    file = portal.settings.data / keys.FILE
    before = file.read_bytes()
    hook = portal.add_webhook(portal.admin.id)
    rotate(portal, days=0)
    assert not works(portal, hook.path)
    file.write_bytes(before)
    with pytest.raises(FolderUnusable):
        restart(portal)


def test_an_end_in_the_middle_leaves_a_portal_that_starts(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr(atomic_file, "replace", full)
        with pytest.raises(OSError, match="no space"):
            rotate(portal, days=30)
    restart(portal)
    assert works(portal, portal.admin.path)
    rotate(portal)
    assert works(portal, portal.admin.path)


def test_it_is_on_record(portal: World) -> None:
    rotate(portal)
    portal.run(key_rotation.finish(portal.context.database, portal.settings.data, by=COMMAND_LINE))

    async def recorded(tx: Tx) -> list[str]:
        events = AuditEvent.SECRET_ROTATED, AuditEvent.SECRET_FINISHED
        return [entry.details for each in events for entry in await audit.page(tx, AuditFilter(event=each))]

    assert portal.read(recorded) == ['{"days":30,"events":0}', '{"number":1}']


KEY = "0" * 64
LINES = [
    "",
    KEY[1:],
    f"{KEY}\nformer {KEY}",
    f"{KEY}\nnamed x",
    f"{KEY}\nother {KEY}",
    f"{KEY}\nnamed {KEY}\nnamed {KEY}",
    "é",
]


@pytest.mark.parametrize("content", LINES)
def test_a_file_that_is_not_whole(portal: World, content: str) -> None:
    file = portal.settings.data / keys.FILE
    kept = file.read_bytes()
    file.write_text(content)
    with pytest.raises(FolderUnusable, match="empty or damaged"):
        restart(portal)
    file.write_bytes(kept)
