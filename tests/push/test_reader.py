"""What is read of the log is rendered once, and whole."""

from __future__ import annotations

import pytest

from botyard.api.payloads import push_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.events import EventRecord
from botyard.model.push import PushMessage
from botyard.push.event_reader import EventPage, EventReader
from botyard.push.memberships import Memberships
from botyard.store.engines import sqlite
from botyard.store.engines.budget import CostLimits
from tests.world import World


def test_a_read_that_was_too_long_for_the_loop_loses_no_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ann, bob = world.add_person(), world.add_person("Bob")
    last = world.last_event()
    texts = [f"message {number}" for number in range(20)]
    for text in texts:
        world.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE=text)
    rendered: list[int] = []

    async def render(batch: RenderBatch, record: EventRecord, viewers: frozenset[int] | None) -> list[PushMessage]:
        rendered.append(record.id)
        return await push_payloads.render(batch, record, viewers)

    memberships = Memberships()
    memberships.arrive(bob.id)

    def texts_of(reader: EventReader) -> list[str]:
        page: EventPage = world.run(reader.page(last, memberships))
        return [
            outgoing.message.params["message"]["text"]
            for _, messages, _ in page.rendered
            for outgoing in messages
            if outgoing.message.command == "message"
        ]

    repeated = 0
    for statements in range(1, 30):
        monkeypatch.setattr(sqlite, "LOOP", CostLimits(statements=statements))
        reader = EventReader(world.context, render)
        rendered.clear()
        assert texts_of(reader) == texts
        repeated += len(rendered) > len(set(rendered))
        rendered.clear()
        assert texts_of(reader) == texts
        assert not rendered
    # Some of them had rendered a part on the loop before they were run again.
    assert repeated
    assert not caplog.records


def test_an_event_that_cannot_be_rendered_holds_up_no_other(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ann, bob = world.add_person(), world.add_person("Bob")
    last = world.last_event()
    for text in ("a", "b", "c"):
        world.call("im.message.add", ann, DIALOG_ID=bob.id, MESSAGE=text)

    async def render(batch: RenderBatch, record: EventRecord, viewers: frozenset[int] | None) -> list[PushMessage]:
        if getattr(record.event, "text", "") == "b":
            raise ValueError("a fault in a renderer")
        return await push_payloads.render(batch, record, viewers)

    memberships = Memberships()
    memberships.arrive(bob.id)
    page = world.run(EventReader(world.context, render).page(last, memberships))
    texts = [outgoing.message.params["message"]["text"] for _, messages, _ in page.rendered for outgoing in messages]
    assert texts == ["a", "c"]
    assert "could not be told" in caplog.text
