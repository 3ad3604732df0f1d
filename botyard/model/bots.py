"""Bots, their commands and their applications in chats."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from botyard.model.chats import Chat
from botyard.model.owners import NOBODY, Owner


class BotType(StrEnum):
    """B answers mentions, O open lines, H as B but "human", S sees everything.

    v2 adds P, somebody's own assistant, which sees everything too, and N, which is as B.
    """

    BOT = "B"
    OPENLINE = "O"
    HUMAN = "H"
    SUPERVISOR = "S"
    PERSONAL = "P"
    NETWORK = "N"


ATTENTIVE = frozenset({BotType.SUPERVISOR, BotType.PERSONAL})
"""Types that get what is said in their chats without being mentioned, and may read it."""


TOLD_MAX = 100
"""Bots of one person's webhooks that are told of one event in a chat. Each key of a webhook may have as many bots as an
application, and a person as many keys as they like."""
OF_APP = -1


class EventMode(StrEnum):
    """How a v2 bot learns of events: it fetches them, or is called."""

    FETCH = "fetch"
    WEBHOOK = "webhook"


class Bot(msgspec.Struct, frozen=True, gc=False):
    """A registered bot; ``owner`` names the application or webhook client that may act for it.

    ``webhook_url`` is that of v2; a v1 bot has ``Handlers``. ``messages``, ``chats``
    and ``people`` are kept numbers: what it wrote, where it is, and with whom it has had a private dialog.
    ``registrant`` is the person who registered it, 0 where the application itself did: it is not ``active`` while that
    person is deactivated.
    """

    user_id: int
    owner: Owner
    code: str
    type: str
    openline: bool
    dialect: str
    created: int
    name: str
    active: bool
    event_mode: str = EventMode.WEBHOOK
    webhook_url: str = ""
    hidden: bool = False
    reactions: bool = True
    background_id: str | None = None
    language: str = "en"
    messages: int = 0
    chats: int = 0
    people: int = 0
    first_owner: Owner = NOBODY
    alias: str = ""
    registrant: int = 0

    @property
    def known_as(self) -> Owner:
        """The owner that its application_token is made from: the first one, whatever became of the bot."""
        return self.first_owner or self.owner


class BotListener(NamedTuple):
    """A bot in a chat, as far as it decides which events it gets. ``edits``, ``deletions``: a v1 handler is bound.

    ``by_webhook_of`` is the person who registered it by a webhook, ``OF_APP`` for a bot of an application.
    """

    bot_id: int
    type: str
    dialect: str
    mode: str
    openline: bool
    reactions: bool
    edits: bool
    deletions: bool
    by_webhook_of: int

    def is_addressed(self, chat: Chat, mentioned: tuple[int, ...]) -> bool:
        """Whether what is said here is for the bot.

        Private dialogs always; elsewhere supervisors and personal bots get everything, bots of open
        lines everything in open lines, and any bot what it is mentioned in.
        """
        if chat.private or self.type in ATTENTIVE:
            return True
        return (self.openline and chat.lines) or self.bot_id in mentioned


class Handlers(msgspec.Struct, frozen=True, gc=False):
    """Addresses that the bots of one owner are called at; ``""`` is not bound."""

    message_add: str = ""
    message_update: str = ""
    message_delete: str = ""
    welcome: str = ""
    bot_delete: str = ""

    def address(self, handler: str) -> str:
        """The address of a handler by its name; "" for none."""
        return str(getattr(self, handler)) if handler else ""


class Command(msgspec.Struct, frozen=True, gc=False):
    """A slash command, without its slash; ``lang`` is a list of LANGUAGE_ID, TITLE, PARAMS."""

    id: int
    owner: Owner
    bot_id: int
    command: str
    handler: str
    common: bool
    hidden: bool
    extranet: bool
    lang: list[dict[str, Any]]


class ChatApp(msgspec.Struct, frozen=True, gc=False):
    """An icon of a bot above the input field that runs a JS command or opens a frame."""

    id: int
    owner: Owner
    bot_id: int
    code: str
    iframe: str
    iframe_width: int
    iframe_height: int
    iframe_popup: bool
    js_method: str
    js_param: str
    hash: str
    icon: str
    context: str
    hidden: bool
    extranet: bool
    livechat: bool
    lang: list[dict[str, Any]]
