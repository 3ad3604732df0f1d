"""imbot.chat.*: group chats in which a bot acts."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.imbot.family import method
from botyard.api.imbot.params import BOT_PROBLEMS, BotParams, own_bot
from botyard.api.shared.user_ids import user_ids
from botyard.chat.conversation import chats, dialogs, members, typing
from botyard.chat.conversation.colors import COLORS, hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.model.chats import Participant
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import chats as stored_chats
from botyard.wire.coerce import Structured


class Add(BotParams, frozen=True, rename="upper"):
    type: str = "CHAT"
    title: str = ""
    description: str = ""
    color: str = ""
    message: str = ""
    users: Structured = None
    avatar: Any = ""
    entity_type: str = ""
    entity_id: str = ""
    entity_data_1: str = ""
    entity_data_2: str = ""
    entity_data_3: str = ""


class Get(Params, frozen=True, rename="upper"):
    entity_type: str = ""
    entity_id: str = ""


class ChatParams(BotParams, frozen=True, rename="upper"):
    chat_id: int = 0


class Dialog(BotParams, frozen=True, rename="upper"):
    dialog_id: str = ""


class SetManager(ChatParams, frozen=True, rename="upper"):
    user_id: int = 0
    is_manager: bool = True


class OneUser(ChatParams, frozen=True, rename="upper"):
    user_id: int = 0


class UpdateAvatar(ChatParams, frozen=True, rename="upper"):
    avatar: Any = ""


class UpdateColor(ChatParams, frozen=True, rename="upper"):
    color: str = ""


class UpdateTitle(ChatParams, frozen=True, rename="upper"):
    title: str = ""


class UserAdd(ChatParams, frozen=True, rename="upper"):
    users: Structured = None
    hide_history: bool = True


class ChatId(msgspec.Struct, frozen=True, rename="upper"):
    id: int


def _picture(p: Add | UpdateAvatar) -> object:
    return pictures.prepare(p.avatar)


@method(
    "imbot.chat.add",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    before=_picture,
    deprecated="imbot.v2.Chat.add",
    raises=(Reason.USERS_FORMAT, *BOT_PROBLEMS, Reason.CHAT_NOT_CREATED),
)
async def add(call: Call, p: Add) -> int:
    """Make a chat that the bot owns and answer its id.

    A COLOR or AVATAR that cannot be used ends the call with WRONG_REQUEST.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-add.md
    """
    bot = await own_bot(call, p)
    wanted = user_ids(p.users, Reason.USERS_FORMAT)
    color = hex_of(p.color) if p.color else ""
    if isinstance(call.prepared, ApiError):
        raise ApiError(Reason.CHAT_NOT_CREATED) from call.prepared
    if color is None:
        raise ApiError(Reason.CHAT_NOT_CREATED, hint=f"known colours: {', '.join(COLORS)}")
    picture = pictures.unwrap(call.prepared)
    plan = chats.NewChat(
        kind=chats.kind_of(p.type, p.entity_type),
        title=p.title,
        description=p.description,
        color=color,
        avatar=await pictures.store(call.tx, picture) if picture else "",
        entity_type=chats.entity_named(p.entity_type),
        entity_id=p.entity_id,
        entity_data=(p.entity_data_1, p.entity_data_2, p.entity_data_3),
        message=p.message,
        user_ids=tuple(wanted),
    )
    return await chats.add(call.tx, bot.user_id, plan)


@method(
    "imbot.chat.get",
    access=Access.PERSON,
    deprecated="imbot.v2.Chat.get",
    raises=(ErrorCode.GUEST, Reason.CHAT_CLOSED),
)
async def get(call: Call, p: Get) -> ChatId | None:
    """Find the chat that was made for an entity; `null` when there is none.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-get.md
    """
    found = await stored_chats.find_entity(
        call.tx, chats.entity_named(p.entity_type), p.entity_id, user_id=call.user_id
    )
    if found is None:
        return None
    if not await dialogs.visible(call.tx, found):
        raise ApiError(Reason.CHAT_CLOSED)
    return ChatId(found.chat.id)


@method(
    "imbot.chat.leave",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.leave",
    raises=(
        Reason.CHAT_EMPTY,
        Reason.CHAT_KIND,
        Reason.KICK_FORBIDDEN,
        Reason.OWNER_MAY_NOT_LEAVE,
        Reason.MEMBER_MISSING,
        *BOT_PROBLEMS,
    ),
)
async def leave(call: Call, p: ChatParams) -> bool:
    """Take the bot out of a chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-leave.md
    """
    who = await _group(call, p, Reason.MEMBER_MISSING)
    await members.leave(call.tx, who)
    return True


@method(
    "imbot.chat.sendTyping",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.InputAction.notify",
    raises=(*BOT_PROBLEMS, Reason.DIALOG_EMPTY),
)
async def send_typing(call: Call, p: Dialog) -> bool:
    """Show that the bot is typing; a private dialog is opened by it.

    A chat where the bot is not is answered like one that does not exist.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-send-typing.md
    """
    bot = await own_bot(call, p)
    try:
        who = await dialogs.open_(call.tx, bot.user_id, p.dialog_id)
    except ApiError as refused:
        # The page has no other code for a dialog that leads nowhere.
        if refused.problem in (Reason.DIALOG_CLOSED, Reason.USER_MISSING):
            raise ApiError(Reason.DIALOG_EMPTY) from refused
        raise
    await typing.start(call.tx, who)
    return True


@method(
    "imbot.chat.setManager",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.Manager.add",
    raises=(Reason.CHAT_EMPTY, Reason.USER_EMPTY, Reason.MANAGER_DENIED, *BOT_PROBLEMS),
)
async def set_manager(call: Call, p: SetManager) -> bool:
    """Make a member a manager of the bot's chat, or take that back (IS_MANAGER N).

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-set-manager.md
    """
    who = await _group(call, p, Reason.MANAGER_DENIED, dialog=Reason.MANAGER_DENIED)
    _require_user(p.user_id)
    await members.set_manager(call.tx, who, p.user_id, on=p.is_manager)
    return True


@method(
    "imbot.chat.setOwner",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.setOwner",
    raises=(Reason.CHAT_EMPTY, Reason.USER_EMPTY, Reason.CHAT_KIND, Reason.OWNER_DENIED, *BOT_PROBLEMS),
)
async def set_owner(call: Call, p: OneUser) -> bool:
    """Hand the bot's chat over to another member.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-set-owner.md
    """
    who = await _group(call, p, Reason.OWNER_DENIED)
    _require_user(p.user_id)
    await members.set_owner(call.tx, who, p.user_id)
    return True


@method(
    "imbot.chat.updateAvatar",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    before=_picture,
    deprecated="imbot.v2.Chat.update",
    raises=(
        Reason.CHAT_EMPTY,
        Reason.AVATAR_DENIED,
        Reason.CHAT_KIND,
        Reason.AVATAR_FORBIDDEN,
        Reason.AVATAR_TYPE,
        Reason.AVATAR_SIZE,
        Reason.CHAT_MISSING,
        *BOT_PROBLEMS,
    ),
)
async def update_avatar(call: Call, p: UpdateAvatar) -> bool:
    """Give the chat a picture.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-avatar.md
    """
    who = await _group(call, p, Reason.CHAT_MISSING)
    chats.require_avatar(who)
    picture = pictures.unwrap(call.prepared)
    if picture is None:
        raise ApiError(Reason.AVATAR_TYPE)
    path = await pictures.store(call.tx, picture)
    await chats.set_avatar(call.tx, who, path)
    return True


@method(
    "imbot.chat.updateColor",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.update",
    raises=(Reason.CHAT_EMPTY, Reason.CHAT_KIND, Reason.COLOR_UNKNOWN, Reason.COLOR_SAME, *BOT_PROBLEMS),
)
async def update_color(call: Call, p: UpdateColor) -> bool:
    """Give the chat one of the documented colours.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-color.md
    """
    who = await _group(call, p, Reason.COLOR_SAME)
    await chats.set_named_color(call.tx, who, p.color)
    return True


@method(
    "imbot.chat.updateTitle",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.update",
    raises=(
        Reason.CHAT_EMPTY,
        Reason.TITLE_EMPTY,
        Reason.CHAT_KIND,
        Reason.RENAME_FORBIDDEN,
        *BOT_PROBLEMS,
    ),
)
async def update_title(call: Call, p: UpdateTitle) -> bool:
    """Rename the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-title.md
    """
    who = await _group(call, p, Reason.CHAT_KIND)
    await chats.rename(call.tx, who, p.title)
    return True


@method(
    "imbot.chat.user.add",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.User.add",
    errors={Reason.USERS_FORMAT: error("WRONG_REQUEST: User IDs must be passed in array format")},
    raises=(
        Reason.CHAT_EMPTY,
        Reason.CHAT_KIND,
        Reason.EXTEND_FORBIDDEN,
        Reason.USERS_FORMAT,
        Reason.MEMBER_EXISTS,
        *BOT_PROBLEMS,
    ),
)
async def user_add(call: Call, p: UserAdd) -> bool:
    """Let people into the chat; older messages are hidden from them unless HIDE_HISTORY is N.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-add.md
    """
    who = await _group(call, p, Reason.MEMBER_EXISTS)
    wanted = user_ids(p.users, Reason.USERS_FORMAT)
    await members.add(call.tx, who, wanted, hide_history=p.hide_history)
    return True


@method(
    "imbot.chat.user.delete",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.User.delete",
    raises=(
        Reason.CHAT_EMPTY,
        Reason.USER_EMPTY,
        Reason.CHAT_KIND,
        Reason.KICK_FORBIDDEN,
        Reason.OWNER_MAY_NOT_LEAVE,
        Reason.MEMBER_MISSING,
        *BOT_PROBLEMS,
    ),
)
async def user_delete(call: Call, p: OneUser) -> bool:
    """Show somebody out of the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-delete.md
    """
    who = await _group(call, p, Reason.MEMBER_MISSING)
    _require_user(p.user_id)
    await members.remove(call.tx, who, p.user_id)
    return True


@method(
    "imbot.chat.user.list",
    access=Access.BOT_OWNER,
    deprecated="imbot.v2.Chat.User.list",
    raises=(Reason.CHAT_EMPTY, Reason.CHAT_KIND, *BOT_PROBLEMS),
)
async def user_list(call: Call, p: ChatParams) -> list[int]:
    """List the ids of everybody in the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-list.md
    """
    bot = await own_bot(call, p)
    who = await members.find_group(call.tx, bot.user_id, p.chat_id, missing=Reason.CHAT_KIND)
    return await members.list_(call.tx, who)


async def _group(call: Call, p: ChatParams, missing: Reason, *, dialog: Reason = Reason.CHAT_KIND) -> Participant:
    """The acting bot in the group chat that a call is about, locked; raises like ``members.get_group``."""
    bot = await own_bot(call, p)
    return await members.get_group(call.tx, bot.user_id, p.chat_id, missing=missing, dialog=dialog)


def _require_user(user_id: int) -> None:
    if user_id <= 0:
        raise ApiError(Reason.USER_EMPTY)
