"""The list of a person's chats: what is in it, in which order, and what of it is unread."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Protocol

import msgspec

from botyard.chat.conversation import reading
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Kind, Participant, counterpart
from botyard.model.personal_events import ChatHidden, ChatMarked, ChatPinned
from botyard.store import chats, recent
from botyard.store.engines.db import T, Tx, Work
from botyard.store.recent import Only, Place, RecentChat, RecentPage

AT_ONCE = 20
"""Chats that are read in one transaction."""
PAGE_MAX = 200
"""Chats of one page at most."""
SYNC_SECONDS = 7 * 86_400
"""How far back changes of the list are told."""


class RecentList(msgspec.Struct, frozen=True):
    """A part of a list, each chat with its place, and whether there is more of it."""

    chats: Sequence[tuple[Place, RecentChat]]
    more: bool


async def page(tx: Tx, user_id: int, wanted: RecentPage, *, only: Iterable[Only] = ()) -> RecentList:
    """A page of somebody's chats: the pinned ones, then those with the latest messages.

    Chats without messages are not listed, and hidden ones not before the next message.
    """
    places = await recent.page(tx, user_id, wanted._replace(limit=wanted.limit + 1), only=only)
    return RecentList(await _shown(tx, user_id, places[: wanted.limit]), len(places) > wanted.limit)


async def changed(tx: Tx, user_id: int, since: int, *, only: Iterable[Only] = ()) -> RecentList:
    """The chats with new messages since a moment, and those that the person has read, pinned or marked since then."""
    places = await recent.changed_since(tx, user_id, since, limit=PAGE_MAX + 1, only=only)
    return RecentList(await _shown(tx, user_id, places[:PAGE_MAX]), len(places) > PAGE_MAX)


async def _shown(tx: Tx, user_id: int, places: list[Place]) -> list[tuple[Place, RecentChat]]:
    if not places:
        return []
    entries = await recent.chats(tx, user_id, [place.chat_id for place in places])
    return [(place, entries[place.chat_id]) for place in places if place.chat_id in entries]


@raises(Reason.DIALOG_CLOSED)
async def pin(tx: Tx, who: Participant, *, on: bool) -> None:
    """Keep a chat above the others in the list of a member, or no longer. Raises DIALOG_CLOSED for who is no member."""
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED, hint="who only reads a chat has no place in it")
    await recent.set_pinned(tx, who.chat.id, who.actor_id, pinned=on)
    await outbox.publish(tx, ChatPinned(actor_id=who.actor_id, chat_id=who.chat.id, on=on), who)


async def hide(tx: Tx, who: Participant) -> None:
    """Take a chat out of the list of a member until there is a new message; it is not pinned any more."""
    await recent.hide(tx, who.chat.id, who.actor_id, last_id=who.chat.last_message_id)
    await outbox.publish(tx, ChatHidden(actor_id=who.actor_id, chat_id=who.chat.id), who)


async def mark(tx: Tx, who: Participant, *, unread: bool) -> None:
    """Mark a chat as unread for a member, whatever they have read of it; or take the mark away and read everything."""
    if unread:
        await recent.mark(tx, who.chat.id, who.actor_id)
        await outbox.publish(tx, ChatMarked(actor_id=who.actor_id, chat_id=who.chat.id, on=True), who)
    else:
        await reading.read(tx, who, 0)


class Write(Protocol):
    """Runs a piece of work as one transaction of whoever reads."""

    def __call__(self, work: Work[T], /) -> Awaitable[T]: ...


async def read_all(write: Write, user_id: int) -> None:
    """Read everything in all chats, some of them in each of several transactions, so that nobody waits for it."""
    done = -1
    while done:
        after = max(done, 0)
        done = await write(lambda tx, after=after: _read_some(tx, user_id, after))  # type: ignore[misc]  # Bound now.


async def _read_some(tx: Tx, user_id: int, after: int) -> int:
    """Read everything in the next unread chats behind one. Returns the last of them, 0 where none is left."""
    chat_ids = await recent.unread_after(tx, user_id, after, limit=AT_ONCE)
    for chat_id in chat_ids:
        who = await chats.find(tx, chat_id, user_id, locked=True)
        if who is not None and who.member is not None:
            await reading.read(tx, who, 0)
    return chat_ids[-1] if chat_ids else 0


class Counters(msgspec.Struct, frozen=True):
    """How much is unread: private dialogs by the other person, all else by chat. ``muted`` ones are in no other list.

    ``marked`` ones were marked as unread by hand.
    """

    chats: dict[int, int]
    lines: dict[int, int]
    dialogs: dict[int, int]
    muted: dict[int, int]
    marked_chats: list[int]
    marked_dialogs: list[int]


async def counters(tx: Tx, user_id: int) -> Counters:
    """Everything that somebody has not read, by chat."""
    counted = Counters({}, {}, {}, {}, [], [])
    for entry in sorted(await recent.unread(tx, user_id)):
        private = entry.kind == Kind.PRIVATE
        key = counterpart(entry.pair, user_id) if private else entry.chat_id
        if entry.marked:
            (counted.marked_dialogs if private else counted.marked_chats).append(key)
        if entry.counter <= 0:
            continue
        if entry.muted:
            counted.muted[entry.chat_id] = entry.counter
        else:
            (counted.dialogs if private else counted.lines if entry.lines else counted.chats)[key] = entry.counter
    return counted
