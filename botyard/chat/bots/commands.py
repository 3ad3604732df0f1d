"""Slash commands of bots: register, update, remove, answer."""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.bots.bots import OwnerOf
from botyard.chat.bots.command_calls import WORD, without_slash
from botyard.chat.conversation import dialogs, messages
from botyard.chat.conversation.dialogs import DialogRef
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model import lengths
from botyard.model.bot_events import CommandChanged
from botyard.model.bots import Bot, Command
from botyard.model.messages import Draft
from botyard.store import bot_commands, chats
from botyard.store import messages as stored_messages
from botyard.store.engines.db import Tx

MOST = 100
"""Commands that one bot may register."""

UNCALLED = "there is no message with this number that called the command in this dialog"
ONE_WORD = "a command is one word of up to 60 characters, without a slash inside"


@raises(Reason.COMMAND_NOT_YOURS, Reason.COMMAND_NOT_FOUND)
async def find_own(tx: Tx, owner: OwnerOf, command_id: int, *, name: str = "") -> Command:
    """A caller's command by id, or by name; ``owner`` is whom the caller is for a bot.

    Raises COMMAND_NOT_FOUND, COMMAND_NOT_YOURS.
    """
    if command_id:
        command = await bot_commands.find(tx, command_id)
        commands = [command] if command else []
    else:
        called = without_slash(name)
        commands = (await bot_commands.named(tx, [called])).get(called, [])
    for command in commands:
        if command.owner == await owner(command.bot_id):
            return command
    if not commands:
        raise ApiError(Reason.COMMAND_NOT_FOUND, hint=_no_command(command_id))
    raise ApiError(Reason.COMMAND_NOT_YOURS, hint="it was registered by somebody else or under another key")


@raises(Reason.COMMAND_NOT_FOUND)
async def find_of(tx: Tx, bot: Bot, command_id: int) -> Command:
    """A command of a bot. Raises COMMAND_NOT_FOUND alike for none and for another bot's."""
    command = await bot_commands.find(tx, command_id)
    if command is None or command.bot_id != bot.user_id:
        known = [f"{command.id} (/{command.command})" for command in await bot_commands.of_bot(tx, bot.user_id)]
        raise ApiError(
            Reason.COMMAND_NOT_FOUND,
            hint=f"{_no_command(command_id)}; commands of bot {bot.user_id}: {', '.join(known[:10]) or 'none'}",
        )
    return command


def _no_command(command_id: int) -> str:
    return f"there is no command {command_id}" if command_id > 0 else "the number of a command is missing"


@raises(Reason.COMMAND_NOT_CREATED, Reason.COMMAND_WORD, Reason.COMMAND_TAKEN)
async def register(tx: Tx, actor_id: int, command: Command) -> int:
    """Add a command to a bot, or renew the one of the same name. Returns its id.

    Raises COMMAND_NOT_CREATED for more than one word and beyond ``MOST`` commands.
    """
    if not WORD.fullmatch(command.command):
        raise ApiError(Reason.COMMAND_NOT_CREATED, hint=ONE_WORD)
    command = msgspec.structs.replace(command, lang=lengths.phrases(command.lang))
    known = await bot_commands.find_named(tx, command.bot_id, command.command)
    if known:
        await change(tx, actor_id, msgspec.structs.replace(command, id=known.id))
        return known.id
    if await bot_commands.count(tx, command.bot_id) >= MOST:
        raise ApiError(Reason.COMMAND_NOT_CREATED, hint=f"the bot has {MOST} commands already")
    command_id = await bot_commands.add(tx, command)
    event = CommandChanged(actor_id=actor_id, bot_id=command.bot_id, command_id=command_id, change="add")
    await outbox.publish(tx, event)
    return command_id


@raises(Reason.COMMAND_WORD, Reason.COMMAND_TAKEN)
async def change(tx: Tx, actor_id: int, command: Command) -> None:
    """Store a command as it now is. Raises COMMAND_WORD for no word, COMMAND_TAKEN for one that the bot has."""
    if not WORD.fullmatch(command.command):
        raise ApiError(Reason.COMMAND_WORD)
    known = await bot_commands.find_named(tx, command.bot_id, command.command)
    if known and known.id != command.id:
        raise ApiError(Reason.COMMAND_TAKEN, hint=f"the bot has a command /{command.command} already")
    await bot_commands.change(tx, msgspec.structs.replace(command, lang=lengths.phrases(command.lang)))
    event = CommandChanged(actor_id=actor_id, bot_id=command.bot_id, command_id=command.id, change="update")
    await outbox.publish(tx, event)


async def remove(tx: Tx, actor_id: int, command: Command) -> None:
    """Remove a command."""
    await bot_commands.remove(tx, command.id)
    event = CommandChanged(actor_id=actor_id, bot_id=command.bot_id, command_id=command.id, change="delete")
    await outbox.publish(tx, event)


@raises(Reason.MESSAGE_NOT_ADDED)
async def answer(
    tx: Tx,
    command: Command,
    draft: Draft,
    *,
    message_id: int,
    dialog: DialogRef | None = None,
    sign: str = "",
) -> int:
    """Answer a command in the chat of the message that called it. Returns the id of the new message.

    A common command may have been called where its bot is not a member: the call
    itself lets it answer there, as it does where only managers write. With ``sign``, the bot's name,
    a stranger to the chat speaks by a system message that begins with it; ``dialog`` must mean the chat.
    Raises MESSAGE_NOT_ADDED.
    """
    message = await stored_messages.find(tx, message_id)
    who = await chats.find(tx, message.chat_id, command.bot_id, locked=True) if message else None
    if who is None:
        raise ApiError(Reason.MESSAGE_NOT_ADDED, hint=UNCALLED)
    _, chat, member = who
    if dialog is not None and not dialogs.means(dialog, chat):
        raise ApiError(Reason.MESSAGE_NOT_ADDED, hint=UNCALLED)
    seen = member is not None and message_id >= member.first_id and rules.allowed(Act.POST, who)
    if not seen and not await bot_commands.was_called(tx, command.id, message_id):
        raise ApiError(Reason.MESSAGE_NOT_ADDED, hint=UNCALLED)
    if member is None and sign:
        draft = msgspec.structs.replace(draft, system=True, text=f"[B]{sign}[/B]\n{draft.text}".rstrip())
    return await messages.insert(tx, who, draft)
