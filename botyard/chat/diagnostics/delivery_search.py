"""Searches deliveries, and sends them again."""

from __future__ import annotations

from botyard.errors import ApiError, Reason, raises
from botyard.model import recipients
from botyard.model.bots import EventMode
from botyard.model.deliveries import State
from botyard.store import bots, delivery_log
from botyard.store.delivery_log import MISSED, LoggedDelivery
from botyard.store.engines.db import Tx
from botyard.store.ordering import NEVER

GROUPS = {"": frozenset(State), "missed": MISSED, "open": frozenset({State.WAITING, State.SENDING})}
WORDS = (*(state.value for state in State), *filter(None, GROUPS))
"""States and groups of them, as they may be asked for."""


@raises(Reason.ARGUMENT)
def states(word: str) -> frozenset[State]:
    """A state, or a group of them. Raises ARGUMENT."""
    group = GROUPS.get(word)
    if group is not None:
        return group
    if word not in set(State):
        raise ApiError(Reason.ARGUMENT, reason=f"STATE is one of {', '.join(WORDS)}")
    return frozenset({State(word)})


@raises(Reason.ARGUMENT)
def moment(value: int | str | None, default: int) -> int:
    """A moment in Unix seconds, ``default`` where none was named. Raises ARGUMENT for text that is no moment."""
    if value is None or value == "":
        return default
    if isinstance(value, str):
        raise ApiError(Reason.ARGUMENT, reason="FROM and TO are Unix seconds or ISO 8601")
    return min(value, NEVER)


async def resend(tx: Tx, logged: LoggedDelivery) -> bool:
    """Send one again, in the way in which its recipient is told today. False for what has not ended."""
    kind, number = recipients.parse(logged.delivery.recipient)
    bot = await bots.find(tx, number) if kind == recipients.BOT else None
    # A bot that is gone is told as it was.
    was_fetched = logged.delivery.state in (State.FETCHED, State.EXPIRED)
    fetches = bot.event_mode == EventMode.FETCH if bot else kind == recipients.USER or was_fetched
    state = State.FETCH if fetches else State.WAITING
    return await delivery_log.again(tx, logged.delivery.id, state)
