"""Calls of slash commands: those that messages hold, and presses of buttons."""

from __future__ import annotations

import re
from typing import NamedTuple

from botyard.chat.content import bbcode
from botyard.chat.content.texts import clipped
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.bots import Command
from botyard.model.chats import Chat, Participant
from botyard.model.events import CommandCalled
from botyard.model.messages import Draft, Message, file_ids
from botyard.model.people import User
from botyard.store import bot_commands, members, users
from botyard.store.engines.db import Tx

WORD = re.compile(r"[^\s/]{1,60}")
"""What a command may be called."""
CALLED_MAX = 50
"""Bots that one message calls: each is a delivery of its own, and the name of a common command may be anybody's."""


class Press(NamedTuple):
    """What a person has pressed: a command of a bot, with the words that follow it."""

    bot_id: int
    command: str
    params: str


class _CommandCall(NamedTuple):
    """A command that is called: from where, in which message, and which bots are in the chat."""

    command: Command
    params: str
    context: str
    message_id: int
    said: Draft | Message
    here: set[int]


async def call(tx: Tx, who: Participant, message: Draft, *, message_id: int) -> None:
    """Publish an event for each command in a person's message that a bot has here."""
    author = await users.find(tx, who.actor_id)
    if author is None:
        return
    calls = _first_calls(message.text)
    commands = await bot_commands.named(tx, list(calls)) if calls else {}
    if not commands:
        return
    here = await _bots(tx, who.chat)
    reached = [
        _CommandCall(command, params, "TEXTAREA", message_id, message, here)
        for name, params in calls.items()
        for command in commands.get(name, ())
        if _reaches(command, author, here=here)
    ]
    for use in reached[:CALLED_MAX]:
        await _publish(tx, who, use)


def _first_calls(text: str) -> dict[str, str]:
    """What a message calls: names that commands can have, with the params of the first call of each."""
    calls: dict[str, str] = {}
    for name, params in bbcode.commands(text):
        if name not in calls and WORD.fullmatch(name):
            calls[name] = params
            if len(calls) == bot_commands.NAMES_MAX:
                break
    return calls


@raises(Reason.PARAMS_WRONG)
async def press(tx: Tx, who: Participant, message: Message, *, asked: Press) -> None:
    """Publish an event for a button or menu item that a person has pressed.

    Raises PARAMS_WRONG where the message is erased, or the bot has no such command or does not answer to it here.
    """
    author = await users.find(tx, who.actor_id)
    if author is None or message.erased:
        raise ApiError(Reason.PARAMS_WRONG, hint=f"message {message.id} was deleted")
    command = await bot_commands.find_callable(tx, asked.bot_id, without_slash(asked.command))
    here = await _bots(tx, who.chat)
    if command is None or not _reaches(command, author, here=here):
        raise ApiError(Reason.PARAMS_WRONG, hint=_unpressed(command, author, asked=asked))
    use = _CommandCall(command, clipped(asked.params), _pressed_in(message, command), message.id, message, here)
    await _publish(tx, who, use)


def without_slash(text: str) -> str:
    """The name of a command as it is stored: without its slash."""
    return text.strip().removeprefix("/")


async def _bots(tx: Tx, chat: Chat) -> set[int]:
    return {bot.bot_id for bot in await members.bots(tx, chat.id)} if chat.bots else set()


def _unpressed(command: Command | None, author: User, *, asked: Press) -> str:
    """Why a press calls nobody. People from outside are not told which commands they may not call."""
    if author.id == asked.bot_id:
        return "a bot does not call its own commands"
    if command is None or author.outside:
        able = " that people from outside may call" if author.outside else ""
        return (
            f"bot {asked.bot_id} has no command /{without_slash(asked.command)}{able}; "
            "imbot.command.register or imbot.v2.Command.register adds one"
        )
    return f"/{command.command} works only in chats that bot {asked.bot_id} is in, and it is not in this one"


def _pressed_in(message: Message, command: Command) -> str:
    """The context menu, where it alone leads to the command; what clients draw themselves counts as a button."""
    for place in ("KEYBOARD", "MENU"):
        listed = message.params.get(place)
        for item in listed if isinstance(listed, list) else ():
            if item.get("BOT_ID") == command.bot_id and item.get("COMMAND") == command.command:
                return place
    return "KEYBOARD"


async def _publish(tx: Tx, who: Participant, use: _CommandCall) -> None:
    """Record a call of a command, and tell its bot."""
    await bot_commands.add_call(tx, use.command.id, use.message_id)
    event = CommandCalled(
        actor_id=who.actor_id,
        chat_id=who.chat.id,
        bot_id=use.command.bot_id,
        command_id=use.command.id,
        command=use.command.command,
        params=use.params,
        context=use.context,
        message_id=use.message_id,
        text=use.said.text,
        reply_id=use.said.reply_id,
        files=file_ids(use.said.params),
        previous_id=who.chat.last_message_id,
        bots=tuple(sorted(use.here)),
    )
    await outbox.publish(tx, event)


def _reaches(command: Command, author: User, *, here: set[int]) -> bool:
    """A common command works anywhere, others where the bot is; people from outside need the bot's consent."""
    if author.id == command.bot_id or (author.outside and not command.extranet):
        return False
    return command.common or command.bot_id in here
