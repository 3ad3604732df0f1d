"""Calls of the drive, for its tests."""

from __future__ import annotations

from typing import Any

from tests.world import Answer, Person, World
from tests.worlds.files import SITE, base64_of
from tests.worlds.pictures import form


class Drive:
    """The folder of the room that the administrator and Ann share; Eve is not in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.folder = int(world.call("im.disk.folder.get", CHAT_ID=world.room).result["ID"])

    def upload(self, name: str, content: bytes, by: Person | None = None, **more: Any) -> Answer:
        """Upload a file into the folder by JSON."""
        params = {"id": self.folder, "data": {"NAME": name}, "fileContent": [name, base64_of(content)], **more}
        return self.world.call("disk.folder.uploadFile", by or self.world.admin, params)

    def kept(self, name: str = "a.txt", content: bytes = b"hello", by: Person | None = None) -> int:
        """The id of a file that was uploaded and not sent."""
        return int(self.upload(name, content, by).result["ID"])

    def commit(self, by: Person | None = None, **params: Any) -> Answer:
        """Send files to the room."""
        return self.world.call("im.disk.file.commit", by or self.world.admin, {"CHAT_ID": self.world.room, **params})

    def names(self, by: Person | None = None, **more: Any) -> list[str]:
        """The names of the files that somebody sees in the folder."""
        listed = self.world.call("disk.folder.getChildren", by or self.world.admin, {"id": self.folder, **more})
        return [file["NAME"] for file in listed.result]

    def address(self, by: Person | None = None, **more: Any) -> str:
        """The path by which a form may bring a file."""
        params = {"id": self.folder, **more}
        shown = self.world.call("disk.folder.uploadFile", by or self.world.admin, params).result
        assert shown["field"] == "file"
        return str(shown["uploadUrl"]).removeprefix(SITE)

    def send_form(self, path: str, name: str = "b.txt", content: bytes = b"by form", field: str = "file") -> Answer:
        """Send a file to an address."""
        return self.world.post(path, form("cut", {}, field, name, content), "multipart/form-data; boundary=cut")


def refusal(answer: Answer) -> tuple[int, str, str]:
    """What an answer refuses with."""
    return answer.status, answer.error, answer.text
