"""pybitrix24 (https only, OAuth at the portal's own host) and bitrix24-rest (GET for everything)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sdk.answers import commands, held, refused, same_dialog
from tests.sdk.live import CHAT, CROWD, Live
from tests.sdk.programs import run_python

pytestmark = [pytest.mark.sdk, pytest.mark.live]


@pytest.fixture(scope="module")
def pybitrix24(live: Live, more_clients: Path, expired: str) -> Any:
    """What `python/pybitrix24_calls.py` printed."""
    return run_python(
        more_clients,
        "pybitrix24_calls.py",
        HOST=live.address,
        SECRET=live.secret,
        CHAT=CHAT,
        CLIENT_ID=live.client_id,
        CLIENT_SECRET=live.client_secret,
        EXPIRED=expired,
        REFRESH=live.pair()[1],
        SSL_CERT_FILE=live.ca_file,
        NO_PROXY="*",
    )


@pytest.fixture(scope="module")
def bitrix24_rest(live: Live, more_clients: Path) -> Any:
    """What `python/bitrix24_rest_calls.py` printed."""
    return run_python(
        more_clients,
        "bitrix24_rest_calls.py",
        WEBHOOK=live.webhook,
        HTTPS_WEBHOOK=live.https_webhook,
        CHAT=CHAT,
        SSL_CERT_FILE=live.ca_file,
    )


def test_pybitrix24_by_webhook(live: Live, pybitrix24: Any) -> None:
    same_dialog(live, held("imbot.dialog.get", pybitrix24["hook"]))
    assert held("profile", pybitrix24["get"])["ADMIN"] is True
    assert refused("imbot.dialog.get", pybitrix24["refused"], 403) == "ACCESS_ERROR"


def test_pybitrix24_batches(pybitrix24: Any) -> None:
    results = {name: result for name, result, _ in commands(pybitrix24["batch"])}
    assert results["again"][0]["ID"] == results["me"]["ID"] == results["bare"]["ID"]


def test_pybitrix24_renews_its_token_at_the_portal(live: Live, pybitrix24: Any) -> None:
    assert refused("imbot.dialog.get", pybitrix24["expired"], 401) == "expired_token"
    assert pybitrix24["renewed"]["expires_in"] == 3600
    same_dialog(live, held("imbot.dialog.get", pybitrix24["app"]))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_bitrix24_rest(live: Live, bitrix24_rest: Any, scheme: str) -> None:
    same_dialog(live, bitrix24_rest[scheme])


def test_bitrix24_rest_lists(bitrix24_rest: Any) -> None:
    assert len(set(bitrix24_rest["people"])) == len(bitrix24_rest["people"]) >= CROWD
    assert bitrix24_rest["some"] == ["1", "2"]


def test_bitrix24_rest_is_refused(bitrix24_rest: Any) -> None:
    assert bitrix24_rest["refused"] == "HTTP error: 403"
