"""im.dialog.*: conversations of the calling person."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.im.family import method
from botyard.api.im.found_messages import FoundAnswer, found_answer
from botyard.api.im.shapes import HistoryAnswer, UserShape, history_answer, user
from botyard.api.shapes.dialog import Dialog, dialog, placed
from botyard.chat.conversation import dialogs, messages, reading, recent, search, typing
from botyard.chat.conversation import members as participants
from botyard.chat.conversation.overview import overview
from botyard.chat.conversation.search import Wanted
from botyard.chat.rules import with_path
from botyard.errors import ApiError, Reason, error
from botyard.model.people import UserKind
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params, ResultPage
from botyard.store import users
from botyard.store.engines.db import T, Work
from botyard.store.members import MemberPage
from botyard.wire.param_types import Moment, Number, SortOrder

USERS_MAX = 200
"""People of one page at most."""
OFFSET_MAX = 10_000_000
SEARCHED = 50
"""Messages that a search lists, unless LIMIT says otherwise."""
DAY = 86_400
# Those who are of no portal: the samples call them system users.
_EXTERNAL = (UserKind.BOT, UserKind.EMAIL)


class Get(Params, frozen=True, rename="upper"):
    """DIALOG_ID: `N` for a person, `chatN` for a chat, `sgN` for a workgroup's chat."""

    dialog_id: str = ""


class MessagesGet(Params, frozen=True, rename="upper"):
    """LAST_ID loads older messages, FIRST_ID newer ones."""

    dialog_id: str = ""
    last_id: Number = 0
    first_id: Number = 0
    limit: int = 20


class MessagesSearch(Params, frozen=True, rename="upper"):
    chat_id: int = 0
    search_message: Annotated[
        str, Meta(description="Words, or their beginnings, that a message must have.", examples=["welcome"])
    ] = ""
    date_from: Annotated[Moment, Meta(description="Only messages from this moment on.")] = None
    date_to: Annotated[Moment, Meta(description="Only messages up to this moment.")] = None
    date: Annotated[Moment, Meta(description="Only messages of the 24 hours from this moment on.")] = None
    order: Annotated[SortOrder, Meta(description='`{"ID": "ASC"}` for the oldest first.')] = ""
    limit: int = 50
    last_id: Annotated[
        Number, Meta(description="Only messages behind this one in the order: the last one of the page before.")
    ] = 0


