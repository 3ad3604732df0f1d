"""Messages that mention somebody, of all their chats: by name, or together with everybody of a chat."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from botyard.chat.content import bbcode
from botyard.model.messages import Message
from botyard.store import message_references, messages
from botyard.store.engines.db import Tx

_LAST = 2**62


class MentionPage(NamedTuple):
    """Some messages, the newest first, and behind which the next page goes on (0: there is none)."""

    messages: list[Message]
    next: int


def mentioned(text: str) -> tuple[int, ...]:
    """Whom a text mentions, as ``store/message_references.py`` keeps it."""
    if "[" not in text:
        return ()
    everybody = (message_references.EVERYBODY,) if bbcode.mentions_everybody(text) else ()
    return (*bbcode.mentions(text), *everybody)


async def page(tx: Tx, user_id: int, *, chat_id: int, before: int, unread: bool, limit: int) -> MentionPage:
    """Messages that mention somebody and that they see; only of one chat, or what they have not read, if wanted."""
    before = before or _LAST
    live = {
        mention.message.id: mention.message
        for mention in await _live(tx, user_id)
        if mention.message.id < before
        and chat_id in (0, mention.message.chat_id)
        and not (unread and mention.message.id <= mention.read_id)
    }
    known = await message_references.mentioning(
        tx, user_id, chat_id=chat_id, before=before, unread=unread, limit=limit + 1
    )
    ids = sorted({*live, *known}, reverse=True)
    shown = ids[:limit]
    rows = {message.id: message for message in await messages.find_many(tx, [i for i in shown if i not in live])}
    listed = [message for message_id in shown if (message := live.get(message_id) or rows.get(message_id))]
    return MentionPage(listed, shown[-1] if len(ids) > limit else 0)


async def unread(tx: Tx, user_id: int) -> dict[int, int]:
    """Chats with messages that mention somebody who has not read them, and how many those are."""
    numbers = Counter(dict(await message_references.unread_mentions(tx, user_id)))
    for message, read_id in await _live(tx, user_id):
        if message.id > read_id:
            numbers[message.chat_id] += 1
    most = message_references.COUNTED
    return {chat_id: min(number, most) for chat_id, number in sorted(numbers.items())}


async def _live(tx: Tx, user_id: int) -> list[message_references.Mention]:
    """Those messages that the index does not know as they are and that do mention somebody."""
    whom = {user_id, message_references.EVERYBODY}
    rows = await message_references.live(tx, user_id)
    return [mention for mention in rows if whom.intersection(mentioned(mention.message.text))]
