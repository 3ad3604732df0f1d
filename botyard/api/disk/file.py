"""disk.file.*: files by their id."""

from __future__ import annotations

from botyard.api.disk import shapes
from botyard.api.disk.family import method
from botyard.api.disk.shapes import DiskObject
from botyard.api.shared.owners import own_bots
from botyard.chat.media import files
from botyard.errors import ApiError, Reason
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Params
from botyard.store import folders


class Get(Params, frozen=True):
    """BOT_ID or CLIENT_ID lets a bot of the caller ask, if it is in the chat."""

    id: int = 0
    bot_id: int = 0
    client_id: str = ""


@method(
    "disk.file.get",
    access=Access.PERSON,
    raises=(Reason.FILE_ID_WRONG, Reason.FILE_MISSING, Reason.FILE_CLOSED),
)
async def get(call: Call, p: Get) -> DiskObject:
    """A file of a chat, with a link that downloads it without signing in.

    Who may see the message that the file came with may have it; bots, too. With the scope `imbot`, BOT_ID or CLIENT_ID
    let a bot of the caller ask. A file that was uploaded and not sent yet is its author's only.

    Docs: api-reference/disk/file/disk-file-get.md
    """
    if p.id <= 0:
        raise ApiError(Reason.FILE_ID_WRONG)
    held = await files.find(call.tx, call.user_id, p.id)
    if held is None:
        raise ApiError(Reason.FILE_MISSING, id=p.id)
    file, visible = held
    reader_id = call.user_id if visible else await _reading_bot(call, p)
    if not reader_id:
        raise ApiError(Reason.FILE_CLOSED)
    folder = await folders.of_chat(call.tx, file.chat_id)
    assert folder is not None
    return shapes.file(call, file, folder, reader_id)


async def _reading_bot(call: Call, p: Get) -> int:
    """The caller's bot that may have the file: the one that is named, or any; 0 for none."""
    named = p.bot_id > 0 or p.client_id
    if not named or call.identity.auth is Auth.SESSION or "imbot" not in call.identity.scopes:
        return 0
    for bot in await own_bots(call, p.client_id):
        file = await files.find(call.tx, bot.user_id, p.id) if p.bot_id in (0, bot.user_id) else None
        if file and file[1]:
            return bot.user_id
    return 0
