"""Parameters that the methods of bots share: what comes from the wire, and the bot and the chat that a call means."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Protocol

from msgspec import UNSET

from botyard.api.shared import owners
from botyard.api.shared.owners import known_owner
from botyard.chat.conversation import dialogs, members
from botyard.errors import ApiError, Reason
from botyard.model.bots import Bot
from botyard.model.chats import Participant
from botyard.model.owners import Owner
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.rpc.resolver import Resolver
from botyard.wire.coerce import Id
from botyard.wire.param_types import RawAttach, RawKeyboard, RawMenu


class BotParams(Params, frozen=True, rename="upper"):
    """BOT_ID may be left out: the first bot of the caller is meant. CLIENT_ID names the caller of webhooks."""

    bot_id: Id = 0
    client_id: str = ""


class Content(BotParams, frozen=True, rename="upper"):
    """What a message of a bot carries, in any of the documented spellings. URL_PREVIEW is Y unless it is N."""

    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    menu: RawMenu = UNSET
    url_preview: bool | None = None
    skip_connector: bool = False


class NamesBot(Protocol):
    """Parameters that name a bot."""

    @property
    def bot_id(self) -> int: ...
    @property
    def client_id(self) -> str: ...


class NamesDialog(NamesBot, Protocol):
    """Parameters that name a bot and a dialog."""

    @property
    def dialog_id(self) -> str: ...


class NamesChat(NamesBot, Protocol):
    """Parameters that name a bot and a chat."""

    @property
    def chat_id(self) -> int: ...


def _own_bot(call: Call, p: NamesBot) -> Awaitable[Bot]:
    return owners.own_bot(call, p.client_id, p.bot_id)


async def _named_owner(call: Call, p: NamesBot) -> str:
    owner = await known_owner(call, p.client_id, p.bot_id)
    if not owner:
        raise ApiError(Reason.CLIENT_UNNAMED)
    return owner


async def _named_bot(call: Call, p: NamesBot, owner: str) -> Bot:
    if not p.bot_id:
        raise ApiError(Reason.BOT_NOT_FOUND, hint="BOT_ID is missing; expected the number of a bot")
    return await owners.own_bot(call, p.client_id, p.bot_id)


async def _group(call: Call, p: NamesChat) -> Participant:
    bot = await owners.own_bot(call, p.client_id, p.bot_id)
    return await members.get_group(call.tx, bot.user_id, p.chat_id)


async def _group_to_read(call: Call, p: NamesChat) -> Participant:
    bot = await owners.own_bot(call, p.client_id, p.bot_id)
    return await members.get_group(call.tx, bot.user_id, p.chat_id, locked=False)


async def _dialog(call: Call, p: NamesDialog) -> Participant:
    bot = await owners.own_bot(call, p.client_id, p.bot_id)
    return await dialogs.open_(call.tx, bot.user_id, p.dialog_id)


_GROUP = (owners.own_bot, members.get_group)

OwnBot = Annotated[Bot, Resolver(_own_bot, raises=(owners.own_bot,), access=Access.BOT_OWNER)]
"""The caller's bot that BOT_ID means, or its first one."""
NamedOwner = Annotated[Owner, Resolver(_named_owner, raises=(Reason.CLIENT_UNNAMED,), access=Access.BOT_OWNER)]
"""The name under which the caller owns bots, where one is demanded."""
NamedBot = Annotated[Bot, Resolver(_named_bot, raises=(owners.own_bot,), access=Access.BOT_OWNER, mode=Mode.WRITE)]
"""The same bot after a ``NamedOwner``, for changes: BOT_ID is demanded, no bot is guessed at."""
BotGroup = Annotated[Participant, Resolver(_group, raises=_GROUP, access=Access.BOT_OWNER, mode=Mode.WRITE)]
"""The bot in the group chat of CHAT_ID, locked."""
ReadBotGroup = Annotated[Participant, Resolver(_group_to_read, raises=_GROUP, access=Access.BOT_OWNER)]
"""The same to look at."""
BotDialog = Annotated[
    Participant, Resolver(_dialog, raises=(owners.own_bot, dialogs.open_), access=Access.BOT_OWNER, mode=Mode.WRITE)
]
"""The bot in the chat of DIALOG_ID to write into; a private dialog is made on first use."""
