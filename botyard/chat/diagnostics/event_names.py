"""Names of events in each dialect, for lists of deliveries; the log has its own."""

from __future__ import annotations

from botyard.model import recipients
from botyard.model.events import EVENTS, BotRemoved
from botyard.store import bindings, bots, events
from botyard.store.delivery_log import LoggedDelivery
from botyard.store.engines.db import Tx

_BY_KIND = {kind.__name__: spec.names for kind, spec in EVENTS.items()}


def named(kind: str, dialect: str) -> str:
    """The name of a kind of events in a dialect; of a bot that is gone nobody knows which one it spoke."""
    names = _BY_KIND.get(kind, {})
    return names.get(dialect) or " or ".join(names[known] for known in ("v1", "v2") if known in names) or "an event"


async def of_deliveries(tx: Tx, logged: list[LoggedDelivery]) -> list[str]:
    """The names of what was due to recipients, as each of them is told."""
    known: dict[str, str] = {}
    return [await _of(tx, delivery, known) for delivery in logged]


async def of_delivery(tx: Tx, logged: LoggedDelivery) -> str:
    """The same of one."""
    return await _of(tx, logged, {})


async def _of(tx: Tx, logged: LoggedDelivery, known: dict[str, str]) -> str:
    recipient = logged.delivery.recipient
    kind, number = recipients.parse(recipient)
    if recipient not in known:
        known[recipient] = await _spoken(tx, kind, number)
    if logged.kind == BotRemoved.__name__ and not known[recipient]:
        # The farewell of a bot says which one it spoke.
        known[recipient] = await _farewell(tx, logged.delivery.event_id)
    return known[recipient] if kind == "binding" and known[recipient] else named(logged.kind, known[recipient])


async def _farewell(tx: Tx, event_id: int) -> str:
    what = await events.find(tx, event_id)
    event = what.event if what else None
    return event.dialect if isinstance(event, BotRemoved) else ""


async def _spoken(tx: Tx, kind: str, number: int) -> str:
    """The dialect of a bot, or the event that a handler is bound to; "" where it is gone."""
    if kind == recipients.BOT:
        bot = await bots.find(tx, number)
        return bot.dialect if bot else ""
    if kind == "binding":
        binding = await bindings.find(tx, number)
        return binding.event if binding else ""
    return kind
