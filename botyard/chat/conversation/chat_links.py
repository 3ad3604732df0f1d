"""Messages of a chat in which there are links."""

from __future__ import annotations

from typing import NamedTuple

from botyard.chat.content import web_addresses
from botyard.model.chats import Participant
from botyard.model.messages import Message
from botyard.store import message_references, search_index
from botyard.store.engines.db import Tx
from botyard.store.search_index import Span

TAIL = 2000
"""Messages of a chat that are looked at one by one because they are not in the index yet."""
_FIRST, _LAST = 0, 2**62


class LinkingMessage(NamedTuple):
    """A message and the addresses in it."""

    message: Message
    addresses: list[str]


class LinkPage(NamedTuple):
    """Some messages, the newest first, and behind which the next page goes on (0: there is none)."""

    messages: list[LinkingMessage]
    next: int


async def page(tx: Tx, who: Participant, *, before: int, limit: int) -> LinkPage:
    """Messages with links that the member may see, as they are now."""
    chat_id = who.chat.id
    first = max(who.member.first_id if who.member else 0, 1)
    last = min(before - 1, who.chat.last_message_id) if before > 0 else who.chat.last_message_id
    state = await search_index.state(tx, chat_id)
    changed = [message_id for message_id in state.changed if first <= message_id <= min(last, state.last_id)]
    recent = await search_index.messages(tx, chat_id, changed) if changed else []
    if last > state.last_id:
        span = Span(chat_id, max(first, state.last_id + 1), last)
        recent += await search_index.page(tx, span, since=_FIRST, until=_LAST, descending=True, limit=TAIL)
    live = {message.id: message for message in recent if not message.erased and web_addresses.listed(message.text)}
    known = await message_references.linking(tx, chat_id, first_id=first, last_id=last, limit=limit + 1)
    ids = sorted({*live, *known}, reverse=True)
    shown = ids[:limit]
    wanted = [message_id for message_id in shown if message_id not in live]
    rows = {message.id: message for message in await search_index.messages(tx, chat_id, wanted)} if wanted else {}
    listed = [message for message_id in shown if (message := live.get(message_id) or rows.get(message_id))]
    linking = [LinkingMessage(message, web_addresses.listed(message.text)) for message in listed]
    return LinkPage(linking, shown[-1] if len(ids) > limit else 0)
