"""Files that people upload into the room, and where their bytes are."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

from botyard.chat.media import files
from tests.worlds.chats import Chats
from tests.worlds.records import Answer, Person

SITE = "http://botyard.test"


def base64_of(content: bytes) -> str:
    return b64encode(content).decode()


class Files(Chats):
    """Files in a portal."""

    def open_file_room(self) -> int:
        """The administrator and Ann share the room; Eve is not in it."""
        self.ann, self.eve = self.add_person("Ann", "Smith"), self.add_person("Eve", "Jones")
        self.open_room(self.admin, self.ann.id)
        return self.room

    def upload(
        self, name: Any, content: bytes | str, by: Person | None = None, dialog: str = "", **more: Any
    ) -> Answer:
        """Upload a file by JSON."""
        text = content if isinstance(content, str) else base64_of(content)
        fields = {"name": name, "content": text, **more}
        return self.call("im.v2.File.upload", by or self.owner, dialogId=dialog or self.dialog, fields=fields)

    def add_file(self, name: str, content: bytes, by: Person | None = None, **more: Any) -> dict[str, Any]:
        """Upload a file; the file as the method returns it."""
        file: dict[str, Any] = self.upload(name, content, by, **more).result["file"]
        return file

    def download_url(self, file: dict[str, Any], by: Person | None = None) -> str:
        """The URL to download a file."""
        params = {"dialogId": self.dialog, "fileId": file["id"]}
        return str(self.call("im.v2.File.download", by or self.owner, params).result["downloadUrl"])

    def download(self, url: str, verb: str = "GET", **headers: str) -> Answer:
        """Request the URL of a file."""
        assert url.startswith(SITE)
        return self.request(verb, url.removeprefix(SITE), headers=headers)

    def room_history(self, by: Person | None = None) -> Any:
        """The room's messages with their files, not held against the contract: its sample knows pictures only."""
        who = by or self.owner
        return self.post(f"{who.path}/im.dialog.messages.get", b'{"DIALOG_ID":"%s"}' % self.dialog.encode()).result

    def sweep_files(self) -> int:
        """Delete the bytes that no file owns; how many."""
        return self.run(files.sweep(self.context.database, self.context.storage.blobs, now=int(self.time)))

    @property
    def blobs(self) -> list[Path]:
        """Every file in the folder of files."""
        return [path for path in (self.settings.data / "files").rglob("*") if path.is_file()]

    @property
    def bytes_used(self) -> int:
        """Bytes that count against the owner's quota."""
        row = self.read(lambda tx: tx.one("SELECT bytes FROM file_usage WHERE user_id = :user", user=self.owner.id))
        return int(row[0]) if row else 0

    def no_files_left(self) -> bool:
        """Whether there are no bytes, no rows and no message with a file."""
        tables = ("files", "pending_blobs", "file_usage WHERE bytes <> 0")
        return not self.blobs and not any(self.count(table) for table in tables)
