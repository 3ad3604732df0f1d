"""im.dialog.*: conversations of the calling person."""

from __future__ import annotations

import msgspec

from botyard.api.im.family import method
from botyard.api.im.shapes import HistoryAnswer, history_answer
from botyard.api.shapes.dialog import Dialog, dialog, placed
from botyard.chat.conversation import dialogs, messages, reading, typing
from botyard.chat.conversation.overview import overview
from botyard.chat.rules import with_path
from botyard.errors import ApiError, Reason, error
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.param_types import Number


class Get(Params, frozen=True, rename="upper"):
    """DIALOG_ID: `N` for a person, `chatN` for a chat, `sgN` for a workgroup's chat."""

    dialog_id: str = ""


class MessagesGet(Params, frozen=True, rename="upper"):
    """LAST_ID loads older messages, FIRST_ID newer ones."""

    dialog_id: str = ""
    last_id: Number = 0
    first_id: Number = 0
    limit: int = 20


class Read(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    message_id: int = 0


class ReadAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Where the read mark stands now."""

    dialog_id: str
    chat_id: int
    last_id: int
    counter: int


@method("im.dialog.get", raises=(placed,))
async def get(call: Call, p: Get) -> Dialog:
    """Tell everything about a chat, as the calling person sees it.

    Docs: api-reference/chats/im-dialog-get.md
    """
    who = await placed(call, p.dialog_id)
    shown = dialog(call, await overview(call.tx, who), p.dialog_id)
    # This page names the way back for every chat, the page of the bots' method for chats of an entity only.
    return msgspec.structs.replace(shown, restrictions=with_path(shown.restrictions))


@method(
    "im.dialog.messages.get",
    raises=(placed, Reason.FIRST_ID_STRING, Reason.LAST_ID_STRING),
)
async def messages_get(call: Call, p: MessagesGet) -> HistoryAnswer:
    """The history of a chat, newest first: 20 messages or LIMIT (at most 50), with their authors.

    Docs: api-reference/chats/messages/im-dialog-messages-get.md
    """
    if p.first_id is None:
        raise ApiError(Reason.FIRST_ID_STRING)
    if p.last_id is None:
        raise ApiError(Reason.LAST_ID_STRING)
    who = await placed(call, p.dialog_id)
    history = await messages.history(call.tx, who, older_than=p.last_id, newer_than=p.first_id, limit=p.limit)
    return await history_answer(call, who, history)


@method("im.dialog.read", mode=Mode.WRITE, raises=(dialogs.parse,))
async def read(call: Call, p: Read) -> ReadAnswer | bool:
    """Mark a chat as read up to MESSAGE_ID, or wholly; `false` where the caller is not a member.

    Docs: api-reference/chats/messages/im-dialog-read.md
    """
    who = await dialogs.find(call.tx, call.user_id, dialogs.parse(p.dialog_id), locked=True)
    if who is None and not call.identity.guest and dialogs.own(call.user_id, p.dialog_id):
        who = await dialogs.open_own(call.tx, call.user_id)
    if who is None:
        return False
    moved = await reading.read(call.tx, who, max(0, p.message_id))
    if moved.member is None:
        return False
    left = await reading.unread(call.tx, moved)
    return ReadAnswer(p.dialog_id, who.chat.id, moved.member.read_id, left.counter)


@method(
    "im.dialog.writing",
    mode=Mode.WRITE,
    errors={
        Reason.DIALOG_CLOSED: error("ACCESS_ERROR: Action unavailable"),
        Reason.USER_MISSING: error("ACCESS_ERROR: Action unavailable"),
    },
    raises=(dialogs.open_,),
)
async def writing(call: Call, p: Get) -> bool:
    """Show the others of a chat that the caller is writing; a private dialog is opened by it.

    Docs: api-reference/chats/messages/im-dialog-writing.md
    """
    await typing.start(call.tx, await dialogs.open_(call.tx, call.user_id, p.dialog_id))
    return True
