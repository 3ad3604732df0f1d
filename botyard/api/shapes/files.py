"""Files as both families of the second generation take and show them, and `im.*` in lists of messages.

Docs: api-reference/chat-bots/chat-bots-v2/entities.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from botyard.chat.media import files, previews, uploads
from botyard.chat.media.file_params import named
from botyard.chat.media.files import Enter
from botyard.errors import ApiError, Reason, raises
from botyard.model.files import File
from botyard.model.messages import Draft, Message
from botyard.portal.auth import signed_urls
from botyard.portal.auth.signed_urls import FileLink
from botyard.rpc.call import Call, Context
from botyard.wire.multipart import FilePart
from botyard.wire.param_types import RawFile


class ImageSize(msgspec.Struct, frozen=True, gc=False):
    """The size of a picture's preview."""

    height: int
    width: int


class ViewerAttrs(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What the vendor's own viewer is told."""

    viewer: str
    viewer_type: str
    src: str
    viewer_resized: str
    object_id: str
    viewer_group_by: str
    im_chat_id: int
    title: str
    unified_link: str
    actions: str


class MediaUrl(msgspec.Struct, frozen=True, gc=False):
    """Addresses of previews by their size."""

    preview: dict[str, str]


class FileShape(msgspec.Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """A file without links: what anybody may be told of it."""

    id: int
    chat_id: int
    date: str
    type: str
    name: str
    extension: str
    size: int
    image: ImageSize | bool
    author_id: int
    author_name: str
    is_transcribable: bool = False
    is_video_note: bool = False
    is_voice_note: bool = False


class ShownFile(FileShape, frozen=True, gc=False, rename="camel", kw_only=True):
    """A file with links that work for the one who asked, for a while."""

    status: str = "done"
    progress: int = 100
    url_preview: str
    url_show: str
    url_download: str
    viewer_attrs: ViewerAttrs
    media_url: MediaUrl


class Uploaded(msgspec.Struct, frozen=True, rename="camel"):
    """The file, and the message that it was sent with."""

    file: FileShape
    message_id: int
    chat_id: int
    dialog_id: str


class Download(msgspec.Struct, frozen=True, rename="camel"):
    """A link that works for an hour, without signing in."""

    download_url: str


@raises(Reason.FILE_CONTENT)
def upload_of(name: str, content: RawFile, file: RawFile, empty: Reason) -> uploads.Upload:
    """A file as it was sent, in ``content`` or else in ``file``: base64 text, or a file of a form.

    It may bring its own name. Raises ``empty`` and FILE_CONTENT.
    """
    if content is None or content == "":
        wrapped = named(file)
        name, content = name or wrapped.name, wrapped.content
    part = content if isinstance(content, FilePart) else None
    name = name or (part.name if part else "")
    if content == "" or not name.strip() or (part and not uploads.least(part.file)):
        raise ApiError(empty)
    if part:
        return uploads.Upload(name, part.file)
    if not isinstance(content, str):
        raise ApiError(Reason.FILE_CONTENT)
    return uploads.Upload(name, content)


@raises(files.send)
async def send(call: Call, enter: Enter, upload: uploads.Upload, text: str) -> files.SentFile:
    """Save a file and send it; raises what ``chat.media.files.send`` raises."""
    return await files.send(upload_context(call), enter, upload=upload, draft=Draft(text=text))


def upload_context(call: Call) -> files.UploadContext:
    """What taking in a file needs beside the file."""
    context = call.context
    return files.UploadContext(context.database, context.storage, context.file_quota, call.now)


def download_link(call: Call, family: str, file: File, user_id: int) -> Download:
    """A link by which anybody can load a file, as long as the user may."""
    expires = call.now + call.context.settings.link_seconds
    return Download(
        _url(call.context, FileLink(family, file.id, user_id, signed_urls.LOAD, expires, call.identity.key))
    )


def shape(context: Context, file: File) -> FileShape:
    """A file as events and bots are told of it."""
    return FileShape(**_plain(context, file))


def shown(context: Context, file: File, viewer_id: int, now: int, *, key: str = "") -> ShownFile:
    """A file for somebody who looks at it; ``key`` is what the call came with, if there was one."""
    expires = signed_urls.lasting(now, context.settings.link_seconds)

    def link(form: str) -> str:
        return _url(context, FileLink("im", file.id, viewer_id, form, expires, key))

    preview = link(signed_urls.PREVIEW) if file.picture else ""
    show, load = link(signed_urls.SHOW), link(signed_urls.LOAD)
    viewer = ViewerAttrs(
        viewer="",
        viewer_type=file.type if file.type != "file" else "unknown",
        src=show,
        viewer_resized="",
        object_id=str(file.id),
        viewer_group_by=str(file.chat_id),
        im_chat_id=file.chat_id,
        title=file.name,
        unified_link=show,
        actions='[{"type":"download"}]',
    )
    return ShownFile(
        **_plain(context, file),
        url_preview=preview,
        url_show=show,
        url_download=load,
        viewer_attrs=viewer,
        media_url=MediaUrl({"250": preview}),
    )


async def shown_of(call: Call, messages: Iterable[Message]) -> list[ShownFile]:
    """The files of messages, for the caller, who looks at them."""
    listed = await files.of_messages(call.tx, messages)
    key = call.identity.key if listed else ""
    return [shown(call.context, file, call.user_id, call.now, key=key) for file in listed]


def _plain(context: Context, file: File) -> dict[str, Any]:
    width, height = previews.fit(file.width, file.height)
    return {
        "id": file.id,
        "chat_id": file.chat_id,
        "date": context.clock.atom(file.created),
        "type": file.type,
        "name": file.name,
        "extension": file.extension,
        "size": file.size,
        "image": ImageSize(height, width) if file.picture else False,
        "author_id": file.author_id,
        "author_name": file.author_name,
    }


def _url(context: Context, link: FileLink) -> str:
    # The bar between family and token is the only letter of a token that an address cannot hold.
    return context.url("/rest/download.json?token=" + signed_urls.token(context.keys, link).replace("|", "%7C"))
