"""imbot.command.*: slash commands of bots."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import UNSET

from botyard.api.imbot.family import method
from botyard.api.imbot.params import BotParams, OwnBot
from botyard.api.shared.message_content import IMBOT, carried
from botyard.api.shared.owners import owner_of
from botyard.chat.bots import command_calls, commands
from botyard.errors import ApiError, Reason, error
from botyard.model.bots import Command
from botyard.model.messages import Draft
from botyard.portal.url_validation import valid_url
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.rpc.resolver import Resolver
from botyard.wire.coerce import Address
from botyard.wire.param_types import RawAttach, RawKeyboard, RawMenu


class Phrase(Params, frozen=True, rename="upper"):
    """A command in one language."""

    language_id: str = ""
    title: str = ""
    params: str = ""


class Register(BotParams, frozen=True, rename="upper"):
    command: str = ""
    event_command_add: Address = ""
    lang: list[Phrase] = []
    common: bool = False
    hidden: bool = False
    extranet_support: bool = False


class UpdateFields(Params, frozen=True, rename="upper"):
    """What is not given stays as it is."""

    command: str | None = None
    event_command_add: Address | None = None
    hidden: bool | None = None
    extranet_support: bool | None = None
    lang: list[Phrase] | None = None


class Update(Params, frozen=True, rename="upper"):
    command_id: int = 0
    fields: UpdateFields = UpdateFields()
    client_id: str = ""


class Unregister(Params, frozen=True, rename="upper"):
    command_id: int = 0
    client_id: str = ""


class Answer(Params, frozen=True, rename="upper"):
    """The command by COMMAND_ID or by its text, COMMAND."""

    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    menu: RawMenu = UNSET
    url_preview: bool = True

    command_id: int = 0
    command: str = ""
    message_id: int = 0
    message: str = ""
    system: bool = False
    client_id: str = ""


class NamesCommand(Protocol):
    """Parameters that name a command by its number."""

    @property
    def command_id(self) -> int: ...
    @property
    def client_id(self) -> str: ...


def _own_command(call: Call, p: NamesCommand) -> Awaitable[Command]:
    return commands.find_own(call.tx, partial(owner_of, call, p.client_id), p.command_id)


def _called_command(call: Call, p: Answer) -> Awaitable[Command]:
    return commands.find_own(call.tx, partial(owner_of, call, p.client_id), p.command_id, name=p.command)


OwnCommand = Annotated[
    Command, Resolver(_own_command, raises=(commands.find_own,), access=Access.BOT_OWNER, mode=Mode.WRITE)
]
"""The caller's command of COMMAND_ID."""
CalledCommand = Annotated[
    Command, Resolver(_called_command, raises=(commands.find_own,), access=Access.BOT_OWNER, mode=Mode.WRITE)
]
"""The same, or the one of the text COMMAND."""


@method(
    "imbot.command.register",
    mode=Mode.WRITE,
    deprecated="imbot.v2.Command.register",
    raises=(
        Reason.ON_COMMAND_MISSING,
        Reason.ON_COMMAND_WRONG,
        Reason.COMMAND_EMPTY,
        Reason.LANG_EMPTY,
        Reason.COMMAND_NOT_CREATED,
    ),
)
async def register(call: Call, bot: OwnBot, p: Register) -> int:
    """Add a slash command to a bot and return its id; the same command again is renewed.

    LANG may be left out for a hidden command.

    Docs: api-reference/chat-bots/outdated/commands/imbot-command-register.md
    """
    if not p.event_command_add:
        raise ApiError(Reason.ON_COMMAND_MISSING)
    if not valid_url(p.event_command_add):
        raise ApiError(Reason.ON_COMMAND_WRONG)
    if not command_calls.without_slash(p.command):
        raise ApiError(Reason.COMMAND_EMPTY)
    lang = _lang(p.lang)
    if not lang and not p.hidden:
        raise ApiError(Reason.LANG_EMPTY)
    command = Command(
        id=0,
        owner=bot.owner,
        bot_id=bot.user_id,
        command=command_calls.without_slash(p.command),
        handler=p.event_command_add,
        common=p.common,
        hidden=p.hidden,
        extranet=p.extranet_support,
        lang=lang,
    )
    return await commands.register(call.tx, call.user_id, command)


@method(
    "imbot.command.update",
    deprecated="imbot.v2.Command.update",
    raises=(
        Reason.ON_COMMAND_WRONG,
        Reason.FIELDS_EMPTY,
        Reason.COMMAND_NOT_UPDATED,
        commands.change,
    ),
)
async def update(call: Call, command: OwnCommand, p: Update) -> bool:
    """Change a slash command.

    Docs: api-reference/chat-bots/outdated/commands/imbot-command-update.md
    """
    update_fields = p.fields
    if all(value is None for value in msgspec.structs.astuple(update_fields)):
        raise ApiError(Reason.FIELDS_EMPTY)
    if update_fields.event_command_add is not None and not valid_url(update_fields.event_command_add):
        raise ApiError(Reason.ON_COMMAND_WRONG)
    lang = command.lang if update_fields.lang is None else _lang(update_fields.lang)
    hidden = command.hidden if update_fields.hidden is None else update_fields.hidden
    if not lang and not hidden:
        raise ApiError(Reason.COMMAND_NOT_UPDATED)
    changed = msgspec.structs.replace(
        command,
        command=command.command
        if update_fields.command is None
        else command_calls.without_slash(update_fields.command),
        handler=update_fields.event_command_add or command.handler,
        hidden=hidden,
        extranet=command.extranet if update_fields.extranet_support is None else update_fields.extranet_support,
        lang=lang,
    )
    await commands.change(call.tx, call.user_id, changed)
    return True


@method("imbot.command.unregister", deprecated="imbot.v2.Command.unregister")
async def unregister(call: Call, command: OwnCommand, p: Unregister) -> bool:
    """Take a slash command away.

    Docs: api-reference/chat-bots/outdated/commands/imbot-command-unregister.md
    """
    await commands.remove(call.tx, call.user_id, command)
    return True


@method(
    "imbot.command.answer",
    deprecated="imbot.v2.Command.answer",
    errors={
        Reason.MESSAGE_ID_WRONG: error("MESSAGE_ID_EMPTY: Message ID can't be empty"),
        # The page has codes for attachments and keyboards that are too big, and none for menus.
        Reason.MENU_TOO_BIG: Reason.MENU_WRONG,
    },
    raises=(Reason.MESSAGE_ID_WRONG, Reason.MESSAGE_EMPTY, carried, commands.answer),
)
async def answer(call: Call, command: CalledCommand, p: Answer) -> int:
    """Answer a slash command in the chat where it was called, and return the message's id.

    Docs: api-reference/chat-bots/outdated/commands/imbot-command-answer.md
    """
    if p.message_id <= 0:
        raise ApiError(Reason.MESSAGE_ID_WRONG)
    content = carried(p.attach, p.keyboard, p.menu, bot_id=command.bot_id, limits=IMBOT)
    draft = Draft(text=p.message.strip(), system=p.system, params=content.params(p.url_preview))
    if not draft.text and "ATTACH" not in draft.params:
        raise ApiError(Reason.MESSAGE_EMPTY)
    return await commands.answer(call.tx, command, draft, message_id=p.message_id)


def _lang(phrases: list[Phrase]) -> list[dict[str, Any]]:
    kept = [phrase for phrase in phrases if phrase.language_id and phrase.title]
    return [{"LANGUAGE_ID": phrase.language_id, "TITLE": phrase.title, "PARAMS": phrase.params} for phrase in kept]
