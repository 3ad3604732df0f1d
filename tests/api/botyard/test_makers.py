"""Keys that are made with the permission `botyard`: never more than the maker's own, and no longer than it lasts."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.audit import AuditEvent
from tests.world import AppKey, Person, World

ADMINISTERING = "botyard,im,user"


@pytest.fixture
def app(portal: World) -> AppKey:
    """An application that an administrator has let administer the portal."""
    return portal.add_app(scopes=ADMINISTERING)


def hook(world: World, by: Person | AppKey, **params: Any) -> Person:
    """A webhook that is made by a method."""
    url = world.call("botyard.webhook.add", by, **params).result["URL"]
    user_id, secret = url.rstrip("/").split("/")[-2:]
    return Person(int(user_id), secret)


def narrow(world: World) -> Person:
    """A webhook of an administrator with the permissions of the application: no application issues tokens."""
    return world.add_webhook(world.admin.id, ADMINISTERING)


def token_by(world: World, app: AppKey, **params: Any) -> Any:
    """A token as applications could once have them issued; those that there are end like all that they made."""
    made = world.call("botyard.token.issue", narrow(world), **params).result
    tokens = filter(None, (made["ACCESS_TOKEN"], made["REFRESH_TOKEN"]))
    rows = [{"key": f"app:{app.id}:{app.user_id}", "hash": world.context.keys.hash(token)} for token in tokens]
    world.write(lambda tx: tx.many("UPDATE tokens SET made_with = :key, of_app = 1 WHERE hash = :hash", rows))
    return made


def error_of(world: World, by: Person | AppKey | str) -> str:
    answer = world.call("profile", by)
    return "" if answer.status == 200 else answer.error


# Never more.


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("botyard.webhook.add", {}),
        ("botyard.token.issue", {}),
        ("botyard.app.add", {"TITLE": "Echo"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_key_gets_what_its_maker_has_not(portal: World, app: AppKey, method: str, params: dict[str, Any]) -> None:
    maker = narrow(portal) if method == "botyard.token.issue" else app
    refused = portal.call(method, maker, SCOPE="im,imbot", **params)
    assert (refused.error, "permission imbot" in refused.text) == ("ERROR_ARGUMENT", True)
    assert portal.call(method, maker, SCOPE="im", **params).status == 200


@pytest.mark.parametrize("method", ["botyard.webhook.add", "botyard.token.issue", "botyard.app.add"])
def test_without_names_a_key_gets_what_its_maker_has(portal: World, app: AppKey, method: str) -> None:
    made = portal.call(method, narrow(portal) if method == "botyard.token.issue" else app, TITLE="Same").result
    lists = {"botyard.webhook.add": "botyard.webhook.list", "botyard.app.add": "botyard.app.list"}
    if method in lists:
        [made] = [entry for entry in portal.call(lists[method]).result if entry["TITLE"] == "Same"]
    # An application administers only where that is named.
    assert made["SCOPE"] == (["im", "user"] if method == "botyard.app.add" else ["im", "user", "botyard"])


def test_an_application_gets_no_more_by_an_update(portal: World, app: AppKey) -> None:
    other = portal.add_app(scopes="im,disk")
    refused = portal.call("botyard.app.update", app, CLIENT_ID=other.client_id, SCOPE="im,disk,imbot")
    assert refused.error == "ERROR_ARGUMENT"
    # What it had it may keep.
    kept = portal.call("botyard.app.update", app, CLIENT_ID=other.client_id, SCOPE="im,disk").result
    assert set(kept["SCOPE"]) == {"im", "disk"}


def test_tokens_of_another_application_have_no_more_either(portal: World) -> None:
    other, maker = portal.add_app(scopes="im,imbot,disk"), narrow(portal)
    made = portal.call("botyard.token.issue", maker, CLIENT_ID=other.client_id).result
    assert made["SCOPE"] == ["im"]
    refused = portal.call("botyard.token.issue", maker, CLIENT_ID=other.client_id, SCOPE="imbot")
    assert refused.error == "ERROR_ARGUMENT"


def test_tokens_for_a_wizard_have_no_more_either(portal: World, app: AppKey) -> None:
    made = portal.call("botyard.app.add", TITLE="W", SCOPE="im,imbot", WIZARD=True, INSTALL_URL="http://a.test/")
    opened = portal.call("botyard.app.install", app, CLIENT_ID=made.result["CLIENT_ID"]).result
    assert portal.call("scope", opened["AUTH_ID"]).result == ["im"]


@pytest.mark.parametrize("method", ["botyard.webhook.add", "botyard.token.issue"])
def test_nobody_but_administrators_gets_a_key_that_administers(portal: World, method: str) -> None:
    ann = portal.add_person("Ann")
    refused = portal.call(method, USER_ID=ann.id, SCOPE="im,botyard")
    assert (refused.error, "administrators" in refused.text) == ("ERROR_ARGUMENT", True)
    portal.call(method, USER_ID=ann.id, TITLE="Hers")
    for key in portal.call("botyard.webhook.list").result:
        assert key["TITLE"] != "Hers" or "botyard" not in key["SCOPE"]


def test_a_token_of_an_application_administers_for_administrators_only(portal: World) -> None:
    ann, app = portal.add_person("Ann"), portal.add_app(scopes=ADMINISTERING)
    made = portal.call("botyard.token.issue", USER_ID=ann.id, CLIENT_ID=app.client_id).result
    assert made["SCOPE"] == ["im", "user"]
    assert portal.call("botyard.token.issue", USER_ID=ann.id, CLIENT_ID=app.client_id, SCOPE="botyard").status == 400


def test_what_the_maker_loses_its_keys_lose(portal: World, app: AppKey) -> None:
    made = hook(portal, app)
    child = portal.call("botyard.app.add", app, TITLE="Child", SCOPE="im,user,botyard").result
    token = token_by(portal, app)["ACCESS_TOKEN"]
    assert portal.call("user.current", made).status == portal.call("user.current", token).status == 200
    portal.call("botyard.app.update", CLIENT_ID=app.client_id, SCOPE="botyard,im")
    assert portal.call("user.current", made).error == "insufficient_scope"
    assert portal.call("user.current", token).error == "insufficient_scope"
    kept = portal.call("botyard.app.get", CLIENT_ID=child["CLIENT_ID"]).result["SCOPE"]
    assert sorted(kept) == ["botyard", "im"]


# Who made it.


def test_who_made_a_key_is_shown(portal: World, app: AppKey) -> None:
    hook(portal, app, TITLE="By the application")
    hook(portal, portal.admin, TITLE="By the webhook")
    shown = {row["TITLE"]: (row["MADE_BY"], row["MADE_WITH"]) for row in portal.call("botyard.webhook.list").result}
    assert shown["By the application"] == (portal.admin.id, f"app:{app.id}:{portal.admin.id}")
    maker, key = shown["By the webhook"]
    assert (maker, str(key).startswith("webhook:")) == (portal.admin.id, True)
    assert shown["Ada"] == (None, None)
    made = portal.call("botyard.app.add", app, TITLE="Child", SCOPE="im").result
    assert (made["MADE_BY"], made["MADE_WITH"]) == (portal.admin.id, f"app:{app.id}:{portal.admin.id}")


# How long it lasts.


def test_keys_end_with_the_application_that_made_them(portal: World, app: AppKey) -> None:
    first = hook(portal, app)
    second = hook(portal, first)
    token = token_by(portal, app)["ACCESS_TOKEN"]
    child = portal.call("botyard.app.add", app, TITLE="Child", SCOPE="im,botyard").result
    of_child = portal.call("botyard.token.issue", CLIENT_ID=child["CLIENT_ID"]).result["ACCESS_TOKEN"]
    apart = hook(portal, portal.admin)
    assert [error_of(portal, key) for key in (first, second, token, of_child, apart)] == [""] * 5
    portal.call("botyard.app.uninstall", CLIENT_ID=app.client_id)
    assert [error_of(portal, key) for key in (first, second, token, of_child, apart)] == [
        "INVALID_CREDENTIALS",
        "INVALID_CREDENTIALS",
        "invalid_token",
        "OVERLOAD_LIMIT",
        "",
    ]
    entries = portal.call("botyard.audit.list", EVENT=AuditEvent.WEBHOOK_REVOKED.value).result
    assert len(entries) == 2


def test_keys_end_with_an_application_that_is_blocked(portal: World, app: AppKey) -> None:
    first = hook(portal, app)
    second, apart = hook(portal, first), hook(portal, portal.admin)
    portal.call("botyard.app.block", CLIENT_ID=app.client_id)
    assert [error_of(portal, key) for key in (first, second, apart)] == ["INVALID_CREDENTIALS"] * 2 + [""]
    portal.call("botyard.app.unblock", CLIENT_ID=app.client_id)
    assert [error_of(portal, key) for key in (app, first)] == ["", "INVALID_CREDENTIALS"]


def test_keys_end_of_those_to_whom_an_application_is_not_open_any_more(portal: World, app: AppKey) -> None:
    boss = portal.add_person("Boss", admin=True)
    token = portal.call("botyard.token.issue", USER_ID=boss.id, CLIENT_ID=app.client_id).result["ACCESS_TOKEN"]
    own, of_boss = hook(portal, app), hook(portal, token)
    portal.call("botyard.app.restrict", CLIENT_ID=app.client_id, USERS=[portal.admin.id])
    assert [error_of(portal, key) for key in (app, own, token, of_boss)] == [
        "",
        "",
        "user_access_error",
        "INVALID_CREDENTIALS",
    ]


def test_keys_end_with_the_webhook_that_made_them(portal: World) -> None:
    maker = hook(portal, portal.admin, TITLE="Maker")
    made = hook(portal, maker)
    number = next(key["ID"] for key in portal.call("botyard.webhook.list").result if key["TITLE"] == "Maker")
    portal.call("botyard.webhook.revoke", ID=number)
    assert error_of(portal, made) == "INVALID_CREDENTIALS"


def test_keys_for_others_end_with_the_person_who_made_them(portal: World) -> None:
    boss, ann = portal.add_person("Boss", admin=True), portal.add_person("Ann")
    own, others = hook(portal, boss), hook(portal, boss, USER_ID=ann.id)
    token = portal.call("botyard.token.issue", boss, USER_ID=ann.id, SCOPE="im").result["ACCESS_TOKEN"]
    portal.call("botyard.user.deactivate", ID=boss.id)
    assert error_of(portal, others) == "INVALID_CREDENTIALS"
    assert error_of(portal, token) == "invalid_token"
    portal.call("botyard.user.activate", ID=boss.id)
    # Their own rested with them.
    assert error_of(portal, own) == ""
    assert error_of(portal, others) == "INVALID_CREDENTIALS"


def test_a_renewed_token_ends_with_the_one_that_was_made(portal: World, app: AppKey) -> None:
    other = portal.add_app(scopes="im")
    made = token_by(portal, app, CLIENT_ID=other.client_id)
    words = f"client_id={other.client_id}&client_secret={other.client_secret}&refresh_token={made['REFRESH_TOKEN']}"
    renewed = portal.get(f"/oauth/token/?grant_type=refresh_token&{words}").body["access_token"]
    assert error_of(portal, renewed) == ""
    portal.call("botyard.app.uninstall", CLIENT_ID=app.client_id)
    assert error_of(portal, renewed) == "invalid_token"


def test_keys_end_with_the_token_that_made_them(portal: World) -> None:
    """A person's own token, of which there may be several, and only with that one."""
    token = portal.call("botyard.token.issue").result["ACCESS_TOKEN"]
    token_id = portal.call("botyard.token.list").result[0]["ID"]
    other = portal.call("botyard.token.issue").result["ACCESS_TOKEN"]
    first, apart = hook(portal, token), hook(portal, other)
    second = portal.call("botyard.token.issue", first).result["ACCESS_TOKEN"]
    third = hook(portal, second)
    assert [error_of(portal, key) for key in (first, second, third, apart)] == [""] * 4
    assert portal.call("botyard.token.revoke", ID=token_id).result is True
    assert [error_of(portal, key) for key in (first, second, third, apart)] == [
        "INVALID_CREDENTIALS",
        "invalid_token",
        "INVALID_CREDENTIALS",
        "",
    ]
