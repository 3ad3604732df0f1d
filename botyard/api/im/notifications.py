"""What `im.notify.*` share: parameters of what is sent, who owns its tags, and the JSON of what is received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.im import shapes
from botyard.api.im.shapes import UserShape
from botyard.api.shared import owners
from botyard.api.shared.message_content import IM, carried
from botyard.chat import notifications
from botyard.chat.content.html import html
from botyard.errors import ApiError, Reason, raises
from botyard.model import owners as owner_names
from botyard.model.notifications import Notification, NotificationDraft, NotificationKind
from botyard.rpc.call import Call, Context
from botyard.rpc.method import Params
from botyard.store import reach
from botyard.wire.param_types import RawAttach

_HASH = 32
"""Characters of the keyed hash of a webhook's CLIENT_ID that stand in its tags."""


class Sending(Params, frozen=True, rename="upper"):
    """TAG is unique among the notifications of the recipient that the application has sent."""

    user_id: int = 0
    message: str = ""
    message_out: str = ""
    tag: str = ""
    sub_tag: str = ""
    attach: RawAttach = UNSET
    client_id: str = ""


class NotificationShape(msgspec.Struct, frozen=True, gc=False):
    """A notification; `params` is null where there are none, and only what asks for a confirmation has buttons."""

    id: int
    chat_id: int
    author_id: int
    date: str
    notify_type: int
    notify_module: str
    notify_event: str
    notify_tag: str
    notify_sub_tag: str
    notify_title: str
    setting_name: str
    text: str
    notify_read: str
    params: dict[str, Any] | None
    notify_buttons: str | UnsetType = UNSET


@raises(Reason.USER_EMPTY, Reason.MESSAGE_EMPTY, carried)
async def send(call: Call, p: Sending, *, personal: bool) -> int | bool:
    """Notify a person in the caller's name or the system's; the id, or ``False`` where there is nobody to notify."""
    if p.user_id <= 0:
        raise ApiError(Reason.USER_EMPTY)
    text = p.message.strip()
    if not text:
        raise ApiError(Reason.MESSAGE_EMPTY, hint="MESSAGE is missing; an attachment does not stand in for it")
    params = carried(p.attach, UNSET, UNSET, bot_id=0, limits=IM).params()
    prefix = await tag_prefix(call, p.client_id) if p.tag or p.sub_tag else ""
    draft = NotificationDraft(
        user_id=p.user_id,
        text=text,
        author_id=call.user_id if personal else 0,
        kind=NotificationKind.PERSONAL if personal else NotificationKind.SYSTEM,
        tag=prefix + p.tag if p.tag else "",
        sub_tag=prefix + p.sub_tag if p.sub_tag else "",
        text_out=p.message_out.strip(),
        params=params,
    )
    return await notifications.send(call.tx, call.user_id, draft) or False


async def tag_prefix(call: Call, client_id: str) -> str:
    """What the tags of the caller's application begin with; those of a webhook without CLIENT_ID are its own."""
    owner = await owners.known_owner(call, client_id)
    if not owner:
        # As tags are stored: a webhook was hook:3 everywhere once.
        return f"MP|{call.identity.source.removeprefix('web')}|"
    return f"MP|{owner_names.client_id(owner) or owner[:_HASH]}|"


async def shown(
    call: Call, chat_id: int, page: Sequence[Notification], *, as_html: bool
) -> tuple[list[NotificationShape], list[UserShape]]:
    """A page of notifications, and those of their authors of whom the caller may know."""
    authors = {notification.author_id for notification in page if notification.author_id}
    known = [user.id for user in await reach.known(call.tx, call.user_id, authors)]
    people = await shapes.staff(call, known)
    listed = [shape(call.context, chat_id, notification, as_html=as_html) for notification in page]
    return listed, list(people.values())


def shape(context: Context, chat_id: int, notification: Notification, *, as_html: bool) -> NotificationShape:
    """A notification as its owner sees it."""
    return NotificationShape(
        notification.id,
        chat_id,
        notification.author_id,
        context.clock.atom(notification.sent),
        notification.kind,
        notification.module,
        notification.event,
        notification.tag,
        notification.sub_tag,
        notification.title,
        f"{notification.module}|{notification.event}",
        html(notification.text) if as_html else notification.text,
        "N" if notification.unread else "Y",
        notification.params or None,
        _keyboard(notification) if notification.buttons else UNSET,
    )


def _keyboard(notification: Notification) -> str:
    buttons = [
        {
            "TYPE": "BUTTON",
            "TEXT": button.title,
            "VALUE": button.value,
            "COMMAND": "notifyConfirm",
            "COMMAND_PARAMS": f"{notification.id}|{button.value}",
        }
        for button in notification.buttons
    ]
    return msgspec.json.encode(buttons).decode()
