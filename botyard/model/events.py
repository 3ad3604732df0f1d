"""Every event that a verb can write to the event log, and who is told of it: one row of ``EVENTS`` each.

Those of the portal itself are in ``portal_events``, those that concern one person in ``personal_events``,
those of bots themselves in ``bot_events``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from botyard.model.bot_events import BOT_EVENTS
from botyard.model.bots import Bot, EventMode
from botyard.model.event import (
    Audience,
    Event,
    EventSpec,
    Tells,
    TellsConnected,
    TellsPeople,
    addressed,
    author,
    deleted,
    edited,
    itself,
    sent,
)
from botyard.model.personal_events import PERSONAL_EVENTS
from botyard.model.portal_events import PORTAL_EVENTS


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


class MessagePinned(Event, frozen=True, kw_only=True):
    """A message was pinned in its chat (``on``), or is so no longer."""

    message_id: int
    on: bool


class ChatAdded(Event, frozen=True, kw_only=True):
    kind: str
    title: str


class ChatChanged(Event, frozen=True, kw_only=True):
    """One property of a chat changed: title, description, color, avatar, owner, text_field (Y or N)
    or permissions (`can_post=manager`, with spaces between several)."""

    field: str
    value: str


class MemberJoined(Event, frozen=True, kw_only=True):
    """Somebody came in; ``history`` when older messages may be seen, from ``first_id`` on."""

    user_id: int
    history: bool
    first_id: int = 0


class MemberLeft(Event, frozen=True, kw_only=True):
    user_id: int


class RoleChanged(Event, frozen=True, kw_only=True):
    user_id: int
    role: str


class ChatRead(Event, frozen=True, kw_only=True):
    """A member's read mark moved."""

    message_id: int


class Typing(Event, frozen=True, kw_only=True):
    """Somebody is typing: in logs of earlier versions only, see ``chat/conversation/typing.py``.

    ``code`` names what a bot does instead, ``seconds`` how long to show it (0: as long as is usual).
    """

    code: str = ""
    seconds: int = 0


