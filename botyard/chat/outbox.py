"""Events on their way out: one table says which bots an event is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from botyard.model.bots import BotType
from botyard.model.chats import Chat, Kind
from botyard.model.events import (
    BotRemoved,
    CommandCalled,
    Event,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageSent,
)
from botyard.store import events, members
from botyard.store.db import Tx


class Ear(NamedTuple):
    """A bot in a chat, as far as it matters for what it hears."""

    bot_id: int
    type: str
    dialect: str
    openline: bool
    edits: bool
    deletions: bool

    def hears(self, chat: Chat, mentioned: tuple[int, ...]) -> bool:
        """Whether what is said here is for the bot.

        Private dialogs always; elsewhere supervisors hear everything, bots of open lines
        everything in open lines, and any bot what it is mentioned in.
        """
        if chat.private or self.type == BotType.SUPERVISOR:
            return True
        return (self.openline and chat.lines) or self.bot_id in mentioned


def _said(event: Event, chat: Chat, ear: Ear) -> bool:
    assert isinstance(event, MessageSent)
    return not event.system and ear.hears(chat, event.mentioned)


def _edited(event: Event, chat: Chat, ear: Ear) -> bool:
    """Bots of v1 are told where a handler is bound, which for types B and H only imbot.update does."""
    assert isinstance(event, MessageEdited)
    return (ear.edits or ear.dialect != "v1") and ear.hears(chat, event.mentioned)


def _erased(event: Event, chat: Chat, ear: Ear) -> bool:
    assert isinstance(event, MessageErased)
    return (ear.deletions or ear.dialect != "v1") and ear.hears(chat, event.mentioned)


def _joined(event: Event, chat: Chat, ear: Ear) -> bool:
    assert isinstance(event, MemberJoined)
    return event.user_id == ear.bot_id


# Event → whether a bot that is in the chat and did not cause it is told. Others wait for the user's own events.
AUDIENCE: dict[type[Event], Callable[[Event, Chat, Ear], bool]] = {
    MessageSent: _said,
    MessageEdited: _edited,
    MessageErased: _erased,
    MemberJoined: _joined,
}


async def publish(tx: Tx, event: Event, now: int, chat: Chat | None = None) -> int:
    """Write an event and, for each bot that it is for, that it is due. Answers the event's number."""
    event_id = await events.append(tx, event, now)
    if isinstance(event, BotRemoved | CommandCalled):
        await events.deliver(tx, event_id, [event.bot_id], now)
        return event_id
    wants = AUDIENCE.get(type(event))
    if wants is None or chat is None or not chat.bots or chat.kind == Kind.SYSTEM:
        return event_id
    ears = [Ear(*row[:3], *map(bool, row[3:])) for row in await members.bots(tx, chat.id)]
    told = [ear.bot_id for ear in ears if ear.bot_id != event.actor_id and wants(event, chat, ear)]
    await events.deliver(tx, event_id, told, now)
    return event_id
