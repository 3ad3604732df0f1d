"""im.message.*: what people say."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from botyard.api.im.family import method
from botyard.api.shared.message_content import IM, carried
from botyard.chat.bots import command_calls
from botyard.chat.bots.command_calls import Press
from botyard.chat.conversation import dialogs, messages, reactions, sharing
from botyard.errors import ApiError, Reason, error
from botyard.model.messages import Draft
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.param_types import RawAttach, RawKeyboard, RawMenu


class Add(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    message: str = ""
    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    menu: RawMenu = UNSET
    system: bool = False
    url_preview: bool = True
    reply_id: int = 0


class Update(Params, frozen=True, rename="upper"):
    """What is left out stays; with IS_EDITED `N` a change of anything but the text leaves no mark."""

    message_id: int = 0
    message: str | UnsetType = UNSET
    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    menu: RawMenu = UNSET
    url_preview: bool | None = None
    is_edited: bool = True


class Named(Params, frozen=True, rename="upper"):
    message_id: int = 0


class Like(Named, frozen=True, rename="upper"):
    action: str = "auto"


class Share(Named, frozen=True, rename="upper"):
    dialog_id: str = ""
    type: str = ""


class Command(Params, frozen=True, rename="upper"):
    message_id: int = 0
    bot_id: int = 0
    command: str = ""
    command_params: str = ""


@method(
    "im.message.add",
    mode=Mode.WRITE,
    errors={
        Reason.DIALOG_EMPTY: error("USER_ID_EMPTY: User ID can't be empty"),
        Reason.DIALOG_CLOSED: error("CHAT_ID: Error creating message"),
        Reason.KEYBOARD_TOO_BIG: Reason.KEYBOARD_WRONG,
        Reason.MENU_TOO_BIG: Reason.MENU_WRONG,
    },
    raises=(
        messages.send,
        Reason.MESSAGE_EMPTY,
        dialogs.open_,
        Reason.PARAMS_WRONG,
        carried,
    ),
)
async def add(call: Call, p: Add) -> int:
    """Send a message as the calling person and return its id.

    Slash commands in it are passed on to the bots that answer to them.

    Docs: api-reference/chats/messages/im-message-add.md
    """
    params = carried(p.attach, p.keyboard, p.menu, bot_id=0, limits=IM).params(p.url_preview)
    if not p.message.strip() and "ATTACH" not in params:
        raise ApiError(Reason.MESSAGE_EMPTY)
    try:
        who = await dialogs.open_(call.tx, call.user_id, p.dialog_id)
    except ApiError as refused:
        # The page has a code of its own for what begins like a chat and is none.
        if refused.problem is Reason.DIALOG_EMPTY and p.dialog_id.strip().startswith(("chat", "sg")):
            raise ApiError(Reason.PARAMS_WRONG) from refused
        raise
    draft = Draft(text=p.message, system=p.system, reply_id=max(0, p.reply_id), params=params)
    return await messages.send(call.tx, who, draft)


@method(
    "im.message.update",
    mode=Mode.WRITE,
    errors={
        Reason.MESSAGE_MISSING: Reason.MESSAGE_LOCKED,
        # So the page has it, in small letters.
        Reason.MENU_WRONG: error("menu_ERROR: Incorrect menu params"),
    },
    raises=(Reason.MESSAGE_ID_WRONG, carried, messages.edit),
)
async def update(call: Call, p: Update) -> bool:
    """Change one's own message within three days of its publication.

    An empty MESSAGE deletes it, unless ATTACH comes in its place.

    Docs: api-reference/chats/messages/im-message-update.md
    """
    _require_message(p.message_id)
    changes = carried(p.attach, p.keyboard, p.menu, bot_id=0, limits=IM).changes(p.url_preview)
    await messages.edit(
        call.tx,
        call.user_id,
        p.message_id,
        text=None if p.message is UNSET else p.message,
        changed=changes,
        window=call.context.settings.edit_seconds,
        marked=p.is_edited,
    )
    return True


@method(
    "im.message.delete",
    mode=Mode.WRITE,
    errors={Reason.MESSAGE_MISSING: Reason.MESSAGE_LOCKED},
    raises=(Reason.MESSAGE_ID_WRONG, messages.erase),
)
async def delete(call: Call, p: Named) -> bool:
    """Delete one's own message within three days, or anybody's in a chat that one manages.

    Docs: api-reference/chats/messages/im-message-delete.md
    """
    _require_message(p.message_id)
    window = call.context.settings.edit_seconds
    await messages.erase(call.tx, call.user_id, p.message_id, complete=False, window=window)
    return True


@method(
    "im.message.like",
    mode=Mode.WRITE,
    errors={Reason.MESSAGE_MISSING: Reason.MESSAGE_ID_WRONG},
    raises=(Reason.MESSAGE_ID_WRONG, reactions.like),
)
async def like(call: Call, p: Like) -> bool:
    """Like a message (`plus`), take it back (`minus`) or toggle (`auto`).

    Docs: api-reference/chats/messages/im-message-like.md
    """
    _require_message(p.message_id)
    await reactions.like(call.tx, call.user_id, p.message_id, action=p.action)
    return True


def _require_message(message_id: int) -> None:
    if message_id <= 0:
        raise ApiError(Reason.MESSAGE_ID_WRONG)


@method(
    "im.message.command",
    mode=Mode.WRITE,
    raises=(command_calls.press, messages.get, Reason.BOT_ID_EMPTY, Reason.COMMAND_EMPTY),
)
async def command(call: Call, p: Command) -> bool:
    """Call a bot's command from a message of a chat that the caller is in, as a press of its button does.

    The bot is told by ONIMCOMMANDADD, with COMMAND_CONTEXT of KEYBOARD or MENU, and may
    answer even where it is not a member. PARAMS_ERROR where the bot has no such command.

    Docs: api-reference/chats/messages/im-message-command.md
    """
    message, who = await messages.get(call.tx, call.user_id, p.message_id)
    if p.bot_id <= 0:
        raise ApiError(Reason.BOT_ID_EMPTY)
    if not command_calls.without_slash(p.command):
        raise ApiError(Reason.COMMAND_EMPTY)
    asked = Press(p.bot_id, p.command, p.command_params.strip())
    await command_calls.press(call.tx, who, message, asked=asked)
    return True


@method(
    "im.message.share",
    access=Access.PERSON,
    mode=Mode.WRITE,
    errors={Reason.POST_DENIED: Reason.DIALOG_CLOSED, Reason.FILE_REFUSED: Reason.SHARE_WRONG},
    raises=(Reason.MESSAGE_ID_WRONG, dialogs.get, Reason.SHARE_WRONG, sharing.share_as_chat),
)
async def share(call: Call, p: Share) -> bool:
    """Make a chat about a message, with the members of its dialog and a copy of the message.

    From dialogs with more than 200 members only the author of the message is brought into it. There are no tasks, posts
    and calendars here: TYPE `TASK`, `POST` and `CALEND` are PARAMS_ERROR.

    Docs: api-reference/chats/messages/im-message-share.md
    """
    _require_message(p.message_id)
    who = await dialogs.get(call.tx, call.user_id, p.dialog_id)
    if p.type.strip().upper() != "CHAT":
        raise ApiError(Reason.SHARE_WRONG)
    await sharing.share_as_chat(call.tx, who, p.message_id, quota=call.context.file_quota)
    return True
