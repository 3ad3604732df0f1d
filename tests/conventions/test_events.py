"""Every event that is told has a row, and what makes its body in each dialect of the row."""

from __future__ import annotations

import pytest

from botyard.api.imbot import events as first_generation
from botyard.api.payloads import chat_payloads, portal_payloads, push_payloads
from botyard.chat.diagnostics.reasons import DiagnosisCode
from botyard.model.bots import Handlers
from botyard.model.event import Audience, Event, EventSpec, NotTold
from botyard.model.events import ABOUT_MESSAGES, EVENTS, KINDS
from botyard.model.personal_events import NotificationsDeleted


def kinds(*dialects: str) -> set[type[Event]]:
    """The events that are told in one of these dialects."""
    return {kind for kind, spec in EVENTS.items() if spec.names.keys() & set(dialects)}


def test_each_dialect_makes_the_bodies_of_its_events_and_of_no_others() -> None:
    assert set(first_generation.RENDERERS) == kinds("v1")
    assert set(chat_payloads.RENDERERS) == kinds("v2", "user")
    assert set(portal_payloads.RENDERERS) == kinds("binding")
    assert set(push_payloads.RENDERERS) == {kind for kind, spec in EVENTS.items() if spec.push}


def test_names_are_unique() -> None:
    names = [name for spec in EVENTS.values() for name in spec.names.values()]
    assert len(names) == len(set(names))
    assert set(EVENTS) <= set(KINDS)
    commands = [command for spec in EVENTS.values() if spec.push for command in spec.push.commands]
    assert len(commands) == len(set(commands))


@pytest.mark.parametrize("spec", EVENTS.values(), ids=[kind.__name__ for kind in EVENTS])
def test_a_row_fits_its_event(spec: EventSpec) -> None:
    kind = next(kind for kind, row in EVENTS.items() if row is spec)
    fields = kind.__struct_fields__
    assert "bot_id" in fields or not spec.names_bot
    assert spec.v1 is None or (spec.v1.handler or "message_add") in Handlers.__struct_fields__
    if spec.people and spec.people.of_message:
        assert "message_id" in fields
    if spec.handlers:
        assert "owner" in fields or not spec.handlers.own
        assert spec.handlers.subject == "" or spec.handlers.subject in fields
    if spec.push and spec.push.audience is Audience.KNOWN:
        assert "user_id" in fields or "bot_id" in fields
    if spec.push and spec.push.audience is Audience.NAMED:
        assert "user_id" in fields or kind is NotificationsDeleted


def test_why_a_bot_is_not_told_of_a_message_can_be_explained() -> None:
    of_bots = {kind for kind, spec in EVENTS.items() if spec.v1 or spec.v2}
    assert {kind for kind in of_bots if "message_id" in kind.__struct_fields__} == set(ABOUT_MESSAGES)
    # It is asked of messages only, in the dialect of the bot.
    asked = set(NotTold) - {NotTold.NOT_ITSELF, NotTold.NO_EVENT}
    assert [reason.name for reason in asked if reason.name not in DiagnosisCode.__members__] == []
