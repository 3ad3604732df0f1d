"""An application that administers the portal takes over nobody's account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Answer, AppKey, Person, World

REFUSED = "Access denied! This needs a key of an administrator's own"
TAKES_OVER: list[tuple[str, dict[str, Any]]] = [
    ("botyard.user.password", {}),
    ("botyard.user.password.link", {}),
    ("botyard.user.second.factor.reset", {}),
    ("botyard.user.update", {"EMAIL": "new@example.test"}),
    ("botyard.user.update", {"ADMIN": True}),
    ("botyard.user.add", {"LOGIN": "zoe", "ADMIN": True}),
    ("botyard.webhook.add", {}),
    ("botyard.token.issue", {}),
]


def called(world: World, method: str, params: dict[str, Any], by: Person | AppKey | str) -> Answer:
    """A call that is about Ann, by whichever name the method gives that."""
    name = "USER_ID" if method in ("botyard.webhook.add", "botyard.token.issue") else "ID"
    ann = world.add_person("Ann")
    return world.call(method, by, params=params if "LOGIN" in params else {name: ann.id, **params})


def hook(world: World, by: Person | AppKey | None = None) -> Person:
    url = world.call("botyard.webhook.add", by).result["URL"]
    user_id, secret = url.rstrip("/").split("/")[-2:]
    return Person(int(user_id), secret)


@pytest.mark.parametrize(("method", "params"), TAKES_OVER, ids=str)
def test_an_application_takes_over_no_account(portal: World, method: str, params: dict[str, Any]) -> None:
    refused = called(portal, method, params, portal.add_app(scopes="botyard,im,user"))
    assert (refused.status, refused.error, refused.body["error_description"]) == (403, "ACCESS_DENIED", REFUSED)
    hint = refused.headers["botyard-hint"]
    assert hint.startswith("An administrator, by a key that no application has or made, may ")
    assert hint.endswith("; this call came with the token of an application")


@pytest.mark.parametrize(("method", "params"), TAKES_OVER, ids=str)
def test_nor_does_a_webhook_that_it_has_made(portal: World, method: str, params: dict[str, Any]) -> None:
    """Nor one that such a webhook has made: the second of them asks here."""
    second = hook(portal, hook(portal, portal.add_app(scopes="botyard,im,user")))
    refused = called(portal, method, params, second)
    assert (refused.status, refused.body["error_description"]) == (403, REFUSED)
    assert refused.headers["botyard-hint"].endswith("; the key of this call was made by an application")


@pytest.mark.parametrize(("method", "params"), TAKES_OVER, ids=str)
def test_administrators_do_by_keys_of_their_own(portal: World, method: str, params: dict[str, Any]) -> None:
    own_token = portal.add_token(portal.admin.id, None, "botyard,im,user")
    made_by_hook = hook(portal, hook(portal))
    keys: list[Person | str] = [portal.admin, own_token, made_by_hook]
    for number, key in enumerate(keys):
        login = {"LOGIN": f"zoe{number}"} if "LOGIN" in params else {}
        email = {"EMAIL": f"new{number}@example.test"} if "EMAIL" in params else {}
        assert called(portal, method, {**params, **login, **email}, key).status == 200


def test_somebody_else_is_told_of_rights(portal: World) -> None:
    refused = portal.call("botyard.user.password", portal.add_person("Bob"), ID=portal.admin.id)
    assert (refused.status, refused.body["error_description"]) == (403, REFUSED)
    assert refused.headers["botyard-hint"].endswith("; the caller is no administrator")


def test_what_an_application_still_does(portal: World) -> None:
    """It looks after people otherwise, and makes keys for the person in whose name it calls."""
    app, ann = portal.add_app(scopes="botyard,im,user"), portal.add_person("Ann")
    assert portal.call("botyard.user.update", app, ID=ann.id, NAME="Anna", WORK_POSITION="CTO").status == 200
    assert portal.call("botyard.user.update", app, ID=portal.admin.id, ADMIN=True).status == 200
    assert portal.call("botyard.user.add", app, LOGIN="zoe").status == 200
    assert portal.call("botyard.webhook.add", app).status == 200
    assert portal.call("botyard.user.deactivate", app, ID=ann.id).status == 200


def test_a_refusal_in_a_batch_is_one(portal: World) -> None:
    app, ann = portal.add_app(scopes="botyard,im,user"), portal.add_person("Ann")
    body = portal.call("batch", app, cmd={"a": f"botyard.user.password?ID={ann.id}"}).body
    assert body["result"]["result_error"]["a"]["error"] == "ACCESS_DENIED"


@pytest.mark.parametrize("method", ["user.update", "botyard.user.update"])
def test_no_application_moves_the_address_of_an_administrator(portal: World, method: str) -> None:
    """Not even of the person in whose name it calls: links for a new password may go there."""
    app, boss = portal.add_app(scopes="botyard,im,user"), portal.add_person("Boss", admin=True)
    for key in (app, hook(portal, app)):
        for user_id in (portal.admin.id, boss.id):
            refused = portal.call(method, key, ID=user_id, EMAIL="eve@app.test")
            assert (refused.status, refused.body["error_description"]) == (403, REFUSED)
    assert portal.call(method, ID=boss.id, EMAIL="boss@portal.test").status == 200
    # What is there already may be sent along.
    assert portal.call("user.update", app, ID=boss.id, EMAIL="boss@portal.test", NAME="B").result is True
    assert portal.call("user.update", app, ID=portal.add_person("Ann").id, EMAIL="ann@portal.test").result is True
