"""A chat into which people send files, and what can be asked about them afterwards."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from pathlib import Path
from struct import pack
from typing import Any

from PIL import Image

from botyard.chat.conversation import messages
from botyard.chat.media import files
from botyard.store.engines.db import Tx
from tests.world import Answer, Person, World

SITE = "http://botyard.test"


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Room:
    """The administrator and Ann share a chat; Eve is not in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.me = world.admin
        self.ann = world.person("Ann", "Smith")
        self.eve = world.person("Eve", "Jones")
        self.id = world.chat(self.me, [self.ann.id])

    @property
    def dialog(self) -> str:
        return f"chat{self.id}"

    def send(self, name: Any, content: bytes | str, by: Person | None = None, dialog: str = "", **more: Any) -> Answer:
        """Upload a file by JSON."""
        text = content if isinstance(content, str) else base64_of(content)
        fields = {"name": name, "content": text, **more}
        return self.world.call("im.v2.File.upload", by or self.me, dialogId=dialog or self.dialog, fields=fields)

    def sent(self, name: str, content: bytes, by: Person | None = None, **more: Any) -> dict[str, Any]:
        """The same; the file as it was answered."""
        file: dict[str, Any] = self.send(name, content, by, **more).result["file"]
        return file

    def link(self, file: dict[str, Any], by: Person | None = None) -> str:
        """A link to download a file."""
        asked = {"dialogId": self.dialog, "fileId": file["id"]}
        return str(self.world.call("im.v2.File.download", by or self.me, asked).result["downloadUrl"])

    def get(self, url: str, verb: str = "GET", **headers: str) -> Answer:
        """Follow a link."""
        assert url.startswith(SITE)
        return self.world.request(verb, url.removeprefix(SITE), headers=headers)

    def history(self, by: Person | None = None) -> Any:
        """The chat's messages with their files, not held against the contract: its sample knows pictures only."""
        who = by or self.me
        return self.world.post(
            f"{who.path}/im.dialog.messages.get", b'{"DIALOG_ID":"%s"}' % self.dialog.encode()
        ).result

    def erase(self, message_id: int, *, complete: bool = False) -> None:
        """The administrator deletes a message."""

        async def work(tx: Tx) -> None:
            await messages.erase(tx, self.me.id, message_id, complete=complete, window=None)

        self.world.write(work)

    def sweep(self) -> int:
        """Clear away what no file owns."""
        context = self.world.context
        return self.world.run(files.sweep(context.database, context.storage.blobs, int(self.world.time)))

    # What lies where.

    @property
    def blobs(self) -> list[Path]:
        """Every file in the folder of files."""
        return [one for one in (self.world.settings.data / "files").rglob("*") if one.is_file()]

    def rows(self, table: str) -> int:
        found = self.world.read(lambda tx: tx.one(f"SELECT COUNT(*) FROM {table}"))
        assert found is not None
        return int(found[0])

    @property
    def used(self) -> int:
        """Bytes that count against the administrator's quota."""
        found = self.world.read(
            lambda tx: tx.one("SELECT bytes FROM file_usage WHERE user_id = :user", user=self.me.id)
        )
        return int(found[0]) if found else 0

    def nothing_left(self) -> bool:
        """No bytes, no rows, no message with a file."""
        return not self.blobs and not self.rows("files") and not self.rows("loose_blobs") and not self.used


def picture(
    kind: str = "PNG", size: tuple[int, int] = (72, 61), color: Any = "red", mode: str = "RGB", **more: Any
) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **more)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A valid PNG of one bit per pixel that is tiny as a file and huge once decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    line = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def archive() -> bytes:
    """A small ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("evil.html", "<script>alert(1)</script>")
    return out.getvalue()


def form(boundary: str, fields: dict[str, str], name: str, filename: str, content: bytes) -> bytes:
    """A multipart form with one file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return (
        "".join([*parts, head, "Content-Type: image/png\r\n\r\n"]).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
