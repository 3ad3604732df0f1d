"""`botyard.token.issue`: tokens that administrators hand out."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.world import World


def test_a_pair_for_an_application_calls_and_is_renewed(portal: World) -> None:
    ann, app = portal.add_person(), portal.add_app(scopes="im,user")
    made = portal.call("botyard.token.issue", USER_ID=ann.id, CLIENT_ID=app.client_id).result
    assert (made["USER_ID"], sorted(made["SCOPE"])) == (ann.id, ["im", "user"])
    assert portal.call("profile", made["ACCESS_TOKEN"]).result["ID"] == str(ann.id)
    assert portal.call("app.info", made["ACCESS_TOKEN"]).result["CODE"] == app.client_id
    words = {"grant_type": "refresh_token", "client_id": app.client_id, "client_secret": app.client_secret}
    query = urlencode({**words, "refresh_token": made["REFRESH_TOKEN"]})
    renewed = portal.get(f"/oauth/token/?{query}")
    assert (renewed.status, renewed.body["user_id"]) == (200, ann.id)


def test_an_application_gets_fewer_permissions_and_never_more(portal: World) -> None:
    app = portal.add_app(scopes="im,user")
    made = portal.call("botyard.token.issue", CLIENT_ID=app.client_id, SCOPE="im").result
    assert (made["USER_ID"], made["SCOPE"]) == (portal.admin.id, ["im"])
    assert portal.call("user.get", made["ACCESS_TOKEN"]).error == "insufficient_scope"
    refused = portal.call("botyard.token.issue", CLIENT_ID=app.client_id, SCOPE="im,imbot")
    assert (refused.error, "'imbot'" in refused.text) == ("ERROR_ARGUMENT", True)


def test_a_persons_own_token_belongs_to_no_application_and_ends(portal: World) -> None:
    ann = portal.add_person()
    made = portal.call("botyard.token.issue", USER_ID=ann.id, SCOPE=["im", "user"], SECONDS=60).result
    assert made["REFRESH_TOKEN"] is None
    assert portal.call("profile", made["ACCESS_TOKEN"]).result["ID"] == str(ann.id)
    assert portal.call("app.option.get", made["ACCESS_TOKEN"]).error == "AccessException"
    portal.wait(61)
    assert portal.call("profile", made["ACCESS_TOKEN"]).error == "expired_token"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"SCOPE": []}, "ERROR_ARGUMENT"),
        ({"SCOPE": "magic"}, "ERROR_ARGUMENT"),
        ({"SCOPE": "im", "SECONDS": -1}, "ERROR_ARGUMENT"),
        ({"SCOPE": "im", "SECONDS": 10**9}, "ERROR_ARGUMENT"),
        ({"SCOPE": "im", "USER_ID": 99_999}, "USER_NOT_FOUND"),
        ({"CLIENT_ID": "local.0.0"}, "APP_NOT_FOUND"),
    ],
    ids=str,
)
def test_what_is_not_issued(world: World, params: dict[str, Any], error: str) -> None:
    assert world.call("botyard.token.issue", params=params).error == error


def test_no_token_is_issued_for_a_bot_nor_a_life_for_a_pair(world: World) -> None:
    assert world.call("botyard.token.issue", SCOPE="im", USER_ID=world.add_bot()).error == "USER_NOT_FOUND"
    app = world.add_app()
    assert world.call("botyard.token.issue", CLIENT_ID=app.client_id, SECONDS=60).error == "ERROR_ARGUMENT"


def test_only_administrators_with_the_permission_issue_tokens(portal: World) -> None:
    assert portal.call("botyard.token.issue", portal.add_person(), SCOPE="im").error == "ACCESS_DENIED"
    narrow = portal.add_webhook(portal.admin.id, "im,user")
    assert portal.call("botyard.token.issue", narrow, SCOPE="im").error == "insufficient_scope"


def test_tokens_are_in_no_log_and_no_row(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = world.call("botyard.token.issue", CLIENT_ID=world.add_app().client_id).result
    rows = str(world.read(lambda tx: tx.all("SELECT * FROM tokens")))
    for word in (made["ACCESS_TOKEN"], made["REFRESH_TOKEN"]):
        assert word not in caplog.text
        assert word not in rows
