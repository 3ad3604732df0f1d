"""Reads the log for the hub: the next events, rendered once for everybody, and who of those connected is concerned."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.event import Event
from botyard.model.events import ABOUT_MESSAGES, EventRecord, MemberJoined, MemberLeft, MessageEdited, MessageErased
from botyard.model.mids import Position, mid
from botyard.model.portal_events import LiveEventAdded, LivePushAdded
from botyard.model.push import PushMessage
from botyard.push.memberships import Memberships, Wanted
from botyard.push.outgoing import Moment, Outgoing
from botyard.rpc.call import Context
from botyard.store import access, events, members, portal
from botyard.store.access import Caller
from botyard.store.engines.db import Tx
from botyard.store.members import Seat

log = logging.getLogger(__name__)

PAGE = 100
"""Events that are read at once."""
MOST_KEPT = 1000
"""Events that are kept rendered, for those who come back."""
MOST_NAMED = 200_000
"""Recipients that all of them together name: each may be told something of its own."""

Render = Callable[[RenderBatch, EventRecord, frozenset[int] | None], Awaitable[list[PushMessage]]]
"""Makes the messages of an event, for those of the people named who may be told; ``None`` is everybody."""


class Kept(NamedTuple):
    """An event as it was rendered for some people; ``weight`` is how many are named in it."""

    viewers: frozenset[int]
    outgoing: list[Outgoing]
    weight: int

    def is_about(self, message_ids: set[int]) -> bool:
        """Whether one of these messages is told in it."""
        return any(outgoing.message.since_message_id in message_ids for outgoing in self.outgoing)


class Rendering:
    """What one read has rendered, by event, and the messages that were changed or deleted meanwhile."""

    def __init__(self) -> None:
        self.made: dict[int, Kept] = {}
        self.changed: set[int] = set()


class EventPage(NamedTuple):
    """The next events as they are told, with what was read beside them."""

    rendered: list[tuple[Event, list[Outgoing], int]]
    wanted: list[Wanted]
    seats: list[Seat]
    revocations: int
    full: bool


class EventReader:
    """Reads and renders events; those that were rendered lately are kept."""

    def __init__(self, context: Context, render: Render) -> None:
        self._context = context
        self._render = render
        self._kept: dict[int, Kept] = {}
        self._weight = 0

    def forget(self) -> None:
        """What was rendered does not count any longer."""
        self._kept.clear()
        self._weight = 0

    async def newest(self) -> tuple[int, int]:
        """The end of the log, and the newest message there is."""

        async def work(tx: Tx) -> tuple[int, int]:
            return await events.newest(tx), await members.newest_message(tx)

        return await self._context.database.read(work)

    async def page(self, last: int, memberships: Memberships, *, limit: int = PAGE) -> EventPage:
        """The events after a number. What concerns nobody who is connected is not rendered."""

        async def work(tx: Tx) -> tuple[EventPage, Rendering]:
            rendering = Rendering()
            records = await events.after(tx, last, limit)
            wanted, seats = await self._seats(tx, memberships, [record.event.chat_id for record in records])
            taken, viewers = {seat.chat_id for seat in seats}, frozenset(memberships.connected)
            concerning: set[int] = set()
            for record in records:
                event = record.event
                if isinstance(event, MessageEdited | MessageErased):
                    rendering.changed.add(event.message_id)
                if isinstance(event, MemberJoined | MemberLeft) and event.user_id in viewers:
                    taken.add(event.chat_id)
                if event.chat_id == 0 or event.chat_id in taken or memberships.of(event.chat_id):
                    concerning.add(record.id)
            batch = RenderBatch(tx, self._context)
            if concerning:
                await batch.foresee([record for record in records if record.id in concerning], ABOUT_MESSAGES)
            rendered = [
                (
                    record.event,
                    await self._outgoing(batch, record, viewers, rendering) if record.id in concerning else [],
                    record.id,
                )
                for record in records
            ]
            # Last, so that whoever lost a key before one of these events is known to have lost it.
            page = EventPage(rendered, wanted, seats, await portal.revocations(tx), len(records) == limit)
            return page, rendering

        page, rendering = await self._context.database.read(work)
        self._keep(rendering)
        return page

    async def seats(self, memberships: Memberships, chat_ids: Iterable[int]) -> tuple[list[Wanted], list[Seat]]:
        """Who is where, as far as it is not known."""
        ids = list(chat_ids)
        if not memberships.wanted(chat_id for chat_id in ids if chat_id):
            return [], []
        return await self._context.database.read(lambda tx: self._seats(tx, memberships, ids))

    async def _seats(
        self, tx: Tx, memberships: Memberships, chat_ids: Iterable[int]
    ) -> tuple[list[Wanted], list[Seat]]:
        wanted = memberships.wanted(chat_id for chat_id in chat_ids if chat_id)
        seats = [seat for each in wanted for seat in await members.seats(tx, each.chats, each.users)]
        return wanted, seats

    async def missed(
        self, after: Position, upto: int, *, user_id: int, viewers: frozenset[int]
    ) -> tuple[list[tuple[Event, list[Outgoing]]], int]:
        """The next events that somebody may have missed, and the number up to which that was looked at."""

        async def work(tx: Tx) -> tuple[list[tuple[Event, list[Outgoing]]], int, Rendering]:
            rendering = Rendering()
            records = await events.after_for(tx, after.event_id - 1, upto, user_id=user_id, limit=PAGE)
            batch = RenderBatch(tx, self._context)
            looked = records[-1].id if len(records) == PAGE else upto
            rendered = [(record.event, await self._outgoing(batch, record, viewers, rendering)) for record in records]
            return rendered, looked, rendering

        rendered, looked, rendering = await self._context.database.read(work)
        self._keep(rendering)
        return rendered, looked

    async def first_kept(self) -> int:
        """The number from which on the log is whole."""
        return (await self._context.database.read(events.trim_position)).id

    async def callers(self, keys: Sequence[str]) -> dict[str, Caller]:
        """Who stands behind keys; those that have ended are left out."""
        return await self._context.database.read(lambda tx: access.by_keys(tx, keys))

    async def seats_of(self, user_id: int, chat_ids: Iterable[int]) -> dict[int, int]:
        """From which message on somebody sees chats, of those of these where they are."""
        ids = {chat_id for chat_id in chat_ids if chat_id}
        if not ids:
            return {}
        seats = await self._context.database.read(lambda tx: members.seats(tx, ids, [user_id]))
        return {seat.chat_id: seat.first_id for seat in seats}

    async def _outgoing(
        self, batch: RenderBatch, record: EventRecord, viewers: frozenset[int], rendering: Rendering
    ) -> list[Outgoing]:
        kept = self._kept.get(record.id)
        # What was rendered for fewer people names nobody else.
        if kept is not None and kept.viewers >= viewers and not kept.is_about(rendering.changed):
            return kept.outgoing
        event = record.event
        moment = Moment(record.created, self._context.clock.atom(record.created))
        app_id = event.app_id if isinstance(event, LiveEventAdded) else 0
        made = [
            Outgoing(message, mid(Position(record.id, index)), moment, app_id=app_id)
            for index, message in enumerate(await self._messages(batch, record, viewers))
        ]
        weight = len(viewers) + sum(len(outgoing.message.user_ids or ()) for outgoing in made)
        rendering.made[record.id] = Kept(viewers, made, weight)
        return made

    def _keep(self, rendering: Rendering) -> None:
        """Keep what was rendered, once the read is over: one that takes too long is undone, and run again in a thread.

        Whoever comes back is not told what a message said before it was changed, or deleted.
        """
        if rendering.changed:
            for event_id in [number for number, kept in self._kept.items() if kept.is_about(rendering.changed)]:
                self._drop(event_id)
        for event_id, kept in rendering.made.items():
            self._drop(event_id)
            self._kept[event_id] = kept
            self._weight += kept.weight
        while self._weight > MOST_NAMED or len(self._kept) > MOST_KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, event_id: int) -> None:
        kept = self._kept.pop(event_id, None)
        self._weight -= kept.weight if kept else 0

    async def _messages(self, batch: RenderBatch, record: EventRecord, viewers: frozenset[int]) -> list[PushMessage]:
        event = record.event
        if isinstance(event, LiveEventAdded):
            params = event.params if isinstance(event.params, dict) else _by_place(event.params)
            return [PushMessage(module_id=event.module, command=event.command, params=params, user_ids=event.user_ids)]
        if isinstance(event, LivePushAdded):
            params = {"title": event.title, "text": event.text, "avatar": event.avatar, "appId": event.app_id}
            return [PushMessage(module_id="pull", command="push", params=params, user_ids=event.user_ids)]
        try:
            return await self._render(batch, record, viewers)
        except Exception:
            if batch.tx.failure is not None:
                raise
            # The others are told what comes after it.
            log.exception("Event %s could not be told to those connected.", record.id)
            return []


def _by_place(values: list[Any]) -> dict[str, Any]:
    """A list as the object that clients can add to."""
    return {str(place): value for place, value in enumerate(values)}
