"""Every event that a verb can write to the event log."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import msgspec

from botyard.model.bots import Bot, EventMode


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """What happened, frozen at the moment it did. ``chat_id`` 0: outside any chat."""

    actor_id: int
    chat_id: int = 0


class MessageSent(Event, frozen=True, kw_only=True):
    """A message was added. ``mentioned`` are the users named in it.

    ``uuid`` is the sender's own name for it, ``reply_id`` the message that it answers, ``previous_id`` the one
    before it, ``members`` how many it reached.
    """

    message_id: int
    text: str
    system: bool
    mentioned: tuple[int, ...] = ()
    params: dict[str, Any] = {}
    uuid: str = ""
    reply_id: int = 0
    previous_id: int = 0
    members: int = 0


class MessageEdited(Event, frozen=True, kw_only=True):
    """A message was changed. ``mentioned`` are the users named in its new text."""

    message_id: int
    text: str
    mentioned: tuple[int, ...] = ()
    params: dict[str, Any] = {}
    reply_id: int = 0
    members: int = 0


class MessageErased(Event, frozen=True, kw_only=True):
    """A message was deleted; ``complete`` when no mark of it is left. ``mentioned`` were named in it.

    ``author_id`` wrote it (not always who deleted it), at the moment ``sent``.
    """

    message_id: int
    complete: bool
    mentioned: tuple[int, ...] = ()
    author_id: int = 0
    sent: int = 0


class MessageLiked(Event, frozen=True, kw_only=True):
    """A reaction to a message of ``author_id`` was set (``on``) or taken back."""

    message_id: int
    reaction: str
    on: bool
    author_id: int = 0


class ChatAdded(Event, frozen=True, kw_only=True):
    kind: str
    title: str


class ChatChanged(Event, frozen=True, kw_only=True):
    """One property of a chat changed: title, description, color, avatar, owner or text_field (Y or N)."""

    field: str
    value: str


class MemberJoined(Event, frozen=True, kw_only=True):
    """Somebody came in; ``history`` when older messages may be seen."""

    user_id: int
    history: bool


class MemberLeft(Event, frozen=True, kw_only=True):
    user_id: int


class RoleChanged(Event, frozen=True, kw_only=True):
    user_id: int
    role: str


class ChatRead(Event, frozen=True, kw_only=True):
    """A member's read mark moved."""

    message_id: int


class Typing(Event, frozen=True, kw_only=True):
    """Somebody is typing; told to those online, never stored.

    ``code`` names what a bot does instead, ``seconds`` how long to show it (0: as long as is usual).
    """

    code: str = ""
    seconds: int = 0


class BotRegistered(Event, frozen=True, kw_only=True):
    bot_id: int
    code: str


class BotChanged(Event, frozen=True, kw_only=True):
    bot_id: int


class BotRemoved(Event, frozen=True, kw_only=True):
    """A bot was unregistered; what its owner knew it by is kept for the farewell event.

    ``uninstalled``: its application went, and it with it.
    """

    bot_id: int
    code: str
    owner: str = ""
    kind: str = ""
    openline: bool = False
    dialect: str = "v1"
    name: str = ""
    mode: str = EventMode.WEBHOOK
    url: str = ""
    hidden: bool = False
    reactions: bool = True
    background_id: str | None = None
    language: str = "en"
    messages: int = 0
    chats: int = 0
    people: int = 0
    first_owner: str = ""
    uninstalled: bool = False

    @property
    def bot(self) -> Bot:
        """The bot as it was."""
        return Bot(
            user_id=self.bot_id,
            owner=self.owner,
            code=self.code,
            type=self.kind,
            openline=self.openline,
            dialect=self.dialect,
            created=0,
            name=self.name,
            active=False,
            event_mode=self.mode,
            webhook_url=self.url,
            hidden=self.hidden,
            reactions=self.reactions,
            background_id=self.background_id,
            language=self.language,
            messages=self.messages,
            chats=self.chats,
            people=self.people,
            first_owner=self.first_owner,
        )


class CommandCalled(Event, frozen=True, kw_only=True):
    """A person used a slash command of a bot. ``context`` is TEXTAREA, KEYBOARD or MENU.

    ``text`` is the message that held it, ``uuid``, ``reply_id`` and ``previous_id`` are as in ``MessageSent``,
    ``files`` came with it, ``bots`` were present.
    """

    bot_id: int
    command_id: int
    command: str
    params: str
    context: str
    message_id: int
    text: str = ""
    uuid: str = ""
    reply_id: int = 0
    files: tuple[int, ...] = ()
    previous_id: int = 0
    bots: tuple[int, ...] = ()


class ContextGiven(Event, frozen=True, kw_only=True):
    """A person opened the dialog with a bot and brought data along."""

    bot_id: int
    context: dict[str, Any]


class CommandChanged(Event, frozen=True, kw_only=True):
    """A command was registered, updated or removed (``change``)."""

    bot_id: int
    command_id: int
    change: str


class ChatAppChanged(Event, frozen=True, kw_only=True):
    """A chat application was registered, updated or removed (``change``)."""

    bot_id: int
    chat_app_id: int
    change: str


class AppInstalled(Event, frozen=True, kw_only=True):
    """An application was installed. ``owner`` names it as the owner of bots and handlers."""

    owner: str
    version: str
    language: str = "en"


class AppUpdated(Event, frozen=True, kw_only=True):
    """A new version of an application took the place of ``previous``."""

    owner: str
    version: str
    previous: str
    language: str = "en"


class AppRemoved(Event, frozen=True, kw_only=True):
    """An application was uninstalled; ``clean`` when what it had kept was to go with it."""

    owner: str
    clean: bool
    language: str = "en"


class UserAdded(Event, frozen=True, kw_only=True):
    """A person was added."""

    user_id: int


class OfflineQueued(Event, frozen=True, kw_only=True):
    """There is something new in an owner's queue of offline events."""

    owner: str


class EventRecord(msgspec.Struct, frozen=True):
    """An event as the log keeps it: its number and when it was written (unix seconds).

    ``caller_id`` is the person in whose name the call was made that caused it, also where a bot acted; 0 for none.
    """

    id: int
    created: int
    event: Event
    caller_id: int = 0


KINDS: tuple[type[Event], ...] = tuple(Event.__subclasses__())

ABOUT_MESSAGES = (MessageSent, MessageEdited, MessageErased, MessageLiked, CommandCalled)
"""What happens to a message. That somebody has read up to one does not."""

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(reduce(or_, KINDS))


def decode_event(body: str) -> Event:
    """An event as the log keeps it."""
    return _decoder.decode(body)
