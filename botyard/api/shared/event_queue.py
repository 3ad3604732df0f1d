"""Queues of events, handed out page by page: what `imbot.v2.Event.get` and `im.v2.Event.get` have in common."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import EventPayload
from botyard.api.shared.offsets import Offsets, marks
from botyard.model.events import EventRecord
from botyard.model.recipients import Recipient
from botyard.rpc.call import Call
from botyard.store import event_queues
from botyard.store.engines.db import Tx, Unavailable

LIMIT_MAX = 1000
PAGE_BYTES = 4 * 1024 * 1024
"""How large a page may become: what is left over is for the next one."""
WAIT_MAX = 30
"""Seconds that a caller may wait for an event to come."""
HOUR = 3600

Recheck = Callable[[Tx], Awaitable[object]]
Renderer = Callable[[RenderBatch, EventRecord], Awaitable[EventPayload | None]]


class EventQueue(NamedTuple):
    """A recipient whose events are wanted, and what renders them."""

    recipient: Recipient
    render: Renderer


class FetchRequest(NamedTuple):
    """A page as it is asked for: `offset` confirms what was handed out until it was given (0: nothing)."""

    offset: int
    limit: int
    wait: float


class EventShape(msgspec.Struct, frozen=True, rename="camel"):
    """An event; `eventId` is its place in the one sequence that all queues share."""

    event_id: int
    type: str
    date: str
    data: dict[str, Any]


class EventPage(msgspec.Struct, frozen=True, rename="camel"):
    """Events in order. `nextOffset` is the `offset` of the next call, also when there are none."""

    events: list[EventShape]
    next_offset: int
    has_more: bool


class _Entry(NamedTuple):
    queue: EventQueue
    number: int
    mark: int
    what: EventRecord


class _Look(NamedTuple):
    """Whether something lies ready; if not, the offset of the empty page, and whether it is noted that it was given.

    A caller who comes for nothing, over and over, writes nothing.
    """

    ready: bool
    following: int
    noted: bool


def fetch_request(offset: int, limit: int, wait: float) -> FetchRequest:
    """Bring what was asked for into its bounds."""
    return FetchRequest(max(0, offset), max(1, min(limit, LIMIT_MAX)), max(0.0, min(wait, WAIT_MAX)))


def kept_since(call: Call) -> int:
    """The moment since which events are kept for those who fetch them."""
    return int(call.context.clock.settled()) - call.context.settings.event_hours * HOUR


async def fetch(call: Call, queues: Sequence[EventQueue], asked: FetchRequest, recheck: Recheck) -> EventPage:
    """Confirm, and hand out the next page; with ``wait``, let the caller wait until there is something.

    Nothing waits inside a transaction, and the caller counts as waiting before the queues are looked at. Whoever has
    waited is let in again by ``recheck``, which raises what ends the call, before the queues are looked at again.
    """
    context, loop = call.context, asyncio.get_running_loop()
    deadline = loop.time() + asked.wait
    since = kept_since(call)
    recipients = [queue.recipient for queue in queues]
    await _note_visit(call, recipients)
    waited = False

    async def look_again(tx: Tx) -> _Look:
        if waited:
            await recheck(tx)
        return await _look(tx, recipients, since)

    async def hand_out(tx: Tx) -> EventPage:
        if waited:
            await recheck(tx)
        return await _hand_out(tx, call, queues, asked, since)

    with context.long_poll.waiter(context.database, recipients, since) as waiter:
        while True:
            look = await context.database.read(look_again)
            left = deadline - loop.time()
            over = left <= 0 or waiter is None or waiter.over
            page = EventPage([], look.following, False)
            if look.ready or (over and not look.noted):
                page = await context.database.write(hand_out)
            if page.events or (over and not page.has_more):
                return page
            if waiter is not None and not page.has_more:
                with context.limits.aside():
                    await waiter.wait(left)
                waited = True
                if waiter.gone:
                    # Nobody is there to read what would be handed out, or it is of another time.
                    return page


async def _note_visit(call: Call, recipients: Sequence[str]) -> None:
    """Note now and then that these come, for whoever asks why they hear nothing."""
    unnoted = call.context.long_poll.unnoted(recipients, call.now)
    if unnoted:
        # Of use to others only: what cannot be written now is no reason to refuse the call.
        with contextlib.suppress(Unavailable):
            await call.context.database.write(lambda tx: event_queues.note_visit(tx, unnoted))


async def _look(tx: Tx, recipients: Sequence[str], since: int) -> _Look:
    if await event_queues.any_ready(tx, recipients, since):
        return _Look(True, 0, False)
    offsets = Offsets(recipients, await event_queues.cursors(tx, Offsets(recipients, {}).names))
    following = offsets.after(0)
    return _Look(False, following, not offsets.moved(following))


async def _hand_out(tx: Tx, call: Call, queues: Sequence[EventQueue], asked: FetchRequest, since: int) -> EventPage:
    """Confirm what the offset proves, and hand out the next page. Callers at once take turns, by the lock."""
    offsets = await _locked(tx, [queue.recipient for queue in queues])
    for name in offsets.proven(asked.offset):
        await event_queues.confirm(tx, name, offset=asked.offset, since=since)
    for name in offsets.unproven(asked.offset):
        await event_queues.clear_mark(tx, name)
    entries = [entry for queue in queues for entry in await _ready(tx, queue, since, asked.limit + 1)]
    # In the order of the marks that they have, or get now.
    entries.sort(key=lambda entry: (entry.mark == 0, entry.mark or entry.number))
    rendered = await _rendered(RenderBatch(tx, call.context), call, entries[: asked.limit])
    shown, rest = entries[: len(rendered)], entries[len(rendered) :]
    made = marks((entry.number for entry in shown if not entry.mark), await _above(tx, offsets, asked.offset))
    last = max((made.get(entry.number, entry.mark) for entry in shown), default=0)
    # Two queues that were fetched apart may hold the same mark; the offset of this page must not prove the other one.
    made |= {entry.number: 0 for entry in rest if entry.mark == last}
    following = last if rest else offsets.after(last)
    events = [rendered[entry.number] for entry in sorted(shown, key=lambda entry: entry.number)]
    await event_queues.set_marks(tx, made)
    await event_queues.discard(tx, [number for number, event in rendered.items() if not event])
    for name, cursor in offsets.moved(following).items():
        await event_queues.move_cursor(tx, name, cursor)
    return EventPage([event for event in events if event], following, bool(rest))


async def _locked(tx: Tx, recipients: Sequence[str]) -> Offsets:
    names = Offsets(recipients, {}).names
    known = await event_queues.cursors(tx, names, lock=True)
    if len(known) < len(names):
        for name in sorted(names):
            await event_queues.add_cursor(tx, name)
        known = await event_queues.cursors(tx, names, lock=True)
    return Offsets(recipients, known)


async def _ready(tx: Tx, queue: EventQueue, since: int, limit: int) -> list[_Entry]:
    ready = await event_queues.ready(tx, queue.recipient, since=since, limit=limit)
    return [_Entry(queue, queued.number, queued.mark, queued.what) for queued in ready]


async def _above(tx: Tx, offsets: Offsets, offset: int) -> int:
    """What new marks must be higher than: all that was given, and what the caller brings, unless it is nonsense."""
    if offset <= offsets.highest:
        return offsets.highest
    return offset if offset <= await event_queues.newest(tx) + 1 else offsets.highest


async def _rendered(batch: RenderBatch, call: Call, entries: list[_Entry]) -> dict[int, EventShape | None]:
    """Events by number, as many as a page has room for, and one at least: a long one may not stop a queue."""
    await batch.foresee([entry.what for entry in entries])
    rendered: dict[int, EventShape | None] = {}
    size = 0
    for entry in entries:
        event = await _event(batch, call, entry)
        size += len(msgspec.json.encode(event)) if event else 0
        if rendered and size > PAGE_BYTES:
            break
        rendered[entry.number] = event
    return rendered


async def _event(batch: RenderBatch, call: Call, entry: _Entry) -> EventShape | None:
    event_payload = await entry.queue.render(batch, entry.what)
    if event_payload is None:
        return None
    return EventShape(entry.number, event_payload.event, call.atom(entry.what.created), event_payload.data)
