"""disk.folder.*: the folders of chats."""

from __future__ import annotations

from botyard.api.disk import children as listed
from botyard.api.disk import shapes, uploads
from botyard.api.disk.children import Children
from botyard.api.disk.family import method
from botyard.api.disk.shapes import DiskObject, Upload
from botyard.api.disk.uploads import UploadParams
from botyard.chat.media import drive
from botyard.errors import ApiError, Reason, error
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage

# So these pages have it.
_UNNAMED = {Reason.FOLDER_WRONG: error("ERROR_ARGUMENT: Invalid value of parameter {Parameter #1}")}


class Get(Params, frozen=True):
    id: int = 0


@method(
    "disk.folder.get",
    access=Access.PERSON,
    errors=_UNNAMED,
    raises=(Reason.FOLDER_WRONG, drive.get_folder),
)
async def get(call: Call, p: Get) -> DiskObject:
    """The folder of a chat.

    Docs: api-reference/disk/folder/disk-folder-get.md
    """
    _require_id(p.id)
    folder, _ = await drive.get_folder(call.tx, call.user_id, p.id)
    return shapes.folder(call, folder)


@method(
    "disk.folder.getChildren",
    access=Access.PERSON,
    errors=_UNNAMED,
    raises=(Reason.FOLDER_WRONG, drive.get_folder, listed.of_folder),
)
async def get_children(call: Call, p: Children) -> ResultPage[list[DiskObject]]:
    """List the files of a chat that the caller sees, 50 at a time, by id unless `order` says otherwise.

    Also those that the caller has uploaded and not sent yet. With `start` = -1 nothing is counted.

    Docs: api-reference/disk/folder/disk-folder-get-children.md
    """
    _require_id(p.id)
    folder, who = await drive.get_folder(call.tx, call.user_id, p.id)
    return await listed.of_folder(call, who, folder, p)


@method(
    "disk.folder.uploadFile",
    access=Access.PERSON,
    mode=Mode.OWN,
    uploads=True,
    raises=(Reason.FOLDER_WRONG, uploads.upload),
)
async def upload_file(call: Call, p: UploadParams) -> Upload:
    """Keep a file of up to 100 MB in the folder of a chat; `im.disk.file.commit` sends it.

    Without `fileContent` the response is an address that takes the file from a form, in the field that it names, for
    as long as links to files work.

    Docs: api-reference/disk/folder/disk-folder-upload-file.md
    """
    _require_id(p.id)
    return await uploads.upload(call, p.id, p)


def _require_id(folder_id: int) -> None:
    if folder_id <= 0:
        raise ApiError(Reason.FOLDER_WRONG)
