"""Events as handlers are told of them, held against the samples of the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botyard.api.imbot import events as imbot
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.model.event import Event
from botyard.model.events import BotRemoved, EventRecord
from botyard.store import bots
from botyard.store.engines.db import Tx
from botyard.store.events import EVENT
from botyard.wire import forms
from tests.world import World

SAMPLES: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "samples" / "events.json").read_text())
"""Event name → the bodies that its page shows: for bots first in a private dialog, then in a group."""

TOKENS = frozenset(
    {"access_token", "expires", "expires_in", "scope", "status", "user_id", "refresh_token", "client_id"}
)
"""Keys that a webhook's handlers do not get."""


def newest(world: World, kind: type[Event]) -> EventRecord:
    """The last event of a kind in the log."""
    sql = f"{EVENT.select} WHERE e.type = :kind ORDER BY e.id DESC LIMIT 1"
    what = EVENT.read(world.read(lambda tx: tx.one(sql, kind=kind.__name__)))
    assert what is not None, f"nothing of {kind.__name__} happened"
    return what


def event_payload(world: World, kind: type[Event], bot_id: int) -> WebhookPayload:
    """What a bot of the first generation is told of the last event of a kind."""
    what = newest(world, kind)

    async def work(tx: Tx) -> WebhookPayload | None:
        # A bot that was removed is told good-bye as it was.
        gone = what.event.bot if isinstance(what.event, BotRemoved) else None
        bot = gone or await bots.find(tx, bot_id)
        assert bot is not None
        return await imbot.render(RenderBatch(tx, world.context), what, bot)

    post = world.write(work)
    assert post is not None, f"nobody is told of {what.event}"
    return post


def body(post: WebhookPayload) -> dict[str, Any]:
    """The body as a handler reads it."""
    sent = {"event": post.event, "event_handler_id": post.handler_id, "data": post.data, "ts": 1, "auth": post.auth}
    return forms.parse(forms.encode(sent).encode())


def deviations(name: str, which: int, payload: Any, *, without: frozenset[str] = frozenset()) -> list[str]:
    """Keys that a sample has and the body lacks, and the other way round. Ids among the keys are told alike."""
    return sorted(_differences(SAMPLES[name][which], payload, "", without))


def _differences(sample: Any, value: Any, path: str, without: frozenset[str]) -> set[str]:
    if not isinstance(sample, dict) or not isinstance(value, dict):
        same = isinstance(sample, dict) == isinstance(value, dict)
        return set() if same else {f"{path}: {type(value).__name__} for {type(sample).__name__}"}
    ours, theirs = _by_name(value), {k: v for k, v in _by_name(sample).items() if k not in without}
    if "access_token" in theirs:
        # Some samples leave it out, and their clients take an application without it for not installed.
        theirs.setdefault("refresh_token", "")
    lacking = {f"-{path}.{key}" for key in theirs.keys() - ours.keys()}
    unknown = {f"+{path}.{key}" for key in ours.keys() - theirs.keys()}
    deeper = (_differences(theirs[key], ours[key], f"{path}.{key}", without) for key in theirs.keys() & ours.keys())
    return lacking.union(unknown, *deeper)


def _by_name(value: dict[str, Any]) -> dict[str, Any]:
    return {"{id}" if key.isdigit() else key: item for key, item in value.items()}
