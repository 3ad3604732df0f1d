"""CRest, the vendor's one file of PHP, in its wire form: `php/crest_wire.php` sends what that file sends.

The file is in no registry. Where it is at hand, CREST_FILE names it, and it is driven besides, unchanged.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.answers import commands, held, refused, same_dialog
from tests.sdk.live import CHAT, Live
from tests.sdk.programs import HERE, run_php

pytestmark = [pytest.mark.sdk, pytest.mark.live]

FILE = "CREST_FILE"
WIRE = HERE / "php" / "crest_wire.php"


def _real(folder: Path) -> Path:
    """The vendor's file beside the settings that it reads; these are made by the script that loads it."""
    if FILE not in os.environ:
        pytest.skip(f"CRest itself: {FILE} names no crest.php")
    shutil.copy(os.environ[FILE], folder / "crest.php")
    (folder / "settings.php").write_text("<?php\n")
    return folder / "crest.php"


@pytest.fixture(scope="module", params=["wire", "file"])
def responses(request: pytest.FixtureRequest, live: Live, php: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `php/crest_hook_calls.php` printed."""
    crest = WIRE if request.param == "wire" else _real(tmp_path_factory.mktemp("crest"))
    return run_php(php, "crest_hook_calls.php", CREST=str(crest), WEBHOOK=live.webhook, CHAT=CHAT)


def test_everything_by_webhook(live: Live, responses: Any) -> None:
    same_dialog(live, held("imbot.dialog.get", responses["dialog"]))
    # Without parameters it is a GET.
    assert held("profile", responses["empty"])["ADMIN"] is True
    results = {name: result for name, result, _ in commands(responses["batch"])}
    assert results["again"][0]["ID"] == results["me"]["ID"]
    same_dialog(live, results["dialog"])
    halted = held("batch", responses["halted"])
    assert halted["result"] == []
    assert refused("imbot.dialog.get", halted["result_error"][0]) == "DIALOG_ID_EMPTY"
    assert refused("imbot.dialog.get", {**responses["refused"]}) == "ACCESS_ERROR"


def test_an_expired_token_is_renewed(live: Live, php: str, expired: str) -> None:
    refresh = live.pair()[1]
    answers = run_php(
        php,
        "crest_app_calls.php",
        PORTAL=live.url,
        CHAT=CHAT,
        CLIENT_ID=live.client_id,
        CLIENT_SECRET=live.client_secret,
        EXPIRED=expired,
        REFRESH=refresh,
        CA_FILE=live.ca_file,
        HTTPS_ADDRESS=live.address,
    )
    same_dialog(live, held("imbot.dialog.get", answers["dialog"]))
    assert answers["settings"]["refresh_token"] != refresh
    assert answers["settings"]["client_endpoint"] == f"{live.url}/rest/"
