"""im.disk.*: files that lie in the folder of a chat, and how they get into messages."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.im.family import method
from botyard.api.im.params import ChatParams
from botyard.api.shapes import files as shared
from botyard.api.shapes.files import ShownFile
from botyard.chat.conversation import dialogs
from botyard.chat.media import drive
from botyard.chat.media.drive import Commit
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Participant
from botyard.model.files import File, Folder
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import folders
from botyard.wire.coerce import SentOnce
from botyard.wire.param_types import SomeIds


class FolderParams(ChatParams, frozen=True, rename="upper"):
    """CHAT_ID, or DIALOG_ID in its place, which may be a person's id, too. CHAT_ID wins."""


class FileCommit(ChatParams, frozen=True, rename="upper"):
    """FILE_ID, or else UPLOAD_ID: one file, or several. DISK_ID is what older clients call FILE_ID.

    CHAT_ID wins over DIALOG_ID. SILENT_MODE is about open lines and does nothing here. TEMPLATE_ID is a UUID: a call
    that is repeated with it sends nothing again.
    """

    file_id: SomeIds | UnsetType = UNSET
    upload_id: SomeIds | UnsetType = UNSET
    disk_id: SomeIds | UnsetType = UNSET
    message: str = ""
    silent_mode: bool = False
    as_file: bool = False
    template_id: SentOnce = ""
    file_template_id: str = ""


class FileNamed(Params, frozen=True, rename="upper"):
    """DISK_ID is what older clients call FILE_ID."""

    file_id: int = 0
    disk_id: int = 0


class FileDelete(FileNamed, frozen=True, rename="upper"):
    chat_id: int = 0


class FolderId(msgspec.Struct, frozen=True, rename="upper"):
    id: int


class Named(msgspec.Struct, frozen=True):
    """Something by its id and name."""

    id: int
    name: str


class Saved(msgspec.Struct, frozen=True):
    """A file on the caller's own drive."""

    folder: Named
    file: Named


class FileLinks(msgspec.Struct, frozen=True, rename="camel"):
    """Addresses of a file; ``preview`` is empty for what is no picture."""

    download: str
    show_in_grid: str
    preview: str


