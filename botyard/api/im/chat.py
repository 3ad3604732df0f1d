"""im.chat.*: group chats of the calling person."""

from __future__ import annotations

from typing import Any

from botyard.api.im.family import method
from botyard.api.shared.user_ids import user_ids
from botyard.chat.conversation import chats, members
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.coerce import Structured


class Add(Params, frozen=True, rename="upper"):
    users: Structured = None
    type: str = "CHAT"
    title: str = ""
    description: str = ""
    color: str = ""
    message: str = ""
    avatar: Any = ""
    entity_type: str = ""
    entity_id: str = ""
    entity_data_1: str = ""
    entity_data_2: str = ""
    entity_data_3: str = ""
    copilot_main_role: str = "copilot_assistant"


class UserAdd(Params, frozen=True, rename="upper"):
    chat_id: int = 0
    users: Structured = None
    hide_history: bool = True


def _picture(p: Add) -> object:
    return pictures.prepare(p.avatar)


@method(
    "im.chat.add",
    access=Access.PERSON,
    mode=Mode.WRITE,
    before=_picture,
    raises=(ErrorCode.GUEST, Reason.ARGUMENT),
)
async def add(call: Call, p: Add) -> int:
    """Make a chat that the caller owns and answer its id.

    A COLOR that is unknown or an AVATAR that is no picture is left out.

    Docs: api-reference/chats/im-chat-add.md
    """
    try:
        return await chats.add(call.tx, call.user_id, await _plan(call, p))
    except ApiError as refused:
        # The page has no codes of its own.
        if refused.problem in (Reason.USERS_FORMAT, Reason.CHAT_NOT_CREATED):
            raise ApiError(Reason.ARGUMENT, reason="USERS is no list of people of this portal") from refused
        raise


async def _plan(call: Call, p: Add) -> chats.NewChat:
    picture = None if isinstance(call.prepared, ApiError) else pictures.unwrap(call.prepared)
    return chats.NewChat(
        kind=chats.kind_of(p.type, p.entity_type),
        title=p.title,
        description=p.description,
        color=hex_of(p.color) or "",
        avatar=await pictures.store(call.tx, picture) if picture else "",
        entity_type=chats.entity_named(p.entity_type),
        entity_id=p.entity_id,
        entity_data=(p.entity_data_1, p.entity_data_2, p.entity_data_3),
        message=p.message,
        user_ids=tuple(user_ids(p.users, Reason.USERS_FORMAT)),
    )


@method(
    "im.chat.user.add",
    mode=Mode.WRITE,
    raises=(members.get_group, members.require_adding, Reason.EXTEND_FORBIDDEN),
)
async def user_add(call: Call, p: UserAdd) -> bool:
    """Let people into a chat; older messages are hidden from them unless HIDE_HISTORY is N.

    Docs: api-reference/chats/chat-users/im-chat-user-add.md
    """
    who = await members.get_group(call.tx, call.user_id, p.chat_id, missing=Reason.EXTEND_DENIED)
    wanted = user_ids(p.users, Reason.EXTEND_DENIED)
    try:
        await members.add(call.tx, who, wanted, hide_history=p.hide_history)
    except ApiError as refused:
        # v1 bots are told one code for "no right" and "nobody new"; here nobody new is nothing wrong.
        if refused.problem is not Reason.MEMBER_EXISTS:
            raise
        members.require_adding(who)
    return True
