"""What people do to their own view of chats, and what they alone are told. A row of ``PERSONAL_EVENTS`` says how."""

from __future__ import annotations

from collections.abc import Mapping

from botyard.model.event import Audience, Event, EventSpec, TellsConnected


class ChatPinned(Event, frozen=True, kw_only=True):
    """A member keeps a chat above the others in the list, or (``on`` false) no longer."""

    on: bool


class ChatHidden(Event, frozen=True, kw_only=True):
    """A member took a chat out of the list, until there is a new message."""


class ChatMuted(Event, frozen=True, kw_only=True):
    """A member switched the notifications of a chat off, or (``on`` false) on again."""

    on: bool


class ChatMarked(Event, frozen=True, kw_only=True):
    """A member marked a chat as unread by hand, or (``on`` false) looked into it, though nothing in it was unread."""

    on: bool


class ChatUnread(Event, frozen=True, kw_only=True):
    """A member sees a message and all after it as unread; what was before it is read up to ``last_id``."""

    message_id: int
    last_id: int


class NotificationAdded(Event, frozen=True, kw_only=True):
    """A person was notified."""

    user_id: int
    notification_id: int


class NotificationsRead(Event, frozen=True, kw_only=True):
    """A person marked notifications as read or ``unread``: those of ``ids``; without any, all from ``first_id`` on."""

    user_id: int
    ids: tuple[int, ...] = ()
    first_id: int = 0
    unread: bool = False


class NotificationConfirmed(Event, frozen=True, kw_only=True):
    """A person pressed a button of a notification, which is gone by that."""

    user_id: int
    notification_id: int
    value: str
    reply: str


class NotificationsDeleted(Event, frozen=True, kw_only=True):
    """Notifications were deleted; ``deleted`` says which, by the person who had them."""

    deleted: dict[int, list[int]]


# In the order of the official pages.
PERSONAL_EVENTS: Mapping[type[Event], EventSpec] = {
    ChatPinned: EventSpec(
        "A chat was pinned in somebody's list, or no longer",
        lambda on: ChatPinned(actor_id=on.person, chat_id=on.chat, on=True),
        push=TellsConnected(("chatPin",), Audience.ACTOR),
    ),
    ChatHidden: EventSpec(
        "A chat was hidden in somebody's list",
        lambda on: ChatHidden(actor_id=on.person, chat_id=on.chat),
        push=TellsConnected(("chatHide",), Audience.ACTOR),
    ),
    ChatMuted: EventSpec(
        "Somebody switched the notifications of a chat off, or on again",
        lambda on: ChatMuted(actor_id=on.person, chat_id=on.chat, on=True),
        push=TellsConnected(("chatMuteNotify",), Audience.ACTOR),
    ),
    ChatMarked: EventSpec(
        "Somebody marked a chat as unread, or took the mark away",
        lambda on: ChatMarked(actor_id=on.person, chat_id=on.chat, on=True),
        push=TellsConnected(("chatUnread",), Audience.ACTOR),
    ),
    ChatUnread: EventSpec(
        "Somebody sees a message, and all after it, as unread again",
        lambda on: ChatUnread(actor_id=on.person, chat_id=on.chat, message_id=on.reply, last_id=on.message),
        push=TellsConnected(
            ("unreadMessage", "unreadMessageChat", "unreadMessageOpponent", "unreadMessageChatOpponent"),
            Audience.PRESENT,
            variants=(lambda on: {"chat_id": on.dialog, "message_id": on.private, "last_id": 0},),
        ),
    ),
    NotificationAdded: EventSpec(
        "Somebody was notified",
        lambda on: NotificationAdded(actor_id=on.other, user_id=on.person, notification_id=on.notification),
        push=TellsConnected(("notifyAdd",), Audience.NAMED),
    ),
    NotificationsRead: EventSpec(
        "Somebody marked notifications as read or unread",
        lambda on: NotificationsRead(actor_id=on.person, user_id=on.person, ids=(on.notification,)),
        push=TellsConnected(("notifyRead", "notifyUnread"), Audience.NAMED, variants=(lambda on: {"unread": True},)),
    ),
    NotificationConfirmed: EventSpec(
        "Somebody pressed a button of a notification",
        lambda on: NotificationConfirmed(
            actor_id=on.person, user_id=on.person, notification_id=on.notification, value="Y", reply="Thank you!"
        ),
        push=TellsConnected(("notifyConfirm",), Audience.NAMED),
    ),
    NotificationsDeleted: EventSpec(
        "Notifications were deleted",
        lambda on: NotificationsDeleted(actor_id=on.person, deleted={on.person: [on.notification]}),
        push=TellsConnected(("notifyDelete",), Audience.NAMED),
    ),
}
