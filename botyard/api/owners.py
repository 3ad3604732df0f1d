"""Under which name a caller owns bots: the same in both generations, so that they share them."""

from __future__ import annotations

import hmac
import re

from botyard.chat import bots
from botyard.errors import Problem, Refused
from botyard.model.bots import Bot
from botyard.portal.keys import HOOK
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.store import bots as rows
from botyard.store.db import Tx

NAMED = 10
"""Bots that a hint lists."""

# What an application_token looks like; few words that people choose do.
_TOKEN = re.compile(r"[0-9a-f]{32}")


def owner(call: Call, token: str) -> str:
    """The caller's application, else what its webhook chose: CLIENT_ID in v1, botToken in v2.

    That works like a password for its bots, so only its keyed hash is kept. ``""`` for a webhook that gave none.
    """
    if call.identity.client_id:
        return f"app:{call.identity.client_id}"
    return call.context.keys.hook_owner(token) if token else ""


_FAULTS = {
    Problem.BOT_NOT_FOUND: "does not exist",
    Problem.BOT_NOT_YOURS: "is somebody else's, or was registered under another key",
}


async def known_owner(call: Call, token: str, bot_id: int = 0) -> str:
    """The same, where the token may also be the application_token that events of the bots carry.

    Portals send a webhook's own CLIENT_ID there, so bots send it back. ``bot_id`` is the bot that is meant, if known.
    """
    name = owner(call, token)
    if call.identity.client_id or not _TOKEN.fullmatch(token) or await rows.count_of(call.tx, name):
        return name
    return await _by_alias(call, token, bot_id) or name


async def own_bot(call: Call, token: str, bot_id: int) -> Bot:
    """The caller's bot by its id, or its first one for id 0. Raises BOT_NOT_FOUND, BOT_NOT_YOURS."""
    name = owner(call, token)
    try:
        return await bots.find_own(call.tx, name, bot_id)
    except Refused as refused:
        # Only now, so that the usual call pays nothing for it.
        alias = await _by_alias(call, token, bot_id)
        if alias:
            return await bots.find_own(call.tx, alias, bot_id)
        refused.hint = await no_bot(call, call.tx, name, bot_id, refused)
        raise


async def _by_alias(call: Call, token: str, bot_id: int) -> str:
    """The owner of the webhook's bots whose application_token this is; ``""`` for none."""
    if call.identity.client_id or not _TOKEN.fullmatch(token):
        return ""
    keys = call.context.keys
    found = await (rows.find(call.tx, bot_id) if bot_id else rows.find_alias(call.tx, keys.alias(token)))
    if found is None or not found.owner.startswith(HOOK):
        return ""
    return found.owner if hmac.compare_digest(keys.application_token(found.known_as), token) else ""


async def no_bot(call: Call, tx: Tx, owner_name: str, bot_id: int, refused: Refused) -> str:
    """Why there is no such bot for a caller, and which ones there are: its own and no others."""
    second = call.method.name.startswith("imbot.v2.")
    word, number = ("botToken", "botId") if second else ("CLIENT_ID", "BOT_ID")
    if not owner_name:
        return f"{word} is missing; expected the key under which this webhook has registered its bots"
    fault = f"{number} {bot_id} {_FAULTS[refused.problem]}" if bot_id > 0 else f"{number} is missing"
    if bot_id < 0:
        fault = f"{number} is not the number of a bot"
    whose = "webhook" if call.identity.auth is Auth.WEBHOOK else "application"
    found = [str(one.user_id) for one in await rows.of_owner(tx, owner_name)]
    if not found:
        under = f" under this {word}" if whose == "webhook" else ""
        return f"{fault}; this {whose} has no bots{under}"
    more = ", …" if len(found) > NAMED else ""
    return f"{fault}; this {whose}'s bots: {', '.join(found[:NAMED])}{more}"
