"""`botyard.audit.*`: what happened to keys, people, applications and settings, and who did it."""

from __future__ import annotations

import msgspec

from botyard.api.botyard.family import method
from botyard.chat.diagnostics import delivery_search
from botyard.errors import ApiError, Reason
from botyard.model.audit import AuditEntry, AuditEvent
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import NoParams, Params
from botyard.store import audit
from botyard.store.audit import AuditFilter
from botyard.store.ordering import NEVER
from botyard.wire.param_types import Moment

LIMIT_MAX = 500


class Listed(Params, frozen=True, rename="upper"):
    """FROM and TO are Unix seconds or ISO 8601, TO itself left out. BEFORE is the NEXT of the page before."""

    event: str = ""
    user_id: int = 0
    subject: str = ""
    from_: Moment = msgspec.field(name="FROM", default=None)
    to: Moment = None
    before: int = 0
    limit: int = 50


class EntryShape(msgspec.Struct, frozen=True, rename="upper"):
    """An entry. USER_ID is who did it, 0 where nobody is known; APP_ID through which application, KEY by which key.

    VIA is rest, page, command or server. SUBJECT is whom or what it happened to, such as `user:5` or `webhook:3`.
    """

    id: int
    happened: str
    event: str
    subject: str
    user_id: int
    app_id: int | None
    key: str
    address: str
    via: str
    details: dict[str, str | int | None]


class EventShape(msgspec.Struct, frozen=True, rename="upper"):
    """A kind of entry, and what it means."""

    event: str
    meaning: str


class ListAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """Newest first. NEXT is the BEFORE of the next page; 0: there is no more."""

    entries: list[EntryShape]
    next: int


@method("botyard.audit.list", access=Access.ADMIN, raises=(Reason.ARGUMENT,))
async def list_(call: Call, p: Listed) -> ListAnswer:
    """List entries of the audit log, newest first: all, or those of an event, a person, a subject or a time."""
    if p.event and p.event not in set(AuditEvent):
        raise ApiError(Reason.ARGUMENT, reason=f"EVENT is one of {', '.join(AuditEvent)}")
    limit = max(1, min(p.limit, LIMIT_MAX))
    wanted = AuditFilter(
        p.event,
        p.user_id,
        p.subject,
        delivery_search.moment(p.from_, 0),
        delivery_search.moment(p.to, NEVER),
        max(p.before, 0),
        limit,
    )
    entries = await audit.page(call.tx, wanted)
    return ListAnswer([_shape(call, entry) for entry in entries], entries[-1].id if len(entries) == limit else 0)


@method("botyard.audit.events", access=Access.ADMIN)
async def events(call: Call, p: NoParams) -> list[EventShape]:
    """List what the audit log records."""
    return [EventShape(event.value, event.about) for event in AuditEvent]


def _shape(call: Call, entry: AuditEntry) -> EntryShape:
    return EntryShape(
        entry.id,
        call.atom(entry.happened),
        entry.event,
        entry.subject,
        entry.user_id,
        entry.app_id,
        entry.access_key,
        entry.address,
        entry.via,
        msgspec.json.decode(entry.details, type=dict[str, str | int | None]),
    )
