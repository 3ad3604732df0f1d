"""`botyard.token.list`, `botyard.token.revoke` and `botyard.consent.*`: tokens that work, and ending them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from botyard.model.people import UserKind
from botyard.portal import audit_writer
from botyard.portal.auth import consents, tokens
from botyard.store import apps
from tests.world import AppKey, Person, World

OWN = "botyard.self,user"


@pytest.fixture
def ann(portal: World) -> Person:
    return portal.add_webhook(portal.add_person("Ann").id, OWN)


def issued(world: World, **params: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.call("botyard.token.issue", **params).result
    return made


def listed(world: World, by: Person | None = None, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = world.call("botyard.token.list", by, **params).result
    return rows


def renewed(world: World, app: AppKey, text: str) -> dict[str, Any]:
    words = {"client_id": app.client_id, "client_secret": app.client_secret, "refresh_token": text}
    body: dict[str, Any] = world.get(f"/oauth/token/?{urlencode({'grant_type': 'refresh_token', **words})}").body
    return body


def test_administrators_see_everybodys_tokens(portal: World, ann: Person) -> None:
    app = portal.add_app(scopes="im,user", title="Robot")
    issued(portal, USER_ID=ann.id, CLIENT_ID=app.client_id)
    issued(portal, USER_ID=ann.id, SCOPE="im", SECONDS=600)
    own, of_app = listed(portal, USER_ID=ann.id)
    assert (own["CLIENT_ID"], own["TITLE"], own["SCOPE"]) == (None, None, ["im"])
    assert (of_app["CLIENT_ID"], of_app["TITLE"], of_app["SCOPE"]) == (app.client_id, "Robot", ["im", "user"])
    assert own["MADE_BY"] == of_app["MADE_BY"] == portal.admin.id
    assert own["LAST_USED"] is None
    assert {token["USER_ID"] for token in listed(portal, CLIENT_ID=app.client_id)} == {portal.admin.id, ann.id}
    answer = portal.call("botyard.token.list")
    assert len(answer.result) == answer.body["total"] >= 3


def test_a_page_has_fifty(portal: World, ann: Person) -> None:
    for _ in range(51):
        portal.add_token(ann.id, None)
    first = portal.call("botyard.token.list", USER_ID=ann.id)
    assert (len(first.result), first.body["next"], first.body["total"]) == (50, 50, 51)
    rest = portal.call("botyard.token.list", USER_ID=ann.id, START=50)
    assert (len(rest.result), "next" in rest.body) == (1, False)


def test_everybody_else_sees_their_own(portal: World, ann: Person) -> None:
    issued(portal, USER_ID=ann.id, SCOPE="im")
    issued(portal, SCOPE="im")
    assert {token["USER_ID"] for token in listed(portal, ann)} == {ann.id}
    assert portal.call("botyard.token.list", ann, USER_ID=portal.admin.id).error == "ERROR_ARGUMENT"
    # An administrator without the permission of administrators does, too.
    narrow = portal.add_webhook(portal.admin.id, "botyard.self")
    assert {token["USER_ID"] for token in listed(portal, narrow)} == {portal.admin.id}


def test_what_has_ended_is_not_listed(portal: World, ann: Person) -> None:
    short = issued(portal, USER_ID=ann.id, SCOPE="im", SECONDS=60)
    assert len(listed(portal, ann)) == 1
    portal.wait(61)
    assert listed(portal, ann) == []
    assert portal.call("profile", short["ACCESS_TOKEN"]).error == "expired_token"


def test_a_token_is_revoked_with_all_that_it_was_renewed_to(portal: World, ann: Person) -> None:
    app = portal.add_app(scopes="im,user")
    pair = issued(portal, USER_ID=ann.id, CLIENT_ID=app.client_id)
    [before] = listed(portal, ann)
    second = renewed(portal, app, pair["REFRESH_TOKEN"])
    [after] = listed(portal, ann)
    assert after["CREATED"] == before["CREATED"]
    # The number that was shown before it was renewed will do.
    assert portal.call("botyard.token.revoke", ann, ID=before["ID"]).result is True
    assert listed(portal, ann) == []
    for text in (pair["ACCESS_TOKEN"], second["access_token"]):
        assert portal.call("profile", text).error == "invalid_token"
    assert renewed(portal, app, second["refresh_token"])["error"] == "invalid_grant"
    assert portal.call("botyard.token.revoke", ann, ID=before["ID"]).error == "TOKEN_NOT_FOUND"


def test_nobody_revokes_tokens_of_others(portal: World, ann: Person) -> None:
    made = issued(portal, SCOPE="im")
    number = next(token["ID"] for token in listed(portal, USER_ID=portal.admin.id) if token["CLIENT_ID"] is None)
    assert portal.call("botyard.token.revoke", ann, ID=number).error == "TOKEN_NOT_FOUND"
    assert portal.call("profile", made["ACCESS_TOKEN"]).status == 200
    assert portal.call("botyard.token.revoke", ID=number).result is True
    assert portal.call("profile", made["ACCESS_TOKEN"]).error == "invalid_token"


@pytest.mark.parametrize("number", [0, -1, 10**18, "x"])
def test_what_is_no_token(portal: World, ann: Person, number: Any) -> None:
    assert portal.call("botyard.token.revoke", ann, ID=number).status == 400


def of_events(world: World, app: AppKey, user_id: int) -> str:
    """The access token that events carry in somebody's name."""
    record = world.read(lambda tx: apps.find(tx, app.id))
    assert record is not None
    bearers = {user_id: consents.of_events(record, None)}
    [pair] = world.write(lambda tx: tokens.for_events(tx, world.keyring, app=record, bearers=bearers))
    return pair.access


