"""imbot.chat.*: group chats in which a bot acts."""

from __future__ import annotations

import msgspec

from botyard.api.imbot.family import method
from botyard.api.imbot.params import BotDialog, BotGroup, BotParams, OwnBot, ReadBotGroup
from botyard.chat.conversation import chats, dialogs, members, typing
from botyard.chat.conversation.colors import COLORS, hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, ErrorCode, Reason, error
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import chats as stored_chats
from botyard.wire.coerce import Ids
from botyard.wire.param_types import RawFile


class Add(BotParams, frozen=True, rename="upper"):
    type: str = "CHAT"
    title: str = ""
    description: str = ""
    color: str = ""
    message: str = ""
    users: Ids = []
    avatar: RawFile = ""
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
    avatar: RawFile = ""


class UpdateColor(ChatParams, frozen=True, rename="upper"):
    color: str = ""


class UpdateTitle(ChatParams, frozen=True, rename="upper"):
    title: str = ""


class UserAdd(ChatParams, frozen=True, rename="upper"):
    users: Ids = []
    hide_history: bool = True


class ChatId(msgspec.Struct, frozen=True, rename="upper"):
    id: int


def _picture(p: Add | UpdateAvatar) -> object:
    return pictures.prepare(p.avatar)


@method(
    "imbot.chat.add",
    mode=Mode.WRITE,
    before=_picture,
    deprecated="imbot.v2.Chat.add",
    errors={Reason.AVATAR_TYPE: Reason.CHAT_NOT_CREATED, Reason.AVATAR_SIZE: Reason.CHAT_NOT_CREATED},
    raises=(Reason.USERS_FORMAT, pictures.unwrap, chats.add),
)
async def add(call: Call, bot: OwnBot, p: Add) -> int:
    """Make a chat that the bot owns and return its id.

    A COLOR or AVATAR that cannot be used ends the call with WRONG_REQUEST.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-add.md
    """
    if p.users is None:
        raise ApiError(Reason.USERS_FORMAT)
    picture = pictures.unwrap(call.prepared)
    color = hex_of(p.color) if p.color else ""
    if color is None:
        raise ApiError(Reason.CHAT_NOT_CREATED, hint=f"known colours: {', '.join(COLORS)}")
    plan = chats.NewChat(
        kind=chats.kind_of(p.type, p.entity_type),
        title=p.title,
        description=p.description,
        color=color,
        avatar=await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else "",
        entity_type=chats.entity_named(p.entity_type),
        entity_id=p.entity_id,
        entity_data=(p.entity_data_1, p.entity_data_2, p.entity_data_3),
        message=p.message,
        user_ids=tuple(p.users),
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
    chat = await stored_chats.find_entity(call.tx, chats.entity_named(p.entity_type), p.entity_id, user_id=call.user_id)
    if chat is None:
        return None
    if not await dialogs.visible(call.tx, chat):
        raise ApiError(Reason.CHAT_CLOSED)
    return ChatId(chat.chat.id)


@method(
    "imbot.chat.leave",
    deprecated="imbot.v2.Chat.leave",
    errors={Reason.CHAT_CLOSED: Reason.MEMBER_MISSING},
    raises=(members.leave,),
)
async def leave(call: Call, who: BotGroup, p: ChatParams) -> bool:
    """Take the bot out of a chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-leave.md
    """
    await members.leave(call.tx, who)
    return True


@method(
    "imbot.chat.sendTyping",
    deprecated="imbot.v2.Chat.InputAction.notify",
    errors={Reason.DIALOG_CLOSED: Reason.DIALOG_EMPTY, Reason.USER_MISSING: Reason.DIALOG_EMPTY},
)
async def send_typing(call: Call, who: BotDialog, p: Dialog) -> bool:
    """Show that the bot is typing; a private dialog is opened by it.

    A chat that the bot is not in is treated like one that does not exist.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-send-typing.md
    """
    await typing.start(call.tx, who)
    return True


@method(
    "imbot.chat.setManager",
    deprecated="imbot.v2.Chat.Manager.add",
    errors={Reason.CHAT_CLOSED: Reason.MANAGER_DENIED, Reason.CHAT_KIND: Reason.MANAGER_DENIED},
    raises=(Reason.USER_EMPTY, members.set_manager),
)
async def set_manager(call: Call, who: BotGroup, p: SetManager) -> bool:
    """Make a member a manager of the bot's chat, or take that back (IS_MANAGER N).

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-set-manager.md
    """
    _require_user(p.user_id)
    await members.set_manager(call.tx, who, p.user_id, on=p.is_manager)
    return True


@method(
    "imbot.chat.setOwner",
    deprecated="imbot.v2.Chat.setOwner",
    errors={Reason.CHAT_CLOSED: Reason.OWNER_DENIED},
    raises=(Reason.USER_EMPTY, members.set_owner),
)
async def set_owner(call: Call, who: BotGroup, p: OneUser) -> bool:
    """Hand the bot's chat over to another member.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-set-owner.md
    """
    _require_user(p.user_id)
    await members.set_owner(call.tx, who, p.user_id)
    return True


@method(
    "imbot.chat.updateAvatar",
    before=_picture,
    deprecated="imbot.v2.Chat.update",
    errors={Reason.CHAT_CLOSED: error("WRONG_REQUEST: Chat doesn't exist")},
    raises=(chats.set_picture,),
)
async def update_avatar(call: Call, who: BotGroup, p: UpdateAvatar) -> bool:
    """Give the chat a picture.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-avatar.md
    """
    await chats.set_picture(call.tx, who, call.prepared, quota=call.context.file_quota)
    return True


@method(
    "imbot.chat.updateColor",
    deprecated="imbot.v2.Chat.update",
    errors={Reason.CHAT_CLOSED: Reason.COLOR_SAME},
    raises=(chats.set_named_color,),
)
async def update_color(call: Call, who: BotGroup, p: UpdateColor) -> bool:
    """Give the chat one of the documented colours.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-color.md
    """
    await chats.set_named_color(call.tx, who, p.color)
    return True


@method(
    "imbot.chat.updateTitle",
    deprecated="imbot.v2.Chat.update",
    errors={Reason.CHAT_CLOSED: Reason.CHAT_KIND},
    raises=(chats.rename,),
)
async def update_title(call: Call, who: BotGroup, p: UpdateTitle) -> bool:
    """Rename the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-update-title.md
    """
    await chats.rename(call.tx, who, p.title)
    return True


@method(
    "imbot.chat.user.add",
    deprecated="imbot.v2.Chat.User.add",
    errors={
        Reason.CHAT_CLOSED: Reason.MEMBER_EXISTS,
        Reason.USERS_FORMAT: error("WRONG_REQUEST: User IDs must be passed in array format"),
    },
    raises=(Reason.USERS_FORMAT, members.add),
)
async def user_add(call: Call, who: BotGroup, p: UserAdd) -> bool:
    """Let people into the chat; older messages are hidden from them unless HIDE_HISTORY is N.

    With N they see what the bot sees.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-add.md
    """
    if p.users is None:
        raise ApiError(Reason.USERS_FORMAT)
    await members.add(call.tx, who, p.users, hide_history=p.hide_history)
    return True


@method(
    "imbot.chat.user.delete",
    deprecated="imbot.v2.Chat.User.delete",
    errors={Reason.CHAT_CLOSED: Reason.MEMBER_MISSING},
    raises=(Reason.USER_EMPTY, members.remove),
)
async def user_delete(call: Call, who: BotGroup, p: OneUser) -> bool:
    """Show somebody out of the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-delete.md
    """
    _require_user(p.user_id)
    await members.remove(call.tx, who, p.user_id)
    return True


@method(
    "imbot.chat.user.list",
    deprecated="imbot.v2.Chat.User.list",
    errors={Reason.CHAT_CLOSED: Reason.CHAT_KIND},
    raises=(members.list_,),
)
async def user_list(call: Call, who: ReadBotGroup, p: ChatParams) -> list[int]:
    """List the ids of everybody in the chat.

    Docs: api-reference/chat-bots/outdated/chats/imbot-chat-user-list.md
    """
    return await members.list_(call.tx, who)


def _require_user(user_id: int) -> None:
    if user_id <= 0:
        raise ApiError(Reason.USER_EMPTY)
