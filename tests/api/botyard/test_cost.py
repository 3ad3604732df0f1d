"""What the lists of a messenger cost: as many statements for a page of fifty as for one, on both engines."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from botyard.server import application
from botyard.store.engines.db import Database
from tests.delivery.statements import NotedDatabase
from tests.world import World

PAGE = 50


class Counted:
    """A room in which two people write, react, pin and upload, and what a list of it costs."""

    def __init__(self, world: World) -> None:
        self._database = NotedDatabase(world.context.database)
        world.context = msgspec.structs.replace(world.context, database=cast(Database, self._database))
        world.app = application(world.context)
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        world.open_room(self.ann, self.bob.id)
        self.messages: list[int] = []
        self.fill(2)

    def fill(self, number: int) -> None:
        for place in range(number):
            by = (self.ann, self.bob)[place % 2]
            upload = self.world.upload(f"{place}.txt", b"text", by)
            message = int(upload.result["messageId"])
            self.world.call("botyard.message.react", by, MESSAGE_ID=message, REACTION="fire")
            self.world.call("botyard.chat.pin.add", by, MESSAGE_ID=message)
            self.messages.append(message)

    def cost(self, method: str, params: dict[str, Any]) -> int:
        self._database.statements.clear()
        assert self.world.call(method, self.ann, params=params).status == 200
        return len(self._database.statements)


def test_a_page_takes_no_more_statements_than_a_line(portal: World) -> None:
    counted = Counted(portal)
    dialog = {"DIALOG_ID": portal.dialog}

    def costs() -> dict[str, int]:
        wanted: dict[str, dict[str, Any]] = {
            "botyard.message.context": {"MESSAGE_ID": counted.messages[len(counted.messages) // 2], "RANGE": PAGE},
            "botyard.message.reaction.counts": {"MESSAGE_IDS": counted.messages},
            "botyard.message.reaction.list": {"MESSAGE_ID": counted.messages[0], "REACTION": "fire"},
            "botyard.message.readers": {"MESSAGE_ID": counted.messages[0]},
            "botyard.message.mention.list": {},
            "botyard.message.mention.counts": {},
            "botyard.chat.link.list": dialog,
            "botyard.chat.pin.list": dialog,
            "botyard.chat.file.list": dialog,
            "botyard.chat.member.list": {**dialog, "FIND": "b"},
            "botyard.chat.command.list": dialog,
        }
        return {method: counted.cost(method, params) for method, params in wanted.items()}

    few = costs()
    counted.fill(PAGE - len(counted.messages))
    assert costs() == few
    assert max(few.values()) <= 12, few
