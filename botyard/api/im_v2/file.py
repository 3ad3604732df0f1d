"""im.v2.File.*: files of a person."""

from __future__ import annotations

from botyard.api.im_v2.family import method
from botyard.api.shapes import entities
from botyard.api.shapes import files as shared
from botyard.api.shapes.files import Download, Uploaded
from botyard.chat.conversation import dialogs
from botyard.chat.media import files
from botyard.errors import ApiError, Reason
from botyard.model.chats import Participant
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store.engines.db import Tx
from botyard.wire.param_types import RawFile


class UploadFields(Params, frozen=True, rename="camel"):
    """`content` is base64 text without a `data:` prefix, or a file of a multipart form.

    Where `content` is absent `file` is read: `{name, content}`, `[name, base64]`, `{fileData: [name, base64]}` or a
    file of a form, as other methods of the portals have files.
    """

    name: str = ""
    content: RawFile = ""
    file: RawFile = ""
    message: str = ""


class UploadParams(Params, frozen=True, rename="camel"):
    """dialogId: `N` for the private dialog with a person, `chatN` for a chat."""

    dialog_id: str = ""
    fields: UploadFields = UploadFields()


class DownloadParams(Params, frozen=True, rename="camel"):
    dialog_id: str = ""
    file_id: int = 0


@method(
    "im.v2.File.upload",
    access=Access.PERSON,
    mode=Mode.OWN,
    uploads=True,
    raises=(shared.send, Reason.FILE_EMPTY, Reason.UPLOAD_CHAT, Reason.DIALOG_CLOSED),
)
async def upload(call: Call, p: UploadParams) -> Uploaded:
    """Send a file of up to 100 MB to a chat, with a text beside it.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/files/file-upload.md
    """
    dialog_id = p.dialog_id

    async def enter(tx: Tx) -> Participant:
        return await dialogs.open_(tx, call.user_id, dialog_id)

    try:
        file = shared.upload_of(p.fields.name, p.fields.content, p.fields.file, Reason.FILE_EMPTY)
        sent = await shared.send(call, enter, file, p.fields.message)
    except ApiError as refused:
        # Often the very same refusal, which cannot be its own cause.
        raise _as_documented(refused) from None
    shown = shared.shown(call.context, sent.file, call.user_id, call.now, key=call.identity.key)
    return Uploaded(shown, sent.message_id, sent.chat.id, entities.dialog_id(sent.chat, call.user_id))


@method(
    "im.v2.File.download",
    access=Access.PERSON,
    raises=(dialogs.get, Reason.FILE_MISSING),
)
async def download(call: Call, p: DownloadParams) -> Download:
    """A link by which a file of a chat can be downloaded.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/files/file-download.md
    """
    who = await dialogs.get(call.tx, call.user_id, p.dialog_id)
    file = await files.find(call.tx, call.user_id, p.file_id)
    if file is None or file[0].chat_id != who.chat.id or not file[1]:
        raise ApiError(Reason.FILE_MISSING)
    return shared.download_link(call, "im", file[0], call.user_id)


def _as_documented(refused: ApiError) -> ApiError:
    """The same refusals in the words of this page; those of bots are spelt differently."""
    if refused.problem is Reason.DIALOG_EMPTY or refused.problem is Reason.USER_MISSING:
        return ApiError(Reason.UPLOAD_CHAT)
    return refused
