"""How all bots of a portal fare: how each is told of events, what waits for it, and what went wrong last."""

from __future__ import annotations

from typing import NamedTuple

from botyard.chat.event_names import named
from botyard.chat.explain import IMBOT, address
from botyard.chat.reasons import cause
from botyard.model import deliveries as recipients
from botyard.model.bots import Bot, EventMode
from botyard.model.deliveries import State
from botyard.portal import apps
from botyard.store import bots, deliveries, delivery_log
from botyard.store.db import Tx
from botyard.store.delivery_log import MISSED, Backlog, Logged, Wanted


class Checkup(NamedTuple):
    """One bot: its addresses, what waits for it, and the delivery that is tried again, or was missed last.

    ``event`` is how the bot is told of that one, ``cause`` what its last attempt met, ``""`` for none.
    ``seat`` is the offset that a bot which fetches was given last, and when. ``closed`` keeps all events from it.
    """

    bot: Bot
    addresses: list[str]
    waiting: Backlog | None
    ready: Backlog | None
    seat: tuple[int, int] | None
    closed: str
    failed: Logged | None
    event: str
    cause: str


async def overview(tx: Tx) -> list[Checkup]:
    """Every bot, oldest first. Goes through everything that is open: for the command line, not for a busy server."""
    held = {(one.recipient, one.state): one for one in await delivery_log.backlog(tx)}
    return [await _one(tx, bot, held) for bot in await bots.all_bots(tx)]


async def _one(tx: Tx, bot: Bot, held: dict[tuple[str, str], Backlog]) -> Checkup:
    recipient = recipients.bot(bot.user_id)
    failed = await _failed(tx, recipient)
    tried = await deliveries.attempts(tx, failed.delivery.id) if failed else []
    return Checkup(
        bot=bot,
        addresses=await addresses(tx, bot),
        waiting=held.get((recipient, State.WAITING)),
        ready=held.get((recipient, State.FETCH)),
        seat=await delivery_log.seat(tx, recipient),
        closed=await apps.closed(tx, bot.owner, IMBOT) or "",
        failed=failed,
        event=named(failed.kind, bot.dialect) if failed else "",
        cause=cause(tried[-1], await address(tx, bot, failed.delivery)) if failed and tried else "",
    )


async def _failed(tx: Tx, recipient: str) -> Logged | None:
    """What is being tried again for a bot, or else what it missed last."""
    for one in await deliveries.open_of(tx, recipient, 1):
        if one.attempts:
            return await delivery_log.find(tx, one.id)
    missed, _ = await delivery_log.page(tx, Wanted(recipient, MISSED, limit=1))
    return missed[0] if missed else None


async def addresses(tx: Tx, bot: Bot) -> list[str]:
    """Where a bot is called at, each address once."""
    if bot.dialect == "v2":
        return [bot.webhook_url] if bot.event_mode == EventMode.WEBHOOK and bot.webhook_url else []
    bound = await bots.handlers(tx, bot.owner)
    found = [getattr(bound, name) for name in bound.__struct_fields__] if bound else []
    found += [command.handler for command in await bots.commands_of(tx, bot.user_id)]
    return list(dict.fromkeys(one for one in found if one))
