"""A chat as one person sees it: everything that `dialog.get` tells."""

from __future__ import annotations

import msgspec

from botyard.chat import reading, rules
from botyard.chat.reading import Unread
from botyard.chat.rules import Restrictions
from botyard.model.chats import Chat, Member, Reader, Role
from botyard.model.people import User
from botyard.store import members, users
from botyard.store.db import Tx

LISTED = 20
"""People that each list of an overview names at most: those who read, lead, muted. Counters are exact."""

VIEWERS = 5
"""First viewers of the last message that are named; the rest are counted."""

_LEADING = (Role.OWNER, Role.MANAGER)


class Overview(msgspec.Struct, frozen=True, gc=False):
    """A chat for one user. ``counterpart`` is set in private dialogs; ``more_viewers`` counts those not listed."""

    chat: Chat
    member: Member | None
    role: str
    restrictions: Restrictions
    unread: Unread
    readers: list[Reader]
    managers: list[int]
    muted: list[int]
    viewers: list[Reader]
    more_viewers: int
    counterpart: User | None


class _People(msgspec.Struct, frozen=True, gc=False):
    readers: list[Reader]
    managers: list[int]
    muted: list[int]
    viewers: list[Reader]


async def overview(tx: Tx, user_id: int, chat: Chat, member: Member | None) -> Overview:
    """Gather what ``user_id`` may see of a chat. Nothing here grows with messages or members."""
    people = await (_everybody if chat.members <= LISTED else _foremost)(tx, user_id, chat)
    counterpart = await users.find(tx, chat.counterpart(user_id)) if chat.private else None
    return Overview(
        chat,
        member,
        rules.role(chat, member),
        rules.restrictions(chat),
        await reading.unread(tx, chat, member),
        people.readers,
        people.managers,
        people.muted,
        people.viewers,
        max(0, chat.viewers - len(people.viewers)),
        counterpart,
    )


async def _everybody(tx: Tx, user_id: int, chat: Chat) -> _People:
    """A small chat: one statement brings all its members, the lists are made from them."""
    found = await members.readers(tx, chat.id, LISTED)
    seen = [one for one in found if one.read_at and one.read_id == chat.last_message_id != 0]
    viewers = [one for one in seen if one.user_id != chat.last_author_id]
    viewers.sort(key=lambda one: (one.read_at, one.user_id))
    return _People(
        [one for one in found if one.user_id != user_id],
        [one.user_id for one in found if one.role in _LEADING],
        [one.user_id for one in found if one.muted],
        viewers[:VIEWERS],
    )


async def _foremost(tx: Tx, user_id: int, chat: Chat) -> _People:
    """A big chat: each list is the start of an index."""
    readers = await members.latest_readers(tx, chat.id, LISTED + 1)
    viewers: list[Reader] = []
    if chat.viewers:
        found = await members.first_viewers(tx, chat.id, chat.last_message_id, VIEWERS + 1)
        viewers = [one for one in found if one.user_id != chat.last_author_id][:VIEWERS]
    return _People(
        [one for one in readers if one.user_id != user_id][:LISTED],
        await members.managers(tx, chat.id, LISTED),
        await members.muted(tx, chat.id, LISTED),
        viewers,
    )
