"""@bitrix24/b24jssdk, the vendor's JavaScript client: its hook over https, its OAuth over http with renewal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.answers import held, same_dialog
from tests.sdk.live import CHAT, CROWD, Live
from tests.sdk.programs import run_node

pytestmark = [pytest.mark.sdk, pytest.mark.live]


@pytest.fixture(scope="module")
def hook(live: Live, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `js/hook.mjs` printed."""
    folder = tmp_path_factory.mktemp("hook")
    return run_node(
        modules, folder, "hook.mjs", WEBHOOK=live.https_webhook, CHAT=CHAT, NODE_EXTRA_CA_CERTS=live.ca_file
    )


@pytest.fixture(scope="module")
def oauth(live: Live, modules: Path, expired: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `js/oauth.mjs` printed."""
    tokens = {
        "good": [*live.pair(), False],
        "expired": [expired, live.pair()[1], False],
        "known": [*live.pair(), True],
    }
    return run_node(
        modules,
        tmp_path_factory.mktemp("oauth"),
        "oauth.mjs",
        PORTAL=live.url,
        CHAT=CHAT,
        CLIENT_ID=live.client_id,
        CLIENT_SECRET=live.client_secret,
        APPLICATION_TOKEN=live.told["BOTYARD_APPLICATION_TOKEN"],
        MEMBER_ID=live.told["BOTYARD_MEMBER_ID"],
        TOKENS=json.dumps(tokens),
    )


@pytest.mark.parametrize("way", ["page", "call"])
def test_dialog_get(live: Live, hook: Any, way: str) -> None:
    held("imbot.dialog.get", hook[way])
    same_dialog(live, hook[way]["result"])


def test_a_named_batch(live: Live, hook: Any) -> None:
    named = hook["named"]
    assert held("user.get", named["again"])[0]["ID"] == held("user.current", named["me"])["ID"] == "1"
    assert named["dialog"]["time"]["operating"] >= 0
    assert named["dialog"]["time"]["operating_reset_at"] > 0
    same_dialog(live, held("imbot.dialog.get", named["dialog"]))


def test_a_listed_batch(live: Live, hook: Any) -> None:
    profile, dialog = hook["listed"]
    assert profile["ADMIN"] is True
    same_dialog(live, dialog)


def test_a_batch_with_a_refusal(hook: Any) -> None:
    assert hook["broken"] == {"success": False, "messages": ["You don't have access to this chat"]}


def test_lists_longer_than_a_page(hook: Any) -> None:
    assert len(set(hook["people"])) == len(hook["people"]) >= CROWD
    assert [len(page) for page in hook["pages"]] == [50, len(hook["people"]) - 50]
    assert hook["paging"] == {"more": True, "total": len(hook["people"]), "next": True}


def test_health(hook: Any) -> None:
    held("server.time", hook["empty"])
    assert hook["healthy"] is True
    assert hook["ping"] >= 0


def test_errors(hook: Any) -> None:
    errors = {name: (error["code"], error["status"]) for name, error in hook["errors"].items()}
    assert errors == {
        "missing": ("ACCESS_ERROR", 403),
        "unknown": ("ERROR_METHOD_NOT_FOUND", 404),
        "secret": ("INVALID_CREDENTIALS", 401),
    }


def test_a_method_that_rest_3_does_not_have(hook: Any) -> None:
    assert hook["v3"]["success"] is False
    assert "not found" in hook["v3"]["messages"][0]


@pytest.mark.parametrize(("name", "renewals"), [("good", 0), ("expired", 1), ("known", 1)])
def test_oauth(live: Live, oauth: Any, name: str, renewals: int) -> None:
    same_dialog(live, held("imbot.dialog.get", oauth[name]["dialog"]))
    assert oauth[name]["admin"] is True
    renewed = oauth[name]["renewed"]
    assert len(renewed) == renewals
    for token in renewed:
        assert token["expires_in"] == 3600
        assert token["clientEndpoint"] == f"{live.url}/rest/"
        assert token["member_id"] == live.told["BOTYARD_MEMBER_ID"]
        assert "imbot" in token["scope"].split(",")


def test_a_refresh_token_of_nobody(oauth: Any) -> None:
    assert (oauth["wrong"]["code"], oauth["wrong"]["status"]) == ("invalid_grant", 400)
