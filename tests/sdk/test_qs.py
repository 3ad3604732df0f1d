"""qs, the parser of forms in Express: the ids of bots, commands and files in our bodies are keys to it, not places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from botyard.delivery import encoding
from botyard.model.event import Event
from botyard.model.events import CommandCalled, MessageEdited, MessageSent
from tests.api.imbot.conversation import Conversation
from tests.api.imbot.test_told_parts import upload
from tests.api.telling import event_payload
from tests.sdk.programs import run_node
from tests.world import World

pytestmark = pytest.mark.sdk


class Read:
    """The events of one portal as they were sent, and as qs has read each, plain and as in Express."""

    def __init__(self, world: World, modules: Path, folder: Path) -> None:
        self.stage = Conversation(world, world.add_app())
        file = upload(self.stage, str(self.stage.bot))["file"]["id"]
        bodies = [self._body(MessageSent)]
        message_id = self.stage.says(f"chat{self.stage.room}", self.stage.mention(" /echo test"))
        self.stage.edits(message_id, self.stage.mention(" again"))
        bodies.append(self._body(MessageEdited))
        self.stage.says(f"chat{self.stage.room}", "/echo test")
        bodies.append(self._body(CommandCalled))
        self.file = str(file)
        (folder / "bodies.json").write_text(json.dumps(bodies))
        printed = run_node(modules, folder, "qs.mjs", BODIES=str(folder / "bodies.json"))
        self.all: list[list[Any]] = [printed["plain"], printed["express"]]

    def _body(self, kind: type[Event]) -> str:
        return encoding.body(event_payload(self.stage.world, kind, self.stage.bot), 1).decode()


@pytest.fixture
def read(world: World, modules: Path, tmp_path: Path) -> Read:
    folder = tmp_path / "node"
    folder.mkdir()
    return Read(world, modules, folder)


def test_ids_are_keys(read: Read) -> None:
    bot = str(read.stage.bot)
    for sent, edited, called in read.all:
        for event in (sent, edited):
            assert list(event["data"]["BOT"]) == [bot]
            assert event["data"]["BOT"][bot]["AUTH"]["access_token"]
        assert list(sent["data"]["PARAMS"]["FILES"]) == [read.file]
        assert sent["data"]["PARAMS"]["FILES"][read.file]["name"] == "a.txt"
        assert sent["data"]["PARAMS"]["PARAMS"]["FILE_ID"] == [read.file]
        assert edited["data"]["PARAMS"]["MENTIONED_LIST"] == {bot: bot}
        [command] = called["data"]["COMMAND"]
        assert called["data"]["COMMAND"][command]["COMMAND"] == "echo"
        assert called["data"]["PARAMS"]["BOT_IN_CHAT"] == {bot: bot}
        assert sent["event"] == "ONIMBOTMESSAGEADD"