def test_applications_that_act_in_ones_name_are_listed_and_stopped(portal: World, ann: Person) -> None:
    app = portal.add_app(ann.id, scopes="im,user", title="Robot")
    other = portal.add_app(portal.admin.id)
    in_events = of_events(portal, app, ann.id)
    [shown] = portal.call("botyard.consent.list", ann).result
    assert (shown["CLIENT_ID"], shown["TITLE"], sorted(shown["SCOPE"])) == (app.client_id, "Robot", ["im", "user"])
    assert portal.call("botyard.consent.revoke", ann, CLIENT_ID=app.client_id).result is True
    assert portal.call("botyard.consent.list", ann).result == []
    for text in (app.token, in_events):
        assert portal.call("profile", text).error == "invalid_token"
    assert portal.call("profile", other).status == 200
    assert portal.call("botyard.consent.revoke", ann, CLIENT_ID=app.client_id).error == "CONSENT_NOT_FOUND"
    assert portal.call("botyard.consent.revoke", ann, CLIENT_ID="local.0.0").error == "APP_NOT_FOUND"


def test_when_a_key_was_last_used(portal: World, ann: Person) -> None:
    app = portal.add_app(ann.id, scopes="im,user")
    database, notes = portal.context.database, portal.context.audit_notes

    def last() -> str | None:
        portal.run(audit_writer.write(database, notes))
        [shown] = portal.call("botyard.consent.list", ann).result
        last_used: str | None = shown["LAST_USED"]
        return last_used

    assert last() is None
    portal.call("profile", app)
    first = last()
    assert first is not None
    portal.wait(3700)
    notes.forget_uses()
    portal.call("profile", app)
    portal.call("profile", renewed(portal, app, app.refresh)["access_token"])
    assert str(last()) > first


@pytest.mark.parametrize("method", ["botyard.token.list", "botyard.token.revoke", "botyard.consent.list"])
@pytest.mark.parametrize("kind", [UserKind.EXTRANET, UserKind.GUEST])
def test_whoever_is_no_employee_has_no_account(portal: World, method: str, kind: UserKind) -> None:
    guest = portal.add_webhook(portal.add_person("Gus", kind=kind).id, OWN)
    assert portal.call(method, guest).error == "ACCESS_DENIED"


@pytest.mark.parametrize("method", ["botyard.token.list", "botyard.token.revoke", "botyard.consent.list"])
def test_it_takes_the_permission(portal: World, method: str) -> None:
    narrow = portal.add_webhook(portal.add_person("Ann").id, "user,im")
    assert portal.call(method, narrow).error == "insufficient_scope"
