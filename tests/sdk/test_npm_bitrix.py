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
def said(live: Live, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `js/twobad.mjs` printed; the client allows itself two calls a second."""
    return run_node(modules, tmp_path_factory.mktemp("twobad"), "twobad.mjs", WEBHOOK=live.webhook, CHAT=CHAT)


def test_dialog_get(live: Live, said: Any) -> None:
    same_dialog(live, held("imbot.dialog.get", said["dialog"]))


def test_batches(live: Live, said: Any) -> None:
    found = {name: result for name, result, _ in commands(said["batch"])}
    assert found["me"]["ADMIN"] is True
    same_dialog(live, found["dialog"])
    assert len(held("batch", said["numbered"])["result"]) == 2


def test_a_list_longer_than_a_page(said: Any) -> None:
    assert len(set(said["people"])) == len(said["people"]) >= CROWD


def test_a_refusal(said: Any) -> None:
    assert said["error"]["status"] == 403
    assert refused("imbot.dialog.get", said["error"]["body"], 403) == "ACCESS_ERROR"
