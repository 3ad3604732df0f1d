"""im.v2.Chat.Bot.*: what a person's client tells the bot of a chat."""

from __future__ import annotations

from typing import Any

from botyard.api.im_v2.family import method
from botyard.chat.conversation import contexts, dialogs
from botyard.errors import ErrorCode
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params


class SendContext(Params, frozen=True, rename="camel"):
    """`context` is any JSON object; `dialogId` the bot's id, or a chat that the bot is in."""

    dialog_id: str = ""
    context: dict[str, Any] = {}


@method(
    "im.v2.Chat.Bot.sendContext",
    access=Access.PERSON,
    mode=Mode.WRITE,
    raises=(dialogs.open_, contexts.send, ErrorCode.GUEST),
)
async def send_context(call: Call, p: SendContext) -> bool:
    """Hand data to a bot as its dialog is opened; the bot is told by ONIMBOTV2CONTEXTGET.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bot-context.md
    """
    who = await dialogs.open_(call.tx, call.user_id, p.dialog_id)
    await contexts.send(call.tx, who, p.context)
    return True
