"""Holding what a client decoded against the contract, and against what cURL was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.sdk.live import CHAT, Live
from tests.world import Answer, check


def held(method: str, body: Any, status: int = 200) -> Any:
    """Hold a whole decoded answer against the contract; its result."""
    check(method, Answer(status, body))
    assert "error" not in body, body
    return body["result"]


def refused(method: str, body: Any, status: int = 400) -> str:
    """Hold a decoded refusal against the contract; its code."""
    check(method, Answer(status, body))
    return str(body["error"])


def whole(live: Live, result: Any) -> dict[str, Any]:
    """An answer out of a result that its client parted from the time; the time is another answer's."""
    return {"result": result, "time": live.asked("server.time", {})["time"]}


def same_dialog(live: Live, result: Any) -> None:
    """Hold a result of `imbot.dialog.get` against the contract and against cURL's."""
    assert (
        held("imbot.dialog.get", whole(live, result)) == live.asked("imbot.dialog.get", {"DIALOG_ID": CHAT})["result"]
    )


def commands(body: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, result and time of each command of a batch that went well."""
    sections = held("batch", body)
    assert sections["result_error"] == [], sections["result_error"]
    for name, result in sections["result"].items():
        yield name, result, sections["result_time"][name]
