"""imbot.message.*: what a bot says."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from botyard.api.imbot.family import method
from botyard.api.imbot.params import BotParams, Content, OwnBot
from botyard.api.shared.message_content import IMBOT, carried
from botyard.chat.conversation import dialogs, messages, reactions
from botyard.errors import ApiError, Reason
from botyard.model.messages import Draft
from botyard.rpc.call import Call
from botyard.rpc.method import Mode


class Add(Content, frozen=True, rename="upper"):
    """FROM_USER_ID with TO_USER_ID writes a system message into the dialog of two people instead of DIALOG_ID."""

    dialog_id: str = ""
    from_user_id: int = 0
    to_user_id: int = 0
    message: str = ""
    system: bool = False


class Update(Content, frozen=True, rename="upper"):
    """Without MESSAGE the text stays as it is; an empty one deletes the message, unless ATTACH takes its place."""

    message_id: int = 0
    message: str | UnsetType = UNSET


class Delete(BotParams, frozen=True, rename="upper"):
    """COMPLETE Y leaves no mark of the message."""

    message_id: int = 0
    complete: bool = False


class Like(BotParams, frozen=True, rename="upper"):
    message_id: int = 0
    action: str = "auto"


@method(
    "imbot.message.add",
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.Message.send",
    # The page knows one code for every reason why a message finds no place.
    errors={
        Reason.DIALOG_CLOSED: Reason.MESSAGE_NOT_ADDED,
        Reason.USER_MISSING: Reason.MESSAGE_NOT_ADDED,
        Reason.POST_DENIED: Reason.MESSAGE_NOT_ADDED,
    },
    raises=(
        dialogs.open_,
        dialogs.open_between,
        Reason.MESSAGE_EMPTY,
        carried,
        # Bots of this generation do not reply, of which ``messages.send`` speaks, too.
        Reason.POST_DENIED,
    ),
)
async def add(call: Call, bot: OwnBot, p: Add) -> int:
    """Send a message from the bot and return its id.

    Docs: api-reference/chat-bots/outdated/messages/imbot-message-add.md
    """
    between = p.from_user_id > 0 and p.to_user_id > 0
    if not between:
        dialogs.parse(p.dialog_id)
    content = carried(p.attach, p.keyboard, p.menu, bot_id=bot.user_id, limits=IMBOT)
    draft = Draft(text=p.message.strip(), system=p.system or between, params=content.params(p.url_preview is not False))
    if not draft.text and "ATTACH" not in draft.params:
        raise ApiError(Reason.MESSAGE_EMPTY)
    if between:
        # The bot speaks into a dialog of others only where it was told both names; the sender is the system.
        who = await dialogs.open_between(call.tx, bot.user_id, first_id=p.from_user_id, second_id=p.to_user_id)
        return await messages.announce(call.tx, who, draft)
    return await messages.send(call.tx, await dialogs.open_(call.tx, bot.user_id, p.dialog_id), draft)


@method(
    "imbot.message.update",
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.Message.update",
    raises=(Reason.MESSAGE_ID_WRONG, carried, messages.edit),
    errors={Reason.MESSAGE_MISSING: Reason.MESSAGE_LOCKED},
)
async def update(call: Call, bot: OwnBot, p: Update) -> bool:
    """Change a message of the bot within three days of its publication.

    Docs: api-reference/chat-bots/outdated/messages/imbot-message-update.md
    """
    _require_message(p.message_id)
    content = carried(p.attach, p.keyboard, p.menu, bot_id=bot.user_id, limits=IMBOT)
    window = call.context.settings.edit_seconds
    text = None if p.message is UNSET else p.message.strip()
    changes = content.changes(p.url_preview)
    await messages.edit(call.tx, bot.user_id, p.message_id, text=text, changed=changes, window=window)
    return True


@method(
    "imbot.message.delete",
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.Message.delete",
    raises=(Reason.MESSAGE_ID_WRONG, messages.erase),
    errors={Reason.MESSAGE_MISSING: Reason.MESSAGE_LOCKED},
)
async def delete(call: Call, bot: OwnBot, p: Delete) -> bool:
    """Delete a message of the bot, or anybody's in a chat that the bot manages.

    Docs: api-reference/chat-bots/outdated/messages/imbot-message-delete.md
    """
    _require_message(p.message_id)
    window = call.context.settings.edit_seconds
    await messages.erase(call.tx, bot.user_id, p.message_id, complete=p.complete, window=window)
    return True


@method(
    "imbot.message.like",
    mode=Mode.WRITE,
    deprecated="imbot.v2.Chat.Message.Reaction.add",
    raises=(Reason.MESSAGE_ID_WRONG, reactions.like),
    errors={Reason.MESSAGE_MISSING: Reason.MESSAGE_ID_WRONG},
)
async def like(call: Call, bot: OwnBot, p: Like) -> bool:
    """Like a message (`plus`), take it back (`minus`) or toggle (`auto`).

    Docs: api-reference/chat-bots/outdated/messages/imbot-message-like.md
    """
    _require_message(p.message_id)
    await reactions.like(call.tx, bot.user_id, p.message_id, action=p.action)
    return True


def _require_message(message_id: int) -> None:
    if message_id <= 0:
        raise ApiError(Reason.MESSAGE_ID_WRONG)
