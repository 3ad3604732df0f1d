"""Under which name a caller owns bots: the same in both dialects, so that they share them."""

from __future__ import annotations

import hmac
import re

from botyard.chat.bots import bots
from botyard.errors import ApiError, Problem, Reason, raises
from botyard.model import owners as owner_names
from botyard.model.bots import Bot, Handlers
from botyard.model.owners import NOBODY, Owner
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Dialect
from botyard.store import bot_handlers, reach
from botyard.store import bots as stored_bots

NAMED = 10
"""Bots that a hint lists."""
TOKEN_MIN = 16
"""Characters of the key under which a webhook registers bots, where others reach the portal."""

# What an application_token looks like; few keys that people choose do.
_TOKEN = re.compile(r"[0-9a-f]{32}")


def owner(call: Call, token: str) -> Owner:
    """The caller's application, else what its webhook chose: CLIENT_ID in v1, botToken in v2.

    That works like a password for its bots, so only its keyed hash is kept. ``""`` for a webhook that gave none.
    Raises QUERY_LIMIT for one that has given too many wrong ones.
    """
    if call.identity.client_id:
        return owner_names.app(call.identity.client_id)
    if not token:
        return NOBODY
    guessing = call.context.guessing
    if guessing.pending:
        guessing.require_patience(call.identity.source, call.now)
    return call.context.keys.hook_owner(token)


NOT_COMMANDED = (
    "a person's token of an application commands the bots that this person registered; administrators and the tokens "
    "that come with events command them all"
)
"""What is said where a bot is the application's and not the person's."""

_FAULTS: dict[Problem, str] = {
    Reason.BOT_NOT_FOUND: "does not exist",
    Reason.BOT_NOT_YOURS: "is somebody else's, or was registered under another key",
}


async def known_owner(call: Call, token: str, bot_id: int = 0) -> Owner:
    """The same, where the token may also be the application_token that events of the bots carry.

    Portals send a webhook's own CLIENT_ID there, so bots send it back. ``bot_id`` is the bot that is meant, if known:
    its key may have changed since. Otherwise it is the key that the token was made from.
    """
    name = owner(call, token)
    if not _may_be_alias(call, token) or await stored_bots.count_of(call.tx, name):
        return name
    bot = await _told(call, token, bot_id) if bot_id else None
    # Also when all bots of that key are gone: a bot that is registered again belongs to it, and not to the token.
    return bot.owner if bot else await _first_owner(call, token) or name


async def registrant(call: Call, token: str, code: str) -> Owner:
    """The same for a bot to be registered, or registered again, under a code."""
    bot = await stored_bots.find_by_code(call.tx, code) if _may_be_alias(call, token) else None
    return await known_owner(call, token, bot.user_id if bot else 0)


def commands_all(call: Call) -> bool:
    """Whether the caller commands every bot of the owner that it is.

    So do webhooks, which name the bots' key, administrators, and an application by its own tokens. A person's token of
    an application may be in a browser: it commands what the person registered, unless the setting says otherwise.
    """
    who = call.identity
    return not who.client_id or who.admin or who.own or call.context.settings.app_bots == "all"


def may_command(call: Call, bot: Bot) -> bool:
    """Whether the caller, who is the bot's owner, commands this bot."""
    return commands_all(call) or call.identity.user_id in (bot.registrant, bot.user_id)


@raises(bots.find_own)
async def own_bot(call: Call, token: str, bot_id: int) -> Bot:
    """The caller's bot by its id, or its first one for id 0. Raises BOT_NOT_FOUND, BOT_NOT_YOURS."""
    name = owner(call, token)
    try:
        bot = await bots.find_own(call.tx, name, bot_id)
        if call.identity.client_id and not may_command(call, bot):
            return await _commanded(call, name, bot_id)
        return bot
    except ApiError as refused:
        # Only now, so that the usual call pays nothing for it.
        named = await _told(call, token, bot_id)
        if named:
            return named
        if not bot_id:
            _count_guess(call, token)
        raise await explained(call, token, bot_id, refused) from None


async def explained(call: Call, token: str, bot_id: int, refused: ApiError) -> ApiError:
    """The refusal of a bot, with what there is to say of it. A bot that the caller may not know of does not exist."""
    hidden = bot_id and refused.problem is Reason.BOT_NOT_YOURS
    if hidden and not await reach.known(call.tx, call.user_id, [bot_id]):
        # What is refused so is counted by its reason, which is another one now.
        _count_guess(call, token)
        refused = ApiError(Reason.BOT_NOT_FOUND)
    refused.hint = refused.hint or await no_bot(call, token, bot_id, refused)
    return refused


async def _commanded(call: Call, name: Owner, bot_id: int) -> Bot:
    """The first bot of an application that the caller commands, where none is named. Raises BOT_NOT_YOURS."""
    for bot in await stored_bots.of_owner(call.tx, name) if not bot_id else ():
        if bot.active and may_command(call, bot):
            return bot
    raise ApiError(Reason.BOT_NOT_YOURS, hint=NOT_COMMANDED)


async def owner_of(call: Call, token: str, bot_id: int) -> Owner:
    """The name under which the caller owns a bot; none where the caller does not command it, or it has stopped."""
    name = await known_owner(call, token, bot_id)
    bot = await stored_bots.find(call.tx, bot_id)
    return name if bot is not None and bot.active and may_command(call, bot) else NOBODY


