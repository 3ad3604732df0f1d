"""Queues of events, handed out page by page: what `imbot.v2.Event.get` and `im.v2.Event.get` have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from botyard.api.post import Told
from botyard.model.events import Happening, happening
from botyard.rpc.call import Call
from botyard.store import event_queues
from botyard.store.db import Tx

LIMIT_MAX = 1000
WAIT_MAX = 30
"""Seconds that a caller may wait for an event to come."""
HOUR = 3600

Words = Callable[[Tx, Happening], Awaitable[Told | None]]


class Queue(NamedTuple):
    """A recipient whose events are wanted, and who puts them into words."""

    recipient: str
    words: Words


class Ask(NamedTuple):
    """A page as it is asked for: ``offset`` confirms what came before it (0: nothing)."""

    offset: int
    limit: int
    wait: float


class EventShape(msgspec.Struct, frozen=True, rename="camel"):
    """An event; ``eventId`` is its place in the one sequence that all queues share."""

    event_id: int
    type: str
    date: str
    data: dict[str, Any]


class Page(msgspec.Struct, frozen=True, rename="camel"):
    """Events in order. ``nextOffset`` is the ``offset`` of the next call, also when there are none."""

    events: list[EventShape]
    next_offset: int
    has_more: bool


class _Row(NamedTuple):
    number: int
    queue: Queue
    what: Happening


class _Look(NamedTuple):
    """What lies in the queues: what is told, what there is nothing to say of, and the confirmations to be written.

    ``skips`` says for which recipients the offset leaps ahead of what they were told.
    """

    page: Page
    told: list[int]
    silent: list[int]
    confirms: bool
    skips: dict[str, bool]


def ask(offset: int, limit: int, wait: float) -> Ask:
    """Bring what was asked for into its bounds."""
    return Ask(max(0, offset), max(1, min(limit, LIMIT_MAX)), max(0.0, min(wait, WAIT_MAX)))


def kept_since(call: Call) -> int:
    """The moment since which events are kept for those who fetch them."""
    return call.now - call.context.settings.event_hours * HOUR


async def fetch(call: Call, queues: Sequence[Queue], asked: Ask) -> Page:
    """Confirm, and hand out the next page; with ``wait``, let the caller wait until there is something.

    Nothing waits inside a transaction, and the caller's seat is taken before the queues are looked at.
    """
    context, loop = call.context, asyncio.get_running_loop()
    deadline = loop.time() + asked.wait
    since = kept_since(call)
    with context.lobby.seat(context.database, [queue.recipient for queue in queues], since) as seat:
        while True:
            page = await _next(call, queues, asked, since)
            left = deadline - loop.time()
            if page.events or (left <= 0 and not page.has_more) or seat is None:
                return page
            if not page.has_more:
                with context.limits.aside():
                    await seat.wait(left)


async def _next(call: Call, queues: Sequence[Queue], asked: Ask, since: int) -> Page:
    """The next page. Where there is nothing to hand out and nothing to confirm, nothing is written."""
    database = call.context.database
    look = await database.read(lambda tx: _look(tx, call, queues, asked, since))

    async def settle(tx: Tx) -> None:
        for recipient, skip in look.skips.items():
            await event_queues.confirm(tx, recipient, before=asked.offset, skip=skip, now=call.now)
            await event_queues.move_cursor(tx, recipient, look.page.next_offset, call.now)
        await event_queues.tell(tx, look.told)
        await event_queues.pass_over(tx, look.silent, call.now)

    if look.told or look.silent or look.confirms:
        await database.write(settle)
    return look.page


async def _look(tx: Tx, call: Call, queues: Sequence[Queue], asked: Ask, since: int) -> _Look:
    # An offset of what has not happened yet cannot have come from here: it confirms only what was handed out.
    offset = asked.offset if asked.offset <= await event_queues.newest(tx) + 1 else 0
    given, confirms = max(1, offset), False
    skips: dict[str, bool] = {}
    rows: list[_Row] = []
    for queue in queues:
        name, cursor = queue.recipient, await event_queues.cursor(tx, queue.recipient)
        skip = skips[name] = offset > cursor
        confirms = confirms or await event_queues.confirmable(tx, name, before=asked.offset, skip=skip)
        found = await event_queues.ready(tx, name, before=asked.offset, skip=skip, since=since, limit=asked.limit + 1)
        rows += [_Row(number, queue, happening(*rest)) for number, *rest in found]
        given = max(given, cursor)
    rows.sort(key=lambda row: row.number)
    shown = rows[: asked.limit]
    events = [await _event(tx, call, row) for row in shown]
    more = len(rows) > len(shown)
    # An offset that was given before may lie behind events that this page leaves for the next one.
    following = shown[-1].number + 1 if more else max([given, *(row.number + 1 for row in shown)])
    page = Page([event for event in events if event], following, more)
    told = [row.number for row, event in zip(shown, events, strict=True) if event]
    silent = [row.number for row, event in zip(shown, events, strict=True) if not event]
    return _Look(page, told, silent, confirms, skips)


async def _event(tx: Tx, call: Call, row: _Row) -> EventShape | None:
    told = await row.queue.words(tx, row.what)
    if told is None:
        return None
    return EventShape(row.number, told.event, call.atom(row.what.created), told.data)
