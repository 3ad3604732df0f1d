"""@2bad/bitrix: GET for everything, and a batch whose commands are encoded twice into the query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sdk.answers import commands, held, refused, same_dialog
from tests.sdk.live import CHAT, CROWD, Live
from tests.sdk.programs import run_node

pytestmark = [pytest.mark.sdk, pytest.mark.live]


@pytest.fixture(scope="module")
def responses(live: Live, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `js/twobad.mjs` printed; the client allows itself two calls a second."""
    return run_node(modules, tmp_path_factory.mktemp("twobad"), "twobad.mjs", WEBHOOK=live.webhook, CHAT=CHAT)


def test_dialog_get(live: Live, responses: Any) -> None:
    same_dialog(live, held("imbot.dialog.get", responses["dialog"]))


def test_batches(live: Live, responses: Any) -> None:
    results = {name: result for name, result, _ in commands(responses["batch"])}
    assert results["me"]["ADMIN"] is True
    same_dialog(live, results["dialog"])
    assert len(held("batch", responses["numbered"])["result"]) == 2


def test_a_list_longer_than_a_page(responses: Any) -> None:
    assert len(set(responses["people"])) == len(responses["people"]) >= CROWD


def test_a_refusal(responses: Any) -> None:
    assert responses["error"]["status"] == 403
    assert refused("imbot.dialog.get", responses["error"]["body"], 403) == "ACCESS_ERROR"
