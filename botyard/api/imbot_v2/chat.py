"""imbot.v2.Chat.*: chats in which a bot acts, and the people in them."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.imbot_v2 import shapes
from botyard.api.imbot_v2.family import method
from botyard.api.imbot_v2.params import (
    BotChat,
    BotParams,
    DialogParams,
    Fields,
    OwnBot,
    SeenChat,
    SeenOrNewChat,
    bot_chat,
    own_bot,
    require_named,
)
from botyard.api.imbot_v2.shapes import DONE, AnsweredChat, Done
from botyard.api.shapes import entities
from botyard.chat.conversation import chats, members, overview, typing
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.chat.media.pictures import NamedPicture
from botyard.errors import ApiError, Reason
from botyard.model.chats import Kind, Participant
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode
from botyard.store import chats as stored_chats
from botyard.store import members as stored_members
from botyard.wire.param_types import RawFile

LISTED = 50
LISTED_MAX = 200


class AddFields(Fields, frozen=True, rename="camel"):
    """A chat to be made: by the bot, and for the bot unless `ownerId` is somebody. With type `open` all see it."""

    title: str = ""
    description: str = ""
    color: str = ""
    avatar: RawFile = ""
    user_ids: list[int] = []
    owner_id: int = 0
    message: str = ""
    type: str = ""


class Add(BotParams, frozen=True, rename="camel"):
    fields: AddFields = AddFields()


class Get(DialogParams, frozen=True, rename="camel"):
    """dialogId names the chat."""


class UpdateFields(Fields, frozen=True, rename="camel"):
    """What is not given stays; an empty description takes the description away."""

    title: str = ""
    description: str | msgspec.UnsetType = msgspec.UNSET
    color: str = ""
    avatar: RawFile = ""


class Update(DialogParams, frozen=True, rename="camel"):
    fields: UpdateFields = UpdateFields()


class OneUser(DialogParams, frozen=True, rename="camel"):
    user_id: int = 0


class Users(DialogParams, frozen=True, rename="camel"):
    user_ids: list[int] = []


class UserList(DialogParams, frozen=True, rename="camel"):
    """`order` holds one field, `id`, `userId` or `lastSendMessageId`, and its way, `ASC` or `DESC`."""

    order: dict[str, Any] = {}
    limit: int = LISTED


class Notify(DialogParams, frozen=True, rename="camel"):
    """statusMessageCode is one of the documented codes, duration 1 to 600 seconds."""

    status_message_code: str = ""
    duration: int = 0


class Enabled(DialogParams, frozen=True, rename="camel"):
    enabled: bool = True


class ChatAnswer(msgspec.Struct, frozen=True):
    chat: AnsweredChat


class MadeChat(msgspec.Struct, frozen=True):
    """A new chat, and who is in it."""

    chat: AnsweredChat
    users: list[entities.UserShape]


def _avatar(p: Add | Update) -> object:
    return pictures.prepare(p.fields.avatar)


@method("imbot.v2.Chat.add", mode=Mode.WRITE, before=_avatar, raises=(chats.add,))
async def add(call: Call, bot: OwnBot, p: Add) -> MadeChat:
    """Make a group chat.

    Unknown people, a wrong colour and an avatar that is no picture are ignored. `users` names at most 200.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-add.md
    """
    add_fields = p.fields
    plan = chats.NewChat(
        kind=Kind.OPEN if add_fields.type.strip().lower() == "open" else Kind.GROUP,
        title=add_fields.title,
        description=add_fields.description,
        color=hex_of(add_fields.color) or "",
        avatar=await _kept(call),
        message=add_fields.message.strip(),
        user_ids=tuple(_people(add_fields.user_ids)),
        owner_id=max(add_fields.owner_id, 0),
        alone=True,
    )
    chat_id = await chats.add(call.tx, bot.user_id, plan)
    made = await stored_chats.find(call.tx, chat_id, bot.user_id)
    assert made is not None
    present = await stored_members.listed(call.tx, chat_id, LISTED_MAX)
    return MadeChat(await _shown(call, made, new=True), await _users(call, present))


@method("imbot.v2.Chat.get")
async def get(call: Call, who: SeenOrNewChat, p: Get) -> ChatAnswer:
    """Tell everything about a chat, as the bot sees it; a private dialog is made on first use.

    In chats of more than 20 people `managerList` and `muteList` name at most 20. A chat that does not exist
    is answered like one that the bot is not in.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-get.md
    """
    return ChatAnswer(await _shown(call, who))


@method(
    "imbot.v2.Chat.update",
    before=_avatar,
    # An empty title, which renaming refuses, is passed over.
    raises=(Reason.RENAME_FORBIDDEN, chats.describe, chats.set_color, chats.set_avatar),
)
async def update(call: Call, who: BotChat, p: Update) -> Done:
    """Change a chat's title, description, colour or picture.

    An empty title, a wrong colour and an avatar that is no picture are ignored.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-update.md
    """
    if who.chat.private:
        raise ApiError(Reason.CHAT_KIND)
    update_fields, color = p.fields, hex_of(p.fields.color)
    if update_fields.title.strip():
        await chats.rename(call.tx, who, update_fields.title)
    if isinstance(update_fields.description, str):
        await chats.describe(call.tx, who, update_fields.description)
    if color and color != who.chat.color:
        await chats.set_color(call.tx, who, color)
    if isinstance(call.prepared, NamedPicture):
        chats.require_avatar(who)
        await chats.set_avatar(call.tx, who, await _kept(call))
    return DONE


@method("imbot.v2.Chat.leave", raises=(members.leave,))
async def leave(call: Call, who: BotChat, p: Get) -> Done:
    """Take the bot out of a chat.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-leave.md
    """
    await members.leave(call.tx, who)
    return DONE


@method("imbot.v2.Chat.setOwner", raises=(Reason.CHAT_KIND, members.set_owner))
async def set_owner(call: Call, who: BotChat, p: OneUser) -> Done:
    """Hand the bot's chat over to another member.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-set-owner.md
    """
    if who.chat.private:
        raise ApiError(Reason.CHAT_KIND)
    await members.set_owner(call.tx, who, p.user_id)
    return DONE


@method("imbot.v2.Chat.User.add", raises=(members.invite,))
async def user_add(call: Call, who: BotChat, p: Users) -> Done:
    """Let people into a chat; older messages stay hidden from them. Unknown people are ignored.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-user-add.md
    """
    await members.invite(call.tx, who, _people(p.user_ids), hide_history=True)
    return DONE


@method("imbot.v2.Chat.User.delete", raises=(members.remove_if_member,))
async def user_delete(call: Call, who: BotChat, p: OneUser) -> Done:
    """Show somebody out of a chat; whoever is not in it is out already.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-user-delete.md
    """
    await members.remove_if_member(call.tx, who, p.user_id)
    return DONE


@method("imbot.v2.Chat.User.list", raises=(members.require_listing,))
async def user_list(call: Call, who: SeenChat, p: UserList) -> list[entities.UserShape]:
    """List who is in a chat. A membership has no number of its own here: `id` orders like `userId`.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-user-list.md
    """
    members.require_listing(who)
    field, way = next(((name.lower(), str(value)) for name, value in p.order.items()), ("id", "ASC"))
    present = await stored_members.listed(
        call.tx,
        who.chat.id,
        min(max(p.limit, 1), LISTED_MAX),
        by_sent=field == "lastsendmessageid",
        backwards=way.upper() == "DESC",
    )
    return await _users(call, present)


@method(
    "imbot.v2.Chat.Manager.add",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    raises=(own_bot, Reason.USER_IDS_EMPTY, bot_chat, members.set_managers),
)
async def manager_add(call: Call, p: Users) -> Done:
    """Make members managers of the bot's chat; people who are not in it are ignored.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-manager-add.md
    """
    await _set_managers(call, p, True)
    return DONE


@method(
    "imbot.v2.Chat.Manager.delete",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    raises=(own_bot, Reason.USER_IDS_EMPTY, bot_chat, members.set_managers),
)
async def manager_delete(call: Call, p: Users) -> Done:
    """Take the managers' role away from members of the bot's chat.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/chats/chat-manager-delete.md
    """
    await _set_managers(call, p, False)
    return DONE


async def _set_managers(call: Call, p: Users, on: bool) -> None:
    # The page asks for the ids before it looks for the bot.
    require_named(call, p)
    wanted = _people(p.user_ids)
    if not wanted:
        raise ApiError(Reason.USER_IDS_EMPTY)
    who = await bot_chat(call, p)
    await members.set_managers(call.tx, who, wanted, on=on)


@method("imbot.v2.Chat.InputAction.notify")
async def input_action_notify(call: Call, who: BotChat, p: Notify) -> Done:
    """Show that the bot is typing, or what else it does; a code that nobody knows is typing.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/ui/chat-input-action-notify.md
    """
    await typing.start(call.tx, who, p.status_message_code, seconds=p.duration)
    return DONE


@method("imbot.v2.Chat.TextField.enabled")
async def text_field_enabled(call: Call, who: BotChat, p: Enabled) -> Done:
    """Show people the field to write in, or take it away so that they answer by buttons.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/ui/chat-text-field-enabled.md
    """
    await chats.set_text_field(call.tx, who, on=p.enabled)
    return DONE


def _people(user_ids: list[int]) -> list[int]:
    return [user_id for user_id in user_ids if user_id > 0]


async def _kept(call: Call) -> str:
    """The path of the picture that came with a call; empty for none."""
    if not isinstance(call.prepared, pictures.NamedPicture):
        return ""
    return await pictures.store(call.tx, call.prepared, quota=call.context.file_quota)


async def _shown(call: Call, who: Participant, *, new: bool = False) -> AnsweredChat:
    seen = await overview.overview(call.tx, who)
    return await shapes.chat(call.tx, call.context, seen, who.actor_id, new=new)


async def _users(call: Call, ids: list[int]) -> list[entities.UserShape]:
    """People in the order of their ids."""
    people = await entities.people(call.tx, call.context, ids)
    return [people[user_id] for user_id in ids if user_id in people]
