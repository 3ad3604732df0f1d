"""Parameters that the methods of bots share, and whose bot a call means."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from msgspec import UNSET

from botyard.api.shared import owners
from botyard.api.shared.owners import known_owner
from botyard.errors import ApiError, Reason
from botyard.model.bots import Bot
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.wire.coerce import Id

# What every method of a registered bot may raise.
BOT_PROBLEMS = (Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)
CONTENT_PROBLEMS = (
    Reason.ATTACH_WRONG,
    Reason.ATTACH_TOO_BIG,
    Reason.KEYBOARD_WRONG,
    Reason.KEYBOARD_TOO_BIG,
    Reason.MENU_WRONG,
    Reason.MENU_TOO_BIG,
)


class BotParams(Params, frozen=True, rename="upper"):
    """BOT_ID may be left out: the first bot of the caller is meant. CLIENT_ID names the caller of webhooks."""

    bot_id: Id = 0
    client_id: str = ""


class Content(BotParams, frozen=True, rename="upper"):
    """What a message of a bot carries, in any of the documented spellings. URL_PREVIEW is Y unless it is N."""

    attach: Any = UNSET
    keyboard: Any = UNSET
    menu: Any = UNSET
    url_preview: bool | None = None
    skip_connector: bool = False


async def named_owner(call: Call, client_id: str, bot_id: int = 0) -> str:
    """The name under which the caller owns bots, where one is demanded. Raises CLIENT_UNNAMED."""
    found = await known_owner(call, client_id, bot_id)
    if not found:
        raise ApiError(Reason.CLIENT_UNNAMED)
    return found


class NamesBot(Protocol):
    """Parameters that name a bot."""

    @property
    def bot_id(self) -> int: ...
    @property
    def client_id(self) -> str: ...


def own_bot(call: Call, p: NamesBot) -> Awaitable[Bot]:
    """The caller's bot that a call means. Raises BOT_NOT_FOUND, BOT_NOT_YOURS."""
    return owners.own_bot(call, p.client_id, p.bot_id)
