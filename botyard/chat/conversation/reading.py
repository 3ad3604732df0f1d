"""Read marks and unread counters."""

from __future__ import annotations

import msgspec

from botyard.events import outbox
from botyard.model.chats import Chat, Member, Participant
from botyard.model.events import ChatRead
from botyard.model.personal_events import ChatMarked, ChatUnread
from botyard.store import chats, members, messages, users
from botyard.store.engines.db import Tx
from botyard.store.messages import CountedMessage, UnreadStart


class Unread(msgspec.Struct, frozen=True, gc=False):
    """What a member has not read: how many messages, and the first of them (0: none)."""

    counter: int
    first_id: int


NOTHING = Unread(0, 0)

VIEWED_MAX = 1000
"""Messages that the response of `read` lists; of a longer stretch, the newest."""


async def unread(tx: Tx, who: Participant) -> Unread:
    """A subtraction, and one look-up where something is unread: no message is counted."""
    member = behind(who)
    if member is None:
        return NOTHING
    start = await messages.beyond(tx, who.chat.id, member.read_id, counted=member.read_counted)
    return counted_from(start, who.chat, member=member)


def behind(who: Participant) -> Member | None:
    """The member, if there may be something that this one has not read."""
    _, chat, member = who
    return None if member is None or member.read_counted >= chat.counted else member


def counted_from(start: UnreadStart, chat: Chat, *, member: Member) -> Unread:
    """What is unread, where the store has said what lies beyond the read mark."""
    counter = chat.counted - member.read_counted - start.gone
    return Unread(counter, start.first_id) if counter > 0 else NOTHING


async def read(tx: Tx, who: Participant, upto: int) -> Participant:
    """Move a member's read mark to the newest message up to ``upto`` (0: the last). The chat must be locked."""
    _, chat, member = who
    target = await messages.counted_at(tx, chat.id, upto or chat.last_message_id)
    if member is None or target is None:
        return who
    message_id, counted = target
    moved = await members.mark_read(tx, chat.id, member.user_id, message_id=message_id, counted=counted)
    if not moved:
        await members.mark_opened(tx, chat.id, member.user_id)
        if member.unread:
            await outbox.publish(tx, ChatMarked(actor_id=member.user_id, chat_id=chat.id, on=False), who)
        return who
    if message_id == chat.last_message_id and member.user_id != chat.last_author_id:
        await chats.count_viewers(tx, chat.id, 1)
    await users.seen(tx, member.user_id)
    event = ChatRead(actor_id=member.user_id, chat_id=chat.id, message_id=message_id)
    await outbox.publish(tx, event, chat)
    read_at = msgspec.structs.replace(
        member, read_id=message_id, read_counted=counted, read_at=tx.now, marked_id=0, unread=False
    )
    return who._replace(member=read_at)


async def unread_from(tx: Tx, who: Participant, message_id: int) -> bool:
    """Let a member see a message and all after it as unread. The chat must be locked.

    False for a message that is not in the chat or hidden from the member, and for who is no member.
    """
    _, chat, member = who
    message = await messages.find(tx, message_id) if member is not None and message_id >= member.first_id else None
    if member is None or message is None or message.chat_id != chat.id:
        return False
    if member.read_id < message_id:
        return True
    before = await messages.counted_at(tx, chat.id, message_id - 1) or CountedMessage(0, 0)
    await members.move_back(tx, chat.id, member.user_id, message_id=message_id, before=before)
    event = ChatUnread(actor_id=member.user_id, chat_id=chat.id, message_id=message_id, last_id=before.id)
    await outbox.publish(tx, event, who)
    if member.read_id == chat.last_message_id and member.read_at and member.user_id != chat.last_author_id:
        await chats.count_viewers(tx, chat.id, -1)
    return True


async def newly_read(tx: Tx, before: Participant, after: Participant) -> list[int]:
    """Ids of others' messages that a read mark has passed in moving, oldest first; at most ``VIEWED_MAX``."""
    old, new = before.member, after.member
    if old is None or new is None or new.read_id <= old.read_id:
        return []
    return await messages.of_others(
        tx, old.chat_id, old.user_id, after=max(old.read_id, old.first_id - 1), upto=new.read_id, limit=VIEWED_MAX
    )
