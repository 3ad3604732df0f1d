"""imbot.dialog.get."""

from __future__ import annotations

from botyard.api.imbot.family import method
from botyard.api.shapes.dialog import Dialog, dialog, placed
from botyard.chat.conversation.overview import overview
from botyard.errors import ApiError, Reason
from botyard.rpc.call import Call
from botyard.rpc.method import Params


class Get(Params, frozen=True, rename="upper"):
    """DIALOG_ID: `N` for a person, `chatN` for a chat, `sgN` for a workgroup's chat; text or number."""

    dialog_id: str = ""


@method(
    "imbot.dialog.get",
    deprecated="imbot.v2.Chat.get",
    raises=(placed, Reason.CHAT_CLOSED),
)
async def get(call: Call, p: Get) -> Dialog:
    """Tell everything about a chat, as the calling user sees it.

    In chats of more than 20 people `readed_list` names the 5 who have read furthest,
    `manager_list` and `mute_list` at most 20; `first_viewers` names at most 3. Counters
    are exact. A chat that does not exist is
    treated like one that is closed to the caller.

    Docs: api-reference/chat-bots/outdated/chats/imbot-dialog-get.md
    """
    try:
        who = await placed(call, p.dialog_id)
    except ApiError as refused:
        # The page has another sentence for those that are named as chats.
        if refused.problem is Reason.DIALOG_CLOSED and p.dialog_id.lstrip().startswith("chat"):
            raise ApiError(Reason.CHAT_CLOSED) from refused
        raise
    return dialog(call, await overview(call.tx, who), p.dialog_id)
