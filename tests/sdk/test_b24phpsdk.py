"""b24phpsdk, the vendor's PHP client, in its wire form: `php/b24phpsdk_wire.php` sends what the client's sources send.

The client is installed by Composer from its own registry, which is not always at hand. Where it is installed,
B24PHPSDK_AUTOLOAD names its `vendor/autoload.php`, and the client itself is driven besides.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.sdk.answers import held, refused, same_dialog
from tests.sdk.live import CHAT, CROWD, Live
from tests.sdk.programs import run_php

pytestmark = [pytest.mark.sdk, pytest.mark.live]

AUTOLOAD = "B24PHPSDK_AUTOLOAD"


@pytest.fixture(scope="module")
def responses(live: Live, php: str, expired: str) -> Any:
    """What `php/b24phpsdk_wire_calls.php` printed."""
    return run_php(
        php,
        "b24phpsdk_wire_calls.php",
        WEBHOOK=live.webhook,
        CHAT=CHAT,
        PORTAL=live.url,
        CLIENT_ID=live.client_id,
        CLIENT_SECRET=live.client_secret,
        EXPIRED=expired,
        REFRESH=live.pair()[1],
    )


def test_dialog_get(live: Live, responses: Any) -> None:
    assert responses["dialog"]["status"] == 200
    same_dialog(live, held("imbot.dialog.get", responses["dialog"]["body"]))


def test_no_parameters_are_a_list(responses: Any) -> None:
    assert held("profile", responses["empty"]["body"])["ADMIN"] is True


def test_batches(live: Live, responses: Any) -> None:
    sections = held("batch", responses["batch"]["body"])
    me, dialog, _ = sections["result"].values()
    assert me["ID"] == "1"
    same_dialog(live, dialog)
    # The client reads a time of every command, and totals of all of them once there is one.
    assert list(sections["result_time"]) == list(sections["result"])
    assert list(sections["result_total"].values())[-1] >= CROWD


def test_a_batch_with_a_refusal(responses: Any) -> None:
    sections = held("batch", responses["broken"]["body"])
    (error,) = sections["result_error"].values()
    assert refused("imbot.dialog.get", error) == "DIALOG_ID_EMPTY"
    assert len(sections["result"]) == len(sections["result_time"]) == 1


def test_an_expired_token_is_renewed(live: Live, responses: Any) -> None:
    same_dialog(live, held("imbot.dialog.get", responses["renewed"]["body"]))


def test_refusals(responses: Any) -> None:
    assert refused("imbot.dialog.get", responses["refused"]["body"], responses["refused"]["status"]) == "ACCESS_ERROR"
    assert (responses["wrong"]["status"], responses["wrong"]["body"]["error"]) == (400, "invalid_grant")


@pytest.mark.skipif(AUTOLOAD not in os.environ, reason=f"b24phpsdk itself: {AUTOLOAD} names no vendor/autoload.php")
def test_the_client_itself(live: Live, php: str) -> None:
    results = run_php(php, "b24phpsdk_calls.php", AUTOLOAD=os.environ[AUTOLOAD], WEBHOOK=live.webhook, CHAT=CHAT)
    same_dialog(live, results["dialog"])
    assert results["profile"]["ADMIN"] is True
    assert results["operating"] >= 0
    assert "access" in results["refused"]
