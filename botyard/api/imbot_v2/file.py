"""imbot.v2.File.*: files of a bot."""

from __future__ import annotations

from botyard.api.imbot_v2.family import IMBOT_V2, method
from botyard.api.imbot_v2.params import BotParams, DialogParams, Fields, OwnBot, bot_chat, own_bot, token
from botyard.api.shapes import entities
from botyard.api.shapes import files as shared
from botyard.api.shapes.files import Download, Uploaded
from botyard.chat.conversation import dialogs
from botyard.chat.media import files
from botyard.errors import ApiError, Reason
from botyard.model.chats import Participant
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode
from botyard.store.engines.db import Tx
from botyard.wire.param_types import RawFile


class UploadFields(Fields, frozen=True, rename="camel"):
    """`content` is base64 text without a `data:` prefix, or a file of a multipart form.

    Where `content` is absent `file` is read: `{name, content}`, `[name, base64]`, `{fileData: [name, base64]}` or a
    file of a form, as other methods of the portals have files.
    """

    name: str = ""
    content: RawFile = ""
    file: RawFile = ""
    message: str = ""


class UploadParams(DialogParams, frozen=True, rename="camel"):
    fields: UploadFields = UploadFields()


class DownloadParams(BotParams, frozen=True, rename="camel"):
    file_id: int = 0


@method(
    "imbot.v2.File.upload",
    access=Access.BOT_OWNER,
    mode=Mode.OWN,
    uploads=True,
    raises=(bot_chat, Reason.FILE_EMPTY, shared.upload_of, shared.send),
    # The page has one code for all that can be wrong with the chat to send to.
    errors=IMBOT_V2.like(Reason.FILE_FOLDER, dialogs.open_),
)
async def upload(call: Call, p: UploadParams) -> Uploaded:
    """Send a file of up to 100 MB to a chat as a bot, with a text beside it.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/files/file-upload.md
    """
    # Not all of the parameters: what a refusal remembers of its way must not hold the whole file.
    named = DialogParams(bot_id=p.bot_id, bot_token=token(p), dialog_id=p.dialog_id)

    async def enter(tx: Tx) -> Participant:
        return await bot_chat(call.within(tx), named)

    # Whose bot it is comes first, as in all methods of bots.
    bot = await call.context.database.read(lambda tx: own_bot(call.within(tx), named))
    file = shared.upload_of(p.fields.name, p.fields.content, p.fields.file, Reason.FILE_EMPTY)
    sent = await shared.send(call, enter, file, p.fields.message)
    shown = shared.shape(call.context, sent.file)
    return Uploaded(shown, sent.message_id, sent.chat.id, entities.dialog_id(sent.chat, bot.user_id))


@method("imbot.v2.File.download", raises=(Reason.FILE_MISSING, Reason.FILE_CLOSED))
async def download(call: Call, bot: OwnBot, p: DownloadParams) -> Download:
    """A link by which a file of a chat that the bot is in can be downloaded.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/files/file-download.md
    """
    file = await files.find(call.tx, bot.user_id, p.file_id)
    if file is None:
        raise ApiError(Reason.FILE_MISSING)
    if not file[1]:
        raise ApiError(Reason.FILE_CLOSED)
    return shared.download_link(call, "imbot", file[0], bot.user_id)
