"""disk.file.*: files by their id."""

from __future__ import annotations

import msgspec

from botyard.api.disk.family import method
from botyard.api.shapes import files as shared
from botyard.api.shared.owners import own_bots
from botyard.chat.media import files
from botyard.errors import ApiError, Reason
from botyard.model.files import File
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Params
from botyard.store import chats

STORAGE_ID = "1"
"""There is one storage, the one of chats."""


class Get(Params, frozen=True):
    """BOT_ID or CLIENT_ID lets a bot of the caller ask, if it is in the chat."""

    id: int = 0
    bot_id: int = 0
    client_id: str = ""


class DiskFile(msgspec.Struct, frozen=True, rename="upper"):
    """A file; numbers are texts, as in the documented sample."""

    id: str
    name: str
    code: str | None
    storage_id: str
    type: str
    parent_id: str
    deleted_type: str
    global_content_version: str
    file_id: str
    size: str
    create_time: str
    update_time: str
    delete_time: str | None
    created_by: str
    updated_by: str
    deleted_by: str
    download_url: str
    detail_url: str


@method(
    "disk.file.get",
    access=Access.PERSON,
    raises=(Reason.FILE_ID_WRONG, Reason.FILE_MISSING, Reason.FILE_CLOSED),
)
async def get(call: Call, p: Get) -> DiskFile:
    """A file of a chat, with a link that downloads it without signing in.

    Who may see the message that the file came with may have it; bots, too. With the scope `imbot`, BOT_ID or CLIENT_ID
    let a bot of the caller ask.

    Docs: api-reference/disk/file/disk-file-get.md
    """
    if p.id <= 0:
        raise ApiError(Reason.FILE_ID_WRONG)
    found_file = await files.find(call.tx, call.user_id, p.id)
    if found_file is None:
        raise ApiError(Reason.FILE_MISSING, id=p.id)
    file, visible = found_file
    reader_id = call.user_id if visible else await _reading_bot(call, p)
    if not reader_id:
        raise ApiError(Reason.FILE_CLOSED)
    reader = await chats.find(call.tx, file.chat_id, reader_id)
    return _shape(call, file, reader.chat.disk_folder_id if reader else 0, reader_id)


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


def _shape(call: Call, file: File, folder_id: int, reader_id: int) -> DiskFile:
    created = call.context.clock.atom(file.created)
    return DiskFile(
        id=str(file.id),
        name=file.name,
        code=None,
        storage_id=STORAGE_ID,
        type="file",
        parent_id=str(folder_id),
        deleted_type="0",
        global_content_version="1",
        file_id=str(file.id),
        size=str(file.size),
        create_time=created,
        update_time=created,
        delete_time=None,
        created_by=str(file.author_id),
        updated_by=str(file.author_id),
        deleted_by="0",
        download_url=shared.download_link(call, "disk", file, reader_id).download_url,
        detail_url=shared.shown(call.context, file, reader_id, call.now, key=call.identity.key).url_show,
    )
