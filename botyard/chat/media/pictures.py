"""Avatars on their way into the portal: validated, named, stored."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from botyard.chat.media import avatars
from botyard.chat.media.file_params import named
from botyard.errors import ApiError, Reason, raises
from botyard.store import avatars as stored_avatars
from botyard.store import files
from botyard.store.avatars import Avatar
from botyard.store.engines.db import Tx

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class NamedPicture(msgspec.Struct, frozen=True):
    """A checked picture; ``path`` is where it will be served."""

    name: str
    mime: str
    content: bytes

    @property
    def path(self) -> str:
        return f"{stored_avatars.PLACE}{self.name}"


@raises(avatars.check, Reason.AVATAR_TYPE)
def check(base64_text: Any) -> NamedPicture:
    """A picture out of a BASE64 parameter. Raises AVATAR_TYPE, also for what is no text, and AVATAR_SIZE.

    Its name is a digest of its bytes, so that the same picture is kept once.
    """
    if not isinstance(base64_text, str):
        raise ApiError(Reason.AVATAR_TYPE)
    avatar = avatars.check(base64_text)
    name = hashlib.sha256(avatar.data).hexdigest()[:40]
    return NamedPicture(f"{name}.{_ENDINGS[avatar.mime]}", avatar.mime, avatar.data)


def prepare(value: Any) -> NamedPicture | ApiError | None:
    """The same of a parameter, ahead of the transaction: a refusal is kept until its turn comes, nothing is no picture.

    The text may stand in a list or an object, beside a name that is not needed.
    """
    content = named(value).content
    if content == "":
        return None
    try:
        return check(content)
    except ApiError as refused:
        return refused


@raises(Reason.AVATAR_TYPE, Reason.AVATAR_SIZE)
def unwrap(ready: NamedPicture | ApiError | None) -> NamedPicture | None:
    """What was prepared; raises the refusal that was kept."""
    if isinstance(ready, ApiError):
        raise ready
    return ready


@raises(Reason.AVATAR_SIZE)
async def store(tx: Tx, picture: NamedPicture, *, quota: int) -> str:
    """Store a picture and return its path.

    A new one counts among the files of whoever calls: ``quota`` is in bytes, 0 for none. Raises AVATAR_SIZE.
    """
    if not await stored_avatars.add(tx, picture.name, Avatar(picture.mime, picture.content)):
        return picture.path
    used = await files.add_usage(tx, tx.caller_id, len(picture.content))
    if 0 < quota < used:
        raise ApiError(Reason.AVATAR_SIZE, hint=f"all files of one person may take {quota // 1024**2} MiB")
    return picture.path
