"""Parameters that the methods of bots share, and what they mean: a bot of the caller's, a chat that it is in."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

from botyard.api.shared import owners
from botyard.api.shared.owners import owner
from botyard.chat.conversation import dialogs
from botyard.errors import ApiError, Reason, raises
from botyard.model.bots import Bot
from botyard.model.chats import Participant
from botyard.model.owners import Owner
from botyard.rpc.access import Access
from botyard.rpc.call import Call, WriteInstead
from botyard.rpc.method import Mode, Params
from botyard.rpc.resolver import Resolver


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


def token(p: TokenParams) -> str:
    """The token that a call is signed with. One of spaces is none."""
    fields = getattr(p, "fields", None)
    bot_token = p.bot_token if p.bot_token.strip() else getattr(fields, "bot_token", "")
    return bot_token if bot_token.strip() else ""


@raises(Reason.TOKEN_MISSING)
def require_token(call: Call, bot_token: str) -> Owner:
    """The name that a token makes. Raises TOKEN_MISSING where a webhook gave none."""
    named_owner = owner(call, bot_token)
    if not named_owner:
        raise ApiError(Reason.TOKEN_MISSING)
    return named_owner


@raises(require_token, Reason.BOT_UNNAMED)
def require_named(call: Call, p: BotParams) -> Owner:
    """The owner that a call names, once it is sure that it names a bot too. Raises TOKEN_MISSING, BOT_UNNAMED."""
    name = require_token(call, token(p))
    if p.bot_id <= 0:
        raise ApiError(Reason.BOT_UNNAMED)
    return name


@raises(require_named, owners.own_bot)
def own_bot(call: Call, p: BotParams) -> Awaitable[Bot]:
    """The caller's bot that a call means. Raises TOKEN_MISSING, BOT_UNNAMED, BOT_NOT_FOUND, BOT_NOT_YOURS."""
    require_named(call, p)
    return owners.own_bot(call, token(p), p.bot_id)


@raises(own_bot, dialogs.open_)
async def bot_chat(call: Call, p: DialogParams) -> Participant:
    """The bot in the chat that a call means, locked; a private dialog is made on first use."""
    bot = await own_bot(call, p)
    return await dialogs.open_(call.tx, bot.user_id, p.dialog_id)


@raises(bot_chat)
async def look_or_open(call: Call, p: DialogParams) -> Participant:
    """The same to look at and unlocked; a private dialog is still made on first use."""
    bot = await own_bot(call, p)
    if call.writing:
        return await dialogs.open_(call.tx, bot.user_id, p.dialog_id)
    dialog = dialogs.parse(p.dialog_id)
    who = await dialogs.find(call.tx, bot.user_id, dialog)
    if who is None and not dialog.prefix:
        # It has to be made first.
        raise WriteInstead
    if who is None or who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    return who


@raises(own_bot, dialogs.get)
async def look(call: Call, p: DialogParams) -> Participant:
    """The bot in a chat that it is in, to look at and nothing more."""
    bot = await own_bot(call, p)
    who = await dialogs.get(call.tx, bot.user_id, p.dialog_id)
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    return who


OwnBot = Annotated[Bot, Resolver(own_bot, raises=(own_bot,), access=Access.BOT_OWNER)]
BotChat = Annotated[Participant, Resolver(bot_chat, raises=(bot_chat,), access=Access.BOT_OWNER, mode=Mode.WRITE)]
SeenOrNewChat = Annotated[Participant, Resolver(look_or_open, raises=(look_or_open,), access=Access.BOT_OWNER)]
SeenChat = Annotated[Participant, Resolver(look, raises=(look,), access=Access.BOT_OWNER)]
