"""disk.file.*: files by their id."""

from __future__ import annotations

import msgspec

from botyard.api import files as shared
from botyard.chat import files
from botyard.errors import Problem, Refused
from botyard.model.files import File
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Params, method
from botyard.store import chats

STORAGE_ID = "1"
"""There is one storage, the one of chats."""


class Get(Params, frozen=True):
    id: int = 0


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
    raises=(Problem.DISK_ARGUMENT, Problem.DISK_MISSING, Problem.DISK_CLOSED),
)
async def get(call: Call, p: Get) -> DiskFile:
    """A file of a chat, with a link that downloads it without signing in.

    Who may see the message that the file came with may have it; bots, too.

    Docs: api-reference/disk/file/disk-file-get.md
    """
    if p.id <= 0:
        raise Refused(Problem.DISK_ARGUMENT)
    found = await files.find(call.tx, call.user_id, p.id)
    if found is None:
        raise Refused(Problem.DISK_MISSING, id=p.id)
    file, visible = found
    if not visible:
        raise Refused(Problem.DISK_CLOSED)
    place = await chats.find(call.tx, file.chat_id, call.user_id)
    return _shape(call, file, place[0].disk_folder_id if place else 0)


def _shape(call: Call, file: File, folder_id: int) -> DiskFile:
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
        download_url=shared.download_link(call, "disk", file, call.user_id).download_url,
        detail_url=shared.shown(call.context, file, call.user_id, call.now).url_show,
    )
