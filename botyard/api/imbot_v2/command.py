"""imbot.v2.Command.*: slash commands of bots."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.imbot_v2 import shapes
from botyard.api.imbot_v2.family import IMBOT_V2, method
from botyard.api.imbot_v2.params import BotParams, DialogParams, Fields, OwnBot
from botyard.api.imbot_v2.shapes import DONE, CommandShape, Done, ListedCommand
from botyard.api.shared.message_content import IM, carried
from botyard.chat.bots import command_calls, commands
from botyard.chat.content import content
from botyard.chat.conversation import dialogs
from botyard.errors import ApiError, Reason
from botyard.model.bots import Command
from botyard.model.messages import Draft
from botyard.rpc.call import Call
from botyard.rpc.method import Mode
from botyard.store import bot_commands, users
from botyard.wire.coerce import Text
from botyard.wire.param_types import RawAttach, RawKeyboard

Phrases = list[dict[str, Any]]


class NewCommand(Fields, frozen=True, rename="camel"):
    """A command without its slash; `title` and `params` are texts by language: `{"en": "Help"}`."""

    command: Text | UnsetType = UNSET
    title: dict[str, Any] = {}
    params: dict[str, Any] = {}
    common: bool = False
    hidden: bool = False
    extranet_support: bool = False


class Register(BotParams, frozen=True, rename="camel"):
    """What describes the command stands in `fields`. Beside botId, where it once stood, it is accepted, too."""

    fields: NewCommand | None = None
    command: Text | UnsetType = UNSET
    title: dict[str, Any] = {}
    params: dict[str, Any] = {}
    common: bool = False
    hidden: bool = False
    extranet_support: bool = False


class UpdateFields(Fields, frozen=True, rename="camel"):
    """What is not given stays. In `title` null takes a language away; `params` counts for languages in `title`."""

    command: Text | UnsetType = UNSET
    title: dict[str, Any] = {}
    params: dict[str, Any] = {}
    common: bool | None = None
    hidden: bool | None = None
    extranet_support: bool | None = None


class OneCommand(BotParams, frozen=True, rename="camel"):
    command_id: int = 0


class Update(OneCommand, frozen=True, rename="camel"):
    fields: UpdateFields = UpdateFields()


class List(BotParams, frozen=True, rename="camel"):
    """botId names the bot."""


class AnswerFields(Fields, frozen=True, rename="camel"):
    """A message: up to 20,000 characters and what it carries."""

    message: str = ""
    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    system: bool = False
    url_preview: bool = True


class Answer(DialogParams, frozen=True, rename="camel"):
    """The command and the message that called it, in the dialog from the event."""

    command_id: int = 0
    message_id: int = 0
    fields: AnswerFields = AnswerFields()


class CommandAnswer(msgspec.Struct, frozen=True):
    command: CommandShape


class Listed(msgspec.Struct, frozen=True):
    commands: list[ListedCommand]


@method(
    "imbot.v2.Command.register",
    mode=Mode.WRITE,
    raises=(Reason.COMMAND_WORD, Reason.COMMAND_EMPTY, Reason.LANG_EMPTY, Reason.COMMAND_NOT_CREATED),
)
async def register(call: Call, bot: OwnBot, p: Register) -> CommandAnswer:
    """Add a slash command to a bot, or find the one of this name again and leave it as it is.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/commands/command-register.md
    """
    new_command: NewCommand | Register = p if p.fields is None else p.fields
    word = _word(new_command.command)
    if not word:
        raise ApiError(Reason.COMMAND_EMPTY)
    lang = _phrased([], new_command.title, new_command.params)
    if not lang and not new_command.hidden:
        raise ApiError(Reason.LANG_EMPTY)
    known = await bot_commands.find_named(call.tx, bot.user_id, word)
    if known is not None:
        return CommandAnswer(shapes.command(known))
    command = Command(
        id=0,
        owner=bot.owner,
        bot_id=bot.user_id,
        command=word,
        handler="",
        common=new_command.common,
        hidden=new_command.hidden,
        extranet=new_command.extranet_support,
        lang=lang,
    )
    command_id = await commands.register(call.tx, call.user_id, command)
    return CommandAnswer(shapes.command(msgspec.structs.replace(command, id=command_id)))


@method(
    "imbot.v2.Command.update",
    mode=Mode.WRITE,
    raises=(commands.find_of, Reason.COMMAND_WORDLESS, commands.change),
)
async def update(call: Call, bot: OwnBot, p: Update) -> CommandAnswer:
    """Change a slash command.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/commands/command-update.md
    """
    command = await commands.find_of(call.tx, bot, p.command_id)
    update_fields = p.fields
    word = command.command if update_fields.command is UNSET else _word(update_fields.command)
    if not word:
        raise ApiError(Reason.COMMAND_WORDLESS)
    changed = msgspec.structs.replace(
        command,
        command=word,
        common=command.common if update_fields.common is None else update_fields.common,
        hidden=command.hidden if update_fields.hidden is None else update_fields.hidden,
        extranet=command.extranet if update_fields.extranet_support is None else update_fields.extranet_support,
        lang=_phrased(command.lang, update_fields.title, update_fields.params),
    )
    await commands.change(call.tx, call.user_id, changed)
    return CommandAnswer(shapes.command(changed))


@method("imbot.v2.Command.unregister", mode=Mode.WRITE, raises=(commands.find_of,))
async def unregister(call: Call, bot: OwnBot, p: OneCommand) -> Done:
    """Take a slash command away.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/commands/command-unregister.md
    """
    await commands.remove(call.tx, call.user_id, await commands.find_of(call.tx, bot, p.command_id))
    return DONE


@method("imbot.v2.Command.list")
async def list_(call: Call, bot: OwnBot, p: List) -> Listed:
    """List a bot's commands, with titles in the language of whoever calls, else in English.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/commands/command-list.md
    """
    caller = await users.find(call.tx, call.user_id)
    language = caller.language if caller else "en"
    listed = await bot_commands.of_bot(call.tx, bot.user_id)
    return Listed([shapes.listed_command(command, bot.name, language) for command in listed])


# Whatever stands in the way, the page has one error for it.
UNANSWERED = (commands.find_of, content.attach, content.keyboard, dialogs.parse, commands.answer)


@method(
    "imbot.v2.Command.answer",
    mode=Mode.WRITE,
    raises=(*UNANSWERED, Reason.COMMAND_UNANSWERED),
    errors=IMBOT_V2.like(Reason.COMMAND_UNANSWERED, *UNANSWERED),
)
async def answer(call: Call, bot: OwnBot, p: Answer) -> Done:
    """Answer a slash command in the chat where it was called.

    Where the bot is not a member, a system message that begins with its name answers. Whatever stands in the
    way, the page has one error for it.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/commands/command-answer.md
    """
    answer_fields = p.fields
    command = await commands.find_of(call.tx, bot, p.command_id)
    params = carried(answer_fields.attach, answer_fields.keyboard, UNSET, bot_id=bot.user_id, limits=IM).params(
        answer_fields.url_preview
    )
    text = answer_fields.message.strip()
    if not text and "ATTACH" not in params:
        raise ApiError(Reason.COMMAND_UNANSWERED, hint="fields[message] is empty, and there is no attachment")
    draft = Draft(text=text, system=answer_fields.system, params=params)
    dialog = dialogs.parse(p.dialog_id)
    await commands.answer(call.tx, command, draft, message_id=p.message_id, dialog=dialog, sign=bot.name)
    return DONE


def _word(word: str | UnsetType | None) -> str:
    """A command without its slash; empty for none. Raises COMMAND_WORD for what is no text."""
    if word is None:
        raise ApiError(Reason.COMMAND_WORD)
    return "" if word is UNSET else command_calls.without_slash(word)


def _phrased(known: Phrases, title: dict[str, Any], params: dict[str, Any]) -> Phrases:
    """Phrases by language after what was given: a text sets one, nothing takes it away."""
    kept = {str(phrase.get("LANGUAGE_ID")).lower(): phrase for phrase in known}
    for language, text in title.items():
        code = language.strip().lower()
        if not isinstance(text, str) or not text.strip() or not code:
            kept.pop(code, None)
            continue
        hint = params.get(language, kept.get(code, {}).get("PARAMS", ""))
        kept[code] = {"LANGUAGE_ID": code, "TITLE": text, "PARAMS": hint if isinstance(hint, str) else ""}
    return list(kept.values())