async def own_bots(call: Call, token: str) -> list[Bot]:
    """All the bots that the caller commands, oldest first; by an application_token those that are sent it."""
    owned = await _own_bots(call, token)
    if not owned:
        _count_guess(call, token)
    return owned


def _count_guess(call: Call, token: str) -> None:
    """That a webhook has no bots under a key tells as much as a refusal."""
    if token and not call.identity.client_id:
        call.context.guessing.count(call.identity.source, call.now)


def too_short(call: Call, token: str) -> bool:
    """Whether a webhook's key is too easily guessed to go by from now on, where others reach the portal."""
    return call.context.settings.profile == "prod" and not call.identity.client_id and len(token.strip()) < TOKEN_MIN


async def _own_bots(call: Call, token: str) -> list[Bot]:
    owned = [bot for bot in await stored_bots.of_owner(call.tx, owner(call, token)) if may_command(call, bot)]
    if owned or not _may_be_alias(call, token):
        return owned
    first = await _first_owner(call, token)
    return await stored_bots.of_first_owner(call.tx, first) if first else []


async def is_any_alias(call: Call, token: str) -> bool:
    """Whether this is the application_token of any bot of a webhook, one that is gone included."""
    return _may_be_alias(call, token) and await _first_owner(call, token) != ""


def is_alias(call: Call, token: str, bot: Bot) -> bool:
    """Whether this is the application_token of a webhook's bot."""
    if not _may_be_alias(call, token) or not owner_names.is_hook(bot.owner):
        return False
    return hmac.compare_digest(call.context.keys.application_token(bot.known_as), token)


def _may_be_alias(call: Call, token: str) -> bool:
    return not call.identity.client_id and _TOKEN.fullmatch(token) is not None


async def _told(call: Call, token: str, bot_id: int = 0) -> Bot | None:
    """The webhook's bot that is sent this application_token: the one that is meant, or the oldest."""
    if not _may_be_alias(call, token):
        return None
    keys = call.context.keys
    bot = await (stored_bots.find(call.tx, bot_id) if bot_id else stored_bots.find_alias(call.tx, keys.alias(token)))
    if bot is None and not bot_id:
        # A bot that was registered again is known by the alias once it is told something.
        first = await _first_owner(call, token)
        bot = next(iter(await stored_bots.of_first_owner(call.tx, first)), None) if first else None
    return bot if bot and bot.active and is_alias(call, token, bot) else None


async def _first_owner(call: Call, token: str) -> Owner:
    """The owner that an application_token was made from; "" for any other key."""
    keys = call.context.keys
    first_owner = await stored_bots.alias_owner(call.tx, keys.alias(token))
    return first_owner if first_owner and hmac.compare_digest(keys.application_token(first_owner), token) else NOBODY


async def may_bind(call: Call, name: Owner) -> bool:
    """Whether the caller may set the handlers that all bots of an owner share: only who commands all of them may."""
    return commands_all(call) or all(may_command(call, bot) for bot in await stored_bots.of_owner(call.tx, name))


async def bound_handlers(call: Call, name: Owner) -> Handlers:
    """The handlers that all bots of an owner share, for one more bot.

    What a person without rights has bound is not for the bots that administrators and the application register.
    """
    if call.identity.client_id and commands_all(call) and await stored_bots.any_of_persons(call.tx, name):
        return Handlers()
    return await bot_handlers.find(call.tx, name) or Handlers()


def registering(call: Call) -> int:
    """Who registers what this call registers: the person, or 0 where it is the application itself."""
    return 0 if call.identity.own else call.identity.user_id


@raises(Reason.CODE_TAKEN)
async def require_code(call: Call, name: Owner, code: str) -> None:
    """Raise CODE_TAKEN for the code of a bot of the same owner that the caller does not command."""
    if commands_all(call):
        return
    bot = await stored_bots.find_by_code(call.tx, code)
    if bot is not None and bot.owner == name and not may_command(call, bot):
        raise ApiError(Reason.CODE_TAKEN, hint=NOT_COMMANDED)


@raises(Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)
async def no_bot(call: Call, token: str, bot_id: int, refused: ApiError) -> str:
    """Why there is no such bot for a caller, and which ones there are: its own and no others."""
    second = call.method.dialect is Dialect.V2
    key, number = ("botToken", "botId") if second else ("CLIENT_ID", "BOT_ID")
    if not owner(call, token):
        return f"{key} is missing; expected the key under which this webhook has registered its bots"
    fault = f"{number} {bot_id} {_FAULTS[refused.problem]}" if bot_id > 0 else f"{number} is missing"
    if bot_id < 0:
        fault = f"{number} is not the number of a bot"
    whose = "webhook" if call.identity.auth is Auth.WEBHOOK else "application"
    bot_ids = [str(bot.user_id) for bot in await _own_bots(call, token)]
    if not bot_ids:
        under = f" under this {key}" if whose == "webhook" else ""
        return f"{fault}; this {whose} has no bots{under}"
    more = ", …" if len(bot_ids) > NAMED else ""
    return f"{fault}; this {whose}'s bots: {', '.join(bot_ids[:NAMED])}{more}"
