"""im.chat.*: group chats of the calling person."""

from __future__ import annotations

import msgspec

from botyard.api.im.family import method
from botyard.api.im.params import ChatParams, Group
from botyard.chat.conversation import chats, dialogs, members
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import chats as stored_chats
from botyard.store import members as stored_members
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


class Get(Params, frozen=True, rename="upper"):
    entity_type: str = ""
    entity_id: str = ""


class ChatId(msgspec.Struct, frozen=True, rename="upper"):
    id: int


class Named(Params, frozen=True, rename="upper"):
    chat_id: int = 0


class OneUser(Named, frozen=True, rename="upper"):
    user_id: int = 0


class Mute(ChatParams, frozen=True, rename="upper"):
    """DIALOG_ID may be a person's id, too."""

    mute: bool = True


class SetOwner(ChatParams, frozen=True, rename="upper"):
    user_id: int = 0


class UpdateAvatar(ChatParams, frozen=True, rename="upper"):
    avatar: RawFile = ""


class UpdateColor(ChatParams, frozen=True, rename="upper"):
    color: str = ""


class UpdateTitle(ChatParams, frozen=True, rename="upper"):
    title: str = ""


class UserAdd(Params, frozen=True, rename="upper"):
    chat_id: int = 0
    users: Ids = []
    hide_history: bool = True


_LEAVE_DENIED = error("ACCESS_DENIED_KICK: Access denied to kick user from chat")
_MUTE_DENIED = error("ACCESS_ERROR: This chat cannot be muted", 403)
_REMOVE_DENIED = error("ACCESS_DENIED_KICK: Insufficient rights to exclude participants from the chat")
_NO_PEOPLE = error("ERROR_ARGUMENT: USERS is no list of people of this portal")


def _picture(p: Add | UpdateAvatar) -> object:
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


@method("im.chat.get", access=Access.PERSON)
async def get(call: Call, p: Get) -> ChatId | None:
    """Find the chat that was made for an entity; `null` when there is none that the caller may see.

    Docs: api-reference/chats/im-chat-get.md
    """
    who = await stored_chats.find_entity(call.tx, chats.entity_named(p.entity_type), p.entity_id, user_id=call.user_id)
    return ChatId(who.chat.id) if who is not None and await dialogs.visible(call.tx, who) else None


@method(
    "im.chat.leave",
    mode=Mode.WRITE,
    errors={
        Reason.CHAT_CLOSED: _LEAVE_DENIED,
        Reason.MEMBER_MISSING: _LEAVE_DENIED,
        Reason.OWNER_MAY_NOT_LEAVE: _LEAVE_DENIED,
    },
    raises=(members.get_group, members.leave),
)
async def leave(call: Call, p: Named) -> bool:
    """Leave a chat.

    Docs: api-reference/chats/chat-users/im-chat-leave.md
    """
    await members.leave(call.tx, await members.get_group(call.tx, call.user_id, p.chat_id))
    return True


@method(
    "im.chat.mute",
    mode=Mode.WRITE,
    errors={Reason.CHAT_CLOSED: _MUTE_DENIED, Reason.CHAT_KIND: _MUTE_DENIED, Reason.DIALOG_CLOSED: _MUTE_DENIED},
    raises=(Reason.CHAT_EMPTY, dialogs.get, members.mute),
)
async def mute(call: Call, p: Mute) -> bool:
    """Switch the caller's notifications of a chat off, or on again with MUTE `N`.

    Docs: api-reference/chats/special-operations/im-chat-mute.md
    """
    if not p.dialog_id and p.chat_id <= 0:
        raise ApiError(Reason.CHAT_EMPTY)
    who = await dialogs.get(call.tx, call.user_id, p.dialog_id or f"chat{p.chat_id}", locked=True)
    await members.mute(call.tx, who, on=p.mute)
    return True


@method(
    "im.chat.setOwner",
    errors={Reason.CHAT_CLOSED: Reason.OWNER_DENIED},
    raises=(Reason.USER_EMPTY, members.set_owner),
)
async def set_owner(call: Call, who: Group, p: SetOwner) -> bool:
    """Hand the caller's chat over to another member.

    Docs: api-reference/chats/chat-update/im-chat-set-owner.md
    """
    _require_user(p.user_id)
    await members.set_owner(call.tx, who, p.user_id)
    return True


@method(
    "im.chat.updateAvatar",
    before=_picture,
    errors={Reason.CHAT_CLOSED: error("WRONG_REQUEST: Chat doesn't exist")},
    raises=(chats.set_picture,),
)
async def update_avatar(call: Call, who: Group, p: UpdateAvatar) -> bool:
    """Give a chat a picture.

    Docs: api-reference/chats/chat-update/im-chat-update-avatar.md
    """
    await chats.set_picture(call.tx, who, call.prepared, quota=call.context.file_quota)
    return True


@method("im.chat.updateColor", errors={Reason.CHAT_CLOSED: Reason.COLOR_SAME}, raises=(chats.set_named_color,))
async def update_color(call: Call, who: Group, p: UpdateColor) -> bool:
    """Give a chat one of the documented colours.

    Docs: api-reference/chats/chat-update/im-chat-update-color.md
    """
    await chats.set_named_color(call.tx, who, p.color)
    return True


@method("im.chat.updateTitle", raises=(chats.rename,))
async def update_title(call: Call, who: Group, p: UpdateTitle) -> bool:
    """Rename a chat.

    Docs: api-reference/chats/chat-update/im-chat-update-title.md
    """
    await chats.rename(call.tx, who, p.title)
    return True


@method(
    "im.chat.user.list",
    raises=(members.get_group, members.list_),
)
async def user_list(call: Call, p: Named) -> list[int]:
    """List the ids of everybody in a chat.

    Docs: api-reference/chats/chat-users/im-chat-user-list.md
    """
    return await members.list_(call.tx, await members.get_group(call.tx, call.user_id, p.chat_id, locked=False))


@method(
    "im.chat.user.delete",
    mode=Mode.WRITE,
    errors={
        Reason.USER_MISSING: error("USER_NOT_FOUND: The specified user is not in the chat"),
        Reason.MEMBER_MISSING: _REMOVE_DENIED,
        Reason.OWNER_MAY_NOT_LEAVE: _REMOVE_DENIED,
    },
    raises=(Reason.USER_EMPTY, Reason.USER_MISSING, members.get_group, members.remove),
)
async def user_delete(call: Call, p: OneUser) -> bool:
    """Remove somebody from a chat.

    Docs: api-reference/chats/chat-users/im-chat-user-delete.md
    """
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    _require_user(p.user_id)
    if await stored_members.find(call.tx, who.chat.id, p.user_id) is None:
        raise ApiError(Reason.USER_MISSING)
    await members.remove(call.tx, who, p.user_id)
    return True


def _require_user(user_id: int) -> None:
    if user_id <= 0:
        raise ApiError(Reason.USER_EMPTY)


@method(
    "im.chat.user.add",
    mode=Mode.WRITE,
    errors={Reason.CHAT_CLOSED: Reason.MEMBER_EXISTS},
    raises=(members.get_group, members.invite),
)
async def user_add(call: Call, p: UserAdd) -> bool:
    """Let people into a chat; older messages are hidden from them unless HIDE_HISTORY is N.

    With N they see what the caller sees.

    Docs: api-reference/chats/chat-users/im-chat-user-add.md
    """
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    if p.users is None:
        # The page has no code for it.
        raise ApiError(Reason.MEMBER_EXISTS)
    await members.invite(call.tx, who, p.users, hide_history=p.hide_history)
    return True
