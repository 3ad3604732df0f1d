"""ONIMBOTV2…: what the bots of the second generation are told.

Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/events/events.md
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from zlib import crc32

from botyard.api import entities, happenings
from botyard.api.auth_block import block, note_alias
from botyard.api.happenings import Data, Scene
from botyard.api.post import Post, Told
from botyard.model.bots import Bot, EventMode
from botyard.model.events import (
    BotRemoved,
    CommandCalled,
    ContextGiven,
    Event,
    Happening,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageLiked,
    MessageSent,
)
from botyard.rpc.call import Context
from botyard.store.db import Tx


async def render(tx: Tx, context: Context, what: Happening, bot: Bot) -> Post | None:
    """An event as the bot's handler is told of it; ``None`` where there is nothing to tell, or no handler.

    Needs a write transaction where the bot is an application's: the tokens are issued here.
    """
    if bot.event_mode != EventMode.WEBHOOK or not bot.webhook_url:
        return None
    said = await told(tx, context, what, bot, {"id": bot.user_id, "code": bot.code})
    if said is None:
        return None
    await note_alias(tx, context, bot)
    own = await block(tx, context, owner=bot.owner, user_id=bot.user_id, known_as=bot.known_as)
    auth = await block(
        tx,
        context,
        owner=bot.owner,
        user_id=what.event.actor_id,
        caller_id=what.caller_id,
        known_as=bot.known_as,
    )
    body = said.data | {"bot": said.data["bot"] | {"auth": own}}
    return Post(said.event, body, auth, bot.webhook_url, handler_id(bot.user_id, said.event))


def handler_id(bot_id: int, name: str) -> int:
    """The number of a bot's subscription to an event; the same for as long as the bot is there."""
    return crc32(f"{bot_id} {name}".encode()) & 0x7FFFFFFF


async def told(tx: Tx, context: Context, what: Happening, bot: Bot, shown: Data) -> Told | None:
    """An event for a bot that is ``shown`` like this; ``None`` where there is nothing to tell, or its chat is gone."""
    wanted = WORDS.get(type(what.event))
    if wanted is None:
        return None
    if wanted.say is None:
        return Told(wanted.name, {"bot": shown})
    at = await happenings.scene(tx, context, what, bot.user_id, online=True)
    return Told(wanted.name, {"bot": shown} | await wanted.say(at, what.event)) if at else None


async def _join_chat(at: Scene, event: MemberJoined) -> Data:
    return await happenings.joined(at, event.actor_id)


async def _command_add(at: Scene, event: CommandCalled) -> Data:
    command = {
        "id": event.command_id,
        "command": f"/{event.command}",
        "params": event.params,
        "context": event.context.lower(),
    }
    return {"command": command} | await happenings.called(at, event)


async def _context_get(at: Scene, event: ContextGiven) -> Data:
    opened = {"dialogId": entities.dialog_id(at.chat, at.viewer_id), "context": event.context}
    return opened | await happenings.around(at, event.actor_id)


class Words(NamedTuple):
    """The name of an event, and its body; ``None``: nothing but the bot."""

    name: str
    say: Callable[[Scene, Any], Awaitable[Data]] | None


WORDS: dict[type[Event], Words] = {
    MessageSent: Words("ONIMBOTV2MESSAGEADD", happenings.said),
    MessageEdited: Words("ONIMBOTV2MESSAGEUPDATE", happenings.edited),
    MessageErased: Words("ONIMBOTV2MESSAGEDELETE", happenings.erased),
    MemberJoined: Words("ONIMBOTV2JOINCHAT", _join_chat),
    BotRemoved: Words("ONIMBOTV2DELETE", None),
    ContextGiven: Words("ONIMBOTV2CONTEXTGET", _context_get),
    CommandCalled: Words("ONIMBOTV2COMMANDADD", _command_add),
    MessageLiked: Words("ONIMBOTV2REACTIONCHANGE", happenings.liked),
}
