"""disk.storage.*: the storage of chats, and everybody's own."""

from __future__ import annotations

from botyard.api.disk import children as listed
from botyard.api.disk import shapes, uploads
from botyard.api.disk.children import Children
from botyard.api.disk.family import method
from botyard.api.disk.shapes import DiskObject, Storage, Upload
from botyard.api.disk.uploads import UploadParams
from botyard.api.shared import rows
from botyard.chat.media import drive
from botyard.chat.media.drive import CHATS
from botyard.errors import ApiError, Reason, raises
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.wire.param_types import FilterConditions, SortBy


class Get(Params, frozen=True):
    id: int = 0


class GetList(Params, frozen=True):
    filter: FilterConditions = {}
    order: SortBy = ""


_KEYS: rows.Keys[Storage] = {
    "ID": lambda storage: int(storage.id),
    "NAME": lambda storage: storage.name,
    "CODE": lambda storage: storage.code or "",
    "MODULE_ID": lambda storage: storage.module_id,
    "ENTITY_TYPE": lambda storage: storage.entity_type,
    "ENTITY_ID": lambda storage: storage.entity_id,
    "ROOT_OBJECT_ID": lambda storage: int(storage.root_object_id),
}
"""What storages are filtered and sorted by."""


@raises(Reason.FOLDER_WRONG, Reason.STORAGE_MISSING)
def _is_own(call: Call, storage_id: int) -> bool:
    """Whether a storage is the caller's own, and not that of chats. Others' are as if they were not there."""
    if storage_id <= 0:
        raise ApiError(Reason.FOLDER_WRONG)
    if storage_id not in (CHATS, call.user_id + CHATS):
        raise ApiError(Reason.STORAGE_MISSING, id=storage_id)
    return storage_id != CHATS


@method("disk.storage.getList", access=Access.PERSON, mode=Mode.WRITE)
async def get_list(call: Call, p: GetList) -> ResultPage[list[Storage]]:
    """List the storages that the caller may use: the one with the folders of chats, and the caller's own.

    Docs: api-reference/disk/storage/disk-storage-get-list.md
    """
    own = shapes.own_storage(call, await drive.own_folder(call.tx, call.user_id))
    storages = rows.in_order(rows.kept([shapes.storage_of_chats(), own], _KEYS, p.filter), _KEYS, p.order)
    return ResultPage(storages, len(storages))


@method(
    "disk.storage.get",
    access=Access.PERSON,
    mode=Mode.WRITE,
    raises=(_is_own,),
)
async def get(call: Call, p: Get) -> Storage:
    """A storage.

    Docs: api-reference/disk/storage/disk-storage-get.md
    """
    if _is_own(call, p.id):
        return shapes.own_storage(call, await drive.own_folder(call.tx, call.user_id))
    return shapes.storage_of_chats()


@method(
    "disk.storage.getChildren",
    access=Access.PERSON,
    mode=Mode.WRITE,
    raises=(_is_own, listed.of_folder, drive.get_folder),
)
async def get_children(call: Call, p: Children) -> ResultPage[list[DiskObject]]:
    """List what is in a storage: the caller's files, or the folders of the caller's chats; 50 at a time.

    Docs: api-reference/disk/storage/disk-storage-get-children.md
    """
    if not _is_own(call, p.id):
        return await listed.of_chats(call, p)
    folder, who = await drive.get_folder(call.tx, call.user_id, await drive.own_folder(call.tx, call.user_id))
    return await listed.of_folder(call, who, folder, p)


@method(
    "disk.storage.uploadFile",
    access=Access.PERSON,
    mode=Mode.OWN,
    uploads=True,
    raises=(_is_own, Reason.STORAGE_CLOSED, uploads.upload),
)
async def upload_file(call: Call, p: UploadParams) -> Upload:
    """Keep a file of up to 100 MB in the caller's own storage.

    The storage of chats has folders only: there `disk.folder.uploadFile` takes the file.

    Docs: api-reference/disk/storage/disk-storage-upload-file.md
    """
    if not _is_own(call, p.id):
        raise ApiError(Reason.STORAGE_CLOSED, hint="disk.folder.uploadFile takes files for the folders of chats")
    folder_id = await call.context.database.write(lambda tx: drive.own_folder(call.within(tx).tx, call.user_id))
    return await uploads.upload(call, folder_id, p)
