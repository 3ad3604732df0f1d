"""Under which name a caller owns bots: the same in both generations, so that they share them."""

from __future__ import annotations

from botyard.chat import bots
from botyard.errors import Problem, Refused
from botyard.model.bots import Bot
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.store import bots as rows
from botyard.store.db import Tx

NAMED = 10
"""Bots that a hint lists."""


def owner(call: Call, token: str) -> str:
    """The caller's application, else what its webhook chose: CLIENT_ID in v1, botToken in v2.

    That works like a password for its bots, so only its keyed hash is kept. ``""`` for a webhook that gave none.
    """
    if call.identity.client_id:
        return f"app:{call.identity.client_id}"
    return call.context.keys.hook_owner(token) if token else ""


_FAULTS = {
    Problem.BOT_NOT_FOUND: "does not exist",
    Problem.BOT_NOT_YOURS: "is somebody else's, or was registered under another word",
}


async def own_bot(call: Call, owner_name: str, bot_id: int) -> Bot:
    """The bot that an owner means: by id, or its first one for id 0. Raises BOT_NOT_FOUND, BOT_NOT_YOURS."""
    try:
        return await bots.find_own(call.tx, owner_name, bot_id)
    except Refused as refused:
        refused.hint = await no_bot(call, call.tx, owner_name, bot_id, refused)
        raise


async def no_bot(call: Call, tx: Tx, owner_name: str, bot_id: int, refused: Refused) -> str:
    """Why there is no such bot for a caller, and which ones there are: its own and no others."""
    second = call.method.name.startswith("imbot.v2.")
    word, number = ("botToken", "botId") if second else ("CLIENT_ID", "BOT_ID")
    if not owner_name:
        return f"{word} is missing; expected the word under which this webhook has registered its bots"
    fault = f"{number} {bot_id} {_FAULTS[refused.problem]}" if bot_id else f"{number} is missing"
    whose = "webhook" if call.identity.auth is Auth.WEBHOOK else "application"
    found = [str(one.user_id) for one in await rows.of_owner(tx, owner_name)]
    if not found:
        under = f" under this {word}" if whose == "webhook" else ""
        return f"{fault}; this {whose} has no bots{under}"
    more = ", …" if len(found) > NAMED else ""
    return f"{fault}; this {whose}'s bots: {', '.join(found[:NAMED])}{more}"
