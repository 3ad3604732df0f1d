"""im.notify.*: what is told to people outside of all chats, and what they do with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.im import notifications as sending
from botyard.api.im.family import method
from botyard.api.im.notifications import NotificationShape, Sending
from botyard.api.im.shapes import UserShape
from botyard.chat import notifications
from botyard.chat.notifications import PAGE, Cursor
from botyard.errors import ApiError, Reason, error
from botyard.model.notifications import REST, NotificationFilter
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import filter_values
from botyard.store import notifications as stored_notifications
from botyard.wire.coerce import Ids, read_ids
from botyard.wire.param_types import LATEST, Listed, Number

SEARCH_MIN, SEARCH_MAX = 3, 255
"""Characters of a text to be found: at least where nothing else is asked for, and at most what is looked at."""
_CONFIRMATIONS = 1
"""LAST_TYPE where confirmations may still come."""
_LAST_ID = error("LAST_ID_STRING: Last notification ID can't be string")


class Delete(Params, frozen=True, rename="upper"):
    """One of ID, TAG and SUB_TAG, the first of them that is there."""

    id: int = 0
    tag: str = ""
    sub_tag: str = ""
    client_id: str = ""


class Get(Params, frozen=True, rename="upper"):
    """LAST_ID and LAST_TYPE continue a page that came before."""

    last_id: Number | UnsetType = UNSET
    last_type: int | UnsetType = UNSET
    limit: int = PAGE
    convert_text: bool = False


class Read(Params, frozen=True, rename="upper"):
    id: int | None = None
    action: str = "Y"
    only_current: bool = False


class ReadList(Params, frozen=True, rename="upper"):
    ids: Listed = None
    action: str = "Y"


class Named(Params, frozen=True, rename="upper"):
    """A notification by NOTIFY_ID; ID is the name under which the official SDKs for PHP and Python send it."""

    notify_id: int = 0
    id: int = 0

    @property
    def number(self) -> int:
        return self.notify_id or self.id


class Answer(Named, frozen=True, rename="upper"):
    answer_text: str = ""


class Confirm(Named, frozen=True, rename="upper"):
    notify_value: str = ""


class Search(Params, frozen=True, rename="upper"):
    """Conditions of a search; each that is given has to be met."""

    search_text: str = ""
    search_type: str = ""
    search_types: list[str] = []
    search_date: str = ""
    search_date_from: str = ""
    search_date_to: str = ""
    search_authors: Ids = []
    last_id: Number = 0
    limit: int = PAGE
    convert_text: bool = False
    group_tag: str = ""


class NotificationPage(msgspec.Struct, frozen=True):
    """Notifications and their authors; without any notification nothing is counted."""

    notifications: list[NotificationShape]
    users: list[UserShape]
    total_count: int | UnsetType = UNSET
    total_unread_count: int | UnsetType = UNSET
    chat_id: int | UnsetType = UNSET


class SearchPage(msgspec.Struct, frozen=True):
    """Notifications that were found, and their authors; the first page says how many there are."""

    chat_id: int
    notifications: list[NotificationShape]
    users: list[UserShape]
    total_results: int | UnsetType = UNSET


class Reply(msgspec.Struct, frozen=True):
    """What is said to who answers; `false` where there was nothing to answer."""

    result_message: list[str] | bool


class ReadAll(msgspec.Struct, frozen=True, rename="camel"):
    result: bool
    new_counter: int


class EventSchema(msgspec.Struct, frozen=True, rename="upper"):
    id: str
    name: str


class ModuleSchema(msgspec.Struct, frozen=True, rename="upper"):
    """A module, and the notifications that it sends."""

    name: str
    module_id: str
    events: list[EventSchema] = msgspec.field(name="LIST")


@method("im.notify.personal.add", access=Access.INTEGRATION, mode=Mode.WRITE, raises=(sending.send,))
async def personal_add(call: Call, p: Sending) -> int | bool:
    """Notify a person in the caller's name, as `im.notify` does; returns the notification's id.

    Docs: api-reference/chats/notifications/im-notify-personal-add.md
    """
    return await sending.send(call, p, personal=True)


@method("im.notify.system.add", access=Access.INTEGRATION, mode=Mode.WRITE, raises=(sending.send,))
async def system_add(call: Call, p: Sending) -> int | bool:
    """Notify a person in the name of the system, as `im.notify` does; returns the notification's id.

    Docs: api-reference/chats/notifications/im-notify-system-add.md
    """
    return await sending.send(call, p, personal=False)


@method(
    "im.notify.delete",
    mode=Mode.WRITE,
    raises=(Reason.NOTIFICATION_UNNAMED, Reason.CLIENT_UNNAMED),
)
async def delete(call: Call, p: Delete) -> bool:
    """Delete one of the caller's notifications by ID, or what the application has sent to anybody by TAG or SUB_TAG.

    Returns whether there was one.

    Docs: api-reference/chats/notifications/im-notify-delete.md
    """
    if p.id > 0:
        return await notifications.delete(call.tx, call.user_id, p.id)
    if call.identity.auth is Auth.SESSION or not (p.tag or p.sub_tag):
        raise ApiError(Reason.NOTIFICATION_UNNAMED)
    if call.identity.auth is Auth.WEBHOOK and not p.client_id:
        raise ApiError(Reason.CLIENT_UNNAMED)
    prefix = await sending.tag_prefix(call, p.client_id)
    tag, sub_tag = (notifications.fitting_tag(prefix + tag) if tag else "" for tag in (p.tag, p.sub_tag))
    return await notifications.delete_tagged(call.tx, call.user_id, tag=tag, sub_tag=sub_tag)


@method(
    "im.notify.get",
    errors={Reason.LAST_ID_STRING: _LAST_ID},
    raises=(Reason.CURSOR_INCOMPLETE, Reason.LAST_ID_STRING),
)
async def get(call: Call, p: Get) -> NotificationPage:
    """The caller's notifications: those to be confirmed, then the others, newest first; 50 or LIMIT.

    Docs: api-reference/chats/notifications/im-notify-get.md
    """
    if (p.last_id is UNSET) != (p.last_type is UNSET):
        raise ApiError(Reason.CURSOR_INCOMPLETE)
    if p.last_id is None:
        raise ApiError(Reason.LAST_ID_STRING)
    cursor = None if p.last_id is UNSET else Cursor(p.last_id, p.last_type == _CONFIRMATIONS)
    box = await notifications.box(call.tx, call.user_id, cursor=cursor, limit=_size(p.limit))
    page, people = await sending.shown(call, box.chat_id, box.page, as_html=p.convert_text)
    if not box.counts.total:
        return NotificationPage(page, people)
    return NotificationPage(page, people, box.counts.total, box.counts.unread, box.chat_id)


def _size(limit: int) -> int:
    return min(limit, PAGE) if limit > 0 else PAGE


@method("im.notify.read", mode=Mode.WRITE)
async def read(call: Call, p: Read) -> bool:
    """Mark the caller's notifications from ID on as read, or with ACTION `N` as unread; with ONLY_CURRENT that one.

    Without ID nothing changes.

    Docs: api-reference/chats/notifications/im-notify-read.md
    """
    if p.id is None or p.id < 0:
        return True
    if p.only_current:
        await notifications.mark(call.tx, call.user_id, [p.id], unread=_unread(p.action))
    else:
        await notifications.mark_from(call.tx, call.user_id, p.id, unread=_unread(p.action))
    return True


def _unread(action: str) -> bool:
    return action.strip().upper() != "Y"


@method("im.notify.read.list", mode=Mode.WRITE, raises=(Reason.NOTIFICATION_IDS,))
async def read_list(call: Call, p: ReadList) -> bool:
    """Mark some of the caller's notifications as read, or with ACTION `N` as unread, up to the first that is no id.

    Docs: api-reference/chats/notifications/im-notify-read-list.md
    """
    if p.ids is None:
        raise ApiError(Reason.NOTIFICATION_IDS)
    ids: list[int] = []
    for item in p.ids:
        listed = read_ids([item])
        if not listed:
            break
        ids += listed
    await notifications.mark(call.tx, call.user_id, ids, unread=_unread(p.action))
    return True


@method("im.notify.read.all", mode=Mode.WRITE)
async def read_all(call: Call, p: NoParams) -> ReadAll:
    """Mark all notifications of the caller as read.

    Docs: api-reference/chats/notifications/im-notify-read-all.md
    """
    await notifications.mark_from(call.tx, call.user_id, 0, unread=False)
    return ReadAll(True, (await stored_notifications.count(call.tx, call.user_id)).unread)


@method("im.notify.answer", mode=Mode.WRITE, raises=(Reason.NOTIFICATION_EMPTY, Reason.ANSWER_EMPTY))
async def answer(call: Call, p: Answer) -> Reply:
    """Answer a notification that somebody sent: the author gets the text in the private dialog with the caller.

    Docs: api-reference/chats/notifications/im-notify-answer.md
    """
    if p.number <= 0:
        raise ApiError(Reason.NOTIFICATION_EMPTY)
    text = p.answer_text.strip()
    if not text:
        raise ApiError(Reason.ANSWER_EMPTY)
    return _reply(await notifications.answer(call.tx, call.user_id, p.number, text=text))


@method("im.notify.confirm", mode=Mode.WRITE, raises=(Reason.NOTIFICATION_EMPTY, Reason.BUTTON_EMPTY))
async def confirm(call: Call, p: Confirm) -> Reply:
    """Press a button of a notification that asks for a confirmation; it is deleted by that.

    Docs: api-reference/chats/notifications/im-notify-confirm.md
    """
    if p.number <= 0:
        raise ApiError(Reason.NOTIFICATION_EMPTY)
    if not p.notify_value:
        raise ApiError(Reason.BUTTON_EMPTY)
    return _reply(await notifications.confirm(call.tx, call.user_id, p.number, value=p.notify_value))


def _reply(text: str | None) -> Reply:
    return Reply(False if text is None else [text])


@method(
    "im.notify.history.search",
    errors={Reason.LAST_ID_STRING: _LAST_ID},
    raises=(Reason.SEARCH_TOO_SHORT, Reason.LAST_ID_STRING),
)
async def history_search(call: Call, p: Search) -> SearchPage:
    """Search the caller's notifications, newest first, by text, kind, day or time, authors and group tag.

    Without another condition the text needs three characters.

    Docs: api-reference/chats/notifications/im-notify-history-search.md
    """
    wanted = await _filter(call, p)
    others = wanted.types or wanted.authors or wanted.since is not None or wanted.until is not None
    if len(wanted.text) < SEARCH_MIN and not others:
        raise ApiError(Reason.SEARCH_TOO_SHORT)
    if p.last_id is None:
        raise ApiError(Reason.LAST_ID_STRING)
    tx, user_id = call.tx, call.user_id
    chat_id = await stored_notifications.chat_of(tx, user_id)
    page = await stored_notifications.search(tx, user_id, wanted, before=p.last_id, limit=_size(p.limit))
    shown, people = await sending.shown(call, chat_id, page, as_html=p.convert_text)
    if p.last_id:
        return SearchPage(chat_id, shown, people)
    return SearchPage(chat_id, shown, people, await stored_notifications.count_found(tx, user_id, wanted))


async def _filter(call: Call, p: Search) -> NotificationFilter:
    since, until = _span(p, ZoneInfo(call.context.clock.zone_name))
    group = p.group_tag.strip()
    owned = call.identity.client_id or call.identity.auth is Auth.WEBHOOK
    return NotificationFilter(
        text=p.search_text.strip()[:SEARCH_MAX],
        types=[word.strip() for word in (*p.search_types, p.search_type) if word.strip()],
        authors=p.search_authors or [],
        since=since,
        until=until,
        # As it is shown, or as the application gave it.
        sub_tags=[group, *([await sending.tag_prefix(call, "") + group] if owned else [])] if group else [],
    )


def _span(p: Search, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """The moments between which is searched: the day of SEARCH_DATE, or the two of a range with their ends.

    A date that cannot be read is none.
    """
    day = filter_values.moment(p.search_date, zone)
    if day is not None:
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return int(midnight.timestamp()), _later(midnight, days=1)
    first, last = (filter_values.moment(text, zone) for text in (p.search_date_from, p.search_date_to))
    if first is None or last is None:
        return None, None
    whole_day = ":" not in p.search_date_to
    return int(first.timestamp()), _later(last, days=1) if whole_day else _later(last, seconds=1)


def _later(moment: datetime, *, days: int = 0, seconds: int = 0) -> int:
    """A moment after another one, by the calendar."""
    try:
        return int((moment + timedelta(days=days, seconds=seconds)).timestamp())
    except OverflowError:
        return LATEST


@method("im.notify.schema.get", mode=Mode.NONE)
async def schema_get(call: Call, p: NoParams) -> dict[str, ModuleSchema]:
    """Which notifications there are, by the module that sends them.

    Docs: api-reference/chats/notifications/im-notify-schema-get.md
    """
    module, event = REST
    events = [EventSchema(f"{module}|{event}", "What an application or a webhook tells")]
    return {module: ModuleSchema("Applications", module, events)}
