"""Finds messages of one chat by their words and their time, as far as somebody may see them.

The index says where to look, and what it says is compared with the messages as they are: what was edited or erased a
moment ago is found, or not found, by what it is now.
"""

from __future__ import annotations

from collections import deque

import msgspec

from botyard.chat.conversation import dialogs
from botyard.chat.conversation.indexing import searched
from botyard.errors import ApiError, Reason, raises
from botyard.model import words
from botyard.model.chats import Participant
from botyard.model.messages import Message
from botyard.store import chats, messages, search_index
from botyard.store.engines.db import Tx
from botyard.store.search_index import Span, Stretches

FOUND_MAX = 200
"""Messages of one page at most."""
SHORTEST = 3
"""Characters of a phrase that is looked for; a shorter one leaves everything in."""
TAIL = 2000
"""Messages of a chat that are looked at one by one because they are not in the index yet."""
CLOCK_SECONDS = 60
"""By how much messages may be out of the order of their times: a call has the moment when it came in."""
PROBE = 30
"""Hits for one word that are rather looked at than asked for together with those for the other words."""
WIDEST = 16
"""Stretches of a chat that are asked for at once."""
_FIRST, _LAST = 0, 2**62
"""Moments before and after all messages."""


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for: words, moments from ``since`` to ``until``, and what lies behind ``last_id`` in the order."""

    phrase: str = ""
    since: int | None = None
    until: int | None = None
    last_id: int = 0
    descending: bool = True
    limit: int = 50


@raises(Reason.CHAT_EMPTY, Reason.CHAT_CLOSED)
async def get_chat(tx: Tx, user_id: int, chat_id: int) -> Participant:
    """A chat that somebody may look into. Raises CHAT_EMPTY for id 0, CHAT_CLOSED for none and for no access."""
    if chat_id <= 0:
        raise ApiError(Reason.CHAT_EMPTY)
    who = await chats.find(tx, chat_id, user_id)
    if who is None or not await dialogs.visible(tx, who):
        raise ApiError(Reason.CHAT_CLOSED, hint=dialogs.CLOSED)
    return who


async def messages_of(tx: Tx, who: Participant, wanted: Wanted) -> list[Message]:
    """Messages that the member may see and that are wanted, in the order of their ids."""
    span = await _span(tx, who, wanted)
    if span.first_id > span.last_id:
        return []
    phrase = wanted.phrase.strip()
    if len(phrase) < SHORTEST:
        return await _page(tx, span, wanted, limit=wanted.limit)
    beginnings = words.beginnings(phrase)
    return await _Search(tx, who, wanted, span=span, beginnings=beginnings).run() if beginnings else []


async def _span(tx: Tx, who: Participant, wanted: Wanted) -> Span:
    """Between which ids everything that is wanted must be."""
    first = max(who.member.first_id if who.member else 0, 1)
    last = who.chat.last_message_id
    if wanted.last_id > 0:
        first = first if wanted.descending else max(first, wanted.last_id + 1)
        last = min(last, wanted.last_id - 1) if wanted.descending else last
    span = Span(who.chat.id, first, last)
    if wanted.until is not None and span.first_id <= span.last_id:
        behind = await search_index.first_since(tx, span, wanted.until + 1 + CLOCK_SECONDS)
        span = span._replace(last_id=behind - 1)
    if wanted.since is not None and span.first_id <= span.last_id:
        span = span._replace(first_id=await search_index.first_since(tx, span, wanted.since - CLOCK_SECONDS))
    return span


async def _page(tx: Tx, span: Span, wanted: Wanted, *, limit: int) -> list[Message]:
    """Messages of a span by their time alone."""
    since, until = wanted.since, wanted.until
    return await search_index.page(
        tx,
        span,
        since=_FIRST if since is None else since,
        until=_LAST if until is None else until,
        descending=wanted.descending,
        limit=limit,
    )


class _Search:
    """One search for words in one chat."""

    def __init__(self, tx: Tx, who: Participant, wanted: Wanted, *, span: Span, beginnings: tuple[str, ...]) -> None:
        self._tx = tx
        self._chat = who.chat
        self._wanted = wanted
        self._span = span
        self._beginnings = beginnings
        # Which of them is looked for first: the longest, for the fewest messages have it, until it turns out common.
        self._rarest = deque(sorted(beginnings, key=len, reverse=True))

    async def run(self) -> list[Message]:
        limit, descending = self._wanted.limit, self._wanted.descending
        state = await search_index.state(self._tx, self._chat.id)
        self._changed = frozenset(state.changed)
        live = await self._live(state.last_id)
        indexed = self._span._replace(last_id=min(self._span.last_id, state.last_id))
        enough = descending and sum(message.id > state.last_id for message in live) >= limit
        if not enough and indexed.first_id <= indexed.last_id:
            live += await self._indexed(indexed)
        return sorted(live, key=lambda message: message.id, reverse=descending)[:limit]

    async def _live(self, last_indexed: int) -> list[Message]:
        """Of the messages that the index does not know as they are, those that are wanted."""
        first, last = self._span.first_id, self._span.last_id
        kept: list[Message] = []
        if changed := [message_id for message_id in self._changed if first <= message_id <= min(last, last_indexed)]:
            kept += await search_index.messages(self._tx, self._chat.id, changed)
        if last > last_indexed:
            tail = self._span._replace(first_id=max(first, last_indexed + 1))
            kept += await _page(self._tx, tail, self._wanted, limit=TAIL)
        return [message for message in kept if self._fits(message)]

    async def _indexed(self, span: Span) -> list[Message]:
        """Of the messages in the index, those that are wanted: stretch by stretch, more of them at a time."""
        wanted = self._wanted
        ends = await self._stretches(span)
        kept: list[Message] = []
        at, size = (ends.last if wanted.descending else ends.first), 1
        while ends.first <= at <= ends.last and len(kept) < wanted.limit:
            far = max(at - size + 1, ends.first) if wanted.descending else min(at + size - 1, ends.last)
            within = Stretches(self._chat.id, min(at, far), max(at, far))
            kept += await self._within(within, span, limit=wanted.limit - len(kept))
            at, size = (far - 1 if wanted.descending else far + 1), min(2 * size, WIDEST)
        return kept

    async def _stretches(self, span: Span) -> Stretches:
        """The stretches that a span reaches into."""
        first = last = 0
        if span.first_id > 1 and (before := await messages.counted_at(self._tx, span.chat_id, span.first_id)):
            first = before.counted // search_index.STRETCH
        if self._chat.counted >= search_index.STRETCH:
            end = await messages.counted_at(self._tx, span.chat_id, span.last_id)
            last = end.counted // search_index.STRETCH if end else 0
        return Stretches(span.chat_id, first, last)

    async def _within(self, within: Stretches, span: Span, *, limit: int) -> list[Message]:
        """What some stretches have that is wanted, as far as the limit."""
        kept: list[Message] = []
        every = self._beginnings
        while len(kept) < limit and span.first_id <= span.last_id:
            asked, most = every, limit - len(kept)
            ids: list[int] = []
            if len(every) > 1:
                # One word that is rare saves reading where a common one is.
                asked, most = (self._rarest[0],), PROBE
                ids = await self._hits(within, asked, span=span, limit=most)
                if len(ids) == most and within.first < within.last:
                    return kept + await self._apart(within, span, limit=limit - len(kept))
                if len(ids) == most:
                    self._rarest.rotate(-1)
                    asked, most = every, limit - len(kept)
            if asked is every:
                ids = await self._hits(within, every, span=span, limit=most)
            known = [message_id for message_id in ids if message_id not in self._changed]
            if known:
                listed = await search_index.messages(self._tx, self._chat.id, known)
                ordered = listed[::-1] if self._wanted.descending else listed
                kept += [message for message in ordered if self._fits(message)]
            if len(ids) < most:
                break
            end = ids[-1]
            span = span._replace(last_id=end - 1) if self._wanted.descending else span._replace(first_id=end + 1)
        return kept[:limit]

    async def _apart(self, within: Stretches, span: Span, *, limit: int) -> list[Message]:
        """The same, one stretch after the other: what is common in some may be rare in most of them."""
        kept: list[Message] = []
        numbers = range(within.first, within.last + 1)
        for number in reversed(numbers) if self._wanted.descending else numbers:
            if len(kept) < limit:
                alone = within._replace(first=number, last=number)
                kept += await self._within(alone, span, limit=limit - len(kept))
        return kept

    async def _hits(self, within: Stretches, beginnings: tuple[str, ...], *, span: Span, limit: int) -> list[int]:
        return await search_index.hits(
            self._tx, within, beginnings, span=span, descending=self._wanted.descending, limit=limit
        )

    def _fits(self, message: Message) -> bool:
        since, until = self._wanted.since, self._wanted.until
        return (
            not message.erased
            and (since is None or message.sent >= since)
            and (until is None or message.sent <= until)
            and words.has(searched(message.text), self._beginnings)
        )
