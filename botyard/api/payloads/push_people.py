"""Commands of people and bots, and of notifications, which only their owner is told of."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.im import notifications as shown_notifications
from botyard.api.im.notifications import NotificationShape
from botyard.api.im.shapes import UserShape
from botyard.api.payloads.push_context import Command, PushContext, Renderer
from botyard.chat.conversation.colors import color_for
from botyard.model.bot_events import BotChanged, BotRegistered, ChatAppChanged, CommandChanged
from botyard.model.bots import Bot
from botyard.model.event import Event
from botyard.model.events import BotRemoved
from botyard.model.personal_events import (
    NotificationAdded,
    NotificationConfirmed,
    NotificationsDeleted,
    NotificationsRead,
)
from botyard.model.portal_events import StatusChanged, UserAdded, UserChanged
from botyard.store import bot_commands, chat_apps, notifications, reach


class Person(msgspec.Struct, frozen=True, rename="camel"):
    user: UserShape


class PersonStatus(msgspec.Struct, frozen=True):
    """Whether somebody is there; `False` stands for what is not known."""

    id: int
    status: str
    color: str
    idle: bool | str
    last_activity_date: bool | str
    mobile_last_date: bool | str
    desktop_last_date: bool | str


class Statuses(msgspec.Struct, frozen=True):
    users: dict[str, PersonStatus]


class ShownBot(msgspec.Struct, frozen=True, rename="camel"):
    """A bot, and how it looks as a member of chats."""

    bot_id: int
    code: str
    type: str
    openline: bool
    user: UserShape


class BotGone(msgspec.Struct, frozen=True, rename="camel"):
    bot_id: int
    code: str


class OfBot(msgspec.Struct, frozen=True, rename="camel"):
    """A command or an application in chats, by its number, and the bot that it belongs to."""

    id: int
    bot_id: int


class NewNotification(msgspec.Struct, frozen=True, rename="camel"):
    """A notification as `im.notify.get` shows it, who wrote it, and how many are unread."""

    notification: NotificationShape
    users: dict[str, UserShape]
    counter: int


class ReadNotifications(msgspec.Struct, frozen=True, rename="camel"):
    """Those of ``list``, or where it is empty all from ``first_id`` on."""

    list: list[int]
    first_id: int
    counter: int


class Confirmed(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    notify_value: str
    confirm_messages: list[str]
    counter: int


class Nothing(msgspec.Struct, frozen=True):
    """Everything differs by viewer."""


# People.


async def _user_added(at: PushContext, event: UserAdded) -> list[Command]:
    return await _person(at, event.user_id, "userAdd")


async def _user_changed(at: PushContext, event: UserChanged) -> list[Command]:
    return await _person(at, event.user_id, "userUpdate")


async def _person(at: PushContext, user_id: int, name: str) -> list[Command]:
    people = await at.people([user_id])
    return [Command(name, Person(person)) for person in people.values()]


async def _status(at: PushContext, event: StatusChanged) -> list[Command]:
    user = await at.batch.user(event.user_id)
    if user is None:
        return []
    shown = PersonStatus(
        id=user.id,
        status=user.shown_status,
        color=user.color or color_for(user.id),
        idle=False if user.idle_since is None else at.atom(user.idle_since),
        last_activity_date=at.atom(user.last_activity) if user.last_activity else False,
        mobile_last_date=False,
        desktop_last_date=False,
    )
    return [Command("userStatus", Statuses({str(user.id): shown}))]


# Bots: of hidden ones nobody is told.


async def _shown_bot(at: PushContext, bot_id: int) -> Bot | None:
    bot = await at.batch.bot(bot_id)
    return None if bot is None or bot.hidden else bot


async def _bot(at: PushContext, bot_id: int, name: str) -> list[Command]:
    bot = await _shown_bot(at, bot_id)
    people = await at.people([bot_id]) if bot else {}
    return [
        Command(name, ShownBot(bot.user_id, bot.code, bot.type, bot.openline, person))
        for person in people.values()
        if bot
    ]


async def _bot_added(at: PushContext, event: BotRegistered) -> list[Command]:
    return await _bot(at, event.bot_id, "botAdd")


async def _bot_changed(at: PushContext, event: BotChanged) -> list[Command]:
    return await _bot(at, event.bot_id, "botUpdate")


async def _bot_removed(at: PushContext, event: BotRemoved) -> list[Command]:
    return [] if event.hidden else [Command("botDelete", BotGone(event.bot_id, event.code))]


_CHANGES = {"add": "Add", "update": "Update", "delete": "Delete"}


async def _command(at: PushContext, event: CommandChanged) -> list[Command]:
    command = await bot_commands.find(at.batch.tx, event.command_id)
    if await _shown_bot(at, event.bot_id) is None or (command is not None and command.hidden):
        return []
    return [Command(f"command{_CHANGES[event.change]}", OfBot(event.command_id, event.bot_id))]


async def _chat_app(at: PushContext, event: ChatAppChanged) -> list[Command]:
    app = await chat_apps.find(at.batch.tx, event.chat_app_id)
    if await _shown_bot(at, event.bot_id) is None or (app is not None and app.hidden):
        return []
    return [Command(f"app{_CHANGES[event.change]}", OfBot(event.chat_app_id, event.bot_id))]


# Notifications.


async def _counter(at: PushContext, user_id: int) -> int:
    return (await notifications.count(at.batch.tx, user_id)).unread


async def _notified(at: PushContext, event: NotificationAdded) -> list[Command]:
    tx = at.batch.tx
    notification = await notifications.find(tx, event.user_id, event.notification_id)
    if notification is None:
        return []
    chat_id = await notifications.chat_of(tx, event.user_id)
    authors = await reach.known(tx, event.user_id, [notification.author_id] if notification.author_id else [])
    params = NewNotification(
        shown_notifications.shape(at.context, chat_id, notification, as_html=False),
        await at.people(author.id for author in authors),
        await _counter(at, event.user_id),
    )
    return [Command("notifyAdd", params)]


async def _notifications_read(at: PushContext, event: NotificationsRead) -> list[Command]:
    params = ReadNotifications(list(event.ids), event.first_id, await _counter(at, event.user_id))
    return [Command("notifyUnread" if event.unread else "notifyRead", params)]


async def _confirmed(at: PushContext, event: NotificationConfirmed) -> list[Command]:
    counter = await _counter(at, event.user_id)
    return [Command("notifyConfirm", Confirmed(event.notification_id, event.value, [event.reply], counter))]


async def _notifications_deleted(at: PushContext, event: NotificationsDeleted) -> list[Command]:
    counters = await notifications.unread_of(at.batch.tx, [viewer.user_id for viewer in at.audience])
    own: dict[int, dict[str, Any]] = {
        viewer.user_id: {"list": event.deleted[viewer.user_id], "counter": counters.get(viewer.user_id, 0)}
        for viewer in at.audience
    }
    return [Command("notifyDelete", Nothing(), by_viewer=own)]


RENDERERS: dict[type[Event], Renderer] = {
    UserAdded: _user_added,
    UserChanged: _user_changed,
    StatusChanged: _status,
    BotRegistered: _bot_added,
    BotChanged: _bot_changed,
    BotRemoved: _bot_removed,
    CommandChanged: _command,
    ChatAppChanged: _chat_app,
    NotificationAdded: _notified,
    NotificationsRead: _notifications_read,
    NotificationConfirmed: _confirmed,
    NotificationsDeleted: _notifications_deleted,
}
