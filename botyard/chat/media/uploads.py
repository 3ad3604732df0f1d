"""Uploads: from base64 text or a part of a form to stored bytes. Slow work for threads."""

from __future__ import annotations

import binascii
import re
import secrets
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec

from botyard.chat.media import content_types, file_types
from botyard.chat.media.picture_worker import WORKER
from botyard.chat.media.previews import PreviewedPicture
from botyard.errors import ApiError, Reason, raises
from botyard.model.files import NAME_MAX, StoredBlob
from botyard.store.engines.blobs import CHUNK, Blobs, temporary_file

SIZE_MAX = 100 * 1024 * 1024
"""Documented: 100 MB."""

# Both alphabets; a form that was not escaped turns every "+" into a space.
_LETTERS = str.maketrans({"-": "+", "_": "/", " ": "+", "\r": None, "\n": None, "\t": None})
_PIECE = CHUNK // 4 * 4
_PATH = re.compile(r"[/\\]|\A\.{1,2}\Z|\A[A-Za-z]:")
# Controls, lone surrogates, and marks that turn the direction of writing: "gpj.exe" reads as "exe.jpg" with them.
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Upload(msgspec.Struct, frozen=True):
    """What a caller sent: a name and the content, as base64 text or as a file that has arrived."""

    name: str
    content: str | IO[bytes]


class Names(msgspec.Struct, frozen=True):
    """Names that bytes will lie under, known and written down before there are any."""

    blob: str
    preview: str

    @property
    def all(self) -> tuple[str, ...]:
        return (self.blob, f"{self.preview}.jpg", f"{self.preview}.png")


def new_names() -> Names:
    """Names that nobody can guess."""
    return Names(secrets.token_hex(16), secrets.token_hex(16))


@raises(Reason.FILE_REFUSED)
def check_name(name: str) -> str:
    """A name as it will be shown. Raises FILE_REFUSED for one that could mean a path or hides something."""
    name = name.strip()
    if _PATH.search(name):
        raise ApiError(Reason.FILE_REFUSED, reason="its name must not hold a path")
    if any(unicodedata.category(letter) in _HIDDEN or letter in _TURNING for letter in name):
        raise ApiError(Reason.FILE_REFUSED, reason="its name must not hold control characters")
    if len(name.encode("utf-8", "surrogatepass")) > NAME_MAX:
        raise ApiError(Reason.FILE_REFUSED, reason=f"its name must not be longer than {NAME_MAX} bytes")
    return name


def least(content: str | IO[bytes]) -> int:
    """About how large the content is, before it is decoded; never more than it can be by much."""
    if isinstance(content, str):
        return len(content) * 3 // 4
    content.seek(0, 2)
    return content.tell()


@raises(Reason.FILE_CONTENT, Reason.FILE_TOO_BIG, Reason.FILE_REFUSED)
def put(blobs: Blobs, upload: Upload, *, incoming: Path, names: Names) -> StoredBlob:
    """Decode, examine and keep a file.

    Raises FILE_CONTENT, FILE_TOO_BIG, FILE_REFUSED, and ``OSError`` where it
    cannot be kept. Whatever was put then lies under ``names``.
    """
    with temporary_file(incoming) as file:
        size = _written(file, upload.content)
        head, tail = _ends(file, size)
        mime = file_types.of(head)
        extension = upload.name.rpartition(".")[2].lower()
        if file_types.two_faced(mime, head=head, tail=tail) or file_types.disguised(mime, extension):
            raise ApiError(Reason.FILE_REFUSED, reason="it is a picture and something else at the same time")
        mime = content_types.of_upload(mime, extension, file=file, head=head, tail=tail)
        picture = WORKER.look(file, mime, size=size)
        blobs.put(names.blob, file)
        return _kept(blobs, StoredBlob(names.blob, size, mime), names=names, picture=picture)


def _kept(blobs: Blobs, plain: StoredBlob, *, names: Names, picture: PreviewedPicture | None) -> StoredBlob:
    if picture is None:
        return plain
    sized = msgspec.structs.replace(plain, width=picture.width, height=picture.height)
    if not picture.preview:
        return sized
    name = f"{names.preview}.{picture.ending}"
    blobs.put(name, BytesIO(picture.preview))
    return msgspec.structs.replace(sized, preview=name, preview_size=len(picture.preview))


def _written(out: IO[bytes], content: str | IO[bytes]) -> int:
    """Copy the content and return its size."""
    size = 0
    for piece in _decoded(content) if isinstance(content, str) else _pieces(content):
        size += len(piece)
        if size > SIZE_MAX:
            raise ApiError(Reason.FILE_TOO_BIG, hint=f"the limit is {SIZE_MAX} bytes")
        out.write(piece)
    return size


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(CHUNK):
        yield piece


def _decoded(text: str) -> Iterator[bytes]:
    """Base64 text piece by piece, so that the file is never in memory as a whole."""
    rest, ended = "", False
    for start in range(0, len(text), _PIECE):
        letters = rest + text[start : start + _PIECE].translate(_LETTERS)
        whole = len(letters) // 4 * 4
        rest = letters[whole:]
        if ended and letters:
            raise ApiError(Reason.FILE_CONTENT)
        if whole:
            yield _bytes(letters[:whole])
        ended = letters.endswith("=")
    if rest.rstrip("="):
        # The signs at the end only fill up; many leave them out.
        yield _bytes(rest.rstrip("=") + "=" * (-len(rest.rstrip("=")) % 4))


def _bytes(letters: str) -> bytes:
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except ValueError as error:
        raise ApiError(Reason.FILE_CONTENT) from error


def _ends(file: IO[bytes], size: int) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(file_types.HEAD)
    file.seek(max(0, size - file_types.TAIL))
    return head, file.read()
