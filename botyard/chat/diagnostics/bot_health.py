"""The health of all bots of a portal: how each receives events, what is waiting, and what failed last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from botyard.chat.diagnostics.delivery_diagnosis import address
from botyard.chat.diagnostics.event_names import named
from botyard.chat.diagnostics.reasons import cause
from botyard.model import recipients
from botyard.model.bots import Bot, EventMode
from botyard.model.deliveries import State
from botyard.model.event import BOT_SCOPE
from botyard.model.recipients import Recipient
from botyard.portal import apps
from botyard.store import bot_commands, bot_handlers, bots, deliveries, delivery_log
from botyard.store.delivery_log import MISSED, Backlog, DeliveryFilter, FetchProgress, LoggedDelivery
from botyard.store.engines.db import Tx

_SENT = frozenset({State.DONE, State.UNCONFIRMED, State.DEAD})


class LastFailure(NamedTuple):
    """A delivery that did not go well: how the bot is told of its event, and what its last attempt met, "" for none."""

    logged: LoggedDelivery
    event: str
    cause: str


class BotHealth(NamedTuple):
    """One bot: its addresses, what waits for it, and what is amiss.

    ``trouble`` is what is tried again or was missed last, ``unconfirmed`` what was sent to it last, if it did not
    confirm that. ``fetch_progress`` is the last offset of a bot that fetches, and when it last came. ``closed``
    keeps all events from it.
    """

    bot: Bot
    addresses: list[str]
    waiting: Backlog | None
    sending: Backlog | None
    ready: Backlog | None
    fetch_progress: FetchProgress | None
    closed: str
    trouble: LastFailure | None
    unconfirmed: LastFailure | None


async def overview(tx: Tx) -> list[BotHealth]:
    """Every bot, oldest first. Goes through everything that is open: for the command line, not for a busy server."""
    held = {(backlog.recipient, backlog.state): backlog for backlog in await delivery_log.backlog(tx)}
    return [await _one(tx, bot, held) for bot in await bots.all_bots(tx)]


async def _one(tx: Tx, bot: Bot, held: Mapping[tuple[Recipient, str], Backlog]) -> BotHealth:
    recipient = recipients.bot(bot.user_id)
    return BotHealth(
        bot=bot,
        addresses=await addresses(tx, bot),
        waiting=held.get((recipient, State.WAITING)),
        sending=held.get((recipient, State.SENDING)),
        ready=held.get((recipient, State.FETCH)),
        fetch_progress=await delivery_log.fetch_progress(tx, recipient),
        closed=await apps.closed(tx, bot.owner, BOT_SCOPE) or "",
        trouble=await _trouble(tx, bot, await delivery_log.tried(tx, recipient) or await _last(tx, recipient, MISSED)),
        unconfirmed=await _trouble(tx, bot, await _unconfirmed(tx, recipient)),
    )


async def _trouble(tx: Tx, bot: Bot, logged: LoggedDelivery | None) -> LastFailure | None:
    if logged is None:
        return None
    tried = await deliveries.attempts(tx, logged.delivery.id)
    met = cause(tried[-1], await address(tx, bot, logged.delivery)) if tried else ""
    return LastFailure(logged, named(logged.kind, bot.dialect), met)


async def _unconfirmed(tx: Tx, recipient: Recipient) -> LoggedDelivery | None:
    """The last that was sent to a bot, where it did not confirm it."""
    last = await _last(tx, recipient, _SENT)
    return last if last and last.delivery.state == State.UNCONFIRMED else None


async def _last(tx: Tx, recipient: Recipient, states: frozenset[State]) -> LoggedDelivery | None:
    page = await delivery_log.page(tx, DeliveryFilter(recipient, states, limit=1))
    return page.deliveries[0] if page.deliveries else None


async def addresses(tx: Tx, bot: Bot) -> list[str]:
    """Where a bot is called at, each address once."""
    if bot.dialect == "v2":
        return [bot.webhook_url] if bot.event_mode == EventMode.WEBHOOK and bot.webhook_url else []
    bound = await bot_handlers.find(tx, bot.owner)
    urls = [getattr(bound, name) for name in bound.__struct_fields__] if bound else []
    urls += [command.handler for command in await bot_commands.of_bot(tx, bot.user_id)]
    return list(dict.fromkeys(url for url in urls if url))
