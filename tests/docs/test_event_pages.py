"""The reference shows every event that is told, with the body that is sent."""

from __future__ import annotations

from botyard.api.imbot import events as bot_events
from botyard.api.imbot_v2 import events as bot_events_v2
from botyard.api.payloads import user_payloads
from botyard.portal import bindings
from scripts.event_reference import ABOUT, gathered


def names() -> set[str]:
    """Every name by which something is told."""
    bots = {spec.name for spec in bot_events.EVENTS.values()} | {spec.name for spec in bot_events_v2.EVENTS.values()}
    people = {spec.name for spec in user_payloads.EVENTS.values()}
    return bots | people | set(bindings.PORTAL.values())


def test_every_event_has_its_page() -> None:
    assert set(ABOUT) == names()


def test_every_event_is_shown_in_each_way_it_is_told() -> None:
    told = gathered()
    sent = {one.name for one in told if one.form}
    fetched = {one.name for one in told if not one.form}
    v2 = {spec.name for spec in bot_events_v2.EVENTS.values()}
    people = {spec.name for spec in user_payloads.EVENTS.values()}
    assert fetched == v2 | people
    assert sent == names() - people


def test_the_pages_hold_no_key_of_the_portal_that_made_them() -> None:
    assert gathered() == gathered(), "another portal has other keys, and the same pages"
