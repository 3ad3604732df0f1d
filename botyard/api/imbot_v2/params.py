"""Parameters that the methods of bots share, and whose bot a call means."""

from __future__ import annotations

from typing import Protocol

from botyard.api.shared import owners
from botyard.api.shared.owners import owner
from botyard.chat.conversation import dialogs
from botyard.errors import ApiError, Reason
from botyard.model.bots import Bot
from botyard.model.chats import Participant
from botyard.rpc.call import Call, WriteInstead
from botyard.rpc.method import Params

# What every method of a registered bot may raise, in the order in which it is asked for.
BOT_PROBLEMS = (Reason.TOKEN_MISSING, Reason.BOT_UNNAMED, Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)
# The same of every method that goes to a dialog; the caller is told one thing by all of them.
DIALOG_PROBLEMS = (Reason.DIALOG_EMPTY, Reason.DIALOG_CLOSED, Reason.USER_MISSING)


class TokenParams(Params, frozen=True, rename="camel"):
    """botToken names the owner of bots where a webhook calls; an application needs none."""

    bot_token: str = ""


class BotParams(TokenParams, frozen=True, rename="camel"):
    bot_id: int = 0


class DialogParams(BotParams, frozen=True, rename="camel"):
    """dialogId: `N` for the private dialog with a person, `chatN` for a chat."""

    dialog_id: str = ""


class Fields(Params, frozen=True, rename="camel"):
    """Base of what stands in `fields`. A botToken is read here too: some clients send it nowhere else."""

    bot_token: str = ""


class HasToken(Protocol):
    """Parameters that may hold a token, or `fields` that do."""

    @property
    def bot_token(self) -> str: ...


class NamesBot(HasToken, Protocol):
    """Parameters that name a bot."""

    @property
    def bot_id(self) -> int: ...


def token(p: HasToken) -> str:
    """The token that a call is signed with. One of spaces is none."""
    fields = getattr(p, "fields", None)
    given = p.bot_token if p.bot_token.strip() else getattr(fields, "bot_token", "")
    return given if given.strip() else ""


def require_token(call: Call, given: str) -> str:
    """The name that a token makes. Raises TOKEN_MISSING where a webhook gave none."""
    found = owner(call, given)
    if not found:
        raise ApiError(Reason.TOKEN_MISSING)
    return found


async def own_bot(call: Call, p: NamesBot) -> Bot:
    """The caller's bot that a call means. Raises TOKEN_MISSING, BOT_UNNAMED, BOT_NOT_FOUND, BOT_NOT_YOURS."""
    require_named(call, p)
    return await owners.own_bot(call, token(p), p.bot_id)


def require_named(call: Call, p: NamesBot) -> str:
    """The owner that a call names, once it is sure that it names a bot too. Raises TOKEN_MISSING, BOT_UNNAMED."""
    name = require_token(call, token(p))
    if p.bot_id <= 0:
        raise ApiError(Reason.BOT_UNNAMED)
    return name


async def place(call: Call, bot: Bot, dialog_id: str) -> Participant:
    """The bot in the chat that it means, locked; a private dialog is made on first use.

    Raises DIALOG_EMPTY, DIALOG_CLOSED, USER_MISSING.
    """
    return await dialogs.open_(call.tx, bot.user_id, dialog_id)


async def look_or_open(call: Call, p: DialogParams) -> Participant:
    """The bot in the chat that a call means, to look at and unlocked; a private dialog is made on first use.

    Raises BOT_PROBLEMS, then DIALOG_PROBLEMS.
    """
    bot = await own_bot(call, p)
    if call.writing:
        return await place(call, bot, p.dialog_id)
    dialog = dialogs.parse(p.dialog_id)
    who = await dialogs.find(call.tx, bot.user_id, dialog)
    if who is None and not dialog.prefix:
        # It has to be made first.
        raise WriteInstead
    if who is None or who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    return who


async def look(call: Call, bot: Bot, dialog_id: str) -> Participant:
    """A bot in a chat that it is in, to look at and nothing more. Raises DIALOG_EMPTY, DIALOG_CLOSED."""
    who = await dialogs.get(call.tx, bot.user_id, dialog_id)
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    return who
