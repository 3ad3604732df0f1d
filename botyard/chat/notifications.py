"""Notifications: what applications tell people outside of all chats, and what people do with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from botyard.chat.content.texts import clipped
from botyard.chat.conversation import dialogs, messages
from botyard.errors import ApiError
from botyard.events import outbox
from botyard.model.lengths import WORDS_MAX
from botyard.model.messages import Draft
from botyard.model.notifications import Notification, NotificationCount, NotificationDraft, NotificationKind
from botyard.model.personal_events import (
    NotificationAdded,
    NotificationConfirmed,
    NotificationsDeleted,
    NotificationsRead,
)
from botyard.store import notifications, reach
from botyard.store.engines.db import Tx

PAGE = 50
"""Notifications of a page, at most."""
QUOTED = 300
"""Characters of a notification that are quoted above the answer to it."""
ANSWERED = "Your response has been successfully sent."


class Cursor(NamedTuple):
    """Where a page goes on: after this notification, and whether confirmations may still come."""

    last_id: int
    confirmations: bool


class NotificationBox(NamedTuple):
    """A page of what a person is told, newest first with confirmations at the top, and how much there is."""

    chat_id: int
    counts: NotificationCount
    page: list[Notification]


async def send(tx: Tx, actor_id: int, draft: NotificationDraft) -> int | None:
    """Notify a person and return the notification's id; ``None`` where there is nobody to be notified.

    That is so for bots, for who is not active, and for those of whom the actor may not know. Among the notifications
    of the person a tag is unique: the one that had it goes.
    """
    recipients = await reach.known(tx, actor_id, [draft.user_id])
    if not recipients or recipients[0].bot or not recipients[0].active:
        return None
    await notifications.lock_chat(tx, draft.user_id)
    notification_id = await notifications.add(tx, _fitting(draft))
    event = NotificationAdded(actor_id=actor_id, user_id=draft.user_id, notification_id=notification_id)
    await outbox.publish(tx, event)
    return notification_id


def fitting_tag(tag: str) -> str:
    """A tag as it is stored."""
    return tag[:WORDS_MAX]


def _fitting(draft: NotificationDraft) -> NotificationDraft:
    return msgspec.structs.replace(
        draft,
        text=clipped(draft.text),
        text_out=clipped(draft.text_out),
        title=draft.title[:WORDS_MAX],
        tag=fitting_tag(draft.tag),
        sub_tag=fitting_tag(draft.sub_tag),
    )


async def box(tx: Tx, user_id: int, *, cursor: Cursor | None, limit: int) -> NotificationBox:
    """A page of a person's notifications: first those to be confirmed, then the others."""
    counts = await notifications.count(tx, user_id)
    if not counts.total:
        return NotificationBox(0, counts, [])
    chat_id = await notifications.chat_of(tx, user_id)
    return NotificationBox(chat_id, counts, await _page(tx, user_id, cursor=cursor, limit=limit))


async def _page(tx: Tx, user_id: int, *, cursor: Cursor | None, limit: int) -> list[Notification]:
    before = cursor.last_id if cursor else 0
    confirmations: list[Notification] = []
    if cursor is None or cursor.confirmations:
        last = await notifications.find(tx, user_id, before) if before else None
        # The page before may have ended among the others, whatever it began with.
        if last is None or last.kind == NotificationKind.CONFIRM:
            confirmations = await notifications.confirmations(tx, user_id, before=before, limit=limit)
            before = 0
    room = limit - len(confirmations)
    if not room:
        return confirmations
    return confirmations + await notifications.regular(tx, user_id, before=before, limit=room)


async def mark(tx: Tx, user_id: int, ids: Iterable[int], *, unread: bool) -> None:
    """Mark some of a person's notifications as read or unread; those of others are passed over."""
    wanted = list(ids)
    changed = await notifications.mark(tx, user_id, wanted, unread=unread) if wanted else []
    if changed:
        event = NotificationsRead(actor_id=user_id, user_id=user_id, ids=tuple(changed), unread=unread)
        await outbox.publish(tx, event)


async def mark_from(tx: Tx, user_id: int, first_id: int, *, unread: bool) -> None:
    """Mark a person's notifications from one on as read or unread."""
    if await notifications.mark_from(tx, user_id, first_id, unread=unread):
        event = NotificationsRead(actor_id=user_id, user_id=user_id, first_id=first_id, unread=unread)
        await outbox.publish(tx, event)


async def delete(tx: Tx, user_id: int, notification_id: int) -> bool:
    """Delete one of a person's notifications; whether there was one."""
    deleted = await notifications.delete(tx, user_id, notification_id)
    if deleted:
        await outbox.publish(tx, NotificationsDeleted(actor_id=user_id, deleted={user_id: [notification_id]}))
    return deleted


async def delete_tagged(tx: Tx, actor_id: int, *, tag: str = "", sub_tag: str = "") -> bool:
    """Delete what has a tag, or a further tag, whoever has it; whether there was any."""
    deleted = await notifications.delete_tagged(tx, tag=tag, sub_tag=sub_tag)
    if deleted:
        await outbox.publish(tx, NotificationsDeleted(actor_id=actor_id, deleted=deleted))
    return bool(deleted)


async def answer(tx: Tx, user_id: int, notification_id: int, *, text: str) -> str | None:
    """Answer a notification that somebody sent: the author gets the text in the private dialog, below a quotation.

    Returns what is said to who answers; ``None`` where nobody can be answered.
    """
    notification = await notifications.find(tx, user_id, notification_id)
    if notification is None or notification.kind != NotificationKind.PERSONAL or notification.author_id == user_id:
        return None
    quotation = "\n".join(f">>{line}" for line in notification.text[:QUOTED].splitlines())
    try:
        who = await dialogs.open_(tx, user_id, str(notification.author_id))
        await messages.send(tx, who, Draft(text=f"{quotation}\n{text}"))
    except ApiError:
        return None
    await mark(tx, user_id, [notification_id], unread=False)
    return ANSWERED


async def confirm(tx: Tx, user_id: int, notification_id: int, *, value: str) -> str | None:
    """Press a button of a notification, which is done with by that.

    Returns what is said to who presses it; ``None`` where there is no such button.
    """
    notification = await notifications.find(tx, user_id, notification_id)
    if notification is None:
        return None
    button = next((button for button in notification.buttons if button.value == value), None)
    if button is None:
        return None
    await notifications.delete(tx, user_id, notification_id)
    reply = button.reply or button.title
    event = NotificationConfirmed(
        actor_id=user_id, user_id=user_id, notification_id=notification_id, value=value, reply=reply
    )
    await outbox.publish(tx, event)
    return reply
