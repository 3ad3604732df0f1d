"""`botyard.message.file.*`: files that a messenger sends."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.api.botyard.params import is_uuid
from botyard.api.shapes import files as shared
from botyard.api.shapes.files import ShownFile
from botyard.chat.conversation import dialogs
from botyard.chat.media import files
from botyard.errors import ApiError, Reason, error
from botyard.model.chats import Participant
from botyard.model.messages import Draft
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store.engines.db import Tx
from botyard.wire.coerce import SentOnce
from botyard.wire.param_types import RawFile


class Send(Params, frozen=True, rename="upper"):
    """TEMPLATE_ID makes the call safe to repeat."""

    dialog_id: str = ""
    template_id: SentOnce = ""
    name: Annotated[str, Meta(description="The name of the file.")] = ""
    content: RawFile = ""
    file: RawFile = ""
    message: Annotated[str, Meta(description="The text beside the file, with BB codes.")] = ""
    reply_id: int = 0


class Sent(msgspec.Struct, frozen=True, rename="upper"):
    """The message, its chat, and the file; no file where the message has lost it since it was sent."""

    id: int
    chat_id: int
    file: ShownFile | None


@method(
    "botyard.message.file.send",
    access=Access.MESSENGER,
    mode=Mode.OWN,
    uploads=True,
    errors={
        Reason.FILE_EMPTY: error("FILE_EMPTY: File name and content are required"),
        Reason.FILE_CONTENT: error("FILE_INVALID_CONTENT: Invalid base64 content"),
        Reason.FILE_TOO_BIG: error("FILE_TOO_LARGE: File is too large"),
        Reason.FILE_FOLDER: error("FOLDER_ERROR: Failed to get chat folder"),
        Reason.FILE_REFUSED: error("UPLOAD_FAILED: File upload failed: {reason}"),
        Reason.FILE_NOT_STORED: error("UPLOAD_FAILED: File upload failed"),
        Reason.FILE_NOT_SENT: error("SEND_FAILED: Failed to send message", 403),
    },
    raises=(Reason.ARGUMENT, Reason.FILE_EMPTY, shared.upload_of, dialogs.open_, files.send_once),
)
async def send(call: Call, p: Send) -> Sent:
    """Send a file of up to 100 MB with a text, once, however often the call is repeated with the same TEMPLATE_ID.

    TEMPLATE_ID is a UUID of the caller's. A client that saw no response sends the file again and gets the message that
    is there. All else is as in `im.v2.File.upload`.
    """
    if not is_uuid(p.template_id):
        raise ApiError(Reason.ARGUMENT, reason="TEMPLATE_ID must be a UUID with hyphens, a new one for each message")
    upload = shared.upload_of(p.name, p.content, p.file, Reason.FILE_EMPTY)
    draft = Draft(text=p.message, reply_id=max(0, p.reply_id), uuid=p.template_id.strip())

    async def enter(tx: Tx) -> Participant:
        return await dialogs.open_(tx, call.user_id, p.dialog_id)

    sent = await files.send_once(shared.upload_context(call), enter, upload=upload, draft=draft)
    file = sent.file
    shown = shared.shown(call.context, file, call.user_id, call.now, key=call.identity.key) if file else None
    return Sent(sent.message_id, sent.chat_id, shown)
