"""A chat as one user sees it: everything that `dialog.get` returns."""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import reading
from botyard.chat.conversation.reading import Unread
from botyard.chat.rules import Restrictions
from botyard.model.chats import Chat, Member, Participant, Reader, Role
from botyard.model.people import User
from botyard.store import members, users
from botyard.store.engines.db import Tx

LISTED = 20
"""People in a chat whose lists name everybody; also the most managers and muted members that any list names."""

FOREMOST = 5
"""Readers that the list of a bigger chat names: those who have read furthest. Counters are exact in any chat."""

VIEWERS = 3
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
    unread: Unread


async def overview(tx: Tx, who: Participant) -> Overview:
    """Gather what somebody may see of a chat. Nothing here grows with messages or members."""
    user_id, chat, member = who
    people = await (_everybody if chat.members <= LISTED else _foremost)(tx, who)
    counterpart = await users.find(tx, chat.counterpart(user_id)) if chat.private else None
    return Overview(
        chat,
        member,
        rules.role(who),
        rules.restrictions(chat),
        people.unread,
        people.readers,
        people.managers,
        people.muted,
        people.viewers,
        max(0, chat.viewers - len(people.viewers)),
        counterpart,
    )


async def _everybody(tx: Tx, who: Participant) -> _People:
    """A small chat: one statement brings all its members, the lists are made from them."""
    user_id, chat, _ = who
    behind = reading.behind(who)
    if behind is None:
        everybody, unread = await members.readers(tx, chat.id, LISTED), reading.NOTHING
    else:
        everybody, start = await members.readers_beyond(tx, chat.id, LISTED, mark=behind)
        unread = reading.counted_from(start, chat, member=behind)
    readers, managers, muted, viewers = [], [], [], []
    last_id, author_id = chat.last_message_id, chat.last_author_id
    for reader in everybody:
        if reader.user_id != user_id:
            readers.append(reader)
        if reader.role in _LEADING:
            managers.append(reader.user_id)
        if reader.muted:
            muted.append(reader.user_id)
        if reader.read_id == last_id != 0 and reader.read_at and reader.user_id != author_id:
            viewers.append(reader)
    if len(viewers) > 1:
        viewers.sort(key=lambda reader: (reader.read_at, reader.user_id))
    return _People(readers, managers, muted, viewers[:VIEWERS], unread)


async def _foremost(tx: Tx, who: Participant) -> _People:
    """A big chat: each list is the start of an index."""
    user_id, chat, _ = who
    # One more each, for the caller is not among the readers, nor the author among the viewers.
    lists: dict[str, list[Reader]] = {"readers": [], "viewers": [], "managers": [], "muted": []}
    for listed in await members.list_starts(
        tx, chat.id, chat.last_message_id, readers=FOREMOST + 1, viewers=VIEWERS + 1, ids=LISTED
    ):
        lists[listed.list].append(listed.reader)
    viewers = lists["viewers"] if chat.viewers else []
    return _People(
        [reader for reader in lists["readers"] if reader.user_id != user_id][:FOREMOST],
        sorted(reader.user_id for reader in lists["managers"]),
        [reader.user_id for reader in lists["muted"]],
        [reader for reader in viewers if reader.user_id != chat.last_author_id][:VIEWERS],
        await reading.unread(tx, who),
    )
