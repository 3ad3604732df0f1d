"""The reference shows every event that is told, with the body that is sent."""

from __future__ import annotations

from botyard.chat.conversation import typing
from botyard.model.events import EVENTS
from scripts.event_reference import about, gathered


def names(*dialects: str) -> set[str]:
    """Every name by which something is told in a dialect."""
    return {name for spec in EVENTS.values() for dialect, name in spec.names.items() if dialect in dialects}


def test_every_event_is_shown_in_each_way_it_is_told() -> None:
    events = gathered()
    commands = {command for spec in EVENTS.values() if spec.push for command in spec.push.commands} | {typing.COMMAND}
    forms = names("v1", "v2", "binding")
    assert {event.name for event in events if event.form} == forms == set(about()) - names("user") - commands
    assert {event.name for event in events if not event.form} == names("v2", "user") | commands


def test_the_pages_hold_no_key_of_the_portal_that_made_them() -> None:
    assert gathered() == gathered(), "another portal has other keys, and the same pages"