class Read(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    message_id: int = 0


class UnreadFrom(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    message_id: Annotated[int, Meta(description="The first message that is to be unread.")] = 0


class UsersList(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    skip_external: Annotated[
        bool, Meta(description="Whether bots and people who only have an address of e-mail are left out.")
    ] = False
    skip_external_except_types: Annotated[
        str, Meta(description="Which of these are listed all the same: `bot`, `email`, or both with a comma.")
    ] = ""
    limit: int = 50
    last_id: Annotated[int, Meta(description="Only people with higher ids: the last one of the page before.")] = 0
    offset: int = 0


class ReadAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Where the read mark stands now."""

    dialog_id: str
    chat_id: int
    last_id: int
    counter: int


@method("im.dialog.get", raises=(placed,))
async def get(call: Call, p: Get) -> Dialog:
    """Tell everything about a chat, as the calling person sees it.

    Docs: api-reference/chats/im-dialog-get.md
    """
    who = await placed(call, p.dialog_id)
    shown = dialog(call, await overview(call.tx, who), p.dialog_id)
    # This page names the way back for every chat, the page of the bots' method for chats of an entity only.
    return msgspec.structs.replace(shown, restrictions=with_path(shown.restrictions))


@method(
    "im.dialog.messages.get",
    raises=(placed, Reason.FIRST_ID_STRING, Reason.LAST_ID_STRING),
)
async def messages_get(call: Call, p: MessagesGet) -> HistoryAnswer:
    """The history of a chat, newest first: 20 messages or LIMIT (at most 50), with their authors.

    Docs: api-reference/chats/messages/im-dialog-messages-get.md
    """
    if p.first_id is None:
        raise ApiError(Reason.FIRST_ID_STRING)
    if p.last_id is None:
        raise ApiError(Reason.LAST_ID_STRING)
    who = await placed(call, p.dialog_id)
    history = await messages.history(call.tx, who, older_than=p.last_id, newer_than=p.first_id, limit=p.limit)
    return await history_answer(call, who, history)


@method(
    "im.dialog.messages.search",
    errors={
        Reason.CHAT_EMPTY: error("CHAT_ID_EMPTY: CHAT_ID can't be empty"),
        Reason.CHAT_CLOSED: error("ACCESS_ERROR: You do not have access to this chat", 403),
    },
    raises=(search.get_chat,),
)
async def messages_search(call: Call, p: MessagesSearch) -> FoundAnswer:
    """Find messages of a chat: 50 or LIMIT (at most 200), the newest first unless ORDER has `{"ID": "ASC"}`.

    Each word of SEARCH_MESSAGE must begin a word of the message, whatever the case and the accents; with fewer than 3
    characters it is ignored. The next page lies behind LAST_ID.

    Docs: api-reference/chats/messages/im-dialog-messages-search.md
    """
    who = await search.get_chat(call.tx, call.user_id, p.chat_id)
    return await found_answer(call, who, await search.messages_of(call.tx, who, _wanted(p)))


def _wanted(p: MessagesSearch) -> Wanted:
    since = [moment for moment in (p.date_from, p.date) if isinstance(moment, int)]
    until = [p.date_to] if isinstance(p.date_to, int) else []
    if isinstance(p.date, int):
        until.append(p.date + DAY - 1)
    way = p.order if isinstance(p.order, str) else {name.upper(): way for name, way in p.order.items()}.get("ID", "")
    return Wanted(
        phrase=p.search_message,
        since=max(since, default=None),
        until=min(until, default=None),
        last_id=max(p.last_id or 0, 0),
        descending=not way.strip().upper().startswith("ASC"),
        limit=min(p.limit, search.FOUND_MAX) if p.limit > 0 else SEARCHED,
    )


@method("im.dialog.read", mode=Mode.WRITE, raises=(dialogs.parse,))
async def read(call: Call, p: Read) -> ReadAnswer | bool:
    """Mark a chat as read up to MESSAGE_ID, or wholly; `false` where the caller is not a member.

    Docs: api-reference/chats/messages/im-dialog-read.md
    """
    who = await dialogs.find(call.tx, call.user_id, dialogs.parse(p.dialog_id), locked=True)
    if who is None and not call.identity.guest and dialogs.own(call.user_id, p.dialog_id):
        who = await dialogs.open_own(call.tx, call.user_id)
    if who is None:
        return False
    moved = await reading.read(call.tx, who, max(0, p.message_id))
    if moved.member is None:
        return False
    left = await reading.unread(call.tx, moved)
    return ReadAnswer(p.dialog_id, who.chat.id, moved.member.read_id, left.counter)


@method("im.dialog.read.all", mode=Mode.OWN)
async def read_all(call: Call, p: NoParams) -> bool:
    """Mark all of the caller's chats as read.

    Docs: api-reference/chats/special-operations/im-dialog-read-all.md
    """

    def write(work: Work[T]) -> Awaitable[T]:
        return call.context.database.write(lambda tx: work(call.within(tx).tx))

    await recent.read_all(write, call.user_id)
    return True


@method(
    "im.dialog.unread",
    mode=Mode.WRITE,
    errors={Reason.MESSAGE_ID_WRONG: error("MESSAGE_ID_ERROR: First unread message id can't be empty")},
    raises=(Reason.MESSAGE_ID_WRONG, dialogs.parse),
)
async def unread(call: Call, p: UnreadFrom) -> bool:
    """Mark a message and all after it as unread; `false` where the caller cannot see it in this dialog.

    Docs: api-reference/chats/messages/im-dialog-unread.md
    """
    dialog = dialogs.parse(p.dialog_id)
    if p.message_id <= 0:
        raise ApiError(Reason.MESSAGE_ID_WRONG)
    who = await dialogs.find(call.tx, call.user_id, dialog, locked=True)
    return who is not None and await reading.unread_from(call.tx, who, p.message_id)


@method("im.dialog.users.list", raises=(placed,))
async def users_list(call: Call, p: UsersList) -> ResultPage[list[UserShape]]:
    """List the people and bots in a dialog in the order of their ids, 50 or LIMIT (at most 200) at a time.

    Docs: api-reference/chats/chat-users/im-dialog-users-list.md
    """
    who = await placed(call, p.dialog_id)
    kept = {word.strip().lower() for word in p.skip_external_except_types.split(",")}
    without = frozenset(kind for kind in _EXTERNAL if p.skip_external and kind.value not in kept)
    limit = min(p.limit, USERS_MAX) if p.limit > 0 else 50
    page = MemberPage(max(p.last_id, 0), min(max(p.offset, 0), OFFSET_MAX), limit + 1, without)
    ids, total = await participants.page(call.tx, who.chat, page)
    shown = ids[:limit]
    places = await users.departments_of(call.tx, shown)
    people = [user(call.context, person, places.get(person.id, [])) for person in await users.find_many(call.tx, shown)]
    return ResultPage(people, total, page.offset + limit if len(ids) > limit else None)


@method(
    "im.dialog.writing",
    mode=Mode.WRITE,
    errors={
        Reason.DIALOG_CLOSED: error("ACCESS_ERROR: Action unavailable"),
        Reason.USER_MISSING: error("ACCESS_ERROR: Action unavailable"),
    },
    raises=(dialogs.open_,),
)
async def writing(call: Call, p: Get) -> bool:
    """Show the others of a chat that the caller is writing; a private dialog is opened by it.

    Docs: api-reference/chats/messages/im-dialog-writing.md
    """
    await typing.start(call.tx, await dialogs.open_(call.tx, call.user_id, p.dialog_id))
    return True
