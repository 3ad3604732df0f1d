"""What somebody missed who comes back: everything behind the last message that arrived, out of the log."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from botyard.model import mids
from botyard.model.mids import WHOLE, Position
from botyard.push.listener import Listener
from botyard.push.roll import concerns
from botyard.store.engines.db import Unavailable

if TYPE_CHECKING:
    from botyard.push.hub import Hub

ATTEMPTS = 5
"""How often somebody catches up beside the hub before that waits."""
AT_ONCE = 8
"""Clients that are told at the same time what they have missed; the others wait."""
MOST_MISSED = 200_000
"""Events that are looked through for one client; whoever has missed more begins anew."""
WINDOW = 5000
"""Events that one statement looks through."""


async def catch_up(hub: Hub, listener: Listener, mid: str) -> None:
    """Tell a listener what it has missed, and let it listen from there on."""
    try:
        await _caught_up(hub, listener, mid)
    except (Unavailable, ConnectionError):
        listener.leave()


async def _caught_up(hub: Hub, listener: Listener, mid: str) -> None:
    position = mids.find(mid)
    first = await hub.reader.first_kept()
    # Another connection, or another server, may have been told more of the log than this hub has read.
    if (
        position is None
        or position.event_id < first
        or not await hub.reach(position.event_id)
        or _too_many(hub, position)
    ):
        # Of another portal, of a log that was set back, or too old.
        listener.live = True
        hub.start_anew(listener)
        return
    for attempt in count():
        if attempt < ATTEMPTS or hub.position - position.event_id > WINDOW:
            async with hub.replays:
                position = await _told(hub, listener, position)
            # Between two pages of the hub everything up to its place has been told.
            listener.live = position.event_id >= hub.position and not hub.turn().locked()
        else:
            # The log grows too fast: nothing of it is told meanwhile.
            async with hub.turn():
                position = await _told(hub, listener, position)
                listener.live = position.event_id >= hub.position
        if listener.live:
            return
        await listener.drained()


def _too_many(hub: Hub, position: Position) -> bool:
    return hub.position - position.event_id > MOST_MISSED


async def _told(hub: Hub, listener: Listener, position: Position) -> Position:
    """Tell what lies behind a position, as far as one statement finds it; the position after that."""
    upto = min(hub.position, position.event_id + WINDOW)
    viewers = frozenset(hub.memberships.connected)
    missed, looked = await hub.reader.missed(position, upto, user_id=listener.user_id, viewers=viewers)
    chats = {outgoing.message.chat_id for _, messages in missed for outgoing in messages}
    seats = await hub.reader.seats_of(listener.user_id, chats)
    for _, messages in missed:
        for outgoing in messages:
            place = mids.find(outgoing.mid)
            if place is not None and place > position and concerns(listener, outgoing, seats):
                listener.deliver(outgoing)
    listener.flush()
    return Position(looked, WHOLE)
