"""`event.*`: handlers of events, and the queue of those that wait to be fetched."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.api.shared.offline_filter import ordering, tests
from botyard.api.shared.owners import owner, registering
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.model.bindings import OfflineEvent
from botyard.portal import bindings, event_names
from botyard.portal.event_names import OFFLINE, known
from botyard.portal.url_validation import valid_url
from botyard.rpc import hints
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params, ResultPage
from botyard.store import offline_events
from botyard.store.offline_events import PAGE, OfflineQueue
from botyard.wire.coerce import Address, Identifier
from botyard.wire.param_types import FilterConditions, Number, SortOrder

LIMIT = 50
LIMIT_MAX = 1000
TIMEOUT_MAX = 86_400
CONNECTOR_MAX = 255


class Options(Params, frozen=True, rename="camel"):
    """`minTimeout`: seconds between two ONOFFLINEEVENT."""

    min_timeout: int = 1


class Bind(Params, frozen=True):
    """`event_type` is online or offline; `auth_type` names a user, else it is whoever causes the event."""

    event: str = ""
    handler: Address = ""
    auth_type: int = 0
    event_type: str = "online"
    auth_connector: Identifier = ""
    options: Options = Options()


@method(
    "event.bind",
    access=Access.APP,
    mode=Mode.WRITE,
    scopes=(),
    raises=(bindings.bind, ErrorCode.APP_CONTEXT, Reason.EVENT_NOT_FOUND, Reason.BIND_OFFLINE, Reason.BIND_AUTH_TYPE),
)
async def bind(call: Call, p: Bind) -> bool:
    """Bind a handler to an event, or have the event wait in a queue.

    Binding the same handler again changes nothing. The address is not called to see whether it responds.

    Docs: api-reference/events/event-bind.md
    """
    event, offline = known(p.event), _offline(p.event_type)
    if not event or (offline and event not in OFFLINE):
        raise ApiError(Reason.EVENT_NOT_FOUND, hint=_no_event(p.event))
    if offline and not call.identity.admin:
        raise ApiError(Reason.BIND_OFFLINE)
    user_id = _in_the_name_of(call, p.auth_type, Reason.BIND_AUTH_TYPE)
    handler = p.handler.strip()
    if not offline and not valid_url(handler):
        raise ApiError(Reason.ARGUMENT, reason="The handler must be an absolute http or https address")
    new = bindings.online_binding(
        owner(call, ""), event, handler=handler, user_id=user_id, now=call.now, registrant=registering(call)
    )
    new = bindings.offline_binding(new, p.auth_connector[:CONNECTOR_MAX]) if offline else new
    timeout = max(0, min(p.options.min_timeout, TIMEOUT_MAX))
    await bindings.bind(call.tx, msgspec.structs.replace(new, min_timeout=timeout))
    return True


class Unbind(Params, frozen=True):
    """What is left out matches every handler; `auth_type` 0 or empty those without a user."""

    event: str = ""
    handler: str = ""
    auth_type: Number | UnsetType = UNSET
    event_type: str = "online"


class Count(msgspec.Struct, frozen=True):
    count: int


@method(
    "event.unbind",
    access=Access.APP,
    mode=Mode.WRITE,
    scopes=(),
    raises=(ErrorCode.APP_CONTEXT, Reason.BIND_OFFLINE, Reason.BIND_AUTH_TYPE),
    errors={
        Reason.BIND_OFFLINE: error(
            "ACCESS_DENIED: Access denied! Offline events unbinding requires administrator access rights", 403
        ),
        Reason.BIND_AUTH_TYPE: error(
            "ACCESS_DENIED: Access denied! Event unbinding with AUTH_TYPE requires administrator access rights", 403
        ),
    },
)
async def unbind(call: Call, p: Unbind) -> Count:
    """Remove handlers, and say how many. People who are no administrators remove their own.

    Docs: api-reference/events/event-unbind.md
    """
    offline = _offline(p.event_type)
    if offline and not call.identity.admin:
        raise ApiError(Reason.BIND_OFFLINE)
    wanted = None if p.auth_type is UNSET else p.auth_type or 0
    user_id = _in_the_name_of(call, wanted or 0, Reason.BIND_AUTH_TYPE)
    one_user = wanted is not None or not call.identity.admin
    event, handler = known(p.event), p.handler.strip()
    chosen = [
        binding
        for binding in await bindings.of_owner(call.tx, owner(call, ""))
        if binding.offline == offline
        and (not p.event.strip() or binding.event == event)
        and (offline or not handler or binding.handler == handler)
        and (not one_user or binding.user_id == user_id)
    ]
    return Count(await bindings.unbind(call.tx, chosen))


class Handler(msgspec.Struct, frozen=True):
    """A bound handler; `auth_type` is the id of a user as text, `offline` 0 or 1."""

    event: str
    handler: str
    auth_type: str
    offline: int


@method("event.get", access=Access.APP, scopes=(), raises=(ErrorCode.APP_CONTEXT,))
async def get(call: Call, p: NoParams) -> list[Handler]:
    """List the application's handlers. People who are no administrators see their own.

    Docs: api-reference/events/event-get.md
    """
    return [
        Handler(binding.event, binding.handler, str(binding.user_id), int(binding.offline))
        for binding in await bindings.of_owner(call.tx, owner(call, ""))
        if call.identity.admin or binding.user_id == call.user_id
    ]


class OfflineGet(Params, frozen=True):
    filter: FilterConditions = {}
    order: SortOrder = ""
    limit: int = LIMIT
    clear: bool = True
    process_id: str = ""
    auth_connector: Identifier = ""
    error: bool = False


class Record(msgspec.Struct, frozen=True, rename="upper"):
    """What has changed: EVENT_DATA names the thing."""

    id: str
    timestamp_x: str
    event_name: str
    event_data: dict[str, Any]
    event_additional: bool
    message_id: str


class EventBatch(msgspec.Struct, frozen=True):
    """Fetched records. `process_id` is null where they were deleted at once."""

    process_id: str | None
    events: list[Record]


@method(
    "event.offline.get",
    access=Access.APP,
    mode=Mode.WRITE,
    scopes=(),
    raises=(ErrorCode.APP_CONTEXT, Reason.QUEUE_CLOSED),
)
async def offline_get(call: Call, p: OfflineGet) -> EventBatch:
    """Take the first records out of the queue; with `clear` = 0 they are only reserved, under a process id.

    Calls at the same time never get the same records. What is reserved is confirmed with
    `event.offline.clear`, or goes after 30 days.

    Docs: api-reference/events/event-offline-get.md
    """
    queue = _queue(call, p.auth_connector)
    limit = max(1, min(p.limit, LIMIT_MAX))
    await offline_events.forget(call.tx, int(call.context.clock.settled()) - bindings.KEPT, LIMIT_MAX)
    events = await offline_events.first(
        call.tx,
        queue,
        tests(call, p.filter),
        order=ordering(p.order, "TIMESTAMP_X"),
        limit=limit,
        process_id=p.process_id,
        errors=p.error,
    )
    ids = [offline_event.id for offline_event in events]
    if p.clear:
        await offline_events.delete(call.tx, ids)
        return EventBatch(None, [_record(call, offline_event) for offline_event in events])
    process_id = p.process_id or secrets.token_hex(16)
    await offline_events.take(call.tx, ids, process_id)
    return EventBatch(process_id, [_record(call, offline_event) for offline_event in events])


class OfflineList(Params, frozen=True):
    filter: FilterConditions = {}
    order: SortOrder = ""
    start: int = 0
    auth_connector: Identifier = ""


class Listed(Record, frozen=True, rename="upper"):
    process_id: str
    error: str


@method("event.offline.list", access=Access.APP, scopes=(), raises=(ErrorCode.APP_CONTEXT, Reason.QUEUE_CLOSED))
async def offline_list(call: Call, p: OfflineList) -> ResultPage[list[Listed]]:
    """List the queue without changing it, 50 records at a time. With `start` = -1 nothing is counted.

    Docs: api-reference/events/event-offline-list.md
    """
    queue, chosen, offset = _queue(call, p.auth_connector), tests(call, p.filter), max(0, p.start)
    events = await offline_events.page(call.tx, queue, chosen, order=ordering(p.order, "ID"), limit=PAGE, offset=offset)
    items = [
        Listed(
            **msgspec.structs.asdict(_record(call, offline_event)),
            process_id=offline_event.process_id,
            error=str(int(offline_event.error)),
        )
        for offline_event in events
    ]
    if p.start < 0:
        return ResultPage(items)
    total = await offline_events.count(call.tx, queue, chosen)
    return ResultPage(items, total, offset + PAGE if offset + PAGE < total else None)


class OfflineClear(Params, frozen=True):
    """`id` or `message_id` name a part of what the process has reserved."""

    process_id: str = ""
    id: list[int] | None = None
    message_id: list[int] | None = None


@method(
    "event.offline.clear",
    access=Access.APP,
    mode=Mode.WRITE,
    scopes=(),
    raises=(ErrorCode.APP_CONTEXT, Reason.QUEUE_CLOSED),
)
async def offline_clear(call: Call, p: OfflineClear) -> bool:
    """Delete what a process has reserved, or a part of it.

    Docs: api-reference/events/event-offline-clear.md
    """
    await offline_events.delete(call.tx, await _taken(call, p.process_id, p.id or p.message_id))
    return True


class OfflineError(Params, frozen=True):
    process_id: str = ""
    message_id: list[int] | None = None


@method(
    "event.offline.error",
    access=Access.APP,
    mode=Mode.WRITE,
    scopes=(),
    raises=(ErrorCode.APP_CONTEXT, Reason.QUEUE_CLOSED),
)
async def offline_error(call: Call, p: OfflineError) -> bool:
    """Mark what a process could not deal with; `event.offline.get` gives it again when asked for errors.

    Docs: api-reference/events/event-offline-error.md
    """
    await offline_events.mark(call.tx, await _taken(call, p.process_id, p.message_id))
    return True


def _no_event(name: str) -> str:
    nearest = hints.nearest(name, event_names.NAMES)
    return f"no event {name[:60]!r}" + (f"; nearest: {', '.join(nearest)}" if nearest else "")


def _offline(event_type: str) -> bool:
    return event_type.strip().lower() == "offline"


def _in_the_name_of(call: Call, auth_type: int, denied: Reason) -> int:
    """Administrators may name anybody, others only themselves."""
    if call.identity.admin:
        return max(0, auth_type)
    if auth_type not in (0, call.user_id):
        raise ApiError(denied)
    return call.user_id


def _queue(call: Call, connector: str) -> OfflineQueue:
    if not call.identity.admin:
        raise ApiError(Reason.QUEUE_CLOSED)
    return OfflineQueue(owner(call, ""), connector[:CONNECTOR_MAX])


async def _taken(call: Call, process_id: str, part: list[int] | None) -> list[int]:
    """The records that a process of this application has reserved, as far as they are asked for."""
    if not call.identity.admin:
        raise ApiError(Reason.QUEUE_CLOSED)
    events = await offline_events.taken(call.tx, owner(call, ""), process_id)
    return events if part is None else [id_ for id_ in events if id_ in set(part)]


def _record(call: Call, event: OfflineEvent) -> Record:
    return Record(str(event.id), call.atom(event.changed), event.event, event.data, False, str(event.id))
