"""A bot and Ann who talks to it, for tests of what the bot is told."""

from __future__ import annotations

from typing import Any

from botyard.chat.conversation import members, messages
from botyard.model.event import Event
from botyard.model.events import BotRemoved, CommandCalled, MemberJoined, MessageEdited, MessageErased
from botyard.store import chats
from botyard.store.engines.db import Tx
from tests.api.telling import body, event_payload
from tests.world import AppKey, World
from tests.worlds.samples import DAY, HANDLER, LANG


class Conversation:
    """A bot of an application or of a webhook, Ann who talks to it, and a group of both."""

    def __init__(self, world: World, owner: AppKey | None) -> None:
        self.world, self.owner = world, owner
        self.ann = world.add_person("Ann", "Smith")
        self.bot = world.add_bot(owner, type="S")
        update = {"BOT_ID": self.bot, "CLIENT_ID": "test-client", "FIELDS": {"EVENT_HANDLER": HANDLER}}
        world.call("imbot.update", owner, update)
        command = {"COMMAND": "echo", "EVENT_COMMAND_ADD": f"{HANDLER}/command", "LANG": LANG}
        world.call("imbot.command.register", owner, {"CLIENT_ID": "test-client", "BOT_ID": self.bot, **command})
        self.room = world.add_chat(self.ann, [self.bot])

    def says(self, dialog: str, text: str) -> int:
        return int(self.world.call("im.message.add", self.ann, DIALOG_ID=dialog, MESSAGE=text).result)

    def place(self, private: bool) -> str:
        return str(self.bot) if private else f"chat{self.room}"

    def happens(self, kind: type[Event], private: bool) -> None:
        """Let Ann do what this kind of event tells of."""
        if kind is BotRemoved:
            self.world.call("imbot.unregister", self.owner, BOT_ID=self.bot, CLIENT_ID="test-client")
            return
        if kind is MemberJoined and not private:
            return
        text = "/echo test" if kind is CommandCalled else "Hello" if private else self.mention(" hello")
        message_id = self.says(self.place(private), text)
        if kind is MessageEdited:
            text = "How?" if private else self.mention(", how?")
            self.edits(message_id, text)
        if kind is MessageErased:
            self.erases(message_id)

    def edits(self, message_id: int, text: str) -> None:
        world, ann = self.world, self.ann.id
        world.write(lambda tx: messages.edit(tx, ann, message_id, text=text, changed={}, window=DAY))

    def erases(self, message_id: int) -> None:
        world, ann = self.world, self.ann.id
        world.write(lambda tx: messages.erase(tx, ann, message_id, complete=False, window=DAY))

    def enters(self, user_id: int, chat_id: int) -> None:
        """Ann lets somebody in who may not read what was said before."""
        world = self.world

        async def work(tx: Tx) -> None:
            ann = await chats.find(tx, chat_id, self.ann.id)
            assert ann is not None
            await members.add(tx, ann, [user_id], hide_history=True)

        world.write(work)

    def mention(self, text: str) -> str:
        return f"[USER={self.bot}]Echo[/USER]{text}"

    def told(self, kind: type[Event]) -> dict[str, Any]:
        return body(event_payload(self.world, kind, self.bot))
