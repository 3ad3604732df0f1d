"""cURL, in the forms of the documentation's page of `imbot.dialog.get` and in those that its other pages allow.

Docs: https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-dialog-get.html
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.sdk.answers import held, refused, same_dialog
from tests.sdk.live import CHAT, Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]

JSON = ("-X", "POST", "-H", "Content-Type: application/json", "-H", "Accept: application/json")
ASKED = json.dumps({"DIALOG_ID": CHAT})


def _without_time(answer: Any) -> Any:
    held("imbot.dialog.get", answer)
    return answer["result"]


def test_the_webhook_tab(live: Live) -> None:
    answer = live.curl(*JSON, "-d", ASKED, live.webhook + "imbot.dialog.get")
    assert answer["result"]["name"] == "Release 1.0"
    same_dialog(live, _without_time(answer))


def test_the_oauth_tab(live: Live) -> None:
    body = ASKED[:-1] + f',"auth":"{live.token}"' + "}"
    same_dialog(live, _without_time(live.curl(*JSON, "-d", body, f"{live.url}/rest/imbot.dialog.get")))


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("{hook}imbot.dialog.get?DIALOG_ID=" + CHAT,), id="GET"),
        pytest.param(("{hook}imbot.dialog.get.json?DIALOG_ID=" + CHAT,), id="GET with a suffix"),
        pytest.param(("{hook}IMBOT.Dialog.Get/?dialog_id=" + CHAT,), id="any case and a slash"),
        pytest.param(("-d", "DIALOG_ID=" + CHAT, "{hook}imbot.dialog.get"), id="form"),
        pytest.param(("-F", "DIALOG_ID=" + CHAT, "{hook}imbot.dialog.get"), id="multipart"),
        pytest.param(("--json", ASKED, "{hook}imbot.dialog.get"), id="--json"),
        pytest.param(("-d", ASKED, "-H", "Content-Type:", "{hook}imbot.dialog.get"), id="JSON that says nothing"),
        pytest.param(("{url}/rest//imbot.dialog.get?auth={token}&DIALOG_ID=" + CHAT,), id="token in the query"),
        pytest.param(
            ("-H", "Authorization: Bearer {token}", "-d", "DIALOG_ID=" + CHAT, "{url}/rest/imbot.dialog.get"),
            id="token in a header",
        ),
        pytest.param(("--cacert", "{ca}", "{https}imbot.dialog.get?DIALOG_ID=" + CHAT), id="https"),
    ],
)
def test_other_spellings_are_answered_the_same(live: Live, arguments: tuple[str, ...]) -> None:
    words = {"hook": live.webhook, "url": live.url, "token": live.token, "ca": live.ca_file}
    words["https"] = live.https_webhook
    # The braces of JSON are none to fill in.
    filled = [argument if argument.startswith('{"') else argument.format(**words) for argument in arguments]
    same_dialog(live, _without_time(live.curl(*filled)))


def test_refusals_have_a_status_and_a_code(live: Live) -> None:
    for url, code, number in (
        (live.webhook + "imbot.dialog.get", "DIALOG_ID_EMPTY", 400),
        (live.webhook + "imbot.dialog.get?DIALOG_ID=chat999999", "ACCESS_ERROR", 403),
        (f"{live.url}/rest/imbot.dialog.get?DIALOG_ID={CHAT}", "NO_AUTH_FOUND", 401),
        (f"{live.url}/rest/1/wrong/imbot.dialog.get", "INVALID_CREDENTIALS", 401),
    ):
        body = live.curl(url)
        assert refused("imbot.dialog.get", body, number) == code
        assert live.curl("-o", os.devnull, "-w", "%{http_code}", url) == number
