"""imbot.bot.list."""

from __future__ import annotations

import msgspec

from botyard.api.imbot.family import method
from botyard.errors import ErrorCode
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import NoParams
from botyard.store import bots, reach


class Listed(msgspec.Struct, frozen=True, rename="upper"):
    id: int
    name: str
    code: str
    openline: str


@method("imbot.bot.list", access=Access.BOT_OWNER, deprecated="imbot.v2.Bot.list", raises=(ErrorCode.AUTH_TYPE,))
async def list_(call: Call, p: NoParams) -> dict[str, Listed]:
    """List all bots of the portal, by id; to an outsider those that the outsider may know of.

    Docs: api-reference/chat-bots/outdated/bots/imbot-bot-list.md
    """
    every_bot = await bots.all_bots(call.tx)
    if await reach.outside(call.tx, call.user_id):
        known = {user.id for user in await reach.known(call.tx, call.user_id, [bot.user_id for bot in every_bot])}
        every_bot = [bot for bot in every_bot if bot.user_id in known]
    return {
        str(bot.user_id): Listed(bot.user_id, bot.name, bot.code, "Y" if bot.openline else "N") for bot in every_bot
    }
