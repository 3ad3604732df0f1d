"""Signals: what is told to whoever is connected, and is not kept."""

from __future__ import annotations

import asyncio

import pytest

from botyard.events import signals
from botyard.model.push import PushMessage
from botyard.store.engines.db import SIGNAL_MAX, Tx
from tests.world import World

HELLO = PushMessage(
    module_id="im", command="hello", params={"text": "ж"}, user_ids=(1, 2), user_params={2: {"dialogId": "1"}}
)


def test_a_signal_reaches_listeners_once_its_work_is_stored(portal: World) -> None:
    heard: list[PushMessage] = []
    signals.listen(portal.context.database, heard.append)

    async def works(tx: Tx) -> None:
        signals.publish(tx, HELLO)

    async def fails(tx: Tx) -> None:
        signals.publish(tx, HELLO)
        raise LookupError

    portal.write(works)
    with pytest.raises(LookupError):
        portal.write(fails)
    portal.run(asyncio.sleep(0.01))
    assert heard == [HELLO]


def test_a_signal_has_a_bound(portal: World) -> None:
    async def work(tx: Tx) -> None:
        signals.publish(tx, PushMessage(module_id="im", command="long", params={"text": "ж" * SIGNAL_MAX}))

    with pytest.raises(ValueError, match="A signal may have"):
        portal.write(work)
