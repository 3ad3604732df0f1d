"""im.chat.*: group chats of the calling person."""

from __future__ import annotations

from botyard.api.im.family import method
from botyard.chat.conversation import chats, members
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.coerce import Ids
from botyard.wire.param_types import RawFile


class Add(Params, frozen=True, rename="upper"):
    users: Ids = []
    type: str = "CHAT"
    title: str = ""
    description: str = ""
    color: str = ""
    message: str = ""
    avatar: RawFile = ""
    entity_type: str = ""
    entity_id: str = ""
    entity_data_1: str = ""
    entity_data_2: str = ""
    entity_data_3: str = ""
    copilot_main_role: str = "copilot_assistant"


class UserAdd(Params, frozen=True, rename="upper"):
    chat_id: int = 0
    users: Ids = []
    hide_history: bool = True


_NO_PEOPLE = error("ERROR_ARGUMENT: USERS is no list of people of this portal")


def _picture(p: Add) -> object:
    return pictures.prepare(p.avatar)


@method(
    "im.chat.add",
    access=Access.PERSON,
    mode=Mode.WRITE,
    before=_picture,
    # The page has no codes of its own.
    errors={Reason.USERS_FORMAT: _NO_PEOPLE, Reason.CHAT_NOT_CREATED: _NO_PEOPLE},
    raises=(ErrorCode.GUEST, Reason.USERS_FORMAT, chats.add),
)
async def add(call: Call, p: Add) -> int:
    """Make a chat that the caller owns and return its id.

    A COLOR that is unknown or an AVATAR that is no picture is left out.

    Docs: api-reference/chats/im-chat-add.md
    """
    picture = None if isinstance(call.prepared, ApiError) else call.prepared
    if p.users is None:
        raise ApiError(Reason.USERS_FORMAT)
    plan = chats.NewChat(
        kind=chats.kind_of(p.type, p.entity_type),
        title=p.title,
        description=p.description,
        color=hex_of(p.color) or "",
        avatar=await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else "",
        entity_type=chats.entity_named(p.entity_type),
        entity_id=p.entity_id,
        entity_data=(p.entity_data_1, p.entity_data_2, p.entity_data_3),
        message=p.message,
        user_ids=tuple(p.users),
    )
    return await chats.add(call.tx, call.user_id, plan)


@method(
    "im.chat.user.add",
    mode=Mode.WRITE,
    errors={Reason.CHAT_CLOSED: Reason.MEMBER_EXISTS},
    raises=(members.get_group, members.invite),
)
async def user_add(call: Call, p: UserAdd) -> bool:
    """Let people into a chat; older messages are hidden from them unless HIDE_HISTORY is N.

    Docs: api-reference/chats/chat-users/im-chat-user-add.md
    """
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    if p.users is None:
        # The page has no code for it.
        raise ApiError(Reason.MEMBER_EXISTS)
    await members.invite(call.tx, who, p.users, hide_history=p.hide_history)
    return True
