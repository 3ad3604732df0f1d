"""event.bind, event.unbind, event.get and events."""

from __future__ import annotations

import random
from typing import Any

import pytest

from botyard.portal import event_names
from tests.world import AppKey, World

HANDLER = "https://example.com/handler/"


@pytest.fixture
def app(portal: World) -> AppKey:
    """An application with a token of the administrator."""
    return portal.add_app()


def token(world: World, app: AppKey, user_id: int) -> str:
    """A token of the same application for somebody else."""
    return world.add_token(user_id, app.id)


def listed(world: World, by: AppKey | str) -> list[dict[str, Any]]:
    bindings: list[dict[str, Any]] = world.call("event.get", by).result
    return bindings


def test_a_handler_is_bound_without_being_called(portal: World, app: AppKey) -> None:
    assert portal.call("event.bind", app, event="OnCrmLeadAdd", handler=HANDLER).result is True
    assert listed(portal, app) == [{"event": "ONCRMLEADADD", "handler": HANDLER, "auth_type": "0", "offline": 0}]


def test_binding_the_same_again_changes_nothing(portal: World, app: AppKey) -> None:
    for _ in range(2):
        assert portal.call("event.bind", app, event="ONUSERADD", handler=HANDLER).result is True
    assert len(listed(portal, app)) == 1
    portal.call("event.bind", app, event="ONUSERADD", handler=HANDLER, auth_type=app.user_id)
    assert [binding["auth_type"] for binding in listed(portal, app)] == ["0", str(app.user_id)]


def test_bots_in_the_wild_have_another_name_for_an_event(portal: World, app: AppKey) -> None:
    portal.call("event.bind", app, event="ONIMJOINCHAT", handler=HANDLER)
    assert listed(portal, app)[0]["event"] == "ONIMBOTJOINCHAT"
    assert portal.call("event.unbind", app, event="ONIMJOINCHAT").result == {"count": 1}


@pytest.mark.parametrize(
    "event", ["", "ONNOTHING", "ONIMBOTV2MESSAGEADD", "ONIMV2MESSAGEADD", "ONCRMDYNAMICITEMADD_147X"]
)
def test_an_event_that_does_not_exist(portal: World, app: AppKey, event: str) -> None:
    answer = portal.call("event.bind", app, event=event, handler=HANDLER)
    assert (answer.status, answer.error, answer.text) == (400, "ERROR_EVENT_NOT_FOUND", "Event not found")


@pytest.mark.parametrize("handler", ["", "example.com/handler", "ftp://example.com", "https://user:pass@example.com/"])
def test_a_handler_that_is_no_address(portal: World, app: AppKey, handler: str) -> None:
    answer = portal.call("event.bind", app, event="ONUSERADD", handler=handler)
    assert (answer.status, answer.error) == (400, "ERROR_ARGUMENT")


def test_a_long_handler_in_another_alphabet(portal: World, app: AppKey) -> None:
    """What PostgreSQL has an index of must be short in bytes, and letters in no order cannot be packed."""
    letters = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9F00), 2000)))
    answer = portal.call("event.bind", app, event="ONUSERADD", handler=f"https://example.com/{letters}")
    assert (answer.status, answer.error) == (400, "ERROR_ARGUMENT")
    short = f"https://example.com/{letters[:600]}"
    assert portal.call("event.bind", app, event="ONUSERADD", handler=short).result is True


@pytest.mark.parametrize("method", ["event.bind", "event.unbind", "event.get", "events", "event.offline.get"])
def test_only_applications_have_handlers(portal: World, method: str) -> None:
    for by in (portal.admin, portal.add_token(portal.admin.id, None)):
        answer = portal.call(method, by, event="ONUSERADD", handler=HANDLER)
        assert (answer.status, answer.error) == (403, "ACCESS_DENIED")


def test_people_bind_in_their_own_name(portal: World, app: AppKey) -> None:
    ann = portal.add_person("Ann")
    key = token(portal, app, ann.id)
    portal.call("event.bind", app, event="ONUSERADD", handler=HANDLER)
    assert portal.call("event.bind", key, event="ONUSERADD", handler=HANDLER).result is True
    assert portal.call("event.bind", key, event="ONUSERADD", handler=HANDLER, auth_type=ann.id).result is True
    assert [binding["auth_type"] for binding in listed(portal, key)] == [str(ann.id)]
    assert [binding["auth_type"] for binding in listed(portal, app)] == ["0", str(ann.id)]
    assert portal.call("event.unbind", key).result == {"count": 1}
    assert [binding["auth_type"] for binding in listed(portal, app)] == ["0"]