class BotRemoved(Event, frozen=True, kw_only=True):
    """A bot was unregistered; what its owner knew it by is kept for the farewell event.

    ``uninstalled``: its application went, and it with it. ``stopped``: nobody was to be told anything any more.
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
    registrant: int = 0
    stopped: bool = False

    @property
    def bot(self) -> Bot:
        """The bot as it was."""
        same = {name: getattr(self, name) for name in Bot.__struct_fields__ if name in self.__struct_fields__}
        return Bot(
            user_id=self.bot_id,
            type=self.kind,
            event_mode=self.mode,
            webhook_url=self.url,
            created=0,
            active=False,
            **same,
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


class EventRecord(msgspec.Struct, frozen=True):
    """An event as the log keeps it: its number and when it was written (unix seconds).

    ``caller_id`` is the person in whose name the call was made that caused it, also where a bot acted; 0 for none.
    """

    id: int
    created: int
    event: Event
    caller_id: int = 0


# In the order of the official pages. An event without a row is written to the log, and nobody is told.
EVENTS: Mapping[type[Event], EventSpec] = {
    **PORTAL_EVENTS,
    **PERSONAL_EVENTS,
    **BOT_EVENTS,
    MessageSent: EventSpec(
        "A message was sent",
        lambda on: MessageSent(
            actor_id=on.person,
            chat_id=on.chat,
            message_id=on.message,
            text=f"[USER={on.bot.user_id}]Echo[/USER], what do you think?",
            system=False,
            mentioned=(on.bot.user_id,),
            reply_id=on.reply,
            previous_id=on.reply,
            members=4,
        ),
        v1=Tells("ONIMBOTMESSAGEADD", sent, "message_add", "messages/events/on-imbot-message-add.md"),
        v2=Tells("ONIMBOTV2MESSAGEADD", sent),
        people=TellsPeople("ONIMV2MESSAGEADD"),
        push=TellsConnected(
            ("message", "messageChat"),
            Audience.MEMBERS,
            variants=(lambda on: {"chat_id": on.dialog, "message_id": on.private},),
        ),
    ),
    MessageEdited: EventSpec(
        "A message was edited",
        lambda on: MessageEdited(
            actor_id=on.person, chat_id=on.chat, message_id=on.message, text="Shall we publish tomorrow?", members=4
        ),
        v1=Tells("ONIMBOTMESSAGEUPDATE", edited, "message_update", "messages/events/on-imbot-message-update.md"),
        v2=Tells("ONIMBOTV2MESSAGEUPDATE", addressed),
        people=TellsPeople("ONIMV2MESSAGEUPDATE"),
        push=TellsConnected(("messageUpdate",), Audience.MEMBERS),
    ),
    MessageErased: EventSpec(
        "A message was deleted",
        lambda on: MessageErased(
            actor_id=on.person, chat_id=on.chat, message_id=on.message, complete=False, author_id=on.person
        ),
        v1=Tells("ONIMBOTMESSAGEDELETE", deleted, "message_delete", "messages/events/on-imbot-message-delete.md"),
        v2=Tells("ONIMBOTV2MESSAGEDELETE", addressed),
        people=TellsPeople("ONIMV2MESSAGEDELETE"),
        push=TellsConnected(
            ("messageDelete", "messageDeleteComplete"),
            Audience.MEMBERS,
            variants=(lambda on: {"message_id": on.erased}, lambda on: {"complete": True}),
        ),
    ),
    MessageLiked: EventSpec(
        "A reaction was set or taken back; a bot is told of those to its own messages",
        lambda on: MessageLiked(
            actor_id=on.person, chat_id=on.chat, message_id=on.reply, reaction="like", on=True, author_id=on.bot.user_id
        ),
        v2=Tells("ONIMBOTV2REACTIONCHANGE", author),
        people=TellsPeople("ONIMV2REACTIONCHANGE"),
        push=TellsConnected(("addReaction", "deleteReaction"), Audience.MEMBERS, variants=(lambda on: {"on": False},)),
    ),
    MemberJoined: EventSpec(
        "Somebody was added to a chat; a bot is told of itself only",
        lambda on: MemberJoined(actor_id=on.person, chat_id=on.chat, user_id=on.bot.user_id, history=True),
        v1=Tells("ONIMBOTJOINCHAT", itself, "welcome", "chats/events/on-imbot-join-chat.md"),
        v2=Tells("ONIMBOTV2JOINCHAT", itself),
        people=TellsPeople("ONIMV2JOINCHAT", of_message=False),
        push=TellsConnected(("chatUserAdd",), Audience.PRESENT),
    ),
    MemberLeft: EventSpec(
        "Somebody left a chat, or was removed",
        lambda on: MemberLeft(actor_id=on.person, chat_id=on.chat, user_id=on.other),
        push=TellsConnected(("chatUserLeave",), Audience.PRESENT),
    ),
    RoleChanged: EventSpec(
        "A member of a chat became a manager, or is none any more",
        lambda on: RoleChanged(actor_id=on.person, chat_id=on.chat, user_id=on.other, role="manager"),
        push=TellsConnected(("chatManagers",), Audience.PRESENT),
    ),
    ChatChanged: EventSpec(
        "A property of a chat was changed",
        lambda on: ChatChanged(actor_id=on.person, chat_id=on.chat, field="title", value="Release 2"),
        push=TellsConnected(
            (
                "chatRename",
                "chatDescription",
                "chatChangeColor",
                "chatAvatar",
                "chatOwner",
                "chatTextField",
                "chatPermissions",
            ),
            Audience.MEMBERS,
            variants=(
                lambda on: {"field": "description", "value": "What is to be published, and when"},
                lambda on: {"field": "color", "value": "#4ba984"},
                lambda on: {"field": "avatar", "value": "/avatar/0123456789abcdef.png"},
                lambda on: {"field": "owner", "value": str(on.other)},
                lambda on: {"field": "text_field", "value": "N"},
                lambda on: {"field": "permissions", "value": "can_post=manager"},
            ),
        ),
    ),
    MessagePinned: EventSpec(
        "A message was pinned in its chat, or is so no longer",
        lambda on: MessagePinned(actor_id=on.person, chat_id=on.chat, message_id=on.message, on=True),
        push=TellsConnected(("messagePin",), Audience.MEMBERS),
    ),
    ChatRead: EventSpec(
        "Somebody read a chat up to a message",
        lambda on: ChatRead(actor_id=on.person, chat_id=on.chat, message_id=on.reply),
        push=TellsConnected(
            ("readMessage", "readMessageChat", "readMessageOpponent", "readMessageChatOpponent"),
            Audience.PRESENT,
            variants=(lambda on: {"chat_id": on.dialog, "message_id": on.private},),
        ),
    ),
    BotRemoved: EventSpec(
        "The bot was removed",
        lambda on: BotRemoved(
            actor_id=on.person,
            bot_id=on.bot.user_id,
            code=on.bot.code,
            owner=on.bot.owner,
            dialect=on.bot.dialect,
            mode=on.bot.event_mode,
            url=on.bot.webhook_url,
        ),
        v1=Tells("ONIMBOTDELETE", handler="bot_delete", page="events/on-imbot-delete.md"),
        v2=Tells("ONIMBOTV2DELETE"),
        push=TellsConnected(("botDelete",), Audience.KNOWN),
    ),
    CommandCalled: EventSpec(
        "Somebody used a command of the bot; in the first generation the command has a handler of its own",
        lambda on: CommandCalled(
            actor_id=on.person,
            chat_id=on.chat,
            bot_id=on.bot.user_id,
            command_id=on.command,
            command=on.bot.code,
            params="hello",
            context="TEXTAREA",
            message_id=on.message,
            text=f"/{on.bot.code} hello",
            bots=(on.bot.user_id,),
        ),
        v1=Tells("ONIMCOMMANDADD", page="commands/events/on-im-command-add.md"),
        v2=Tells("ONIMBOTV2COMMANDADD"),
    ),
    ContextGiven: EventSpec(
        "Somebody opened the dialog with the bot and brought data along, by `im.v2.Chat.Bot.sendContext`",
        lambda on: ContextGiven(actor_id=on.person, chat_id=on.chat, bot_id=on.bot.user_id, context={"order": 815}),
        v2=Tells("ONIMBOTV2CONTEXTGET"),
    ),
}

KINDS: tuple[type[Event], ...] = tuple(Event.__subclasses__())

ABOUT_MESSAGES = (MessageSent, MessageEdited, MessageErased, MessageLiked, CommandCalled)
"""What happens to a message. That somebody has read up to one does not."""

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(reduce(or_, KINDS))


def decode_event(body: str) -> Event:
    """An event as the log keeps it."""
    return _decoder.decode(body)
