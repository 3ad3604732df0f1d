"""What happens to bots themselves, their commands and applications in chats. A row of ``BOT_EVENTS`` says who is told.

That a bot goes is in ``events``: the bot is told as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from botyard.model.event import Audience, Event, EventSpec, TellsConnected


class BotRegistered(Event, frozen=True, kw_only=True):
    bot_id: int
    code: str


class BotChanged(Event, frozen=True, kw_only=True):
    bot_id: int


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


_CHANGES = (lambda on: {"change": "update"}, lambda on: {"change": "delete"})

# In the order of the official pages.
BOT_EVENTS: Mapping[type[Event], EventSpec] = {
    BotRegistered: EventSpec(
        "A bot was registered",
        lambda on: BotRegistered(actor_id=on.person, bot_id=on.bot.user_id, code=on.bot.code),
        push=TellsConnected(("botAdd",), Audience.KNOWN),
    ),
    BotChanged: EventSpec(
        "A bot was changed",
        lambda on: BotChanged(actor_id=on.person, bot_id=on.bot.user_id),
        push=TellsConnected(("botUpdate",), Audience.KNOWN),
    ),
    CommandChanged: EventSpec(
        "A command of a bot was registered, changed or removed",
        lambda on: CommandChanged(actor_id=on.person, bot_id=on.bot.user_id, command_id=on.command, change="add"),
        push=TellsConnected(("commandAdd", "commandUpdate", "commandDelete"), Audience.KNOWN, variants=_CHANGES),
    ),
    ChatAppChanged: EventSpec(
        "An application in chats was registered, changed or removed",
        lambda on: ChatAppChanged(actor_id=on.person, bot_id=on.bot.user_id, chat_app_id=on.chat_app, change="add"),
        push=TellsConnected(("appAdd", "appUpdate", "appDelete"), Audience.KNOWN, variants=_CHANGES),
    ),
}
