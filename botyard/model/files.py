"""Files of messages."""

from __future__ import annotations

import msgspec

# What a browser shows by itself without running anything in it; everything else is only handed out for download.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

NAME_MAX = 255


class StoredBlob(msgspec.Struct, frozen=True, gc=False):
    """Bytes that were put in place, and what they were found to be. ``preview`` is ``""`` where there is none.

    ``width`` and ``height`` are those of a picture as it is looked at, 0 for anything else.
    """

    blob: str
    size: int
    mime: str
    width: int = 0
    height: int = 0
    preview: str = ""
    preview_size: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which bytes lie."""
        return (self.blob, self.preview) if self.preview else (self.blob,)


class Folder(msgspec.Struct, frozen=True, gc=False):
    """The folder of a chat; ``pair``, ``title`` and ``owner_id`` are those of the chat."""

    id: int
    chat_id: int
    created: int
    pair: str | None
    title: str
    owner_id: int


class File(msgspec.Struct, frozen=True, gc=False):
    """A file in a chat, sent with a message."""

    id: int
    chat_id: int
    message_id: int
    author_id: int
    author_name: str
    created: int
    name: str
    size: int
    mime: str
    width: int
    height: int
    blob: str
    preview: str
    preview_size: int

    @property
    def extension(self) -> str:
        """What stands behind the last dot of the name, in lower case."""
        stem, dot, ending = self.name.rpartition(".")
        return ending.lower() if dot and stem else ""

    @property
    def picture(self) -> bool:
        return self.width > 0

    @property
    def type(self) -> str:
        """``image``, ``video``, ``audio`` or ``file``."""
        kind = self.mime.partition("/")[0]
        if kind == "image":
            return "image" if self.picture else "file"
        return kind if kind in ("video", "audio") else "file"
