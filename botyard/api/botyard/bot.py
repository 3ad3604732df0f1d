"""`botyard.bot.*`: whose bots there are."""

from __future__ import annotations

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.chat.bots import bots
from botyard.errors import ApiError, Reason
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import bots as stored_bots
from botyard.wire.coerce import Id


class Reassigned(Params, frozen=True, rename="upper"):
    """BOT_ID names one bot, FROM_USER_ID a person who registered several. USER_ID is whose they are from now on."""

    bot_id: Id = 0
    from_user_id: Id = 0
    user_id: Id = 0


@method(
    "botyard.bot.reassign",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(bots.reassign, Reason.ARGUMENT, Reason.BOT_NOT_FOUND, Reason.USER_MISSING),
)
async def reassign(call: Call, p: Reassigned) -> list[int]:
    """Hand a bot, or all bots that a person registered, over to another person, and return their ids.

    A bot stops while the person who registered it is deactivated, and goes on when it is handed over. Its key
    (CLIENT_ID, `botToken`), handlers and chats stay: change them where the person who left may still have them.
    """
    if (p.bot_id > 0) == (p.from_user_id > 0):
        raise ApiError(Reason.ARGUMENT, reason="Name one bot by BOT_ID, or a person by FROM_USER_ID")
    person = await params.person(call, p.user_id)
    if p.bot_id > 0:
        bot = await stored_bots.find(call.tx, p.bot_id)
        owned = [bot] if bot else []
    else:
        owned = await stored_bots.of_registrant(call.tx, p.from_user_id)
    if not owned:
        raise ApiError(Reason.BOT_NOT_FOUND)
    for bot in owned:
        await bots.reassign(call.tx, bot, person)
    return [bot.user_id for bot in owned]
