"""`botyard.signing.*`: the secret by which a handler knows that an event is from this portal."""

from __future__ import annotations

import msgspec

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.api.shared.owners import known_owner, own_bots
from botyard.errors import ApiError, Reason
from botyard.model.owners import Owner
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.store import bots


class Get(Params, frozen=True, rename="upper"):
    """BOT_ID names a bot, CLIENT_ID an application."""

    bot_id: int = 0
    client_id: str = ""


class Own(Params, frozen=True, rename="upper"):
    """A webhook names the CLIENT_ID of its bots, their `botToken` in the second generation."""

    client_id: str = ""


class SigningAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """SECRET is `whsec_` and the base64 of 32 bytes, as the libraries of Standard Webhooks take it."""

    secret: str


@method(
    "botyard.signing.get",
    access=Access.ADMIN,
    raises=(Reason.ARGUMENT, Reason.APP_MISSING, Reason.BOT_NOT_FOUND),
)
async def get(call: Call, p: Get) -> SigningAnswer:
    """Tell what the events of an application, or those of a bot, are signed with.

    All bots and handlers of an application share one secret, and so do all bots
    that webhooks have registered under one CLIENT_ID.
    """
    if (p.bot_id > 0) is bool(p.client_id):
        raise ApiError(Reason.ARGUMENT, reason="Name BOT_ID or CLIENT_ID, one of the two")
    if p.client_id:
        return _answer(call, (await params.app(call, p.client_id)).owner)
    bot = await bots.find(call.tx, p.bot_id)
    if bot is None:
        raise ApiError(Reason.BOT_NOT_FOUND)
    return _answer(call, bot.owner)


@method("botyard.signing.own", access=Access.SIGNED_TO, scopes=(), raises=(Reason.BOT_NOT_FOUND,))
async def own(call: Call, p: Own) -> SigningAnswer:
    """Tell the caller what its own events are signed with.

    An application asks with a token of an administrator, such as the one that
    ONAPPINSTALL brings, and names nothing. A webhook names the CLIENT_ID under
    which it has registered bots.
    """
    mine = await known_owner(call, p.client_id)
    if call.identity.client_id or (mine and await bots.first_of(call.tx, mine)):
        return _answer(call, mine)
    # By an application_token: the bots that are sent it may all have got another word.
    own_all = await own_bots(call, p.client_id)
    if not own_all:
        raise ApiError(Reason.BOT_NOT_FOUND)
    return _answer(call, own_all[0].owner)


def _answer(call: Call, signed_to: Owner) -> SigningAnswer:
    return SigningAnswer(call.context.keys.signing_text(signed_to))
