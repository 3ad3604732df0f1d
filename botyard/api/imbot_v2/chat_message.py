"""imbot.v2.Chat.Message.*: what a bot says, reads and reacts to."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.imbot_v2.family import IMBOT_V2, method
from botyard.api.imbot_v2.params import BotParams, DialogParams, Fields, OwnBot
from botyard.api.imbot_v2.shapes import DONE, Done
from botyard.api.shapes import entities
from botyard.api.shapes.entities import MessageShape, UserShape
from botyard.api.shared.message_content import IM, carried
from botyard.chat.content import content
from botyard.chat.conversation import dialogs, forwarding, messages, reactions, reading
from botyard.errors import ApiError, Reason
from botyard.model.bots import ATTENTIVE, Bot
from botyard.model.messages import Draft
from botyard.rpc.call import Call
from botyard.rpc.method import Mode
from botyard.wire.coerce import SentOnce
from botyard.wire.param_types import Numbered, RawAttach, RawKeyboard

RANGE_MAX = 50
# Where the page has no code for a message that the bot does not see.
UNSEEN = {Reason.MESSAGE_MISSING: Reason.DIALOG_CLOSED}


class SendFields(Fields, frozen=True, rename="camel"):
    """What is said. `templateId` is the sender's own UUID of it, `forwardIds` are `{uuid: messageId}`."""

    message: str = ""
    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    system: bool = False
    url_preview: bool = True
    reply_id: int = 0
    template_id: SentOnce = ""
    forward_ids: Numbered = {}


class Send(DialogParams, frozen=True, rename="camel"):
    fields: SendFields = SendFields()


class UpdateFields(Fields, frozen=True, rename="camel"):
    """What changes; the rest stays. A keyboard of `N` takes it away."""

    message: str | UnsetType = UNSET
    attach: RawAttach = UNSET
    keyboard: RawKeyboard = UNSET
    url_preview: bool | None = None


class Update(BotParams, frozen=True, rename="camel"):
    message_id: int = 0
    fields: UpdateFields = UpdateFields()


class Delete(BotParams, frozen=True, rename="camel"):
    """`complete` leaves no mark of the message."""

    message_id: int = 0
    complete: bool = False


class Read(DialogParams, frozen=True, rename="camel"):
    """Without `messageId` everything is read."""

    message_id: int = 0


class Get(BotParams, frozen=True, rename="camel"):
    message_id: int = 0


class GetContext(BotParams, frozen=True, rename="camel"):
    """`range` is how many messages to show on either side, 1 to 50."""

    message_id: int = 0
    range: int = RANGE_MAX


class Reaction(BotParams, frozen=True, rename="camel"):
    message_id: int = 0
    reaction: str = ""


class Sent(msgspec.Struct, frozen=True, rename="camel"):
    """The new message, and the copies of forwarded ones by their UUIDs. Without a text `id` is the last copy."""

    id: int
    uuid_map: dict[str, int]


class ReadAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """How far the bot has read, how much is unread, and the messages that are read now."""

    chat_id: int
    last_id: int
    counter: int
    viewed_messages: list[int]


class MessageAnswer(msgspec.Struct, frozen=True):
    """A message and who wrote it; the system is user 0."""

    message: MessageShape
    user: UserShape


class ContextAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Messages from oldest to newest, who wrote them, and whether there are more on either side."""

    messages: list[MessageShape]
    users: list[UserShape]
    has_prev_page: bool
    has_next_page: bool


@method(
    "imbot.v2.Chat.Message.send",
    mode=Mode.WRITE,
    raises=(
        dialogs.open_,
        Reason.MESSAGE_EMPTY,
        content.attach,
        content.keyboard,
        messages.send,
        forwarding.forward,
        Reason.MESSAGE_NOT_ADDED,
    ),
    errors=UNSEEN | {Reason.FILE_REFUSED: Reason.MESSAGE_NOT_ADDED},
)
async def send(call: Call, bot: OwnBot, p: Send) -> Sent:
    """Send a message from the bot, forward messages, or both, and return the ids.

    The same `templateId` once more, if it is a UUID, answers the message that was sent the first time.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-send.md
    """
    send_fields = p.fields
    params = carried(send_fields.attach, send_fields.keyboard, UNSET, bot_id=bot.user_id, limits=IM).params(
        send_fields.url_preview
    )
    draft = Draft(
        text=send_fields.message.strip(),
        system=send_fields.system,
        reply_id=max(0, send_fields.reply_id),
        uuid=send_fields.template_id.strip() or None,
        params=params,
    )
    originals = _originals(send_fields.forward_ids)
    says = bool(draft.text or "ATTACH" in params)
    if not says and not originals:
        raise ApiError(Reason.MESSAGE_EMPTY)
    who = await dialogs.open_(call.tx, bot.user_id, p.dialog_id)
    message_id = await messages.send(call.tx, who, draft) if says else 0
    copies = await forwarding.forward(call.tx, who, originals, quota=call.context.file_quota)
    return Sent(message_id or list(copies.values())[-1], copies)


_FORWARDED = (
    "fields[forwardIds]: expected an object of UUIDs and the numbers of messages, or a list of the numbers, "
    f"at most {forwarding.MOST}"
)


def _originals(forward_ids: dict[str, int] | None) -> dict[str, int]:
    """``{uuid: messageId}``. Raises MESSAGE_NOT_ADDED for what could not be read so, and for too many."""
    if forward_ids is None or len(forward_ids) > forwarding.MOST:
        raise ApiError(Reason.MESSAGE_NOT_ADDED, hint=_FORWARDED)
    return forward_ids


# The page knows one code for every reason why a message stays as it is.
UNCHANGED = (content.attach, content.keyboard, messages.edit)


@method(
    "imbot.v2.Chat.Message.update",
    mode=Mode.WRITE,
    raises=UNCHANGED,
    errors=IMBOT_V2.like(Reason.MESSAGE_LOCKED, *UNCHANGED),
)
async def update(call: Call, bot: OwnBot, p: Update) -> Done:
    """Change a message of the bot, however old it is. An empty text without attachments deletes it.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-update.md
    """
    update_fields = p.fields
    changes = carried(update_fields.attach, update_fields.keyboard, UNSET, bot_id=bot.user_id, limits=IM).changes(
        update_fields.url_preview
    )
    text = None if update_fields.message is UNSET else update_fields.message.strip()
    await messages.edit(call.tx, bot.user_id, p.message_id, text=text, changed=changes, window=None)
    return DONE


@method("imbot.v2.Chat.Message.delete", mode=Mode.WRITE, raises=(messages.erase,), errors=UNSEEN)
async def delete(call: Call, bot: OwnBot, p: Delete) -> Done:
    """Delete a message of the bot, or anybody's in a chat that the bot manages.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-delete.md
    """
    await messages.erase(call.tx, bot.user_id, p.message_id, complete=p.complete, window=None)
    return DONE


@method(
    "imbot.v2.Chat.Message.read",
    mode=Mode.WRITE,
    raises=(dialogs.get, messages.require_in_chat),
)
async def read(call: Call, bot: OwnBot, p: Read) -> ReadAnswer:
    """Mark a chat as read by the bot, up to a message or wholly.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-read.md
    """
    who = await dialogs.get(call.tx, bot.user_id, p.dialog_id, locked=True)
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    if p.message_id > 0:
        await messages.require_in_chat(call.tx, who, p.message_id)
    moved = await reading.read(call.tx, who, max(0, p.message_id))
    read_id = moved.member.read_id if moved.member else 0
    left = await reading.unread(call.tx, moved)
    return ReadAnswer(who.chat.id, read_id, left.counter, await reading.newly_read(call.tx, who, moved))


@method("imbot.v2.Chat.Message.get", raises=(Reason.BOT_TYPE_DENIED, messages.get_unlocked), errors=UNSEEN)
async def get(call: Call, bot: OwnBot, p: Get) -> MessageAnswer:
    """A message and its author, for bots of the types `supervisor` and `personal`.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-get.md
    """
    _require_attentive(bot)
    message, member = await messages.get_unlocked(call.tx, bot.user_id, p.message_id)
    views = await entities.seen(call.tx, message.chat_id)
    people = await entities.people(call.tx, call.context, [message.author_id])
    return MessageAnswer(
        entities.message(call.context, message, views, member), people.get(message.author_id, entities.NOBODY)
    )


@method(
    "imbot.v2.Chat.Message.getContext",
    raises=(Reason.BOT_TYPE_DENIED, messages.around),
)
async def get_context(call: Call, bot: OwnBot, p: GetContext) -> ContextAnswer:
    """The messages around one of them and their authors, for bots of the types `supervisor` and `personal`.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-get-context.md
    """
    _require_attentive(bot)
    each = max(1, min(p.range, RANGE_MAX))
    around = await messages.around(call.tx, bot.user_id, p.message_id, each=each)
    views = await entities.seen(call.tx, around.messages[0].chat_id)
    people = await entities.people(call.tx, call.context, [message.author_id for message in around.messages])
    return ContextAnswer(
        [entities.message(call.context, message, views, around.member) for message in around.messages],
        [people[user_id] for user_id in sorted(people)],
        around.earlier,
        around.later,
    )


def _require_attentive(bot: Bot) -> None:
    """Check that a bot may read what others write. Raises BOT_TYPE_DENIED."""
    if bot.type not in ATTENTIVE:
        raise ApiError(Reason.BOT_TYPE_DENIED)


@method(
    "imbot.v2.Chat.Message.Reaction.add",
    mode=Mode.WRITE,
    raises=(messages.get, reactions.require_known, Reason.REACTION_SET),
    errors=UNSEEN,
)
async def reaction_add(call: Call, bot: OwnBot, p: Reaction) -> Done:
    """React to a message as the bot, with one of the 48 reactions.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-reaction-add.md
    """
    message, who = await messages.get(call.tx, bot.user_id, p.message_id)
    reactions.require_known(p.reaction)
    if message.erased:
        raise ApiError(Reason.MESSAGE_MISSING)
    if not await reactions.set(call.tx, who, message, reaction=p.reaction, on=True):
        raise ApiError(Reason.REACTION_SET)
    return DONE


@method(
    "imbot.v2.Chat.Message.Reaction.delete",
    mode=Mode.WRITE,
    raises=(messages.get, reactions.require_known),
    errors=UNSEEN,
)
async def reaction_delete(call: Call, bot: OwnBot, p: Reaction) -> Done:
    """Take a reaction of the bot back; one that was not set is as good as taken back.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-reaction-delete.md
    """
    message, who = await messages.get(call.tx, bot.user_id, p.message_id)
    reactions.require_known(p.reaction)
    await reactions.set(call.tx, who, message, reaction=p.reaction, on=False)
    return DONE
