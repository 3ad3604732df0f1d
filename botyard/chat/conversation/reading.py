"""Read marks and unread counters."""

from __future__ import annotations

import msgspec

from botyard.chat import outbox
from botyard.model.chats import Chat, Member
from botyard.model.events import ChatRead
from botyard.store import chats, members, messages, users
from botyard.store.engines.db import Tx


class Unread(msgspec.Struct, frozen=True, gc=False):
    """What a member has not read: how many messages, and the first of them (0: none)."""

    counter: int
    first_id: int


NOTHING = Unread(0, 0)

VIEWED_MAX = 1000
"""Messages that the response of `read` lists; of a longer stretch, the newest."""


async def unread(tx: Tx, chat: Chat, member: Member | None) -> Unread:
    """A subtraction, and one look-up where something is unread: no message is counted."""
    if member is None or member.read_counted >= chat.counted:
        return NOTHING
    gone, first_id = await messages.beyond(tx, chat.id, member.read_id, member.read_counted)
    counter = chat.counted - member.read_counted - gone
    return Unread(counter, first_id) if counter > 0 else NOTHING


async def read(tx: Tx, chat: Chat, member: Member, upto: int) -> Member:
    """Move a member's read mark to the newest message up to ``upto`` (0: the last). ``chat`` must be locked."""
    target = await messages.counted_at(tx, chat.id, upto or chat.last_message_id)
    if target is None:
        return member
    message_id, counted = target
    moved = await members.mark_read(tx, chat.id, member.user_id, message_id, counted)
    if not moved:
        await members.mark_opened(tx, chat.id, member.user_id)
        return member
    if message_id == chat.last_message_id and member.user_id != chat.last_author_id:
        await chats.count_viewers(tx, chat.id, 1)
    await users.seen(tx, member.user_id)
    event = ChatRead(actor_id=member.user_id, chat_id=chat.id, message_id=message_id)
    await outbox.publish(tx, event, chat)
    return msgspec.structs.replace(member, read_id=message_id, read_counted=counted, read_at=tx.now, marked_id=0)


async def newly_read(tx: Tx, before: Member, after: Member) -> list[int]:
    """Ids of others' messages that a read mark has passed in moving, oldest first; at most ``VIEWED_MAX``."""
    if after.read_id <= before.read_id:
        return []
    return await messages.of_others(
        tx, before.chat_id, before.user_id, max(before.read_id, before.first_id - 1), after.read_id, VIEWED_MAX
    )
