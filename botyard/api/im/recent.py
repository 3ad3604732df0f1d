"""im.recent.*: the list of the calling person's chats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from botyard.api.im import recent_items
from botyard.api.im.family import method
from botyard.api.im.recent_items import RecentItem
from botyard.chat.conversation import dialogs, recent
from botyard.errors import Reason, error
from botyard.model.chats import Participant
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store.recent import Only, RecentPage
from botyard.wire.param_types import Moment

OFFSET_MAX = 1_000_000
PAGE = 50
"""Chats of one page, unless LIMIT says otherwise."""

SkipLines = Annotated[bool, Meta(description="Whether chats of open lines are left out.")]
SkipChat = Annotated[bool, Meta(description="Whether group chats are left out.")]
SkipDialog = Annotated[bool, Meta(description="Whether private dialogs are left out.")]


class Get(Params, frozen=True, rename="upper"):
    skip_openlines: SkipLines = False
    skip_chat: SkipChat = False
    skip_dialog: SkipDialog = False
    last_update: Annotated[Moment, Meta(description="Only what has changed since this moment.")] = None
    only_openlines: Annotated[bool, Meta(description="Whether only chats of open lines are listed.")] = False
    last_sync_date: Annotated[
        Moment, Meta(description="Only what has changed since the list was last asked for, at most 7 days ago.")
    ] = None


class GetList(Params, frozen=True, rename="upper"):
    skip_openlines: SkipLines = False
    skip_dialog: SkipDialog = False
    skip_chat: SkipChat = False
    last_message_date: Annotated[
        Moment, Meta(description="Only chats whose last message is no later: that of the last one of the page before.")
    ] = None
    unread_only: Annotated[bool, Meta(description="Whether only chats with something unread are listed.")] = False
    parse_text: Annotated[
        bool, Meta(description="Accepted: texts have no BB codes, unless `GET_ORIGINAL_TEXT` is set.")
    ] = False
    get_original_text: Annotated[bool, Meta(description="Whether texts are as they were written.")] = False
    skip_undistributed_openlines: Annotated[
        bool, Meta(description="Whether chats of open lines that have no owner are left out.")
    ] = False
    only_copilot: Annotated[bool, Meta(description="Whether only chats with an assistant are listed.")] = False
    only_channel: Annotated[bool, Meta(description="Whether only channels are listed.")] = False
    can_manage_messages: Annotated[
        bool, Meta(description="Whether only chats are listed in which the caller's role may manage messages.")
    ] = False
    offset: int = 0
    limit: int = PAGE


class OneDialog(Params, frozen=True, rename="upper"):
    dialog_id: Annotated[str, Meta(examples=["chat2001"])] = ""


class Pin(OneDialog, frozen=True, rename="upper"):
    pin: Annotated[bool, Meta(description="Whether the chat is kept above the others.")] = True


class Mark(OneDialog, frozen=True, rename="upper"):
    action: Annotated[
        bool, Meta(description="Whether the chat is marked as unread; `N` takes the mark away and reads everything.")
    ] = True


class Copilot(msgspec.Struct, frozen=True, rename="camel"):
    """Of assistants, which are not here."""

    chats: None = None
    messages: None = None
    roles: dict[str, Any] = {}
    recommended_roles: list[str] = []


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """A page of the list; `hasMorePages` is `hasMore` once more."""

    items: list[RecentItem]
    has_more_pages: bool
    has_more: bool
    copilot: Copilot
    messages_auto_delete_configs: list[None]


# The switches of the two lists, by the names of their fields.
_ONLY: Mapping[str, Only] = {
    "skip_openlines": Only.NOT_LINES,
    "only_openlines": Only.LINES,
    "skip_chat": Only.PRIVATE_OR_LINES,
    "skip_dialog": Only.NOT_PRIVATE,
    "unread_only": Only.UNREAD,
    "skip_undistributed_openlines": Only.TAKEN_LINES,
    "only_copilot": Only.COPILOT,
    "only_channel": Only.CHANNELS,
    "can_manage_messages": Only.MANAGED_MESSAGES,
}


def _only(p: Get | GetList) -> list[Only]:
    return [condition for name, condition in _ONLY.items() if getattr(p, name, False)]


@method("im.recent.get")
async def get(call: Call, p: Get) -> list[RecentItem]:
    """List the caller's chats: the pinned ones, then those with the latest messages, 200 in all.

    Docs: api-reference/chats/im-recent-get.md
    """
    moments = [moment for moment in (p.last_update,) if isinstance(moment, int)]
    if isinstance(p.last_sync_date, int):
        moments.append(max(p.last_sync_date, call.tx.now - recent.SYNC_SECONDS))
    if moments:
        page = await recent.changed(call.tx, call.user_id, max(moments), only=_only(p))
    else:
        page = await recent.page(call.tx, call.user_id, RecentPage(0, recent.PAGE_MAX), only=_only(p))
    return await recent_items.items(call, page, original=False)


@method("im.recent.list")
async def list_(call: Call, p: GetList) -> ResultPage[Listed]:
    """List the caller's chats by pages of 50 or LIMIT (at most 200): pinned ones, then those with the latest messages.

    The next page is at OFFSET plus LIMIT, or from LAST_MESSAGE_DATE on, which lists no pinned ones again.

    Docs: api-reference/chats/im-recent-list.md
    """
    page = await recent.page(
        call.tx,
        call.user_id,
        RecentPage(
            offset=min(max(p.offset, 0), OFFSET_MAX),
            limit=min(p.limit, recent.PAGE_MAX) if p.limit > 0 else PAGE,
            upto=p.last_message_date if isinstance(p.last_message_date, int) else None,
        ),
        only=_only(p),
    )
    shown = await recent_items.items(call, page, original=p.get_original_text)
    return ResultPage(Listed(shown, page.more, page.more, Copilot(), []), -1)


@method(
    "im.recent.pin",
    mode=Mode.WRITE,
    errors={Reason.DIALOG_CLOSED: error("ACCESS_ERROR: You don't have permission to pin this chat")},
    raises=(dialogs.get, recent.pin),
)
async def pin(call: Call, p: Pin) -> bool:
    """Keep a chat above the others in the caller's list, or no longer.

    Docs: api-reference/chats/special-operations/im-recent-pin.md
    """
    who = await dialogs.get(call.tx, call.user_id, p.dialog_id, locked=True)
    await recent.pin(call.tx, who, on=p.pin)
    return True


@method("im.recent.hide", mode=Mode.WRITE, raises=(dialogs.parse,))
async def hide(call: Call, p: OneDialog) -> bool:
    """Take a chat out of the caller's list until there is a new message; `false` where the caller is not in it.

    Docs: api-reference/chats/special-operations/im-recent-hide.md
    """
    who = await _own(call, p.dialog_id)
    if who is not None:
        await recent.hide(call.tx, who)
    return who is not None


@method("im.recent.unread", mode=Mode.WRITE, raises=(dialogs.parse,))
async def unread(call: Call, p: Mark) -> bool:
    """Mark a chat as unread, or as read with ACTION `N`; `false` where the caller is not in it.

    Docs: api-reference/chats/special-operations/im-recent-unread.md
    """
    who = await _own(call, p.dialog_id)
    if who is not None:
        await recent.mark(call.tx, who, unread=p.action)
    return who is not None


async def _own(call: Call, dialog_id: str) -> Participant | None:
    """The caller in a chat, which is locked; ``None`` for who is no member."""
    who = await dialogs.find(call.tx, call.user_id, dialogs.parse(dialog_id), locked=True)
    return who if who is not None and who.member is not None else None
