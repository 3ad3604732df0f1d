"""BX24.js and a page of another origin: the requests that its documentation describes, made by Node.

The library itself is loaded from the vendor's host and is not at hand; `js/bx24.mjs` sends what it sends.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sdk.answers import commands, held, refused, same_dialog
from tests.sdk.live import CHAT, Live
from tests.sdk.programs import run_node

pytestmark = [pytest.mark.sdk, pytest.mark.live]


@pytest.fixture(scope="module")
def responses(live: Live, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `js/bx24.mjs` printed."""
    folder = tmp_path_factory.mktemp("bx24")
    return run_node(modules, folder, "bx24.mjs", PORTAL=live.url, TOKEN=live.token, CHAT=CHAT)


@pytest.mark.parametrize("way", ["call", "suffixed", "json"])
def test_dialog_get(live: Live, responses: Any, way: str) -> None:
    same_dialog(live, held("imbot.dialog.get", responses[way]["body"]))


def test_a_page_of_another_origin_may_read_every_answer(responses: Any) -> None:
    assert {responses[name]["allowed"] for name in ("call", "suffixed", "batch", "array", "error", "json")} == {"*"}


def test_the_preflight_before_json(responses: Any) -> None:
    headers = responses["preflight"]["headers"]
    assert responses["preflight"]["status"] in (200, 204)
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]
    assert "content-type" in headers["access-control-allow-headers"]


def test_batches(live: Live, responses: Any) -> None:
    results = {name: result for name, result, _ in commands(responses["batch"]["body"])}
    assert results["again"][0]["ID"] == results["me"]["ID"]
    same_dialog(live, held("batch", responses["array"]["body"])["result"][1])


def test_a_refusal(responses: Any) -> None:
    assert refused("imbot.dialog.get", responses["error"]["body"], responses["error"]["status"]) == "ACCESS_ERROR"
