"""What the audit log says of accounts: each of these once, by whom, and never with a secret."""

from __future__ import annotations

import msgspec
import pytest

from botyard.model.audit import AuditEntry, Via
from botyard.store import audit
from botyard.store.audit import AuditFilter
from tests.web.browser import PASSWORD, Browser, resident
from tests.web.test_second_factor import PAGE, Device, enter, set_up
from tests.world import World

NEW = "staple battery horse"


@pytest.fixture
def ann(portal: World) -> Browser:
    """A browser in which Ann has just signed in."""
    resident(portal, "ann")
    browser = Browser(portal)
    browser.sign_in("ann")
    return browser


def entries(world: World) -> list[AuditEntry]:
    """Oldest first."""
    return world.read(lambda tx: audit.page(tx, AuditFilter(limit=1000)))[::-1]


def entries_of(world: World, event: str) -> list[tuple[str, str, int]]:
    """Of one event: to whom it happened, and who did it in which way."""
    return [(entry.subject, entry.via, entry.user_id) for entry in entries(world) if entry.event == event]


def person(world: World) -> int:
    row = world.read(lambda tx: tx.one("SELECT id FROM users WHERE login = 'ann'"))
    assert row is not None
    return int(row[0])


def test_what_people_do_with_their_account(ann: Browser) -> None:
    world, somebody = ann.world, person(ann.world)
    ann.get("/account/password")
    ann.post("/account/password", {**ann.fields, "present": "wrong", "new": NEW})
    ann.post("/account/password", {**ann.fields, "present": PASSWORD, "new": NEW})
    ann.get("/account/password")
    ann.post("/account/password", {**ann.fields, "present": NEW, "new": PASSWORD})
    device, codes = set_up(ann)
    enter(world, "000000")
    enter(world, device.next)
    enter(world, codes[0])
    ann.get("/account/sessions")
    ann.post("/account/sessions", {**ann.fields, "end": "others"})
    ann.get(PAGE)
    ann.post(PAGE, {**ann.fields, "do": "off"})
    subject, own = f"user:{somebody}", (f"user:{somebody}", Via.PAGE, somebody)
    assert entries_of(world, "password.set") == [own, own]
    assert entries_of(world, "sign_in.failed") == [own]
    assert entries_of(world, "second_factor.set_up") == [own]
    assert entries_of(world, "recovery_codes.made") == [own]
    assert entries_of(world, "code.refused") == [(subject, Via.PAGE, 0)]
    # Whoever has the password alone is nobody yet: signing in is one entry, once it is complete.
    assert entries_of(world, "sign_in") == [own] * 3
    assert entries_of(world, "recovery_code.used") == [own]
    assert entries_of(world, "sessions.ended") == [own]
    assert entries_of(world, "second_factor.removed") == [own]
    text = msgspec.json.encode(entries(world)).decode()
    for secret in (PASSWORD, NEW, device.secret, codes[0]):
        assert secret not in text


def test_what_administrators_do_with_the_accounts_of_others(ann: Browser) -> None:
    world, somebody, admin = ann.world, person(ann.world), ann.world.admin.id
    set_up(ann)
    subject, by_admin = f"user:{somebody}", (f"user:{somebody}", Via.REST, admin)
    link = world.call("botyard.user.password.link", ID=somebody).result["LINK"]
    world.call("botyard.user.second.factor.reset", ID=somebody)
    browser = Browser(world)
    browser.get(link.removeprefix("http://botyard.test"))
    browser.post("/account/reset", {**browser.fields, "new": NEW})
    browser.sign_in("ann", NEW)
    world.call("botyard.user.signout", ID=somebody)
    world.call("botyard.user.update", ID=somebody, LOGIN="anna")
    world.call("botyard.user.delete", ID=somebody)
    assert entries_of(world, "password.link.made") == [by_admin]
    assert entries_of(world, "second_factor.removed") == [by_admin]
    assert entries_of(world, "password.set") == [(subject, Via.PAGE, somebody)]
    assert entries_of(world, "sessions.ended") == [by_admin]
    assert by_admin in entries_of(world, "user.changed")
    assert entries_of(world, "user.deactivated") == [by_admin]
    assert entries_of(world, "user.deleted") == [by_admin]
    assert link.rpartition("=")[2] not in msgspec.json.encode(entries(world)).decode()


def test_a_code_that_is_wrong_when_confirming_is_told(ann: Browser) -> None:
    device, _ = set_up(ann)
    ann.world.wait(301)
    ann.get("/account/confirm")
    ann.post("/account/confirm", {**ann.fields, "password": PASSWORD, "code": "000000"})
    somebody = person(ann.world)
    assert entries_of(ann.world, "code.refused") == [(f"user:{somebody}", Via.PAGE, somebody)]
    assert isinstance(device, Device)
