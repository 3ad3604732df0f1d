"""Uploads into folders of the drive: at once, or in two steps by an address that takes a form."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.disk import shapes
from botyard.api.disk.shapes import Upload
from botyard.api.shapes import files as shared
from botyard.chat.media import drive
from botyard.chat.media.file_params import named
from botyard.errors import ApiError, Reason, raises
from botyard.portal.auth import signed_urls
from botyard.portal.auth.signed_urls import FileLink
from botyard.rpc.call import Call
from botyard.rpc.method import Params
from botyard.store import folders
from botyard.wire.multipart import FilePart
from botyard.wire.param_types import Listed, RawFile

FIELD = "file"
"""The field of the form that the address takes the file from."""
UPLOAD_PATH = "/rest/upload.json?token="


class UploadData(Params, frozen=True):
    """The properties of the file."""

    name: Annotated[str, Meta(description="The name of the file.")] = msgspec.field(name="NAME", default="")


class UploadParams(Params, frozen=True):
    """`fileContent` is `[name, base64]`, or a file of a form.

    `rights` are checked and not kept: who is in the chat has its files.
    """

    id: int = 0
    data: UploadData = UploadData()
    file_content: RawFile = msgspec.field(name="fileContent", default=None)
    generate_unique_name: bool = msgspec.field(name="generateUniqueName", default=False)
    rights: Listed = msgspec.field(default_factory=list)


@raises(Reason.RIGHTS_FORMAT, Reason.FILE_NAME, drive.upload, shared.upload_of, Reason.FILE_EMPTY)
async def upload(call: Call, folder_id: int, p: UploadParams) -> Upload:
    """Keep a file in a folder, or say by which address it can be uploaded."""
    _require_rights(p.rights)
    file = p.file_content
    if not isinstance(file, FilePart) and named(file).content == "" and not named(file).name:
        return await _address(call, folder_id, unique=p.generate_unique_name)
    if not p.data.name.strip() and not isinstance(file, FilePart):
        raise ApiError(Reason.FILE_NAME)
    desk = shared.upload_context(call)
    upload = shared.upload_of(p.data.name, None, file, Reason.FILE_EMPTY)
    unique = p.generate_unique_name
    saved = await drive.upload(desk, call.user_id, folder_id=folder_id, upload=upload, unique=unique)
    folder = await call.context.database.read(lambda tx: folders.find(tx, folder_id))
    assert folder is not None
    return shapes.uploaded(call, saved, folder)


async def _address(call: Call, folder_id: int, *, unique: bool) -> Upload:
    await call.context.database.read(lambda tx: drive.get_folder(tx, call.user_id, folder_id))
    expires = call.now + call.context.settings.link_seconds
    form = signed_urls.UPLOAD_UNIQUE if unique else signed_urls.UPLOAD
    link = FileLink("disk", folder_id, call.user_id, form, expires, call.identity.key)
    token = signed_urls.token(call.context.keys, link).replace("|", "%7C")
    return Upload(field=FIELD, upload_url=call.context.url(UPLOAD_PATH + token))


def _require_rights(rights: list[object] | None) -> None:
    for right in [None] if rights is None else rights:
        if not isinstance(right, dict) or not {"TASK_ID", "ACCESS_CODE"} <= {str(key).upper() for key in right}:
            raise ApiError(Reason.RIGHTS_FORMAT)
