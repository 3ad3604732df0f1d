"""Files, folders and storages as the methods of the drive show them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.shapes import files as shared
from botyard.chat.media import drive
from botyard.model.files import File, Folder
from botyard.rpc.call import Call


class DiskObject(msgspec.Struct, frozen=True, rename="upper", kw_only=True):
    """A file or a folder; numbers are texts, as in the documented samples."""

    id: str
    name: str
    code: str | None = None
    storage_id: str
    type: str
    parent_id: str
    deleted_type: str = "0"
    create_time: str
    update_time: str
    delete_time: str | None = None
    created_by: str
    updated_by: str
    deleted_by: str = "0"
    detail_url: str
    # Of folders only.
    real_object_id: str | UnsetType = UNSET
    # Of files only.
    global_content_version: str | UnsetType = UNSET
    file_id: str | UnsetType = UNSET
    size: str | UnsetType = UNSET
    download_url: str | UnsetType = UNSET


def _wire(name: str) -> str:
    return {"field": "field", "upload_url": "uploadUrl"}.get(name, name.upper())


class Upload(msgspec.Struct, frozen=True, rename=_wire, kw_only=True):
    """A file that was just uploaded; or else the address that takes it from a form, and the name of the field there."""

    id: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    code: str | UnsetType | None = UNSET
    storage_id: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    parent_id: str | UnsetType = UNSET
    deleted_type: int | UnsetType = UNSET
    global_content_version: int | UnsetType = UNSET
    file_id: int | UnsetType = UNSET
    size: str | UnsetType = UNSET
    create_time: str | UnsetType = UNSET
    update_time: str | UnsetType = UNSET
    delete_time: str | UnsetType | None = UNSET
    created_by: str | UnsetType = UNSET
    updated_by: str | UnsetType = UNSET
    deleted_by: int | UnsetType | None = UNSET
    download_url: str | UnsetType = UNSET
    detail_url: str | UnsetType = UNSET
    field: str | UnsetType = UNSET
    upload_url: str | UnsetType = UNSET


class Storage(msgspec.Struct, frozen=True, rename="upper", kw_only=True):
    """A storage: of chats, or somebody's own."""

    id: str
    name: str
    code: str | None = None
    module_id: str
    entity_type: str
    entity_id: str
    root_object_id: str


def file(call: Call, stored: File, folder: Folder, reader_id: int) -> DiskObject:
    """A file with links that work for a reader."""
    created = call.context.clock.atom(stored.created)
    return DiskObject(
        id=str(stored.id),
        name=stored.name,
        storage_id=str(drive.storage(folder)),
        type="file",
        parent_id=str(folder.id),
        global_content_version="1",
        file_id=str(stored.id),
        size=str(stored.size),
        create_time=created,
        update_time=created,
        created_by=str(stored.author_id),
        updated_by=str(stored.author_id),
        download_url=shared.download_link(call, "disk", stored, reader_id).download_url,
        detail_url=shared.shown(call.context, stored, reader_id, call.now, key=call.identity.key).url_show,
    )


def uploaded(call: Call, stored: File, folder: Folder) -> Upload:
    """A file that the caller has just uploaded."""
    shown = file(call, stored, folder, call.user_id)
    return Upload(
        id=stored.id,
        name=shown.name,
        code=None,
        type=shown.type,
        deleted_type=0,
        global_content_version=1,
        delete_time=None,
        deleted_by=None,
        storage_id=shown.storage_id,
        parent_id=shown.parent_id,
        file_id=stored.id,
        size=shown.size,
        create_time=shown.create_time,
        update_time=shown.update_time,
        created_by=shown.created_by,
        updated_by=shown.updated_by,
        download_url=shown.download_url,
        detail_url=shown.detail_url,
    )


def folder(call: Call, stored: Folder) -> DiskObject:
    """A folder. There are no pages that show it."""
    created = call.context.clock.atom(stored.created)
    own = drive.owner(stored)
    return DiskObject(
        id=str(stored.id),
        name=drive.OWN_FOLDER if own else stored.title or f"chat{stored.chat_id}",
        storage_id=str(drive.storage(stored)),
        type="folder",
        real_object_id=str(stored.id),
        parent_id="0",
        create_time=created,
        update_time=created,
        created_by=str(own or stored.owner_id),
        updated_by=str(own or stored.owner_id),
        detail_url="",
    )


def storage_of_chats() -> Storage:
    """The storage with the folders of all chats, which has no folder that holds them."""
    return Storage(
        id=str(drive.CHATS),
        name="Chats",
        module_id="im",
        entity_type="common",
        entity_id="chats",
        root_object_id="0",
    )


def own_storage(call: Call, folder_id: int) -> Storage:
    """The caller's own storage, and its only folder."""
    return Storage(
        id=str(call.user_id + drive.CHATS),
        name=drive.OWN_FOLDER,
        module_id="disk",
        entity_type="user",
        entity_id=str(call.user_id),
        root_object_id=str(folder_id),
    )
