"""Fetching: how soon a bot that polls has what was said to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scripts.benchmark.portal import Keys

FETCHES = 100


def fetching(port: int, keys: Keys) -> None:
    """How soon a bot that polls with `wait` has a message, from the moment that a person sends it."""
    waiting = http.client.HTTPConnection("127.0.0.1", port)
    sending = http.client.HTTPConnection("127.0.0.1", port)
    token = "bench-fetch"  # noqa: S105  # It opens a bot of this throwaway portal.
    fields = {"code": "fetching", "botToken": token, "properties": {"name": "Fetching"}, "eventMode": "fetch"}
    bot_id = called(sending, keys, "imbot.v2.Bot.register", {"fields": fields})["bot"]["id"]
    asked = {"botId": bot_id, "botToken": token, "wait": 20}
    called(sending, keys, "im.message.add", {"DIALOG_ID": str(bot_id), "MESSAGE": "first"})
    seen = called(waiting, keys, "imbot.v2.Event.get", asked)
    times: list[float] = []
    with contextlib.closing(waiting), contextlib.closing(sending), ThreadPoolExecutor(1) as thread:
        for number in range(FETCHES):
            poll = thread.submit(fetched, waiting, keys, asked | {"offset": seen["nextOffset"]})
            time.sleep(0.02)
            begun = time.perf_counter()
            called(sending, keys, "im.message.add", {"DIALOG_ID": str(bot_id), "MESSAGE": f"Number {number}"})
            seen, came = poll.result()
            times.append((came - begun) * 1e3)
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"fetch with wait, from sending:    p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def fetched(made: http.client.HTTPConnection, keys: Keys, asked: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """One poll that ends with events, and when it ended."""
    while True:
        page = called(made, keys, "imbot.v2.Event.get", asked)
        if page["events"]:
            return page, time.perf_counter()


def called(made: http.client.HTTPConnection, keys: Keys, method: str, params: dict[str, Any]) -> Any:
    """The result of one call by webhook."""
    path = f"/rest/{keys.user_id}/{keys.secret}/{method}"
    made.request("POST", path, json.dumps(params), {"Content-Type": "application/json"})
    body = json.loads(made.getresponse().read())
    assert "result" in body, body
    return body["result"]
