"""What an event is, and what is declared of it: who is told, and under which name. The rows are in ``events``.

A rule for bots returns ``TOLD``, or the reason why a bot that is in the chat is not told. Publishing goes by the one,
the diagnosis of deliveries shows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from botyard.model.bots import Bot, BotListener
from botyard.model.chats import Chat
from botyard.model.push import MODULE


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """What happened, frozen at the moment it did. ``chat_id`` 0: outside any chat."""

    actor_id: int
    chat_id: int = 0


class NotTold(StrEnum):
    """Why an event is not for a bot."""

    OWN_ACT = "the bot did it itself"
    SYSTEM_CHAT = "it happened in a chat of notifications"
    SYSTEM_MESSAGE = "it is a system message"
    NOT_MENTIONED = "the bot is not mentioned, and receives nothing else here"
    NO_HANDLER = "no handler is bound"
    NOT_ITSELF = "it happened to somebody else"
    NOT_ITS_MESSAGE = "it is about what somebody else wrote"
    REACTIONS_OFF = "the bot receives no reactions"
    NO_EVENT = "its dialect has no such event"


BOT_SCOPE = "imbot"
"""The permission without which an application's bots are told nothing, nor handlers bound beside them."""
USER_SCOPES = ("user", "user_basic", "user_brief")
"""Permissions of which each opens the data of people."""

TOLD = None
AudienceRule = Callable[[Any, Chat, BotListener], NotTold | None]
"""Event, chat, bot: ``TOLD``, or why not."""


class Tells(NamedTuple):
    """How bots of one dialect are told: the event's name, and the bots of its chat that it is for.

    Without a ``rule`` it is for the one bot that the event names by its ``bot_id``, in a chat or not. ``handler`` is
    the one of ``Handlers`` at which v1 bots are called, ``page`` what documents the event.
    """

    name: str
    rule: AudienceRule | None = None
    handler: str = ""
    page: str = ""


class TellsPeople(NamedTuple):
    """How people are told who are subscribed to the events of their chats: those who may see the event's message.

    With ``of_message`` false the event is about none, and private dialogs have no such event.
    """

    name: str
    of_message: bool = True


class TellsHandlers(NamedTuple):
    """How handlers are told that are bound with `event.bind`: under which name, and which permissions open it.

    ``own``: only those of the application that is the event's ``owner``; ``farewell``: also once it is uninstalled.
    ``subject`` is the field with the id of what has changed, where the event may wait in a queue of offline events.
    """

    name: str
    page: str
    scopes: tuple[str, ...] = ()
    own: bool = False
    farewell: bool = False
    subject: str = ""


class Audience(Enum):
    """Whose live connections are told of an event, in words that end a sentence. What a renderer adds is never more."""

    MEMBERS = "the people in the chat, of a message those who see it"
    PRESENT = "the people in the chat; where they are many, only whom it concerns"
    ACTOR = "the person who did it, on every device"
    NAMED = "the person whom it is about"
    KNOWN = "everybody who may know of whom it is about"


class TellsConnected(NamedTuple):
    """How people are told who are connected: the commands that it may become, one at a time for each of them, and whom.

    It is about the chat of the event, its message if it has one, its ``user_id`` or ``bot_id``. ``variants`` are what
    differs from the row's sample in further ones, for the commands that the sample does not become.
    """

    commands: tuple[str, ...]
    audience: Audience
    module: str = MODULE
    variants: tuple[Callable[[Any], dict[str, Any]], ...] = ()


class Sample(NamedTuple):
    """What the samples of the reference are about: two people, a bot, and a chat of theirs.

    In it are a ``message`` of the person and a ``reply`` of the bot; ``command`` is the number of the bot's command,
    ``chat_app`` that of its application in chats, and ``notification`` that of a notification of the person. ``erased``
    is another message of the person, which is deleted. ``dialog`` is the private dialog of the two, ``private`` a
    message of the person there.
    """

    person: int
    other: int
    bot: Bot
    chat: int
    message: int
    reply: int
    command: int
    chat_app: int = 0
    notification: int = 0
    erased: int = 0
    dialog: int = 0
    private: int = 0


class EventSpec(NamedTuple):
    """Everything that is declared of an event: when it happens, and how each kind of recipients is told.

    What bodies are made of is in one file for each dialect: see `docs/map.md`. ``sample`` is shown in the reference.
    """

    when: str
    sample: Callable[[Sample], Event]
    v1: Tells | None = None
    v2: Tells | None = None
    people: TellsPeople | None = None
    handlers: TellsHandlers | None = None
    push: TellsConnected | None = None

    @property
    def names_bot(self) -> bool:
        """Whether it is about one bot, and names it."""
        tells = self.v1 or self.v2
        return tells is not None and tells.rule is None

    def bots(self, dialect: str) -> Tells | None:
        """How bots of a dialect are told."""
        return self.v1 if dialect == "v1" else self.v2

    @property
    def names(self) -> dict[str, str]:
        """Its name by dialect: `v1`, `v2`, `user`, `binding`."""
        dialects = {"v1": self.v1, "v2": self.v2, "user": self.people, "binding": self.handlers}
        return {dialect: tells.name for dialect, tells in dialects.items() if tells}


class _Addressed(Protocol):
    @property
    def mentioned(self) -> tuple[int, ...]: ...


class _Message(_Addressed, Protocol):
    @property
    def system(self) -> bool: ...


class _OfUser(Protocol):
    @property
    def user_id(self) -> int: ...


class _OfAuthor(Protocol):
    @property
    def author_id(self) -> int: ...


def addressed(event: _Addressed, chat: Chat, bot: BotListener) -> NotTold | None:
    """For bots that receive what is written here."""
    return TOLD if bot.is_addressed(chat, event.mentioned) else NotTold.NOT_MENTIONED


def sent(event: _Message, chat: Chat, bot: BotListener) -> NotTold | None:
    """The same of new messages; system messages are for nobody."""
    return NotTold.SYSTEM_MESSAGE if event.system else addressed(event, chat, bot)


def edited(event: _Addressed, chat: Chat, bot: BotListener) -> NotTold | None:
    """The same where a v1 handler is bound, which for types B and H only imbot.update does."""
    return addressed(event, chat, bot) or (TOLD if bot.edits else NotTold.NO_HANDLER)


def deleted(event: _Addressed, chat: Chat, bot: BotListener) -> NotTold | None:
    return addressed(event, chat, bot) or (TOLD if bot.deletions else NotTold.NO_HANDLER)


def itself(event: _OfUser, chat: Chat, bot: BotListener) -> NotTold | None:
    """Told is the bot to which it happened."""
    return TOLD if event.user_id == bot.bot_id else NotTold.NOT_ITSELF


def author(event: _OfAuthor, chat: Chat, bot: BotListener) -> NotTold | None:
    """Told is the bot whose message it is about, unless it is told of no reactions."""
    if event.author_id != bot.bot_id:
        return NotTold.NOT_ITS_MESSAGE
    return TOLD if bot.reactions else NotTold.REACTIONS_OFF