class FileModel(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A file as the drive has it. Moments are empty objects, as in the documented sample."""

    id: int
    name: str
    create_time: dict[str, str] = msgspec.field(default_factory=dict)
    update_time: dict[str, str] = msgspec.field(default_factory=dict)
    delete_time: str | None = None
    code: str = ""
    xml_id: str | None = None
    storage_id: int
    real_object_id: int
    parent_id: int
    deleted_type: int = 0
    created_by: str
    updated_by: str
    deleted_by: str = "0"
    unique_code: str
    type_file: int
    global_content_version: int = 1
    file_id: int
    size: int
    etag: str
    links: FileLinks


class CommittedFile(ShownFile, frozen=True, gc=False, rename="camel", kw_only=True):
    """A file of the message. Its date is an empty object, as in the documented sample."""

    date: dict[str, str] = msgspec.field(default_factory=dict)  # type: ignore[assignment]


class Committed(msgspec.Struct, frozen=True, rename="upper"):
    """The files of a message by the names `upload` and their ids, and the message."""

    files: dict[str, CommittedFile]
    disk_id: list[str]
    file_models: dict[str, FileModel]
    message_id: int


# The sample of the page has 2 for a picture; it names no others.
_TYPES = {"image": 2, "video": 3, "audio": 4}


@raises(Reason.CHAT_EMPTY, dialogs.get)
async def _chat(call: Call, p: ChatParams) -> Participant:
    """The chat, locked. Raises CHAT_EMPTY, DIALOG_EMPTY and DIALOG_CLOSED."""
    if p.chat_id <= 0 and not p.dialog_id:
        raise ApiError(Reason.CHAT_EMPTY)
    named = f"chat{p.chat_id}" if p.chat_id > 0 else p.dialog_id
    if p.chat_id <= 0 and dialogs.own(call.user_id, named):
        return await dialogs.open_own(call.tx, call.user_id)
    return await dialogs.get(call.tx, call.user_id, named, locked=True)


@method(
    "im.disk.folder.get",
    access=Access.PERSON,
    mode=Mode.WRITE,
    deprecated="im.v2.File.upload",
    raises=(_chat, drive.open_folder),
)
async def folder_get(call: Call, p: FolderParams) -> FolderId:
    """The id of the folder with the files of a chat, for `disk.folder.uploadFile` and `disk.folder.getChildren`.

    Docs: api-reference/chats/files/im-disk-folder-get.md
    """
    return FolderId(await drive.open_folder(call.tx, await _chat(call, p)))


@method(
    "im.disk.file.commit",
    access=Access.PERSON,
    mode=Mode.WRITE,
    deprecated="im.v2.File.upload",
    errors={Reason.POST_DENIED: Reason.DIALOG_CLOSED},
    raises=(_chat, Reason.FILES_UNNAMED, drive.commit),
)
async def file_commit(call: Call, p: FileCommit) -> Committed:
    """Send a message with files that were uploaded into the folder of its chat, or that the caller has elsewhere.

    A file of another chat, or of the caller's own drive, is copied; the copy counts among the caller's files.

    Docs: api-reference/chats/files/im-disk-file-commit.md
    """
    who = await _chat(call, p)
    ids = next((named for named in (p.file_id, p.upload_id, p.disk_id) if named is not UNSET), UNSET)
    if ids is UNSET:
        raise ApiError(Reason.FILES_UNNAMED)
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED, hint="who only reads a chat sends nothing there")
    plan = Commit(
        tuple(ids or ()),
        text=p.message,
        uuid=p.template_id.strip() or None,
        as_file=p.as_file and p.file_id is UNSET,
        quota=call.context.file_quota,
    )
    sent = await drive.commit(call.tx, who, plan)
    folder = await folders.of_chat(call.tx, who.chat.id)
    assert folder is not None
    return Committed(
        {f"upload{file.id}": _shown(call, file) for file in sent.files},
        [str(file.id) for file in sent.files],
        {f"upload{file.id}": _model(call, file, folder) for file in sent.files},
        sent.message_id,
    )


@method(
    "im.disk.file.save",
    access=Access.PERSON,
    mode=Mode.WRITE,
    raises=(Reason.FILE_UNNAMED, drive.save),
)
async def file_save(call: Call, p: FileNamed) -> Saved:
    """Keep a file of a chat on one's own drive. The copy counts among the caller's files.

    Docs: api-reference/chats/files/im-disk-file-save.md
    """
    file_id = _named_file(p)
    folder_id, saved = await drive.save(call.tx, call.user_id, file_id, quota=call.context.file_quota)
    return Saved(Named(folder_id, drive.OWN_FOLDER), Named(saved.id, saved.name))


@method(
    "im.disk.file.delete",
    access=Access.PERSON,
    mode=Mode.WRITE,
    raises=(Reason.CHAT_EMPTY, Reason.FILE_UNNAMED, drive.delete),
)
async def file_delete(call: Call, p: FileDelete) -> bool:
    """Delete a file that the caller has sent to a chat, or uploaded and not sent; others' files stay.

    A message that had nothing else is deleted with it. `false` where there is no such file in a chat of the caller's.

    Docs: api-reference/chats/files/im-disk-file-delete.md
    """
    if p.chat_id <= 0:
        raise ApiError(Reason.CHAT_EMPTY)
    return await drive.delete(call.tx, call.user_id, chat_id=p.chat_id, file_id=_named_file(p))


def _named_file(p: FileNamed) -> int:
    file_id = p.file_id or p.disk_id
    if file_id <= 0:
        raise ApiError(Reason.FILE_UNNAMED)
    return file_id


def _shown(call: Call, file: File) -> CommittedFile:
    shown = shared.shown(call.context, file, call.user_id, call.now, key=call.identity.key)
    fields = {name: getattr(shown, name) for name in ShownFile.__struct_fields__ if name != "date"}
    return CommittedFile(**fields)


def _model(call: Call, file: File, folder: Folder) -> FileModel:
    shown = shared.shown(call.context, file, call.user_id, call.now, key=call.identity.key)
    # Of nothing that the server keeps to itself, such as the name of the bytes, anything can be learnt from it.
    mark = call.context.keys.hash(f"file {file.id}")
    return FileModel(
        id=file.id,
        name=file.name,
        storage_id=drive.storage(folder),
        real_object_id=file.id,
        parent_id=folder.id,
        created_by=str(file.author_id),
        updated_by=str(file.author_id),
        unique_code=mark[:20],
        type_file=_TYPES.get(file.type, 1),
        file_id=file.id,
        size=file.size,
        etag=hashlib.sha256(mark.encode()).hexdigest()[:32],
        links=FileLinks(shown.url_download, shown.url_show, shown.url_preview),
    )
