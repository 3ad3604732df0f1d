"""What parameters of `im.*` name, looked up."""

from __future__ import annotations

from typing import Annotated, Protocol

from botyard.chat.conversation import dialogs, members
from botyard.errors import ApiError, Reason
from botyard.model.chats import Participant
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.rpc.resolver import Resolver


class ChatParams(Params, frozen=True, rename="upper"):
    """CHAT_ID, or DIALOG_ID (`chatN`, `sgN`) in its place, which wins."""

    chat_id: int = 0
    dialog_id: str = ""


class _NamesGroup(Protocol):
    @property
    def chat_id(self) -> int: ...
    @property
    def dialog_id(self) -> str: ...


async def _group(call: Call, p: _NamesGroup) -> Participant:
    if not p.dialog_id:
        return await members.get_group(call.tx, call.user_id, p.chat_id)
    who = await dialogs.find(call.tx, call.user_id, dialogs.parse(p.dialog_id), locked=True)
    if who is not None and who.chat.private:
        raise ApiError(Reason.DIALOG_EMPTY, hint="it is a private dialog, and this is for group chats")
    if who is None or not await dialogs.visible(call.tx, who):
        raise ApiError(Reason.CHAT_CLOSED, hint=dialogs.CLOSED)
    return who


Group = Annotated[Participant, Resolver(_group, raises=(members.get_group, dialogs.parse), mode=Mode.WRITE)]
"""The calling person in a group chat, which is locked."""
