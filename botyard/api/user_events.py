"""ONIMV2…: what people who are subscribed are told of their chats, whichever family they fetch it by.

Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/events.md
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from botyard.api import happenings
from botyard.api.fetching import Queue
from botyard.api.happenings import Data, Scene
from botyard.api.post import Told
from botyard.model import deliveries as recipients
from botyard.model.events import Event, Happening, MemberJoined, MessageEdited, MessageErased, MessageLiked, MessageSent
from botyard.rpc.call import Call, Context
from botyard.store.db import Tx


async def data(tx: Tx, context: Context, what: Happening, user_id: int) -> Told | None:
    """An event as this person is told of it; ``None`` where there is nothing to tell, or its chat is gone."""
    wanted = WORDS.get(type(what.event))
    # The page promises that nothing is said of when people were last seen.
    at = await happenings.scene(tx, context, what, user_id, online=False) if wanted else None
    return Told(wanted.name, await wanted.say(at, what.event)) if wanted and at else None


def queue(call: Call) -> Queue:
    """The caller's own events."""
    return Queue(recipients.user(call.user_id), lambda tx, what: data(tx, call.context, what, call.user_id))


async def _join_chat(at: Scene, event: MemberJoined) -> Data:
    return await happenings.joined(at, event.user_id)


class Words(NamedTuple):
    """The name of an event, and its body."""

    name: str
    say: Callable[[Scene, Any], Awaitable[Data]]


WORDS: dict[type[Event], Words] = {
    MessageSent: Words("ONIMV2MESSAGEADD", happenings.said),
    MessageEdited: Words("ONIMV2MESSAGEUPDATE", happenings.edited),
    MessageErased: Words("ONIMV2MESSAGEDELETE", happenings.erased),
    MessageLiked: Words("ONIMV2REACTIONCHANGE", happenings.liked),
    MemberJoined: Words("ONIMV2JOINCHAT", _join_chat),
}
