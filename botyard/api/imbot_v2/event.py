"""imbot.v2.Event.*: the events of a bot, fetched."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.imbot_v2 import events, shapes
from botyard.api.imbot_v2.family import method
from botyard.api.imbot_v2.params import BotParams, require_named, token
from botyard.api.payloads import user_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload
from botyard.api.shared import event_queue, owners
from botyard.chat import subscriptions
from botyard.chat.bots import bots
from botyard.errors import ApiError, Reason
from botyard.model import recipients
from botyard.model.bots import Bot, EventMode
from botyard.model.events import EventRecord
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Hinted, Mode
from botyard.store.engines.db import Tx


class Get(BotParams, frozen=True, rename="camel"):
    """`offset`, a page's `nextOffset`, confirms what it held. `wait` is ours: seconds to wait, up to 30."""

    offset: int = 0
    limit: int = 100
    with_user_events: bool = False
    wait: float = 0


@method(
    "imbot.v2.Event.get",
    access=Access.BOT_OWNER,
    mode=Mode.NONE,
    raises=(require_named, bots.find_told, Reason.SCOPE_OF_EVENTS, subscriptions.require),
)
async def get(call: Call, p: Get) -> Hinted[event_queue.EventPage]:
    """Confirm events by `offset` and fetch the next ones of a bot, and with `withUserEvents` those of the caller.

    Of a bot that was unregistered what lies ready can still be fetched, ONIMBOTV2DELETE as the last; once that is
    confirmed, or too old, there is no such bot any more.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/events/event-get.md
    """
    require_named(call, p)
    if p.with_user_events and "im" not in call.identity.scopes:
        raise ApiError(Reason.SCOPE_OF_EVENTS)

    async def find_bot(tx: Tx) -> Bot:
        inside = call.within(tx)
        owner = await owners.known_owner(inside, token(p), p.bot_id)
        try:
            bot = await bots.find_told(tx, owner, p.bot_id, since=event_queue.kept_since(call))
            if not owners.may_command(inside, bot):
                raise ApiError(Reason.BOT_NOT_YOURS, hint=owners.NOT_COMMANDED)
            return bot
        except ApiError as refused:
            raise await owners.explained(inside, token(p), p.bot_id, refused) from None

    async def describe_bot(tx: Tx) -> tuple[Bot, dict[str, Any]]:
        bot = await find_bot(tx)
        if p.with_user_events:
            await subscriptions.require(tx, call.user_id)
        return bot, msgspec.to_builtins(await shapes.bot(tx, bot))

    async def recheck(tx: Tx) -> None:
        await call.recheck(tx)
        await find_bot(tx)

    bot, shown = await call.context.database.read(describe_bot)

    async def render(batch: RenderBatch, what: EventRecord) -> EventPayload | None:
        return await events.render_event(batch, what, bot, shown)

    queues = [event_queue.EventQueue(recipients.bot(bot.user_id), render)]
    if p.with_user_events:
        queues.append(user_payloads.queue(call))
    # Behind the farewell of a bot nothing comes that could be waited for.
    page = await event_queue.fetch(
        call, queues, event_queue.fetch_request(p.offset, p.limit, p.wait if bot.active else 0), recheck
    )
    return Hinted(page, hint="" if page.events or bot.event_mode == EventMode.FETCH else _called(bot))


def _called(bot: Bot) -> str:
    """Why nothing comes to a bot that is called."""
    changes = "imbot.v2.Bot.update with fields[eventMode]=fetch makes it wait here"
    if bot.webhook_url:
        return (
            f"no events lie ready: eventMode of bot {bot.user_id} is webhook, so they go to its webhookUrl; {changes}"
        )
    return f"no events lie ready: bot {bot.user_id} was registered with handlers, and they are called; {changes}"
