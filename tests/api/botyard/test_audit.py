"""`botyard.audit.list`, and that each method that changes keys, people, applications or flags is on record."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from botyard.delivery.retention import DAY, delete_expired
from botyard.model.audit import Actor, AuditEvent, Via
from botyard.portal import audit_writer
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World


def entries(world: World, **wanted: Any) -> list[dict[str, Any]]:
    """Entries of the audit log, oldest first."""
    listed: list[dict[str, Any]] = world.call("botyard.audit.list", **wanted).result["ENTRIES"]
    return listed[::-1]


def last(world: World) -> str:
    return str(entries(world)[-1]["EVENT"])


def write(world: World) -> None:
    """What the server does every second."""
    world.run(audit_writer.write(world.context.database, world.context.audit_notes))


def test_changes_are_on_record_with_caller_key_and_address(portal: World) -> None:
    call = portal.call
    ben = call("botyard.user.add", LOGIN="ben", NAME="Ben").result["ID"]
    assert last(portal) == "user.added"
    call("botyard.user.update", ID=ben, NAME="Benno")
    assert last(portal) == "user.changed"
    call("botyard.user.update", ID=ben, ADMIN=True)
    assert last(portal) == "admin.granted"
    call("botyard.user.update", ID=ben, ADMIN=False)
    assert last(portal) == "admin.revoked"
    call("botyard.user.password", ID=ben)
    assert last(portal) == "password.set"
    call("botyard.user.deactivate", ID=ben)
    assert last(portal) == "user.deactivated"
    call("botyard.user.activate", ID=ben)
    assert last(portal) == "user.activated"
    hook = call("botyard.webhook.add", TITLE="Backup", SCOPE="im").result
    assert last(portal) == "webhook.added"
    call("botyard.webhook.revoke", ID=hook["ID"])
    assert last(portal) == "webhook.revoked"
    app = call("botyard.app.add", TITLE="Echo", SCOPE="im").result
    assert [entry["EVENT"] for entry in entries(portal)][-2:] == ["app.added", "app.installed"]
    call("botyard.app.update", CLIENT_ID=app["CLIENT_ID"], TITLE="Echo 2")
    call("botyard.app.block", CLIENT_ID=app["CLIENT_ID"])
    call("botyard.app.restrict", CLIENT_ID=app["CLIENT_ID"], USERS=[ben])
    assert [entry["EVENT"] for entry in entries(portal)][-3:] == ["app.changed"] * 3
    call("botyard.app.unblock", CLIENT_ID=app["CLIENT_ID"])
    token = call("botyard.token.issue", USER_ID=ben, CLIENT_ID=app["CLIENT_ID"]).result
    assert last(portal) == "token.issued"
    call("botyard.app.uninstall", CLIENT_ID=app["CLIENT_ID"])
    assert last(portal) == "app.uninstalled"
    call("botyard.app.delete", CLIENT_ID=app["CLIENT_ID"])
    assert last(portal) == "app.deleted"
    call("botyard.portal.switch", NAME="https", ON=False)
    made = entries(portal)
    assert made[-1] | {"ID": 0, "HAPPENED": ""} == {
        "ID": 0,
        "HAPPENED": "",
        "EVENT": "flag.set",
        "SUBJECT": "https",
        "USER_ID": portal.admin.id,
        "APP_ID": None,
        "KEY": made[-1]["KEY"],
        "ADDRESS": "127.0.0.1",
        "VIA": "rest",
        "DETAILS": {"on": 0},
    }
    assert made[-1]["KEY"].startswith("webhook:")
    of_ben = [entry for entry in made if entry["SUBJECT"] == f"user:{ben}"]
    assert {(entry["VIA"], entry["USER_ID"]) for entry in of_ben} == {("rest", portal.admin.id)}
    for secret in (hook["URL"].split("/")[-2], app["CLIENT_SECRET"], token["ACCESS_TOKEN"], portal.admin.secret):
        assert secret not in str(made)


def test_a_call_that_fails_leaves_no_entry(portal: World) -> None:
    before = len(entries(portal))
    assert portal.call("botyard.user.deactivate", ID=portal.admin.id).error == "LAST_ADMIN"
    assert portal.call("botyard.webhook.revoke", ID=99_999).error == "WEBHOOK_NOT_FOUND"
    assert len(entries(portal)) == before


def test_pages_and_those_filters(portal: World) -> None:
    ids = [portal.call("botyard.user.add", LOGIN=f"p{number}").result["ID"] for number in range(3)]
    first = portal.call("botyard.audit.list", EVENT="user.added", LIMIT=2).result
    assert [entry["SUBJECT"] for entry in first["ENTRIES"]] == [f"user:{ids[2]}", f"user:{ids[1]}"]
    second = portal.call("botyard.audit.list", EVENT="user.added", LIMIT=2, BEFORE=first["NEXT"]).result
    assert second["ENTRIES"][0]["SUBJECT"] == f"user:{ids[0]}"
    assert [entry["EVENT"] for entry in entries(portal, SUBJECT=f"user:{ids[0]}")] == ["user.added"]
    assert len(entries(portal, USER_ID=portal.admin.id, EVENT="user.added")) == 3
    assert entries(portal, USER_ID=ids[0]) == []
    moment = int(portal.time)
    assert entries(portal, FROM=moment + 1) == []
    assert entries(portal, TO=moment) == []
    assert len(entries(portal, FROM=moment, TO=moment + 1, EVENT="user.added")) == 3
    assert portal.call("botyard.audit.list", EVENT="magic").error == "ERROR_ARGUMENT"
    assert portal.call("botyard.audit.list", FROM="tomorrow").error == "ERROR_ARGUMENT"


def test_what_is_recorded_is_listed(portal: World) -> None:
    listed = portal.call("botyard.audit.events").result
    assert {"EVENT": "flag.set", "MEANING": "A switch of the portal was turned."} in listed
    assert len(listed) == len(AuditEvent)


def test_only_an_administrator_reads_it(portal: World) -> None:
    assert portal.call("botyard.audit.list", portal.add_person("Eve")).error == "ACCESS_DENIED"


def test_signing_in_and_out_is_on_record(portal: World) -> None:
    ben = resident(portal, "ben")
    browser = Browser(portal)
    assert browser.sign_in("ben", "wrong").status == 403
    assert browser.sign_in("my secret typed in the wrong place", "x").status == 403
    assert browser.sign_in("ben").status == 303
    browser.get("/logout")
    browser.post("/logout", browser.fields)
    made = entries(portal)[-4:]
    assert [(entry["EVENT"], entry["SUBJECT"], entry["USER_ID"], entry["VIA"]) for entry in made] == [
        ("sign_in.failed", f"user:{ben}", 0, "page"),
        ("sign_in.failed", "", 0, "page"),
        ("sign_in", f"user:{ben}", ben, "page"),
        ("sign_out", f"user:{ben}", ben, "page"),
    ]
    assert "my secret" not in str(made)
    assert PASSWORD not in str(made)


def test_the_first_use_of_a_key_from_an_address_is_one_entry(portal: World) -> None:
    eve = portal.add_person("Eve")
    for _ in range(3):
        portal.call("profile", eve)
        write(portal)
    made = entries(portal, EVENT="key.first_used", USER_ID=eve.id)
    assert [(entry["ADDRESS"], entry["SUBJECT"] == entry["KEY"]) for entry in made] == [("127.0.0.1", True)]
    # Another server of the same portal, or the same one after a restart.
    known = Actor(Via.REST, eve.id, key=made[0]["KEY"], address="127.0.0.1")
    portal.context.audit_notes.put_back([known])
    portal.call("profile", eve)
    write(portal)
    assert len(entries(portal, EVENT="key.first_used", USER_ID=eve.id)) == 1


def test_guesses_are_counted_into_one_entry(portal: World) -> None:
    for number in range(5):
        assert portal.get(f"/rest/{portal.admin.id}/guess{number}/profile").status == 401
    write(portal)
    [entry] = entries(portal, EVENT="key.refused")
    assert (entry["ADDRESS"], entry["DETAILS"]) == ("127.0.0.1", {"number": 5})


@pytest.mark.parametrize("days", [1, 0])
def test_entries_are_kept_for_as_long_as_the_setting_says(portal: World, days: int) -> None:
    portal.call("botyard.user.add", LOGIN="old")
    settings = msgspec.structs.replace(portal.context.settings, audit_days=days)
    context = msgspec.structs.replace(portal.context, settings=settings)
    portal.run(delete_expired(context))
    assert len(entries(portal, EVENT="user.added")) == 1
    portal.time += 2 * DAY
    portal.run(delete_expired(context))
    assert len(entries(portal, EVENT="user.added")) == (0 if days else 1)
