"""Searches deliveries, and sends them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

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
def moment(value: Any, default: int) -> int:
    """Unix seconds, or a moment in ISO 8601; one without a zone is in UTC. Raises ARGUMENT."""
    if value is None or value == "":
        return default
    text = str(value).strip()
    if text.isascii() and text.isdigit():
        return min(int(text), NEVER) if len(text) < 20 else NEVER
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(Reason.ARGUMENT, reason="FROM and TO are Unix seconds or ISO 8601") from None
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


async def resend(tx: Tx, logged: LoggedDelivery) -> bool:
    """Send one again, in the way in which its recipient is told today. False for what has not ended."""
    kind, number = recipients.parse(logged.delivery.recipient)
    bot = await bots.find(tx, number) if kind == recipients.BOT else None
    # A bot that is gone is told as it was.
    was_fetched = logged.delivery.state in (State.FETCHED, State.EXPIRED)
    fetches = bot.event_mode == EventMode.FETCH if bot else kind == recipients.USER or was_fetched
    state = State.FETCH if fetches else State.WAITING
    return await delivery_log.again(tx, logged.delivery.id, state)