def test_people_bind_nothing_for_others(portal: World, app: AppKey) -> None:
    key = token(portal, app, portal.add_person("Ann").id)
    for method, text in (
        ("event.bind", "Access denied! Event binding with AUTH_TYPE requires administrator access rights"),
        ("event.unbind", "Access denied! Event unbinding with AUTH_TYPE requires administrator access rights"),
    ):
        answer = portal.call(method, key, event="ONUSERADD", handler=HANDLER, auth_type=app.user_id)
        assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", text)


def test_offline_events_are_for_administrators(portal: World, app: AppKey) -> None:
    key = token(portal, app, portal.add_person("Ann").id)
    for method, text in (
        ("event.bind", "Access denied! Offline events binding requires administrator access rights"),
        ("event.unbind", "Access denied! Offline events unbinding requires administrator access rights"),
    ):
        answer = portal.call(method, key, event="ONUSERADD", event_type="offline")
        assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", text)


def test_an_offline_handler_has_no_address(portal: World, app: AppKey) -> None:
    portal.call("event.bind", app, event="ONUSERADD", event_type="offline", handler=HANDLER)
    portal.call("event.bind", app, event="ONUSERADD", event_type="offline", auth_connector="sync")
    assert listed(portal, app) == [{"event": "ONUSERADD", "handler": "", "auth_type": "0", "offline": 1}] * 2
    assert portal.call("event.unbind", app, event="ONUSERADD").result == {"count": 0}
    assert portal.call("event.unbind", app, event_type="offline").result == {"count": 2}


def test_events_of_bots_and_applications_do_not_wait_in_queues(portal: World, app: AppKey) -> None:
    for event in ("ONIMBOTMESSAGEADD", "ONAPPUNINSTALL", "ONOFFLINEEVENT"):
        assert portal.call("event.bind", app, event=event, event_type="offline").error == "ERROR_EVENT_NOT_FOUND"


def test_unbinding_matches_what_is_given(portal: World, app: AppKey) -> None:
    other = "https://example.com/other/"
    for event in ("ONUSERADD", "ONAPPUNINSTALL"):
        for handler in (HANDLER, other):
            for who in (0, app.user_id):
                portal.call("event.bind", app, event=event, handler=handler, auth_type=who)
    assert portal.call("event.unbind", app, event="ONUSERADD", handler=HANDLER, auth_type="").result == {"count": 1}
    assert portal.call("event.unbind", app, event="ONUSERADD", handler=HANDLER).result == {"count": 1}
    assert portal.call("event.unbind", app, handler=other, auth_type=app.user_id).result == {"count": 2}
    assert portal.call("event.unbind", app, event="ONNOTHING").result == {"count": 0}
    assert portal.call("event.unbind", app).result == {"count": 4}
    assert listed(portal, app) == []


def test_applications_do_not_see_one_another(portal: World, app: AppKey) -> None:
    other = portal.add_app(title="Other")
    portal.call("event.bind", app, event="ONUSERADD", handler=HANDLER)
    assert listed(portal, other) == []
    assert portal.call("event.unbind", other).result == {"count": 0}
    assert len(listed(portal, app)) == 1


def test_an_application_binds_so_many_and_no_more(portal: World, app: AppKey) -> None:
    rows = [{"owner": f"app:{app.client_id}", "handler": f"{HANDLER}{number}"} for number in range(1000)]
    sql = "INSERT INTO bindings (owner, event, handler, created) VALUES (:owner, 'ONUSERADD', :handler, 0)"
    portal.write(lambda tx: tx.many(sql, rows))
    answer = portal.call("event.bind", app, event="ONUSERADD", handler=HANDLER)
    assert (answer.error, answer.text) == ("ERROR_ARGUMENT", "No more than 1000 handlers can be bound")


def test_the_names_of_events(portal: World, app: AppKey) -> None:
    names = portal.call("events", app).result
    assert names[:7] == list(event_names.BASIC)
    assert {"ONUSERADD", "ONIMBOTMESSAGEADD"} <= set(names)
    assert not any(name.startswith("ONCRM") for name in names)
    assert portal.call("events", app, SCOPE="user").result == ["ONUSERADD"]
    assert set(portal.call("events", app, FULL=True).result) == event_names.NAMES


@pytest.mark.parametrize("params", [{"SCOPE": "crm"}, {"scope": "crm", "full": "true"}])
def test_the_names_of_one_permission(portal: World, app: AppKey, params: dict[str, Any]) -> None:
    names = portal.call("events", app, params).result
    assert names
    assert all(name.startswith("ONCRM") for name in names)
    assert portal.call("events", app, SCOPE="").result == list(event_names.BASIC)
    assert portal.call("events", app, SCOPE="nothing").result == []
